/* SPDX-License-Identifier: Apache-2.0 */
/* What is folded into a file: archives as APPNOTE 6.3.10, POSIX and RFC 1952 describe them, in
 * parts of every length. */
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
	for (unsigned i = 0; i <= LIMIT_ARCHIVE_DEPTH; i++) {
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
	assert_true(bytes_starts(buf_bytes(&t.text), BYTES("n!n!n!n=PK")));
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
		cmocka_unit_test(what_cannot_be_read_is_counted),
		cmocka_unit_test(bombs_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
