/* SPDX-License-Identifier: Apache-2.0 */
#include "image/cache.h"

#include "base/limits.h"
#include "base/text.h"
#include "image/cache_db.h"
#include "image/pieces.h"

#include <assert.h>
#include <sys/stat.h>

/* Leaving may cost a warm run this much when somebody else writes just then. */
#define BUSY_CLOSE_MS "50"
/* The times of a file changed so lately may not tell the next change (granularity of file systems
 * and of the kernel's clock; git's "racy" rule). */
#define RACY_NS (INT64_C(2) * 1000 * 1000 * 1000)

/* A write in progress. */
struct put {
	bool on;
	int64_t row;
	uint32_t pieces;
	uint64_t octets, records; /* compressed; as given */
};

struct cache {
	struct arena arena;
	const char *dir;
	uint64_t limit;
	/* Two connections: what the reader has found stays readable, whatever this or another process
	 * writes or evicts meanwhile, for a read transaction sees the file as it was (WAL). */
	struct cache_db reader, writer; /* the writer is opened when it is first needed */
	bool reading, writing;
	bool corrupt; /* to be moved aside when it is closed */
	bool mute;    /* a write of little worth failed: no more of them */
	struct pieces unpack, pack;
	struct put put;
	uint64_t read_total;
	int64_t found[LIMIT_LAYERS]; /* rows to be touched */
	size_t found_n;
};

/* Notes a corrupt file; passes done on. */
static int noted(struct cache *c, int done, const err *e)
{
	if (done < 0 && e->kind == ERR_FORMAT)
		c->corrupt = true;
	return done;
}

void cache_distrust(struct cache *c)
{
	c->corrupt = true;
}

int cache_open(const char *dir, uint64_t limit, struct cache **out, err *e)
{
	struct cache_db reader;

	if (cache_db_open(dir, &reader, e) < 0)
		return err_wrap(e, "cache");
	struct arena a = ARENA_INIT;
	struct cache *c = arena_new(&a, struct cache);

	c->dir = arena_str(&a, bytes_str(dir));
	c->limit = limit;
	c->reader = reader;
	pieces_init(&c->unpack);
	pieces_init(&c->pack);
	c->arena = a;
	*out = c;
	return 0;
}

static int touch(struct cache *c, struct cache_db *d, err *e)
{
	for (size_t i = 0; i < c->found_n; i++) {
		sqlite_bind_int(d->st[TOUCH], 1, c->found[i]);
		sqlite_bind_int(d->st[TOUCH], 2, (int64_t)c->found_n);
		if (sqlite_once(d->st[TOUCH], e) < 0)
			return -1;
	}
	c->found_n = 0;
	return 0;
}

/* Marks what was found as used. Worth little: it gives up when others write. */
static void touch_at_end(struct cache *c)
{
	struct sqlite *db = &c->reader.db;
	err ignored = { .kind = ERR_NONE };

	if (c->found_n > 0 && !c->mute && !c->corrupt &&
	    sqlite_run(db, "PRAGMA busy_timeout=" BUSY_CLOSE_MS, &ignored) == 0 &&
	    sqlite_run(db, "BEGIN IMMEDIATE", &ignored) == 0 && touch(c, &c->reader, &ignored) == 0)
		(void)sqlite_run(db, "COMMIT", &ignored); /* closing rolls back what did not commit */
}

/* A run that wrote moves it all into the file, so that the next one, which may only read, finds no
 * long log to go through; so does one that finds such a log. Best effort: others may be reading. */
static void shorten_log(struct cache *c)
{
	struct sqlite *db = c->writing ? &c->writer.db : &c->reader.db;
	err ignored = { .kind = ERR_NONE };

	if ((c->writing || (!c->corrupt && cache_db_log_is_long(c->dir))) &&
	    sqlite_run(db, "PRAGMA busy_timeout=" BUSY_CLOSE_MS, &ignored) == 0)
		(void)sqlite_run(db, "PRAGMA wal_checkpoint(TRUNCATE)", &ignored);
}

void cache_close(struct cache *c)
{
	err ignored = { .kind = ERR_NONE }; /* a read transaction has nothing to lose */

	if (!c)
		return;
	cache_put_abort(c);
	if (c->reading)
		(void)sqlite_run(&c->reader.db, "COMMIT", &ignored);
	touch_at_end(c);
	shorten_log(c);
	cache_db_close(&c->writer);
	cache_db_close(&c->reader);
	if (c->corrupt)
		cache_db_discard(c->dir, &c->reader);
	pieces_done(&c->unpack);
	pieces_done(&c->pack);
	struct arena a = c->arena;

	arena_done(&a);
}

/* -- reading
 * ------------------------------------------------------------------------------------ */

struct key {
	uint8_t octets[1 + 64];
	size_t n;
};

/* A digest as it stands in the tables: its algorithm, then its value. */
static bytes key_of(const digest *d, struct key *k)
{
	k->octets[0] = (uint8_t)d->algorithm;
	memcpy(k->octets + 1, d->value, digest_size(d));
	return bytes_of(k->octets, 1 + digest_size(d));
}

static bool digest_from_key(bytes key, digest *out)
{
	digest d = { .algorithm = DIGEST_NONE };
	uint8_t algorithm;

	if (!bytes_take_u8(&key, &algorithm) ||
	    (algorithm != DIGEST_SHA256 && algorithm != DIGEST_SHA512))
		return false;
	d.algorithm = (enum digest_algorithm)algorithm;
	if (key.n != digest_size(&d))
		return false;
	memcpy(d.value, key.p, key.n);
	*out = d;
	return true;
}

static bool is_row(int64_t row)
{
	return row > 0 && row < INT64_MAX >> CACHE_PIECE_BITS;
}

bool cache_find(struct cache *c, const digest *blob, const digest *version, int64_t *out_row,
                digest *out_diff_id)
{
	struct sqlite3_stmt *st = c->reader.st[FIND];
	struct key k, v;
	err e = { .kind = ERR_NONE };
	bool found = false;

	if (!c->reading)
		c->reading = sqlite_run(&c->reader.db, "BEGIN", &e) == 0;
	if (err_is_set(&e))
		return false;
	sqlite_bind_bytes(st, 1, key_of(blob, &k));
	sqlite_bind_bytes(st, 2, key_of(version, &v));
	/* A failure is a miss: the layer is then read. */
	if (noted(c, sqlite_step(st, &e), &e) > 0) {
		int64_t row = sqlite_int(st, 0);

		found = is_row(row) && digest_from_key(sqlite_bytes(st, 1), out_diff_id);
		if (found)
			*out_row = row;
	}
	sqlite_reset(st);
	if (found && c->found_n < LIMIT_LAYERS)
		c->found[c->found_n++] = *out_row;
	return found;
}

static int check_end(struct cache *c, int64_t row, uint32_t piece, err *e)
{
	struct sqlite3_stmt *st = c->reader.st[IS_END];

	sqlite_bind_int(st, 1, row);
	sqlite_bind_int(st, 2, piece);
	int is_end = sqlite_step(st, e);

	sqlite_reset(st);
	if (is_end < 0)
		return -1;
	return is_end ? 0 : err_set(e, ERR_IO, 0, "the evidence of a layer is gone");
}

static int read_piece(struct cache *c, int64_t row, uint32_t piece, bytes *out, err *e)
{
	struct sqlite3_stmt *st = c->reader.st[READ];

	sqlite_bind_int(st, 1, row << CACHE_PIECE_BITS | piece);
	int found = sqlite_step(st, e);

	if (found > 0) {
		uint64_t n = (uint64_t)sqlite_int(st, 0);

		c->read_total += n;
		if (n > PIECE_LARGEST || c->read_total > LIMIT_EVIDENCE)
			found = err_set(e, ERR_LIMIT, 0, "more evidence than a layer may have");
		else if (pieces_unpack(&c->unpack, sqlite_bytes(st, 1), n, out, e) < 0)
			found = -1;
	}
	sqlite_reset(st);
	return found == 0 ? check_end(c, row, piece, e) : found;
}

int cache_read(struct cache *c, int64_t row, uint32_t piece, bytes *out, err *e)
{
	if (piece == 0)
		c->read_total = 0;
	if (!is_row(row) || piece >> CACHE_PIECE_BITS)
		return err_set(e, ERR_LIMIT, 0, "cache: more pieces than a layer may have");
	int done = noted(c, read_piece(c, row, piece, out, e), e);

	return done < 0 ? err_wrap(e, "cache") : done;
}

/* -- writing
 * ------------------------------------------------------------------------------------ */

static int open_writer(struct cache *c, err *e)
{
	if (!c->writing && cache_db_open(c->dir, &c->writer, e) < 0)
		return -1;
	c->writing = true;
	return 0;
}

static int forget(struct cache *c, int64_t row, err *e)
{
	sqlite_bind_int(c->writer.st[FORGET_PIECES], 1, row);
	sqlite_bind_int(c->writer.st[FORGET_LAYER], 1, row);
	if (sqlite_once(c->writer.st[FORGET_PIECES], e) < 0)
		return -1;
	return sqlite_once(c->writer.st[FORGET_LAYER], e);
}

/* An older row of the same key is one that could not be used, or another process was faster. */
static int forget_same(struct cache *c, bytes blob, bytes version, err *e)
{
	struct sqlite3_stmt *st = c->writer.st[FIND];

	sqlite_bind_bytes(st, 1, blob);
	sqlite_bind_bytes(st, 2, version);
	int found = sqlite_step(st, e);
	int64_t row = found > 0 ? sqlite_int(st, 0) : 0;

	sqlite_reset(st);
	return found > 0 ? forget(c, row, e) : found;
}

static int add_layer(struct cache *c, bytes blob, bytes diff_id, bytes version, err *e)
{
	struct sqlite3_stmt *st = c->writer.st[ADD_LAYER];

	sqlite_bind_bytes(st, 1, blob);
	sqlite_bind_bytes(st, 2, version);
	sqlite_bind_bytes(st, 3, diff_id);
	int added = sqlite_step(st, e);

	if (added > 0)
		c->put.row = sqlite_int(st, 0);
	/* RETURNING: the row is there after the first step, the statement ends with the last. */
	int done = added > 0 ? sqlite_step(st, e) : added;

	sqlite_reset(st);
	if (done == 0 && !is_row(c->put.row))
		return err_set(e, ERR_FORMAT, 0, "the numbers of rows are used up");
	return done;
}

int cache_put_begin(struct cache *c, const digest *blob, const digest *diff_id,
                    const digest *version, err *e)
{
	struct key b, d, v;
	bytes blob_key = key_of(blob, &b), version_key = key_of(version, &v);

	assert(!c->put.on);
	if (open_writer(c, e) < 0 || sqlite_run(&c->writer.db, "BEGIN IMMEDIATE", e) < 0) {
		noted(c, -1, e);
		return err_wrap(e, "cache");
	}
	c->put = (struct put){ .on = true };
	/* What this run lives from goes last. */
	if (touch(c, &c->writer, e) < 0 || forget_same(c, blob_key, version_key, e) < 0 ||
	    add_layer(c, blob_key, key_of(diff_id, &d), version_key, e) < 0) {
		noted(c, -1, e);
		cache_put_abort(c);
		return err_wrap(e, "cache");
	}
	return 0;
}

void cache_put_abort(struct cache *c)
{
	err ignored = { .kind = ERR_NONE }; /* a full disk has rolled it back already */
	size_t dropped;

	if (!c->put.on)
		return;
	(void)sqlite_run(&c->writer.db, "ROLLBACK", &ignored);
	(void)pieces_pack(&c->pack, &dropped);
	c->put.on = false;
}

/* Any failure ends the whole write. */
static int put_failed(struct cache *c, err *e)
{
	noted(c, -1, e);
	cache_put_abort(c);
	return err_wrap(e, "cache");
}

static int write_piece(struct cache *c, err *e)
{
	struct sqlite3_stmt *st = c->writer.st[ADD_PIECE];
	size_t n;
	bytes packed = pieces_pack(&c->pack, &n);

	if (n == 0)
		return 0;
	c->put.octets += packed.n;
	/* Alone larger than what the user gives the cache: it would push out all else and then go. */
	if (c->put.octets > c->limit / 2 || c->put.pieces >> CACHE_PIECE_BITS)
		return err_set(e, ERR_LIMIT, 0, "a layer's evidence is too large to be kept");
	sqlite_bind_int(st, 1, c->put.row << CACHE_PIECE_BITS | c->put.pieces++);
	sqlite_bind_int(st, 2, (int64_t)n);
	sqlite_bind_bytes(st, 3, packed);
	return sqlite_once(st, e);
}

int cache_put(struct cache *c, bytes records, err *e)
{
	int more;

	if (!c->put.on)
		return err_set(e, ERR_IO, 0, "cache: no write was begun");
	c->put.records += records.n;
	if (c->put.records > LIMIT_EVIDENCE) {
		err_set(e, ERR_LIMIT, 0, "more evidence than a layer may have");
		return put_failed(c, e);
	}
	while ((more = pieces_add(&c->pack, &records, e)) > 0)
		if (write_piece(c, e) < 0)
			return put_failed(c, e);
	if (more < 0) { /* the caller's records, not the file */
		cache_put_abort(c);
		return err_wrap(e, "cache");
	}
	return 0;
}

static int column(struct cache *c, enum statement which, int64_t *out, err *e)
{
	int found = sqlite_step(c->writer.st[which], e);

	if (found > 0)
		*out = sqlite_int(c->writer.st[which], 0);
	sqlite_reset(c->writer.st[which]);
	return found;
}

/* Drops what was not used for longest. A quarter is left for the tables themselves and for the next
 * layer, which is written before room is made for it. */
static int evict(struct cache *c, err *e)
{
	int64_t octets = 0, oldest = 0;

	for (;;) {
		if (column(c, WEIGH, &octets, e) < 0)
			return -1;
		if (octets <= 0 || (uint64_t)octets <= c->limit - c->limit / 4)
			return 0;
		sqlite_bind_int(c->writer.st[OLDEST], 1, c->put.row);
		int found = column(c, OLDEST, &oldest, e);

		if (found <= 0)
			return found;
		if (forget(c, oldest, e) < 0)
			return -1;
	}
}

/* Gives pages that are free back to the file system once the file is above the limit. */
static void shrink(struct cache *c)
{
	const char *path = cache_db_names(c->dir, &c->arena).db;
	err ignored = { .kind = ERR_NONE }; /* the next write tries again */
	struct stat st;

	if (stat(path, &st) == 0 && (uint64_t)st.st_size > c->limit)
		(void)sqlite_run(&c->writer.db, "PRAGMA incremental_vacuum", &ignored);
}

int cache_put_end(struct cache *c, err *e)
{
	struct sqlite3_stmt *st = c->writer.st[END_LAYER];

	if (!c->put.on)
		return err_set(e, ERR_IO, 0, "cache: no write was begun");
	if (write_piece(c, e) < 0)
		return put_failed(c, e);
	sqlite_bind_int(st, 1, c->put.pieces);
	sqlite_bind_int(st, 2, (int64_t)c->put.octets);
	sqlite_bind_int(st, 3, c->put.row);
	if (sqlite_once(st, e) < 0 || evict(c, e) < 0 || sqlite_run(&c->writer.db, "COMMIT", e) < 0)
		return put_failed(c, e);
	c->put.on = false;
	shrink(c);
	return 0;
}

/* -- files
 * -------------------------------------------------------------------------------------- */

static void bind_file(struct sqlite3_stmt *st, const struct cache_file *f)
{
	sqlite_bind_int(st, 1, (int64_t)f->device);
	sqlite_bind_int(st, 2, (int64_t)f->inode);
	sqlite_bind_int(st, 3, (int64_t)f->offset);
	sqlite_bind_int(st, 4, (int64_t)f->size);
	sqlite_bind_int(st, 5, f->mtime_ns);
	sqlite_bind_int(st, 6, f->ctime_ns);
}

bool cache_file_seen(struct cache *c, const struct cache_file *file, const digest *blob)
{
	struct sqlite3_stmt *st = c->reader.st[FILE_FIND];
	err e = { .kind = ERR_NONE }; /* a failure is a no: the file is then read */
	digest seen;

	bind_file(st, file);
	bool same = noted(c, sqlite_step(st, &e), &e) > 0 &&
	            digest_from_key(sqlite_bytes(st, 0), &seen) && digest_equal(&seen, blob);

	sqlite_reset(st);
	return same;
}

void cache_file_remember(struct cache *c, const struct cache_file *file, const digest *blob,
                         int64_t now_ns)
{
	int64_t changed = file->mtime_ns > file->ctime_ns ? file->mtime_ns : file->ctime_ns;
	struct key k;
	err e = { .kind = ERR_NONE }; /* a failure costs the next run a read */

	if (c->mute || c->put.on || changed > now_ns - RACY_NS)
		return;
	if (open_writer(c, &e) == 0) {
		struct sqlite3_stmt *st = c->writer.st[FILE_ADD];

		bind_file(st, file);
		sqlite_bind_bytes(st, 7, key_of(blob, &k));
		(void)(sqlite_once(st, &e) < 0 || sqlite_once(c->writer.st[FILE_TRIM], &e) < 0);
	}
	if (err_is_set(&e))
		c->mute = true;
}
