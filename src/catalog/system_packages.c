/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/system_packages.h"

#include "catalog/owned.h"

#include "base/limits.h"
#include "base/pack.h"

static const bytes everywhere = { NULL, 0 };

struct slot {
	uint32_t index;
};

void system_packages_init(struct system_packages *s, enum ecosystem ecosystem, struct image *image,
                          struct arena *a, struct facts *facts)
{
	*s = (struct system_packages){
		.image = image, .facts = facts, .arena = a, .ecosystem = ecosystem, .path_node = TREE_NONE
	};
	map_init(&s->known, a);
	needs_init(&s->needs, a, facts);
}

/* -- packages ---------------------------------------------------------------------------------- */

static bytes identity_of(const struct package *p, buf *out)
{
	buf_clear(out);
	pack_bytes(out, p->name);
	pack_bytes(out, p->version);
	pack_bytes(out, p->architecture);
	return buf_bytes(out);
}

static bytes path_of(struct system_packages *s, uint32_t node)
{
	if (s->path_node != node) {
		s->path = tree_path(s->image->tree, node, s->arena);
		s->path_node = node;
	}
	return s->path;
}

/* merge(old, new): both are the same package. A visible source wins; where both are versions of the
 * same database the package came with the lower of their layers. */
static void merge(struct package *old, const struct package *new)
{
	bool same_file = bytes_equal(old->path, new->path);
	uint16_t lowest = old->layer < new->layer ? old->layer : new->layer;

	if (old->hidden && !new->hidden)
		*old = *new;
	if (same_file)
		old->layer = lowest;
}

static uint32_t add(struct system_packages *s, const struct package *package, bytes identity,
                    const struct image_item *item)
{
	struct slot *slot = map_get(&s->known, identity);

	if (slot) {
		merge(&s->facts->packages.items[slot->index - 1], package);
		return slot->index;
	}
	uint32_t index = facts_package(s->facts, s->arena, item, package);

	if (index == 0)
		return 0;
	slot = arena_new(s->arena, struct slot);
	slot->index = index;
	*map_put(&s->known, arena_bytes(s->arena, identity)) = slot;
	return index;
}

void system_packages_is(struct system_packages *s, const struct package *package,
                        const struct image_item *item, uint32_t index)
{
	bool hidden = facts_item_hidden(s->image, item);

	s->last = item;
	s->owner = hidden ? 0 : index;
	s->visible |= !hidden;
	needs_offer(&s->needs, everywhere, package->name, s->owner);
	needs_offer(&s->needs, package->architecture, package->name, s->owner);
}

uint32_t system_packages_add(struct system_packages *s, struct package *package,
                             const struct image_item *item)
{
	buf key = BUF_INIT(4 * LIMIT_PACKAGE_FIELD);

	package->ecosystem = s->ecosystem;
	package->path = path_of(s, item->node);
	package->layer = item->layer;
	package->hidden = facts_item_hidden(s->image, item);
	uint32_t index = add(s, package, identity_of(package, &key), item);

	system_packages_is(s, package, item, index);
	buf_done(&key);
	return index;
}

/* -- files and relations ----------------------------------------------------------------------- */

/* follows(s, item): it may belong to the package before it. */
static bool follows(const struct system_packages *s, const struct image_item *item)
{
	return s->last && s->last->node == item->node && s->last->layer == item->layer;
}

static bool take_relations(struct system_packages *s, const struct image_item *item)
{
	bytes pairs = bytes_skip(item->payload, 1), rest = pairs, name;
	enum relation relation;
	int more;

	if (!follows(s, item))
		return false;
	while ((more = relations_next(&rest, &relation, &name)) > 0)
		continue;
	if (more == 0 && s->owner)
		*ARENA_PUSH(s->arena, &s->relations) = (struct system_relations){ s->owner, pairs };
	return more == 0;
}

static bool take_files(struct system_packages *s, const struct image_item *item)
{
	struct owned_reader reader = { .rest = bytes_skip(item->payload, 1) };
	uint32_t owner;
	bytes whose, path;
	int more;

	if (!pack_take_bytes(&reader.rest, LIMIT_PACKAGE_FIELD, &whose) ||
	    (whose.n == 0 && !follows(s, item)))
		return false;
	owner = whose.n == 0 ? s->owner : needs_find(&s->needs, everywhere, whose);
	if (facts_item_hidden(s->image, item))
		owner = 0;
	while ((more = owned_next(&reader, &path)) > 0)
		if (owner)
			owned_claim(s->image->tree, owned_find(&reader, s->image->tree), owner, item->layer);
	return more == 0;
}

unsigned system_item_kind(const struct image_item *item)
{
	return item->payload.n > 0 ? item->payload.p[0] : SYSTEM_NONE;
}

void system_packages_broken(struct system_packages *s, const struct image_item *item)
{
	facts_gap(s->facts, s->arena, item, "the evidence of this file cannot be read");
}

void system_packages_item(struct system_packages *s, const struct image_item *item)
{
	struct package package;
	bool whole = false;

	switch (system_item_kind(item)) {
	case SYSTEM_PACKAGE:
		whole = system_take_package(item->payload, SYSTEM_PACKAGE, &package);
		if (whole)
			(void)system_packages_add(s, &package, item);
		break;
	case SYSTEM_RELATIONS: whole = take_relations(s, item); break;
	case SYSTEM_FILES: whole = take_files(s, item); break;
	default: break;
	}
	if (!whole)
		system_packages_broken(s, item);
}

void system_packages_collect(struct system_packages *s, uint16_t inspector)
{
	const struct image_item *item;
	size_t at = 0;

	while ((item = facts_next_item(s->image, inspector, &at)))
		system_packages_item(s, item);
	system_packages_end(s);
}

/* -- edges ------------------------------------------------------------------------------------- */

static void offer_all(struct system_packages *s, const struct system_relations *r)
{
	bytes architecture = s->facts->packages.items[r->from - 1].architecture;
	bytes rest = r->pairs, name;
	enum relation relation;

	while (relations_next(&rest, &relation, &name) > 0) {
		if (relation != RELATION_PROVIDES)
			continue;
		needs_offer(&s->needs, architecture, name, r->from);
		needs_offer(&s->needs, everywhere, name, r->from);
	}
}

/* owner_of(s, path): whose file it is; each path is looked up once, and no more paths than there
 * may be packages, for a path can lead through many links. */
static uint32_t owner_of(struct system_packages *s, bytes path)
{
	const struct tree *tree = s->image->tree;

	if (!bytes_starts(path, BYTES("/")))
		return 0;
	if (s->paths_sought++ >= LIMIT_PACKAGES) {
		needs_full(&s->needs);
		return 0;
	}
	uint32_t node = tree_find(tree, bytes_skip(path, 1), false);
	uint32_t owner = node == TREE_NONE ? 0 : tree_get(tree, node)->package;

	needs_offer(&s->needs, everywhere, path, owner);
	return owner;
}

static uint32_t who_meets(struct system_packages *s, bytes architecture, bytes name)
{
	uint32_t package = needs_find(&s->needs, architecture, name);

	package = package ? package : needs_find(&s->needs, everywhere, name);
	return package ? package : owner_of(s, name);
}

static void meet_all(struct system_packages *s, const struct system_relations *r)
{
	bytes architecture = s->facts->packages.items[r->from - 1].architecture;
	bytes rest = r->pairs, name;
	enum relation relation;
	bool met = false;

	while (relations_next(&rest, &relation, &name) > 0) {
		if (relation == RELATION_PROVIDES || (relation == RELATION_OR && met))
			continue;
		uint32_t to = who_meets(s, architecture, name);

		needs_edge(&s->needs, r->from, to);
		met = to > 0;
	}
}

void system_packages_end(struct system_packages *s)
{
	for (size_t i = 0; i < s->relations.len; i++)
		offer_all(s, &s->relations.items[i]);
	for (size_t i = 0; i < s->relations.len; i++)
		meet_all(s, &s->relations.items[i]);
}
