/* SPDX-License-Identifier: Apache-2.0 */
/* registry_text - what registries write into headers and small documents, taken apart.
 *
 * Sources: RFC 9110 sections 11.6.1 (WWW-Authenticate), 14.4 (Content-Range);
 * RFC 8288 section 3 (Link); distribution docs/spec/auth/token.md; distribution-spec 1.1 (errors,
 * tags). Private to the room. Strings are arena memory or borrow from the input.
 * Threading: pure functions. */
#pragma once

#include "oci/document.h"

enum challenge_scheme { CHALLENGE_NONE, CHALLENGE_BASIC, CHALLENGE_BEARER };

struct challenge {
	enum challenge_scheme scheme;
	bytes realm, service;
};

/* challenge_take(in, a, out): the next challenge of a header's value; others than Basic and Bearer
 * are CHALLENGE_NONE. False at the end, and where it cannot be read. */
bool challenge_take(bytes *in, struct arena *a, struct challenge *out);

/* link_next(value, out): the target of the link whose relation is "next". */
bool link_next(bytes value, bytes *out);

/* content_range(value, out_from, out_size): "bytes 5-9/10": where it begins, and the size of the
 * whole; false for anything that does not reach to its end. content_part: any part, its last octet.
 * upload_range(value, out): "0-4", or "bytes=0-4": how many octets came, 5 (distribution-spec,
 * "Pushing a blob in chunks"). */
bool content_range(bytes value, uint64_t *out_from, uint64_t *out_size);
bool content_part(bytes value, uint64_t *out_from, uint64_t *out_last, uint64_t *out_size);
bool upload_range(bytes value, uint64_t *out);

struct token_answer {
	bytes token; /* empty: none */
	uint64_t expires_s;
};
/* token_parse(text, a, out, e): a token service's answer. ERR_FORMAT. */
int token_parse(bytes text, struct arena *a, struct token_answer *out, err *e);
/* errors_parse(text, a): "CODE: message" of the first error, not yet escaped; empty when the
 * document is something else. */
bytes errors_parse(bytes text, struct arena *a);
/* tags_parse(text, a, out, e): adds a page's tags. ERR_FORMAT, ERR_LIMIT. */
int tags_parse(bytes text, struct arena *a, struct strings *out, err *e);
