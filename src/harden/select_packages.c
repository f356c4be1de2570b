/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of the distribution's packages, and of the records and licences that tell of them. */
#include "base/map.h"
#include "base/path.h"
#include "harden/place.h"
#include "harden/select_own.h"

enum { HAS_SETTINGS = 1, KEEPS_SETTINGS = 2, HAS_OTHERS = 4, KEEPS_OTHERS = 8 };

static void count_files(struct selecting *s, uint8_t *has)
{
	struct wander *w = arena_new(s->arena, struct wander);
	bytes path;

	wander_begin(w, s->tree);
	while (wander_next(w, &path)) {
		uint32_t owner = select_owner(s, w->node);
		bool stays = select_stays(s->out->why[w->node]);

		if (!owner || tree_get(s->tree, w->node)->type != ENTRY_FILE || place_is_document(path))
			continue;
		if (place_is_settings(path))
			has[owner - 1] |= stays ? HAS_SETTINGS | KEEPS_SETTINGS : HAS_SETTINGS;
		else
			has[owner - 1] |= stays ? HAS_OTHERS | KEEPS_OTHERS : HAS_OTHERS;
	}
}

static enum select_fate fate_of(uint8_t has)
{
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

/* usr/share/doc/PACKAGE/copyright; PACKAGE may be a link to another one's. */
static void keep_licence(struct selecting *s, bytes name)
{
	const char *path = arena_printf(s->arena, "usr/share/doc/" PRIb "/copyright", BYTESF(name));
	uint32_t target = tree_find(s->tree, bytes_str(path), true);
	uint32_t folder = tree_find(s->tree, path_dir(bytes_str(path)), false);

	if (name.n == 0 || target == TREE_NONE || tree_get(s->tree, target)->type != ENTRY_FILE)
		return;
	for (uint32_t at = target; at != TREE_NONE && at != 0; at = tree_get(s->tree, at)->parent)
		if (!select_stays(s->out->why[at]))
			s->out->why[at] = SELECT_LICENCE;
	if (folder != TREE_NONE && !select_stays(s->out->why[folder]))
		s->out->why[folder] = SELECT_LICENCE;
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
		if (place_database_of(path) == PLACE_DPKG_FILE)
			of_one = true;
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
	for (size_t i = 0; i < s->facts->packages.len; i++) {
		if (!select_is_system(&s->facts->packages.items[i]))
			continue;
		s->out->fates[i] = (uint8_t)fate_of(has[i]);
		note_fate(s, &names, i);
		if (s->out->fates[i] == SELECT_PRESENT)
			keep_licence(s, s->facts->packages.items[i].name);
	}
	drop_records(s, &names);
}
