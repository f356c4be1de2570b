/* SPDX-License-Identifier: Apache-2.0 */
/* What is folded into a file: archives as APPNOTE 6.3.10, POSIX and RFC 1952 describe them,
 * packages as ar(5), cpio(5) and rpm's manual do, in parts of every length. */
#include "unit.h"
#include "zip_writer.h"

#include "base/limits.h"
#include "fmt/tar.h"
#include "secret/unfold.h"

#define SHUT "(shut)"

/* What was told, as text: "path=content path=content". */
struct told {
	buf text;
	uint64_t octets;
};

static bool on_name(void *ctx, bytes name)
{
	(void)ctx;
	return bytes_search(name, BYTES(SHUT)) == name.n;
}

static void on_begin(void *ctx, bytes path)
{
	struct told *t = ctx;

	buf_printf(&t->text, "%s" PRIb "=", t->text.n > 0 ? " " : "", BYTESF(path));
}

static void on_data(void *ctx, bytes part)
{
	struct told *t = ctx;

	t->octets += part.n;
	if (t->octets < 4096)
		buf_put(&t->text, part);
}

static void on_end(void *ctx)
{
	struct told *t = ctx;

	buf_putc(&t->text, ';');
}

static const struct unfold_events events = { on_name, on_begin, on_data, on_end };

static struct unfold_missed unfold(bytes file, size_t part, struct told *t)
{
	struct arena a = ARENA_INIT;
	struct unfold *u = unfold_new(&a, &events, t);
	struct unfold_missed missed;

	buf_clear(&t->text);
	t->octets = 0;
	for (size_t at = 0; at < file.n; at += part)
		unfold_add(u, bytes_slice(file, at, part));
	unfold_end(u, &missed);
	unfold_done(u);
	arena_done(&a);
	return missed;
}

/* expect(file, told, why): the same however it is cut; why NULL: nothing was missed. */
static void expect(bytes file, const char *told, const char *why)
{
	static const size_t parts[] = { 1, 2, 3, 7, 511, 512, 513, 4096, SIZE_MAX / 2 };
	struct told t = { .text = BUF_INIT(1 << 20) };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		struct unfold_missed missed = unfold(file, parts[i], &t);

		assert_bytes(buf_bytes(&t.text), told);
		assert_int_equal(missed.n > 0, why != NULL);
		if (why)
			assert_string_equal(missed.why, why);
	}
	buf_done(&t.text);
}

static void put_tar(buf *out, const char *name, bytes body)
{
	struct tar_entry entry = { .type = TAR_FILE, .name = bytes_str(name), .mode = 0644,
		                       .size = body.n, .stored = body.n };

	tar_write_header(out, &entry);
	buf_put(out, body);
	tar_write_pad(out, body.n);
}

static void put_gzip(buf *out, bytes body)
{
	buf_put(out, BYTES("\x1f\x8b\x08\0\0\0\0\0\0\x03"));
	zip_raw_deflate(body, out);
	zip_put(out, crc32(0, body.p, (unsigned)body.n), 4);
	zip_put(out, body.n, 4);
}

static const struct zip_file files[] = {
	{ "a", BYTES_INIT("first"), false, false },
	{ "dir/b", BYTES_INIT("second second second"), true, false },
	{ "c", BYTES_INIT(""), false, false },
	{ 0 },
};

static void members_are_told(void **state)
{
	buf zip = BUF_INIT(1 << 20), tar = BUF_INIT(1 << 20), gzip = BUF_INIT(1 << 20);

	(void)state;
	expect(BYTES("no archive"), "", NULL);
	expect(BYTES(""), "", NULL);
	zip_write(files, &zip);
	expect(buf_bytes(&zip), "a=first; dir/b=second second second;", NULL);
	put_tar(&tar, "./x/../y", BYTES("why"));
	put_tar(&tar, "in.zip", buf_bytes(&zip));
	put_tar(&tar, "x" SHUT, BYTES("kept to itself"));
	tar_write_end(&tar);
	expect(buf_bytes(&tar),
	       "y=why; in.zip!a=first; in.zip!dir/b=second second second; *=kept to itself;", NULL);
	put_gzip(&gzip, buf_bytes(&tar));
	expect(buf_bytes(&gzip),
	       "y=why; in.zip!a=first; in.zip!dir/b=second second second; *=kept to itself;", NULL);
	buf_clear(&gzip);
	put_gzip(&gzip, BYTES("one"));
	put_gzip(&gzip, BYTES("two"));
	expect(buf_bytes(&gzip), "=onetwo;", NULL);
	buf_done(&zip);
	buf_done(&tar);
	buf_done(&gzip);
}

/* One member whose sizes stand behind it (4.3.9), in one of the four forms, then another one. */
static void put_streamed(buf *out, bytes body, bool marked, size_t width)
{
	buf packed = BUF_INIT(1 << 20);

	zip_raw_deflate(body, &packed);
	buf_put(out, BYTES("PK\3\4\24\0\10\0\10\0"));
	zip_put(out, 0, 16);
	zip_put(out, 1, 2);
	zip_put(out, 0, 2);
	buf_puts(out, "s");
	buf_put(out, buf_bytes(&packed));
	if (marked)
		buf_put(out, BYTES("PK\7\10"));
	zip_put(out, 0x04034b50, 4); /* a checksum that looks like a header */
	zip_put(out, packed.n, width);
	zip_put(out, body.n, width);
	size_t directory = out->n;

	buf_put(out, BYTES("PK\1\2\24\0\24\0\10\0\10\0"));
	zip_put(out, 0, 8);
	zip_put(out, packed.n, 4);
	zip_put(out, body.n, 4);
	zip_put(out, 1, 2);
	zip_put(out, 0, 16);
	buf_puts(out, "s");
	buf_put(out, BYTES("PK\5\6\0\0\0\0\1\0\1\0"));
	zip_put(out, 47, 4);
	zip_put(out, directory, 4);
	zip_put(out, 0, 2);
	zip_write(files, out);
	buf_done(&packed);
}

/* The first block is looked at whole: what comes behind it is cut. */
static void what_streams_ends_where_deflate_does(void **state)
{
	buf zip = BUF_INIT(1 << 20), body = BUF_INIT(1 << 10), told = BUF_INIT(1 << 11);

	(void)state;
	buf_puts(&body, "PK\1\2 is in me ");
	for (unsigned i = 0, seed = 7; i < 900; i++) {
		seed = seed * 1103515245U + 12345U;
		buf_putc(&body, (uint8_t)('0' + seed / 65536 % 64));
	}
	buf_printf(&told, "s=" PRIb "; a=first; dir/b=second second second;",
	           BYTESF(buf_bytes(&body)));
	buf_putc(&told, '\0');
	for (unsigned form = 0; form < 4; form++) {
		buf_clear(&zip);
		put_streamed(&zip, buf_bytes(&body), form & 1, form & 2 ? 8 : 4);
		expect(buf_bytes(&zip), (const char *)told.p, NULL);
	}
	buf_done(&zip);
	buf_done(&body);
	buf_done(&told);
}

/* ar(5): one member. */
static void put_ar(buf *out, const char *name, bytes body)
{
	if (out->n == 0)
		buf_puts(out, "!<arch>\n");
	buf_printf(out, "%-16s1700000000  0     0     100644  %-10zu`\n", name, body.n);
	buf_put(out, body);
	buf_puts(out, body.n % 2 ? "\n" : "");
}

/* cpio(5): one member; the size of a field of newc is 8, of odc 6, of its time and size 11. */
static void put_newc(buf *out, const char *name, bytes body)
{
	buf_printf(out, "070701%040d%08x%08x%032d%08zX%08d%s", 0, 1, (unsigned)body.n, 0,
	           strlen(name) + 1, 0, name);
	for (size_t n = strlen(name); n == strlen(name) || (110 + n) % 4 != 0; n++)
		buf_putc(out, '\0');
	buf_put(out, body);
	for (size_t n = body.n; n % 4 != 0; n++)
		buf_putc(out, '\0');
}

static void put_odc(buf *out, const char *name, bytes body)
{
	buf_printf(out, "070707%042d%011o%06zo%011zo%s", 0, 1, strlen(name) + 1, body.n, name);
	buf_putc(out, '\0');
	buf_put(out, body);
}

/* rpm's doc/manual/format: a lead of 96 octets, two header structures, the payload. */
static void put_rpm(buf *out, bytes payload)
{
	size_t from = out->n;

	buf_put(out, BYTES("\xed\xab\xee\xdb\3"));
	while (out->n < from + 96)
		buf_putc(out, '\0');
	buf_put(out, BYTES("\x8e\xad\xe8\1\0\0\0\0\0\0\0\0\0\0\0\3sig\0\0\0\0\0"));
	buf_put(out, BYTES("\x8e\xad\xe8\1\0\0\0\0\0\0\0\1\0\0\0\5index of 16 octevalue"));
	buf_put(out, payload);
}

static void packages_are_told(void **state)
{
	buf cpio = BUF_INIT(1 << 20), gzip = BUF_INIT(1 << 20), file = BUF_INIT(1 << 20);

	(void)state;
	put_newc(&cpio, "etc/a", BYTES("one"));
	put_newc(&cpio, "bcd", BYTES(""));
	put_newc(&cpio, "TRAILER!!!", BYTES(""));
	expect(buf_bytes(&cpio), "etc/a=one;", NULL);
	put_gzip(&gzip, buf_bytes(&cpio));
	put_ar(&file, "debian-binary", BYTES("2.0"));
	put_ar(&file, "data.gz/", buf_bytes(&gzip));
	put_ar(&file, "x" SHUT, BYTES("end"));
	expect(buf_bytes(&file), "debian-binary=2.0; data.gz!etc/a=one; *=end;", NULL);
	expect(bytes_slice(buf_bytes(&file), 0, file.n - 2),
	       "debian-binary=2.0; data.gz!etc/a=one; *=en;", "cut off");
	file.p[8 + 60 + 4 + 58] = '!';
	expect(buf_bytes(&file), "debian-binary=2.0;", "broken");
	buf_clear(&file);
	put_rpm(&file, buf_bytes(&gzip));
	expect(buf_bytes(&file),
	       "signature=sig; header=index of 16 octevalue; payload!etc/a=one;", NULL);
	expect(bytes_slice(buf_bytes(&file), 0, 96 + 24), "signature=sig;", "cut off");
	file.p[96 + 24] = 'x';
	expect(buf_bytes(&file), "signature=sig;", "broken");
	memset(buf_room(&cpio, 600), 0, 600);
	cpio.n += 600;
	put_odc(&cpio, "late", BYTES("old"));
	expect(buf_bytes(&cpio), "etc/a=one; rest!late=old;", "cut off");
	put_odc(&cpio, "TRAILER!!!", BYTES(""));
	expect(buf_bytes(&cpio), "etc/a=one; rest!late=old;", NULL);
	expect(BYTES("070707 is a number, and so is 070701"), "", NULL);
	buf_done(&cpio);
	buf_done(&gzip);
	buf_done(&file);
}

/* Of a nested archive also what is none of its members is told. */
static void what_stands_between_is_told(void **state)
{
	buf zip = BUF_INIT(1 << 20), tar = BUF_INIT(1 << 20), told = BUF_INIT(1 << 20);

	(void)state;
	buf_puts(&zip, "#!/bin/sh\n");
	for (unsigned i = 0; i < 60; i++)
		buf_puts(&zip, "P PKP PK\3 PK\5\n");
	size_t script = zip.n;

	put_tar(&tar, "x.sh", buf_bytes(&zip));
	zip_write(files, &zip);
	zip.p[zip.n - 2] = 7;
	buf_puts(&zip, "commenP");
	put_tar(&tar, "x.pyz", buf_bytes(&zip));
	tar_write_end(&tar);
	buf_puts(&told, "x.sh=");
	buf_put(&told, bytes_slice(buf_bytes(&zip), 0, script));
	buf_puts(&told, "; x.pyz=");
	buf_put(&told, bytes_slice(buf_bytes(&zip), 0, script));
	buf_puts(&told, "; x.pyz!a=first; x.pyz!dir/b=second second second; x.pyz=commenP;");
	buf_putc(&told, '\0');
	expect(buf_bytes(&tar), (const char *)told.p, NULL);
	expect(buf_bytes(&zip), "a=first; dir/b=second second second;", NULL);
	buf_done(&zip);
	buf_done(&tar);
	buf_done(&told);
}

static void what_cannot_be_read_is_counted(void **state)
{
	buf zip = BUF_INIT(1 << 20), gzip = BUF_INIT(1 << 20), again = BUF_INIT(1 << 20);
	size_t second;

	(void)state;
	zip_write(files, &zip);
	second = 4 + bytes_search(bytes_skip(buf_bytes(&zip), 4), BYTES("PK\3\4"));
	zip.p[second + 6] = 1;
	expect(buf_bytes(&zip), "a=first;", "encrypted");
	zip.p[second + 6] = 0;
	zip.p[second + 8] = 12;
	expect(buf_bytes(&zip), "a=first;", "compressed in a way that is not known");
	zip.p[second + 8] = 8;
	expect(bytes_slice(buf_bytes(&zip), 0, second + 35), "a=first;", "cut off");
	expect(BYTES("Rar!\x1a\x07\x01\0 and more"), "", "packed in a way that is not read");
	put_gzip(&gzip, BYTES("text"));
	expect(bytes_slice(buf_bytes(&gzip), 0, gzip.n - 1), "=text;", "broken");
	buf_clear(&zip);
	buf_puts(&zip, "bottom");
	for (unsigned i = 0; i <= LIMIT_UNFOLD_DEPTH; i++) {
		const struct zip_file nested[] = { { "n", buf_bytes(&zip), true, false }, { 0 } };

		buf_clear(&again);
		zip_write(nested, &again);
		buf_clear(&zip);
		buf_put(&zip, buf_bytes(&again));
	}
	struct told t = { .text = BUF_INIT(1 << 20) };
	struct unfold_missed missed = unfold(buf_bytes(&zip), SIZE_MAX / 2, &t);

	assert_int_equal(missed.n, 1);
	assert_string_equal(missed.why, "nested too deep");
	assert_true(bytes_starts(buf_bytes(&t.text), BYTES("n!n!n!n!n!n=PK")));
	buf_done(&t.text);
	buf_done(&zip);
	buf_done(&gzip);
	buf_done(&again);
}

static void bombs_end(void **state)
{
	buf zeros = BUF_INIT(48 << 20), gzip = BUF_INIT(50 << 20);
	struct told t = { .text = BUF_INIT(1 << 20) };

	(void)state;
	memset(buf_room(&zeros, 48 << 20), 0, 48 << 20);
	zeros.n = 48 << 20;
	put_gzip(&gzip, buf_bytes(&zeros));
	struct unfold_missed missed = unfold(buf_bytes(&gzip), 4096, &t);

	assert_int_equal(missed.n, 1);
	assert_string_equal(missed.why, "expands too far");
	assert_true(t.octets <= LIMIT_RATIO_FREE + MIB);
	buf_done(&zeros);
	buf_done(&gzip);
	buf_done(&t.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_told),
		cmocka_unit_test(what_streams_ends_where_deflate_does),
		cmocka_unit_test(packages_are_told),
		cmocka_unit_test(what_stands_between_is_told),
		cmocka_unit_test(what_cannot_be_read_is_counted),
		cmocka_unit_test(bombs_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
