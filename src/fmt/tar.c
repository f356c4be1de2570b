/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/tar.h"

#include "base/limits.h"
#include "fmt/tar_block.h"
#include "fmt/tar_pax.h"

#include <inttypes.h>

/* Old GNU sparse headers: four slots, a flag "more slots follow", the size with holes. A block of
 * further slots holds 21 and the flag. */
#define SLOTS_AT 386
#define SLOTS_SIZE 96
#define SLOTS_MORE 482
#define SLOTS_REAL_SIZE 483
#define MORE_SLOTS_SIZE 504

/* What the next octets of the stream are. */
enum state {
	STATE_HEADER,
	STATE_LINK,  /* a header, or else the body of the kept hard link */
	STATE_SLOTS, /* a block of old GNU sparse slots that belongs to the kept header */
	STATE_MAP,   /* a block of the pax 1.0 sparse map in the kept entry's body */
	STATE_EXTRA, /* the body of a header that describes the next entry */
	STATE_BODY,
	STATE_SKIP, /* padding, and bodies nobody wants */
	STATE_END,
};

/* Headers that describe the next entry (or, the last, all entries from here on). */
enum extra { EXTRA_NAME, EXTRA_LINK, EXTRA_PAX, EXTRA_GLOBAL, EXTRAS };

struct tar {
	const struct tar_events *events;
	void *ctx;
	enum state state;
	uint64_t at;   /* offset in the stream of what comes next */
	uint64_t left; /* octets of the body (or of what is skipped) still to come */
	uint64_t pad;  /* octets behind that body */
	uint64_t entries, trailing;
	bool pax_archive;        /* there was a pax header */
	bool extra_seen[EXTRAS]; /* before the entry to come */
	enum extra extra_now;    /* in STATE_EXTRA */
	buf extra[EXTRAS];
	struct tar_pax pax, global;
	struct tar_sparse sparse;
	uint8_t joined[256];          /* ustar prefix, slash, name */
	uint8_t kept[TAR_BLOCK_SIZE]; /* a header that waits for what follows it */
	uint8_t part[TAR_BLOCK_SIZE]; /* the front of a block that ends in the next chunk */
	size_t part_n;
};

bool tar_starts(bytes head)
{
	struct tar_block block;

	if (head.n < sizeof(block))
		return false;
	memcpy(&block, head.p, sizeof(block));
	return block.name[0] != 0 && tar_block_checks(&block);
}

struct tar *tar_new(struct arena *a, const struct tar_events *events, void *ctx)
{
	struct tar *t = arena_new(a, struct tar);

	t->events = events;
	t->ctx = ctx;
	for (size_t i = 0; i < EXTRAS; i++)
		t->extra[i] = (buf)BUF_INIT(LIMIT_PAX);
	return t;
}

void tar_done(struct tar *t)
{
	for (size_t i = 0; i < EXTRAS; i++)
		buf_done(&t->extra[i]);
}

static int fail(const struct tar *t, err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, 0, "tar: before octet %" PRIu64 ": %s", t->at, what);
}

static int wrap(const struct tar *t, err *e)
{
	return err_wrap(e, "tar: before octet %" PRIu64, t->at);
}

static uint64_t padding(uint64_t body)
{
	return -body % TAR_BLOCK_SIZE;
}

/* -- one entry -------------------------------------------------------------------------------- */

static int number(const struct tar *t, bytes field, uint64_t max, uint64_t *out, err *e)
{
	int64_t v;

	if (!tar_block_number(field, &v) || v < 0 || (uint64_t)v > max)
		return fail(t, e, "a field of the header is no number in range");
	*out = (uint64_t)v;
	return 0;
}

static int header_size(const struct tar *t, const struct tar_block *b, uint64_t *out, err *e)
{
	if (!(t->pax.has & PAX_SIZE))
		return number(t, TAR_FIELD(b, size), INT64_MAX, out, e);
	*out = t->pax.size;
	return 0;
}

static bytes header_name(struct tar *t, const struct tar_block *b)
{
	bytes name = tar_block_text(TAR_FIELD(b, name)), prefix = tar_block_text(TAR_FIELD(b, prefix));

	if (prefix.n == 0 || tar_block_format(b) != TAR_USTAR)
		return name;
	memcpy(t->joined, prefix.p, prefix.n);
	t->joined[prefix.n] = '/';
	memcpy(t->joined + prefix.n + 1, name.p, name.n);
	return bytes_of(t->joined, prefix.n + 1 + name.n);
}

/* Replace a header's name by the one that a GNU header or a pax record gives. */
static int choose(const struct tar *t, enum extra extra, bool has_pax, bytes pax, bytes *in_out)
{
	bytes longer = tar_block_text(buf_bytes(&t->extra[extra]));

	if (t->extra_seen[extra])
		*in_out = longer;
	else if (has_pax)
		*in_out = pax;
	return t->extra_seen[extra] && has_pax && !bytes_equal(longer, pax) ? -1 : 0;
}

static int entry_names(struct tar *t, const struct tar_block *b, struct tar_entry *entry, err *e)
{
	bytes link = tar_block_text(TAR_FIELD(b, link));

	entry->name = header_name(t, b);
	if (choose(t, EXTRA_NAME, t->pax.has & PAX_PATH, t->pax.path, &entry->name) < 0 ||
	    choose(t, EXTRA_LINK, t->pax.has & PAX_LINK, t->pax.link, &link) < 0)
		return fail(t, e, "an entry with two names");
	if (entry->type == TAR_HARDLINK || entry->type == TAR_SYMLINK)
		entry->link = link;
	if (t->pax.has & PAX_SPARSE_NAME) /* `path` is then a stand-in for readers that know no maps */
		entry->name = t->pax.sparse_name;
	if (entry->name.n > LIMIT_PATH || entry->link.n > LIMIT_PATH)
		return err_set(e, ERR_LIMIT, 0, "tar: before octet %" PRIu64 ": a name of %zu octets",
		               t->at, entry->name.n > LIMIT_PATH ? entry->name.n : entry->link.n);
	return 0;
}

/* Which pax header counts for this entry: its own, else a g header's. */
static const struct tar_pax *said_by(const struct tar *t, unsigned bit)
{
	return (t->pax.has | t->pax.taken_away) & bit ? &t->pax : &t->global;
}

static int entry_owner(const struct tar *t, bytes field, unsigned bit, uint64_t *out, err *e)
{
	const struct tar_pax *p = said_by(t, bit);

	if (!(p->has & bit))
		return number(t, field, INT64_MAX, out, e);
	*out = bit == PAX_UID ? p->uid : p->gid;
	return 0;
}

static int entry_time(const struct tar *t, bytes field, int64_t *out, err *e)
{
	const struct tar_pax *p = said_by(t, PAX_MTIME);

	if (p->has & PAX_MTIME)
		*out = p->mtime;
	else if (!tar_block_number(field, out))
		return fail(t, e, "the modification time is no number");
	return 0;
}

static int entry_meta(struct tar *t, const struct tar_block *b, struct tar_entry *entry, err *e)
{
	bool device = entry->type == TAR_CHAR || entry->type == TAR_BLOCK;
	uint64_t mode = 0, major = 0, minor = 0;

	if (number(t, TAR_FIELD(b, mode), INT64_MAX, &mode, e) < 0 ||
	    entry_owner(t, TAR_FIELD(b, uid), PAX_UID, &entry->uid, e) < 0 ||
	    entry_owner(t, TAR_FIELD(b, gid), PAX_GID, &entry->gid, e) < 0 ||
	    entry_time(t, TAR_FIELD(b, mtime), &entry->mtime, e) < 0)
		return -1;
	if (device && tar_block_format(b) != TAR_V7 &&
	    (number(t, TAR_FIELD(b, major), UINT32_MAX, &major, e) < 0 ||
	     number(t, TAR_FIELD(b, minor), UINT32_MAX, &minor, e) < 0))
		return -1;
	entry->mode = (uint32_t)(mode & 07777);
	entry->major = (uint32_t)major;
	entry->minor = (uint32_t)minor;
	if (t->pax.has & PAX_CAPABILITY)
		entry->capability = t->pax.capability;
	return 0;
}

static enum tar_type type_of(const struct tar_block *b)
{
	switch (b->type[0]) {
	case '\0':
	case '0':
	case '7': /* contiguous: a file all the same */
	case 'S': return TAR_FILE;
	case '1': return TAR_HARDLINK;
	case '2': return TAR_SYMLINK;
	case '3': return TAR_CHAR;
	case '4': return TAR_BLOCK;
	case '5':
	case 'D': /* GNU incremental: its body is a list of names */ return TAR_DIR;
	case '6': return TAR_FIFO;
	default: return TAR_OTHER;
	}
}

/* Set the sizes of an entry of which `body` octets follow. */
static int entry_sizes(struct tar *t, const struct tar_block *b, struct tar_entry *entry,
                       uint64_t body, err *e)
{
	uint64_t real = t->pax.sparse_size;

	entry->size = entry->stored = body;
	entry->offset = t->at;
	if (!entry->sparse)
		return 0;
	if (b->type[0] == 'S' &&
	    number(t, bytes_of((const uint8_t *)b + SLOTS_REAL_SIZE, 12), INT64_MAX, &real, e) < 0)
		return -1;
	entry->size = real;
	return tar_sparse_fits(&t->sparse, real, body, e) < 0 ? wrap(t, e) : 0;
}

/* The body of a header that describes the next entry is there. */
static int extra_end(struct tar *t, err *e)
{
	bytes body = buf_bytes(&t->extra[t->extra_now]);
	int r = 0;

	t->left = t->pad;
	t->state = t->left > 0 ? STATE_SKIP : STATE_HEADER;
	if (t->extra_now == EXTRA_PAX)
		r = tar_pax_read(&t->pax, body, e);
	if (t->extra_now == EXTRA_GLOBAL) {
		r = tar_pax_read_global(&t->global, body, e);
		buf_clear(&t->extra[EXTRA_GLOBAL]);
		t->extra_seen[EXTRA_GLOBAL] = false;
	}
	t->pax_archive |= t->extra_now >= EXTRA_PAX;
	return r < 0 ? wrap(t, e) : 0;
}

static bool extras_pending(const struct tar *t)
{
	return t->extra_seen[EXTRA_NAME] || t->extra_seen[EXTRA_LINK] || t->extra_seen[EXTRA_PAX];
}

static void extras_forget(struct tar *t)
{
	for (size_t i = 0; i < EXTRAS; i++)
		if (t->extra_seen[i]) {
			buf_clear(&t->extra[i]);
			t->extra_seen[i] = false;
		}
	if (t->pax.has | t->pax.taken_away)
		t->pax = (struct tar_pax){ 0 };
}

/* The body has been told: what is left is padding. */
static int body_end(struct tar *t, err *e)
{
	t->left += t->pad;
	t->state = t->left > 0 ? STATE_SKIP : STATE_HEADER;
	return t->events->end(t->ctx, e);
}

/* Tell the caller of the entry that b describes. */
static int entry_emit(struct tar *t, const struct tar_block *b, bool sparse, uint64_t body, err *e)
{
	struct tar_entry entry = { .type = type_of(b), .sparse = sparse };

	if (++t->entries > LIMIT_TAR_ENTRIES)
		return err_set(e, ERR_LIMIT, 0, "tar: more than %" PRIu64 " entries", LIMIT_TAR_ENTRIES);
	if (entry_names(t, b, &entry, e) < 0 || entry_meta(t, b, &entry, e) < 0)
		return -1;
	if (entry.type == TAR_FILE && bytes_ends(entry.name, BYTES("/"))) {
		if (b->type[0] == '\0') /* v7 knows folders only so, and they have no body */
			body = 0;
		entry.type = body == 0 ? TAR_DIR : TAR_FILE;
	}
	if (entry_sizes(t, b, &entry, body, e) < 0 || t->events->entry(t->ctx, &entry, e) < 0)
		return -1;
	extras_forget(t);
	t->left = body;
	t->pad = padding(body);
	t->state = STATE_BODY;
	return body > 0 && t->events->data ? 0 : body_end(t, e);
}

/* -- headers ---------------------------------------------------------------------------------- */

static int keep(struct tar *t, const struct tar_block *b, enum state state, uint64_t body)
{
	memcpy(t->kept, b, sizeof(t->kept));
	t->left = body;
	t->state = state;
	return 0;
}

static const struct tar_block *kept(const struct tar *t)
{
	return (const struct tar_block *)t->kept;
}

/* Old GNU sparse slots of a header or of a block behind it; `body` octets follow the last. */
static int slots(struct tar *t, const struct tar_block *b, bytes run, bool more, uint64_t body,
                 err *e)
{
	if (tar_sparse_slots(&t->sparse, run, more, e) < 0)
		return wrap(t, e);
	if (!more)
		return entry_emit(t, b, true, body, e);
	if (b != kept(t))
		return keep(t, b, STATE_SLOTS, body);
	return 0;
}

static int sparse_start(struct tar *t, const struct tar_block *b, uint64_t body, err *e)
{
	const uint8_t *octets = (const uint8_t *)b;

	if (tar_block_format(b) != TAR_GNU)
		return fail(t, e, "a sparse file (type S) in an archive that is not GNU's");
	return slots(t, b, bytes_of(octets + SLOTS_AT, SLOTS_SIZE), octets[SLOTS_MORE] != 0, body, e);
}

static int entry_start(struct tar *t, const struct tar_block *b, err *e)
{
	enum tar_pax_sparse form;
	enum tar_type type = type_of(b);
	uint64_t body = 0;

	if (header_size(t, b, &body, e) < 0)
		return -1;
	if (tar_pax_sparse(&t->pax, &form, e) < 0)
		return wrap(t, e);
	if (form != PAX_DENSE && (type != TAR_FILE || b->type[0] == 'S'))
		return fail(t, e, "a sparse map for what is no plain file");
	if (type == TAR_HARDLINK && body > 0 && t->pax_archive)
		return keep(t, b, STATE_LINK, body);
	if (type != TAR_FILE && type != TAR_OTHER && b->type[0] != 'D')
		body = 0;
	t->sparse = t->pax.sparse;
	if (b->type[0] == 'S')
		return sparse_start(t, b, body, e);
	if (form == PAX_SPARSE_BODY)
		return keep(t, b, STATE_MAP, body);
	return entry_emit(t, b, form != PAX_DENSE, body, e);
}

/* A header that describes the next entry. Two of one kind, or a g header between an x header and
 * its entry, are read differently by every reader. */
static int extra_start(struct tar *t, const struct tar_block *b, enum extra extra, err *e)
{
	bool pending = false;
	uint64_t size = 0;

	for (size_t i = 0; i < EXTRAS; i++)
		pending |= t->extra_seen[i] && (extra == EXTRA_GLOBAL || i == extra);
	if (pending)
		return fail(t, e, "extended headers that contradict each other");
	if (number(t, TAR_FIELD(b, size), INT64_MAX, &size, e) < 0)
		return -1;
	if (size > LIMIT_PAX)
		return err_set(e, ERR_LIMIT, 0, "tar: an extended header of %" PRIu64 " octets", size);
	t->extra_seen[extra] = true;
	t->extra_now = extra;
	t->left = size;
	t->pad = padding(size);
	t->state = STATE_EXTRA;
	return size > 0 ? 0 : extra_end(t, e);
}

static int header(struct tar *t, const struct tar_block *b, err *e)
{
	uint64_t size = 0;

	if (tar_block_is_zero(b)) {
		t->state = STATE_END;
		return extras_pending(t) ? fail(t, e, "an extended header without an entry") : 0;
	}
	if (!tar_block_checks(b))
		return fail(t, e, "a header with a wrong checksum");
	switch (b->type[0]) {
	case 'L': return extra_start(t, b, EXTRA_NAME, e);
	case 'K': return extra_start(t, b, EXTRA_LINK, e);
	case 'x':
	case 'X': /* Solaris */ return extra_start(t, b, EXTRA_PAX, e);
	case 'g': return extra_start(t, b, EXTRA_GLOBAL, e);
	case 'V':
		if (header_size(t, b, &size, e) < 0)
			return -1;
		extras_forget(t);
		t->pad = padding(size);
		t->left = size + t->pad;
		t->state = t->left > 0 ? STATE_SKIP : STATE_HEADER;
		return 0;
	default: return entry_start(t, b, e);
	}
}

/* -- the stream ------------------------------------------------------------------------------- */

/* Pass over or on what belongs to a body. */
static int pass(struct tar *t, bytes *in, err *e)
{
	bytes part = bytes_slice(*in, 0, t->left);

	*in = bytes_skip(*in, part.n);
	t->at += part.n;
	t->left -= part.n;
	if (t->state == STATE_SKIP) {
		if (t->left == 0)
			t->state = STATE_HEADER;
		return 0;
	}
	if (t->events->data(t->ctx, part, e) < 0)
		return -1;
	return t->left > 0 ? 0 : body_end(t, e);
}

/* The block behind a hard link that claims a body: it is the body, unless it is a header. */
static int link_settle(struct tar *t, const struct tar_block *b, err *e)
{
	bool no_body = tar_block_is_zero(b) || tar_block_checks(b);
	bytes in = bytes_of(b, TAR_BLOCK_SIZE);

	t->at -= in.n;
	if (entry_emit(t, kept(t), false, no_body ? 0 : t->left, e) < 0)
		return -1;
	if (no_body) {
		t->at += in.n;
		return header(t, b, e);
	}
	while (in.n > 0)
		if (pass(t, &in, e) < 0)
			return -1;
	return 0;
}

static int map(struct tar *t, bytes block, err *e)
{
	if (t->left < block.n)
		return fail(t, e, "a sparse map that is longer than its entry");
	t->left -= block.n;
	int r = tar_sparse_text(&t->sparse, block, e);

	if (r < 0)
		return wrap(t, e);
	return r == 0 ? 0 : entry_emit(t, kept(t), true, t->left, e);
}

/* The next block: in place when the chunk holds it whole, else put together; NULL when it needs
 * more. */
static const struct tar_block *take_block(struct tar *t, bytes *in)
{
	bytes block;

	if (t->part_n == 0 && bytes_take(in, TAR_BLOCK_SIZE, &block)) {
		t->at += TAR_BLOCK_SIZE;
		return (const struct tar_block *)block.p;
	}
	bytes part = bytes_slice(*in, 0, TAR_BLOCK_SIZE - t->part_n);

	memcpy(t->part + t->part_n, part.p, part.n);
	*in = bytes_skip(*in, part.n);
	t->at += part.n;
	t->part_n += part.n;
	if (t->part_n < TAR_BLOCK_SIZE)
		return NULL;
	t->part_n = 0;
	return (const struct tar_block *)t->part;
}

static int extra(struct tar *t, bytes *in, err *e)
{
	bytes part = bytes_slice(*in, 0, t->left);

	*in = bytes_skip(*in, part.n);
	t->at += part.n;
	t->left -= part.n;
	if (buf_append(&t->extra[t->extra_now], part, e) < 0)
		return -1;
	return t->left > 0 ? 0 : extra_end(t, e);
}

static void trailing(struct tar *t, bytes *in)
{
	size_t zeros = 0;

	while (t->trailing == 0 && zeros < in->n && in->p[zeros] == 0)
		zeros++;
	t->trailing += in->n - zeros;
	*in = bytes_skip(*in, in->n);
}

static int block(struct tar *t, bytes *in, err *e)
{
	const struct tar_block *b = take_block(t, in);

	if (!b)
		return 0;
	const uint8_t *octets = (const uint8_t *)b;

	switch (t->state) {
	case STATE_LINK: return link_settle(t, b, e);
	case STATE_SLOTS:
		return slots(t, kept(t), bytes_of(octets, MORE_SLOTS_SIZE), octets[MORE_SLOTS_SIZE] != 0,
		             t->left, e);
	case STATE_MAP: return map(t, bytes_of(octets, TAR_BLOCK_SIZE), e);
	case STATE_HEADER:
	case STATE_EXTRA:
	case STATE_BODY:
	case STATE_SKIP:
	case STATE_END: break;
	}
	return header(t, b, e);
}

static int step(struct tar *t, bytes *in, err *e)
{
	switch (t->state) {
	case STATE_BODY:
	case STATE_SKIP: return pass(t, in, e);
	case STATE_EXTRA: return extra(t, in, e);
	case STATE_END: trailing(t, in); return 0;
	case STATE_HEADER:
	case STATE_LINK:
	case STATE_SLOTS:
	case STATE_MAP: break;
	}
	return block(t, in, e);
}

int tar_feed(struct tar *t, bytes chunk, err *e)
{
	while (chunk.n > 0)
		if (step(t, &chunk, e) < 0)
			return -1;
	return 0;
}

int tar_finish(struct tar *t, err *e)
{
	if (t->state == STATE_LINK && t->part_n == 0 && entry_emit(t, kept(t), false, 0, e) < 0)
		return -1;
	bool at_border = t->state == STATE_HEADER && t->part_n == 0;
	bool in_padding = t->state == STATE_SKIP && t->left <= t->pad;

	if (t->state == STATE_END || ((at_border || in_padding) && !extras_pending(t)))
		return 0;
	return fail(t, e, "the archive ends inside an entry");
}

uint64_t tar_trailing(const struct tar *t)
{
	return t->trailing;
}

uint64_t tar_skip(const struct tar *t)
{
	return t->state == STATE_SKIP ? t->left : 0;
}

void tar_skipped(struct tar *t, uint64_t n)
{
	if (n == 0)
		return;
	t->at += n;
	t->left -= n;
	if (t->left == 0)
		t->state = STATE_HEADER;
}
