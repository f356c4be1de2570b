/* SPDX-License-Identifier: Apache-2.0 */
/* The directory of archives, and one run of deflate. */
#include "unit.h"
#include "zip_writer.h"

#include "base/limits.h"
#include "codec/deflate.h"
#include "fmt/zip.h"

static bool read_memory(void *ctx, uint64_t offset, size_t n, struct arena *a, bytes *out)
{
	(void)a;
	*out = bytes_slice(*(bytes *)ctx, (size_t)offset, n);
	return out->n == n;
}

/* list(archive, out, e): "name:size name:size" of all members; -1 when the archive is refused. */
static int list(bytes archive, buf *out, err *e)
{
	struct zip_source source = { archive.n, read_memory, &archive };
	struct arena a = ARENA_INIT;
	struct zip_member m;
	struct zip z;
	uint64_t at;
	int more = zip_open(&source, &a, &z, e);

	buf_clear(out);
	while (more == 0 && (more = zip_next(&z, &m, e)) > 0) {
		more = zip_content(&z, &m, &a, &at, e);
		buf_printf(out, "%s" PRIb ":%u", out->n ? " " : "", BYTESF(m.name), (unsigned)m.size);
		if (more == 0 && m.method == ZIP_STORED)
			assert_true(bytes_starts(bytes_slice(archive, at, SIZE_MAX), BYTES("body")));
	}
	buf_putc(out, '\0');
	arena_done(&a);
	return more;
}

static const struct zip_file files[] = {
	{ "a", BYTES_INIT("body"), false, false },
	{ "dir/b", BYTES_INIT("body of the second"), true, false },
	{ 0 },
};

static void test_members(void **state)
{
	buf archive = BUF_INIT(1 << 20), out = BUF_INIT(1 << 10);
	err e = { 0 };

	(void)state;
	zip_write(files, &archive);
	assert_int_equal(list(buf_bytes(&archive), &out, &e), 0);
	assert_string_equal((char *)out.p, "a:4 dir/b:18");
	/* a comment behind, a program before */
	archive.p[archive.n - 2] = 5;
	buf_puts(&archive, "hello");
	assert_int_equal(list(buf_bytes(&archive), &out, &e), 0);
	assert_string_equal((char *)out.p, "a:4 dir/b:18");
	buf_clear(&archive);
	buf_puts(&archive, "#!/bin/sh\nexec java -jar \"$0\"\n");
	zip_write(files, &archive);
	assert_int_equal(list(buf_bytes(&archive), &out, &e), 0);
	assert_string_equal((char *)out.p, "a:4 dir/b:18");
	buf_clear(&archive);
	zip_write(files + 2, &archive);
	assert_int_equal(list(buf_bytes(&archive), &out, &e), 0);
	assert_string_equal((char *)out.p, "");
	buf_done(&archive);
	buf_done(&out);
}

/* Each octet of the end cut away, and fields that lie. */
static void test_refused(void **state)
{
	static const struct {
		size_t from_end, n;
		uint64_t value;
		const char *text;
	} cases[] = {
		{ 22, 4, 0, "no end of the directory" },
		{ 2, 2, 1, "no end of the directory" },
		{ 18, 2, 1, "several disks" },
		{ 10, 4, 0xfffffff0, "outside the file" },
		{ 6, 4, 0xfffffff0, "outside the file" },
		{ 6, 4, 1, "without header" }, /* as if something were cut away in front */
		{ 10, 4, 20, "a broken directory" },
	};
	buf archive = BUF_INIT(1 << 20), out = BUF_INIT(1 << 10);
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_clear(&archive);
		zip_write(files, &archive);
		for (size_t k = 0; k < cases[i].n; k++)
			archive.p[archive.n - cases[i].from_end + k] = (uint8_t)(cases[i].value >> 8 * k);
		assert_int_equal(list(buf_bytes(&archive), &out, &e), -1);
		assert_non_null(strstr(e.text, cases[i].text));
		assert_failed(&e, ERR_FORMAT);
	}
	for (size_t n = 0; n < archive.n; n++) {
		assert_int_equal(list(bytes_of(archive.p, n), &out, &e), -1);
		err_clear(&e);
	}
	buf_done(&archive);
	buf_done(&out);
}

static void test_inflate(void **state)
{
	const bytes text = BYTES("to be or not to be, to be or not to be");
	buf packed = BUF_INIT(1 << 10);
	uint8_t out[64];
	size_t n = 0;
	err e = { 0 };

	(void)state;
	zip_raw_deflate(text, &packed);
	assert_int_equal(deflate_inflate(buf_bytes(&packed), out, sizeof(out), &n, &e), 0);
	assert_true(bytes_equal(bytes_of(out, n), text));
	assert_int_equal(deflate_inflate(buf_bytes(&packed), out, text.n - 1, &n, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	for (size_t k = 0; k < packed.n; k++) {
		assert_int_equal(deflate_inflate(bytes_of(packed.p, k), out, sizeof(out), &n, &e), -1);
		assert_failed(&e, ERR_FORMAT);
	}
	/* RFC 1951, 3.2.3: block type 11 is reserved */
	assert_int_equal(deflate_inflate(BYTES("\7\0\0\0"), out, sizeof(out), &n, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	buf_done(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_inflate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
