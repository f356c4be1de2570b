/* SPDX-License-Identifier: Apache-2.0 */
#include "report/markup.h"

#include "base/text.h"

static const char *name_of(uint32_t c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	case '\n': return "&#10;"; /* an attribute's own newlines become spaces */
	case '\t': return "&#9;";
	default: return NULL;
	}
}

void markup_put(struct stream *out, bytes text)
{
	while (text.n > 0) {
		bytes rest = text;
		uint32_t c = 0;
		bool is_letter = text_utf8_next(&rest, &c);
		const char *name = is_letter ? name_of(c) : NULL;

		if (!is_letter)
			rest = bytes_skip(text, 1);
		bytes one = bytes_slice(text, 0, text.n - rest.n);

		if (name)
			stream_puts(out, name);
		else if (is_letter && !text_is_deceptive(c) && (c & 0xfffe) != 0xfffe &&
		         !text_is_command(text))
			stream_put(out, one);
		else
			for (size_t i = 0; i < one.n; i++)
				stream_printf(out, "\\x%02x", one.p[i]);
		text = rest;
	}
}

void markup_attribute(struct stream *out, const char *name, bytes value)
{
	stream_printf(out, " %s=\"", name);
	markup_put(out, value);
	stream_puts(out, "\"");
}
