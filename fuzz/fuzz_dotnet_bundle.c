/* SPDX-License-Identifier: Apache-2.0 */
/* Single-file bundles. A fuzzer does not find 32 octets of a digest: when the input holds no
 * marker, it is what stands behind one, the header at its front. */
#include "catalog/dotnet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t host[] = "\x28\0\0\0\0\0\0\0"
							  "\x8b\x12\x02\xb9\x6a\x61\x20\x38\x72\x7b\x93\x02\x14\xd7\xa0\x32"
							  "\x13\xf5\xb9\xe6\xef\xae\x33\x18\xee\x3b\x2d\xce\x24\xb3\x6a\xae";
#define HOST (sizeof(host) - 1)

static bool read_memory(void *ctx, uint64_t offset, size_t n, bytes *out)
{
	const bytes *all = ctx;

	if (offset > all->n || n > all->n - offset)
		return false;
	*out = bytes_slice(*all, (size_t)offset, n);
	return true;
}

static bool search_memory(void *ctx, uint64_t from, uint64_t to, bytes what, uint64_t *out)
{
	const bytes *all = ctx;
	bytes part = bytes_slice(*all, (size_t)from, to > from ? (size_t)(to - from) : 0);
	size_t at = bytes_search(part, what);

	*out = from + at;
	return at < part.n;
}

static void check(struct dotnet_bundle *bundle, struct arena *a)
{
	struct dotnet_bundle_item item = { .bundle = *bundle }, back;
	buf b = BUF_INIT(4 * MIB);
	err e = { 0 };

	if (bundle->major != 1 && bundle->major != 2 && bundle->major != 6)
		abort();
	item.has_deps = dotnet_deps_parse(bundle->deps, a, &item.deps, &e) == 0;
	err_clear(&e); /* what the documents hold has targets of its own */
	item.has_config = dotnet_config_parse(bundle->config, a, &item.config, &e) == 0;
	dotnet_bundle_pack(&b, &item);
	bytes in = buf_bytes(&b);

	if (!dotnet_bundle_take(&in, a, &back) || in.n > 0 ||
	    back.bundle.files.len != bundle->files.len)
		abort();
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct dotnet_bundle bundle;
	bytes all = bytes_of(data, size);
	const struct entry entry = { .type = ENTRY_FILE, .path = BYTES("a.exe"), .size = size + KIB };
	err e = { 0 };

	(void)dotnet_host_may_bundle(&entry, bytes_slice(all, 0, INSPECT_HEAD));
	if (size < HOST || bytes_search(all, bytes_of(host + 8, HOST - 8)) == size) {
		uint8_t *whole = arena_alloc(&a, HOST + size);

		memcpy(whole, host, HOST);
		if (size > 0)
			memcpy(whole + HOST, data, size);
		all = bytes_of(whole, HOST + size);
	}
	const struct dotnet_file file = { all.n, read_memory, search_memory, &all };
	int found = dotnet_bundle_parse(&file, BYTES("a"), &a, &bundle, &e);

	if ((found < 0) != err_is_set(&e))
		abort();
	if (found > 0)
		check(&bundle, &a);
	arena_done(&a);
	return 0;
}
