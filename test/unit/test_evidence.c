/* SPDX-License-Identifier: Apache-2.0 */
#include "image/evidence.h"

#include "base/pack.h"
#include "unit.h"

/* The next record of *in; fails the test when there is none. */
static bytes next(bytes *in)
{
	err e = { .kind = ERR_NONE };
	bytes record = { NULL, 0 };

	assert_int_equal(evidence_frame(in, &record, &e), 1);
	return record;
}

static void comes_back_as_written(void **state)
{
	(void)state;
	static const struct entry files[] = {
		{ .type = ENTRY_DIR, .path = BYTES_INIT("usr/lib"), .mode = 0755 },
		{ .type = ENTRY_FILE,
		  .kind = KIND_ELF,
		  .path = BYTES_INIT("usr/lib/libc.so.6"),
		  .mode = 04755,
		  .uid = UINT32_MAX,
		  .gid = 7,
		  .size = INT64_MAX,
		  .mtime = -1,
		  .capability = BYTES_INIT("\1\0\0\2") },
		{ .type = ENTRY_SYMLINK,
		  .path = BYTES_INIT("usr/lib"),
		  .link = BYTES_INIT("../x/./y"),
		  .mtime = INT64_MIN },
		{ .type = ENTRY_HARDLINK,
		  .path = BYTES_INIT("v"),
		  .link = BYTES_INIT("usr/lib/libc.so.6"),
		  .mtime = INT64_MAX },
		{ .type = ENTRY_DIR, .path = BYTES_INIT("") },
	};
	struct evidence_writer w = { .entries = 0 };
	struct evidence_reader r = { .entries = 0 };
	buf out = BUF_INIT(1 << 20);
	struct evidence ev;
	err e = { .kind = ERR_NONE };

	for (size_t i = 0; i < 5; i++)
		evidence_write_entry(&w, &files[i], &out);
	evidence_write_done(&w, 12345, &out);
	bytes in = buf_bytes(&out);

	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(evidence_read(&r, next(&in), &ev, &e), 0);
		assert_int_equal(ev.type, EVIDENCE_ENTRY);
		assert_int_equal(ev.entry, i);
		assert_int_equal(ev.file.type, files[i].type);
		assert_int_equal(ev.file.kind, files[i].kind);
		assert_true(bytes_equal(ev.file.path, files[i].path));
		assert_true(bytes_equal(ev.file.link, files[i].link));
		assert_true(bytes_equal(ev.file.capability, files[i].capability));
		assert_int_equal(ev.file.mode, files[i].mode);
		assert_int_equal(ev.file.uid, files[i].uid);
		assert_int_equal(ev.file.gid, files[i].gid);
		assert_true(ev.file.size == files[i].size);
		assert_true(ev.file.mtime == files[i].mtime);
	}
	assert_int_equal(evidence_read(&r, next(&in), &ev, &e), 0);
	assert_int_equal(ev.type, EVIDENCE_DONE);
	assert_int_equal(ev.expanded, 12345);
	assert_int_equal(ev.entries, 5);
	assert_true(r.ended);
	assert_int_equal(in.n, 0);
	buf_done(&out);
}

static void items_and_gaps_belong_to_the_entry_before(void **state)
{
	(void)state;
	struct entry file = { .type = ENTRY_FILE, .path = BYTES("f") };
	struct evidence_writer w = { .entries = 0 };
	struct evidence_reader r = { .entries = 0 };
	buf out = BUF_INIT(1 << 20);
	struct evidence ev;
	err e = { .kind = ERR_NONE };

	evidence_write_layer_gap(0, BYTES("no entry yet"), &out);
	evidence_write_entry(&w, &file, &out);
	evidence_write_entry(&w, &file, &out);
	evidence_write_item(&w, 9, BYTES("any\0thing"), &out);
	evidence_write_gap(&w, 9, BYTES("here\n\x1b[2J\xff"), &out);
	evidence_write_layer_gap(0, BYTES("all"), &out);
	bytes in = buf_bytes(&out);

	assert_int_equal(evidence_read(&r, next(&in), &ev, &e), 0);
	assert_int_equal(ev.type, EVIDENCE_GAP);
	assert_int_equal(ev.entry, EVIDENCE_NO_ENTRY);
	assert_int_equal(ev.inspector, 0);
	assert_bytes(ev.payload, "no entry yet");
	assert_int_equal(evidence_read(&r, next(&in), &ev, &e), 0);
	assert_int_equal(evidence_read(&r, next(&in), &ev, &e), 0);
	assert_int_equal(evidence_read(&r, next(&in), &ev, &e), 0);
	assert_int_equal(ev.type, EVIDENCE_ITEM);
	assert_int_equal(ev.entry, 1);
	assert_int_equal(ev.inspector, 9);
	assert_true(bytes_equal(ev.payload, BYTES("any\0thing")));
	assert_int_equal(evidence_read(&r, next(&in), &ev, &e), 0);
	assert_int_equal(ev.entry, 1);
	assert_bytes(ev.payload, "here\\x0a\\x1b[2J\\xff");
	assert_int_equal(evidence_read(&r, next(&in), &ev, &e), 0);
	assert_int_equal(ev.entry, EVIDENCE_NO_ENTRY);
	buf_done(&out);
}

static void long_texts_are_cut_between_characters(void **state)
{
	(void)state;
	struct evidence_reader r = { .entries = 0 };
	buf out = BUF_INIT(1 << 20), text = BUF_INIT(4000);
	struct evidence ev;
	err e = { .kind = ERR_NONE };

	buf_puts(&text, "x");
	for (int i = 0; i < 1000; i++)
		buf_puts(&text, "é");
	evidence_write_layer_gap(0, buf_bytes(&text), &out);
	bytes in = buf_bytes(&out);

	assert_int_equal(evidence_read(&r, next(&in), &ev, &e), 0);
	assert_in_range(ev.payload.n, 990, 1000);
	buf_done(&text);
	buf_done(&out);
}

static void frames_wait_for_all_their_octets(void **state)
{
	(void)state;
	static const uint8_t stream[] = { 2, 0, 0, 0, 'a', 'b', 1, 0, 0, 0, 'c' };
	err e = { .kind = ERR_NONE };
	bytes record;

	for (size_t n = 0; n < sizeof(stream); n++) {
		bytes in = bytes_of(stream, n);
		int got = evidence_frame(&in, &record, &e);

		assert_int_equal(got, n >= 6);
		assert_int_equal(in.n, n >= 6 ? n - 6 : n);
		if (got)
			assert_bytes(record, "ab");
	}
	bytes zero = BYTES("\0\0\0\0x"), large = BYTES("\1\0\0\1x");

	assert_int_equal(evidence_frame(&zero, &record, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	assert_int_equal(evidence_frame(&large, &record, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	bytes largest = BYTES("\0\0\0\1x");

	assert_int_equal(evidence_frame(&largest, &record, &e), 0);
}

/* A record that must be refused, after one entry "a/b". */
static void refused(bytes record)
{
	struct evidence_reader r = { .path = "a/b", .path_n = 3, .entries = 1 };
	struct evidence ev = { .type = EVIDENCE_NONE };
	err e = { .kind = ERR_NONE };

	assert_int_equal(evidence_read(&r, record, &ev, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(ev.type, EVIDENCE_NONE);
	assert_false(r.ended);
}

/* Octets as the header's records say: type 1 is an entry: common, own path, type and kind, mode,
 * uid, gid, size, mtime, link, capability. */
static void hostile_records_are_refused(void **state)
{
	(void)state;
	refused(BYTES(""));
	refused(BYTES("\0"));
	refused(BYTES("\6"));
	refused(BYTES("\1"));
	refused(BYTES("\1\4\0\x10\0\0\0\0\0\0\0"));        /* more in common than there is */
	refused(BYTES("\1\0\1/\x10\0\0\0\0\0\0\0"));       /* "/" */
	refused(BYTES("\1\0\2a/\x10\0\0\0\0\0\0\0"));      /* "a/" */
	refused(BYTES("\1\0\2..\x10\0\0\0\0\0\0\0"));      /* ".." */
	refused(BYTES("\1\1\3/./\x10\0\0\0\0\0\0\0"));     /* "a/./" */
	refused(BYTES("\1\1\5/../b\x10\0\0\0\0\0\0\0"));   /* "a/../b" */
	refused(BYTES("\1\0\1\0\x10\0\0\0\0\0\0\0"));      /* NUL in a name */
	refused(BYTES("\1\0\1a\x00\0\0\0\0\0\0\0"));       /* no type */
	refused(BYTES("\1\0\1a\x80\1\0\0\0\0\0\0\0"));     /* type 8 */
	refused(BYTES("\1\0\1a\x16\0\0\0\0\0\0\0"));       /* kind 6 */
	refused(BYTES("\1\0\1a\x10\x80\x20\0\0\0\0\0\0")); /* mode 010000 */
	refused(BYTES("\1\0\1a\x10\0\0\0\0\0\0\0x"));      /* octets behind the end */
	refused(BYTES("\1\0\1a\x10\0\0\0\0\0\1b"));        /* cut */
	refused(BYTES("\1\0\1a\x40\0\0\0\0\0\3b/.\0"));    /* a hard link's name is not clean */
	refused(BYTES("\1\0\1a\x30\0\0\0\0\0\1\0\0"));     /* NUL in a link */
	refused(BYTES("\2"));
	refused(BYTES("\2\0payload"));         /* item of the engine */
	refused(BYTES("\2\x80\x80\4payload")); /* inspector 65536 */
	refused(BYTES("\3\2\0\1x"));
	refused(BYTES("\3\0\0\1\x1b"));
	refused(BYTES("\3\0\0\3\xe2\x80\xae")); /* a bidi override */
	refused(BYTES("\3\0\0\2\xc3("));
	refused(BYTES("\3\0\0\1xy"));
	refused(BYTES("\4\0\0")); /* says no entries */
	refused(BYTES("\4\0\1x"));
	refused(BYTES("\4\0"));
	refused(BYTES("\5\0\1x")); /* a failure of no kind */
	refused(BYTES("\5\x0a\1x"));
	refused(BYTES("\5\4\1\n"));
	refused(BYTES("\5\4\1xy"));

	struct evidence_reader r = { .path = "a/b", .path_n = 3, .entries = 1 };
	struct evidence ev;
	err e = { .kind = ERR_NONE };

	/* The same forms, well made, pass. */
	assert_int_equal(evidence_read(&r, BYTES("\1\1\2/c\x10\xff\x1f\0\0\0\0\0\0"), &ev, &e), 0);
	assert_bytes(ev.file.path, "a/c");
	assert_int_equal(ev.file.mode, 07777);
	assert_int_equal(evidence_read(&r, BYTES("\2\xff\xff\3"), &ev, &e), 0);
	assert_int_equal(evidence_read(&r, BYTES("\4\0\2"), &ev, &e), 0);
	assert_int_equal(evidence_read(&r, BYTES("\4\0\2"), &ev, &e), -1); /* behind the end */
	assert_failed(&e, ERR_FORMAT);

	struct evidence_reader first = { .entries = 0 };

	assert_int_equal(evidence_read(&first, BYTES("\2\1x"), &ev, &e), -1); /* an item of no entry */
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(evidence_read(&first, BYTES("\3\0\0\1x"), &ev, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(evidence_read(&first, BYTES("\3\1\0\1x"), &ev, &e), 0);
}

static void counts_have_bounds(void **state)
{
	(void)state;
	struct evidence_reader r = { .entries = LIMIT_TAR_ENTRIES };
	struct evidence ev;
	err e = { .kind = ERR_NONE };
	buf path = BUF_INIT(2 * LIMIT_PATH);

	assert_int_equal(evidence_read(&r, BYTES("\1\0\1a\x10\0\0\0\0\0\0\0"), &ev, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	buf_puts(&path, "\1");
	pack_u64(&path, 0);
	pack_u64(&path, LIMIT_PATH + 1);
	for (size_t i = 0; i <= LIMIT_PATH; i++)
		buf_putc(&path, 'a');
	buf_put(&path, BYTES("\x10\0\0\0\0\0\0\0"));
	r.entries = 0;
	assert_int_equal(evidence_read(&r, buf_bytes(&path), &ev, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	buf_done(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_written),
		cmocka_unit_test(items_and_gaps_belong_to_the_entry_before),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(frames_wait_for_all_their_octets),
		cmocka_unit_test(hostile_records_are_refused),
		cmocka_unit_test(counts_have_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
