/* SPDX-License-Identifier: Apache-2.0 */
/* http_head - status and headers of an answer, line by line (RFC 9110 section 5, RFC 9112 section
 * 5).  What two programs could read differently is refused: two lengths, a length beside chunks,
 * folded lines, octets that no header may hold, transfer codings other than chunked. Interim
 * answers (1xx) are forgotten, trailers ignored; all lines together are at most LIMIT_HTTP_HEADERS.
 * Private to net/http. Threading: as the arena. */
#pragma once

#include "net/http.h"

struct http_head {
	struct arena *arena;
	struct {
		struct http_header *items;
		size_t len, cap;
	} list;
	size_t octets; /* of all lines seen */
	int status;
	bool whole; /* the empty line behind a final status came */
};

/* http_head_line(h, line, e): the next line, with or without its CR LF. ERR_NET, ERR_LIMIT. */
int http_head_line(struct http_head *h, bytes line, err *e);
/* http_is_header(header): may be sent: a token, and a value of visible octets. */
bool http_is_header(const struct http_header *header);
