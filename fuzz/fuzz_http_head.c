/* SPDX-License-Identifier: Apache-2.0 */
/* The head of an answer, line by line: what is taken holds no octet that could begin another
 * line. */
#include "base/limits.h"
#include "net/http_head.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct http_head head = { .arena = &a };
	bytes rest = bytes_of(data, size);
	err e = { 0 };
	int result = 0;

	while (result == 0 && rest.n > 0) {
		size_t end = bytes_find(rest, '\n');
		bytes line = bytes_slice(rest, 0, end < rest.n ? end + 1 : end);

		rest = bytes_skip(rest, line.n);
		result = http_head_line(&head, line, &e);
	}
	if (result < 0)
		must(e.kind == ERR_NET || e.kind == ERR_LIMIT);
	must(result < 0 || head.octets <= LIMIT_HTTP_HEADERS);
	for (size_t i = 0; i < head.list.len; i++) {
		must(http_is_header(&head.list.items[i]));
		must(!strpbrk(head.list.items[i].value, "\r\n"));
	}
	must(!head.whole || head.status >= 200);
	arena_done(&a);
	return 0;
}
