/* SPDX-License-Identifier: Apache-2.0 */
/* output - where results go: standard output, or the files of -o [FORMAT=]FILE.
 *
 * A file is written beside its place, of whatever size, and put there at the end, so that it is the
 * old one or the new one. Threading: belongs to one thread. */
#pragma once

#include "cmd/applet.h"
#include "fmt/stream.h"
#include "report/issues.h"
#include "report/terminal.h"

/* OUTPUT_HELP: what --help says of -o, where it is outputs_open's. */
#define OUTPUT_HELP "where it goes, or FORMAT alone; repeat for several"

/* output_stdout(s): a stream to standard output. ERR_IO. */
void output_stdout(struct stream *s);

struct output; /* one report: its format and its place */

struct outputs {
	struct output *items;
	size_t len, cap;
};

/* outputs_open(job, format, list, formats, out, e): `format` is that of entries without one and of
 * standard output, which is used when the list is empty ("-" names it too). `formats`: the names
 * that may stand before "=", divided by |; one of them alone goes to standard output, one of other
 * programs is refused. ERR_USAGE, ERR_IO.
 * outputs_commit puts the files in their places; outputs_close frees (and drops what is not
 * committed). */
int outputs_open(struct job *job, const char *format, const struct texts *list, const char *formats,
                 struct outputs *out, err *e);
int outputs_commit(struct outputs *o, err *e);
void outputs_close(struct outputs *o);

/* outputs_are(o, format): all of them, and nothing else.
 * outputs_refuse_several(o, targets, e): ERR_USAGE when there are several targets and one of them
 * holds one only (all but "table" and ISSUES_FORMATS).
 * outputs_want_issues(o): is one of them a report of all findings (ISSUES_FORMATS)?
 * outputs_issues(o, all): write those, once and at the end. */
bool outputs_are(const struct outputs *o, const char *format);
int outputs_refuse_several(const struct outputs *o, const struct texts *targets, err *e);
bool outputs_want_issues(const struct outputs *o);
void outputs_issues(struct outputs *o, const struct issues *all);

/* output_terminal(o, i, job): what shows it: that of the job, paper for a file. */
const struct terminal *output_terminal(const struct outputs *o, size_t i, const struct job *job);
const char *output_format(const struct outputs *o, size_t i);
struct stream *output_stream(struct outputs *o, size_t i);
