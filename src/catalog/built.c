/* SPDX-License-Identifier: Apache-2.0 */
/* built - programs that an image's author built or unpacked himself, and whose version stands in a
 * text that is installed with them: the interpreters and compilers of the images that most others
 * begin with (node, python, php, ruby, golang, httpd, Java's).
 *
 * Sources: node's node_version.h, CPython's patchlevel.h, PHP's php_version.h, Ruby's rbconfig.rb,
 * Go's VERSION, httpd's ap_release.h, and OpenJDK's `release` file (JEP 223). The text counts where
 * the program lies in the bin folder of the same prefix, and not where the distribution owns it:
 * then its package says the same. No package index has these names: purl's type is generic. */
#include "catalog/catalogers.h"
#include "catalog/language.h"

#include "base/limits.h"
#include "base/path.h"

#define KEYS_MOST 3
/* Debian's rbconfig.rb, the longest of them, has 13 KiB. */
#define TEXT_MOST (256 * KIB)

/* The first line of each key has its part of the version. */
static const struct text {
	const char *package, *program; /* "": as the folder */
	const char *base;              /* name of the text */
	const char *folder;            /* how that of its folder begins */
	unsigned prefix;               /* folders from the text up to the prefix */
	const char *keys[KEYS_MOST];
} texts[] = {
	{ "node", "node", "node_version.h", "node", 3,
	  { "#define NODE_MAJOR_VERSION ", "#define NODE_MINOR_VERSION ",
	    "#define NODE_PATCH_VERSION " } },
	{ "python", "", "patchlevel.h", "python", 3, { "#define PY_VERSION " } },
	{ "php", "php", "php_version.h", "main", 4, { "#define PHP_VERSION " } },
	{ "ruby", "ruby", "rbconfig.rb", "", 5, { "CONFIG[\"RUBY_PROGRAM_VERSION\"] =" } },
	{ "go", "go", "VERSION", "", 1, { "go" } },
	{ "httpd", "httpd", "ap_release.h", "include", 2,
	  { "#define AP_SERVER_MAJORVERSION_NUMBER ", "#define AP_SERVER_MINORVERSION_NUMBER ",
	    "#define AP_SERVER_PATCHLEVEL_NUMBER " } },
	{ "openjdk", "java", "release", "", 1, { "JAVA_RUNTIME_VERSION=" } },
	{ "openjdk", "java", "release", "", 1, { "JAVA_VERSION=" } }, /* up to 8 */
};
#define TEXTS (sizeof(texts) / sizeof(*texts))

static bool fits(const struct text *t, bytes path)
{
	return bytes_is(path_base(path), t->base) &&
	       bytes_starts(path_base(path_dir(path)), bytes_str(t->folder));
}

static struct want want(const struct entry *entry)
{
	bool wanted = false;

	for (size_t i = 0; i < TEXTS && entry->size <= TEXT_MOST; i++)
		wanted |= fits(&texts[i], entry->path);
	return (struct want){ wanted ? WANT_ALL : WANT_NO, 0 };
}

/* -- in the worker ----------------------------------------------------------------------------- */

/* part_of(body, key, out): what stands behind the key in its line, without quotes; a version. */
static bool part_of(bytes body, bytes key, bytes *out)
{
	bytes line;

	while (bytes_line(&body, &line)) {
		line = bytes_trim(line);
		if (!bytes_take_prefix(&line, key))
			continue;
		line = bytes_trim(line);
		if (bytes_take_prefix(&line, BYTES("\"")))
			line = bytes_slice(line, 0, bytes_find(line, '"'));
		*out = bytes_slice(line, 0, bytes_find(line, ' '));
		return out->n > 0 && out->p[0] >= '0' && out->p[0] <= '9';
	}
	return false;
}

static bytes version_of(const struct text *t, bytes body, struct arena *a)
{
	bytes version = BYTES(""), part;

	for (size_t i = 0; i < KEYS_MOST && t->keys[i]; i++) {
		if (!part_of(body, bytes_str(t->keys[i]), &part))
			return BYTES("");
		version = bytes_str(arena_printf(a, PRIb "%s" PRIb, BYTESF(version), i > 0 ? "." : "",
		                                 BYTESF(part)));
	}
	return version;
}

/* program_of(t, path): "python3.12" has its name from the folder of its headers. */
static bytes program_of(const struct text *t, bytes path)
{
	return t->program[0] ? bytes_str(t->program) : path_base(path_dir(path));
}

static int inspect(struct inspection *in, err *e)
{
	struct language_item item = { .kind = LANGUAGE_INSTALLED };

	(void)e;
	for (size_t i = 0; i < TEXTS && item.version.n == 0; i++) {
		bytes prefix = in->entry->path;

		if (!fits(&texts[i], prefix))
			continue;
		item.name = bytes_str(texts[i].package);
		item.version = version_of(&texts[i], in->body, in->scratch);
		for (unsigned up = 0; up < texts[i].prefix; up++)
			prefix = path_dir(prefix);
		item.place = bytes_str(
			arena_printf(in->scratch, PRIb "%sbin/" PRIb, BYTESF(prefix), prefix.n > 0 ? "/" : "",
		                 BYTESF(program_of(&texts[i], in->entry->path))));
	}
	if (item.version.n > 0) /* a file of that name which says something else is anybody's */
		language_emit(in, &item);
	return 0;
}

/* -- in the parent ----------------------------------------------------------------------------- */

static void collect_item(struct language *l, const struct image_item *item)
{
	const struct tree *tree = l->image->tree;
	bytes payload = item->payload;
	struct language_item p;

	if (!language_take(&payload, &p) || p.kind != LANGUAGE_INSTALLED) {
		language_broken(l, item);
		return;
	}
	uint32_t program = tree_find(tree, p.place, true);

	if (program == TREE_NONE || tree_get(tree, program)->type == ENTRY_DIR ||
	    tree_get(tree, item->node)->package > 0 || tree_get(tree, program)->package > 0)
		return;
	(void)language_add(l, item, &p);
	language_mark(l, program, l->package);
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	const struct image_item *item;
	struct language l;
	size_t at = 0;

	(void)e;
	language_init(&l, ECO_NONE, image, a, facts);
	while ((item = facts_next_item(image, catalog_built.inspector.id, &at)))
		collect_item(&l, item);
	return 0;
}

const struct cataloger catalog_built = {
	.inspector = { .name = "built", .id = 68, .version = 1, .want = want, .inspect = inspect },
	.collect = collect,
};
