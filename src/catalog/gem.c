/* SPDX-License-Identifier: Apache-2.0 */
/* gem - installed Ruby gems: specifications/NAME-VERSION.gemspec, those that come with Ruby in
 * specifications/default (guides.rubygems.org, "Specification Reference"; RubyGems writes them in
 * Gem::Specification#to_ruby). A gem's files lie in gems/ beside, in a folder named as the
 * specification. The first lines name it ("# stub: NAME VERSION PLATFORM PATHS"); without them the
 * assignments are read that to_ruby writes one a line. What it needs stands in the same folder of
 * specifications: "s.add_runtime_dependency(%q<rack>.freeze, [...])", add_dependency since 3.5.
 *
 * Gemfile.lock says what Bundler would install: the lines of four blanks below "specs:". */
#include "catalog/catalogers.h"
#include "catalog/language.h"
#include "catalog/locks.h"

#include "base/path.h"

static bool is_lock(bytes path)
{
	return bytes_is(path_base(path), "Gemfile.lock") || bytes_is(path_base(path), "gems.locked");
}

static struct want want(const struct entry *entry)
{
	bytes dir = path_base(path_dir(entry->path));
	bool wanted = bytes_ends(entry->path, BYTES(".gemspec"));

	if (bytes_is(dir, "default"))
		dir = path_base(path_dir(path_dir(entry->path)));
	wanted = (wanted && bytes_is(dir, "specifications")) || is_lock(entry->path);
	return (struct want){ wanted ? WANT_ALL : WANT_NO, 0 };
}

/* -- in the worker ----------------------------------------------------------------------------- */

/* The first string in quotes in a line, from *line on. */
static bool take_quoted(bytes *line, bytes *out)
{
	for (size_t i = 0; i < line->n; i++)
		if (line->p[i] == '"' || line->p[i] == '\'') {
			uint8_t quote = line->p[i];

			*line = bytes_skip(*line, i + 1);
			return bytes_find(*line, quote) < line->n && bytes_take_until(line, quote, out);
		}
	return false;
}

static void take_stub(bytes line, struct language_item *out)
{
	if (bytes_take_until(&line, ' ', &out->name) && !bytes_take_until(&line, ' ', &out->version))
		out->name = BYTES("");
}

/* "s.licenses = ["MIT".freeze, "Ruby".freeze]": several are a list without meaning. */
static void take_licences(bytes line, struct language_item *out)
{
	bytes more;

	if (take_quoted(&line, &out->licence) && take_quoted(&line, &more))
		out->licence = BYTES("");
}

static void read_line(bytes line, struct language_item *out)
{
	line = bytes_trim(line);
	if (bytes_take_prefix(&line, BYTES("# stub: ")) && out->name.n == 0)
		take_stub(line, out);
	else if (bytes_take_prefix(&line, BYTES("s.name = ")) && out->name.n == 0)
		(void)take_quoted(&line, &out->name);
	else if (bytes_take_prefix(&line, BYTES("s.version = ")) && out->version.n == 0)
		(void)take_quoted(&line, &out->version);
	else if (bytes_take_prefix(&line, BYTES("s.licenses = ")))
		take_licences(line, out);
}

static void emit_needs(struct inspection *in)
{
	struct relations_writer needs;
	bytes rest = in->body, line, name;

	language_needs_begin(&needs, in);
	while (bytes_line(&rest, &line)) {
		line = bytes_trim(line);
		if (!bytes_take_prefix(&line, BYTES("s.add_runtime_dependency(")) &&
		    !bytes_take_prefix(&line, BYTES("s.add_dependency(")))
			continue;
		if (bytes_take_prefix(&line, BYTES("%q<")) ? bytes_take_until(&line, '>', &name)
		                                           : take_quoted(&line, &name))
			relations_add(&needs, RELATION_NEEDS, name);
	}
	relations_end(&needs);
}

static int inspect(struct inspection *in, err *e)
{
	struct language_item item = { .kind = LANGUAGE_INSTALLED };
	bytes rest = in->body, line;

	(void)e;
	if (is_lock(in->entry->path)) {
		locks_read_gemfile(in);
		return 0;
	}
	while (bytes_line(&rest, &line))
		read_line(line, &item);
	if (item.name.n > 0 && item.version.n > 0) {
		language_emit(in, &item);
		emit_needs(in);
	} else {
		inspection_gap(in, "a gem without name or version");
	}
	return 0;
}

/* -- in the parent ----------------------------------------------------------------------------- */

/* home_of(tree, node): the folder that holds specifications and gems. */
static uint32_t home_of(const struct tree *tree, uint32_t node)
{
	uint32_t dir = tree_get(tree, node)->parent;

	if (bytes_is(tree_name(tree, dir), "default"))
		dir = tree_get(tree, dir)->parent;
	return tree_get(tree, dir)->parent;
}

/* gems/NAME-VERSION beside the folder of specifications. */
static void claim(struct language *l, const struct image_item *item, uint32_t home)
{
	const struct tree *tree = l->image->tree;
	bytes stem = tree_name(tree, item->node);
	uint32_t gems = tree_child(tree, home, BYTES("gems"));

	stem.n -= stem.n < 8 ? stem.n : sizeof(".gemspec") - 1;
	if (gems != TREE_NONE)
		language_claim(l, tree_child(tree, gems, stem), l->package, BYTES(""));
}

static bool collect_item(struct language *l, const struct image_item *item)
{
	uint32_t home = home_of(l->image->tree, item->node);
	bytes payload = item->payload, scope = NEEDS_SCOPE(home);
	struct language_item p;

	if (!language_take(&payload, &p) || p.kind == LANGUAGE_FILES)
		return false;
	if (p.kind == LANGUAGE_NEEDS)
		return language_needs(l, item, payload, scope);
	if (p.kind == LANGUAGE_KNOWN) {
		language_mark(l, item->node, 0);
		return true;
	}
	(void)language_add(l, item, &p);
	needs_offer(&l->needs, scope, p.name, l->package);
	if (l->package && p.kind == LANGUAGE_INSTALLED)
		claim(l, item, home);
	return true;
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	const struct image_item *item;
	struct language l;
	size_t at = 0;

	(void)e;
	language_init(&l, ECO_GEM, image, a, facts);
	while ((item = facts_next_item(image, catalog_gem.inspector.id, &at)))
		if (!collect_item(&l, item))
			language_broken(&l, item);
	needs_resolve(&l.needs);
	return 0;
}

const struct cataloger catalog_gem = {
	.inspector = { .name = "gem", .id = 65, .version = 2, .want = want, .inspect = inspect },
	.collect = collect,
};
