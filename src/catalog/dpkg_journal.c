/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dpkg.h"

#include "base/limits.h"
#include "base/pack.h"

struct latest {
	const struct image_item *update;
};

void dpkg_journal_emit(struct inspection *in, const struct dpkg_stanza *stanza)
{
	buf out = BUF_INIT(2 * (LIMIT_PACKAGE_FIELD + 16));

	pack_u64(&out, DPKG_ITEM_UPDATE);
	pack_bytes(&out, stanza->package);
	pack_bytes(&out, stanza->architecture);
	inspection_item(in, buf_bytes(&out));
	buf_done(&out);
}

void dpkg_journal_init(struct dpkg_journal *j, struct image *image, struct arena *a)
{
	*j = (struct dpkg_journal){ .image = image, .arena = a };
	map_init(&j->latest, a);
}

/* key_of(database, name, architecture, out): one package of the database in this folder. */
static bytes key_of(uint32_t database, bytes name, bytes architecture, buf *out)
{
	pack_u64(out, database);
	pack_bytes(out, name);
	pack_bytes(out, architecture);
	return buf_bytes(out);
}

static uint32_t folder_of(const struct dpkg_journal *j, uint32_t node)
{
	return tree_get(j->image->tree, node)->parent;
}

/* is_older(j, a, b): a's number is the lower one; within a file the last paragraph counts. */
static bool is_older(const struct dpkg_journal *j, const struct image_item *a,
                     const struct image_item *b)
{
	bytes left = tree_name(j->image->tree, a->node), right = tree_name(j->image->tree, b->node);

	return left.n != right.n ? left.n < right.n : bytes_compare(left, right) <= 0;
}

bool dpkg_journal_read(struct dpkg_journal *j, const struct image_item *item)
{
	bytes payload = item->payload, name, architecture;
	buf key = BUF_INIT(2 * (LIMIT_PACKAGE_FIELD + 16));
	uint64_t kind;

	if (!pack_take_u64(&payload, DPKG_ITEM_UPDATE, &kind) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &name) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &architecture) || payload.n > 0)
		return false;
	if (facts_item_hidden(j->image, item))
		return true;
	bytes found = key_of(folder_of(j, folder_of(j, item->node)), name, architecture, &key);
	struct latest *latest = map_get(&j->latest, found);

	if (!latest) {
		latest = arena_new(j->arena, struct latest);
		latest->update = item;
		*map_put(&j->latest, arena_bytes(j->arena, found)) = latest;
	} else if (is_older(j, latest->update, item)) {
		latest->update = item;
	}
	buf_done(&key);
	return true;
}

bool dpkg_journal_holds(const struct dpkg_journal *j, const struct image_item *item,
                        const struct image_item *update, const struct package *p)
{
	buf key = BUF_INIT(2 * (LIMIT_PACKAGE_FIELD + 16));
	uint32_t database = folder_of(j, item->node);

	if (facts_item_hidden(j->image, item))
		return true; /* of a lower layer: it was so then */
	if (update)
		database = folder_of(j, database);
	const struct latest *latest = map_get(&j->latest,
	                                      key_of(database, p->name, p->architecture, &key));

	buf_done(&key);
	return latest ? latest->update == update : !update;
}
