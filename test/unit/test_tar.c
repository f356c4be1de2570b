/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/tar.h"

#include "base/limits.h"

#include "unit.h"

/* The layout of a header block: POSIX.1-1988 table 10-2, and GNU tar's manual for its sparse slots. */
struct head {
	char type; /* '0' when left out */
	bytes name, mode, uid, gid, size, mtime, link, magic, major, minor, prefix;
	bytes slots; /* from offset 386 on: slots, flag, real size */
	bool sum_signed, sum_wrong;
};

#define USTAR BYTES("ustar\00000")
#define GNU BYTES("ustar  \0")
#define V7 BYTES("\0")

static buf archive = BUF_INIT(SIZE_MAX);

static void field(uint8_t *block, size_t at, bytes value, bytes otherwise)
{
	bytes v = value.p ? value : otherwise;

	if (v.n)
		memcpy(block + at, v.p, v.n);
}

static void header(struct head h)
{
	uint8_t b[512] = { 0 };
	char sum[8];
	int total = 0;

	field(b, 0, h.name, BYTES("file"));
	field(b, 100, h.mode, BYTES("0000644"));
	field(b, 108, h.uid, BYTES("0001750"));
	field(b, 116, h.gid, BYTES("0000062"));
	field(b, 124, h.size, BYTES("00000000000"));
	field(b, 136, h.mtime, BYTES("00000000017"));
	memset(b + 148, ' ', 8);
	b[156] = h.type == 'v' ? 0 : (uint8_t)(h.type ? h.type : '0'); /* v: the NUL of v7 */
	field(b, 157, h.link, BYTES(""));
	field(b, 257, h.magic, USTAR);
	field(b, 329, h.major, BYTES(""));
	field(b, 337, h.minor, BYTES(""));
	field(b, 345, h.prefix, BYTES(""));
	field(b, 386, h.slots, BYTES(""));
	for (size_t i = 0; i < 512; i++)
		total += h.sum_signed ? (signed char)b[i] : b[i];
	snprintf(sum, sizeof(sum), "%06o", (unsigned)(total + h.sum_wrong));
	memcpy(b + 148, sum, 7);
	buf_put(&archive, bytes_of(b, sizeof(b)));
}

static void body(bytes data)
{
	static const uint8_t zeros[512];

	buf_put(&archive, data);
	buf_put(&archive, bytes_of(zeros, -data.n % 512));
}

static bytes octal(size_t n)
{
	static char text[8][12];
	static unsigned turn;
	char *t = text[turn++ % 8];

	snprintf(t, 12, "%011zo", n);
	return bytes_of(t, 11);
}

static void entry(struct head h, bytes data)
{
	h.size = octal(data.n);
	header(h);
	body(data);
}

/* A pax header: say its records one by one, then write it; or write ready octets. */
static buf records = BUF_INIT(SIZE_MAX);

static void say(const char *keyword, bytes value)
{
	size_t rest = strlen(keyword) + value.n + 3, n = rest + 1;

	while (rest + (size_t)snprintf(NULL, 0, "%zu", n) != n)
		n = rest + (size_t)snprintf(NULL, 0, "%zu", n);
	buf_printf(&records, "%zu %s=", n, keyword);
	buf_put(&records, value);
	buf_puts(&records, "\n");
}

static void pax_raw(char type, bytes octets)
{
	entry((struct head){ .type = type, .name = BYTES("PaxHeaders/file") }, octets);
}

static void pax(char type)
{
	pax_raw(type, buf_bytes(&records));
	buf_clear(&records);
}

/* A pax header of one record. */
static void pax_one(char type, const char *keyword, const char *value)
{
	say(keyword, bytes_str(value));
	pax(type);
}

static void end(void)
{
	static const uint8_t zeros[1024];

	buf_put(&archive, bytes_of(zeros, sizeof(zeros)));
}

/* -- what the reader tells, as text ----------------------------------------------------------- */

static int on_entry(void *ctx, const struct tar_entry *n, err *e)
{
	static const char types[] = "?fhlcbdp";

	(void)e;
	buf_printf(ctx, "%c %o %d:%d %d t%d ", types[n->type], n->mode, (int)n->uid, (int)n->gid,
	           (int)n->size, (int)n->mtime);
	buf_put(ctx, n->name);
	if (n->link.n)
		buf_printf(ctx, " > " PRIb, BYTESF(n->link));
	if (n->major || n->minor)
		buf_printf(ctx, " %u,%u", n->major, n->minor);
	for (size_t i = 0; i < n->capability.n; i++)
		buf_printf(ctx, "%s%02x", i ? "" : " cap ", n->capability.p[i]);
	if (n->sparse)
		buf_printf(ctx, " sparse %d", (int)n->stored);
	else
		assert_true(n->size == n->stored);
	buf_puts(ctx, " [");
	return 0;
}

static int on_data(void *ctx, bytes part, err *e)
{
	(void)e;
	buf_put(ctx, part);
	return 0;
}

static int on_end(void *ctx, err *e)
{
	(void)e;
	buf_puts(ctx, "]\n");
	return 0;
}

static int read_in_pieces(bytes in, size_t piece, buf *log, uint64_t *trailing, err *e)
{
	static const struct tar_events events = { on_entry, on_data, on_end };
	struct arena a = ARENA_INIT;
	struct tar *t = tar_new(&a, &events, log);
	int r = 0;

	for (; r == 0 && in.n > 0; in = bytes_skip(in, piece)) {
		/* A copy of its own, so that a reader that looks past it is caught. */
		bytes part = bytes_slice(in, 0, piece);
		uint8_t *copy = malloc(part.n);

		memcpy(copy, part.p, part.n);
		r = tar_feed(t, bytes_of(copy, part.n), e);
		free(copy);
	}
	if (r == 0)
		r = tar_finish(t, e);
	*trailing = tar_trailing(t);
	tar_done(t);
	arena_done(&a);
	return r;
}

static uint64_t trailing;

/* Read the archive made so far in pieces of several sizes: always the same is told. Begins the next
 * archive. */
static void reads(const char *told, enum err_kind kind)
{
	static const size_t pieces[] = { SIZE_MAX, 1, 511, 512, 513, 1000 };

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		buf log = BUF_INIT(SIZE_MAX);
		err e = { 0 };
		int r = read_in_pieces(buf_bytes(&archive), pieces[i], &log, &trailing, &e);

		assert_int_equal(r, kind == ERR_NONE ? 0 : -1);
		assert_failed(&e, kind);
		if (told)
			assert_bytes(buf_bytes(&log), told);
		buf_done(&log);
	}
	buf_clear(&archive);
}

#define NEXT "f 644 1000:50 1 t15 file [x]\n"

/* The archive ends with an entry that must be found again. */
static void next_and_end(void)
{
	entry((struct head){ 0 }, BYTES("x"));
	end();
}

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
	/* Cut off: in a header, in a body, in padding, behind a header that needs an entry. */
	for (size_t n = 1; n < 1024; n += 170) {
		entry((struct head){ 0 }, BYTES("x"));
		archive.n = n;
		reads(NULL, ERR_FORMAT);
	}
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
	assert_int_equal(tar_feed(t, bytes_slice(in, 515, 9), &e), 0);
	assert_int_equal(tar_skip(t), 500);
	assert_int_equal(tar_finish(t, &e), -1);
	assert_failed(&e, ERR_FORMAT);
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

static int done(void **state)
{
	(void)state;
	buf_done(&archive);
	buf_done(&records);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v7),           cmocka_unit_test(ustar),
		cmocka_unit_test(gnu_types),    cmocka_unit_test(numbers),
		cmocka_unit_test(checksums),    cmocka_unit_test(pax_records),
		cmocka_unit_test(pax_global),   cmocka_unit_test(pax_malformed),
		cmocka_unit_test(hard_links),   cmocka_unit_test(contradictions),
		cmocka_unit_test(sparse_old),   cmocka_unit_test(sparse_pax_0),
		cmocka_unit_test(sparse_pax_1), cmocka_unit_test(ends),
		cmocka_unit_test(limits),       cmocka_unit_test(jumps),
		cmocka_unit_test(stops),        cmocka_unit_test(writes),
	};

	return cmocka_run_group_tests_name("tar", tests, NULL, done);
}
