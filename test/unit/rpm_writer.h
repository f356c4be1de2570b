/* SPDX-License-Identifier: Apache-2.0 */
/* rpm_writer - header blobs and databases of them, written from the descriptions of their formats,
 * so that a test can break them where it likes. */
#pragma once

#include "unit.h"

#include "base/buf.h"
#include "base/limits.h"

#include <sqlite3.h>

struct rpm_writer {
	buf index, data;
	uint32_t tags;
};

#define RPM_WRITER_INIT \
	{ \
		BUF_INIT(MIB), BUF_INIT(16 * MIB), 0 \
	}

static inline void rpm_be32(buf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(b, (uint8_t)(v >> shift));
}

static inline void rpm_le32(buf *b, uint32_t v)
{
	for (int shift = 0; shift < 32; shift += 8)
		buf_putc(b, (uint8_t)(v >> shift));
}

/* rpm_entry: one entry of the index, its data comes next. */
static inline void rpm_entry(struct rpm_writer *w, uint32_t tag, uint32_t type, uint32_t count)
{
	rpm_be32(&w->index, tag);
	rpm_be32(&w->index, type);
	rpm_be32(&w->index, (uint32_t)w->data.n);
	rpm_be32(&w->index, count);
	w->tags++;
}

static inline void rpm_text(struct rpm_writer *w, uint32_t tag, const char *text)
{
	rpm_entry(w, tag, 6, 1);
	buf_puts(&w->data, text);
	buf_putc(&w->data, 0);
}

static inline void rpm_texts(struct rpm_writer *w, uint32_t tag, uint32_t n,
                             const char *const *texts)
{
	rpm_entry(w, tag, 8, n);
	for (uint32_t i = 0; i < n; i++) {
		buf_puts(&w->data, texts[i]);
		buf_putc(&w->data, 0);
	}
}

static inline void rpm_numbers(struct rpm_writer *w, uint32_t tag, uint32_t n,
                               const uint32_t *numbers)
{
	rpm_entry(w, tag, 4, n);
	for (uint32_t i = 0; i < n; i++)
		rpm_be32(&w->data, numbers[i]);
}

/* rpm_blob(w, out): the header so far. */
static inline void rpm_blob(const struct rpm_writer *w, buf *out)
{
	rpm_be32(out, w->tags);
	rpm_be32(out, (uint32_t)w->data.n);
	buf_put(out, buf_bytes(&w->index));
	buf_put(out, buf_bytes(&w->data));
}

static inline void rpm_writer_done(struct rpm_writer *w)
{
	buf_done(&w->index);
	buf_done(&w->data);
}

/* rpm_sample(w): a package with all that readers look at. Of its four files usr/bin/sample,
 * usr/bin/link and usr/share/one lie in place; usr/share/gone was replaced by another package's. */
#define RPM_SAMPLE_DIRS ((const uint32_t[]){ 0, 0, 1, 1 })
static inline void rpm_sample(struct rpm_writer *w)
{
	static const char *const names[] = { "sample", "link", "gone", "one" };
	static const char *const dirs[] = { "/usr/bin/", "/usr/share/" };

	rpm_entry(w, 63, 7, 16); /* the immutable region: who reads all entries can pass over it */
	rpm_text(w, 1000, "sample");
	rpm_text(w, 1001, "1.2~rc3");
	rpm_text(w, 1002, "4.el9");
	rpm_numbers(w, 1003, 1, (const uint32_t[]){ 7 });
	rpm_text(w, 1014, "MIT AND Zlib");
	rpm_text(w, 1022, "x86_64");
	rpm_text(w, 1044, "source-of-it-1.2~rc3-4.el9.src.rpm");
	rpm_text(w, 1011, "Example, Inc.");
	rpm_text(w, 5096, "nodejs:18:9020:rhel9");
	rpm_numbers(w, 1116, 4, RPM_SAMPLE_DIRS);
	rpm_texts(w, 1117, 4, names);
	rpm_texts(w, 1118, 2, dirs);
	rpm_entry(w, 1029, 1, 4);
	buf_put(&w->data, BYTES("\0\3\1\0")); /* normal, on the network, replaced, normal */
}

/* rpm_simple(name, padding, out): a small header, made longer by that many octets. */
static inline void rpm_simple(const char *name, size_t padding, buf *out)
{
	struct rpm_writer w = RPM_WRITER_INIT;

	rpm_text(&w, 1000, name);
	rpm_text(&w, 1001, "1");
	rpm_text(&w, 1002, "2");
	rpm_text(&w, 1022, "noarch");
	rpm_entry(&w, 1005, 6, 1);
	for (size_t i = 0; i < padding; i++)
		buf_putc(&w.data, 'x');
	buf_putc(&w.data, 0);
	rpm_blob(&w, out);
	rpm_writer_done(&w);
}

/* rpm_sqlite(sql, names, paddings, out): what SQLite makes of these statements and packages. */
static inline void rpm_sqlite(const char *sql, const size_t *paddings, size_t n, buf *out)
{
	sqlite3_stmt *st;
	sqlite3_int64 size;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	for (size_t i = 0; i < n; i++) {
		buf blob = BUF_INIT(16 * MIB);
		char name[32];

		snprintf(name, sizeof(name), "p%zu", i);
		rpm_simple(name, paddings[i], &blob);
		assert_int_equal(
			sqlite3_prepare_v2(db, "INSERT INTO Packages (blob) VALUES (?)", -1, &st, NULL),
			SQLITE_OK);
		sqlite3_bind_blob(st, 1, blob.p, (int)blob.n, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(st), SQLITE_DONE);
		sqlite3_finalize(st);
		buf_done(&blob);
	}
	unsigned char *image = sqlite3_serialize(db, "main", &size, 0);

	assert_non_null(image);
	buf_put(out, bytes_of(image, (size_t)size));
	sqlite3_free(image);
	sqlite3_close(db);
}

/* rpm_ndb(headers, n, out): Packages.db with one page of slots. */
static inline void rpm_ndb(const bytes *headers, size_t n, buf *out)
{
	buf blobs = BUF_INIT(MIB);

	buf_puts(out, "RpmP");
	rpm_le32(out, 0);
	rpm_le32(out, 1);
	rpm_le32(out, 1);
	rpm_le32(out, (uint32_t)n + 1);
	memset(buf_room(out, 12), 0, 12);
	out->n += 12;
	for (size_t i = 0; i < 254; i++) {
		size_t blocks = i < n ? (16 + headers[i].n + 12 + 15) / 16 : 0, at = blobs.n;

		buf_puts(out, "Slot");
		rpm_le32(out, i < n ? (uint32_t)i + 1 : 0);
		rpm_le32(out, i < n ? (uint32_t)(4096 + at) / 16 : 0);
		rpm_le32(out, (uint32_t)blocks);
		if (i >= n)
			continue;
		buf_puts(&blobs, "BlbS");
		rpm_le32(&blobs, (uint32_t)i + 1);
		rpm_le32(&blobs, 1);
		rpm_le32(&blobs, (uint32_t)headers[i].n);
		buf_put(&blobs, headers[i]);
		while (blobs.n - at < blocks * 16 - 12)
			buf_putc(&blobs, 0);
		rpm_le32(&blobs, 0); /* rpm's checksum: readers do not need it */
		rpm_le32(&blobs, (uint32_t)headers[i].n);
		buf_puts(&blobs, "BlbE");
	}
	buf_put(out, buf_bytes(&blobs));
	buf_done(&blobs);
}

/* rpm_read_memory(ctx, offset, n, out): of a struct rpm_file whose ctx is bytes. */
static inline bool rpm_read_memory(void *ctx, uint64_t offset, size_t n, uint8_t *out)
{
	const bytes *all = ctx;

	if (offset > all->n || n > all->n - offset)
		return false;
	memcpy(out, all->p + offset, n);
	return true;
}
