/* SPDX-License-Identifier: Apache-2.0 */
/* One feed learns of a vulnerability before it has a CVE, another calls it by a number of its own:
 * where a record says that two ids mean the same, the better known one is kept everywhere. An id
 * that stands for several (a notice that mends many) stays what it is. */
#include "vuln/database_build.h"

#include "base/limits.h"
#include "base/pack.h"
#include "vuln/record.h"

/* PYSEC- to GHSA- to CVE-, and one to spare. */
#define STEPS_MOST 4

/* Another id of the same vulnerability. */
struct other {
	bytes id; /* empty: it is not one alone */
};

static unsigned rank(bytes id)
{
	return bytes_starts(id, BYTES("CVE-")) ? 0 : bytes_starts(id, BYTES("GHSA-")) ? 1 : 2;
}

static void relate(struct database_builder *b, struct map *others, bytes from, bytes to)
{
	void **place = map_put(others, arena_bytes(&b->arena, from));
	struct other *o = *place;

	if (o) {
		o->id = bytes_equal(o->id, to) ? o->id : BYTES("");
		return;
	}
	*place = o = arena_new(&b->arena, struct other);
	o->id = arena_bytes(&b->arena, to);
}

/* Each "a/ALIAS" holds an id. */
static void read_aliases(struct database_builder *b, struct map *others)
{
	for (size_t i = 0; i < b->slots.len; i++) {
		bytes alias = builder_key(b, &b->slots.items[i]), id,
			  value = builder_value(b, &b->slots.items[i]);

		if (!bytes_take_prefix(&alias, BYTES("a/")) ||
		    !pack_take_bytes(&value, LIMIT_ADVISORY_TEXT, &id) || rank(alias) == rank(id))
			continue;
		if (rank(id) < rank(alias))
			relate(b, others, alias, id);
		else
			relate(b, others, id, alias);
	}
}

/* The best id that is known for this one; itself. */
static bytes best(const struct map *others, bytes id)
{
	const struct other *o;

	for (int i = 0; i < STEPS_MOST && (o = map_get(others, id)) && o->id.n > 0; i++)
		id = o->id;
	return id;
}

static void add_word(struct word_list *list, bytes word, struct arena *a)
{
	for (size_t i = 0; i < list->len; i++)
		if (bytes_equal(list->items[i], word))
			return;
	if (list->len < LIMIT_ADVISORY_ITEMS)
		*ARENA_PUSH(a, list) = word;
}

/* -- records under their new id ---------------------------------------------------------------- */

static int unite_advisory(struct database_builder *b, bytes key, bytes value, const struct map *o,
                          struct arena *a, err *e)
{
	struct advisory v;
	bytes space, old;

	if (!advisory_unpack(&value, a, &v))
		return err_set(e, ERR_BUG, 0, "a record of ours cannot be read back");
	old = v.id;
	v.id = best(o, old);
	add_word(&v.vendor_ids, old, a);
	buf_clear(&b->record);
	advisory_pack(&v, &b->record);
	(void)bytes_take_until(&key, '/', &space); /* "m" */
	(void)bytes_take_until(&key, '/', &space);
	return builder_add(b, "m/", space, key, e);
}

static int unite_vulnerability(struct database_builder *b, bytes value, const struct map *o,
                               struct arena *a, err *e)
{
	struct vulnerability v;
	bytes old;

	if (!vulnerability_unpack(&value, a, &v))
		return err_set(e, ERR_BUG, 0, "a record of ours cannot be read back");
	old = v.id;
	v.id = best(o, old);
	add_word(&v.aliases, old, a);
	buf_clear(&b->record);
	vulnerability_pack(&v, &b->record);
	if (builder_add(b, "v/", v.id, BYTES(""), e) < 0)
		return -1;
	buf_clear(&b->record);
	pack_bytes(&b->record, v.id);
	return builder_add(b, "a/", old, BYTES(""), e);
}

/* unite(b, i, others, a, e): 1 when the record has been put under another id. */
static int unite(struct database_builder *b, size_t i, const struct map *others, struct arena *a,
                 err *e)
{
	bytes key = builder_key(b, &b->slots.items[i]), id,
		  value = builder_value(b, &b->slots.items[i]), front = value;
	bool advisory = bytes_starts(key, BYTES("m/"));

	/* Both begin with their id. */
	if ((!advisory && !bytes_starts(key, BYTES("v/"))) ||
	    !pack_take_bytes(&front, LIMIT_ADVISORY_TEXT, &id) || rank(id) == 0 ||
	    bytes_equal(best(others, id), id))
		return 0;
	/* What is added may move the heap. */
	key = arena_bytes(a, key);
	value = arena_bytes(a, value);
	int r = advisory ? unite_advisory(b, key, value, others, a, e)
	                 : unite_vulnerability(b, value, others, a, e);

	return r < 0 ? -1 : 1;
}

int builder_unite(struct database_builder *b, err *e)
{
	struct arena a = ARENA_INIT;
	struct map others;
	size_t before = b->slots.len, kept = 0;
	int r = 0;

	map_init(&others, &b->arena);
	read_aliases(b, &others);
	for (size_t i = 0; i < before && others.len > 0 && r >= 0; i++) {
		struct slot s = b->slots.items[i];

		arena_reset(&a);
		r = unite(b, i, &others, &a, e);
		if (r == 0)
			b->slots.items[kept++] = s;
	}
	if (others.len > 0) {
		size_t added = b->slots.len - before;

		memmove(b->slots.items + kept, b->slots.items + before, added * sizeof(*b->slots.items));
		b->slots.len = kept + added;
	}
	arena_done(&a);
	return r < 0 ? -1 : 0;
}
