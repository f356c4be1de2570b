/* SPDX-License-Identifier: Apache-2.0 */
/* source - where in a text an octet stands: line and column, as editors count.
 *
 * Lines end in LF (a CR before it belongs to the line's end); both counts begin at 1, columns count
 * code points. Threading: constant once made. */
#pragma once

#include "base/arena.h"

struct source {
	bytes text;      /* borrows */
	uint32_t *lines; /* offset of the first octet of each line; arena */
	size_t len;
};

struct position {
	uint32_t line, column;
};

/* source_init(s, text, a): text is shorter than 4 GiB. O(n). */
void source_init(struct source *s, bytes text, struct arena *a);
/* source_position(s, at): of octet `at` (at most text.n). O(log lines + length of the line). */
struct position source_position(const struct source *s, size_t at);
/* source_line(s, line): line `line`, from 1, with its end; empty behind the last. Borrows. */
bytes source_line(const struct source *s, size_t line);
/* source_line_start(s, at), source_line_end(s, at): offset of the first octet of the line with
 * octet `at`, and of the octet behind its text (the CR or LF, or the end). */
size_t source_line_start(const struct source *s, size_t at);
size_t source_line_end(const struct source *s, size_t at);
