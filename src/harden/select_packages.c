/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of the distribution's packages, and of the records and licences that tell of
 * them. */
#include "base/map.h"
#include "base/pack.h"
#include "base/path.h"
#include "catalog/catalogers.h"
#include "catalog/owned.h"
#include "catalog/system_item.h"
#include "harden/purpose.h"
#include "harden/select_own.h"

enum { HAS_SETTINGS = 1, KEEPS_SETTINGS = 2, HAS_OTHERS = 4, KEEPS_OTHERS = 8 };

/* A link counts where it stays for its own package's sake: one that everybody needs may be a part
 * of a package of which nothing else is there. */
static bool counts(const struct selecting *s, uint32_t node, uint32_t owner)
{
	if (tree_get(s->tree, node)->type == ENTRY_FILE)
		return true;
	return (s->out->why[node] == SELECT_LINK || s->out->why[node] == SELECT_LOADED) &&
	       s->loaded[owner - 1] != LOADED_NOT;
}

static void count_files(struct selecting *s, uint8_t *has)
{
	struct wander *w = arena_new(s->arena, struct wander);
	bytes path;

	wander_begin(w, s->tree);
	while (wander_next(w, &path)) {
		uint32_t owner = select_owner(s, w->node);
		bool stays = select_stays(s->out->why[w->node]);

		if (!owner || !counts(s, w->node, owner) || purpose_is_document(path))
			continue;
		if (purpose_is_settings(path))
			has[owner - 1] |= stays ? HAS_SETTINGS | KEEPS_SETTINGS : HAS_SETTINGS;
		else
			has[owner - 1] |= stays ? HAS_OTHERS | KEEPS_OTHERS : HAS_OTHERS;
	}
}

/* -- files that were written anew -------------------------------------------------------------- */

/* A later layer that changes no more than a file's mode takes it from its package (TREE_REPLACED),
 * whose code is there all the same: the package's own list says whose it is. */
struct claiming {
	struct selecting *s;
	uint8_t *has;
	struct map packages; /* of the databases that name files: "NAME" and "NAME:ARCH" -> index + 1 */
	uintptr_t last;
};

static bool any_replaced(const struct selecting *s)
{
	for (uint32_t i = 0; i < tree_count(s->tree); i++)
		if (tree_get(s->tree, i)->flags & TREE_REPLACED && select_stays(s->out->why[i]))
			return true;
	return false;
}

static bytes name_of(struct arena *a, const struct package *p)
{
	return bytes_str(arena_printf(a, PRIb ":" PRIb, BYTESF(p->name), BYTESF(p->architecture)));
}

static void name_packages(struct claiming *c)
{
	map_init(&c->packages, c->s->arena);
	for (size_t i = 0; i < c->s->facts->packages.len; i++) {
		const struct package *p = &c->s->facts->packages.items[i];

		if (!select_is_system(p) || p->hidden)
			continue;
		*map_put(&c->packages, p->name) = (void *)(i + 1);
		*map_put(&c->packages, name_of(c->s->arena, p)) = (void *)(i + 1);
	}
}

static void claim(struct claiming *c, uintptr_t package, bytes path)
{
	uint32_t node = tree_find(c->s->tree, path, false);

	if (node == TREE_NONE || tree_get(c->s->tree, node)->type != ENTRY_FILE ||
	    !(tree_get(c->s->tree, node)->flags & TREE_REPLACED) ||
	    !select_stays(c->s->out->why[node]) || purpose_is_document(path))
		return;
	c->has[package - 1] |= purpose_is_settings(path) ? HAS_SETTINGS | KEEPS_SETTINGS
	                                                 : HAS_OTHERS | KEEPS_OTHERS;
}

static void claim_item(struct claiming *c, const struct image_item *item)
{
	struct owned_reader reader = { .rest = item->payload };
	struct package p = { 0 };
	uint64_t kind;
	bytes name, path;

	if (system_take_package(item->payload, SYSTEM_PACKAGE, &p))
		c->last = (uintptr_t)map_get(&c->packages, name_of(c->s->arena, &p));
	if (!pack_take_u64(&reader.rest, SYSTEM_FILES, &kind) || kind != SYSTEM_FILES ||
	    !pack_take_bytes(&reader.rest, LIMIT_PATH, &name))
		return;
	uintptr_t package = name.n > 0 ? (uintptr_t)map_get(&c->packages, name) : c->last;

	while (package && owned_next(&reader, &path) > 0)
		claim(c, package, path);
}

static void claim_replaced(struct selecting *s, uint8_t *has)
{
	struct claiming c = { .s = s, .has = has };

	if (!any_replaced(s))
		return;
	name_packages(&c);
	for (size_t i = 0; i < s->image->items.len; i++) {
		const struct image_item *item = &s->image->items.items[i];

		if ((item->inspector == catalog_dpkg.inspector.id ||
		     item->inspector == catalog_apk.inspector.id ||
		     item->inspector == catalog_rpm.inspector.id) &&
		    !facts_item_hidden(s->image, item))
			claim_item(&c, item);
	}
}

/* status.d lists no settings, so of a package that has nothing else nobody knows; a list of rpm's
 * packages names no files at all. */
static enum select_fate fate_of(const struct package *p, uint8_t has)
{
	if (has == 0 && (bytes_is(path_base(path_dir(p->path)), "status.d") ||
	                 purpose_database_of(p->path) == PURPOSE_RPM_LIST))
		return SELECT_PRESENT;
	if (has & KEEPS_OTHERS || (has & KEEPS_SETTINGS && !(has & HAS_OTHERS)))
		return SELECT_PRESENT;
	return has & KEEPS_SETTINGS ? SELECT_SETTINGS : SELECT_GONE;
}

/* -- records and licences ---------------------------------------------------------------------- */

/* By name: whether some package of it is still there. "libc6:amd64" is libc6. */
static void note_fate(struct selecting *s, struct map *names, size_t i)
{
	const struct package *p = &s->facts->packages.items[i];
	void **fate = map_put(names, p->name);

	if (s->out->fates[i] != SELECT_GONE)
		*fate = s->out->fates;
}

static bool is_there(const struct map *names, bytes name)
{
	name = bytes_slice(name, 0, bytes_find(name, ':'));
	return map_get(names, name) != NULL;
}

static bytes without_suffix(bytes name)
{
	return bytes_slice(name, 0, bytes_rfind(name, '.'));
}

static void keep_with_folders(struct selecting *s, uint32_t node)
{
	for (uint32_t at = node; at != TREE_NONE && at != 0; at = tree_get(s->tree, at)->parent)
		if (!select_stays(s->out->why[at]))
			s->out->why[at] = SELECT_LICENCE;
}

/* usr/share/doc/PACKAGE/copyright, of Debian; PACKAGE may be a link to another one's. */
static void keep_licence(struct selecting *s, bytes name)
{
	const char *path = arena_printf(s->arena, "usr/share/doc/" PRIb "/copyright", BYTESF(name));
	uint32_t target = tree_find(s->tree, bytes_str(path), true);
	uint32_t folder = tree_find(s->tree, path_dir(bytes_str(path)), false);

	if (name.n == 0 || target == TREE_NONE || tree_get(s->tree, target)->type != ENTRY_FILE)
		return;
	keep_with_folders(s, target);
	if (folder != TREE_NONE && !select_stays(s->out->why[folder]))
		s->out->why[folder] = SELECT_LICENCE;
}

/* usr/share/licenses/PACKAGE/..., of rpm. */
static void keep_licences(struct selecting *s, const struct map *names)
{
	struct wander *w = arena_new(s->arena, struct wander);
	bytes path;

	wander_begin(w, s->tree);
	while (wander_next(w, &path)) {
		if (s->out->why[w->node] != SELECT_DOCUMENT ||
		    tree_get(s->tree, w->node)->type != ENTRY_FILE ||
		    !bytes_take_prefix(&path, BYTES("usr/share/licenses/")))
			continue;
		if (is_there(names, bytes_slice(path, 0, bytes_find(path, '/'))))
			keep_with_folders(s, w->node);
	}
}

bool select_rpm_is_pending(const struct tree *tree, bytes path)
{
	struct arena a = ARENA_INIT;
	bytes log = path_join(&a, path_dir(path), BYTES("rpmdb.sqlite-wal"));
	uint32_t node = tree_find(tree, log, true);
	bool is_pending = node != TREE_NONE && tree_get(tree, node)->size > 0;

	arena_done(&a);
	return is_pending;
}

static void drop_records(struct selecting *s, const struct map *names)
{
	struct wander *w = arena_new(s->arena, struct wander);
	bytes path;

	wander_begin(w, s->tree);
	while (wander_next(w, &path)) {
		bytes name = path_base(path);
		bool of_one = bytes_is(path_base(path_dir(path)), "status.d");

		if (s->out->why[w->node] != SELECT_DATABASE)
			continue;
		if (purpose_database_of(path) == PURPOSE_DPKG_FILE)
			of_one = true;
		if (purpose_database_of(path) == PURPOSE_RPM_BESIDE &&
		    !select_rpm_is_pending(s->tree, path))
			s->out->why[w->node] = SELECT_RECORD;
		if (of_one && !is_there(names, name) && !is_there(names, without_suffix(name)))
			s->out->why[w->node] = SELECT_RECORD;
	}
}

void select_packages(struct selecting *s)
{
	uint8_t *has = arena_zero(s->arena, s->facts->packages.len);
	struct map names;

	map_init(&names, s->arena);
	count_files(s, has);
	claim_replaced(s, has);
	for (size_t i = 0; i < s->facts->packages.len; i++) {
		if (!select_is_system(&s->facts->packages.items[i]))
			continue;
		s->out->fates[i] = (uint8_t)fate_of(&s->facts->packages.items[i], has[i]);
		note_fate(s, &names, i);
		if (s->out->fates[i] == SELECT_PRESENT)
			keep_licence(s, s->facts->packages.items[i].name);
	}
	keep_licences(s, &names);
	drop_records(s, &names);
}
