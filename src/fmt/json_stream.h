/* SPDX-License-Identifier: Apache-2.0 */
/* json_stream - a strict reader of RFC 8259 documents that need not fit into memory.
 *
 * Octets are asked for piece by piece; tokens come out one by one, and a whole value can be taken
 * as text (for fmt/json) or passed over. Refused is what fmt/json refuses: duplicate members (by a
 * keyed hash of the unescaped name), trailing octets, a byte order mark, invalid UTF-8, lone
 * surrogates, numbers with leading zeros, more than LIMIT_JSON_DEPTH levels; and what would need
 * memory without bound: a token of more than LIMIT_JSON_TOKEN octets, a number of more than
 * LIMIT_JSON_NUMBER, an object of more than LIMIT_JSON_MEMBERS members.
 * Memory: one token and one piece, whatever the document's size.
 * Threading: a reader belongs to one thread. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"

enum json_token {
	JSON_TOKEN_END, /* behind the document */
	JSON_TOKEN_OBJECT,
	JSON_TOKEN_ARRAY,
	JSON_TOKEN_CLOSE, /* of the innermost object or array */
	JSON_TOKEN_NAME,
	JSON_TOKEN_STRING,
	JSON_TOKEN_NUMBER,
	JSON_TOKEN_WORD, /* true, false, null */
};

struct json_stream {
	/* more(ctx, out, e): the next octets, any number; none at the end; -1. They are copied. */
	int (*more)(void *ctx, bytes *out, err *e);
	void *ctx;
	buf window; /* octets that have come and may still be needed */
	size_t at;  /* where in the window the reader stands */
	bool drained;
	uint64_t lines, line_start; /* newlines before the window, and where the last one stood */
	uint64_t gone;              /* octets before the window */
	bytes token;                /* the last one: with its quotes; valid until the next call */
	unsigned depth;
	struct {
		bool object, filled;
		uint32_t names; /* where its names begin */
	} levels[LIMIT_JSON_DEPTH + 1];
	bool named; /* a name was taken, its value comes next */
	buf names;  /* keys of the names of all open objects, as they came: uint64_t */
	buf slots;  /* which of them a key is, + 1; 0: free; open addressing: uint32_t */
	buf *copy;  /* what is taken goes there too */
	size_t copied;
};

/* json_stream_init(s, more, ctx): json_stream_done frees. */
void json_stream_init(struct json_stream *s, int (*more)(void *ctx, bytes *out, err *e), void *ctx);
void json_stream_done(struct json_stream *s);

/* json_stream_next(s, out, e): the next token. ERR_FORMAT and ERR_LIMIT with line and column; what
 * more fails with. json_stream_close(s, e): after the outermost value nothing may follow. */
int json_stream_next(struct json_stream *s, enum json_token *out, err *e);
int json_stream_close(struct json_stream *s, err *e);

/* json_stream_fail(s, what, e): ERR_FORMAT, "line 1, column 7: " and what is wrong with the last
 * token; -1. json_stream_wrap(s, e): the same in front of an error that is set. */
int json_stream_fail(struct json_stream *s, const char *what, err *e);
int json_stream_wrap(struct json_stream *s, err *e);

/* json_stream_is(s, name): the last token, a name or string, unescaped, is this. */
bool json_stream_is(const struct json_stream *s, const char *name);

/* json_stream_text(s, a): the last token, a string, unescaped. Arena. */
bytes json_stream_text(const struct json_stream *s, struct arena *a);

/* json_stream_value(s, into, e): the next value whole, as its text, appended to `into`. ERR_LIMIT
 * beyond its maximum. json_stream_skip(s, e): pass over the next value.
 * Both accept the end of a container only through json_stream_item. */
int json_stream_value(struct json_stream *s, buf *into, err *e);
int json_stream_skip(struct json_stream *s, err *e);

/* Walking: json_stream_enter(s, object, e): the next value must be an object (array): 1; when it is
 * something else it is passed over: 0; -1. json_stream_item(s, e): inside of one: 1 when a member
 * (its name is the token now) or an item follows, 0 at its end, -1:
 * for (int r = json_stream_enter(s, true, e); r > 0 && (r = json_stream_item(s, e)) > 0;) */
int json_stream_enter(struct json_stream *s, bool object, err *e);
int json_stream_item(struct json_stream *s, err *e);
