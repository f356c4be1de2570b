/* SPDX-License-Identifier: Apache-2.0 */
/* composer - installed PHP packages: vendor/composer/installed.json (Composer's
 * InstalledFilesystemRepository): of Composer 2 an object with "packages", of Composer 1 the list
 * itself. "install-path" is relative to that file's folder; version 1 installs to ../NAME. Several
 * licences are a choice (getcomposer.org, "The composer.json schema", license); "require" names
 * what it needs, PHP itself and its extensions too, which are no packages. composer.lock lists
 * the same packages as what Composer would install. */
#include "catalog/catalogers.h"
#include "catalog/language.h"

#include "base/limits.h"
#include "base/path.h"
#include "fmt/json.h"

static bool is_lock(bytes path)
{
	return bytes_is(path_base(path), "composer.lock");
}

static struct want want(const struct entry *entry)
{
	bool wanted = bytes_ends(entry->path, BYTES("/composer/installed.json")) ||
	              is_lock(entry->path);

	return (struct want){ wanted ? WANT_ALL : WANT_NO, 0 };
}

/* -- in the worker ----------------------------------------------------------------------------- */

static bytes licence_of(json list, buf *out, struct arena *a)
{
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes one = json_bytes(v, a);

		if (out->n + one.n + 4 > LIMIT_PACKAGE_FIELD)
			break;
		buf_puts(out, out->n > 0 ? " OR " : "");
		buf_put(out, one);
	}
	return buf_bytes(out);
}

static void emit_needs(struct inspection *in, json names)
{
	struct relations_writer needs;

	language_needs_begin(&needs, in);
	for (json v = json_first(names); json_type(v) != JSON_NONE; v = json_next(v))
		relations_add(&needs, RELATION_NEEDS, json_name(v, in->scratch));
	relations_end(&needs);
}

static void read_package(struct inspection *in, json v, enum language_kind kind)
{
	struct language_item item = { .kind = kind };
	buf licence = BUF_INIT(LIMIT_PACKAGE_FIELD), place = BUF_INIT(2 * LIMIT_PACKAGE_FIELD);

	item.name = json_bytes(json_get(v, "name"), in->scratch);
	item.version = json_bytes(json_get(v, "version"), in->scratch);
	item.licence = licence_of(json_get(v, "license"), &licence, in->scratch);
	item.place = json_bytes(json_get(v, "install-path"), in->scratch);
	if (item.place.n == 0) {
		buf_puts(&place, "../");
		buf_put(&place, bytes_slice(item.name, 0, LIMIT_PACKAGE_FIELD));
		item.place = buf_bytes(&place);
	}
	if (item.name.n > 0 && item.version.n > 0) {
		language_emit(in, &item);
		emit_needs(in, json_get(v, "require"));
	} else {
		inspection_gap(in, "a package without name or version");
	}
	buf_done(&licence);
	buf_done(&place);
}

static int inspect(struct inspection *in, err *e)
{
	enum language_kind kind = is_lock(in->entry->path) ? LANGUAGE_DECLARED : LANGUAGE_INSTALLED;
	struct json_doc doc;

	if (json_parse(in->body, in->scratch, &doc, e) < 0) {
		inspection_gap(in, "%s", e->text);
		err_clear(e); /* bad input is a gap, and the job goes on */
		return 0;
	}
	json list = json_root(&doc);

	if (json_type(list) == JSON_OBJECT)
		list = json_get(list, "packages");
	language_known(in);
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		read_package(in, v, kind);
	return 0;
}

/* -- in the parent ----------------------------------------------------------------------------- */

/* A package that says it lies elsewhere (the project itself is "../../") owns nothing there. */
static void claim(struct language *l, const struct language_item *p)
{
	bytes vendor = path_dir(path_dir(l->path));
	bytes place = path_join(l->arena, path_dir(l->path), p->place);

	if (path_within(place, vendor) && place.n > vendor.n)
		language_claim(l, tree_find(l->image->tree, place, false), l->package, BYTES(""));
}

/* is_installed(l, node): beside this lock file lies what Composer installed. */
static bool is_installed(const struct language *l, uint32_t node)
{
	const struct tree *tree = l->image->tree;
	uint32_t vendor = tree_child(tree, tree_get(tree, node)->parent, BYTES("vendor"));

	return vendor != TREE_NONE && tree_child(tree, vendor, BYTES("composer")) != TREE_NONE;
}

static bool collect_item(struct language *l, const struct image_item *item)
{
	bytes payload = item->payload, scope = NEEDS_SCOPE(item->node);
	struct language_item p;

	if (!language_take(&payload, &p) || p.kind == LANGUAGE_FILES)
		return false;
	if (p.kind == LANGUAGE_KNOWN || is_lock(tree_name(l->image->tree, item->node)))
		language_mark(l, item->node, 0);
	if (p.kind == LANGUAGE_KNOWN ||
	    (p.kind != LANGUAGE_INSTALLED && is_lock(tree_name(l->image->tree, item->node)) &&
	     is_installed(l, item->node)))
		return true;
	if (p.kind == LANGUAGE_NEEDS)
		return language_needs(l, item, payload, scope);
	(void)language_add(l, item, &p);
	needs_offer(&l->needs, scope, p.name, l->package);
	if (l->package && p.kind == LANGUAGE_INSTALLED)
		claim(l, &p);
	return true;
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	const struct image_item *item;
	struct language l;
	size_t at = 0;

	(void)e;
	language_init(&l, ECO_COMPOSER, image, a, facts);
	while ((item = facts_next_item(image, catalog_composer.inspector.id, &at)))
		if (!collect_item(&l, item))
			language_broken(&l, item);
	needs_resolve(&l.needs);
	return 0;
}

const struct cataloger catalog_composer = {
	.inspector = { .name = "composer", .id = 66, .version = 2, .want = want, .inspect = inspect },
	.collect = collect,
};
