/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/tar.h"

#include "base/limits.h"

#include "tar_archive.h"

/* -- formats ---------------------------------------------------------------------------------- */

static void v7(void **state)
{
	(void)state;
	entry((struct head){ .type = 'v', .magic = V7, .name = BYTES("old") }, BYTES("hello"));
	entry((struct head){ .type = 'v', .magic = V7, .name = BYTES("dir/") }, BYTES(""));
	header((struct head){
		.type = '1', .magic = V7, .name = BYTES("hard"), .link = BYTES("old"), .size = octal(5) });
	/* v7 knows no prefix and no devices: what stands there means nothing. */
	header((struct head){ .type = '3', .magic = V7, .prefix = BYTES("p"), .major = BYTES("1") });
	end();
	reads("f 644 1000:50 5 t15 old [hello]\n"
	      "d 644 1000:50 0 t15 dir/ []\n"
	      "h 644 1000:50 0 t15 hard > old []\n"
	      "c 644 1000:50 0 t15 file []\n",
	      ERR_NONE);
}

static void ustar(void **state)
{
	char name[101];

	(void)state;
	memset(name, 'n', 100);
	name[100] = '\0';
	entry((struct head){ .prefix = BYTES("usr/lib"), .mode = BYTES("0104755") }, BYTES("hi"));
	header((struct head){ .type = '2', .link = BYTES("target"), .mode = BYTES("0000777") });
	header((struct head){ .type = '3', .major = BYTES("0000001"), .minor = BYTES("0000003") });
	header((struct head){ .type = '4', .major = BYTES("0000010"), .minor = BYTES("0000001") });
	header((struct head){ .type = '5', .name = BYTES("dir/"), .size = octal(4096) });
	header((struct head){ .type = '6', .name = BYTES("pipe"), .link = BYTES("nothing") });
	entry((struct head){ .type = '7' }, BYTES("contiguous"));
	entry((struct head){ .type = 'Z' }, BYTES("unknown"));
	header((struct head){ .name = bytes_str(name), .prefix = BYTES("p") });
	/* GNU tar and Go: only "ustar" NUL has a prefix. */
	header((struct head){ .prefix = BYTES("p"), .magic = GNU });
	next_and_end();
	char want[1000];

	snprintf(want, sizeof(want),
	         "f 4755 1000:50 2 t15 usr/lib/file [hi]\n"
	         "l 777 1000:50 0 t15 file > target []\n"
	         "c 644 1000:50 0 t15 file 1,3 []\n"
	         "b 644 1000:50 0 t15 file 8,1 []\n"
	         "d 644 1000:50 0 t15 dir/ []\n"
	         "p 644 1000:50 0 t15 pipe []\n"
	         "f 644 1000:50 10 t15 file [contiguous]\n"
	         "? 644 1000:50 7 t15 file [unknown]\n"
	         "f 644 1000:50 0 t15 p/%s []\n"
	         "f 644 1000:50 0 t15 file []\n" NEXT,
	         name);
	reads(want, ERR_NONE);
}

static void gnu_types(void **state)
{
	char name[301], want[400];

	(void)state;
	memset(name, 'a', 300);
	name[300] = '\0';
	header((struct head){ .type = 'V', .magic = GNU, .name = BYTES("label") });
	entry((struct head){ .type = 'L', .magic = GNU }, bytes_of(name, 301));
	header((struct head){ .magic = GNU });
	entry((struct head){ .type = 'L', .magic = GNU }, BYTES("long\0"));
	entry((struct head){ .type = 'K', .magic = GNU }, BYTES("long/target\0"));
	header((struct head){ .type = '2', .magic = GNU, .link = BYTES("cut") });
	entry((struct head){ .type = 'D', .magic = GNU, .name = BYTES("dumped/") }, BYTES("Yname\0"));
	entry((struct head){ .type = 'M', .magic = GNU }, BYTES("continued"));
	entry((struct head){ .type = 'N', .magic = GNU }, BYTES("Rename a to b\n"));
	next_and_end();
	snprintf(want, sizeof(want), "f 644 1000:50 0 t15 %s []\n", name);
	const char *rest = "l 644 1000:50 0 t15 long > long/target []\n"
					   "d 644 1000:50 6 t15 dumped/ [Yname";
	buf log = BUF_INIT(SIZE_MAX);
	err e = { 0 };

	assert_int_equal(read_in_pieces(buf_bytes(&archive), 100, &log, &trailing, &e), 0);
	bytes told = buf_bytes(&log);

	assert_true(bytes_take_prefix(&told, bytes_str(want)));
	assert_true(bytes_take_prefix(&told, bytes_str(rest)));
	assert_true(bytes_take_prefix(&told, BYTES("\0")));
	assert_bytes(told, "]\n? 644 1000:50 9 t15 file [continued]\n"
	                   "? 644 1000:50 14 t15 file [Rename a to b\n]\n" NEXT);
	buf_done(&log);
	buf_clear(&archive);
}

/* GNU tar's manual, "Extensions to the archive format": base-256; old writers' spaces and NULs. */
static void numbers(void **state)
{
	static const struct {
		bytes size, uid, mtime;
		const char *told; /* NULL: refused */
	} cases[] = {
		{ BYTES_INIT("\x80\0\0\0\0\0\0\0\0\0\0\1"),
		  { 0 },
		  { 0 },
		  "f 644 1000:50 1 t15 file [x]\n" },
		{ BYTES_INIT("          1 "), { 0 }, { 0 }, "f 644 1000:50 1 t15 file [x]\n" },
		{ BYTES_INIT("1\0"), { 0 }, { 0 }, "f 644 1000:50 1 t15 file [x]\n" },
		{ BYTES_INIT("1 junk"), { 0 }, { 0 }, "f 644 1000:50 1 t15 file [x]\n" },
		{ BYTES_INIT("\0000000000001"), { 0 }, { 0 }, "f 644 1000:50 1 t15 file [x]\n" },
		{ BYTES_INIT("000000000001"), { 0 }, { 0 }, "f 644 1000:50 1 t15 file [x]\n" },
		{ BYTES_INIT("00000000001"), BYTES_INIT("\x80\0\0\0\0\1\0\0"),
		  BYTES_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe"),
		  "f 644 65536:50 1 t-2 file [x]\n" },
		{ BYTES_INIT("00000000001"), BYTES_INIT("       "), { 0 }, "f 644 0:50 1 t15 file [x]\n" },
		{ BYTES_INIT("00000000001"), BYTES_INIT("\xff\xff\xff\xff\xff\xff\xff\xff"), { 0 }, NULL },
		{ BYTES_INIT("00000000001"), { 0 }, BYTES_INIT("yesterday"), NULL },
		{ BYTES_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), { 0 }, { 0 }, NULL },
		{ BYTES_INIT("\x80\0\0\1\0\0\0\0\0\0\0\0"), { 0 }, { 0 }, NULL },
		{ BYTES_INIT("00000000008"), { 0 }, { 0 }, NULL },
		{ BYTES_INIT("-0000000001"), { 0 }, { 0 }, NULL },
		{ BYTES_INIT("0x1"), { 0 }, { 0 }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		header(
			(struct head){ .size = cases[i].size, .uid = cases[i].uid, .mtime = cases[i].mtime });
		body(BYTES("x"));
		end();
		reads(cases[i].told ? cases[i].told : "", cases[i].told ? ERR_NONE : ERR_FORMAT);
	}
}

static void checksums(void **state)
{
	(void)state;
	header((struct head){ .name = BYTES("\xc3\xa9"), .sum_signed = true });
	next_and_end();
	reads("f 644 1000:50 0 t15 \xc3\xa9 []\n" NEXT, ERR_NONE);
	header((struct head){ .name = BYTES("\xc3\xa9"), .sum_wrong = true });
	next_and_end();
	reads("", ERR_FORMAT);
}

/* -- borders ---------------------------------------------------------------------------------- */

static void ends(void **state)
{
	(void)state;
	reads("", ERR_NONE);
	next_and_end();
	reads(NEXT, ERR_NONE);
	assert_int_equal(trailing, 0);
	entry((struct head){ 0 }, BYTES("x"));
	reads(NEXT, ERR_NONE);
	/* What follows is counted from its first octet that is not zero. */
	next_and_end();
	end();
	buf_puts(&archive, "garbage");
	reads(NEXT, ERR_NONE);
	assert_int_equal(trailing, 7);
	/* One zero block ends an archive for GNU tar and libarchive. */
	end();
	archive.n = 512;
	next_and_end();
	reads("", ERR_NONE);
	assert_int_equal(trailing, 512 + 512 + 1024);
	/* Cut off: in a header, in a body, behind a header that needs an entry; not in padding. */
	for (size_t n = 1; n < 1024; n += 170) {
		entry((struct head){ 0 }, BYTES("xy"));
		archive.n = n;
		reads(NULL, n < 512 + 2 ? ERR_FORMAT : ERR_NONE);
	}
	entry((struct head){ 0 }, BYTES("xy"));
	archive.n = 512 + 1;
	reads(NULL, ERR_FORMAT);
	pax_one('x', "mtime", "1");
	reads("", ERR_FORMAT);
	pax_one('x', "mtime", "1");
	end();
	reads("", ERR_FORMAT);
}

static void limits(void **state)
{
	uint8_t *name = malloc(LIMIT_PATH + 1);

	(void)state;
	memset(name, 'n', LIMIT_PATH + 1);
	for (size_t n = LIMIT_PATH; n <= LIMIT_PATH + 1; n++) {
		enum err_kind kind = n > LIMIT_PATH ? ERR_LIMIT : ERR_NONE;

		entry((struct head){ .type = 'L' }, bytes_of(name, n));
		next_and_end();
		reads(NULL, kind);
		say("path", bytes_of(name, n));
		pax('x');
		next_and_end();
		reads(NULL, kind);
		entry((struct head){ .type = 'K' }, bytes_of(name, n));
		header((struct head){ .type = '2' });
		reads(NULL, kind);
	}
	free(name);
	header((struct head){ .type = 'x', .size = octal(LIMIT_PAX + 1) });
	reads("", ERR_LIMIT);
	header((struct head){ .type = 'L', .size = BYTES("77777777777") });
	reads("", ERR_LIMIT);
	header((struct head){ .size = BYTES("77777777777") });
	reads("f 644 1000:50 -1 t15 file [", ERR_FORMAT);
}

static int count_entry(void *ctx, const struct tar_entry *entry, err *e)
{
	(void)entry;
	(void)e;
	++*(int *)ctx;
	return 0;
}

static int count_end(void *ctx, err *e)
{
	(void)e;
	*(int *)ctx += 100;
	return 0;
}

/* Without a data event, bodies and padding may be jumped over, in any steps. */
static void jumps(void **state)
{
	static const struct tar_events events = { count_entry, NULL, count_end };
	struct arena a = ARENA_INIT;
	err e = { 0 };
	int told = 0;
	struct tar *t = tar_new(&a, &events, &told);
	bytes in;

	(void)state;
	entry((struct head){ 0 }, BYTES("hello"));
	entry((struct head){ 0 }, BYTES("hello"));
	in = buf_bytes(&archive);
	assert_int_equal(tar_skip(t), 0);
	assert_int_equal(tar_feed(t, bytes_slice(in, 0, 512), &e), 0);
	assert_int_equal(told, 101);
	assert_int_equal(tar_skip(t), 512);
	tar_skipped(t, 0);
	tar_skipped(t, 3);
	assert_int_equal(tar_finish(t, &e), -1); /* two octets of the body are missing */
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(tar_feed(t, bytes_slice(in, 515, 9), &e), 0);
	assert_int_equal(tar_skip(t), 500);
	assert_int_equal(tar_finish(t, &e), 0); /* padding alone */
	tar_skipped(t, 500);
	assert_int_equal(tar_skip(t), 0);
	assert_int_equal(tar_feed(t, bytes_slice(in, 1024, 512), &e), 0);
	assert_int_equal(told, 202);
	tar_skipped(t, 512);
	assert_int_equal(tar_finish(t, &e), 0);
	tar_done(t);
	arena_done(&a);
	buf_clear(&archive);
}

static int refuse(void *ctx, const struct tar_entry *entry, err *e)
{
	(void)ctx;
	(void)entry;
	return err_set(e, ERR_BUG, 0, "no");
}

static void stops(void **state)
{
	static const struct tar_events events = { refuse, on_data, on_end };
	struct arena a = ARENA_INIT;
	err e = { 0 };
	struct tar *t = tar_new(&a, &events, NULL);

	(void)state;
	next_and_end();
	assert_int_equal(tar_feed(t, buf_bytes(&archive), &e), -1);
	assert_string_equal(e.text, "no");
	tar_done(t);
	arena_done(&a);
	buf_clear(&archive);
}

/* -- the writer ------------------------------------------------------------------------------- */

static void writes(void **state)
{
	char deep[301], flat[201], want[2000];

	(void)state;
	memset(deep, 'd', 300);
	deep[150] = '/';
	deep[250] = '\0';
	memset(flat, 'f', 200);
	flat[200] = '\0';
	const struct tar_entry entries[] = {
		{ .type = TAR_FILE, .name = BYTES_INIT("bin/su"), .mode = 04755, .size = 2, .mtime = 15 },
		{ .type = TAR_FILE, .name = bytes_str(deep), .uid = 2097151, .gid = 2097152, .mtime = -5 },
		{ .type = TAR_SYMLINK, .name = bytes_str(flat), .link = bytes_str(flat), .mode = 0777 },
		{ .type = TAR_HARDLINK, .name = BYTES_INIT("h"), .link = BYTES_INIT("bin/su"), .size = 2 },
		{ .type = TAR_DIR,
		  .name = BYTES_INIT("d/"),
		  .capability = BYTES_INIT("\1\0\n"),
		  .mode = 01777 },
		{ .type = TAR_CHAR, .name = BYTES_INIT("c"), .major = 5, .minor = 4000000000 },
		{ .type = TAR_BLOCK, .name = BYTES_INIT("b"), .major = 8, .minor = 1 },
		{ .type = TAR_FIFO, .name = BYTES_INIT("p"), .mode = 0600, .size = 7 },
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		tar_write_header(&archive, &entries[i]);
		if (i == 0)
			buf_puts(&archive, "hi");
		tar_write_pad(&archive, i == 0 ? 2 : 0);
	}
	tar_write_end(&archive);
	assert_int_equal(archive.n % 512, 0);
	snprintf(want, sizeof(want),
	         "f 4755 0:0 2 t15 bin/su [hi]\n"
	         "f 0 2097151:2097152 0 t-5 %s []\n"
	         "l 777 0:0 0 t0 %s > %s []\n"
	         "h 0 0:0 0 t0 h > bin/su []\n"
	         "d 1777 0:0 0 t0 d/ cap 01000a []\n"
	         "c 0 0:0 0 t0 c 5,4000000000 []\n"
	         "b 0 0:0 0 t0 b 8,1 []\n"
	         "p 600 0:0 0 t0 p []\n",
	         deep, flat, flat);
	reads(want, ERR_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v7),      cmocka_unit_test(ustar),     cmocka_unit_test(gnu_types),
		cmocka_unit_test(numbers), cmocka_unit_test(checksums), cmocka_unit_test(ends),
		cmocka_unit_test(limits),  cmocka_unit_test(jumps),     cmocka_unit_test(stops),
		cmocka_unit_test(writes),
	};

	return cmocka_run_group_tests_name("tar", tests, NULL, archive_done);
}
