/* SPDX-License-Identifier: Apache-2.0 */
/* output - where results go: standard output, or the files of -o [FORMAT=]FILE.
 *
 * A file is written beside its place, of whatever size, and put there at the end, so that it is the
 * old one or the new one. Threading: belongs to one thread. */
#pragma once

#include "cmd/applet.h"
#include "fmt/stream.h"

/* output_stdout(s): a stream to standard output. ERR_IO. */
void output_stdout(struct stream *s);

struct output; /* one report: its format and its place */

struct outputs {
	struct output *items;
	size_t len, cap;
};

/* outputs_open(job, format, list, formats, out, e): `format` is that of entries without one and of
 * standard output, which is used when the list is empty ("-" names it too). `formats`: the names
 * that may stand before "=", divided by |. ERR_USAGE, ERR_IO.
 * outputs_commit puts the files in their places; outputs_close frees (and drops what is not
 * committed). */
int outputs_open(struct job *job, const char *format, const struct texts *list, const char *formats,
                 struct outputs *out, err *e);
int outputs_commit(struct outputs *o, err *e);
void outputs_close(struct outputs *o);

const char *output_format(const struct outputs *o, size_t i);
struct stream *output_stream(struct outputs *o, size_t i);
