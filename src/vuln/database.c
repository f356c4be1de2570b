/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/database.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "store/sorted.h"
#include "vuln/record.h"

struct database {
	struct arena arena; /* holds this very struct and the info */
	struct sorted *file;
	struct database_info info;
	struct database *behind; /* NULL: none */
	buf key;
};

static int damaged(const char *what, err *e)
{
	return err_set(e, ERR_FORMAT, 0, "the database is damaged: %s", what);
}

/* key_of(db, kind, one, two): "m/" one "/" two; two may be empty. Valid until the next key. */
static bytes key_of(struct database *db, const char *kind, bytes one, bytes two)
{
	buf_clear(&db->key);
	buf_puts(&db->key, kind);
	buf_put(&db->key, bytes_slice(one, 0, LIMIT_ADVISORY_TEXT));
	if (two.n > 0) {
		buf_putc(&db->key, '/');
		buf_put(&db->key, bytes_slice(two, 0, LIMIT_ADVISORY_TEXT));
	}
	return buf_bytes(&db->key);
}

/* -- opening ----------------------------------------------------------------------------------- */

static bool take_feed(bytes *in, struct database_feed *f)
{
	uint32_t kind;
	bytes hash;

	if (!pack_take_u32(in, FEED_GRYPE_DB, &kind) ||
	    !pack_take_bytes(in, LIMIT_ADVISORY_TEXT, &f->name) || !pack_take_bytes(in, 32, &hash) ||
	    !pack_take_bytes(in, LIMIT_ADVISORY_TEXT, &f->newest))
		return false;
	f->kind = kind;
	if (hash.n == 32) {
		f->digest.algorithm = DIGEST_SHA256;
		memcpy(f->digest.value, hash.p, 32);
	}
	return pack_take_u64(in, UINT64_MAX, &f->documents) &&
	       pack_take_u64(in, UINT64_MAX, &f->advisories) &&
	       pack_take_u64(in, UINT64_MAX, &f->vulnerabilities) &&
	       pack_take_u64(in, UINT64_MAX, &f->faults) &&
	       pack_take_u64(in, UINT64_MAX, &f->passed_over);
}

static bool take_info(bytes in, struct arena *a, struct database_info *out)
{
	uint64_t built;
	uint32_t feeds, spaces;

	if (!pack_take_u64(&in, INT64_MAX, &built) || !pack_take_bool(&in, &out->restricted) ||
	    !pack_take_u32(&in, LIMIT_ADVISORY_ITEMS, &feeds))
		return false;
	out->built = (int64_t)built;
	while (feeds-- > 0)
		if (!take_feed(&in, ARENA_PUSH(a, &out->feeds)))
			return false;
	if (!pack_take_u32(&in, LIMIT_ADVISORY_ITEMS, &spaces))
		return false;
	while (spaces-- > 0)
		if (!pack_take_bytes(&in, LIMIT_ADVISORY_TEXT, ARENA_PUSH(a, &out->spaces)))
			return false;
	return in.n == 0;
}

static int read_info(struct database *db, err *e)
{
	bytes value;
	int there = sorted_get(db->file, BYTES("i/"), &value, e);

	if (there < 0)
		return -1;
	if (there == 0 || !take_info(arena_bytes(&db->arena, value), &db->arena, &db->info))
		return damaged("it does not say what it was made from", e);
	return 0;
}

int database_open(const char *path, struct database **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct database *db = arena_new(&a, struct database);

	db->arena = a;
	db->key.max = 3 * LIMIT_ADVISORY_TEXT;
	if (sorted_open(path, &db->file, e) < 0 || read_info(db, e) < 0) {
		database_close(db);
		return err_is_set(e) ? -1 : damaged("", e);
	}
	*out = db;
	return 0;
}

void database_close(struct database *db)
{
	if (!db)
		return;
	struct arena a = db->arena;

	database_close(db->behind);
	sorted_close(db->file);
	buf_done(&db->key);
	arena_done(&a);
}

void database_back(struct database *db, struct database *other)
{
	db->behind = other;
}

const struct database_info *database_info(const struct database *db)
{
	return &db->info;
}

digest database_digest(const struct database *db)
{
	return sorted_root(db->file);
}

static bool holds(const struct database *db, bytes space)
{
	size_t low = 0, high = db->info.spaces.len;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int c = bytes_compare(db->info.spaces.items[middle], space);

		if (c == 0)
			return true;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool database_covers(const struct database *db, bytes space)
{
	return holds(db, space) || (db->behind && holds(db->behind, space));
}

/* -- looking up -------------------------------------------------------------------------------- */

int database_advisories(struct database *db, bytes space, bytes package, bytes *out, err *e)
{
	if (db->behind && !holds(db, space))
		return database_advisories(db->behind, space, package, out, e);
	*out = BYTES("");
	return sorted_get(db->file, key_of(db, "m/", space, package), out, e) < 0 ? -1 : 0;
}

/* take_vulnerability(db, kind, id, a, out, e): 1, 0 when there is none, -1. */
static int take_vulnerability(struct database *db, const char *kind, bytes id, struct arena *a,
                              struct vulnerability *out, err *e)
{
	bytes value;
	int there = sorted_get(db->file, key_of(db, kind, id, BYTES("")), &value, e);

	if (there == 0 && db->behind)
		return take_vulnerability(db->behind, kind, id, a, out, e);
	if (there <= 0)
		return there;
	value = arena_bytes(a, value);
	if (!vulnerability_unpack(&value, a, out) || value.n > 0)
		return damaged("a vulnerability cannot be read", e);
	return 1;
}

/* add_part(db, kind, ids, n, a, out, e): to each of out what one kind of keys says; a part that
 * only adds is not asked of what nothing else knows. */
static int add_part(struct database *db, const char *kind, const bytes *ids, size_t n,
                    struct arena *a, struct vulnerability **out, err *e)
{
	bool only_adds = kind[0] == 'w';

	for (size_t i = 0; i < n; i++) {
		struct vulnerability more;

		if (only_adds && !out[i])
			continue;
		int there = take_vulnerability(db, kind, ids[i], a, &more, e);

		if (there < 0)
			return -1;
		if (there > 0 && out[i])
			vulnerability_merge(out[i], &more, a);
		else if (there > 0)
			*(out[i] = arena_alloc(a, sizeof(more))) = more;
	}
	return 0;
}

int database_vulnerabilities(struct database *db, const bytes *ids, size_t n, bool texts,
                             struct arena *a, struct vulnerability **out, err *e)
{
	memset(out, 0, n * sizeof(struct vulnerability *));
	if (add_part(db, "v/", ids, n, a, out, e) < 0 || add_part(db, "p/", ids, n, a, out, e) < 0)
		return -1;
	return texts ? add_part(db, "w/", ids, n, a, out, e) : 0;
}

int database_end_of_life(struct database *db, bytes product, bytes release, struct arena *a,
                         struct end_of_life *out, err *e)
{
	bytes value;
	int there = sorted_get(db->file, key_of(db, "e/", product, release), &value, e);

	if (there <= 0)
		return there;
	value = arena_bytes(a, value);
	if (!end_of_life_unpack(&value, out) || value.n > 0)
		return damaged("an end of life cannot be read", e);
	return 1;
}
