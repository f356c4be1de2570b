/* SPDX-License-Identifier: Apache-2.0 */
/* Two layers through everything they meet: tar reader, dispatch, every inspector, evidence, merge
 * into a tree, and the collectors. The input is not a tar (its checksums would stop most mutations,
 * and fuzz_tar has it) but a list of entries, written as one here: an octet of type and layer, and
 * name, link and body, each behind a two-octet length. */
#include "catalog/facts.h"
#include "image/dispatch.h"
#include "image/merge.h"

#include <stdlib.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct records {
	buf all;
	bool given;
};

static void gather(void *ctx, bytes records)
{
	buf_put(&((struct records *)ctx)->all, records);
}

static int give(void *ctx, bytes *out, err *e)
{
	struct records *r = ctx;

	(void)e;
	if (r->given)
		return 0;
	r->given = true;
	*out = buf_bytes(&r->all);
	return 1;
}

static bool take_text(bytes *in, bytes *out)
{
	uint16_t n;

	return bytes_take_le16(in, &n) && bytes_take(in, n < in->n ? n : in->n, out);
}

/* write_entries(in, layer, out): the entries of this layer as a tar. */
static void write_entries(bytes in, unsigned layer, buf *out)
{
	struct tar_entry t = { .mode = 0755 };
	uint8_t what;

	while (bytes_take_u8(&in, &what)) {
		bytes body;

		if (!take_text(&in, &t.name) || !take_text(&in, &t.link) || !take_text(&in, &body))
			break;
		if (what >> 7 != layer || t.name.n == 0)
			continue;
		t.type = TAR_FILE + (what & 7) % (TAR_FIFO - TAR_FILE + 1);
		t.mode = what & 8 ? 04755 : 0644;
		if (t.type != TAR_FILE)
			body.n = 0;
		t.size = t.stored = body.n;
		tar_write_header(out, &t);
		buf_put(out, body);
		tar_write_pad(out, body.n);
	}
	tar_write_end(out);
}

static bool read_tar(bytes in, int spool, struct records *out)
{
	struct arena a = ARENA_INIT;
	struct dispatch_options o = { .inspectors = catalog_inspectors, .spool_fd = spool,
		                          .flush = gather, .ctx = out };
	struct dispatch *d = dispatch_new(&a, &o);
	struct tar *tar = tar_new(&a, &dispatch_events, d);
	err e = { 0 };
	bool whole = tar_feed(tar, in, &e) == 0 && tar_finish(tar, &e) == 0;

	if (whole)
		dispatch_finish(d, in.n, tar_trailing(tar));
	tar_done(tar);
	dispatch_done(d);
	arena_done(&a);
	return whole;
}

/* What our own worker writes must be accepted by our own merge. */
static bool merge_tar(struct merge *m, uint16_t layer, bytes in, int spool)
{
	struct records records = { .all = BUF_INIT((size_t)64 << 20) };
	struct record_source source = { .next = give, .ctx = &records };
	err e = { 0 };
	bool merged = read_tar(in, spool, &records);

	if (merged && merge_layer(m, layer, &source, &e) < 0) {
		if (e.kind != ERR_LIMIT)
			abort();
		merged = false;
	}
	buf_done(&records.all);
	return merged;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int spool = -1;
	buf tar = BUF_INIT((size_t)16 << 20);
	struct image image = { .tree = tree_new() };
	struct aliases again[2] = { 0 };
	struct arena a = ARENA_INIT;
	struct facts facts = { 0 };
	struct merge m;
	bool merged = size < (1 << 16);
	err e = { 0 };

	if (spool < 0)
		spool = memfd_create("spool", MFD_CLOEXEC);
	merge_init(&m, &image, catalog_inspectors);
	for (uint16_t layer = 0; layer < 2 && merged; layer++) {
		(void)ARENA_PUSH(&image.arena, &image.layers);
		buf_clear(&tar);
		write_entries(bytes_of(data, size), layer, &tar);
		merged = merge_tar(&m, layer, buf_bytes(&tar), spool);
	}
	if (merged) {
		merge_fixed_paths(&m);
		(void)merge_second_reads(&m, again);
		(void)catalog_collect(&image, &a, &facts, &e);
	}
	merge_done(&m);
	image_done(&image);
	arena_done(&a);
	buf_done(&tar);
	return 0;
}
