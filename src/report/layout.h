/* SPDX-License-Identifier: Apache-2.0 */
/* layout - lines of a page: a label at the left, words that wrap at its right.
 *
 *     setuid   10 files: usr/bin/chfn, usr/bin/chsh,
 *              usr/bin/gpasswd
 *
 * Words are never cut, so that a path can be copied; one longer than a line stands alone. Widths
 * count code points. Untrusted text is shown escaped. Threading: as the stream. */
#pragma once

#include "fmt/stream.h"
#include "report/terminal.h"

#define LAYOUT_LABEL 9 /* columns of the label: with it a sha256 digest ends at column 80 */

struct layout {
	struct stream *out;
	const struct terminal *terminal;
	unsigned indent,
		column; /* where lines of the open paragraph begin; where the next word would */
};

/* layout_heading(l, text): a blank line and a heading. */
void layout_heading(struct layout *l, const char *text);
/* layout_label(l, label): begin a paragraph. layout_indent(l, n): begin one without a label. */
void layout_label(struct layout *l, const char *label);
void layout_indent(struct layout *l, unsigned n);
/* layout_word(l, style, untrusted, tail): one word that is not broken, with `tail` (a comma)
 * stuck to it. layout_text(l, style, text): our own text, broken at its spaces. */
void layout_word(struct layout *l, enum style style, bytes untrusted, const char *tail);
void layout_text(struct layout *l, enum style style, const char *text);
void layout_printf(struct layout *l, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* layout_end(l): close the paragraph. */
void layout_end(struct layout *l);

/* layout_cell(l, style, untrusted, width): one column of a table, cut with "…" or filled to width;
 * a negative width puts the text to the right. layout_rest: the last column, cut to the line; ends
 * the line. */
void layout_cell(struct layout *l, enum style style, bytes untrusted, int width);
void layout_rest(struct layout *l, enum style style, bytes untrusted);
