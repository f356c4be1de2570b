/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.2 and 2.3, as JSON. */
#include "sbom/reader.h"

#include "base/text.h"

static bytes purl_of(const struct reader *r, json package)
{
	json list = json_get(package, "externalRefs");

	for (json ref = json_first(list); json_type(ref) != JSON_NONE; ref = json_next(ref))
		if (bytes_is(reader_str(r, ref, "referenceType"), "purl"))
			return reader_str(r, ref, "referenceLocator");
	return (bytes){ 0 };
}

static enum sbom_kind kind_of(bytes purpose)
{
	if (bytes_is(purpose, "APPLICATION"))
		return SBOM_APPLICATION;
	if (bytes_is(purpose, "FRAMEWORK"))
		return SBOM_FRAMEWORK;
	if (bytes_is(purpose, "OPERATING_SYSTEM") || bytes_is(purpose, "OPERATING-SYSTEM"))
		return SBOM_OPERATING_SYSTEM;
	return SBOM_LIBRARY;
}

/* behind(info, mark, end): what stands behind mark, up to end or the end. */
static bytes behind(bytes info, const char *mark, const char *end)
{
	size_t at = bytes_search(info, bytes_str(mark));

	if (at == info.n)
		return (bytes){ 0 };
	info = bytes_skip(info, at + strlen(mark));
	return bytes_slice(info, 0, bytes_search(info, bytes_str(end)));
}

/* Section 7.12 is free text. Ours: "built from glibc 2.36-9; read from PATH in layer
 * sha256:…"; Trivy's: "built package from: glibc 2.36-9"; Syft's: "acquired package info from DPKG
 * DB: /PATH". */
static void take_source_info(struct reader *r, bytes info, struct sbom_package *p)
{
	bytes place = info, source = { 0 }, name;

	if (bytes_take_prefix(&place, BYTES("built from ")))
		source = bytes_slice(place, 0, bytes_search(place, BYTES("; read from ")));
	else if (bytes_take_prefix(&place, BYTES("built package from: ")))
		source = place;
	p->source_version = source;
	if (bytes_take_until(&p->source_version, ' ', &name))
		p->source_name = name;
	p->path = behind(info, "read from ", " in layer sha");
	if (p->path.n == 0)
		p->path = behind(behind(info, "acquired package info from ", ";"), ": /", ", ");
	p->layer = reader_layer(r, behind(info, " in layer ", ";"), (bytes){ 0 });
}

/* declared when it says something, else concluded; a LicenseRef is the words it stands for. */
static struct licence licence_from(const struct reader *r, json package, const struct map *texts)
{
	bytes said = reader_str(r, package, "licenseDeclared");
	const bytes *text;

	if (said.n == 0 || bytes_is(said, "NOASSERTION") || bytes_is(said, "NONE"))
		said = reader_str(r, package, "licenseConcluded");
	if (bytes_is(said, "NOASSERTION") || bytes_is(said, "NONE"))
		return (struct licence){ 0 };
	text = map_get(texts, said);
	return licence_of(text ? *text : said, r->arena);
}

static void read_texts(const struct reader *r, json root, struct map *out)
{
	json list = json_get(root, "hasExtractedLicensingInfos");

	map_init(out, r->arena);
	for (json i = json_first(list); json_type(i) != JSON_NONE; i = json_next(i)) {
		bytes *text = arena_new(r->arena, bytes);

		*text = reader_str(r, i, "extractedText");
		*map_put(out, reader_str(r, i, "licenseId")) = text;
	}
}

/* The image: what the document describes (section 11.1), in 2.2 also in a list of its own. */
static bytes find_root(const struct reader *r, json root)
{
	json list = json_get(root, "relationships");

	for (json i = json_first(list); json_type(i) != JSON_NONE; i = json_next(i))
		if (bytes_is(reader_str(r, i, "relationshipType"), "DESCRIBES") &&
		    bytes_is(reader_str(r, i, "spdxElementId"), "SPDXRef-DOCUMENT"))
			return reader_str(r, i, "relatedSpdxElement");
	return json_bytes(json_first(json_get(root, "documentDescribes")), r->arena);
}

static void take_image(struct reader *r, json package)
{
	bytes version = reader_str(r, package, "versionInfo");
	err ignored = { 0 }; /* a version that is no digest names none */

	r->out->bill.name = reader_str(r, package, "name");
	(void)digest_parse(version, &r->out->bill.image, &ignored);
}

static int read_package(struct reader *r, json package, const struct map *texts, err *e)
{
	bytes id = reader_str(r, package, "SPDXID");
	struct sbom_package p = { .name = reader_str(r, package, "name"),
		                      .version = reader_str(r, package, "versionInfo"),
		                      .purl = purl_of(r, package),
		                      .licence = licence_from(r, package, texts) };

	if (id.n > 0 && bytes_equal(id, r->root) && reader_is_image(p.purl)) {
		take_image(r, package);
		return 0;
	}
	p.kind = kind_of(reader_str(r, package, "primaryPackagePurpose"));
	p.overridden = bytes_is(reader_str(r, package, "comment"), SBOM_OVERRIDDEN);
	take_source_info(r, reader_str(r, package, "sourceInfo"), &p);
	return reader_add(r, id, &p, e);
}

static int read_relationship(struct reader *r, json relationship, err *e)
{
	bytes type = reader_str(r, relationship, "relationshipType");
	bytes from = reader_str(r, relationship, "spdxElementId");
	bytes to = reader_str(r, relationship, "relatedSpdxElement");

	if (bytes_is(type, "DEPENDS_ON"))
		return reader_edge(r, from, to, e);
	if (bytes_is(type, "DEPENDENCY_OF"))
		return reader_edge(r, to, from, e);
	return 0;
}

int spdx_read(struct reader *r, json root, err *e)
{
	struct sbom *bill = &r->out->bill;
	struct map texts;

	if (!bytes_is(r->out->version, "SPDX-2.2") && !bytes_is(r->out->version, "SPDX-2.3"))
		return err_set(e, ERR_FORMAT, 0, "'%s': only SPDX-2.2 and SPDX-2.3 are read",
		               SHOW(r->out->version));
	bill->name = reader_str(r, root, "name");
	/* A time that is none stays 0: it is the document's, not the image's. */
	(void)!text_from_date(reader_str(r, json_get(root, "creationInfo"), "created"), &bill->created);
	r->root = find_root(r, root);
	read_texts(r, root, &texts);
	json list = json_get(root, "packages");

	for (json i = json_first(list); json_type(i) != JSON_NONE; i = json_next(i))
		if (read_package(r, i, &texts, e) < 0)
			return -1;
	list = json_get(root, "relationships");
	for (json i = json_first(list); json_type(i) != JSON_NONE; i = json_next(i))
		if (read_relationship(r, i, e) < 0)
			return -1;
	return 0;
}
