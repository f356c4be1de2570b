/* SPDX-License-Identifier: Apache-2.0 */
/* json - a strict reader of RFC 8259 documents.
 *
 * The whole document is parsed at once into a flat array of nodes in pre-order; strings stay where
 * they are in the text, so parsing is fast and every value knows its exact bytes (what a signature
 * covers, where a diagnostic points). Refused, always: duplicate members in an object (compared
 * after unescaping), trailing octets, a byte order mark, invalid UTF-8, lone surrogates, numbers
 * with leading zeros, and whatever exceeds LIMIT_JSON_DEPTH or LIMIT_JSON_NODES.
 * This is not a writer (json_write is) and not a schema checker.
 * Threading: a parsed document is constant and may be read by any thread. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum json_type {
	JSON_NONE,
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

struct json_node;

struct json_doc {
	bytes text; /* borrows: must outlive the document */
	struct json_node *nodes;
	size_t len;
};

/* json - one value of a document, or none (type JSON_NONE). Passed by value. Every accessor accepts
 * none and answers with none or false, so a chain of them is checked once at its end. */
typedef struct json {
	const struct json_doc *doc;
	uint32_t at; /* index of the node + 1; 0 is none */
} json;

/* json_parse(text, a, out, e): read one document. Nodes live in a; text is borrowed. ERR_FORMAT
 * with line and column, ERR_LIMIT. O(n). */
int json_parse(bytes text, struct arena *a, struct json_doc *out, err *e);

json json_root(const struct json_doc *doc);
enum json_type json_type(json v);

/* json_get(object, name): the member's value. json_at(array, i): the item. None when absent. Both
 * walk over what stands before, O(members): loops iterate instead. */
json json_get(json object, const char *name);
json json_at(json array, size_t i);
/* json_is_clear(object, names, a): no other member is one of the names (NULL behind the last) to a
 * reader that takes names whose case differs for the same one, as Go's does: what a signature
 * covers must say one thing to everybody. None has no members. O(members * names). */
bool json_is_clear(json object, const char *const *names, struct arena *a);
/* json_count(v): items of an array, members of an object, else 0. */
size_t json_count(json v);

/* Iteration: for (json v = json_first(c); json_type(v) != JSON_NONE; v = json_next(v)). In an
 * object v is the member's value and json_name gives its unescaped name (arena only when it has
 * escapes). */
json json_first(json container);
json json_next(json v);
bytes json_name(json member, struct arena *a);

/* json_str(v, a, out): the unescaped octets of a string: a view into the text when it holds no
 * escape, else arena. json_bytes: the same with "" for anything that is no string. */
bool json_str(json v, struct arena *a, bytes *out);
bytes json_bytes(json v, struct arena *a);
/* Numbers: false unless v is a number that is exactly an integer in range. */
bool json_u64(json v, uint64_t *out);
bool json_i64(json v, int64_t *out);
bool json_bool(json v, bool *out);
/* json_raw(v): the exact bytes of the value in the text. Borrows. */
bytes json_raw(json v);
