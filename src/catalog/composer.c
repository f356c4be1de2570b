/* SPDX-License-Identifier: Apache-2.0 */
/* composer - installed PHP packages: vendor/composer/installed.json (Composer's
 * InstalledFilesystemRepository): of Composer 2 an object with "packages", of Composer 1 the list
 * itself. "install-path" is relative to that file's folder; version 1 installs to ../NAME. Several
 * licences are a choice (getcomposer.org, "The composer.json schema", license). */
#include "catalog/catalogers.h"
#include "catalog/language.h"

#include "base/limits.h"
#include "base/path.h"
#include "fmt/json.h"

static struct want want(const struct entry *entry)
{
	bool wanted = bytes_ends(entry->path, BYTES("/composer/installed.json"));

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

static void read_package(struct inspection *in, json v)
{
	struct language_item item = { .kind = LANGUAGE_INSTALLED };
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
	if (item.name.n > 0 && item.version.n > 0)
		language_emit(in, &item);
	else
		inspection_gap(in, "a package without name or version");
	buf_done(&licence);
	buf_done(&place);
}

static int inspect(struct inspection *in, err *e)
{
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
		read_package(in, v);
	return 0;
}

/* -- in the parent ----------------------------------------------------------------------------- */

static void collect_item(struct language *l, const struct image_item *item,
                         const struct language_item *p)
{
	uint32_t package = language_add(l, item, p);

	if (!package || facts_item_hidden(l->image, item))
		return;
	bytes vendor = path_dir(path_dir(l->path));
	bytes place = path_join(l->arena, path_dir(l->path), p->place);

	/* A package that says it lies elsewhere (the project itself is "../../") owns nothing there. */
	if (path_within(place, vendor) && place.n > vendor.n)
		language_claim(l, tree_find(l->image->tree, place, false), package, BYTES(""));
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	const struct image_item *item;
	struct language l;
	size_t at = 0;

	(void)e;
	language_init(&l, ECO_COMPOSER, image, a, facts);
	while ((item = facts_next_item(image, catalog_composer.inspector.id, &at))) {
		bytes payload = item->payload;
		struct language_item p;

		if (!language_take(&payload, &p) || p.kind == LANGUAGE_FILES)
			language_broken(&l, item);
		else if (p.kind == LANGUAGE_INSTALLED)
			collect_item(&l, item, &p);
		else
			language_mark(&l, item->node, 0);
	}
	return 0;
}

const struct cataloger catalog_composer = {
	.inspector = { .name = "composer", .id = 66, .version = 1, .want = want, .inspect = inspect },
	.collect = collect,
};
