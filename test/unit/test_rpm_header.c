/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/rpm.h"

#include "rpm_writer.h"

static void test_header(void **state)
{
	struct rpm_writer w = RPM_WRITER_INIT;
	struct arena a = ARENA_INIT;
	struct rpm_package p;
	struct rpm_files files;
	buf blob = BUF_INIT(MIB);
	bytes dir, name;
	err e = { 0 };

	(void)state;
	rpm_sample(&w);
	rpm_blob(&w, &blob);
	assert_int_equal(rpm_header_parse(buf_bytes(&blob), &p, &e), 0);
	assert_bytes(p.name, "sample");
	assert_bytes(p.version, "1.2~rc3");
	assert_bytes(p.release, "4.el9");
	assert_int_equal(p.epoch, 7);
	assert_bytes(p.licence, "MIT AND Zlib");
	assert_bytes(p.architecture, "x86_64");
	assert_bytes(p.source_rpm, "source-of-it-1.2~rc3-4.el9.src.rpm");
	assert_bytes(p.vendor, "Example, Inc.");
	assert_bytes(p.module, "nodejs:18:9020:rhel9");
	assert_int_equal(rpm_files_begin(&files, &p, &a, &e), 0);
	assert_true(rpm_files_next(&files, &dir, &name));
	assert_bytes(dir, "/usr/bin/");
	assert_bytes(name, "sample");
	assert_true(rpm_files_next(&files, &dir, &name));
	assert_bytes(name, "link");
	assert_true(rpm_files_next(&files, &dir, &name));
	assert_bytes(dir, "/usr/share/");
	assert_bytes(name, "one");
	assert_false(rpm_files_next(&files, &dir, &name));
	rpm_writer_done(&w);
	buf_done(&blob);
	arena_done(&a);
}

/* The last of two counts, and the eight octets of a package file's header may stand before. */
static void test_header_dribble_and_magic(void **state)
{
	struct rpm_writer w = RPM_WRITER_INIT;
	struct rpm_package p;
	buf blob = BUF_INIT(MIB);
	err e = { 0 };

	(void)state;
	rpm_sample(&w);
	rpm_text(&w, 1022, "i686");
	buf_put(&blob, BYTES("\x8e\xad\xe8\x01\0\0\0\0"));
	rpm_blob(&w, &blob);
	assert_int_equal(rpm_header_parse(buf_bytes(&blob), &p, &e), 0);
	assert_bytes(p.architecture, "i686");
	rpm_writer_done(&w);
	buf_done(&blob);
}

static void break_type(struct rpm_writer *w)
{
	rpm_numbers(w, 1000, 1, RPM_SAMPLE_DIRS);
}

static void break_epoch(struct rpm_writer *w)
{
	rpm_entry(w, 1003, 4, 0);
}

static void break_count(struct rpm_writer *w)
{
	rpm_entry(w, 1117, 8, 5);
	buf_puts(&w->data, "ab");
}

static void break_numbers(struct rpm_writer *w)
{
	rpm_entry(w, 1116, 4, UINT32_MAX);
}

static void break_end(struct rpm_writer *w)
{
	rpm_entry(w, 1014, 6, 1);
	buf_puts(&w->data, "no end");
}

static void break_name(struct rpm_writer *w)
{
	rpm_text(w, 1000, "");
}

static void break_length(struct rpm_writer *w)
{
	rpm_entry(w, 1001, 6, 1);
	for (size_t i = 0; i <= LIMIT_PACKAGE_FIELD; i++)
		buf_putc(&w->data, '1');
	buf_putc(&w->data, 0);
}

static void test_header_malformed(void **state)
{
	static const struct {
		void (*break_it)(struct rpm_writer *);
		const char *text;
	} cases[] = {
		{ break_type, "tag 1000: no string" },
		{ break_epoch, "tag 1003: no number" },
		{ break_count, "tag 1117: more items than there is data" },
		{ break_numbers, "tag 1116: more items than there is data" },
		{ break_end, "tag 1014: a string without end" },
		{ break_name, "without name" },
		{ break_length, "more than 4 KiB" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rpm_writer w = RPM_WRITER_INIT;
		struct rpm_package p;
		buf blob = BUF_INIT(MIB);
		err e = { 0 };

		rpm_sample(&w);
		cases[i].break_it(&w);
		rpm_blob(&w, &blob);
		assert_int_equal(rpm_header_parse(buf_bytes(&blob), &p, &e), -1);
		assert_non_null(strstr(e.text, cases[i].text));
		rpm_writer_done(&w);
		buf_done(&blob);
	}
}

/* No cut of a sound header is a header. */
static void test_header_cut(void **state)
{
	struct rpm_writer w = RPM_WRITER_INIT;
	buf blob = BUF_INIT(MIB);

	(void)state;
	rpm_sample(&w);
	rpm_blob(&w, &blob);
	for (size_t n = 0; n < blob.n; n++) {
		uint8_t *cut = malloc(n ? n : 1); /* so that a sanitizer sees its end */
		struct rpm_package p;
		err e = { 0 };

		assert_non_null(cut);
		memcpy(cut, blob.p, n);
		assert_int_equal(rpm_header_parse(bytes_of(cut, n), &p, &e), -1);
		free(cut);
	}
	rpm_writer_done(&w);
	buf_done(&blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_header_dribble_and_magic),
		cmocka_unit_test(test_header_malformed),
		cmocka_unit_test(test_header_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
