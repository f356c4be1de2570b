/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/system_packages.h"

#include "base/limits.h"
#include "base/pack.h"

struct slot {
	uint32_t index;
};

void system_packages_init(struct system_packages *s, struct image *image, struct arena *a,
                          struct facts *facts)
{
	*s = (struct system_packages){
		.image = image, .facts = facts, .arena = a, .path_node = TREE_NONE
	};
	map_init(&s->known, a);
}

static bytes identity_of(const struct package *p, buf *out)
{
	buf_clear(out);
	pack_u64(out, p->ecosystem);
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

uint32_t system_packages_add(struct system_packages *s, struct package *package,
                             const struct image_item *item)
{
	buf key = BUF_INIT(4 * LIMIT_PACKAGE_FIELD);
	bytes identity = identity_of(package, &key);
	struct slot *slot = map_get(&s->known, identity);
	uint32_t index = 0;

	package->path = path_of(s, item->node);
	package->layer = item->layer;
	package->hidden = facts_item_hidden(s->image, item);
	if (slot) {
		merge(&s->facts->packages.items[slot->index - 1], package);
		index = slot->index;
	} else if (s->facts->packages.len < LIMIT_PACKAGES) {
		*ARENA_PUSH(s->arena, &s->facts->packages) = *package;
		index = (uint32_t)s->facts->packages.len;
		slot = arena_new(s->arena, struct slot);
		slot->index = index;
		*map_put(&s->known, arena_bytes(s->arena, identity)) = slot;
	} else if (!s->full) {
		s->full = true;
		facts_gap(s->facts, s->arena, item, "more than %u packages: further ones are not listed",
		          (unsigned)LIMIT_PACKAGES);
	}
	buf_done(&key);
	return index;
}
