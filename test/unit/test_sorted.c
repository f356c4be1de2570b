/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sorted.h"

#include "base/limits.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
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

static void write_sorted(unsigned n, bool compress)
{
	struct sorted_writer *w;
	char k[32], v[1024];
	err e = { 0 };

	assert_int_equal(sorted_create(path(), &w, &e), 0);
	assert_int_equal(sorted_compress(w, compress, &e), 0);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(sorted_add(w, key_of(i, k), value_of(i, v), &e), 0);
	assert_int_equal(sorted_finish(w, &e), 0);
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
		cmocka_unit_test(walks_in_order_from_anywhere),
		cmocka_unit_test(same_input_same_octets),
		cmocka_unit_test(damage_is_seen),
		cmocka_unit_test(order_is_kept_and_giving_up_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
