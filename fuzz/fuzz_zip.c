/* SPDX-License-Identifier: Apache-2.0 */
/* The directory of an archive: what it names lies inside the file; deflated members inflate within
 * their room or are refused. */
#include "base/limits.h"
#include "codec/deflate.h"
#include "fmt/zip.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_memory(void *ctx, uint64_t offset, size_t n, struct arena *a, bytes *out)
{
	bytes whole = *(bytes *)ctx;

	(void)a;
	if (offset > whole.n || n > whole.n - offset)
		abort();
	*out = bytes_slice(whole, (size_t)offset, n);
	return true;
}

static void inflate_member(bytes packed)
{
	uint8_t out[512];
	size_t n = 0;
	err e = { 0 };

	if (deflate_inflate(packed, out, sizeof(out), &n, &e) == 0 && n > sizeof(out))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes whole = bytes_of(data, size);
	struct zip_source source = { size, read_memory, &whole };
	struct arena a = ARENA_INIT;
	struct zip_member m;
	struct zip z;
	uint64_t at;
	err e = { 0 };

	if (zip_open(&source, &a, &z, &e) == 0)
		while (zip_next(&z, &m, &e) > 0) {
			if (zip_content(&z, &m, &a, &at, &e) == 0)
				inflate_member(bytes_slice(whole, (size_t)at, (size_t)m.packed));
			err_clear(&e);
		}
	arena_done(&a);
	return 0;
}
