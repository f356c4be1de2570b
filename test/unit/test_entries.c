/* SPDX-License-Identifier: Apache-2.0 */
/* What a layer's tar holds, and what of it is believed. The tar's octets come from our own writer,
 * which is tested against others (test_tar). */
#include "image/entries.h"

#include "base/limits.h"
#include "base/pack.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define FOREVER ((struct deadline){ .at_ms = UINT64_MAX })
#define MANY 5000 /* some portions of them */

static buf tar = BUF_INIT(SIZE_MAX);

static void add(struct tar_entry entry, const char *content)
{
	entry.size = entry.stored = strlen(content);
	tar_write_header(&tar, &entry);
	buf_puts(&tar, content);
	tar_write_pad(&tar, entry.size);
}

static int read_tar(size_t n, struct deadline deadline,
                    int (*each)(void *, const struct entries_item *, err *), void *ctx, err *e)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	assert_true(fd >= 0 && write(fd, tar.p, n) == (ssize_t)n);
	int status = entries_read(fd, n, deadline, each, ctx, e);

	close(fd);
	return status;
}

static int tear_down(void **state)
{
	(void)state;
	buf_done(&tar);
	return 0;
}

/* -- what is there ----------------------------------------------------------------------------- */

static int look(void *ctx, const struct entries_item *item, err *e)
{
	size_t *seen = ctx;
	const struct entry *entry = &item->entry;

	(void)e;
	switch ((*seen)++) {
	case 0:
		assert_int_equal(entry->type, ENTRY_FILE);
		assert_bytes(entry->path, "etc/shop.conf");
		assert_int_equal(entry->mode, 04755);
		assert_int_equal(entry->uid, 7);
		assert_int_equal(entry->gid, UINT32_MAX);
		assert_int_equal(entry->mtime, 0);
		assert_int_equal(entry->size, 5);
		assert_memory_equal(tar.p + item->offset, "hello", 5);
		break;
	case 1:
		assert_int_equal(entry->type, ENTRY_HARDLINK);
		assert_bytes(entry->link, "etc/shop.conf");
		break;
	case 2:
		assert_int_equal(entry->type, ENTRY_SYMLINK);
		assert_bytes(entry->link, "../x");
		assert_int_equal(entry->mtime, 9);
		break;
	default: assert_int_equal(entry->type, ENTRY_FILE);
	}
	return 0;
}

static void test_all_of_them(void **state)
{
	size_t seen = 0;
	char name[32];
	err e = { 0 };

	(void)state;
	add((struct tar_entry){ .type = TAR_FILE,
	                        .name = BYTES("./etc//shop.conf"),
	                        .mode = 04755,
	                        .uid = 7,
	                        .gid = UINT64_C(1) << 40,
	                        .mtime = -1 },
	    "hello");
	add((struct tar_entry){ .type = TAR_HARDLINK,
	                        .name = BYTES("b"),
	                        .link = BYTES("/../etc/shop.conf") },
	    "");
	add(
		(struct tar_entry){
			.type = TAR_SYMLINK, .name = BYTES("c"), .link = BYTES("../x"), .mtime = 9 },
		"");
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "many/%d", i);
		add((struct tar_entry){ .type = TAR_FILE, .name = bytes_str(name) }, "");
	}
	tar_write_end(&tar);
	assert_int_equal(read_tar(tar.n, FOREVER, look, &seen, &e), 0);
	assert_int_equal(seen, MANY + 3);
}

/* -- what stops it ----------------------------------------------------------------------------- */

static int count(void *ctx, const struct entries_item *item, err *e)
{
	(void)item, (void)e;
	++*(size_t *)ctx;
	return 0;
}

static int refuse(void *ctx, const struct entries_item *item, err *e)
{
	(void)count(ctx, item, e);
	return err_set(e, ERR_UNTRUSTED, 0, "no");
}

static void test_stops(void **state)
{
	size_t seen = 0;
	err cut = { 0 }, late = { 0 }, refused = { 0 };

	(void)state;
	add((struct tar_entry){ .type = TAR_FILE, .name = BYTES("whole") }, "text");
	size_t n = tar.n;

	add((struct tar_entry){ .type = TAR_FILE, .name = BYTES("cut") }, "more text than there is");
	assert_int_equal(read_tar(n + 512 + 8, FOREVER, count, &seen, &cut), -1);
	assert_failed(&cut, ERR_FORMAT);
	assert_int_equal(seen, 1); /* what came before it */
	seen = 0;
	assert_int_equal(read_tar(tar.n, (struct deadline){ 0 }, count, &seen, &late), -1);
	assert_failed(&late, ERR_LIMIT);
	assert_int_equal(seen, 0);
	assert_int_equal(read_tar(tar.n, FOREVER, refuse, &seen, &refused), -1);
	assert_failed(&refused, ERR_UNTRUSTED);
	assert_int_equal(seen, 1);
}

/* -- what a worker that was taken over might say ----------------------------------------------- */

/* Of a tar of a hundred octets. */
static bool is_believed(enum entry_type type, bytes path, bytes link, uint64_t size,
                        uint64_t offset)
{
	buf text = BUF_INIT(1 << 16);
	struct entries_item item;

	pack_u64(&text, type);
	pack_bytes(&text, path);
	pack_bytes(&text, link);
	for (int i = 0; i < 3; i++)
		pack_u64(&text, 0);
	pack_u64(&text, size);
	for (int i = 0; i < 2; i++)
		pack_u64(&text, 0);
	pack_u64(&text, offset);
	bytes in = buf_bytes(&text);
	bool believed = entries_take(&in, 100, &item);

	assert_true(!believed || in.n == 0);
	buf_done(&text);
	return believed;
}

static void test_lies(void **state)
{
	static const char *const names[] = { "../x", "a/../b", "/a", "a//b", "a/", "./a", ".", ".." };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_false(is_believed(ENTRY_FILE, bytes_str(names[i]), BYTES(""), 0, 0));
		assert_false(is_believed(ENTRY_HARDLINK, BYTES("good"), bytes_str(names[i]), 0, 0));
		assert_true(is_believed(ENTRY_SYMLINK, BYTES("good"), bytes_str(names[i]), 0, 0));
	}
	assert_false(is_believed(ENTRY_FILE, BYTES("a\0b"), BYTES(""), 0, 0));
	assert_false(is_believed(ENTRY_SYMLINK, BYTES("good"), BYTES("a\0b"), 0, 0));
	assert_false(is_believed(ENTRY_NONE, BYTES("good"), BYTES(""), 0, 0));
	assert_true(is_believed(ENTRY_FILE, BYTES("good"), BYTES(""), 60, 40));
	assert_false(is_believed(ENTRY_FILE, BYTES("good"), BYTES(""), 61, 40));
	assert_false(is_believed(ENTRY_FILE, BYTES("good"), BYTES(""), 0, 101));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, tear_down)
	const struct CMUnitTest tests[] = { TEST(test_all_of_them), TEST(test_stops), TEST(test_lies) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
