/* SPDX-License-Identifier: Apache-2.0 */
/* seal_show - what `oakum seal` shows: stages on a terminal while they go on, a report at the end,
 * the parts that were asked for.
 *
 * Threading: belongs to the main thread. */
#pragma once

#include "cmd/output.h"
#include "flow/seal_judge.h"
#include "report/audit_page.h"
#include "report/seal_page.h"

struct seal_part {
	const char *name, *path;
};

struct seal_show {
	struct job *job;
	struct outputs outputs;
	struct issues issues;
	struct {
		struct seal_part *items;
		size_t len, cap;
	} parts;
	size_t lines;  /* that stand on the terminal */
	size_t images; /* that were judged */
};

/* seal_show_open(s, job, format, list, formats, e): `list` as outputs_open has it, and entries
 * PART=FILE (seal_paper_name). ERR_USAGE, ERR_IO. seal_show_close: also after a failure. */
int seal_show_open(struct seal_show *s, struct job *job, const char *format,
                   const struct texts *list, const char *formats, err *e);
void seal_show_close(struct seal_show *s);

/* seal_show_stage(s, page, stage): a line on the terminal.
 * seal_show_judged(s, page, papers, e): one image: its parts are written; those of a second one
 * beside those of the first, with the platform in their names. seal_show_paper: one part alone.
 * seal_show_end(s, page, e): the reports. */
void seal_show_stage(struct seal_show *s, const struct seal_page *page, enum seal_stage stage);
int seal_show_judged(struct seal_show *s, const struct audit_page *page,
                     const struct seal_papers *papers, err *e);
int seal_show_paper(struct seal_show *s, enum seal_paper kind, bytes content, err *e);
int seal_show_end(struct seal_show *s, const struct seal_page *page, err *e);
