/* SPDX-License-Identifier: Apache-2.0 */
/* evidence - what a worker answers about one layer, and what the cache keeps of it.
 *
 * A stream of records: u32 little-endian length of what follows, one octet of type, payload
 * (pack.h). The reader treats it as hostile: a worker may have been taken over by what it parsed.
 * Every number is bounded, entries are numbered by position, an item may only name an entry that
 * came before it. Records, in order: entries with the items and gaps that belong to them, then one
 * DONE. (A layer that cannot be read has a verdict instead: image/serve.h.)
 * Threading: one thread a reader or writer. */
#pragma once

#include "base/limits.h"
#include "image/inspector.h"

enum evidence_type {
	EVIDENCE_NONE,
	EVIDENCE_ENTRY,
	EVIDENCE_ITEM,
	EVIDENCE_GAP,
	EVIDENCE_DONE
};

#define EVIDENCE_NO_ENTRY UINT32_MAX /* a gap of the layer as a whole */

struct evidence {
	enum evidence_type type;
	uint32_t entry;     /* ordinal of the entry: its own, or the one an item or gap belongs to */
	struct entry file;  /* ENTRY: slices live until the next record */
	uint16_t inspector; /* ITEM: who emitted it; GAP: who stated it, 0 for the engine */
	bytes payload;      /* ITEM: its octets; GAP: printable text */
	uint64_t expanded;  /* DONE: octets of tar; entries: count */
	uint64_t entries;
};

/* Writer: appends one framed record to out. Paths are written as a common prefix with the previous
 * entry's path and the rest, so a writer has state. */
struct evidence_writer {
	uint8_t last[LIMIT_PATH];
	size_t last_n;
	uint32_t entries;
};
void evidence_write_entry(struct evidence_writer *w, const struct entry *file, buf *out);
/* of the entry that was written last; there must be one */
void evidence_write_item(struct evidence_writer *w, uint16_t inspector, bytes payload, buf *out);
void evidence_write_gap(struct evidence_writer *w, uint16_t inspector, bytes text, buf *out);
/* of the layer as a whole */
void evidence_write_layer_gap(uint16_t inspector, bytes text, buf *out);
void evidence_write_done(struct evidence_writer *w, uint64_t expanded, buf *out);

/* evidence_frame(in, out_record, e): split one framed record from the front of *in. 1 and the
 * record (type octet and payload; borrows), 0 when *in does not hold a whole one yet, -1 ERR_LIMIT
 * for a length above LIMIT_RECORD or zero. */
int evidence_frame(bytes *in, bytes *out_record, err *e);

/* Reader: decodes records one by one and checks their order. */
struct evidence_reader {
	uint8_t path[LIMIT_PATH];
	size_t path_n;
	uint32_t entries;
	bool ended;
};
int evidence_read(struct evidence_reader *r, bytes record, struct evidence *out, err *e);
