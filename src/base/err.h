/* SPDX-License-Identifier: Apache-2.0 */
/* err - why a job stopped.
 *
 * A value: no heap, copied freely, owned by the job. Functions that can fail return 0 or -1 (or a
 * count) and take `err *e` last. Whoever detects a failure sets it, once; callers that know more
 * wrap it, the rest just return -1. No function below cmd/ prints or exits. The kind, never the
 * text, decides the exit status (cmd/) and whether a retry makes sense.
 * The text must be printable: text from outside passes through text_show (base/text.h) on its way
 * in. Threading: a value belongs to one thread. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum err_kind {
	ERR_NONE,      /* no error */
	ERR_USAGE,     /* the command line or a settings file is wrong */
	ERR_IO,        /* the operating system refused: file, process, memory map */
	ERR_NET,       /* a peer could not be reached or answered wrongly */
	ERR_FORMAT,    /* the input is not what its format allows, or its digest differs */
	ERR_LIMIT,     /* the input exceeds a limit of base/limits.h */
	ERR_ABSENT,    /* the named object does not exist */
	ERR_UNTRUSTED, /* there is a signature or attestation and it does not hold */
	ERR_UNSIGNED,  /* nothing to verify */
	ERR_BUG,       /* an invariant of ours is broken, a worker died */
};

typedef struct err {
	enum err_kind kind;
	int sys; /* errno, or 0 */
	uint16_t len;
	char text[480];
} err;

/* err_set(e, kind, sys, fmt, ...): record a failure; returns -1 so that callers can
 * `return err_set(...)`. When sys is not 0 its strerror is appended. *e must be empty: recording
 * over an earlier failure would lose it, and asserts. A long text is cut, never overflows. */
int err_set(err *e, enum err_kind kind, int sys, const char *fmt, ...)
	__attribute__((format(printf, 4, 5), nonnull(1)));

/* err_wrap(e, fmt, ...): put "what was being done: " before the text; returns -1. *e must be
 * set. */
int err_wrap(err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3), nonnull(1)));

#ifdef __clang_analyzer__ /* it cannot see across files that both always return -1 */
#define err_set(...) ((void)(err_set)(__VA_ARGS__), -1)
#define err_wrap(...) ((void)(err_wrap)(__VA_ARGS__), -1)
#endif

/* err_clear(e): forget a failure that has been dealt with (say where, in a comment). */
static inline void err_clear(err *e)
{
	e->kind = ERR_NONE;
	e->sys = 0;
	e->len = 0;
	e->text[0] = '\0';
}

static inline bool err_is_set(const err *e)
{
	return e->kind != ERR_NONE;
}

/* err_kind_name(kind): a word for reports ("format", "limit"). Static. */
const char *err_kind_name(enum err_kind kind);
