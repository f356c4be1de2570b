/* SPDX-License-Identifier: Apache-2.0 */
/* Files are written here from the description of bbolt's pages; that whole databases are read is
 * tested with what bbolt's own layout has (test/cli/db-stores.t). */
#include "fmt/bolt.h"

#include "base/buf.h"
#include "unit.h"

#define PAGE 512
#define PAGES 6

struct element {
	uint32_t flags;
	bytes key, value;
};

static uint8_t file[PAGES * PAGE];

static void put(size_t at, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		file[at + i] = (uint8_t)(v >> (8 * i));
}

static void head(size_t at, uint64_t number, unsigned kind, size_t count)
{
	put(at, number, 8);
	put(at + 8, kind, 2);
	put(at + 10, count, 2);
	put(at + 12, 0, 4);
}

/* A leaf at an offset; returns where it ends. */
static size_t leaf(size_t at, uint64_t number, const struct element *e, size_t n)
{
	size_t end = at + 16 + 16 * n;

	head(at, number, 2, n);
	for (size_t i = 0; i < n; i++) {
		size_t element = at + 16 + 16 * i;

		put(element, e[i].flags, 4);
		put(element + 4, end - element, 4);
		put(element + 8, e[i].key.n, 4);
		put(element + 12, e[i].value.n, 4);
		memcpy(file + end, e[i].key.p, e[i].key.n);
		memcpy(file + end + e[i].key.n, e[i].value.p, e[i].value.n);
		end += e[i].key.n + e[i].value.n;
	}
	return end;
}

static void meta(uint64_t number, uint64_t root, uint64_t transaction)
{
	size_t at = (size_t)number * PAGE + 16;
	uint64_t h = 0xcbf29ce484222325u;

	head(at - 16, number, 4, 0);
	put(at, 0xED0CDAED, 4);
	put(at + 4, 2, 4);
	put(at + 8, PAGE, 4);
	put(at + 16, root, 8);
	put(at + 40, PAGES, 8);
	put(at + 48, transaction, 8);
	for (size_t i = 0; i < 56; i++)
		h = (h ^ file[at + i]) * 0x100000001b3u;
	put(at + 56, h, 8);
}

/* What is found, as text: "name{key=value }". */
static buf shown = BUF_INIT(1 << 20);

static int enter(void *ctx, bytes name, bool *want, err *e)
{
	(void)e;
	buf_put(&shown, name);
	buf_puts(&shown, "{");
	*want = !ctx || !bytes_is(name, ctx);
	return 0;
}

static int leave(void *ctx, err *e)
{
	(void)ctx;
	(void)e;
	buf_puts(&shown, "}");
	return 0;
}

static int pair(void *ctx, bytes key, bytes value, err *e)
{
	(void)ctx;
	(void)e;
	buf_printf(&shown, PRIb "=" PRIb " ", BYTESF(key), BYTESF(value));
	return 0;
}

static bool read_file(void *ctx, uint64_t offset, size_t n, uint8_t *out)
{
	(void)ctx;
	if (offset > sizeof(file) || n > sizeof(file) - offset)
		return false;
	memcpy(out, file + offset, n);
	return true;
}

static int walk(const char *unwanted, err *e)
{
	static const struct bolt_events events = { enter, leave, pair };
	const struct seek_file source = { sizeof(file), read_file, NULL };

	buf_clear(&shown);
	return bolt_walk(&source, &events, (void *)(uintptr_t)unwanted, e);
}

static void bucket_value(uint8_t out[16], uint64_t root)
{
	memset(out, 0, 16);
	out[0] = (uint8_t)root;
}

/* Page 2: bucket "a" on page 3, a pair. The older meta page knows page 4 as the root. */
static void build(uint64_t a_root)
{
	static uint8_t value[16];
	const struct element root[] = { { 1, BYTES("a"), { value, 16 } },
		                            { 0, BYTES("k"), BYTES("v") } };
	const struct element inner[] = { { 0, BYTES("x"), BYTES("1") }, { 0, BYTES("y"), BYTES("2") } };

	memset(file, 0, sizeof(file));
	bucket_value(value, a_root);
	meta(0, 2, 7);
	meta(1, 4, 6);
	leaf((size_t)2 * PAGE, 2, root, 2);
	leaf((size_t)3 * PAGE, 3, inner, 2);
	leaf((size_t)4 * PAGE, 4, inner, 1);
}

static void finds_all(void **state)
{
	err e = { 0 };

	(void)state;
	build(3);
	assert_int_equal(walk(NULL, &e), 0);
	assert_bytes(buf_bytes(&shown), "a{x=1 y=2 }k=v ");
	assert_int_equal(walk("a", &e), 0);
	assert_bytes(buf_bytes(&shown), "a{k=v ");
	file[16 + 8] ^= 1; /* the first meta page is torn */
	assert_int_equal(walk(NULL, &e), 0);
	assert_bytes(buf_bytes(&shown), "x=1 ");
}

/* A branch on page 5 with both leaves. */
static void branches(void **state)
{
	err e = { 0 };
	size_t at = (size_t)5 * PAGE;

	(void)state;
	build(5);
	head(at, 5, 1, 2);
	put(at + 16 + 8, 3, 8);
	put(at + 32 + 8, 4, 8);
	assert_int_equal(walk(NULL, &e), 0);
	assert_bytes(buf_bytes(&shown), "a{x=1 y=2 x=1 }k=v ");
	put(at + 32 + 8, 3, 8); /* the same one twice */
	assert_int_equal(walk(NULL, &e), 0);
	put(at + 32 + 8, 5, 8); /* itself */
	assert_int_equal(walk(NULL, &e), -1);
	assert_failed(&e, ERR_FORMAT);
}

/* An inline bucket: its page lies in the value. */
static void within_a_value(void **state)
{
	uint8_t value[128] = { 0 };
	const struct element inner[] = { { 0, BYTES("x"), BYTES("1") } };
	size_t end;
	err e = { 0 };

	(void)state;
	build(3);
	end = leaf((size_t)5 * PAGE, 0, inner, 1);
	memcpy(value + 16, file + 5 * PAGE, end - 5 * PAGE);
	const struct element root[] = { { 1, BYTES("i"), { value, 16 + end - 5 * PAGE } } };

	leaf((size_t)2 * PAGE, 2, root, 1);
	assert_int_equal(walk(NULL, &e), 0);
	assert_bytes(buf_bytes(&shown), "i{x=1 }");
	value[16 + 16] = 1; /* x is a bucket itself */
	leaf((size_t)2 * PAGE, 2, root, 1);
	assert_int_equal(walk(NULL, &e), -1);
	assert_non_null(strstr(e.text, "bucket within a value"));
}

static void hostile(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		unsigned n;
		const char *text;
	} cases[] = {
		{ 2 * PAGE + 10, 0xffff, 2, "more elements" },
		{ 2 * PAGE + 12, 0xffffffff, 4, "beyond the file" },
		{ 2 * PAGE, 3, 8, "says it is another" },
		{ 2 * PAGE + 8, 4, 2, "belongs to no tree" },
		{ 2 * PAGE + 16 + 4, 0xffffffff, 4, "out of its page" },
		{ 2 * PAGE + 16 + 8, 0xffffffff, 4, "out of its page" },
		{ 2 * PAGE + 16 + 12, 8, 4, "cut off" },
	};
	err e = { 0 };

	(void)state;
	build(2); /* a bucket in itself */
	assert_int_equal(walk(NULL, &e), -1);
	assert_non_null(strstr(e.text, "several places"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		build(3);
		put(cases[i].at, cases[i].value, cases[i].n);
		err_clear(&e);
		assert_int_equal(walk(NULL, &e), -1);
		if (!strstr(e.text, cases[i].text))
			fail_msg("case %zu: %s", i, e.text);
	}
	static const uint64_t outside[] = { 0, 1, PAGES, UINT64_MAX };

	for (size_t i = 0; i < sizeof(outside) / sizeof(*outside); i++) {
		build(3);
		meta(0, outside[i], 7);
		err_clear(&e);
		assert_int_equal(walk(NULL, &e), -1);
	}
	memset(file, 0, sizeof(file));
	err_clear(&e);
	assert_int_equal(walk(NULL, &e), -1);
	assert_non_null(strstr(e.text, "no meta page"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_all),
		cmocka_unit_test(branches),
		cmocka_unit_test(within_a_value),
		cmocka_unit_test(hostile),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	buf_done(&shown);
	return failed;
}
