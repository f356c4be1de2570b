/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/coverage.h"

#include "base/limits.h"

#include <stdlib.h>

/* How many unknown files of a kind, and how many folders, are named; and how many folders are kept
 * to choose from, so that a tree of a million folders costs no memory. */
#define FILES_NAMED 100
#define FOLDERS_NAMED 100
#define FOLDERS_KEPT 65536

struct counting {
	const struct image *image;
	const struct facts *facts;
	struct arena *arena;
	struct arena scratch; /* one path */
	struct coverage *out;
	/* by node of the folder: index + 1 into folders */
	uint32_t *folder_index;
};

static void add(struct coverage_sum *sum, uint64_t size)
{
	sum->files++;
	sum->bytes += size;
}

/* -- classes
 * ------------------------------------------------------------------------------------- */

static bool is_system_package(const struct facts *facts, uint32_t owner)
{
	const struct package *p = &facts->packages.items[owner - 1];
	enum ecosystem e = p->ecosystem;

	return (e == ECO_DEB || e == ECO_APK || e == ECO_RPM) && !p->noted;
}

/* class_by_mark(c, node): what the catalogers left on the node, or on the content it is a name
 * of. */
static enum coverage_class class_by_mark(const struct counting *c, uint32_t node)
{
	const struct tree_node *name = tree_get(c->image->tree, node);
	const struct tree_node *content = tree_get(c->image->tree, tree_content(c->image->tree, node));
	uint32_t owner = name->package ? name->package : content->package;

	if (owner)
		return is_system_package(c->facts, owner) ? COVERAGE_OWNED : COVERAGE_IDENTIFIED;
	return (name->flags | content->flags) & TREE_IDENTIFIED ? COVERAGE_IDENTIFIED
	                                                        : COVERAGE_UNKNOWN;
}

/* is_compiled_python(c, node): __pycache__/NAME.cpython-311.pyc of a known NAME.py in the folder
 * above (PEP 3147), or NAME.pyc beside it. */
static bool is_compiled_python(const struct counting *c, uint32_t node)
{
	const struct tree *tree = c->image->tree;
	bytes name = tree_name(tree, node);
	uint32_t dir = tree_get(tree, node)->parent;
	const bytes suffix = BYTES(".py");
	uint8_t source[LIMIT_NAME + 3];
	size_t n = bytes_find(name, '.');

	if (!bytes_ends(name, BYTES(".pyc")))
		return false;
	if (bytes_is(tree_name(tree, dir), "__pycache__"))
		dir = tree_get(tree, dir)->parent;
	memcpy(source, name.p, n);
	memcpy(source + n, suffix.p, suffix.n);
	uint32_t origin = tree_child(tree, dir, bytes_of(source, n + suffix.n));

	return origin != TREE_NONE && class_by_mark(c, origin) != COVERAGE_UNKNOWN;
}

static enum coverage_class class_of(struct counting *c, uint32_t node, enum file_kind kind)
{
	enum coverage_class class = class_by_mark(c, node);

	if (class != COVERAGE_UNKNOWN)
		return class;
	if (kind == KIND_DATA && is_compiled_python(c, node))
		return COVERAGE_DERIVED;
	bytes path = tree_path(c->image->tree, node, &c->scratch);

	class = coverage_generated(path, kind) ? COVERAGE_GENERATED : COVERAGE_UNKNOWN;
	arena_reset(&c->scratch);
	return class;
}

/* -- what is unknown
 * -------------------------------------------------------------------------------- */

static bool holds_code(enum file_kind kind)
{
	return kind == KIND_ELF || kind == KIND_PE || kind == KIND_SCRIPT || kind == KIND_ARCHIVE;
}

/* remember_largest: insertion into a short list, largest first; of equal size, the first found
 * first. */
static void remember_largest(struct counting *c, uint32_t node, enum file_kind kind, uint64_t size)
{
	size_t at = c->out->largest[kind].len;

	if (at == FILES_NAMED && c->out->largest[kind].items[at - 1].size >= size)
		return;
	if (at < FILES_NAMED)
		(void)ARENA_PUSH(c->arena, &c->out->largest[kind]);
	else
		at--;
	struct coverage_file *files = c->out->largest[kind].items;

	for (; at > 0 && files[at - 1].size < size; at--)
		files[at] = files[at - 1];
	const struct tree_node *file = tree_get(c->image->tree, node);

	files[at] = (struct coverage_file){ .size = size,
		                                .node = node,
		                                .layer = file->layer,
		                                .replaced = file->flags & TREE_REPLACED };
}

/* folder_of(tree, node): the folder two levels below the root that node lies in, or its own
 * folder. */
static uint32_t folder_of(const struct tree *tree, uint32_t node)
{
	uint32_t folder = tree_get(tree, node)->parent, above = TREE_NONE, top = TREE_NONE;

	for (uint32_t i = folder; i != 0; i = tree_get(tree, i)->parent) {
		above = top;
		top = i;
	}
	return above != TREE_NONE ? above : folder;
}

static void remember_folder(struct counting *c, uint32_t node, uint64_t size)
{
	uint32_t folder = folder_of(c->image->tree, node);

	if (!c->folder_index[folder] && c->out->folders.len == FOLDERS_KEPT)
		return;
	if (!c->folder_index[folder]) {
		ARENA_PUSH(c->arena, &c->out->folders)->path = tree_path(c->image->tree, folder, c->arena);
		c->folder_index[folder] = (uint32_t)c->out->folders.len;
	}
	add(&c->out->folders.items[c->folder_index[folder] - 1].unknown, size);
}

static int compare_folders(const void *left, const void *right)
{
	const struct coverage_folder *l = left, *r = right;
	int more = (l->unknown.files < r->unknown.files) - (l->unknown.files > r->unknown.files);

	return more ? more : bytes_compare(l->path, r->path);
}

/* -- counting
 * ------------------------------------------------------------------------------------ */

static void count_file(struct counting *c, uint32_t node)
{
	const struct tree *tree = c->image->tree;
	uint32_t content = tree_content(tree, node);
	const struct tree_node *file = tree_get(tree, content);
	enum file_kind kind = file->kind < COVERAGE_KINDS ? file->kind : KIND_DATA;
	uint64_t size = tree_size_here(tree, node);
	enum coverage_class class = class_of(c, node, kind);

	add(&c->out->total, size);
	add(&c->out->of[class], size);
	if (class != COVERAGE_UNKNOWN)
		return;
	add(&c->out->unknown[kind], size);
	if (tree_get(tree, node)->flags & TREE_REPLACED)
		add(&c->out->replaced, size);
	remember_folder(c, node, size);
	if (holds_code(kind))
		remember_largest(c, node, kind, size);
}

void coverage_count(const struct image *image, const struct facts *facts, struct arena *a,
                    struct coverage *out)
{
	struct counting c = { .image = image, .facts = facts, .arena = a, .out = out };
	uint32_t n = (uint32_t)tree_count(image->tree);
	struct arena indexes = ARENA_INIT;

	*out = (struct coverage){ 0 };
	c.folder_index = arena_array(&indexes, uint32_t, n);
	for (uint32_t i = 0; i < n; i++) {
		const struct tree_node *node = tree_get(image->tree, i);

		if (node->type == ENTRY_FILE && !(node->flags & TREE_HIDDEN))
			count_file(&c, i);
	}
	for (size_t kind = 0; kind < COVERAGE_KINDS; kind++)
		for (size_t i = 0; i < out->largest[kind].len; i++)
			out->largest[kind].items[i].path = tree_path(image->tree,
			                                             out->largest[kind].items[i].node, a);
	if (out->folders.len > 0)
		qsort(out->folders.items, out->folders.len, sizeof(*out->folders.items), compare_folders);
	if (out->folders.len > FOLDERS_NAMED)
		out->folders.len = FOLDERS_NAMED;
	arena_done(&indexes);
	arena_done(&c.scratch);
}

uint64_t coverage_opaque(const struct coverage *c)
{
	return c->unknown[KIND_ELF].files + c->unknown[KIND_PE].files + c->unknown[KIND_ARCHIVE].files;
}

/* -- names
 * --------------------------------------------------------------------------------------- */

const char *coverage_class_name(enum coverage_class class)
{
	switch (class) {
	case COVERAGE_UNKNOWN: return "unknown";
	case COVERAGE_OWNED: return "owned";
	case COVERAGE_IDENTIFIED: return "identified";
	case COVERAGE_DERIVED: return "derived";
	case COVERAGE_GENERATED: return "generated";
	}
	return "unknown";
}

const char *coverage_kind_name(enum file_kind kind)
{
	switch (kind) {
	case KIND_DATA: return "data";
	case KIND_EMPTY: return "empty";
	case KIND_ELF: return "elf";
	case KIND_PE: return "pe";
	case KIND_SCRIPT: return "script";
	case KIND_ARCHIVE: return "archive";
	}
	return "data";
}
