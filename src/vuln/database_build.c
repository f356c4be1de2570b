/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/database_build.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "store/sorted.h"
#include "vuln/record.h"

#include <stdlib.h>

struct database_builder *builder_new(void)
{
	struct arena a = ARENA_INIT;
	struct database_builder *b = arena_new(&a, struct database_builder);

	b->arena = a;
	b->heap.max = LIMIT_DATABASE_BUILD;
	b->record.max = LIMIT_DATABASE_BUILD;
	b->text_key.max = LIMIT_DATABASE_BUILD;
	map_init(&b->spaces, &b->arena);
	map_init(&b->told, &b->arena);
	return b;
}

void builder_free(struct database_builder *b)
{
	if (!b)
		return;
	struct arena a = b->arena;

	buf_done(&b->heap);
	buf_done(&b->record);
	buf_done(&b->text_key);
	arena_done(&a);
}

struct database_feed *builder_feed(struct database_builder *b, enum feed_kind kind, bytes name)
{
	struct database_feed *f = arena_new(&b->arena, struct database_feed);

	f->kind = kind;
	f->name = arena_bytes(&b->arena, name);
	*ARENA_PUSH(&b->arena, &b->feeds) = f;
	b->feed = f;
	return f;
}

void builder_resume(struct database_builder *b, struct database_feed *feed)
{
	b->feed = feed;
}

bytes builder_text(struct database_builder *b, bytes text)
{
	return arena_bytes(&b->arena, text);
}

/* -- taking in --------------------------------------------------------------------------------- */

int builder_add(struct database_builder *b, const char *kind, bytes one, bytes two, err *e)
{
	struct slot s = { .at = b->heap.n, .value = (uint32_t)b->record.n };

	if (one.n == 0 || one.n > LIMIT_ADVISORY_TEXT || two.n > LIMIT_ADVISORY_TEXT)
		return 0; /* nothing it could be found by: the reader has counted it as a fault */
	if (b->record.n > LIMIT_SORTED_BLOCK / 4) {
		b->feed->faults++;
		return 0;
	}
	if (buf_append(&b->heap, bytes_str(kind), e) < 0 || buf_append(&b->heap, one, e) < 0 ||
	    (two.n > 0 && buf_append(&b->heap, BYTES("/"), e) < 0) || buf_append(&b->heap, two, e) < 0)
		return -1;
	s.key = (uint32_t)(b->heap.n - s.at);
	if (buf_append(&b->heap, buf_bytes(&b->record), e) < 0)
		return -1;
	*ARENA_PUSH(&b->arena, &b->slots) = s;
	return 0;
}

static void note(struct database_builder *b, struct map *set, bytes word)
{
	if (!map_get(set, word))
		*map_put(set, arena_bytes(&b->arena, word)) = b;
}

static int take_advisory(void *ctx, const struct advisory *v, err *e)
{
	struct database_builder *b = ctx;

	note(b, &b->spaces, v->space);
	if (bytes_is(v->source, "microsoft"))
		note(b, &b->told, v->id);
	/* Their licence (CC BY-NC-ND, for commercial scanners another) forbids passing them on. */
	if (bytes_is(v->space, "wolfi") || bytes_is(v->space, "chainguard"))
		b->restricted = true;
	b->feed->advisories++;
	buf_clear(&b->record);
	advisory_pack(v, &b->record);
	return builder_add(b, "m/", v->space, v->package, e);
}

static int take_alias(struct database_builder *b, bytes alias, bytes id, err *e)
{
	if (bytes_equal(alias, id))
		return 0;
	buf_clear(&b->record);
	pack_bytes(&b->record, id);
	return builder_add(b, "a/", alias, BYTES(""), e);
}

/* The latest day that a document or one of its records bears. */
static int take_date(void *ctx, bytes date, err *e)
{
	struct database_builder *b = ctx;
	int64_t none;

	(void)e;
	date = bytes_slice(date, 0, 10);
	if (bytes_compare(date, b->feed->newest) > 0 && text_from_date(date, &none))
		b->feed->newest = arena_bytes(&b->arena, date);
	return 0;
}

static int take_vulnerability(void *ctx, const struct vulnerability *v, err *e)
{
	struct database_builder *b = ctx;
	struct database_feed *f = b->feed;

	f->vulnerabilities++;
	(void)take_date(b, v->modified.n ? v->modified : v->published, e); /* always 0 */
	for (size_t i = 0; i < v->aliases.len; i++)
		if (take_alias(b, v->aliases.items[i], v->id, e) < 0)
			return -1;
	buf_clear(&b->record);
	vulnerability_pack(v, &b->record);
	/* Apart: EPSS says something else of each vulnerability every day, and what is fetched anew of
	 * a database shall be that alone (store/sorted.h). */
	return builder_add(b, f->kind == FEED_EPSS ? "p/" : "v/", v->id, BYTES(""), e);
}

static int take_end_of_life(void *ctx, const struct end_of_life *x, err *e)
{
	struct database_builder *b = ctx;

	buf_clear(&b->record);
	end_of_life_pack(x, &b->record);
	return builder_add(b, "e/", x->product, x->release, e);
}

static int take_fault(void *ctx, bytes where, const char *what, err *e)
{
	struct database_builder *b = ctx;

	(void)where; /* whoever reads the feed names it to the user */
	(void)what;
	(void)e;
	b->feed->faults++;
	return 0;
}

struct feed_sink builder_sink(struct database_builder *b)
{
	return (struct feed_sink){ take_advisory, take_vulnerability, take_end_of_life,
		                       take_date,     take_fault,         b };
}

/* -- writing ----------------------------------------------------------------------------------- */

/* By key; under one key as they came, so that the feed that was named first fills first. */
static int compare_slots(const void *left, const void *right, void *ctx)
{
	const struct database_builder *b = ctx;
	const struct slot *l = left, *r = right;
	int c = bytes_compare(builder_key(b, l), builder_key(b, r));

	return c ? c : (l->at > r->at) - (l->at < r->at);
}

static int compare_values(const void *left, const void *right, void *ctx)
{
	return bytes_compare(builder_value(ctx, left), builder_value(ctx, right));
}

/* releases.json says that a release mends a vulnerability, not which of its parts had it. Where
 * cve.json knows that, its word alone stands. */
static bool is_better_told(const struct database_builder *b, const struct slot *s)
{
	struct arena a = ARENA_INIT;
	struct advisory v;
	bytes in = builder_value(b, s);
	bool told = bytes_starts(builder_key(b, s), BYTES("m/.net/")) && advisory_unpack(&in, &a, &v) &&
	            bytes_is(v.source, "microsoft-releases") && map_get(&b->told, v.id);

	arena_done(&a);
	return told;
}

/* All records of one key, each once. */
static void join_lists(const struct database_builder *b, struct slot *s, size_t n, buf *out)
{
	qsort_r(s, n, sizeof(*s), compare_values, (void *)(uintptr_t)b);
	for (size_t i = 0; i < n; i++)
		if ((i == 0 || compare_values(&s[i - 1], &s[i], (void *)(uintptr_t)b) != 0) &&
		    !is_better_told(b, &s[i]))
			buf_put(out, builder_value(b, &s[i]));
}

/* What decides is read for every finding, what is read by a person only for some reports: the two
 * stand apart, so that the first lies in few blocks. */
enum part { PART_ALL, PART_FACTS, PART_TEXTS };

static void cut_to(enum part part, struct vulnerability *v)
{
	if (part == PART_FACTS) {
		v->title = v->description = bytes_of(NULL, 0);
		v->cwes.len = v->references.len = 0;
	} else if (part == PART_TEXTS) {
		*v = (struct vulnerability){ .id = v->id,
			                         .title = v->title,
			                         .description = v->description,
			                         .cwes = v->cwes,
			                         .references = v->references,
			                         .epss = UINT32_MAX,
			                         .epss_percentile = UINT32_MAX,
			                         .withdrawn = true /* joined by "and" */ };
	}
}

static bool has_texts(const struct vulnerability *v)
{
	return v->title.n > 0 || v->description.n > 0 || v->cwes.len > 0 || v->references.len > 0;
}

static int join_vulnerabilities(const struct database_builder *b, const struct slot *s, size_t n,
                                enum part part, buf *out, err *e)
{
	struct arena a = ARENA_INIT;
	struct vulnerability whole, more;
	bytes in = builder_value(b, s);
	bool good = vulnerability_unpack(&in, &a, &whole);

	for (size_t i = 1; i < n && good; i++) {
		in = builder_value(b, &s[i]);
		good = vulnerability_unpack(&in, &a, &more);
		if (good)
			vulnerability_merge(&whole, &more, &a);
	}
	if (good)
		cut_to(part, &whole);
	if (good && (part != PART_TEXTS || has_texts(&whole)))
		vulnerability_pack(&whole, out);
	arena_done(&a);
	return good ? 0 : err_set(e, ERR_BUG, 0, "a record of ours cannot be read back");
}

/* join(b, s, n, out, e): what stands under the one key of these n slots. Of an end of life the
 * latest word counts, of an alias each id. */
static int join(const struct database_builder *b, struct slot *s, size_t n, buf *out, err *e)
{
	bytes key = builder_key(b, s);

	if (bytes_starts(key, BYTES("v/")))
		return join_vulnerabilities(b, s, n, PART_FACTS, out, e);
	if (bytes_starts(key, BYTES("p/")))
		return join_vulnerabilities(b, s, n, PART_ALL, out, e);
	if (bytes_starts(key, BYTES("e/")))
		buf_put(out, builder_value(b, &s[n - 1]));
	else
		join_lists(b, s, n, out);
	return 0;
}

static int compare_words(const void *left, const void *right)
{
	return bytes_compare(*(const bytes *)left, *(const bytes *)right);
}

static void pack_feed(const struct database_feed *f, buf *out)
{
	pack_u64(out, f->kind);
	pack_bytes(out, f->name);
	pack_bytes(out, bytes_of(f->digest.value, digest_size(&f->digest)));
	pack_bytes(out, f->newest);
	pack_u64(out, f->documents);
	pack_u64(out, f->advisories);
	pack_u64(out, f->vulnerabilities);
	pack_u64(out, f->faults);
	pack_u64(out, f->passed_over);
}

static void pack_info(struct database_builder *b, int64_t built, buf *out)
{
	bytes *spaces = arena_array(&b->arena, bytes, b->spaces.len);

	for (size_t i = 0; i < b->spaces.len; i++)
		spaces[i] = b->spaces.items[i].key;
	if (b->spaces.len > 0)
		qsort(spaces, b->spaces.len, sizeof(*spaces), compare_words);
	pack_u64(out, (uint64_t)built);
	pack_u64(out, b->restricted);
	pack_u64(out, b->feeds.len);
	for (size_t i = 0; i < b->feeds.len; i++)
		pack_feed(b->feeds.items[i], out);
	pack_u64(out, b->spaces.len);
	for (size_t i = 0; i < b->spaces.len; i++)
		pack_bytes(out, spaces[i]);
}

/* Advisories are looked up by the hundred, so their blocks stand as they are; what is only shown is
 * compressed. */
static int put(struct database_builder *b, struct sorted_writer *w, struct slot *s, size_t n,
               err *e)
{
	bytes key = builder_key(b, s);
	bool shown = !bytes_starts(key, BYTES("m/")) && !bytes_starts(key, BYTES("e/"));

	buf_clear(&b->record);
	if (join(b, s, n, &b->record, e) < 0 || sorted_compress(w, shown, e) < 0)
		return -1;
	return sorted_add(w, key, buf_bytes(&b->record), e);
}

/* put_texts(b, w, s, n, e): under "w/", behind all that is "v/". */
static int put_texts(struct database_builder *b, struct sorted_writer *w, struct slot *s, size_t n,
                     err *e)
{
	bytes key = builder_key(b, s);

	if (!bytes_take_prefix(&key, BYTES("v/")))
		return 0;
	buf_clear(&b->record);
	buf_clear(&b->text_key);
	buf_puts(&b->text_key, "w/");
	buf_put(&b->text_key, key);
	if (join_vulnerabilities(b, s, n, PART_TEXTS, &b->record, e) < 0)
		return -1;
	return b->record.n > 0 ? sorted_add(w, buf_bytes(&b->text_key), buf_bytes(&b->record), e) : 0;
}

/* each_key(b, w, from, to, one, e): one(b, w, slots, n, e) for the slots of each key. */
static int each_key(struct database_builder *b, struct sorted_writer *w, size_t from, size_t to,
                    int (*one)(struct database_builder *, struct sorted_writer *, struct slot *,
                               size_t, err *),
                    err *e)
{
	struct slot *s = b->slots.items;

	for (size_t next = from; from < to; from = next) {
		while (next < to && bytes_equal(builder_key(b, &s[next]), builder_key(b, &s[from])))
			next++;
		if (one(b, w, &s[from], next - from, e) < 0)
			return -1;
	}
	return 0;
}

static int put_info(struct database_builder *b, struct sorted_writer *w, int64_t built, err *e)
{
	buf_clear(&b->record);
	pack_info(b, built, &b->record);
	return sorted_compress(w, false, e) < 0 ? -1
	                                        : sorted_add(w, BYTES("i/"), buf_bytes(&b->record), e);
}

/* In the order of keys: "i/" comes before "m/" and "v/", behind "a/" and "e/". */
static int write_all(struct database_builder *b, struct sorted_writer *w, int64_t built, err *e)
{
	size_t n = b->slots.len, before = 0;

	while (before < n && bytes_compare(builder_key(b, &b->slots.items[before]), BYTES("i/")) < 0)
		before++;
	if (each_key(b, w, 0, before, put, e) < 0 || put_info(b, w, built, e) < 0 ||
	    each_key(b, w, before, n, put, e) < 0 || sorted_compress(w, true, e) < 0)
		return -1;
	return each_key(b, w, 0, n, put_texts, e);
}

static void sort(struct database_builder *b)
{
	if (b->slots.len > 0)
		qsort_r(b->slots.items, b->slots.len, sizeof(*b->slots.items), compare_slots, b);
}

int builder_write(struct database_builder *b, const char *path, int64_t built, err *e)
{
	struct sorted_writer *w;

	sort(b);
	if (builder_unite(b, e) < 0)
		return -1;
	sort(b);
	if (sorted_create(path, &w, e) < 0)
		return -1;
	if (write_all(b, w, built, e) < 0) {
		sorted_abandon(w);
		return -1;
	}
	return sorted_finish(w, e);
}
