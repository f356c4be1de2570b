/* SPDX-License-Identifier: Apache-2.0 */
/* npm - Node.js packages.
 *
 * Installed is what lies directly in a node_modules folder (or in a @scope folder there) with a
 * package.json that has a name and a version: docs.npmjs.com "folders", "package.json"; without a
 * version it is a stated gap. All files of its folder are its own, up to the next node_modules.
 * What it needs (dependencies, optionalDependencies, peerDependencies) is what Node would load for
 * it. Outside of node_modules a package.json describes what is developed there: a package unless it
 * is marked private, owner of nothing. Lock files (package-lock.json 1 to 3, npm-shrinkwrap.json,
 * yarn.lock, pnpm-lock.yaml, bun.lock) say what an install would bring: they count only where no
 * node_modules lies beside them, for then programs were bundled and nothing else tells; packages
 * for development do not count. */
#include "catalog/npm.h"
#include "catalog/catalogers.h"
#include "catalog/language.h"
#include "catalog/locks.h"
#include "catalog/npm.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "fmt/json.h"

static const bytes modules = BYTES_INIT(NPM_MODULES);

/* -- names ------------------------------------------------------------------------------------- */

/* is_below_modules(path): in a node_modules folder, at any depth. */
static bool is_below_modules(bytes path)
{
	bytes part;

	for (bytes rest = path_dir(path); bytes_take_until(&rest, '/', &part);)
		if (bytes_equal(part, modules))
			return true;
	return false;
}

static struct want want(const struct entry *entry)
{
	bytes base = path_base(entry->path);
	bool wanted = false;

	if (bytes_is(base, "package.json"))
		wanted = npm_is_installed(entry->path) || !is_below_modules(entry->path);
	else if (bytes_is(base, "package-lock.json") || bytes_is(base, "npm-shrinkwrap.json") ||
	         bytes_is(base, "yarn.lock") || bytes_is(base, "pnpm-lock.yaml") ||
	         bytes_is(base, "bun.lock"))
		wanted = !is_below_modules(entry->path);
	return (struct want){ wanted ? WANT_ALL : WANT_NO, 0 };
}

/* -- package.json ------------------------------------------------------------------------------ */

/* "license": an SPDX expression; before 2015 an object with a type, or "licenses", a list. */
static bytes licence_of(json root, struct arena *a)
{
	json v = json_get(root, "license");

	if (json_type(v) == JSON_NONE)
		v = json_at(json_get(root, "licenses"), 0);
	if (json_type(v) == JSON_OBJECT)
		v = json_get(v, "type");
	return json_bytes(v, a);
}

static void emit_needs(struct inspection *in, json root)
{
	static const char *const keys[] = { "dependencies", "optionalDependencies",
		                                "peerDependencies" };
	struct relations_writer needs;

	language_needs_begin(&needs, in);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		for (json v = json_first(json_get(root, keys[i])); json_type(v) != JSON_NONE;
		     v = json_next(v))
			relations_add(&needs, RELATION_NEEDS, json_name(v, in->scratch));
	relations_end(&needs);
}

static void read_manifest(struct inspection *in, json root)
{
	struct language_item item = { .kind = LANGUAGE_INSTALLED };
	bool private = false;

	item.name = json_bytes(json_get(root, "name"), in->scratch);
	item.version = json_bytes(json_get(root, "version"), in->scratch);
	item.licence = licence_of(root, in->scratch);
	(void)json_bool(json_get(root, "private"), &private);
	if (item.name.n > 0 && item.version.n == 0 && npm_is_installed(in->entry->path))
		inspection_gap(in, "the package '%s' without a version: not listed", SHOW(item.name));
	if (item.name.n == 0 || item.version.n == 0 ||
	    (private && !npm_is_installed(in->entry->path))) {
		language_known(in);
	} else {
		language_emit(in, &item);
		emit_needs(in, root);
	}
}

/* -- package-lock.json ------------------------------------------------------------------------- */

static bool is_for_development(json entry)
{
	bool dev = false, dev_optional = false;

	(void)json_bool(json_get(entry, "dev"), &dev);
	(void)json_bool(json_get(entry, "devOptional"), &dev_optional);
	return dev || dev_optional;
}

static void declare(struct inspection *in, bytes name, json entry)
{
	struct language_item item = { .kind = LANGUAGE_DECLARED, .name = name };

	item.version = json_bytes(json_get(entry, "version"), in->scratch);
	item.licence = licence_of(entry, in->scratch);
	if (name.n > 0 && item.version.n > 0 && !is_for_development(entry))
		language_emit(in, &item);
}

/* Versions 2 and 3: "packages", by the folder each is installed in; the project itself is "". */
static void read_packages(struct inspection *in, json packages)
{
	const bytes mark = BYTES("node_modules/");

	for (json v = json_first(packages); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes place = json_name(v, in->scratch), name = place;
		bool link = false;

		for (size_t at; (at = bytes_search(name, mark)) < name.n;)
			name = bytes_skip(name, at + mark.n);
		bytes alias = json_bytes(json_get(v, "name"), in->scratch);

		(void)json_bool(json_get(v, "link"), &link);
		if (name.n < place.n && !link)
			declare(in, alias.n > 0 ? alias : name, v);
	}
}

/* Version 1: "dependencies", each with those it brings for itself. */
static void read_dependencies(struct inspection *in, json dependencies, unsigned depth)
{
	if (depth == LIMIT_JSON_DEPTH)
		return; /* no document is deeper */
	for (json v = json_first(dependencies); json_type(v) != JSON_NONE; v = json_next(v)) {
		declare(in, json_name(v, in->scratch), v);
		read_dependencies(in, json_get(v, "dependencies"), depth + 1);
	}
}

static void read_lock(struct inspection *in, json root)
{
	json packages = json_get(root, "packages");

	language_known(in);
	if (json_type(packages) == JSON_OBJECT)
		read_packages(in, packages);
	else
		read_dependencies(in, json_get(root, "dependencies"), 0);
}

static int inspect(struct inspection *in, err *e)
{
	bytes base = path_base(in->entry->path), text = in->body;
	struct json_doc doc;

	if (bytes_is(base, "yarn.lock")) {
		locks_read_yarn(in);
		return 0;
	}
	if (bytes_is(base, "pnpm-lock.yaml")) {
		locks_read_pnpm(in);
		return 0;
	}
	if (bytes_is(base, "bun.lock")) {
		locks_read_bun(in);
		return 0;
	}
	bytes_take_prefix(&text, BYTES("\xef\xbb\xbf")); /* npm strips a byte order mark, too */
	if (json_parse(text, in->scratch, &doc, e) < 0) {
		inspection_gap(in, "%s", e->text);
		err_clear(e); /* bad input is a gap, and the job goes on */
		return 0;
	}
	if (bytes_is(base, "package.json"))
		read_manifest(in, json_root(&doc));
	else
		read_lock(in, json_root(&doc));
	return 0;
}

const struct cataloger catalog_npm = {
	.inspector = { .name = "npm", .id = 61, .version = 4, .want = want, .inspect = inspect },
	.collect = npm_collect,
};
