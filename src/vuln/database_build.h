/* SPDX-License-Identifier: Apache-2.0 */
/* database_build - what a builder has collected; for database_build.c, database_alias.c alone. */
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "vuln/database.h"

/* One record: its key and its octets lie one behind the other in the heap. */
struct slot {
	uint64_t at;
	uint32_t key, value; /* lengths */
};

struct database_builder {
	struct arena arena; /* holds this very struct */
	buf heap, record, text_key;
	struct {
		struct slot *items;
		size_t len, cap;
	} slots;
	struct {
		struct database_feed **items;
		size_t len, cap;
	} feeds;
	struct database_feed *feed; /* whose records come now */
	struct map spaces;
	struct map told; /* ids that cve.json knows: its rows say which part of .NET has them */
	bool restricted;
};

/* The key and the octets of a record. Borrow from the heap: valid until the next builder_add. */
static inline bytes builder_key(const struct database_builder *b, const struct slot *s)
{
	return bytes_of(b->heap.p + s->at, s->key);
}

static inline bytes builder_value(const struct database_builder *b, const struct slot *s)
{
	return bytes_of(b->heap.p + s->at + s->key, s->value);
}

/* builder_add(b, kind, one, two, e): the record that b->record holds, under "KIND/one/two" or
 * "KIND/one". ERR_LIMIT. */
int builder_add(struct database_builder *b, const char *kind, bytes one, bytes two, err *e);

/* builder_unite(b, e): give each vulnerability one id, whatever its sources call it: CVE, else
 * GHSA, else the source's own. The slots are sorted by key before, and not behind. */
int builder_unite(struct database_builder *b, err *e);
