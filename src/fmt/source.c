/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/source.h"

void source_init(struct source *s, bytes text, struct arena *a)
{
	size_t count = 1;

	for (size_t i = 0; i < text.n; i++)
		count += text.p[i] == '\n';
	*s = (struct source){ .text = text, .lines = arena_array(a, uint32_t, count) };
	s->len = 1;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\n')
			s->lines[s->len++] = (uint32_t)(i + 1);
}

/* Index of the line that holds octet `at`. */
static size_t line_of(const struct source *s, size_t at)
{
	size_t low = 0, high = s->len;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->lines[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct position source_position(const struct source *s, size_t at)
{
	size_t line = line_of(s, at);
	uint32_t column = 1;

	for (size_t i = s->lines[line]; i < at && i < s->text.n; i++)
		column += (s->text.p[i] & 0xc0) != 0x80; /* not a continuation octet of UTF-8 */
	return (struct position){ (uint32_t)(line + 1), column };
}

bytes source_line(const struct source *s, size_t line)
{
	if (line == 0 || line > s->len)
		return (bytes){ 0 };
	size_t from = s->lines[line - 1];
	size_t to = line < s->len ? s->lines[line] : s->text.n;

	return bytes_slice(s->text, from, to - from);
}

size_t source_line_start(const struct source *s, size_t at)
{
	return s->lines[line_of(s, at)];
}

size_t source_line_end(const struct source *s, size_t at)
{
	size_t line = line_of(s, at), end;

	if (line + 1 == s->len)
		return s->text.n;
	end = s->lines[line + 1] - 1;
	return end > s->lines[line] && s->text.p[end - 1] == '\r' ? end - 1 : end;
}
