/* SPDX-License-Identifier: Apache-2.0 */
/* A hostile worker's pipe: what is accepted must be clean, ordered and survive being written
 * again. */
#include "image/evidence.h"

#include "base/path.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(struct evidence_writer *w, const struct evidence *ev, buf *out)
{
	switch (ev->type) {
	case EVIDENCE_ENTRY: evidence_write_entry(w, &ev->file, out); break;
	case EVIDENCE_ITEM: evidence_write_item(w, ev->inspector, ev->payload, out); break;
	case EVIDENCE_GAP:
		if (ev->entry == EVIDENCE_NO_ENTRY)
			evidence_write_layer_gap(ev->inspector, ev->payload, out);
		else
			evidence_write_gap(w, ev->inspector, ev->payload, out);
		break;
	case EVIDENCE_DONE: evidence_write_done(w, ev->expanded, out); break;
	case EVIDENCE_NONE: assert(false);
	}
}

static void check(const struct evidence *ev, uint32_t entries)
{
	uint8_t clean[LIMIT_PATH];
	bool escapes;

	assert(ev->entry == EVIDENCE_NO_ENTRY || ev->entry < entries);
	if (ev->type != EVIDENCE_ENTRY)
		return;
	assert(bytes_equal(path_clean(ev->file.path, clean, sizeof(clean), &escapes), ev->file.path));
	assert(ev->entry == entries - 1 && ev->file.link.n <= LIMIT_PATH);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence_reader r = { .entries = 0 }, again = { .entries = 0 };
	struct evidence_writer w = { .entries = 0 };
	bytes in = bytes_of(data, size), record, copy;
	struct evidence ev, twin;
	buf out = BUF_INIT(64 * MIB);
	err e = { .kind = ERR_NONE };

	while (evidence_frame(&in, &record, &e) > 0 && evidence_read(&r, record, &ev, &e) == 0) {
		check(&ev, r.entries);
		buf_clear(&out);
		write_again(&w, &ev, &out);
		bytes written = buf_bytes(&out);

		assert(evidence_frame(&written, &copy, &e) == 1 && written.n == 0);
		assert(evidence_read(&again, copy, &twin, &e) == 0);
		assert(twin.type == ev.type && twin.entry == ev.entry && twin.inspector == ev.inspector);
		assert(bytes_equal(twin.payload, ev.payload) && twin.expanded == ev.expanded);
		assert(bytes_equal(twin.file.path, ev.file.path) &&
		       bytes_equal(twin.file.link, ev.file.link));
		assert(twin.file.mtime == ev.file.mtime && twin.file.size == ev.file.size);
	}
	buf_done(&out);
	return 0;
}
