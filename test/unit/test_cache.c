/* SPDX-License-Identifier: Apache-2.0 */
/* What a cache keeps, and what it lets go. */
#include "cache_fixture.h"

static void keeps_layers(void **state)
{
	struct fixture *f = *state;
	buf small = BUF_INIT(MIB), large = BUF_INIT(32 * MIB), none = BUF_INIT(1);
	struct stat st;

	make_records(&small, 1, 3, 10);
	make_records(&large, 2, 3000, 1000);           /* several pieces */
	make_records(&large, 3, 1, 3 * (uint32_t)MIB); /* one record above a piece's size */
	make_records(&large, 4, 2, 1);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&small), &f->e), 0);
	assert_int_equal(write_layer(f->c, 1, buf_bytes(&small), &f->e), 0);
	assert_int_equal(write_layer(f->c, 2, buf_bytes(&large), &f->e), 0);
	assert_int_equal(write_layer(f->c, 3, buf_bytes(&none), &f->e), 0);
	cache_close(f->c);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&small), &f->e), 1);
	assert_int_equal(read_layer(f->c, 2, buf_bytes(&large), &f->e), 1);
	assert_int_equal(read_layer(f->c, 3, buf_bytes(&none), &f->e), 1);
	assert_int_equal(stat(f->db, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	buf_done(&small);
	buf_done(&large);
}

/* The key is the blob and the inspectors, never what a config claims. */
static void keys_do_not_mix(void **state)
{
	struct fixture *f = *state;
	digest blob = of("blob", 1), other = of("version", 1), version = of("version", 0), got;
	digest sha512 = blob;
	int64_t row;
	buf records = BUF_INIT(MIB);

	sha512.algorithm = DIGEST_SHA512;
	make_records(&records, 1, 1, 1);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(write_layer(f->c, 1, buf_bytes(&records), &f->e), 0);
	cache_close(f->c);
	assert_int_equal(open_it(f), 0);
	assert_true(cache_find(f->c, &blob, &version, &row, &got));
	assert_false(cache_find(f->c, &blob, &other, &row, &got));
	assert_false(cache_find(f->c, &sha512, &version, &row, &got));
	assert_false(cache_find(f->c, &version, &blob, &row, &got));
	buf_done(&records);
}

static void what_is_aborted_or_cut_is_not_there(void **state)
{
	struct fixture *f = *state;
	digest blob = of("blob", 1), diff = of("diff", 1), version = of("version", 0);
	buf records = BUF_INIT(4 * MIB);

	make_records(&records, 1, 3000, 1000);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(cache_put_begin(f->c, &blob, &diff, &version, &f->e), 0);
	assert_int_equal(cache_put(f->c, buf_bytes(&records), &f->e), 0);
	cache_put_abort(f->c);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&records), &f->e), 0);
	assert_int_equal(cache_put_begin(f->c, &blob, &diff, &version, &f->e), 0);
	assert_int_equal(cache_put(f->c, bytes_slice(buf_bytes(&records), 0, 1500), &f->e), -1);
	assert_failed(&f->e, ERR_FORMAT);
	assert_int_equal(cache_put_end(f->c, &f->e), -1);
	err_clear(&f->e);
	/* Written again, the new one counts. */
	assert_int_equal(write_layer(f->c, 2, bytes_slice(buf_bytes(&records), 0, 1004), &f->e), 0);
	assert_int_equal(write_layer(f->c, 2, buf_bytes(&records), &f->e), 0);
	cache_close(f->c);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&records), &f->e), 0);
	assert_int_equal(read_layer(f->c, 2, buf_bytes(&records), &f->e), 1);
	buf_done(&records);
}

static void least_used_goes_first(void **state)
{
	struct fixture *f = *state;
	buf records = BUF_INIT(MIB);
	struct stat st;

	make_records(&records, 1, 100, 1000);
	for (uint32_t n = 0; n < 60; n++) {
		assert_int_equal(cache_open(f->dir, MIB, &f->c, &f->e), 0);
		/* Layer 0 is used all the time, so it stays. */
		assert_int_equal(read_layer(f->c, 0, buf_bytes(&records), &f->e), n > 0);
		assert_int_equal(write_layer(f->c, n, buf_bytes(&records), &f->e), 0);
		cache_close(f->c);
		f->c = NULL;
	}
	assert_int_equal(stat(f->db, &st), 0);
	assert_in_range(st.st_size, 1, MIB);
	assert_int_equal(cache_open(f->dir, MIB, &f->c, &f->e), 0);
	uint32_t kept = 0;

	for (uint32_t n = 0; n < 60; n++) {
		int found = read_layer(f->c, n, buf_bytes(&records), &f->e);

		assert_true(found >= 0);
		assert_int_equal(found, n == 0 || n >= 54);
		kept += (uint32_t)found;
	}
	assert_int_equal(kept,
	                 7); /* of 100 kB each, in three quarters of 1 MiB: they do not compress */
	buf_done(&records);
}

/* use(f, first, n, records): a run that finds these layers and writes none; the length of the log
 * after it. */
static off_t use(struct fixture *f, uint32_t first, uint32_t n, bytes records)
{
	char log[160];
	struct stat st;

	snprintf(log, sizeof(log), "%s-wal", f->db);
	assert_int_equal(open_it(f), 0);
	for (uint32_t i = first; i < first + n; i++)
		assert_int_equal(read_layer(f->c, i, records, &f->e), 1);
	cache_close(f->c);
	f->c = NULL;
	assert_int_equal(stat(log, &st), 0);
	return st.st_size;
}

/* The same image again: nothing is written, so the log, which every run reads, does not grow. */
static void use_is_noted_where_it_tells(void **state)
{
	struct fixture *f = *state;
	buf records = BUF_INIT(MIB);
	off_t log, longest = 0;
	bool shortened = false;

	make_records(&records, 1, 1, 10);
	assert_int_equal(open_it(f), 0);
	for (uint32_t n = 0; n < 3; n++)
		assert_int_equal(write_layer(f->c, n, buf_bytes(&records), &f->e), 0);
	cache_close(f->c);
	f->c = NULL;
	assert_int_equal(use(f, 0, 3, buf_bytes(&records)), 0);
	assert_int_equal(use(f, 1, 2, buf_bytes(&records)), 0);
	assert_in_range(log = use(f, 0, 1, buf_bytes(&records)), 1, MIB);
	assert_int_equal(use(f, 0, 1, buf_bytes(&records)), log);
	/* Two images by turns: each run writes, until the log is long. */
	for (uint32_t n = 0; n < 200; n++, longest = log > longest ? log : longest) {
		log = use(f, n % 2, 1, buf_bytes(&records));
		shortened |= log < longest;
	}
	assert_true(shortened);
	assert_in_range(longest, 1, 600 * KIB);
	buf_done(&records);
}

/* Whoever lowers the bound gets the room back. */
static void a_lower_bound_shrinks_the_file(void **state)
{
	struct fixture *f = *state;
	buf records = BUF_INIT(MIB);
	struct stat st;

	make_records(&records, 1, 500, 1000);
	assert_int_equal(open_it(f), 0);
	for (uint32_t n = 0; n < 20; n++)
		assert_int_equal(write_layer(f->c, n, buf_bytes(&records), &f->e), 0);
	cache_close(f->c);
	assert_int_equal(cache_open(f->dir, 2 * MIB, &f->c, &f->e), 0);
	assert_int_equal(write_layer(f->c, 20, buf_bytes(&records), &f->e), 0);
	cache_close(f->c);
	assert_int_equal(stat(f->db, &st), 0);
	assert_in_range(st.st_size, 1, 2 * MIB);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(read_layer(f->c, 20, buf_bytes(&records), &f->e), 1);
	buf_done(&records);
}

static void too_large_a_layer_is_refused(void **state)
{
	struct fixture *f = *state;
	buf records = BUF_INIT(4 * MIB);

	make_records(&records, 1, 1500, 1000);
	assert_int_equal(cache_open(f->dir, MIB, &f->c, &f->e), 0);
	assert_int_equal(write_layer(f->c, 1, buf_bytes(&records), &f->e), -1);
	assert_failed(&f->e, ERR_LIMIT);
	assert_int_equal(read_layer(f->c, 1, buf_bytes(&records), &f->e), 0);
	buf_done(&records);
}

/* What was found stays readable, though others evict it meanwhile. */
static void a_find_holds_what_it_found(void **state)
{
	struct fixture *f = *state;
	digest blob = of("blob", 0), version = of("version", 0), got;
	struct cache *other;
	int64_t row;
	bytes part;
	buf records = BUF_INIT(MIB);

	make_records(&records, 1, 100, 1000);
	assert_int_equal(open_it(f), 0);
	assert_int_equal(write_layer(f->c, 0, buf_bytes(&records), &f->e), 0);
	assert_true(cache_find(f->c, &blob, &version, &row, &got));
	assert_int_equal(cache_open(f->dir, 400 * KIB, &other, &f->e), 0);
	for (uint32_t n = 1; n < 6; n++)
		assert_int_equal(write_layer(other, n, buf_bytes(&records), &f->e), 0);
	assert_int_equal(read_layer(other, 0, buf_bytes(&records), &f->e), 0);
	cache_close(other);
	assert_int_equal(cache_read(f->c, row, 0, &part, &f->e), 1);
	assert_true(bytes_equal(part, buf_bytes(&records)));
	assert_int_equal(cache_read(f->c, row, 1, &part, &f->e), 0);
	buf_done(&records);
}

static void a_row_that_is_not_there(void **state)
{
	struct fixture *f = *state;
	bytes part;

	assert_int_equal(open_it(f), 0);
	assert_int_equal(cache_read(f->c, 77, 0, &part, &f->e), -1);
	assert_failed(&f->e, ERR_IO);
	assert_int_equal(cache_read(f->c, -1, 0, &part, &f->e), -1);
	assert_failed(&f->e, ERR_LIMIT);
	assert_int_equal(cache_read(f->c, 1, 65536, &part, &f->e), -1);
	assert_failed(&f->e, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_layers),
		TEST(keys_do_not_mix),
		TEST(what_is_aborted_or_cut_is_not_there),
		TEST(least_used_goes_first),
		TEST(use_is_noted_where_it_tells),
		TEST(a_lower_bound_shrinks_the_file),
		TEST(too_large_a_layer_is_refused),
		TEST(a_find_holds_what_it_found),
		TEST(a_row_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
