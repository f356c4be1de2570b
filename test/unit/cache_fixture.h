/* SPDX-License-Identifier: Apache-2.0 */
/* cache_fixture - a cache in a folder of its own, and layers to keep in it. */
#pragma once

#include "unit.h"

#include "base/limits.h"
#include "image/cache.h"
#include "image/evidence.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <sqlite3.h>

#define SECOND INT64_C(1000000000)

struct fixture {
	char dir[64], db[128];
	struct cache *c;
	err e;
};

static inline int open_it(struct fixture *f)
{
	return cache_open(f->dir, 64 * MIB, &f->c, &f->e);
}

static inline int set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .dir = "/tmp/oakum-test-cache-XXXXXX" };
	assert_non_null(mkdtemp(f.dir));
	snprintf(f.db, sizeof(f.db), "%s/evidence.db", f.dir);
	*state = &f;
	return 0;
}

static inline int tear_down(void **state)
{
	static const char *const names[] = { "evidence.db",
		                                 "evidence.db-wal",
		                                 "evidence.db-shm",
		                                 "evidence.db.corrupt",
		                                 "evidence.lock",
		                                 "made/evidence.db",
		                                 "made/evidence.db-wal",
		                                 "made/evidence.db-shm",
		                                 "made/evidence.lock",
		                                 "made",
		                                 "target" };
	struct fixture *f = *state;
	char path[256];

	cache_close(f->c);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
		if (unlink(path) < 0)
			(void)rmdir(path);
	}
	return rmdir(f->dir);
}

static inline digest of(const char *what, uint32_t n)
{
	digest d = { .algorithm = DIGEST_SHA256 };

	snprintf((char *)d.value, 32, "%s %u", what, n);
	return d;
}

static inline void put_le32(buf *b, uint32_t v)
{
	for (int i = 0; i < 32; i += 8)
		buf_putc(b, (uint8_t)(v >> i));
}

/* Framed records whose octets tell their number, so that a mix-up is seen; hard to compress. */
static inline void make_records(buf *b, uint32_t seed, uint32_t count, uint32_t size)
{
	uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;

	for (uint32_t i = 0; i < count; i++) {
		put_le32(b, size);
		for (uint32_t k = 0; k < size; k++) {
			x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			buf_putc(b, (uint8_t)(x >> 56));
		}
	}
}

/* What is done in children, too: no cmocka in these. */
static inline int write_layer(struct cache *c, uint32_t n, bytes records, err *e)
{
	digest blob = of("blob", n), diff = of("diff", n), version = of("version", 0);

	if (cache_put_begin(c, &blob, &diff, &version, e) < 0 || cache_put(c, records, e) < 0)
		return -1;
	return cache_put_end(c, e);
}

/* 1 and the layer's records are these, 0 there is no such layer, -1 it is wrong. */
static inline int read_layer(struct cache *c, uint32_t n, bytes records, err *e)
{
	digest blob = of("blob", n), diff = of("diff", n), version = of("version", 0), got;
	int64_t row;
	bytes part, want = records, have;

	if (!cache_find(c, &blob, &version, &row, &got))
		return 0;
	if (!digest_equal(&got, &diff))
		return -1;
	for (uint32_t piece = 0;; piece++) {
		int more = cache_read(c, row, piece, &part, e);

		if (more <= 0)
			return more == 0 && want.n == 0 ? 1 : -1;
		if (!bytes_take(&want, part.n, &have) || !bytes_equal(have, part))
			return -1;
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
