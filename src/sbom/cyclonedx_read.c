/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.2 to 1.7, as JSON. */
#include "sbom/reader.h"

#include "base/text.h"

/* CycloneDX 1.2 knows no properties: there a member of this name may be anything. */
static bytes property(struct reader *r, json component, const char *name)
{
	json list = json_get(component, "properties");

	for (json p = json_first(list); json_type(p) != JSON_NONE; p = json_next(p))
		if (bytes_is(json_bytes(json_get(p, "name"), &r->scratch), name))
			return json_bytes(json_get(p, "value"), &r->scratch);
	return (bytes){ 0 };
}

/* either(r, component, ours, trivys): the property that says something. */
static bytes either(struct reader *r, json component, const char *ours, const char *other)
{
	bytes value = property(r, component, ours);

	return value.n > 0 ? value : property(r, component, other);
}

static enum sbom_kind type_named(bytes type)
{
	if (bytes_is(type, "application"))
		return SBOM_APPLICATION;
	if (bytes_is(type, "framework"))
		return SBOM_FRAMEWORK;
	if (bytes_is(type, "operating-system"))
		return SBOM_OPERATING_SYSTEM;
	return SBOM_LIBRARY;
}

/* Several licences in a list all hold: they are joined. */
static bytes licence_said(struct reader *r, json component)
{
	json list = reader_list(r, component, "licenses");
	buf joined = BUF_INIT(SIZE_MAX / 2);

	for (json i = json_first(list); json_type(i) != JSON_NONE; i = json_next(i)) {
		json licence = json_get(i, "license");
		bytes said = reader_str(r, i, "expression");

		reader_check_expression(r, said);
		if (said.n == 0)
			said = reader_str(r, licence, "id");
		if (said.n == 0)
			said = reader_str(r, licence, "name");
		if (said.n > 0 && joined.n > 0)
			buf_puts(&joined, " AND ");
		buf_put(&joined, said);
	}
	bytes text = arena_bytes(&r->scratch, buf_bytes(&joined));

	buf_done(&joined);
	return text;
}

/* Of scoped names the scope stands in `group`: @angular and core, org.slf4j and slf4j-api. */
static bytes name_of(struct reader *r, json component, bytes purl)
{
	bytes name = reader_str(r, component, "name"), group = reader_str(r, component, "group");
	buf whole = BUF_INIT(SIZE_MAX / 2);

	if (group.n == 0)
		return name;
	buf_put(&whole, group);
	buf_putc(&whole, bytes_starts(purl, BYTES("pkg:maven/")) ? ':' : '/');
	buf_put(&whole, name);
	name = arena_bytes(&r->scratch, buf_bytes(&whole));
	buf_done(&whole);
	return name;
}

static bytes path_of(struct reader *r, json component)
{
	json evidence = json_get(component, "evidence");
	json place = json_get(json_first(json_get(evidence, "occurrences")), "location");
	bytes path = json_bytes(place, &r->scratch);

	return path.n > 0 ? path
	                  : either(r, component, "aquasecurity:trivy:FilePath", "syft:location:0:path");
}

static bytes checksums_of(struct reader *r, json component)
{
	json list = reader_list(r, component, "hashes");
	buf b = BUF_INIT(LIMIT_SBOM_ITEM);

	for (json i = json_first(list); json_type(i) != JSON_NONE; i = json_next(i))
		sbom_checksum_put(&b, reader_str(r, i, "alg"), reader_str(r, i, "content"));
	bytes text = arena_bytes(&r->scratch, buf_bytes(&b));

	buf_done(&b);
	return text;
}

/* who(r, component, said, name): as SPDX writes it, which is how it is kept. CycloneDX tells no
 * person from an organisation, but our property does. */
static bytes who(struct reader *r, json component, const char *said, bytes name)
{
	bytes whole = property(r, component, said);

	if (whole.n > 0 || name.n == 0)
		return whole;
	return bytes_str(arena_printf(&r->scratch, "Organization: " PRIb, BYTESF(name)));
}

static void take_references(struct reader *r, json component, struct sbom_package *p)
{
	json list = reader_list(r, component, "externalReferences");

	for (json i = json_first(list); json_type(i) != JSON_NONE; i = json_next(i)) {
		bytes type = reader_str(r, i, "type");

		if (bytes_is(type, "website") && p->homepage.n == 0)
			p->homepage = reader_str(r, i, "url");
		else if (bytes_is(type, "distribution") && p->download.n == 0)
			p->download = reader_str(r, i, "url");
	}
}

static bytes no_nul(struct reader *r, bytes name)
{
	return name.n > 0 && bytes_find(name, 0) < name.n ? (bytes){ NULL, 0 }
	                                                  : arena_bytes(&r->scratch, name);
}

static int take_component(struct reader *r, json component, err *e)
{
	bytes type = reader_str(r, component, "type"), purl = reader_str(r, component, "purl");
	bytes supplier = reader_str(r, json_get(component, "supplier"), "name");
	bytes author = reader_str(r, component, "author");
	struct sbom_package p = {
		.kind = type_named(type),
		.name = name_of(r, component, purl),
		.version = reader_str(r, component, "version"),
		.purl = purl,
		.licence.text = licence_said(r, component),
		.path = path_of(r, component),
		.cpe = reader_str(r, component, "cpe"),
		.description = reader_str(r, component, "description"),
		.copyright = reader_str(r, component, "copyright"),
		.checksums = checksums_of(r, component),
		.supplier = who(r, component, "oakum:supplier", no_nul(r, supplier)),
		.originator = who(r, component, "oakum:originator", no_nul(r, author)),
	};

	if (bytes_is(type, "file"))
		return 0;
	take_references(r, component, &p);
	p.source_name = either(r, component, "oakum:source:name", "aquasecurity:trivy:SrcName");
	p.source_version = either(r, component, "oakum:source:version",
	                          "aquasecurity:trivy:SrcVersion");
	p.overridden = bytes_is(property(r, component, "oakum:overridden"), SBOM_OVERRIDDEN);
	p.owned_by_system = bytes_is(property(r, component, "oakum:owned-by-system"), SBOM_OF_SYSTEM);
	p.slices = property(r, component, "oakum:slices");
	p.module = property(r, component, "oakum:module");
	if (p.module.n == 0)
		p.module = either(r, component, "aquasecurity:trivy:Modularitylabel",
		                  "syft:metadata:modularityLabel");
	p.layer = reader_layer(
		r, either(r, component, "oakum:layer:digest", "aquasecurity:trivy:LayerDigest"),
		either(r, component, "oakum:layer:diff_id", "aquasecurity:trivy:LayerDiffID"));
	return reader_add(r, reader_str(r, component, "bom-ref"), &p, e);
}

/* -- components in components ------------------------------------------------------------------ */

static int take_components(struct reader *r, struct json_stream *s, err *e);

/* Its own members gather behind those of the component around it; the components inside are read as
 * they come. The depth is bounded by that of JSON: each level is two of it. */
static int gather(struct reader *r, struct json_stream *s, size_t base, err *e)
{
	int more = 1;

	buf_putc(&r->item, '{');
	while ((more = json_stream_item(s, e)) > 0) {
		if (json_stream_is(s, "components")) {
			if (take_components(r, s, e) < 0)
				return -1;
			continue;
		}
		if (r->item.n + s->token.n + 3 > r->item.max)
			return err_set(e, ERR_LIMIT, 0, "a component of more than %u MiB",
			               (unsigned)(LIMIT_SBOM_ITEM / MIB));
		if (r->item.n > base + 1)
			buf_putc(&r->item, ',');
		buf_put(&r->item, s->token);
		buf_putc(&r->item, ':');
		if (json_stream_value(s, &r->item, e) < 0)
			return -1;
	}
	if (more == 0 && r->item.n < r->item.max)
		buf_putc(&r->item, '}');
	return more;
}

static int take_one(struct reader *r, struct json_stream *s, err *e)
{
	size_t base = r->item.n;
	int result = reader_enter(s, true, e);

	if (result <= 0)
		return result;
	result = gather(r, s, base, e);
	if (result == 0 &&
	    (result = reader_parse(r, bytes_skip(buf_bytes(&r->item), base), take_component, e)) < 0)
		json_stream_wrap(s, e);
	r->item.n = base;
	return result;
}

static int take_components(struct reader *r, struct json_stream *s, err *e)
{
	int more = reader_enter(s, false, e);

	while (more > 0 && (more = json_stream_item(s, e)) > 0)
		if (take_one(r, s, e) < 0)
			return -1;
	return more;
}

/* -- who needs whom ---------------------------------------------------------------------------- */

static uint64_t hash_of(struct reader *r, const struct json_stream *s)
{
	arena_reset(&r->scratch);
	return hash_bytes(json_stream_text(s, &r->scratch));
}

static int take_needed(struct reader *r, struct json_stream *s, err *e)
{
	int more = reader_enter(s, false, e);

	while (more > 0 && (more = json_stream_item(s, e)) > 0) {
		if (reader_token(s, e) < 0)
			return -1;
		uint64_t to = hash_of(r, s);

		reader_related(r, to);
		if (reader_edge(r, 0, to, e) < 0)
			return -1;
	}
	return more;
}

/* One dependency may name all components (the image's does): no item is made of it. Who needs them
 * may be said behind them. */
static int take_dependency(struct reader *r, struct json_stream *s, err *e)
{
	size_t first = r->edges.n;
	uint64_t from = 0;
	int more = reader_enter(s, true, e);

	while (more > 0 && (more = json_stream_item(s, e)) > 0) {
		if (json_stream_is(s, "dependsOn")) {
			if (take_needed(r, s, e) < 0)
				return -1;
		} else if (json_stream_is(s, "ref")) {
			if (reader_token(s, e) < 0)
				return -1;
			from = hash_of(r, s);
			reader_related(r, from);
		} else if (json_stream_skip(s, e) < 0) {
			return -1;
		}
	}
	for (; first < r->edges.n; first += sizeof(struct reader_edge))
		memcpy(r->edges.p + first, &from, sizeof(from));
	return more;
}

static int take_dependencies(struct reader *r, struct json_stream *s, err *e)
{
	int more = reader_enter(s, false, e);

	while (more > 0 && (more = json_stream_item(s, e)) > 0)
		if (take_dependency(r, s, e) < 0)
			return -1;
	return more;
}

/* -- the image --------------------------------------------------------------------------------- */

static void take_creators(struct reader *r, json metadata)
{
	static const char *const lists[] = { "authors", "manufacture", "manufacturer", "supplier" };
	buf names = BUF_INIT(LIMIT_SBOM_ITEM);

	for (size_t i = 0; i < 4; i++) {
		json who_made = json_get(metadata, lists[i]);
		json one = json_type(who_made) == JSON_ARRAY ? json_first(who_made) : who_made;
		bytes name = reader_str(r, one, "name");

		buf_put(&names, name);
		buf_puts(&names, name.n > 0 ? "\n" : "");
	}
	json tools = json_get(metadata, "tools");
	json tool = json_first(json_type(tools) == JSON_ARRAY ? tools : json_get(tools, "components"));

	for (; json_type(tool) != JSON_NONE; tool = json_next(tool)) {
		buf_puts(&names, "Tool: ");
		buf_put(&names, reader_str(r, tool, "name"));
		buf_putc(&names, '\n');
	}
	r->out->creators = reader_keep(r, buf_bytes(&names));
	buf_done(&names);
}

/* take_inside(r, component, e): those that stand inside of one, at any depth, which JSON bounds. */
static int take_inside(struct reader *r, json component, err *e)
{
	json list = reader_list(r, component, "components");

	for (json c = json_first(list); json_type(c) != JSON_NONE; c = json_next(c)) {
		if (json_type(c) != JSON_OBJECT)
			return err_set(e, ERR_FORMAT, 0, "a component that is no object");
		if (take_component(r, c, e) < 0 || take_inside(r, c, e) < 0)
			return -1;
	}
	return 0;
}

static int take_metadata_of(struct reader *r, json metadata, err *e)
{
	json image = json_get(metadata, "component");
	struct sbom *bill = &r->out->bill;
	const struct sbom_package p = { .name = reader_str(r, image, "name"),
		                            .version = reader_str(r, image, "version") };

	/* A time that is none stays 0: it is the document's, not the image's. */
	(void)!text_from_date(reader_str(r, metadata, "timestamp"), &bill->created);
	take_creators(r, metadata);
	reader_describe(r, &p);
	r->root = hash_bytes(reader_str(r, image, "bom-ref"));
	bill->os = reader_keep(r, property(r, image, "oakum:os"));
	bill->architecture = reader_keep(r, property(r, image, "oakum:architecture"));
	if (!reader_is_image(reader_str(r, image, "purl")) && take_component(r, image, e) < 0)
		return -1;
	return take_inside(r, image, e);
}

static int take_metadata(struct reader *r, struct json_stream *s, err *e)
{
	return reader_object(r, s, take_metadata_of, e);
}

const struct reader_member cyclonedx_members[] = {
	{ "metadata", take_metadata },
	{ "components", take_components },
	{ "dependencies", take_dependencies },
	{ NULL, NULL },
};
