/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.2 and 2.3: what both forms share, and JSON. */
#include "sbom/reader.h"

#include "base/text.h"
#include "sbom/spdx.h"

enum sbom_kind reader_purpose(bytes name)
{
	if (bytes_is(name, "APPLICATION"))
		return SBOM_APPLICATION;
	if (bytes_is(name, "FRAMEWORK"))
		return SBOM_FRAMEWORK;
	if (bytes_is(name, "OPERATING_SYSTEM") || bytes_is(name, "OPERATING-SYSTEM"))
		return SBOM_OPERATING_SYSTEM;
	return SBOM_LIBRARY;
}

bytes reader_said(bytes text)
{
	return bytes_is(text, SPDX_NOTHING) || bytes_is(text, "NONE") ? (bytes){ NULL, 0 } : text;
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
void reader_source_info(struct reader *r, bytes info, struct sbom_package *p)
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

void reader_comment(bytes comment, struct sbom_package *p)
{
	while (comment.n > 0) {
		bytes remark = bytes_slice(comment, 0, bytes_search(comment, BYTES("; ")));

		comment = bytes_skip(comment, remark.n);
		(void)bytes_take_prefix(&comment, BYTES("; ")); /* none behind the last */
		if (bytes_is(remark, SBOM_OVERRIDDEN))
			p->overridden = true;
		else if (bytes_is(remark, SBOM_OF_SYSTEM))
			p->owned_by_system = true;
		else if (bytes_take_prefix(&remark, BYTES(SPDX_SLICES)))
			p->slices = remark;
		else if (bytes_take_prefix(&remark, BYTES(SPDX_MODULE)))
			p->module = remark;
	}
}

int reader_relation(struct reader *r, bytes from, bytes type, bytes to, err *e)
{
	reader_related(r, hash_bytes(from));
	reader_related(r, hash_bytes(to));
	if (bytes_is(type, "DEPENDS_ON"))
		return reader_edge(r, hash_bytes(from), hash_bytes(to), e);
	if (bytes_is(type, "DEPENDENCY_OF"))
		return reader_edge(r, hash_bytes(to), hash_bytes(from), e);
	if (bytes_is(type, "DESCRIBES") && bytes_is(from, "SPDXRef-DOCUMENT") && r->root == 0)
		r->root = hash_bytes(to);
	return 0;
}

/* -- packages ---------------------------------------------------------------------------------- */

static void take_references(struct reader *r, json package, struct sbom_package *p)
{
	json list = reader_list(r, package, "externalRefs");

	for (json ref = json_first(list); json_type(ref) != JSON_NONE; ref = json_next(ref)) {
		bytes type = reader_str(r, ref, "referenceType");
		bytes locator = reader_str(r, ref, "referenceLocator");

		if (bytes_is(type, "purl") && p->purl.n == 0)
			p->purl = locator;
		else if (bytes_is(type, "cpe23Type") && p->cpe.n == 0)
			p->cpe = locator;
	}
}

static bytes checksums_of(struct reader *r, json package)
{
	json list = reader_list(r, package, "checksums");
	buf b = BUF_INIT(LIMIT_SBOM_ITEM);

	for (json i = json_first(list); json_type(i) != JSON_NONE; i = json_next(i))
		sbom_checksum_put(&b, reader_str(r, i, "algorithm"), reader_str(r, i, "checksumValue"));
	bytes text = arena_bytes(&r->scratch, buf_bytes(&b));

	buf_done(&b);
	return text;
}

/* declared when it says something, else concluded. */
static bytes licence_said(struct reader *r, json package)
{
	bytes said = reader_said(reader_str(r, package, "licenseDeclared"));

	return said.n > 0 ? said : reader_said(reader_str(r, package, "licenseConcluded"));
}

static int take_package(struct reader *r, json package, err *e)
{
	struct sbom_package p = {
		.name = reader_str(r, package, "name"),
		.version = reader_str(r, package, "versionInfo"),
		.kind = reader_purpose(reader_str(r, package, "primaryPackagePurpose")),
		.licence.text = licence_said(r, package),
		.supplier = reader_said(reader_str(r, package, "supplier")),
		.originator = reader_said(reader_str(r, package, "originator")),
		.description = reader_str(r, package, "description"),
		.copyright = reader_said(reader_str(r, package, "copyrightText")),
		.homepage = reader_said(reader_str(r, package, "homepage")),
		.download = reader_said(reader_str(r, package, "downloadLocation")),
		.checksums = checksums_of(r, package),
	};

	reader_check_expression(r, p.licence.text);
	take_references(r, package, &p);
	reader_comment(reader_str(r, package, "comment"), &p);
	reader_source_info(r, reader_str(r, package, "sourceInfo"), &p);
	return reader_add(r, reader_str(r, package, "SPDXID"), &p, e);
}

static int take_packages(struct reader *r, struct json_stream *s, err *e)
{
	return reader_items(r, s, take_package, e);
}

/* -- the document ------------------------------------------------------------------------------ */

static int take_licence_text(struct reader *r, json info, err *e)
{
	bytes ref = reader_str(r, info, "licenseId");

	return ref.n > 0 ? reader_text(r, ref, reader_str(r, info, "extractedText"), e) : 0;
}

static int take_texts(struct reader *r, struct json_stream *s, err *e)
{
	return reader_items(r, s, take_licence_text, e);
}

/* There are several for each package: no item is made of them. */
static int take_relationships(struct reader *r, struct json_stream *s, err *e)
{
	int more = reader_enter(s, false, e);

	while (more > 0 && (more = json_stream_item(s, e)) > 0) {
		bytes from = { 0 }, type = { 0 }, to = { 0 };
		int member = reader_enter(s, true, e);

		arena_reset(&r->scratch);
		while (member > 0 && (member = json_stream_item(s, e)) > 0) {
			bytes *into = json_stream_is(s, "spdxElementId")        ? &from
			              : json_stream_is(s, "relationshipType")   ? &type
			              : json_stream_is(s, "relatedSpdxElement") ? &to
			                                                        : NULL;

			if (into ? reader_token(s, e) < 0 : json_stream_skip(s, e) < 0)
				return -1;
			if (into)
				*into = json_stream_text(s, &r->scratch);
		}
		if (member < 0 || reader_relation(r, from, type, to, e) < 0)
			return -1;
	}
	return more;
}

static int take_describes(struct reader *r, struct json_stream *s, err *e)
{
	int more = reader_enter(s, false, e);

	while (more > 0 && (more = json_stream_item(s, e)) > 0) {
		if (reader_token(s, e) < 0)
			return -1;
		arena_reset(&r->scratch);
		bytes id = json_stream_text(s, &r->scratch);

		if (r->root == 0 && id.n > 0)
			r->root = hash_bytes(id);
	}
	return more;
}

static int take_name(struct reader *r, struct json_stream *s, err *e)
{
	if (reader_token(s, e) < 0)
		return -1;
	if (r->out->bill.name.n == 0)
		r->out->bill.name = json_stream_text(s, r->arena);
	return 0;
}

static int take_creation_info(struct reader *r, json info, err *e)
{
	json list = reader_list(r, info, "creators");
	buf names = BUF_INIT(LIMIT_SBOM_ITEM);

	(void)e;
	/* A time that is none stays 0: it is the document's, not the image's. */
	(void)!text_from_date(reader_str(r, info, "created"), &r->out->bill.created);
	for (json i = json_first(list); json_type(i) != JSON_NONE; i = json_next(i)) {
		buf_put(&names, json_bytes(i, &r->scratch));
		buf_putc(&names, '\n');
	}
	r->out->creators = reader_keep(r, buf_bytes(&names));
	buf_done(&names);
	return 0;
}

static int take_creation(struct reader *r, struct json_stream *s, err *e)
{
	return reader_object(r, s, take_creation_info, e);
}

const struct reader_member spdx_members[] = {
	{ "name", take_name },
	{ "creationInfo", take_creation },
	{ "packages", take_packages },
	{ "relationships", take_relationships },
	{ "documentDescribes", take_describes },
	{ "hasExtractedLicensingInfos", take_texts },
	{ NULL, NULL },
};
