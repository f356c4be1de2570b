/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sorted.h"

#include "base/limits.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder(void)
{
	static char dir[] = "/tmp/oakum-sorted-XXXXXX";
	static bool made;

	if (!made)
		assert_non_null(mkdtemp(dir));
	made = true;
	return dir;
}

static const char *path(void)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s/t.db", folder());
	return text;
}

static bytes key_of(unsigned i, char *room)
{
	return bytes_of(room, (size_t)snprintf(room, 32, "package-%08u", i * 3));
}

/* The value: i's digits, i % 50 times. */
static bytes value_of(unsigned i, char *room)
{
	size_t n = 0;

	for (unsigned k = 0; k < i % 50; k++)
		n += (size_t)snprintf(room + n, 16, "%u,", i);
	return bytes_of(room, n);
}

/* write_without(n, gap, compress): all but one. */
static void write_without(unsigned n, unsigned gap, bool compress)
{
	struct sorted_writer *w;
	char k[32], v[1024];
	err e = { 0 };

	assert_int_equal(sorted_create(path(), &w, &e), 0);
	assert_int_equal(sorted_compress(w, compress, &e), 0);
	for (unsigned i = 0; i < n; i++)
		if (i != gap)
			assert_int_equal(sorted_add(w, key_of(i, k), value_of(i, v), &e), 0);
	assert_int_equal(sorted_finish(w, &e), 0);
}

static void write_sorted(unsigned n, bool compress)
{
	write_without(n, n, compress);
}

static struct sorted *open_sorted(void)
{
	struct sorted *t;
	err e = { 0 };

	assert_int_equal(sorted_open(path(), &t, &e), 0);
	return t;
}

static void finds_every_key_and_no_other(void **state)
{
	static const unsigned sizes[] = { 0, 1, 2, 300, 60000 };
	char k[32], v[1024];

	(void)state;
	for (size_t s = 0; s < 10; s++) {
		unsigned n = sizes[s / 2];

		write_sorted(n, s % 2);
		struct sorted *t = open_sorted();

		assert_int_equal(sorted_entries(t), n);
		for (unsigned i = 0; i < n; i++) {
			bytes value;
			err e = { 0 };

			assert_int_equal(sorted_get(t, key_of(i, k), &value, &e), 1);
			assert_true(bytes_equal(value, value_of(i, v)));
		}
		for (unsigned i = 0; i < n; i += 7) {
			char absent[40];
			bytes value;
			err e = { 0 };

			snprintf(absent, sizeof(absent), "package-%08u", i * 3 + 1);
			assert_int_equal(sorted_get(t, bytes_str(absent), &value, &e), 0);
		}
		sorted_close(t);
	}
}

/* A search goes on from the last one; up and down and back must find the same. */
static void the_order_of_lookups_does_not_matter(void **state)
{
	char k[32], v[1024];
	bytes key, value;
	err e = { 0 };

	(void)state;
	write_sorted(60000, true);
	struct sorted *t = open_sorted();

	for (uint32_t i = 0, n = 1; i < 20000; i++, n = n * 1664525 + 1013904223) {
		unsigned at = i % 4 == 0 ? n % 59999 : i % 4 == 1 ? 59998 - i : i;

		assert_int_equal(sorted_get(t, key_of(at, k), &value, &e), 1);
		assert_true(bytes_equal(value, value_of(at, v)));
		if (i % 3 == 0) {
			assert_int_equal(sorted_next(t, &key, &value, &e), 1);
			assert_true(bytes_equal(key, key_of(at + 1, k)));
		}
		if (i % 5 == 0)
			assert_int_equal(sorted_get(t, BYTES("package-"), &value, &e), 0);
		if (i % 7 == 0)
			assert_int_equal(sorted_get(t, BYTES("q"), &value, &e), 0);
	}
	sorted_close(t);
}

static void walks_in_order_from_anywhere(void **state)
{
	char k[32];
	bytes key, value;
	err e = { 0 };

	(void)state;
	write_sorted(60000, true);
	struct sorted *t = open_sorted();

	for (unsigned from = 0; from < 60000; from += 9973) {
		assert_int_equal(sorted_seek(t, key_of(from, k), &e), 0);
		for (unsigned i = from; i < 60000; i++) {
			assert_int_equal(sorted_next(t, &key, &value, &e), 1);
			assert_true(bytes_equal(key, key_of(i, k)));
		}
		assert_int_equal(sorted_next(t, &key, &value, &e), 0);
	}
	assert_int_equal(sorted_seek(t, BYTES(""), &e), 0);
	assert_int_equal(sorted_next(t, &key, &value, &e), 1);
	assert_true(bytes_is(key, "package-00000000"));
	assert_int_equal(sorted_seek(t, BYTES("q"), &e), 0);
	assert_int_equal(sorted_next(t, &key, &value, &e), 0);
	sorted_close(t);
}

static void same_input_same_octets(void **state)
{
	struct stat a, b;

	(void)state;
	write_sorted(5000, true);
	assert_int_equal(stat(path(), &a), 0);
	struct sorted *t = open_sorted();
	digest first = sorted_root(t);

	sorted_close(t);
	write_sorted(5000, true);
	assert_int_equal(stat(path(), &b), 0);
	t = open_sorted();
	digest second = sorted_root(t);

	assert_true(digest_equal(&first, &second));
	assert_int_equal(a.st_size, b.st_size);
	sorted_close(t);
}

/* walk(): the first failure of reading everything, or ERR_NONE. */
static enum err_kind walk(void)
{
	struct sorted *t;
	bytes key, value;
	err e = { 0 };
	int more = 1;

	if (sorted_open(path(), &t, &e) < 0)
		return e.kind;
	if (sorted_seek(t, BYTES(""), &e) < 0)
		more = -1;
	while (more > 0)
		more = sorted_next(t, &key, &value, &e);
	sorted_close(t);
	return e.kind;
}

static void damage_is_seen(void **state)
{
	struct stat st;

	(void)state;
	write_sorted(3000, false);
	assert_int_equal(walk(), ERR_NONE);
	assert_int_equal(stat(path(), &st), 0);
	int fd = open(path(), O_RDWR);

	assert_true(fd >= 0);
	for (off_t at = 0; at < st.st_size; at += at < 140 ? 1 : 977) {
		uint8_t was, now;

		assert_int_equal(pread(fd, &was, 1, at), 1);
		now = was ^ 0x10;
		assert_int_equal(pwrite(fd, &now, 1, at), 1);
		assert_int_equal(walk(), ERR_FORMAT);
		assert_int_equal(pwrite(fd, &was, 1, at), 1);
	}
	assert_int_equal(walk(), ERR_NONE);
	for (off_t n = st.st_size - 1; n >= 0; n = n * 2 / 3 - 1) {
		write_sorted(3000, false);
		assert_int_equal(truncate(path(), n), 0);
		assert_int_equal(walk(), ERR_FORMAT);
	}
	close(fd);
}

/* -- from elsewhere ---------------------------------------------------------------------------- */

struct place {
	uint8_t *content;
	size_t n;
	int to;
	uint64_t fetched;
	unsigned asked;
	size_t lie_at; /* this octet is not what it was; 0: none */
	uint64_t fail_after;
};

static int fetch(void *ctx, uint64_t from, uint64_t n, err *e)
{
	struct place *p = ctx;

	if (p->fail_after && p->fetched + n > p->fail_after) {
		assert_int_equal(pwrite(p->to, p->content + from, n / 2, (off_t)from), n / 2);
		return err_set(e, ERR_NET, 0, "gone");
	}
	assert_true(from + n <= p->n);
	p->fetched += n;
	p->asked++;
	assert_int_equal(pwrite(p->to, p->content + from, n, (off_t)from), n);
	if (p->lie_at >= from && p->lie_at < from + n) {
		uint8_t lie = p->content[p->lie_at] ^ 1;

		assert_int_equal(pwrite(p->to, &lie, 1, (off_t)p->lie_at), 1);
	}
	return 0;
}

/* lie_elsewhere(): the table at path() as one that is elsewhere. */
static struct place lie_elsewhere(void)
{
	struct place p = { 0 };
	struct stat st;
	int fd = open(path(), O_RDONLY);

	assert_int_equal(fstat(fd, &st), 0);
	p.n = (size_t)st.st_size;
	p.content = malloc(p.n);
	assert_int_equal(read(fd, p.content, p.n), p.n);
	close(fd);
	p.to = fileno(tmpfile());
	return p;
}

static int fill_from(struct place *p, struct sorted *old, err *e)
{
	const struct sorted_elsewhere from = { bytes_of(p->content, SORTED_HEADER), fetch, p };

	p->fetched = p->asked = 0;
	return sorted_fill(&from, old, p->to, e);
}

static void check_filled(const struct place *p)
{
	uint8_t *have = malloc(p->n + 1);

	assert_int_equal(pread(p->to, have, p->n + 1, 0), p->n);
	assert_memory_equal(have, p->content, p->n);
	free(have);
}

static void few_changes_are_few_octets(void **state)
{
	(void)state;
	for (int compress = 0; compress < 2; compress++) {
		err e = { 0 };

		write_sorted(60000, compress);
		struct place p = lie_elsewhere();

		write_without(60000, 30001, compress);
		struct sorted *old = open_sorted();

		assert_int_equal(fill_from(&p, old, &e), 0);
		check_filled(&p);
		/* One leaf, and what leads to it: a fiftieth of it all at most. */
		assert_in_range(p.fetched, 1, compress ? p.n / 4 : p.n / 50);
		/* There already: nothing. */
		assert_int_equal(fill_from(&p, NULL, &e), 0);
		assert_int_equal(p.asked, 0);
		sorted_close(old);
		free(p.content);
		close(p.to);
	}
}

static void an_interrupted_fill_goes_on(void **state)
{
	err e = { 0 };

	(void)state;
	write_sorted(60000, false);
	struct place p = lie_elsewhere();

	p.fail_after = p.n / 2;
	assert_int_equal(fill_from(&p, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_NET);
	err_clear(&e);
	p.fail_after = 0;
	assert_int_equal(fill_from(&p, NULL, &e), 0);
	check_filled(&p);
	assert_in_range(p.fetched, 1, p.n * 3 / 4);
	free(p.content);
	close(p.to);
}

static void what_is_not_right_is_refused(void **state)
{
	(void)state;
	write_sorted(3000, false);
	struct place p = lie_elsewhere();

	for (size_t at = SORTED_HEADER; at < p.n; at += 997) {
		err e = { 0 };

		assert_int_equal(ftruncate(p.to, 0), 0);
		p.lie_at = at;
		assert_int_equal(fill_from(&p, NULL, &e), -1);
		assert_int_equal(e.kind, ERR_FORMAT);
	}
	p.lie_at = 0;
	for (size_t at = 0; at < SORTED_HEADER; at++) {
		err e = { 0 };

		p.content[at] ^= 0x20;
		assert_int_equal(fill_from(&p, NULL, &e), -1);
		assert_int_equal(e.kind, ERR_FORMAT);
		p.content[at] ^= 0x20;
	}
	/* An old table that is damaged gives what it can. */
	struct sorted *old = open_sorted();
	int fd = open(path(), O_RDWR);
	uint8_t zeros[5000] = { 0 };
	err e = { 0 };

	assert_int_equal(pwrite(fd, zeros, sizeof(zeros), 20000), sizeof(zeros));
	close(fd);
	assert_int_equal(ftruncate(p.to, 0), 0);
	assert_int_equal(fill_from(&p, old, &e), 0);
	check_filled(&p);
	assert_in_range(p.fetched, 5000, p.n / 2);
	sorted_close(old);
	free(p.content);
	close(p.to);
}

static void order_is_kept_and_giving_up_leaves_nothing(void **state)
{
	struct sorted_writer *w;
	err e = { 0 };

	(void)state;
	(void)unlink(path());
	assert_int_equal(sorted_create(path(), &w, &e), 0);
	assert_int_equal(sorted_add(w, BYTES("b"), BYTES(""), &e), 0);
	assert_int_equal(sorted_add(w, BYTES("b"), BYTES(""), &e), -1);
	assert_int_equal(e.kind, ERR_BUG);
	sorted_abandon(w);
	assert_int_equal(access(path(), F_OK), -1);
	assert_int_equal(rmdir(folder()), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_key_and_no_other),
		cmocka_unit_test(the_order_of_lookups_does_not_matter),
		cmocka_unit_test(walks_in_order_from_anywhere),
		cmocka_unit_test(same_input_same_octets),
		cmocka_unit_test(damage_is_seen),
		cmocka_unit_test(few_changes_are_few_octets),
		cmocka_unit_test(an_interrupted_fill_goes_on),
		cmocka_unit_test(what_is_not_right_is_refused),
		cmocka_unit_test(order_is_kept_and_giving_up_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
