/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dotnet_source.h"

#include "base/pack.h"
#include "fmt/xml.h"

/* -- what a file says ---------------------------------------------------------------------------- */

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
	const struct xml_element *at, *root;
	struct dotnet_project project = { 0 };

	if (xml_parse(text, a, &root, e) < 0)
		return -1;
	for (at = root; at; at = at->first ? at->first : at->next) {
		if (add_element(at, a, &project, e) < 0)
			return -1;
		while (!at->first && !at->next && at->parent)
			at = at->parent->next || !at->parent->parent
			             ? &(const struct xml_element){ .next = at->parent->next }
			             : at->parent;
	}
	*out = project;
	return 0;
}
