/* SPDX-License-Identifier: Apache-2.0 */
#include "image/evidence.h"

#include "base/pack.h"
#include "base/path.h"
#include "base/text.h"

#include <assert.h>

#define FRAME_HEAD 4 /* the length */
/* Texts of gaps and failures: a sentence that names a file, as an err holds it, twice. */
#define TEXT_MAX 1000
/* struct vfs_ns_cap_data of Linux, the longest form of security.capability, has 24 octets. */
#define CAPABILITY_MAX 24
#define MODE_MAX 07777

/* -- writing
 * ------------------------------------------------------------------------------------ */

/* Begins a record; frame_end puts the length before it. */
static size_t frame_begin(buf *out, enum evidence_type type)
{
	size_t from = out->n;

	buf_put(out, BYTES("\0\0\0\0"));
	buf_putc(out, (uint8_t)type);
	return from;
}

static void frame_end(buf *out, size_t from)
{
	size_t n = out->n - from - FRAME_HEAD;

	assert(n <= LIMIT_RECORD);
	for (size_t i = 0; i < FRAME_HEAD; i++)
		out->p[from + i] = (uint8_t)(n >> (8 * i));
}

/* Text for people: made printable here, so that the reader may insist on it. */
static void put_text(buf *out, bytes text)
{
	buf shown = BUF_INIT(4 * TEXT_MAX);

	text_show(&shown, bytes_slice(text, 0, TEXT_MAX));
	size_t n = shown.n < TEXT_MAX ? shown.n : TEXT_MAX;

	while (n < shown.n && n > 0 && (shown.p[n] & 0xc0) == 0x80)
		n--;
	pack_bytes(out, bytes_of(shown.p, n));
	buf_done(&shown);
}

void evidence_write_entry(struct evidence_writer *w, const struct entry *file, buf *out)
{
	size_t common = 0, from = frame_begin(out, EVIDENCE_ENTRY);

	assert(file->path.n <= LIMIT_PATH && file->link.n <= LIMIT_PATH);
	while (common < w->last_n && common < file->path.n && w->last[common] == file->path.p[common])
		common++;
	bytes own = bytes_skip(file->path, common);

	pack_u64(out, common);
	pack_bytes(out, own);
	pack_u64(out, (uint64_t)file->type << 4 | (uint64_t)file->kind);
	pack_u64(out, file->mode & MODE_MAX);
	pack_u64(out, file->uid);
	pack_u64(out, file->gid);
	pack_u64(out, file->size);
	/* Times before 1970 are few: the sign goes last (zigzag). */
	pack_u64(out, (uint64_t)file->mtime << 1 ^ (file->mtime < 0 ? UINT64_MAX : 0));
	pack_bytes(out, file->link);
	pack_bytes(out, bytes_slice(file->capability, 0, CAPABILITY_MAX));
	frame_end(out, from);
	if (own.n > 0)
		memcpy(w->last + common, own.p, own.n);
	w->last_n = file->path.n;
	w->entries++;
}

void evidence_write_item(struct evidence_writer *w, uint16_t inspector, bytes payload, buf *out)
{
	size_t from = frame_begin(out, EVIDENCE_ITEM);

	assert(w->entries > 0 && inspector > 0);
	pack_u64(out, inspector);
	buf_put(out, payload);
	frame_end(out, from);
}

static void write_gap(bool of_layer, uint16_t inspector, bytes text, buf *out)
{
	size_t from = frame_begin(out, EVIDENCE_GAP);

	pack_u64(out, of_layer);
	pack_u64(out, inspector);
	put_text(out, text);
	frame_end(out, from);
}

void evidence_write_gap(struct evidence_writer *w, uint16_t inspector, bytes text, buf *out)
{
	assert(w->entries > 0);
	write_gap(false, inspector, text, out);
}

void evidence_write_layer_gap(uint16_t inspector, bytes text, buf *out)
{
	write_gap(true, inspector, text, out);
}

void evidence_write_done(struct evidence_writer *w, uint64_t expanded, buf *out)
{
	size_t from = frame_begin(out, EVIDENCE_DONE);

	pack_u64(out, expanded);
	pack_u64(out, w->entries);
	frame_end(out, from);
}

/* -- reading
 * ------------------------------------------------------------------------------------ */

int evidence_frame(bytes *in, bytes *out_record, err *e)
{
	bytes rest = *in;
	uint32_t n;

	if (!bytes_take_le32(&rest, &n))
		return 0;
	if (n == 0 || n > LIMIT_RECORD)
		return err_set(e, ERR_LIMIT, 0, "an evidence record of %u octets", n);
	if (!bytes_take(&rest, n, out_record))
		return 0;
	*in = rest;
	return 1;
}

static int bad(const char *what, err *e)
{
	return err_set(e, ERR_FORMAT, 0, "evidence: %s", what);
}

static bool is_printable(bytes text)
{
	uint32_t c;

	while (!text_is_command(text) && text_utf8_next(&text, &c))
		if (text_is_deceptive(c))
			return false;
	return text.n == 0;
}

/* The path of an entry: some of the last one's octets and its own. */
static bool take_path(struct evidence_reader *r, bytes *in)
{
	uint64_t common;
	bytes own;

	if (!pack_take_u64(in, r->path_n, &common) ||
	    !pack_take_bytes(in, LIMIT_PATH - (size_t)common, &own))
		return false;
	if (own.n > 0)
		memcpy(r->path + common, own.p, own.n);
	r->path_n = (size_t)common + own.n;
	return true;
}

static bool take_type(bytes *in, struct entry *out)
{
	uint64_t v;

	if (!pack_take_u64(in, 0xff, &v) || (v >> 4) > ENTRY_FIFO || (v & 0xf) > KIND_ARCHIVE)
		return false;
	out->type = (enum entry_type)(v >> 4);
	out->kind = (enum file_kind)(v & 0xf);
	return out->type != ENTRY_NONE;
}

static bool take_owner(bytes *in, struct entry *out)
{
	return pack_take_u32(in, MODE_MAX, &out->mode) && pack_take_u32(in, UINT32_MAX, &out->uid) &&
	       pack_take_u32(in, UINT32_MAX, &out->gid);
}

static int read_entry(struct evidence_reader *r, bytes in, struct evidence *out, err *e)
{
	struct entry *f = &out->file;
	uint64_t mtime;

	if (!take_path(r, &in) || !take_type(&in, f) || !take_owner(&in, f) ||
	    !pack_take_u64(&in, INT64_MAX, &f->size) || !pack_take_u64(&in, UINT64_MAX, &mtime) ||
	    !pack_take_bytes(&in, LIMIT_PATH, &f->link) ||
	    !pack_take_bytes(&in, CAPABILITY_MAX, &f->capability) || in.n > 0)
		return bad("a malformed entry", e);
	f->path = bytes_of(r->path, r->path_n);
	f->mtime = (int64_t)(mtime >> 1 ^ (mtime & 1 ? UINT64_MAX : 0));
	if (!path_is_clean(f->path) || bytes_find(f->link, 0) < f->link.n ||
	    (f->type == ENTRY_HARDLINK && !path_is_clean(f->link)))
		return bad("an entry whose name is not clean", e);
	if (r->entries == LIMIT_TAR_ENTRIES)
		return err_set(e, ERR_LIMIT, 0, "a layer of too many entries");
	out->entry = r->entries++;
	return 0;
}

static int read_item(struct evidence_reader *r, bytes in, struct evidence *out, err *e)
{
	uint32_t inspector;

	if (r->entries == 0 || !pack_take_u32(&in, UINT16_MAX, &inspector) || inspector == 0)
		return bad("a malformed item", e);
	out->entry = r->entries - 1;
	out->inspector = (uint16_t)inspector;
	out->payload = in;
	return 0;
}

static int read_gap(struct evidence_reader *r, bytes in, struct evidence *out, err *e)
{
	uint32_t inspector;
	bool of_layer;

	if (!pack_take_bool(&in, &of_layer) || !pack_take_u32(&in, UINT16_MAX, &inspector) ||
	    !pack_take_bytes(&in, TEXT_MAX, &out->payload) || in.n > 0 || !is_printable(out->payload) ||
	    (!of_layer && r->entries == 0))
		return bad("a malformed gap", e);
	out->entry = of_layer ? EVIDENCE_NO_ENTRY : r->entries - 1;
	out->inspector = (uint16_t)inspector;
	return 0;
}

static int read_done(struct evidence_reader *r, bytes in, struct evidence *out, err *e)
{
	if (!pack_take_u64(&in, LIMIT_LAYER_EXPANDED, &out->expanded) ||
	    !pack_take_u64(&in, LIMIT_TAR_ENTRIES, &out->entries) || in.n > 0 ||
	    out->entries != r->entries)
		return bad("a malformed end", e);
	r->ended = true;
	return 0;
}

int evidence_read(struct evidence_reader *r, bytes record, struct evidence *out, err *e)
{
	struct evidence read = { .entry = EVIDENCE_NO_ENTRY };
	uint8_t type;
	int done;

	if (r->ended || !bytes_take_u8(&record, &type))
		return bad("a record behind the end", e);
	read.type = (enum evidence_type)type;
	switch (type) {
	case EVIDENCE_ENTRY: done = read_entry(r, record, &read, e); break;
	case EVIDENCE_ITEM: done = read_item(r, record, &read, e); break;
	case EVIDENCE_GAP: done = read_gap(r, record, &read, e); break;
	case EVIDENCE_DONE: done = read_done(r, record, &read, e); break;
	default: done = bad("a record of no known type", e);
	}
	if (done == 0)
		*out = read;
	return done;
}
