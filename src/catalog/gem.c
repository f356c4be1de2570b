/* SPDX-License-Identifier: Apache-2.0 */
/* gem - installed Ruby gems: specifications/NAME-VERSION.gemspec, those that come with Ruby in
 * specifications/default (guides.rubygems.org, "Specification Reference"; RubyGems writes them in
 * Gem::Specification#to_ruby). A gem's files lie in gems/ beside, in a folder named as the
 * specification. The first lines name it ("# stub: NAME VERSION PLATFORM PATHS"); without them the
 * assignments are read that to_ruby writes one a line. */
#include "catalog/catalogers.h"
#include "catalog/language.h"

#include "base/path.h"

static struct want want(const struct entry *entry)
{
	bytes dir = path_base(path_dir(entry->path));
	bool wanted = bytes_ends(entry->path, BYTES(".gemspec"));

	if (bytes_is(dir, "default"))
		dir = path_base(path_dir(path_dir(entry->path)));
	return (struct want){ wanted && bytes_is(dir, "specifications") ? WANT_ALL : WANT_NO, 0 };
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

static int inspect(struct inspection *in, err *e)
{
	struct language_item item = { .kind = LANGUAGE_INSTALLED };
	bytes rest = in->body, line;

	(void)e;
	while (bytes_line(&rest, &line))
		read_line(line, &item);
	if (item.name.n > 0 && item.version.n > 0)
		language_emit(in, &item);
	else
		inspection_gap(in, "a gem without name or version");
	return 0;
}

/* -- in the parent ----------------------------------------------------------------------------- */

/* gems/NAME-VERSION beside the folder of specifications. */
static void claim(struct language *l, const struct image_item *item, uint32_t package)
{
	const struct tree *tree = l->image->tree;
	uint32_t dir = tree_get(tree, item->node)->parent;
	bytes stem = tree_name(tree, item->node);

	stem.n -= sizeof(".gemspec") - 1;
	if (bytes_is(tree_name(tree, dir), "default"))
		dir = tree_get(tree, dir)->parent;
	uint32_t gems = tree_child(tree, tree_get(tree, dir)->parent, BYTES("gems"));

	if (gems != TREE_NONE)
		language_claim(l, tree_child(tree, gems, stem), package, BYTES(""));
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	const struct image_item *item;
	struct language l;
	size_t at = 0;

	(void)e;
	language_init(&l, ECO_GEM, image, a, facts);
	while ((item = facts_next_item(image, catalog_gem.inspector.id, &at))) {
		bytes payload = item->payload;
		struct language_item p;

		if (!language_take(&payload, &p) || p.kind != LANGUAGE_INSTALLED) {
			language_broken(&l, item);
			continue;
		}
		uint32_t package = language_add(&l, item, &p);

		if (package && !facts_item_hidden(image, item))
			claim(&l, item, package);
	}
	return 0;
}

const struct cataloger catalog_gem = {
	.inspector = { .name = "gem", .id = 65, .version = 1, .want = want, .inspect = inspect },
	.collect = collect,
};
