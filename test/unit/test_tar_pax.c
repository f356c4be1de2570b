/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/tar.h"

#include "tar_archive.h"

/* -- pax -------------------------------------------------------------------------------------- */

static void pax_records(void **state)
{
	(void)state;
	say("path", BYTES("a/b/c/d"));
	say("uid", BYTES("70000000"));
	say("gid", BYTES("80000000"));
	say("mtime", BYTES("12345.6789"));
	say("unknown", BYTES("whatever\nthis=is"));
	say("size", BYTES("3"));
	pax('x');
	header((struct head){ .size = octal(99999) });
	body(BYTES("abc"));
	say("mtime", BYTES("-1.5"));
	say("linkpath", BYTES("there"));
	pax('X');
	header((struct head){ .type = '2', .link = BYTES("here") });
	next_and_end();
	reads("f 644 70000000:80000000 3 t12345 a/b/c/d [abc]\n"
	      "l 644 1000:50 0 t-2 file > there []\n" NEXT,
	      ERR_NONE);

	/* Later records override, an empty value takes away; an attribute's value is raw octets. */
	say("path", BYTES("a"));
	say("path", BYTES("b"));
	say("uid", BYTES("7"));
	say("uid", BYTES(""));
	say("SCHILY.xattr.security.capability", BYTES("\1\0\0\2\0=\n\0"));
	say("mtime", BYTES("-3.000"));
	pax('x');
	header((struct head){ 0 });
	next_and_end();
	reads("f 644 1000:50 0 t-3 b cap 01000002003d0a00 []\n" NEXT, ERR_NONE);
}

static void pax_global(void **state)
{
	static const char *const refused[] = { "path", "linkpath", "size", "GNU.sparse.realsize" };

	(void)state;
	say("uid", BYTES("7"));
	say("mtime", BYTES("9"));
	say("comment", BYTES("abc"));
	pax('g');
	header((struct head){ .name = BYTES("one") });
	say("uid", BYTES(""));
	say("mtime", BYTES("8"));
	pax('x');
	header((struct head){ .name = BYTES("two") });
	header((struct head){ .name = BYTES("three") });
	pax_one('g', "uid", "");
	header((struct head){ .name = BYTES("four") });
	end();
	reads("f 644 7:50 0 t9 one []\n"
	      "f 644 1000:50 0 t8 two []\n"
	      "f 644 7:50 0 t9 three []\n"
	      "f 644 1000:50 0 t9 four []\n",
	      ERR_NONE);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		pax_one('g', refused[i], "5");
		next_and_end();
		reads("", ERR_FORMAT);
	}
}

static void pax_malformed(void **state)
{
	static const bytes malformed[] = {
		BYTES_INIT("path=x\n"),
		BYTES_INIT("10 path=xy\n"),
		BYTES_INIT("11 path=x\n"),
		BYTES_INIT("10 path=x"),
		BYTES_INIT("10 path x\n"),
		BYTES_INIT("0 path=x\n"),
		BYTES_INIT("3 \n"),
		BYTES_INIT("6 =xy\n"),
		BYTES_INIT("-10 path=x\n"),
		BYTES_INIT("+10 path=x\n"),
		BYTES_INIT(" 10 path=x\n"),
		BYTES_INIT("10 path=x\n\0\0"),
		BYTES_INIT("99999999999999999999 path=x\n"),
		BYTES_INIT("10 size=x\n"),
		BYTES_INIT("11 size=-1\n"),
		BYTES_INIT("9 uid=+1\n"),
		BYTES_INIT("12 mtime=1e3\n"),
		BYTES_INIT("11 mtime=-\n"),
		BYTES_INIT("11 path=\0x\n"),
		BYTES_INIT("29 size=9223372036854775808\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		pax_raw('x', malformed[i]);
		next_and_end();
		reads("", ERR_FORMAT);
	}
}

/* Where readers differ, and an enemy could hide something. */
static void contradictions(void **state)
{
	(void)state;
	pax_one('x', "path", "a");
	pax_one('x', "mtime", "1");
	next_and_end();
	reads("", ERR_FORMAT);
	entry((struct head){ .type = 'L' }, BYTES("a\0"));
	entry((struct head){ .type = 'L' }, BYTES("b\0"));
	next_and_end();
	reads("", ERR_FORMAT);
	pax_one('x', "path", "a");
	pax_one('g', "uid", "7");
	next_and_end();
	reads("", ERR_FORMAT);
	entry((struct head){ .type = 'L' }, BYTES("a\0"));
	pax_one('x', "path", "b");
	next_and_end();
	reads("", ERR_FORMAT);
	entry((struct head){ .type = 'L' }, BYTES("a\0"));
	pax_one('x', "path", "a");
	header((struct head){ 0 });
	end();
	reads("f 644 1000:50 0 t15 a []\n", ERR_NONE);
	/* A volume label takes the headers that stand before it. */
	pax_one('x', "path", "a");
	header((struct head){ .type = 'V' });
	next_and_end();
	reads(NEXT, ERR_NONE);
	/* A file with a body stays a file, whatever its name ends in. */
	entry((struct head){ .name = BYTES("dir/") }, BYTES("hidden"));
	header((struct head){ .name = BYTES("dir/") });
	next_and_end();
	reads("f 644 1000:50 6 t15 dir/ [hidden]\nd 644 1000:50 0 t15 dir/ []\n" NEXT, ERR_NONE);
}

static void hard_links(void **state)
{
	struct head link = { .type = '1', .name = BYTES("h"), .link = BYTES("t") };

	(void)state;
	/* Without a pax header a size means nothing. */
	link.size = octal(1);
	header(link);
	next_and_end();
	reads("h 644 1000:50 0 t15 h > t []\n" NEXT, ERR_NONE);
	/* With one, the body follows ... */
	pax_one('x', "size", "3");
	header(link);
	body(BYTES("abc"));
	entry(link, BYTES("0123456789"));
	next_and_end();
	reads("h 644 1000:50 3 t15 h > t [abc]\nh 644 1000:50 10 t15 h > t [0123456789]\n" NEXT,
	      ERR_NONE);
	/* ... unless another header, the end mark, or the end does. */
	pax_one('x', "mtime", "15");
	header(link);
	next_and_end();
	reads("h 644 1000:50 0 t15 h > t []\n" NEXT, ERR_NONE);
	pax_one('x', "mtime", "15");
	header(link);
	end();
	reads("h 644 1000:50 0 t15 h > t []\n", ERR_NONE);
	pax_one('x', "mtime", "15");
	header(link);
	reads("h 644 1000:50 0 t15 h > t []\n", ERR_NONE);
	pax_one('x', "mtime", "15");
	header(link);
	buf_puts(&archive, "ab");
	reads("", ERR_FORMAT);
}

/* -- sparse files: GNU tar's manual, appendix "Sparse Formats" -------------------------------- */

static bytes slots(size_t n, bool more, size_t real)
{
	static char text[512];

	memset(text, 0, sizeof(text));
	for (size_t i = 0; i < n; i++)
		snprintf(text + 24 * i, 24, "%011zo%c%011o", i * 1024, 0, 2U);
	text[96] = more;
	snprintf(text + 97, 12, "%011zo", real);
	return bytes_of(text, 109);
}

static void sparse_old(void **state)
{
	uint8_t more[512] = { 0 };

	(void)state;
	header((struct head){
		.type = 'S', .magic = GNU, .size = octal(4), .slots = slots(2, false, 5000) });
	body(BYTES("abcd"));
	header((struct head){
		.type = 'S', .magic = GNU, .size = octal(12), .slots = slots(4, true, 9000) });
	memcpy(more,
	       "00000010000\0"
	       "00000000002",
	       23);
	more[504] = 1;
	for (size_t i = 1; i < 21; i++)
		snprintf((char *)more + 24 * i, 24, "%011zo%c%011o", 4096 + i * 2, 0, 0U);
	buf_put(&archive, bytes_of(more, sizeof(more)));
	memset(more, 0, sizeof(more));
	memcpy(more,
	       "00000012000\0"
	       "00000000002",
	       23);
	buf_put(&archive, bytes_of(more, sizeof(more)));
	body(BYTES("0123456789xy"));
	next_and_end();
	reads("f 644 1000:50 5000 t15 file sparse 4 [abcd]\n"
	      "f 644 1000:50 9000 t15 file sparse 12 [0123456789xy]\n" NEXT,
	      ERR_NONE);

	/* Not of GNU's format; more octets stored than mapped; a piece behind the end; cut off. */
	header((struct head){ .type = 'S', .size = octal(4), .slots = slots(2, false, 5000) });
	reads("", ERR_FORMAT);
	header((struct head){
		.type = 'S', .magic = GNU, .size = octal(5), .slots = slots(2, false, 5000) });
	reads("", ERR_FORMAT);
	header((struct head){
		.type = 'S', .magic = GNU, .size = octal(4), .slots = slots(2, false, 1025) });
	reads("", ERR_FORMAT);
	header((struct head){
		.type = 'S', .magic = GNU, .size = octal(4), .slots = slots(4, true, 5000) });
	reads("", ERR_FORMAT);
	header((struct head){
		.type = 'S', .magic = GNU, .size = octal(4), .slots = slots(2, true, 5000) });
	next_and_end();
	reads("", ERR_FORMAT);
}

static void say_sparse_0(const char *blocks, const char *map)
{
	say("GNU.sparse.size", BYTES("100"));
	say("GNU.sparse.numblocks", bytes_str(blocks));
	if (map)
		say("GNU.sparse.map", bytes_str(map));
}

static void sparse_pax_0(void **state)
{
	static const char *const refused[][2] = {
		{ "2", "0,1,50" },   { "1", "0,1,50,1" },
		{ "2", "50,1,0,1" }, { "2", "0,1,0,1" },
		{ "2", "0,1,99,2" }, { "2", "0,1,50,2" },
		{ "2", "0,1,x,1" },  { "2", "0,1,,50,1" },
		{ "2", NULL },       { "1", "9223372036854775807,2" },
	};

	(void)state;
	say_sparse_0("2", NULL);
	say("GNU.sparse.offset", BYTES("0"));
	say("GNU.sparse.numbytes", BYTES("1"));
	say("GNU.sparse.offset", BYTES("50"));
	say("GNU.sparse.numbytes", BYTES("1"));
	pax('x');
	entry((struct head){ 0 }, BYTES("ab"));
	say_sparse_0("2", "0,1,50,1");
	say("GNU.sparse.name", BYTES("real/name"));
	say("path", BYTES("GNUSparseFile.1/name"));
	pax('x');
	entry((struct head){ 0 }, BYTES("ab"));
	next_and_end();
	reads("f 644 1000:50 100 t15 file sparse 2 [ab]\n"
	      "f 644 1000:50 100 t15 real/name sparse 2 [ab]\n" NEXT,
	      ERR_NONE);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		say_sparse_0(refused[i][0], refused[i][1]);
		pax('x');
		entry((struct head){ 0 }, BYTES("ab"));
		next_and_end();
		reads("", ERR_FORMAT);
	}
	/* A length without an offset; no regular file. */
	say_sparse_0("1", NULL);
	say("GNU.sparse.numbytes", BYTES("1"));
	pax('x');
	entry((struct head){ 0 }, BYTES("a"));
	reads("", ERR_FORMAT);
	say_sparse_0("1", "0,1");
	pax('x');
	entry((struct head){ .type = '5' }, BYTES("a"));
	reads("", ERR_FORMAT);
}

static void sparse_10(const char *major, const char *minor, bytes text)
{
	say("GNU.sparse.major", bytes_str(major));
	say("GNU.sparse.minor", bytes_str(minor));
	say("GNU.sparse.name", BYTES("real"));
	say("GNU.sparse.realsize", BYTES("9000"));
	pax('x');
	header((struct head){ .size = octal((text.n + 511) / 512 * 512 + 2) });
	body(text);
	body(BYTES("ab"));
}

static void sparse_pax_1(void **state)
{
	static const char *const refused[] = {
		"2\n0\n1\n50\n",  "2\n0\n1\n50\n1x\n", "\n2\n0\n1\n50\n1\n", "2\n50\n1\n0\n1\n",
		"1\n0\n3\n",      "1\n8999\n2\n",      "1\n-1\n2\n",         "99999999999999999999\n",
		"2\n0\n1\n50\n1",
	};
	buf many = BUF_INIT(SIZE_MAX);

	(void)state;
	sparse_10("1", "0", BYTES("2\n0\n1\n50\n1\n"));
	buf_puts(&many, "201\n");
	for (size_t i = 0; i < 200; i++)
		buf_printf(&many, "%zu\n0\n", i);
	buf_puts(&many, "1000\n2\n");
	sparse_10("1", "0", buf_bytes(&many));
	next_and_end();
	reads("f 644 1000:50 9000 t15 real sparse 2 [ab]\n"
	      "f 644 1000:50 9000 t15 real sparse 2 [ab]\n" NEXT,
	      ERR_NONE);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		sparse_10("1", "0", bytes_str(refused[i]));
		next_and_end();
		reads("", ERR_FORMAT);
	}
	sparse_10("1", "1", BYTES("1\n0\n2\n"));
	reads("", ERR_FORMAT);
	sparse_10("2", "0", BYTES("1\n0\n2\n"));
	reads("", ERR_FORMAT);
	/* Half a description. */
	pax_one('x', "GNU.sparse.name", "other");
	next_and_end();
	reads("", ERR_FORMAT);
	pax_one('x', "GNU.sparse.realsize", "5");
	next_and_end();
	reads("", ERR_FORMAT);
	buf_done(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pax_records),   cmocka_unit_test(pax_global),
		cmocka_unit_test(pax_malformed), cmocka_unit_test(contradictions),
		cmocka_unit_test(hard_links),    cmocka_unit_test(sparse_old),
		cmocka_unit_test(sparse_pax_0),  cmocka_unit_test(sparse_pax_1),
	};

	return cmocka_run_group_tests_name("tar_pax", tests, NULL, archive_done);
}
