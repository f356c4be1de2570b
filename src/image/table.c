/* SPDX-License-Identifier: Apache-2.0 */
#include "image/table.h"

#include <assert.h>

#define TEXT_PIECE ((uint32_t)1 << TABLE_TEXT_LOG)
#define PART_SLOTS ((uint32_t)1 << TABLE_INDEX_LOG)
#define DIRECTORY ((uint32_t)1 << TABLE_DIRECTORY_LOG)
#define PART_CROWDED (PART_SLOTS / 4 * 3)
/* A slot: 24 bits of node number, one that says nothing but "was used", seven bits of the hash. The
 * root is not indexed, so number 0 is no node. */
#define SLOT_GONE ((uint32_t)1 << 24)
#define SLOT_NODE (SLOT_GONE - 1)
#define SLOT_TAG_SHIFT 25
#define LINK_MAX (2 + LIMIT_PATH) /* its length, then the text */

static_assert(sizeof(struct tree_node) == 48, "the memory budget counts on it");
static_assert(LIMIT_TREE_TEXT <= UINT32_MAX, "offsets are 32 bits");
static_assert(LIMIT_TAR_ENTRIES <= SLOT_GONE, "a slot has 24 bits for a node");
static_assert(LIMIT_TAR_ENTRIES >> TABLE_DIRECTORY_LOG <= PART_SLOTS / 2,
              "the index is large enough");

void table_init(struct table *t, struct arena *a)
{
	*t = (struct table){ .arena = a };
	t->index[0] = arena_new(a, struct table_part);
	for (uint32_t i = 1; i < DIRECTORY; i++)
		t->index[i] = t->index[0];
	map_init(&t->owner_numbers, a);
}

bool table_room(const struct table *t, size_t nodes)
{
	/* At worst each piece of text ends LINK_MAX octets early. */
	uint64_t text = (uint64_t)nodes * LIMIT_NAME + 2 * LINK_MAX;

	text += text / TEXT_PIECE * LINK_MAX + TEXT_PIECE;
	return nodes <= LIMIT_TAR_ENTRIES - t->count && text <= LIMIT_TREE_TEXT - t->text_n;
}

/* -- texts
 * -------------------------------------------------------------------------------------- */

static uint8_t *text_at(const struct table *t, uint32_t offset)
{
	return t->text[offset >> TABLE_TEXT_LOG] + (offset & (TEXT_PIECE - 1));
}

/* Whether the octets at offset are these: any place in the texts will do. */
static bool text_is(const struct table *t, uint32_t offset, bytes text)
{
	uint64_t end = (uint64_t)offset + text.n;
	uint32_t piece_end = (offset | (TEXT_PIECE - 1)) + 1;

	return end <= t->text_n && end <= piece_end && memcmp(text_at(t, offset), text.p, text.n) == 0;
}

/* Only for finding recent texts again: a collision costs a few octets, so no key. */
static uint64_t text_hash(bytes text)
{
	uint64_t h = text.n, v;

	while (bytes_take_le64(&text, &v))
		h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
	v = 0;
	for (size_t i = 0; i < text.n; i++)
		v = v << 8 | text.p[i];
	return (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint32_t text_keep(struct table *t, bytes text)
{
	if (text.n == 0)
		return 0;
	uint64_t hash = text_hash(text);
	struct table_text *recent = &t->recent[hash >> (64 - TABLE_RECENT_LOG)];

	if (recent->hash == (uint32_t)hash && text_is(t, recent->offset, text))
		return recent->offset;
	uint32_t left = TEXT_PIECE - (t->text_n & (TEXT_PIECE - 1));

	if (text.n > left)
		t->text_n += left;
	uint8_t **piece = &t->text[t->text_n >> TABLE_TEXT_LOG];

	if (!*piece)
		*piece = arena_alloc(t->arena, TEXT_PIECE);
	*recent = (struct table_text){ t->text_n, (uint32_t)hash };
	memcpy(text_at(t, t->text_n), text.p, text.n);
	t->text_n += (uint32_t)text.n;
	return recent->offset;
}

uint32_t table_keep_link(struct table *t, bytes text)
{
	uint8_t kept[LINK_MAX];

	assert(text.n <= LIMIT_PATH);
	kept[0] = (uint8_t)(text.n & 0xff);
	kept[1] = (uint8_t)(text.n >> 8);
	memcpy(kept + 2, text.p, text.n);
	return text_keep(t, bytes_of(kept, 2 + text.n));
}

bytes table_link(const struct table *t, uint32_t node)
{
	const struct tree_node *n = table_node(t, table_content(t, node));

	if (n->type != ENTRY_SYMLINK)
		return bytes_of(NULL, 0);
	const uint8_t *p = text_at(t, n->link - 1);

	return bytes_of(p + 2, (size_t)(p[0] | p[1] << 8));
}

bytes table_name(const struct table *t, uint32_t node)
{
	const struct tree_node *n = table_node(t, node);

	return n->name_n ? bytes_of(text_at(t, n->name), n->name_n) : bytes_of(NULL, 0);
}

/* -- the index
 * ---------------------------------------------------------------------------------- */

/* Of its 32 bits the first 13 choose the part, the next seven stand in the slot, the last 12 say
 * where in the part to begin. */
static uint32_t hash_of(uint32_t parent, bytes name)
{
	__attribute__((uninitialized)) uint8_t key[sizeof(parent) + LIMIT_NAME]; /* most are short */

	memcpy(key, &parent, sizeof(parent));
	if (name.n > 0)
		memcpy(key + sizeof(parent), name.p, name.n);
	return (uint32_t)hash_bytes(bytes_of(key, sizeof(parent) + name.n));
}

static struct table_part *part_of(const struct table *t, uint32_t hash)
{
	return t->index[hash >> (32 - TABLE_DIRECTORY_LOG)];
}

static uint32_t tag_of(uint32_t hash)
{
	return (hash >> TABLE_INDEX_LOG & 0x7f) << SLOT_TAG_SHIFT;
}

static void part_put(struct table_part *part, uint32_t hash, uint32_t node)
{
	uint32_t i = hash % PART_SLOTS;

	while (part->slots[i] & SLOT_NODE)
		i = (i + 1) % PART_SLOTS;
	if (part->slots[i] == 0)
		part->used++;
	part->live++;
	part->slots[i] = tag_of(hash) | node;
}

/* Gives the upper half of a part's share of the directory to a new one. */
static void divide(struct table *t, struct table_part *part, uint32_t hash)
{
	uint32_t share = DIRECTORY >> part->depth;
	uint32_t first = (hash >> (32 - TABLE_DIRECTORY_LOG)) & ~(share - 1);
	struct table_part *added = arena_new(t->arena, struct table_part);

	added->depth = ++part->depth;
	for (uint32_t i = share / 2; i < share; i++)
		t->index[first + i] = added;
}

/* Makes a crowded part roomy: by dropping what is gone, or by division. */
static void relieve(struct table *t, uint32_t hash)
{
	struct table_part *part = part_of(t, hash), old = *part;

	if (part->live >= PART_SLOTS / 2 && part->depth < TABLE_DIRECTORY_LOG)
		divide(t, part, hash);
	memset(part->slots, 0, sizeof(part->slots));
	part->used = part->live = 0;
	for (uint32_t i = 0; i < PART_SLOTS; i++) {
		uint32_t node = old.slots[i] & SLOT_NODE;

		if (node)
			part_put(part_of(t, table_node(t, node)->hash), table_node(t, node)->hash, node);
	}
}

uint32_t table_find(const struct table *t, uint32_t parent, bytes name)
{
	if (name.n == 0 || name.n > LIMIT_NAME)
		return TREE_NONE;
	uint32_t hash = hash_of(parent, name), i = hash % PART_SLOTS;
	const struct table_part *part = part_of(t, hash);

	/* Whoever does not find adds: two waits for memory at once. */
	__builtin_prefetch(&part->used);
	for (; part->slots[i]; i = (i + 1) % PART_SLOTS) {
		uint32_t node = part->slots[i] & SLOT_NODE;

		if (node == 0 || (part->slots[i] & ~SLOT_NODE) != tag_of(hash))
			continue;
		const struct tree_node *n = table_node(t, node);

		if (n->parent == parent && n->hash == hash && bytes_equal(table_name(t, node), name))
			return node;
	}
	return TREE_NONE;
}

void table_drop(struct table *t, uint32_t node)
{
	uint32_t hash = table_node(t, node)->hash, i = hash % PART_SLOTS;
	struct table_part *part = part_of(t, hash);

	while ((part->slots[i] & SLOT_NODE) != node)
		i = (i + 1) % PART_SLOTS;
	part->slots[i] = SLOT_GONE;
	part->live--;
}

uint32_t table_add(struct table *t, uint32_t parent, bytes name)
{
	uint32_t node = t->count, hash = hash_of(parent, name);
	struct tree_node **piece = &t->nodes[node >> TABLE_NODES_LOG];

	assert(name.n <= LIMIT_NAME && node < LIMIT_TAR_ENTRIES);
	if (!*piece)
		*piece = arena_alloc(t->arena, sizeof(**piece) << TABLE_NODES_LOG);
	t->count++;
	*table_node(t, node) = (struct tree_node){ .parent = parent,
		                                       .first_child = TREE_NONE,
		                                       .next = TREE_NONE,
		                                       .name = text_keep(t, name),
		                                       .name_n = (uint8_t)name.n,
		                                       .hash = hash };
	if (node == TABLE_ROOT)
		return node;
	if (part_of(t, hash)->used >= PART_CROWDED)
		relieve(t, hash);
	part_put(part_of(t, hash), hash, node);
	return node;
}

/* -- owners
 * ------------------------------------------------------------------------------------- */

bool table_owner(struct table *t, struct table_owner owner, uint16_t *out)
{
	const struct table_owner *last = t->owners.len ? &t->owners.items[t->owner_last] : NULL;

	if (!last || last->uid != owner.uid || last->gid != owner.gid) {
		uintptr_t known = (uintptr_t)map_get(&t->owner_numbers, bytes_of(&owner, sizeof(owner)));

		if (!known && t->owners.len == LIMIT_TREE_OWNERS)
			return false;
		if (!known) {
			struct table_owner *added = ARENA_PUSH(t->arena, &t->owners);

			*added = owner;
			known = t->owners.len;
			*map_put(&t->owner_numbers, bytes_of(added, sizeof(*added))) = (void *)known;
		}
		t->owner_last = (uint16_t)(known - 1);
	}
	*out = t->owner_last;
	return true;
}
