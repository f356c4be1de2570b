/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#undef err_set
#undef err_wrap

/* cut(text, n): at most n octets of text, not in the middle of a character. */
static size_t cut(const char *text, size_t n)
{
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

__attribute__((format(printf, 2, 0))) static void append(err *e, const char *fmt, va_list ap)
{
	size_t room = sizeof(e->text) - e->len;
	int n = vsnprintf(e->text + e->len, room, fmt, ap);

	if (n > 0)
		e->len = (uint16_t)(e->len + ((size_t)n < room ? (size_t)n : cut(e->text, room - 1)));
	e->text[e->len] = '\0';
}

int err_set(err *e, enum err_kind kind, int sys, const char *fmt, ...)
{
	va_list ap;

	assert(e->kind == ERR_NONE && kind != ERR_NONE);
	e->kind = kind;
	e->sys = sys;
	e->len = 0;
	va_start(ap, fmt);
	append(e, fmt, ap);
	va_end(ap);
	if (sys && e->len < sizeof(e->text) - 1) {
		int n = snprintf(e->text + e->len, sizeof(e->text) - e->len, ": %s", strerror(sys));

		if (n > 0)
			e->len = (uint16_t)strlen(e->text);
	}
	return -1;
}

int err_wrap(err *e, const char *fmt, ...)
{
	char outer[sizeof(e->text)];
	va_list ap;

	assert(e->kind != ERR_NONE);
	va_start(ap, fmt);
	vsnprintf(outer, sizeof(outer), fmt, ap);
	va_end(ap);
	/* The cause is worth more than the circumstances: where both do not fit, what is cut first is
	 * the new text, down to a third of the room. */
	const size_t whole = sizeof(e->text) - 1 - 2;
	size_t n = strlen(outer), keep = e->len;

	if (n + keep > whole && n > whole / 3)
		n = cut(outer, keep > whole - whole / 3 ? whole / 3 : whole - keep);
	if (n + keep > whole)
		keep = cut(e->text, whole - n);
	memmove(e->text + n + 2, e->text, keep);
	memcpy(e->text, outer, n);
	memcpy(e->text + n, ": ", 2);
	e->len = (uint16_t)(n + 2 + keep);
	e->text[e->len] = '\0';
	return -1;
}

const char *err_kind_name(enum err_kind kind)
{
	switch (kind) {
	case ERR_NONE: return "none";
	case ERR_USAGE: return "usage";
	case ERR_IO: return "io";
	case ERR_NET: return "net";
	case ERR_FORMAT: return "format";
	case ERR_LIMIT: return "limit";
	case ERR_ABSENT: return "absent";
	case ERR_UNTRUSTED: return "untrusted";
	case ERR_UNSIGNED: return "unsigned";
	case ERR_BUG: return "bug";
	}
	return "unknown";
}
