/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/harden_parts.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "base/text.h"
#include "harden/purpose.h"

#include <stdlib.h>

/* Of those that lost files so many are named, unless all are (--verbose). */
#define LOST_FOLDERS 3

/* Folders that no package owns are told by their first two names. */
static bytes folder_of(bytes path)
{
	size_t n = bytes_find(path, '/');

	if (n < path.n)
		n += 1 + bytes_find(bytes_skip(path, n + 1), '/');
	return n < path.n ? bytes_slice(path, 0, n) : path_dir(path);
}

struct telling {
	const struct image *image;
	const struct facts *facts;
	const struct selection *selection;
	struct arena *arena;
	struct map parts; /* key -> struct part */
};

struct part {
	struct harden_part told;
	enum select_why why;
	uint64_t lost; /* of a folder: files that nothing names, but somebody might read */
	bool is_folder;
};

/* part_of(t, node): of its package; no path begins with a slash. */
static struct part *part_of(struct telling *t, uint32_t node)
{
	uint32_t owner = tree_get(t->image->tree, node)->package;
	const struct package *p = owner && owner <= t->facts->packages.len
	                              ? &t->facts->packages.items[owner - 1]
	                              : NULL;
	struct harden_part made = { 0 };
	bytes key;

	if (p && select_is_system(p)) {
		made.name = p->name;
		made.version = p->version;
		key = bytes_str(arena_printf(t->arena, "/%u", owner));
	} else {
		made.name = key = folder_of(tree_path(t->image->tree, node, t->arena));
	}
	if (t->parts.len >= LIMIT_HARDEN_PARTS && !map_get(&t->parts, key)) {
		made = (struct harden_part){ 0 };
		key = BYTES("/"); /* all the others */
	}
	void **part = map_put(&t->parts, key);

	if (!*part) {
		struct part *fresh = arena_new(t->arena, struct part);

		made.name = arena_bytes(t->arena, made.name);
		made.version = arena_bytes(t->arena, made.version);
		*fresh = (struct part){ .told = made, .why = SELECT_WHYS, .is_folder = key.p[0] != '/' };
		*part = fresh;
	}
	return *part;
}

/* What is told is why the first of its files stays, in the order of the rules; else why it went. */
static void count_file(struct part *p, enum select_why why, uint64_t octets)
{
	bool stays = select_stays((uint8_t)why);

	if (p->told.stays == stays ? why < p->why : stays)
		p->why = why;
	p->told.stays |= stays;
	*(stays ? &p->told.kept : &p->told.dropped) += 1;
	*(stays ? &p->told.kept_octets : &p->told.dropped_octets) += octets;
}

static uint64_t weight(const struct harden_part *p)
{
	return p->kept_octets + p->dropped_octets;
}

static int compare(const void *left, const void *right)
{
	const struct harden_part *l = left, *r = right;

	if (weight(l) != weight(r))
		return weight(l) < weight(r) ? 1 : -1;
	return bytes_compare(l->name, r->name);
}

/* take_lost(t, out): the folder that lost the most files and was not taken before. */
static bool take_lost(const struct telling *t, struct part *out)
{
	struct part *most = NULL;

	for (size_t i = 0; i < t->parts.len; i++) {
		struct part *p = t->parts.items[i].value;

		if (p->lost > (most ? most->lost : 0))
			most = p;
	}
	if (!most)
		return false;
	*out = *most;
	most->lost = 0;
	return true;
}

/* How many files, and where the most of them were. */
static void tell_lost(const struct telling *t, struct harden_page *out)
{
	const char *where = "";
	uint64_t lost = 0;
	struct part p;

	for (size_t i = 0; i < t->parts.len; i++) {
		const struct part *each = t->parts.items[i].value;

		lost += each->lost;
	}
	for (unsigned i = 0; i < LOST_FOLDERS && take_lost(t, &p); i++)
		where = arena_printf(t->arena, "%s%s/%s (%llu)", where, i > 0 ? ", " : "",
		                     SHOW(p.told.name), (unsigned long long)p.lost);
	if (lost > 0)
		*ARENA_PUSH(t->arena, &out->notes) = arena_printf(
			t->arena,
			"%llu file%s that no package owns went, most in %s: if the program reads one, --keep "
			"names it",
			(unsigned long long)lost, lost == 1 ? "" : "s", where);
}

void harden_parts(const struct image *image, const struct facts *facts,
                  const struct selection *selection, struct arena *a, struct harden_page *out)
{
	struct telling t = { .image = image, .facts = facts, .selection = selection, .arena = a };

	map_init(&t.parts, a);
	for (uint32_t i = 1; i < tree_count(image->tree); i++) {
		const struct tree_node *n = tree_get(image->tree, i);

		if (n->flags & TREE_HIDDEN || n->type != ENTRY_FILE)
			continue;
		struct part *p = part_of(&t, i);

		count_file(p, (enum select_why)selection->why[i], tree_size_here(image->tree, i));
		p->lost += p->is_folder && selection->why[i] == SELECT_UNREACHED &&
		           !purpose_is_password(tree_path(image->tree, i, a));
	}
	for (size_t i = 0; i < t.parts.len; i++) {
		struct part *p = t.parts.items[i].value;

		p->told.why = select_why_text(p->why);
		*ARENA_PUSH(a, &out->parts) = p->told;
	}
	if (out->parts.len > 1)
		qsort(out->parts.items, out->parts.len, sizeof(*out->parts.items), compare);
	tell_lost(&t, out);
}

/* A link of that name may be one to a folder: var/lib/rpm. */
static bool is_program(const struct tree *tree, uint32_t node)
{
	struct arena a = ARENA_INIT;

	if (tree_get(tree, node)->type == ENTRY_SYMLINK)
		node = tree_find(tree, tree_path(tree, node, &a), true);
	arena_done(&a);
	if (node == TREE_NONE)
		return false;
	const struct tree_node *n = tree_get(tree, tree_content(tree, node));

	return n->type == ENTRY_FILE && n->mode & 0111;
}

void harden_count(const struct image *image, const struct facts *facts, struct harden_count *out)
{
	*out = (struct harden_count){ 0 };
	for (uint32_t i = 1; i < tree_count(image->tree); i++) {
		const struct tree_node *n = tree_get(image->tree, i);
		enum purpose_tool tool = purpose_tool_of(tree_name(image->tree, i));

		if (n->flags & TREE_HIDDEN || n->type == ENTRY_DIR)
			continue;
		if (n->type == ENTRY_FILE) {
			out->files++;
			out->octets += tree_size_here(image->tree, i);
			out->privileged += n->mode & 06000 || n->flags & TREE_CAPABILITY;
		}
		if (tool != PURPOSE_NO_TOOL && is_program(image->tree, i)) {
			out->shells += tool == PURPOSE_SHELL;
			out->managers += tool == PURPOSE_MANAGER;
		}
	}
	for (size_t i = 0; i < facts->packages.len; i++)
		out->packages += select_is_system(&facts->packages.items[i]) &&
		                 !facts->packages.items[i].hidden;
	bytes user = image->config.user;

	out->is_root = user.n == 0 || bytes_is(user, "0") || bytes_is(user, "root") ||
	               bytes_starts(user, BYTES("0:")) || bytes_starts(user, BYTES("root:"));
}
