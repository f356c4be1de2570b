/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.2 to 1.7, as JSON. */
#include "sbom/reader.h"

#include "base/buf.h"
#include "base/text.h"

static bytes property(const struct reader *r, json component, const char *name)
{
	json list = json_get(component, "properties");

	for (json p = json_first(list); json_type(p) != JSON_NONE; p = json_next(p))
		if (bytes_is(reader_str(r, p, "name"), name))
			return reader_str(r, p, "value");
	return (bytes){ 0 };
}

/* either(r, component, ours, trivys): the property that says something. */
static bytes either(const struct reader *r, json component, const char *ours, const char *other)
{
	bytes value = property(r, component, ours);

	return value.n > 0 ? value : property(r, component, other);
}

static enum sbom_kind kind_of(bytes type)
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
static struct licence licence_from(const struct reader *r, json component)
{
	json list = json_get(component, "licenses");
	buf joined = BUF_INIT(SIZE_MAX / 2);

	for (json i = json_first(list); json_type(i) != JSON_NONE; i = json_next(i)) {
		json licence = json_get(i, "license");
		bytes said = reader_str(r, i, "expression");

		if (said.n == 0)
			said = reader_str(r, licence, "id");
		if (said.n == 0)
			said = reader_str(r, licence, "name");
		if (said.n > 0 && joined.n > 0)
			buf_puts(&joined, " AND ");
		buf_put(&joined, said);
	}
	struct licence made = licence_of(arena_bytes(r->arena, buf_bytes(&joined)), r->arena);

	buf_done(&joined);
	return made;
}

/* Of scoped names the scope stands in `group`: @angular and core, org.slf4j and slf4j-api. */
static bytes name_of(const struct reader *r, json component, bytes purl)
{
	bytes name = reader_str(r, component, "name"), group = reader_str(r, component, "group");
	buf whole = BUF_INIT(SIZE_MAX / 2);

	if (group.n == 0)
		return name;
	buf_put(&whole, group);
	buf_putc(&whole, bytes_starts(purl, BYTES("pkg:maven/")) ? ':' : '/');
	buf_put(&whole, name);
	name = arena_bytes(r->arena, buf_bytes(&whole));
	buf_done(&whole);
	return name;
}

static bytes path_of(const struct reader *r, json component)
{
	json evidence = json_get(component, "evidence");
	bytes path = reader_str(r, json_first(json_get(evidence, "occurrences")), "location");

	return path.n > 0 ? path
	                  : either(r, component, "aquasecurity:trivy:FilePath", "syft:location:0:path");
}

static int read_component(struct reader *r, json component, err *e)
{
	bytes type = reader_str(r, component, "type"), purl = reader_str(r, component, "purl");
	struct sbom_package p = { .kind = kind_of(type),
		                      .name = name_of(r, component, purl),
		                      .version = reader_str(r, component, "version"),
		                      .purl = purl,
		                      .licence = licence_from(r, component),
		                      .path = path_of(r, component) };

	if (bytes_is(type, "file"))
		return 0;
	p.source_name = either(r, component, "oakum:source:name", "aquasecurity:trivy:SrcName");
	p.source_version = either(r, component, "oakum:source:version",
	                          "aquasecurity:trivy:SrcVersion");
	p.overridden = bytes_is(property(r, component, "oakum:overridden"), SBOM_OVERRIDDEN);
	p.layer = reader_layer(
		r, either(r, component, "oakum:layer:digest", "aquasecurity:trivy:LayerDigest"),
		either(r, component, "oakum:layer:diff_id", "aquasecurity:trivy:LayerDiffID"));
	return reader_add(r, reader_str(r, component, "bom-ref"), &p, e);
}

/* Components hold components. The depth is bounded by that of JSON: each level is two of it. */
static int read_components(struct reader *r, json holder, err *e)
{
	json list = json_get(holder, "components");

	for (json i = json_first(list); json_type(i) != JSON_NONE; i = json_next(i))
		if (read_component(r, i, e) < 0 || read_components(r, i, e) < 0)
			return -1;
	return 0;
}

static int read_dependencies(struct reader *r, json root, err *e)
{
	json list = json_get(root, "dependencies");

	for (json i = json_first(list); json_type(i) != JSON_NONE; i = json_next(i)) {
		json needs = json_get(i, "dependsOn");
		bytes from = reader_str(r, i, "ref");

		for (json to = json_first(needs); json_type(to) != JSON_NONE; to = json_next(to))
			if (reader_edge(r, from, json_bytes(to, r->arena), e) < 0)
				return -1;
	}
	return 0;
}

static void take_image(struct reader *r, json image)
{
	struct sbom *bill = &r->out->bill;
	err ignored = { 0 }; /* a version that is no digest names none */

	bill->name = reader_str(r, image, "name");
	bill->os = property(r, image, "oakum:os");
	bill->architecture = property(r, image, "oakum:architecture");
	(void)digest_parse(reader_str(r, image, "version"), &bill->image, &ignored);
}

int cyclonedx_read(struct reader *r, json root, err *e)
{
	json metadata = json_get(root, "metadata"), image = json_get(metadata, "component");
	bytes version = r->out->version;

	if (version.n != 3 || !bytes_starts(version, BYTES("1.")) || version.p[2] < '2' ||
	    version.p[2] > '7')
		return err_set(e, ERR_FORMAT, 0, "'%s': only CycloneDX 1.2 to 1.7 are read", SHOW(version));
	/* A time that is none stays 0: it is the document's, not the image's. */
	(void)!text_from_date(reader_str(r, metadata, "timestamp"), &r->out->bill.created);
	take_image(r, image);
	if (!reader_is_image(reader_str(r, image, "purl")) && read_component(r, image, e) < 0)
		return -1;
	if (read_components(r, root, e) < 0)
		return -1;
	return read_dependencies(r, root, e);
}
