/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 0))) static void append(err *e, const char *fmt, va_list ap)
{
	size_t room = sizeof(e->text) - e->len;
	int n = vsnprintf(e->text + e->len, room, fmt, ap);

	if (n > 0)
		e->len = (uint16_t)(e->len + ((size_t)n < room ? (size_t)n : room - 1));
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
	char inner[sizeof(e->text)];
	va_list ap;

	assert(e->kind != ERR_NONE);
	memcpy(inner, e->text, sizeof(inner));
	e->len = 0;
	va_start(ap, fmt);
	append(e, fmt, ap);
	va_end(ap);
	int n = snprintf(e->text + e->len, sizeof(e->text) - e->len, ": %s", inner);

	if (n > 0)
		e->len = (uint16_t)strlen(e->text);
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
