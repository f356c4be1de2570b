/* SPDX-License-Identifier: Apache-2.0 */
/* python - Python distributions.
 *
 * Installed is what has NAME.dist-info/METADATA (packaging.python.org, "Recording installed
 * projects" and "Core metadata"), or of older tools NAME.egg-info/PKG-INFO, a file NAME.egg-info,
 * or EGG-INFO/PKG-INFO. RECORD (dist-info) and installed-files.txt (egg-info) list the files.
 * A need (Requires-Dist) is met in the same folder of distributions; below usr/, where no virtual
 * environment lies, by any of there. Lock files (requirements.txt with ==, Pipfile.lock,
 * poetry.lock, uv.lock, pdm.lock, pylock.toml) count for names of which nothing is installed. */
#include "catalog/catalogers.h"
#include "catalog/language.h"
#include "catalog/locks.h"
#include "catalog/owned.h"
#include "catalog/python_needs.h"

#include "base/limits.h"
#include "base/path.h"
#include "fmt/json.h"

enum file {
	FILE_OTHER,
	FILE_METADATA,
	FILE_RECORD,
	FILE_INSTALLED,
	FILE_PINS,
	FILE_PIPFILE,
	FILE_POETRY
};

static enum file file_of(bytes path)
{
	static const struct {
		const char *name;
		enum file file;
	} locks[] = {
		{ "requirements.txt", FILE_PINS }, { "Pipfile.lock", FILE_PIPFILE },
		{ "poetry.lock", FILE_POETRY },    { "uv.lock", FILE_POETRY },
		{ "pdm.lock", FILE_POETRY },       { "pylock.toml", FILE_POETRY },
	};
	bytes base = path_base(path), dir = path_dir(path);

	if (bytes_is(base, "METADATA") && bytes_ends(dir, BYTES(".dist-info")))
		return FILE_METADATA;
	if (bytes_is(base, "RECORD") && bytes_ends(dir, BYTES(".dist-info")))
		return FILE_RECORD;
	if (bytes_ends(base, BYTES(".egg-info")))
		return FILE_METADATA;
	if (bytes_is(base, "PKG-INFO") &&
	    (bytes_ends(dir, BYTES(".egg-info")) || bytes_is(path_base(dir), "EGG-INFO")))
		return FILE_METADATA;
	if (bytes_is(base, "installed-files.txt") && bytes_ends(dir, BYTES(".egg-info")))
		return FILE_INSTALLED;
	for (size_t i = 0; i < sizeof(locks) / sizeof(*locks); i++)
		if (bytes_is(base, locks[i].name))
			return locks[i].file;
	return FILE_OTHER;
}

static struct want want(const struct entry *entry)
{
	return (struct want){ file_of(entry->path) == FILE_OTHER ? WANT_NO : WANT_ALL, 0 };
}

/* -- in the worker ----------------------------------------------------------------------------- */

/* A header of the metadata's form, RFC 822: the first field of this name, up to the empty line. */
static bytes header(bytes text, bytes name)
{
	bytes line, key;

	while (bytes_line(&text, &line) && line.n > 0)
		if (bytes_take_until(&line, ':', &key) && bytes_equal_nocase(key, name))
			return bytes_trim(line);
	return BYTES("");
}

static void emit_needs(struct inspection *in)
{
	struct relations_writer needs;
	bytes rest = in->body, line, key, name;

	language_needs_begin(&needs, in);
	while (bytes_line(&rest, &line) && line.n > 0)
		if (bytes_take_until(&line, ':', &key) && bytes_equal_nocase(key, BYTES("Requires-Dist")) &&
		    python_need(line, in->entry->path, &name))
			relations_add(&needs, RELATION_NEEDS, name);
	relations_end(&needs);
}

static void read_metadata(struct inspection *in)
{
	struct language_item item = { .kind = LANGUAGE_INSTALLED,
		                          .name = header(in->body, BYTES("Name")),
		                          .version = header(in->body, BYTES("Version")),
		                          .licence = header(in->body, BYTES("License-Expression")) };

	if (item.name.n == 0 || item.version.n == 0) {
		inspection_gap(in, "Python metadata without name or version");
		return;
	}
	if (item.licence.n == 0)
		item.licence = header(in->body, BYTES("License"));
	if (bytes_is(item.licence, "UNKNOWN")) /* setuptools writes it for nothing */
		item.licence = BYTES("");
	language_emit(in, &item);
	emit_needs(in);
}

/* take_csv(line): the first field of a line of RECORD, unquoted (RFC 4180). Arena. */
static bytes take_csv(bytes line, struct arena *a)
{
	buf out = BUF_INIT(2 * LIMIT_PATH + 2);

	if (!bytes_take_prefix(&line, BYTES("\"")))
		return bytes_slice(line, 0, bytes_find(line, ','));
	for (size_t i = 0; i < line.n && out.n < 2 * LIMIT_PATH; i++) {
		if (line.p[i] == '"' && !(i + 1 < line.n && line.p[++i] == '"'))
			break;
		buf_putc(&out, line.p[i]);
	}
	line = arena_bytes(a, buf_bytes(&out));
	buf_done(&out);
	return line;
}

/* Paths are relative to the folder that holds the .dist-info, or to the .egg-info itself, or
 * absolute (scripts below another prefix). */
static void read_files(struct inspection *in, enum file file)
{
	bytes base = path_dir(in->entry->path), rest = in->body, line;
	buf start = BUF_INIT(64), path = BUF_INIT(8 * LIMIT_PATH);
	struct owned_writer writer;

	if (file == FILE_RECORD)
		base = path_dir(base);
	language_files_start(&start);
	owned_begin(&writer, in, buf_bytes(&start));
	for (bool whole = true; whole && bytes_line(&rest, &line);) {
		bytes name = file == FILE_RECORD ? take_csv(line, in->scratch) : line;

		buf_clear(&path);
		if (!bytes_starts(name, BYTES("/"))) {
			buf_put(&path, base);
			buf_putc(&path, '/');
		}
		buf_put(&path, bytes_slice(name, 0, LIMIT_PATH + 1));
		whole = owned_add(&writer, buf_bytes(&path));
		if (!whole)
			inspection_gap(in, "a path that is too long: the rest is not read");
	}
	owned_end(&writer);
	buf_done(&start);
	buf_done(&path);
}

/* pipenv: "default" is what is installed; "develop" is not. */
static void read_pipfile(struct inspection *in, err *e)
{
	struct json_doc doc;

	if (json_parse(in->body, in->scratch, &doc, e) < 0) {
		inspection_gap(in, "%s", e->text);
		err_clear(e); /* bad input is a gap, and the job goes on */
		return;
	}
	language_known(in);
	json v = json_first(json_get(json_root(&doc), "default"));

	for (; json_type(v) != JSON_NONE; v = json_next(v)) {
		struct language_item item = { .kind = LANGUAGE_DECLARED };

		item.name = json_name(v, in->scratch);
		item.version = json_bytes(json_get(v, "version"), in->scratch);
		if (item.name.n > 0 && bytes_take_prefix(&item.version, BYTES("==")))
			language_emit(in, &item);
	}
}

static int inspect(struct inspection *in, err *e)
{
	enum file file = file_of(in->entry->path);

	switch (file) {
	case FILE_OTHER: break;
	case FILE_METADATA: read_metadata(in); break;
	case FILE_RECORD:
	case FILE_INSTALLED: read_files(in, file); break;
	case FILE_PINS: locks_read_requirements(in); break;
	case FILE_PIPFILE: read_pipfile(in, e); break;
	case FILE_POETRY: locks_read_poetry(in); break;
	}
	return 0;
}

/* -- in the parent ----------------------------------------------------------------------------- */

struct collection {
	struct language language; /* normalized names are offered everywhere and in their folder */
	uint32_t *owners;         /* by node of metadata, and of its folder: index + 1 */
};

/* PEP 503: case does not count, and runs of -, _ and . are one -. Arena. */
static bytes normalized(bytes name, struct arena *a)
{
	uint8_t *out = arena_alloc(a, name.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		if (c == '_' || c == '.' || c == '-') {
			if (n > 0 && out[n - 1] == '-')
				continue;
			c = '-';
		} else if (c >= 'A' && c <= 'Z') {
			c = (uint8_t)(c + 32);
		}
		out[n++] = c;
	}
	return bytes_of(out, n);
}

/* site_of(tree, node): the folder of distributions that a file of metadata belongs to. */
static uint32_t site_of(const struct tree *tree, uint32_t node)
{
	uint32_t dir = tree_get(tree, node)->parent;
	bytes name = tree_name(tree, node);

	if (bytes_is(name, "METADATA") || bytes_is(name, "PKG-INFO")) /* in NAME.dist-info */
		dir = dir ? tree_get(tree, dir)->parent : dir;
	return dir;
}

static bool is_below_usr(bytes path)
{
	return path_within(path, BYTES("usr"));
}

static void collect_installed(struct collection *c, const struct image_item *item,
                              const struct language_item *p)
{
	struct language *l = &c->language;
	uint32_t package = language_add(l, item, p);

	if (!package || facts_item_hidden(l->image, item))
		return;
	uint32_t site = site_of(l->image->tree, item->node);
	bytes name = normalized(p->name, l->arena);

	c->owners[item->node] = package;
	needs_offer(&l->needs, NEEDS_SCOPE(site), name, package);
	needs_offer(&l->needs, BYTES("installed"), name, package);
	if (is_below_usr(l->path))
		needs_offer(&l->needs, BYTES("usr"), name, package);
	if (bytes_ends(l->path, BYTES("/METADATA")) || bytes_ends(l->path, BYTES("/PKG-INFO"))) {
		uint32_t dir = tree_get(l->image->tree, item->node)->parent;

		c->owners[dir] = package;
		if (bytes_is(tree_name(l->image->tree, dir), "EGG-INFO")) /* in the folder NAME.egg */
			dir = tree_get(l->image->tree, dir)->parent;
		language_claim(l, dir, package, BYTES(""));
	}
}

static bool collect_files(struct collection *c, const struct image_item *item, bytes payload)
{
	struct language *l = &c->language;
	struct owned_reader reader = { .rest = payload };
	uint32_t package = c->owners[tree_get(l->image->tree, item->node)->parent];
	bytes path;
	int more = 0;

	if (package == 0 || facts_item_hidden(l->image, item))
		return true;
	while ((more = owned_next(&reader, &path)) > 0)
		owned_claim(l->image->tree, owned_find(&reader, l->image->tree), package, item->layer);
	return more == 0;
}

static bool collect_needs(struct collection *c, const struct image_item *item, bytes pairs)
{
	struct language *l = &c->language;
	uint32_t from = c->owners[item->node], site = site_of(l->image->tree, item->node);
	enum relation relation;
	bytes name;
	int more;

	if (from == 0 || facts_item_hidden(l->image, item))
		return true;
	bool usr = is_below_usr(l->facts->packages.items[from - 1].path);

	while ((more = relations_next(&pairs, &relation, &name)) > 0) {
		name = normalized(name, l->arena);
		uint32_t to = needs_find(&l->needs, NEEDS_SCOPE(site), name);

		needs_edge(&l->needs, from, to || !usr ? to : needs_find(&l->needs, BYTES("usr"), name));
	}
	return more == 0;
}

/* What is installed comes first: it tells whose lists are read and which pins are met. */
static bool collect_item(struct collection *c, const struct image_item *item, bool first)
{
	struct language *l = &c->language;
	bytes payload = item->payload;
	struct language_item p;

	if (!language_take(&payload, &p))
		return !first; /* stated once */
	if (first) {
		if (p.kind == LANGUAGE_INSTALLED)
			collect_installed(c, item, &p);
	} else if (p.kind == LANGUAGE_KNOWN) {
		language_mark(l, item->node, 0);
	} else if (p.kind == LANGUAGE_DECLARED) {
		language_mark(l, item->node, 0);
		if (!needs_find(&l->needs, BYTES("installed"), normalized(p.name, l->arena)))
			(void)language_add(l, item, &p);
	} else if (p.kind == LANGUAGE_NEEDS) {
		return collect_needs(c, item, payload);
	} else if (p.kind == LANGUAGE_FILES) {
		return collect_files(c, item, payload);
	}
	return true;
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	struct arena scratch = ARENA_INIT;
	struct collection c;
	const struct image_item *item;

	(void)e;
	language_init(&c.language, ECO_PYPI, image, a, facts);
	c.owners = arena_array(&scratch, uint32_t, tree_count(image->tree));
	for (int pass = 0; pass < 2; pass++)
		for (size_t at = 0; (item = facts_next_item(image, catalog_python.inspector.id, &at));)
			if (!collect_item(&c, item, pass == 0))
				language_broken(&c.language, item);
	arena_done(&scratch);
	return 0;
}

const struct cataloger catalog_python = {
	.inspector = { .name = "python", .id = 62, .version = 3, .want = want, .inspect = inspect },
	.collect = collect,
};
