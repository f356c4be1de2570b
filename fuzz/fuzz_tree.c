/* SPDX-License-Identifier: Apache-2.0 */
/* Octets drive a sequence of entries over few names, so that they meet often; then the whole tree
 * is checked: parents visible, no cycles, lists and index agree, every path leads back. */
#include "image/tree.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Parts of paths: one octet each. Long runs of the same part make deep paths. */
static const char *const parts[] = { "a",     "b",     "c",
	                                 "A",     ".",     "..",
	                                 "",      "d",     ".wh.a",
	                                 ".wh.b", ".wh.c", ".wh..wh..opq",
	                                 ".wh.",  ".wh..", ".wh..wh.plnk",
	                                 "a/b/c" };

static bytes take_path(bytes *in, buf *b)
{
	uint8_t n, part;
	size_t from = b->n;

	if (!bytes_take_u8(in, &n))
		n = 0;
	for (unsigned i = 0; i < n % 8U && bytes_take_u8(in, &part); i++) {
		unsigned times = part >= 0xf8 ? 24 : 1;

		for (unsigned k = 0; k < times; k++)
			buf_printf(b, "%s%s", i || k ? "/" : part & 0x40 ? "/" : "", parts[part % 16]);
	}
	return bytes_slice(buf_bytes(b), from, SIZE_MAX);
}

static bool take_entry(bytes *in, struct entry *entry, uint16_t *layer, buf *path, buf *link)
{
	uint8_t type;

	if (!bytes_take_u8(in, &type))
		return false;
	*layer = (uint16_t)(*layer + (type >= 0xd0));
	buf_clear(path);
	buf_clear(link);
	*entry = (struct entry){ .type = (enum entry_type)(type % 8), .mode = type, .uid = type % 3 };
	entry->path = take_path(in, path);
	if (entry->type == ENTRY_SYMLINK || entry->type == ENTRY_HARDLINK)
		entry->link = take_path(in, link);
	return true;
}

static void check_node(const struct tree *t, uint32_t i, struct arena *a)
{
	const struct tree_node *n = tree_get(t, i);
	bytes path = tree_path(t, i, a);

	assert(path.n <= 4096 && n->parent < i);
	assert(tree_get(t, n->parent)->type == ENTRY_DIR);
	if (n->flags & TREE_HARDLINK)
		assert(n->link - 1 < tree_count(t) && tree_content(t, n->link - 1) == n->link - 1);
	if (n->flags & TREE_HIDDEN) {
		assert(tree_child(t, n->parent, tree_name(t, i)) != i);
		return;
	}
	assert(!(tree_get(t, n->parent)->flags & TREE_HIDDEN));
	assert(tree_find(t, path, false) == i);
	assert(tree_child(t, n->parent, tree_name(t, i)) == i);
	assert(tree_seen(t, i) && tree_seen(t, tree_content(t, i)));
}

/* Each visible node is in its parent's list once. */
static void check_lists(const struct tree *t)
{
	size_t listed = 0, seen = 0;

	for (uint32_t i = 0; i < tree_count(t); i++) {
		const struct tree_node *n = tree_get(t, i);

		seen += !(n->flags & TREE_HIDDEN);
		for (uint32_t c = n->first_child; c != TREE_NONE; c = tree_get(t, c)->next) {
			assert(tree_get(t, c)->parent == i);
			assert(tree_get(t, c)->next == TREE_NONE || tree_get(t, c)->next < c);
			listed += !(tree_get(t, c)->flags & TREE_HIDDEN);
		}
	}
	assert(listed + 1 == seen);
}

static void check(const struct tree *t)
{
	struct arena a = { NULL, 0 };

	/* Of a large tree some nodes: a deep one costs a walk of its whole depth. */
	for (size_t i = 1; i < tree_count(t); i += 1 + tree_count(t) / 64) {
		check_node(t, (uint32_t)i, &a);
		arena_reset(&a);
	}
	check_lists(t);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tree *t = tree_new();
	bytes in = bytes_of(data, size);
	buf path = BUF_INIT(1 << 20), link = BUF_INIT(1 << 20);
	struct entry entry;
	uint16_t layer = 0;
	uint32_t node;

	while (tree_count(t) < 20000 && take_entry(&in, &entry, &layer, &path, &link)) {
		err e = { .kind = ERR_NONE };
		size_t count = tree_count(t);

		tree_layer(t, layer);
		if (tree_apply(t, &entry, &node, &e) < 0)
			assert(e.kind == ERR_FORMAT && tree_count(t) == count);
		else if (node != TREE_NONE)
			assert(!(tree_get(t, node)->flags & TREE_HIDDEN) && tree_get(t, node)->layer == layer);
	}
	check(t);
	tree_free(t);
	buf_done(&path);
	buf_done(&link);
	return 0;
}
