/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet_source.h"

#include "base/pack.h"
#include "fmt/xml.h"

/* -- what a file says ------------------------------------------------------------------------- */

static const struct {
	const char *element;
	enum dotnet_mention how;
	bool development; /* by its nature */
} mentions[] = {
	{ "PackageReference", MENTION_USED, false },
	{ "GlobalPackageReference", MENTION_USED, true }, /* for analyzers and the like: all private */
	{ "DotNetCliToolReference", MENTION_USED, true },
	{ "PackageVersion", MENTION_CENTRAL, false },
};
#define MENTIONS (sizeof(mentions) / sizeof(*mentions))

/* metadata_of(element, name): MSBuild takes an item's metadata from an attribute or a child. */
static bytes metadata_of(const struct xml_element *element, const char *name)
{
	const struct xml_attribute *attribute = xml_attribute(element, name);
	const struct xml_element *child = attribute ? NULL : xml_child(element, name);

	return bytes_trim(attribute ? attribute->value : child ? child->text : BYTES(""));
}

/* holds_word(list, word): one of the words between semicolons, without case. */
static bool holds_word(bytes list, bytes word)
{
	bytes part;

	while (bytes_take_until(&list, ';', &part))
		if (bytes_equal_nocase(bytes_trim(part), word))
			return true;
	return false;
}

static int add_mention(const struct xml_element *element, size_t kind, struct arena *a,
                       struct dotnet_project *out, err *e)
{
	struct dotnet_mentioned mention = { .how = mentions[kind].how };
	bytes names = metadata_of(element, "Include"), name;

	if (names.n == 0 && mention.how == MENTION_USED) {
		names = metadata_of(element, "Update");
		mention.how = MENTION_UPDATED;
	}
	mention.version = metadata_of(element, "VersionOverride");
	if (mention.version.n == 0)
		mention.version = metadata_of(element, "Version");
	mention.development = mentions[kind].development ||
	                      holds_word(metadata_of(element, "PrivateAssets"), BYTES("all"));
	while (bytes_take_until(&names, ';', &name)) {
		mention.name = bytes_trim(name);
		if (mention.name.n == 0)
			continue;
		if (out->mentions.len >= LIMIT_DOTNET_LIBRARIES)
			return err_set(e, ERR_LIMIT, 0, "more than %d packages", LIMIT_DOTNET_LIBRARIES);
		*ARENA_PUSH(a, &out->mentions) = mention;
	}
	return 0;
}

static int add_property(const struct xml_element *element, struct arena *a,
                        struct dotnet_project *out, err *e)
{
	if (element->first)
		return 0;
	if (out->properties.len >= LIMIT_DOTNET_LIBRARIES)
		return err_set(e, ERR_LIMIT, 0, "more than %d properties", LIMIT_DOTNET_LIBRARIES);
	*ARENA_PUSH(a, &out->properties) = (struct dotnet_property){ element->name,
		                                                         bytes_trim(element->text) };
	return 0;
}

static int add_element(const struct xml_element *element, struct arena *a,
                       struct dotnet_project *out, err *e)
{
	if (element->parent && bytes_is(element->parent->name, "PropertyGroup"))
		return add_property(element, a, out, e);
	for (size_t i = 0; i < MENTIONS; i++)
		if (bytes_is(element->name, mentions[i].element))
			return add_mention(element, i, a, out, e);
	return 0;
}

/* Groups stand in the project, below Choose, in targets; each of them counts. */
int dotnet_project_parse(bytes text, struct arena *a, struct dotnet_project *out, err *e)
{
	struct dotnet_project project = { 0 };
	const struct xml_element *root;

	if (xml_parse(text, a, &root, e) < 0)
		return -1;
	for (const struct xml_element *at = root; at; at = xml_after(at, root))
		if (add_element(at, a, &project, e) < 0)
			return -1;
	*out = project;
	return 0;
}

/* -- versions --------------------------------------------------------------------------------- */

bool dotnet_version_named(bytes text, bytes *out)
{
	text = bytes_trim(text);
	if (text.n > 2 && text.p[0] == '[' && text.p[text.n - 1] == ']')
		text = bytes_trim(bytes_slice(text, 1, text.n - 2));
	for (size_t i = 0; i < text.n; i++)
		if (memchr("[](),*$%@ ", text.p[i], 10))
			return false;
	*out = text;
	return text.n > 0 && text.p[0] >= '0' && text.p[0] <= '9';
}

/* -- wire form -------------------------------------------------------------------------------- */

void dotnet_project_pack(buf *b, const struct dotnet_project *project)
{
	pack_u64(b, project->properties.len);
	for (size_t i = 0; i < project->properties.len; i++) {
		pack_bytes(b, project->properties.items[i].name);
		pack_bytes(b, project->properties.items[i].value);
	}
	pack_u64(b, project->mentions.len);
	for (size_t i = 0; i < project->mentions.len; i++) {
		const struct dotnet_mentioned *m = &project->mentions.items[i];

		pack_u64(b, m->how);
		pack_u64(b, m->development);
		pack_bytes(b, m->name);
		pack_bytes(b, m->version);
	}
}

static bool take_mention(bytes *in, struct dotnet_mentioned *m)
{
	uint64_t how;

	if (!pack_take_u64(in, MENTION_CENTRAL, &how) || !pack_take_bool(in, &m->development) ||
	    !pack_take_bytes(in, LIMIT_RECORD, &m->name) ||
	    !pack_take_bytes(in, LIMIT_RECORD, &m->version))
		return false;
	m->how = (enum dotnet_mention)how;
	return true;
}

bool dotnet_project_take(bytes *in, struct arena *a, struct dotnet_project *out)
{
	uint64_t n;

	*out = (struct dotnet_project){ 0 };
	if (!pack_take_u64(in, LIMIT_DOTNET_LIBRARIES, &n))
		return false;
	while (n-- > 0) {
		struct dotnet_property *p = ARENA_PUSH(a, &out->properties);

		if (!pack_take_bytes(in, LIMIT_RECORD, &p->name) ||
		    !pack_take_bytes(in, LIMIT_RECORD, &p->value))
			return false;
	}
	if (!pack_take_u64(in, LIMIT_DOTNET_LIBRARIES, &n))
		return false;
	while (n-- > 0)
		if (!take_mention(in, ARENA_PUSH(a, &out->mentions)))
			return false;
	return true;
}
