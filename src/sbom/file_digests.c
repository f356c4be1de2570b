/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/file_digests.h"

#include "base/buf.h"

#define SHA1_SIZE 20
#define SHA256_SIZE 32

struct hashers {
	struct arena arena; /* it lives in here */
	struct hasher *sha1, *sha256;
};

static void *tap_open(err *e)
{
	struct arena arena = ARENA_INIT;
	struct hashers *h = arena_new(&arena, struct hashers);

	(void)e;
	*h = (struct hashers){ arena, hasher_new(DIGEST_SHA1), hasher_new(DIGEST_SHA256) };
	return h;
}

static void tap_data(void *state, bytes part)
{
	struct hashers *h = state;

	hasher_update(h->sha1, part);
	hasher_update(h->sha256, part);
}

static int tap_end(void *state, struct inspection *in, err *e)
{
	struct hashers *h = state;
	digest sha1 = hasher_final(h->sha1), sha256 = hasher_final(h->sha256);
	uint8_t both[SHA1_SIZE + SHA256_SIZE];

	(void)e;
	memcpy(both, sha1.value, SHA1_SIZE);
	memcpy(both + SHA1_SIZE, sha256.value, SHA256_SIZE);
	hasher_reset(h->sha1);
	hasher_reset(h->sha256);
	if (in->entry->sparse)
		inspection_gap(in, "a sparse file in the archive is not hashed");
	else
		inspection_item(in, bytes_of(both, sizeof(both)));
	return 0;
}

static void tap_close(void *state)
{
	struct hashers *h = state;
	struct arena arena = h->arena;

	hasher_free(h->sha1);
	hasher_free(h->sha256);
	arena_done(&arena);
}

static const struct tap tap = { tap_open, tap_data, tap_end, tap_close };

static struct want want_nothing(const struct entry *entry)
{
	(void)entry;
	return (struct want){ WANT_NO, 0 };
}

const struct inspector file_digests_inspector = {
	.name = "file-digests", .id = 90, .version = 1, .want = want_nothing, .tap = &tap
};

void file_digests_of_nothing(digest *out_sha1, digest *out_sha256)
{
	*out_sha1 = digest_of(DIGEST_SHA1, (bytes){ NULL, 0 });
	*out_sha256 = digest_of(DIGEST_SHA256, (bytes){ NULL, 0 });
}

void file_digests_prepare(void)
{
	digest ignored;

	file_digests_of_nothing(&ignored, &ignored);
}

bool file_digests_of(bytes item, digest *out_sha1, digest *out_sha256)
{
	if (item.n != SHA1_SIZE + SHA256_SIZE)
		return false;
	*out_sha1 = (digest){ .algorithm = DIGEST_SHA1 };
	*out_sha256 = (digest){ .algorithm = DIGEST_SHA256 };
	memcpy(out_sha1->value, item.p, SHA1_SIZE);
	memcpy(out_sha256->value, item.p + SHA1_SIZE, SHA256_SIZE);
	return true;
}
