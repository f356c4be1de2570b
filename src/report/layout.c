/* SPDX-License-Identifier: Apache-2.0 */
#include "report/layout.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned columns(bytes shown)
{
	unsigned n = 0;
	uint32_t c;

	while (text_utf8_next(&shown, &c))
		n++;
	return n;
}

static void spaces(struct layout *l, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		stream_puts(l->out, " ");
	l->column += n;
}

static void styled(struct layout *l, enum style style, bytes shown)
{
	if (style != STYLE_PLAIN)
		stream_puts(l->out, terminal_style(l->terminal, style));
	stream_put(l->out, shown);
	if (style != STYLE_PLAIN)
		stream_puts(l->out, terminal_plain(l->terminal));
	l->column += columns(shown);
}

void layout_heading(struct layout *l, const char *text)
{
	stream_puts(l->out, "\n");
	styled(l, STYLE_TITLE, bytes_str(text));
	layout_end(l);
}

void layout_label(struct layout *l, const char *label)
{
	l->column = 0;
	l->indent = LAYOUT_LABEL;
	styled(l, STYLE_FAINT, bytes_str(label));
	while (l->column < l->indent)
		spaces(l, 1);
}

void layout_indent(struct layout *l, unsigned n)
{
	l->column = 0;
	l->indent = n;
	spaces(l, n);
}

void layout_word(struct layout *l, enum style style, bytes untrusted, const char *tail)
{
	buf shown = BUF_INIT(4 * untrusted.n + 64);

	text_show(&shown, untrusted);
	unsigned width = columns(buf_bytes(&shown)) + columns(bytes_str(tail));

	if (l->column > l->indent) {
		if (l->column + 1 + width > l->terminal->width) {
			stream_puts(l->out, "\n");
			l->column = 0;
			spaces(l, l->indent);
		} else {
			spaces(l, 1);
		}
	}
	styled(l, style, buf_bytes(&shown));
	styled(l, STYLE_PLAIN, bytes_str(tail));
	buf_done(&shown);
}

void layout_text(struct layout *l, enum style style, const char *text)
{
	bytes rest = bytes_str(text), word;

	while (bytes_take_until(&rest, ' ', &word))
		layout_word(l, style, word, "");
}

void layout_printf(struct layout *l, enum style style, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	layout_text(l, style, text);
}

void layout_end(struct layout *l)
{
	stream_puts(l->out, "\n");
	l->column = 0;
}

/* fit(shown, want): cut to `want` columns, the last one an ellipsis; gives the columns it takes. */
static unsigned fit(buf *shown, unsigned want)
{
	unsigned have = columns(buf_bytes(shown));
	bytes rest = buf_bytes(shown);
	uint32_t c;

	if (have <= want)
		return have;
	for (unsigned i = 0; i + 1 < want && text_utf8_next(&rest, &c); i++)
		;
	shown->n -= rest.n;
	buf_puts(shown, "…");
	return want;
}

void layout_cell(struct layout *l, enum style style, bytes untrusted, int width)
{
	unsigned want = (unsigned)abs(width);
	buf shown = BUF_INIT(4 * untrusted.n + 64);

	text_show(&shown, untrusted);
	unsigned have = fit(&shown, want);

	if (width < 0)
		spaces(l, want - have);
	styled(l, style, buf_bytes(&shown));
	if (width > 0)
		spaces(l, want - have);
	buf_done(&shown);
}

void layout_rest(struct layout *l, enum style style, bytes untrusted)
{
	buf shown = BUF_INIT(4 * untrusted.n + 64);

	text_show(&shown, untrusted);
	(void)fit(&shown, l->terminal->width > l->column ? l->terminal->width - l->column : 1);
	styled(l, style, buf_bytes(&shown));
	buf_done(&shown);
	layout_end(l);
}
