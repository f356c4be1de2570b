/* SPDX-License-Identifier: Apache-2.0 */
/* table - where the nodes of a tree live: the nodes, their texts, owners and the index by name.
 *
 * Everything grows in pieces of fixed size: nothing is copied to grow, nothing moves. Texts that
 * repeat soon after each other (package.json, the targets of links) are shared through a small
 * table of recent ones. The index is an extendible hash (Fagin and others, "Extendible hashing - a
 * fast access method for dynamic files", 1979): a directory of small tables, one of which is split
 * in two when it is full. The hash is keyed: chosen names cannot make it slow.
 * It knows nothing of layers or whiteouts: that is tree.c. Threading: as struct tree. */
#pragma once

#include "base/limits.h"
#include "base/map.h"
#include "image/tree.h"

#define TABLE_ROOT 0

#define TABLE_NODES_LOG 12 /* nodes in one piece: 192 KiB */
#define TABLE_TEXT_LOG 18  /* octets of text in one piece: 256 KiB */
#define TABLE_RECENT_LOG 12
#define TABLE_INDEX_LOG 12     /* slots in one part of the index: 16 KiB */
#define TABLE_DIRECTORY_LOG 13 /* parts at most: half full with all the nodes there may be */

/* A part of the index: nodes whose hash begins with the same `depth` bits. */
struct table_part {
	uint32_t depth;
	uint32_t used, live;                  /* slots that are not free; those that hold a node */
	uint32_t slots[1 << TABLE_INDEX_LOG]; /* 0: free */
};

struct table_text {
	uint32_t offset, hash;
};

struct table_owner {
	uint32_t uid, gid;
};

struct table {
	struct arena *arena;
	struct tree_node *nodes[LIMIT_TAR_ENTRIES >> TABLE_NODES_LOG];
	uint32_t count;
	uint8_t *text[LIMIT_TREE_TEXT >> TABLE_TEXT_LOG];
	uint32_t text_n; /* the next free octet; text never runs over the end of a piece */
	struct table_text recent[1 << TABLE_RECENT_LOG];
	struct table_part *index[1 << TABLE_DIRECTORY_LOG];
	struct {
		struct table_owner *items;
		size_t len, cap;
	} owners;
	struct map owner_numbers;
	uint16_t owner_last;
};

/* table_init(t, a): empty. Memory comes from a. */
void table_init(struct table *t, struct arena *a);

/* table_node(t, i): i is below t->count. */
static inline struct tree_node *table_node(const struct table *t, uint32_t i)
{
	return &t->nodes[i >> TABLE_NODES_LOG][i & ((1U << TABLE_NODES_LOG) - 1)];
}

/* table_room(t, nodes): so many nodes, their names and one link text can surely be added. */
bool table_room(const struct table *t, size_t nodes);

/* table_add(t, parent, name): a new node with this parent and name, else empty; its number. The
 * first is the root. table_room was asked; name has at most LIMIT_NAME octets and parent no such
 * child. */
uint32_t table_add(struct table *t, uint32_t parent, bytes name);

/* table_find(t, parent, name): the child of this name, or TREE_NONE. table_drop(t, node): never
 * find node again (it was not dropped before, and is not the root). */
uint32_t table_find(const struct table *t, uint32_t parent, bytes name);
void table_drop(struct table *t, uint32_t node);

/* table_content(t, node): the node that holds the content of a hard link (itself otherwise). */
static inline uint32_t table_content(const struct table *t, uint32_t node)
{
	const struct tree_node *n = table_node(t, node);

	return n->flags & TREE_HARDLINK ? n->link - 1 : node;
}

/* table_keep_link(t, text): keep the text of a symbolic link (at most LIMIT_PATH); its offset.
 * table_link: the text of a symbolic link; empty for others. table_name: the name of node. Both
 * live as long as t. */
uint32_t table_keep_link(struct table *t, bytes text);
bytes table_link(const struct table *t, uint32_t node);
bytes table_name(const struct table *t, uint32_t node);

/* table_owner(t, owner, out): the number of this pair; false when there are LIMIT_TREE_OWNERS
 * others. */
bool table_owner(struct table *t, struct table_owner owner, uint16_t *out);
