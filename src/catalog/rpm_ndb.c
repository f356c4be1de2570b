/* SPDX-License-Identifier: Apache-2.0 */
/* Packages.db, all numbers little-endian:
 *
 *     header    "RpmP", version, generation, pages of slots, next package; 32 octets
 *     slots     16 octets each, up to the end of the slot pages: "Slot", package (0: free), first
 *               block and number of blocks of 16 octets
 *     blobs     "BlbS", package, generation, length; the header; padding; checksum, length, "BlbE"
 */
#include "catalog/rpm.h"

#include "base/limits.h"

#include <inttypes.h>

#define PAGE 4096
#define BLOCK 16
#define SLOT 16
#define HEADER 32
#define BLOB_HEAD 16
#define BLOB_TAIL 12

struct reader {
	const struct rpm_file *file;
	const struct rpm_sink *sink;
	uint64_t left; /* octets of blobs that may still come: they do not overlap */
	buf blob;
};

struct slot {
	uint32_t package, block, blocks;
};

static int bad(err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, 0, "ndb: %s", what);
}

static int read_blob(struct reader *r, const struct slot *slot, err *e)
{
	uint64_t at = (uint64_t)slot->block * BLOCK, n = (uint64_t)slot->blocks * BLOCK;
	uint32_t package, generation, length;

	if (at > r->file->size || n > r->file->size - at || n < BLOB_HEAD + BLOB_TAIL)
		return bad(e, "a package that lies outside the file");
	if (n > LIMIT_RPM_HEADER)
		return err_set(e, ERR_LIMIT, 0, "ndb: a package of %" PRIu64 " octets", n);
	if (n > r->left)
		return bad(e, "packages that overlap");
	r->left -= n;
	buf_clear(&r->blob);
	if (!r->file->read(r->file->ctx, at, (size_t)n, buf_room(&r->blob, (size_t)n)))
		return bad(e, "a package that lies outside the file");
	bytes in = bytes_of(r->blob.p, (size_t)n), header;

	if (!bytes_take_prefix(&in, BYTES("BlbS")) || !bytes_take_le32(&in, &package) ||
	    !bytes_take_le32(&in, &generation) || !bytes_take_le32(&in, &length) ||
	    package != slot->package || !bytes_ends(in, BYTES("BlbE")) || length > in.n - BLOB_TAIL ||
	    !bytes_take(&in, length, &header))
		return bad(e, "a slot that does not lead to its package");
	r->sink->header(r->sink->ctx, header);
	return 0;
}

static int read_slots(struct reader *r, bytes slots, err *e)
{
	struct slot slot;

	while (slots.n >= SLOT) {
		if (!bytes_take_prefix(&slots, BYTES("Slot")) || !bytes_take_le32(&slots, &slot.package) ||
		    !bytes_take_le32(&slots, &slot.block) || !bytes_take_le32(&slots, &slot.blocks))
			return bad(e, "a slot without its mark");
		if (slot.package != 0 && read_blob(r, &slot, e) < 0)
			return -1;
	}
	return 0;
}

static int read_pages(struct reader *r, uint32_t pages, err *e)
{
	uint8_t page[PAGE];

	for (uint32_t i = 0; i < pages; i++) {
		if (!r->file->read(r->file->ctx, (uint64_t)i * PAGE, PAGE, page))
			return bad(e, "the list of packages is cut off");
		if (read_slots(r, bytes_skip(bytes_of(page, PAGE), i == 0 ? HEADER : 0), e) < 0)
			return -1;
	}
	return 0;
}

int rpm_ndb_read(const struct rpm_file *file, const struct rpm_sink *sink, err *e)
{
	struct reader r = {
		.file = file, .sink = sink, .left = file->size, .blob = BUF_INIT(LIMIT_RPM_HEADER)
	};
	uint8_t octets[HEADER] = { 0 };
	bytes in = bytes_of(octets, HEADER);
	uint32_t version, generation, pages;

	if (file->size < HEADER || !file->read(file->ctx, 0, HEADER, octets) ||
	    !bytes_take_prefix(&in, BYTES("RpmP")) || !bytes_take_le32(&in, &version) ||
	    !bytes_take_le32(&in, &generation) || !bytes_take_le32(&in, &pages))
		return bad(e, "not a package database");
	if (version != 0)
		return err_set(e, ERR_FORMAT, 0, "ndb: version %" PRIu32 " is unknown", version);
	int result = read_pages(&r, pages, e);

	buf_done(&r.blob);
	return result;
}
