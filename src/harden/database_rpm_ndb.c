/* SPDX-License-Identifier: Apache-2.0 */
/* Packages.db of rpm's own "ndb": described in catalog/rpm_ndb.c. */
#include "harden/database_rpm_own.h"

enum {
	NDB_BLOCK = 16,
	NDB_SLOTS = RPM_PAGE / 16,
	NDB_HEAD_SLOTS = 2,
	NDB_HEAD = 16,
	NDB_TAIL = 12
};

/* RFC 1950, section 8.2. */
static uint32_t adler32(bytes in)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < in.n; i++) {
		a = (a + in.p[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static uint32_t blocks_of(bytes header)
{
	return (uint32_t)((NDB_HEAD + header.n + NDB_TAIL + NDB_BLOCK - 1) / NDB_BLOCK);
}

static void put_slots(const struct rpm_staying *s, uint32_t pages, buf *out)
{
	uint32_t block = pages * (RPM_PAGE / NDB_BLOCK);

	for (size_t i = 0; i < (size_t)pages * NDB_SLOTS - NDB_HEAD_SLOTS; i++) {
		bool used = i < s->headers.len;
		uint32_t blocks = used ? blocks_of(s->headers.items[i]) : 0;

		buf_put(out, BYTES("Slot"));
		rpm_put_le(out, used ? (uint32_t)i + 1 : 0, 4);
		rpm_put_le(out, used ? block : 0, 4);
		rpm_put_le(out, blocks, 4);
		block += blocks;
	}
}

static void put_blob(uint32_t number, bytes header, buf *out)
{
	size_t from = out->n, size = (size_t)blocks_of(header) * NDB_BLOCK;

	buf_put(out, BYTES("BlbS"));
	rpm_put_le(out, number, 4);
	rpm_put_le(out, 1, 4); /* generation */
	rpm_put_le(out, (uint32_t)header.n, 4);
	buf_put(out, header);
	rpm_put_zeros(out, size - NDB_TAIL - (out->n - from));
	rpm_put_le(out, adler32(bytes_skip(buf_bytes(out), from)), 4);
	rpm_put_le(out, (uint32_t)header.n, 4);
	buf_put(out, BYTES("BlbE"));
}

int database_rpm_ndb(struct database_rpm *r, struct arena *a, buf *out, err *e)
{
	struct rpm_staying s = { .rpm = r, .arena = a };

	if (rpm_staying_read(&s, rpm_ndb_read, e) < 0)
		return -1;
	uint32_t packages = (uint32_t)s.headers.len;
	uint32_t pages = (packages + NDB_HEAD_SLOTS + NDB_SLOTS - 1) / NDB_SLOTS;

	buf_put(out, BYTES("RpmP"));
	rpm_put_le(out, 0, 4); /* version */
	rpm_put_le(out, 1, 4); /* generation */
	rpm_put_le(out, pages, 4);
	rpm_put_le(out, packages + 1, 4); /* the next package */
	rpm_put_zeros(out, (size_t)NDB_HEAD_SLOTS * NDB_BLOCK - out->n);
	put_slots(&s, pages, out);
	for (uint32_t i = 0; i < packages; i++)
		put_blob(i + 1, s.headers.items[i], out);
	return 0;
}
