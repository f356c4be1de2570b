/* SPDX-License-Identifier: Apache-2.0 */
/* json_write - JSON documents (RFC 8259), written as they come.
 *
 * The only writer in the program; the reader is fmt/json. Deterministic: members stand in the order
 * of the calls, two spaces a level, one form for every value, a newline at the end of the document.
 * Escapes are the short ones of RFC 8259 section 7, \u00XX for other controls, and \uXXXX for the
 * characters that make a terminal show another text than is there (base/text.h). Octets that are no
 * UTF-8 cannot stand in JSON: json_write_octets replaces each by U+FFFD and says the true octets in
 * hex in a second member. Numbers beyond 2^53 are not written by any caller (sizes are bounded).
 * Threading: a writer belongs to one thread. */
#pragma once

#include "fmt/stream.h"

#define JSON_WRITE_DEPTH 32

struct json_writer {
	struct stream *out;
	unsigned depth;
	uint32_t filled; /* bit d: the container at depth d has a value already */
	uint32_t arrays; /* bit d: it is an array */
	bool on_one_line;
	bool is_compact; /* on one line, and no space, no newline at the end: what is signed */
};

/* json_write_init(w, out): a document on out (borrows). Set on_one_line afterwards for logs,
 * is_compact for what other programs write with no space at all. */
void json_write_init(struct json_writer *w, struct stream *out);

/* Each takes the member's name, or NULL for an item of an array and for the document itself.
 * Containers nest at most JSON_WRITE_DEPTH deep; json_write_end closes the innermost one. */
void json_write_object(struct json_writer *w, const char *name);
void json_write_array(struct json_writer *w, const char *name);
void json_write_end(struct json_writer *w);

void json_write_str(struct json_writer *w, const char *name, bytes value);
void json_write_text(struct json_writer *w, const char *name, const char *value);
void json_write_u64(struct json_writer *w, const char *name, uint64_t value);
void json_write_i64(struct json_writer *w, const char *name, int64_t value);
void json_write_bool(struct json_writer *w, const char *name, bool value);
/* json_write_tenths(w, name, 53): 5.3; 50 is 5. Scores of CVSS. */
void json_write_tenths(struct json_writer *w, const char *name, unsigned value);
/* json_write_raw(w, name, value): a value that is JSON already, octet for octet; the caller has
 * seen a strict reader take it whole. */
void json_write_raw(struct json_writer *w, const char *name, bytes value);

/* json_write_octets(w, name, value): a string member that may hold any octets (a file name):
 * when it is no UTF-8, a member NAME_hex with the octets in lower-case hex follows. Members
 * only. */
void json_write_octets(struct json_writer *w, const char *name, bytes value);
/* json_write_some(w, name, value): json_write_octets unless value is empty. */
void json_write_some(struct json_writer *w, const char *name, bytes value);
