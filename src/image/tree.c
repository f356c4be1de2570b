/* SPDX-License-Identifier: Apache-2.0 */
#include "image/tree.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "image/walk.h"

#include <assert.h>

#define ROOT TABLE_ROOT
#define OWNER_ROOT 0 /* the first pair made: 0, 0 */
#define MODE_BITS 07777
#define MODE_IMPLIED 0755
#define MODE_WITH_FILE 06000 /* setuid and setgid */
#define LINKS_MANY UINT16_MAX
/* Steps that are free before LIMIT_TREE_STEPS counts: small images may be as odd as they like. */
#define STEPS_FREE ((uint64_t)4 << 20)

struct tree {
	struct arena arena;
	struct table table;
	uint16_t layer;
	uint64_t steps, entries;
	/* The folder that the last entry lay in, for the next one: valid while nothing was hidden. */
	uint8_t recent[LIMIT_PATH];
	size_t recent_n, recent_path_n;
	uint16_t recent_oldest_link;
	uint32_t recent_dir;
	struct walk walk; /* of the entry in hand */
};

struct tree *tree_new(void)
{
	struct arena a = ARENA_INIT;
	struct tree *t = arena_new(&a, struct tree);

	t->arena = a;
	t->recent_dir = TREE_NONE;
	table_init(&t->table, &t->arena);
	uint32_t root = table_add(&t->table, TREE_NONE, bytes_of(NULL, 0));
	struct tree_node *n = table_node(&t->table, root);

	n->type = ENTRY_DIR;
	n->mode = MODE_IMPLIED;
	n->flags = TREE_IMPLIED;
	(void)table_owner(&t->table, (struct table_owner){ 0, 0 }, &n->ids); /* the first always fits */
	return t;
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	struct arena a = t->arena;

	arena_done(&a);
}

void tree_layer(struct tree *t, uint16_t layer)
{
	assert(layer >= t->layer);
	t->layer = layer;
}

static struct tree_node *at(const struct tree *t, uint32_t node)
{
	assert(node < t->table.count);
	return table_node(&t->table, node);
}

static bool hidden(const struct tree *t, uint32_t node)
{
	return at(t, node)->flags & TREE_HIDDEN;
}

/* -- reading
 * ------------------------------------------------------------------------------------ */

size_t tree_count(const struct tree *t)
{
	return t->table.count;
}

const struct tree_node *tree_get(const struct tree *t, uint32_t node)
{
	return at(t, node);
}

struct tree_node *tree_edit(struct tree *t, uint32_t node)
{
	return at(t, node);
}

bytes tree_name(const struct tree *t, uint32_t node)
{
	return table_name(&t->table, node);
}

uint32_t tree_content(const struct tree *t, uint32_t node)
{
	return table_content(&t->table, node);
}

bool tree_seen(const struct tree *t, uint32_t node)
{
	const struct tree_node *n = at(t, node);

	return !(n->flags & TREE_HIDDEN) || (n->type != ENTRY_DIR && n->links > 0);
}

bool tree_crossed(const struct tree *t)
{
	return t->walk.oldest_link < t->layer;
}

bool tree_respelled(const struct tree *t, uint32_t node, bytes path)
{
	bool followed = t->walk.oldest_link != UINT16_MAX;

	return followed && !tree_is_path(t, node, path);
}

/* Compares from the end, where paths differ first. */
bool tree_is_path(const struct tree *t, uint32_t node, bytes path)
{
	for (; node != ROOT; node = at(t, node)->parent) {
		bytes name = tree_name(t, node);

		if (!bytes_equal(path_base(path), name))
			return false;
		path = path_dir(path);
	}
	return path.n == 0;
}

uint64_t tree_size_here(const struct tree *t, uint32_t node)
{
	const struct tree_node *n = at(t, node), *content = at(t, tree_content(t, node));

	if (n->flags & TREE_HIDDEN)
		return n == content && !tree_seen(t, node) ? n->size : 0;
	return n == content || (content->flags & TREE_HIDDEN) ? content->size : 0;
}

bytes tree_symlink(const struct tree *t, uint32_t node)
{
	return table_link(&t->table, node);
}

void tree_ids(const struct tree *t, uint32_t node, uint32_t *out_uid, uint32_t *out_gid)
{
	const struct table_owner *owner = &t->table.owners.items[at(t, node)->ids];

	*out_uid = owner->uid;
	*out_gid = owner->gid;
}

bytes tree_path(const struct tree *t, uint32_t node, struct arena *a)
{
	size_t n = 0;

	for (uint32_t i = node; i != ROOT; i = at(t, i)->parent)
		n += at(t, i)->name_n + 1U;
	if (n == 0)
		return bytes_of(NULL, 0);
	uint8_t *path = arena_alloc(a, n), *end = path + n;

	for (uint32_t i = node; i != ROOT; i = at(t, i)->parent) {
		bytes name = tree_name(t, i);

		*--end = '/';
		end -= name.n;
		memcpy(end, name.p, name.n);
	}
	return bytes_of(path, n - 1);
}

uint32_t tree_child(const struct tree *t, uint32_t dir, bytes name)
{
	return table_find(&t->table, dir, name);
}

uint32_t tree_find(const struct tree *t, bytes path, bool follow)
{
	/* walk_path sets what it reads; clearing its 12 KiB would cost more than the walk. */
	__attribute__((uninitialized)) struct walk w;

	if (!walk_path(&t->table, path, follow, &w) || w.missing_n > 0)
		return TREE_NONE;
	return w.leaf != TREE_NONE ? w.leaf : w.dir;
}

/* -- hiding
 * ------------------------------------------------------------------------------------- */

/* Marks one node. Its place in the list of children is given up when a walk next comes by. */
static void hide(struct tree *t, uint32_t node)
{
	struct tree_node *n = at(t, node);

	assert(node != ROOT && !(n->flags & TREE_HIDDEN));
	table_drop(&t->table, node);
	n->flags |= TREE_HIDDEN;
	if (n->flags & TREE_HARDLINK) {
		struct tree_node *content = at(t, n->link - 1);

		if (content->links != LINKS_MANY)
			content->links--;
	}
	t->recent_dir = TREE_NONE;
}

static uint32_t first_visible(const struct tree *t, uint32_t node)
{
	while (node != TREE_NONE && hidden(t, node))
		node = at(t, node)->next;
	return node;
}

/* Hides node and all below it. */
static void hide_all(struct tree *t, uint32_t top)
{
	uint32_t node = top;

	for (;;) {
		hide(t, node);
		uint32_t next = first_visible(t, at(t, node)->first_child);

		while (next == TREE_NONE && node != top) {
			next = first_visible(t, at(t, node)->next);
			node = at(t, node)->parent;
		}
		if (next == TREE_NONE)
			return;
		node = next;
	}
}

static bool survives(struct tree *t, uint32_t node, unsigned depth);

/* Hides what lower layers brought below a folder. Whether something is left in it. Each folder is
 * walked at most once a layer, and hidden children leave the list: amortised O(1) an entry. */
static bool purge(struct tree *t, uint32_t dir, unsigned depth)
{
	struct tree_node *n = at(t, dir);
	uint32_t *child = &n->first_child;

	assert(depth <= LIMIT_PATH_DEPTH);
	while (n->since != t->layer && *child != TREE_NONE) {
		if (hidden(t, *child) || !survives(t, *child, depth + 1))
			*child = at(t, *child)->next;
		else
			child = &at(t, *child)->next;
	}
	n->since = t->layer;
	n->first_child = first_visible(t, n->first_child);
	return n->first_child != TREE_NONE;
}

/* Applies a whiteout to a node: hides it and what is below, as far as lower layers brought it. */
static bool survives(struct tree *t, uint32_t node, unsigned depth)
{
	struct tree_node *n = at(t, node);
	bool kept = n->type == ENTRY_DIR && purge(t, node, depth);

	if (n->layer == t->layer)
		return true;
	if (!kept) {
		hide(t, node);
		return false;
	}
	n->layer = t->layer;
	n->mode = MODE_IMPLIED;
	n->ids = OWNER_ROOT;
	n->flags = TREE_IMPLIED;
	return true;
}

/* -- applying
 * ----------------------------------------------------------------------------------- */

static int refuse(const struct entry *entry, const char *why, err *e)
{
	return err_set(e, ERR_FORMAT, 0, "'%s' %s", SHOW(entry->path), why);
}

/* Walks to where a path leads, into t->walk. */
static int locate(struct tree *t, const struct entry *entry, bytes path, bool follow, err *e)
{
	struct walk *w = &t->walk;

	if (!walk_path(&t->table, path, follow, w))
		return refuse(entry, "lies beyond a loop of links, a file or too long a path", e);
	t->steps += w->steps;
	if (t->steps > STEPS_FREE + t->entries * LIMIT_TREE_STEPS)
		return err_set(e, ERR_LIMIT, 0, "paths pass more than %d folders on average",
		               LIMIT_TREE_STEPS);
	return 0;
}

/* The folder that an entry lies in, into t->walk. */
static int locate_dir(struct tree *t, const struct entry *entry, bytes dir, err *e)
{
	struct walk *w = &t->walk;

	if (t->recent_dir != TREE_NONE && bytes_equal(dir, bytes_of(t->recent, t->recent_n))) {
		w->dir = t->recent_dir;
		w->path_n = t->recent_path_n;
		w->oldest_link = t->recent_oldest_link;
		w->missing_n = 0;
		return 0;
	}
	if (locate(t, entry, dir, true, e) < 0)
		return -1;
	if (w->leaf != TREE_NONE)
		return refuse(entry, "lies in a file", e);
	return 0;
}

static uint32_t attach(struct tree *t, uint32_t parent, bytes name)
{
	uint32_t node = table_add(&t->table, parent, name);
	struct tree_node *n = at(t, node), *dir = at(t, parent);

	n->layer = t->layer;
	n->next = dir->first_child;
	dir->first_child = node;
	return node;
}

/* Makes the missing folders; the walk then stands in the last of them. */
static void make_missing(struct tree *t)
{
	struct walk *w = &t->walk;
	bytes name, rest = bytes_of(w->missing, w->missing_n);

	while (bytes_take_until(&rest, '/', &name)) {
		w->path_n += name.n + (w->dir == ROOT ? 0U : 1U);
		w->dir = attach(t, w->dir, name);
		struct tree_node *n = at(t, w->dir);

		n->type = ENTRY_DIR;
		n->mode = MODE_IMPLIED;
		n->ids = OWNER_ROOT;
		n->since = t->layer;
		n->flags = TREE_IMPLIED;
	}
	w->missing_n = 0;
}

static void remember_dir(struct tree *t, bytes dir)
{
	if (!bytes_equal(dir, bytes_of(t->recent, t->recent_n)))
		memcpy(t->recent, dir.p, dir.n);
	t->recent_n = dir.n;
	t->recent_dir = t->walk.dir;
	t->recent_path_n = t->walk.path_n;
	t->recent_oldest_link = t->walk.oldest_link;
}

/* What Linux and we ask of the names that will be made; the number of nodes they need. */
static int check_names(const struct tree *t, const struct entry *entry, bytes base, err *e)
{
	const struct walk *w = &t->walk;
	bytes name, rest = bytes_of(w->missing, w->missing_n);
	size_t nodes = 1;
	bool fits = base.n <= LIMIT_NAME && w->path_n + w->missing_n + base.n + 2 <= LIMIT_PATH;

	for (; bytes_take_until(&rest, '/', &name); nodes++)
		fits = fits && name.n <= LIMIT_NAME;
	if (!fits)
		return refuse(entry, "is too long a name", e);
	if (base.n == 0 || bytes_equal(base, BYTES(".")) || bytes_equal(base, BYTES("..")))
		return refuse(entry, "is no name", e);
	if (entry->type == ENTRY_NONE)
		return refuse(entry, "is of no known type", e);
	if (entry->type == ENTRY_SYMLINK && entry->link.n == 0)
		return refuse(entry, "is a link without text", e);
	if (!table_room(&t->table, nodes))
		return err_set(e, ERR_LIMIT, 0, "the image holds too many files");
	return 0;
}

static bool within(const struct tree *t, uint32_t node, uint32_t dir)
{
	while (node != dir && node != ROOT)
		node = at(t, node)->parent;
	return node == dir;
}

/* The node a hard link names, before its own place is looked for. The last part is not followed:
 * link(2) makes a second name of a symbolic link itself. */
static int find_target(struct tree *t, const struct entry *entry, uint32_t *out, err *e)
{
	if (locate(t, entry, entry->link, false, e) < 0)
		return -1;
	if (t->walk.missing_n > 0)
		return refuse(entry, "is a hard link to nothing", e);
	if (t->walk.leaf == TREE_NONE)
		return refuse(entry, "is a hard link to a folder", e);
	*out = t->walk.leaf;
	return 0;
}

static void describe(struct tree *t, uint32_t node, const struct entry *entry, uint16_t ids)
{
	struct tree_node *n = at(t, node);

	n->layer = t->layer;
	n->mode = entry->mode & MODE_BITS;
	n->ids = ids;
	n->flags &= (uint8_t) ~(TREE_IMPLIED | TREE_CAPABILITY);
	if (entry->capability.n > 0)
		n->flags |= TREE_CAPABILITY;
}

static void describe_link(struct tree *t, uint32_t node, uint32_t target)
{
	uint32_t content = tree_content(t, target);
	struct tree_node *n = at(t, node), *c = at(t, content);

	n->type = c->type;
	n->kind = c->kind;
	n->size = c->size;
	n->link = content + 1;
	n->flags |= TREE_HARDLINK;
	/* One inode, two headers: containerd takes the last mode, GNU tar and umoci keep the first. Of
	 * the rights that come with the file, the worse is told. */
	c->mode = (uint16_t)(n->mode | (c->mode & MODE_WITH_FILE));
	n->mode = c->mode;
	c->ids = n->ids;
	n->flags |= c->flags & TREE_CAPABILITY;
	c->flags |= n->flags & TREE_CAPABILITY;
	if (c->links != LINKS_MANY)
		c->links++;
}

static void describe_content(struct tree *t, uint32_t node, const struct entry *entry)
{
	struct tree_node *n = at(t, node);

	n->type = (uint8_t)entry->type;
	n->kind = (uint8_t)entry->kind;
	n->size = entry->size;
	if (entry->type == ENTRY_DIR)
		n->since = t->layer;
	if (entry->type == ENTRY_SYMLINK)
		n->link = table_keep_link(&t->table, entry->link) + 1;
}

/* Makes the node of an entry that was found good, in place of `old`. */
static uint32_t put(struct tree *t, const struct entry *entry, uint32_t old)
{
	if (old != TREE_NONE && entry->type == ENTRY_DIR && at(t, old)->type == ENTRY_DIR)
		return old;
	if (old != TREE_NONE)
		hide_all(t, old);
	uint32_t node = attach(t, t->walk.dir, path_base(entry->path));

	if (entry->type != ENTRY_HARDLINK)
		describe_content(t, node, entry);
	return node;
}

static int apply_node(struct tree *t, const struct entry *entry, uint32_t *out_node, err *e)
{
	bytes base = path_base(entry->path), dir = path_dir(entry->path);
	uint32_t target = TREE_NONE, old = TREE_NONE;
	uint16_t ids;

	if (entry->type == ENTRY_HARDLINK && find_target(t, entry, &target, e) < 0)
		return -1;
	if (locate_dir(t, entry, dir, e) < 0 || check_names(t, entry, base, e) < 0)
		return -1;
	if (t->walk.missing_n == 0)
		old = tree_child(t, t->walk.dir, base);
	if (target != TREE_NONE && old != TREE_NONE && within(t, target, old))
		return refuse(entry, "is a hard link into what it replaces", e);
	if (!table_owner(&t->table, (struct table_owner){ entry->uid, entry->gid }, &ids))
		return err_set(e, ERR_LIMIT, 0, "the image has too many owners");
	make_missing(t);
	/* Before anything is hidden: it may be the very link that led here. */
	remember_dir(t, dir);
	*out_node = put(t, entry, old);
	describe(t, *out_node, entry, ids);
	if (target != TREE_NONE)
		describe_link(t, *out_node, target);
	return 0;
}

static int apply_root(struct tree *t, const struct entry *entry, uint32_t *out_node, err *e)
{
	uint16_t ids;

	if (entry->type != ENTRY_DIR)
		return refuse(entry, "is a root that is no folder", e);
	if (!table_owner(&t->table, (struct table_owner){ entry->uid, entry->gid }, &ids))
		return err_set(e, ERR_LIMIT, 0, "the image has too many owners");
	describe(t, ROOT, entry, ids);
	*out_node = ROOT;
	return 0;
}

#define WHITEOUT BYTES(".wh.")
#define WHITEOUT_META BYTES(".wh..wh.")
#define WHITEOUT_OPAQUE BYTES(".wh..wh..opq")

/* Names that aufs keeps its own things under; they were never files of the image. */
static bool is_meta(bytes path, bytes base)
{
	if (bytes_starts(path, WHITEOUT_META))
		return !bytes_equal(path, WHITEOUT_OPAQUE);
	return bytes_starts(base, WHITEOUT_META) && !bytes_equal(base, WHITEOUT_OPAQUE);
}

static int apply_whiteout(struct tree *t, const struct entry *entry, bytes base, err *e)
{
	bytes name = bytes_skip(base, WHITEOUT.n), dir = path_dir(entry->path);

	if (name.n == 0 || bytes_equal(name, BYTES(".")) || bytes_equal(name, BYTES("..")))
		return refuse(entry, "is a whiteout of nothing", e);
	if (locate_dir(t, entry, dir, e) < 0)
		return -1;
	if (t->walk.missing_n > 0)
		return 0;
	if (bytes_equal(base, WHITEOUT_OPAQUE)) {
		(void)purge(t, t->walk.dir, 0); /* an emptied folder stays */
		return 0;
	}
	uint32_t node = tree_child(t, t->walk.dir, name);

	if (node != TREE_NONE)
		(void)survives(t, node, 0); /* it may, and then stays */
	return 0;
}

int tree_apply(struct tree *t, const struct entry *entry, uint32_t *out_node, err *e)
{
	bytes base = path_base(entry->path);
	uint32_t node = TREE_NONE;
	int done = 0;

	if (entry->path.n > LIMIT_PATH || entry->link.n > LIMIT_PATH)
		return refuse(entry, "is too long a name", e);
	t->entries++;
	t->walk.oldest_link = UINT16_MAX;
	if (entry->path.n == 0)
		done = apply_root(t, entry, &node, e);
	else if (is_meta(entry->path, base))
		;
	else if (bytes_starts(base, WHITEOUT))
		done = apply_whiteout(t, entry, base, e);
	else
		done = apply_node(t, entry, &node, e);
	if (done == 0)
		*out_node = node;
	return done;
}
