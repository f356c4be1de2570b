/* SPDX-License-Identifier: Apache-2.0 */
/* What registries write into headers and small documents. The first octet says which parser reads
 * the rest: c(hallenge), l(ink), r(ange), w(ait), t(oken), e(rrors), g (tags). */
#include "base/limits.h"
#include "net/patience.h"
#include "oci/registry_text.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void challenges(bytes in, struct arena *a)
{
	struct challenge c;
	size_t count = 0;

	while (challenge_take(&in, a, &c))
		must(++count < 100000);
}

static void ranges(bytes in)
{
	uint64_t from, size, have;

	if (content_range(in, &from, &size))
		must(from < size && size <= LIMIT_BLOB + 1);
	if (upload_range(in, &have))
		must(have <= LIMIT_BLOB + 1);
}

static void waits(bytes in, struct arena *a)
{
	bytes line = { 0 };
	uint64_t ms;

	(void)bytes_take_until(&in, '\n', &line);
	(void)retry_after(arena_str(a, line), arena_str(a, in), &ms);
}

static void links(bytes in)
{
	bytes target;

	if (link_next(in, &target))
		must(target.n > 0 && target.p > in.p && target.p + target.n < in.p + in.n);
}

static void documents(uint8_t which, bytes in, struct arena *a)
{
	struct token_answer token;
	struct strings tags = { 0 };
	err e = { 0 };

	if (which == 't' && token_parse(in, a, &token, &e) == 0)
		must(token.token.n > 0 && bytes_find(token.token, '\n') == token.token.n);
	if (which == 'e')
		(void)errors_parse(in, a);
	if (which == 'g' && tags_parse(in, a, &tags, &e) == 0)
		for (size_t i = 0; i < tags.len; i++)
			must(tags.items[i].n > 0 && tags.items[i].n <= 128);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	bytes in = bytes_of(data, size);
	uint8_t which = 0;

	(void)bytes_take_u8(&in, &which);
	if (which == 'c')
		challenges(in, &a);
	else if (which == 'l')
		links(in);
	else if (which == 'r')
		ranges(in);
	else if (which == 'w')
		waits(in, &a);
	else
		documents(which, in, &a);
	arena_done(&a);
	return 0;
}
