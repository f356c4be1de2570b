/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.3 as JSON: specification chapters 6 to 11, spdx-schema.json of the same version. */
#include "fmt/json_write.h"
#include "sbom/parts.h"
#include "sbom/spdx.h"

#include "base/text.h"

static void write_creation(struct json_writer *w, const struct sbom *bill)
{
	struct arena a = ARENA_INIT;

	json_write_text(w, "spdxVersion", SPDX_VERSION);
	json_write_text(w, "dataLicense", "CC0-1.0");
	json_write_text(w, "SPDXID", "SPDXRef-DOCUMENT");
	json_write_str(w, "name", bill->name);
	json_write_text(w, "documentNamespace", PARTS_UUID(bill, SBOM_SPDX_JSON));
	json_write_object(w, "creationInfo");
	json_write_text(w, "created", PARTS_TIME(bill->created));
	json_write_array(w, "creators");
	json_write_text(w, NULL, arena_printf(&a, "Tool: oakum-%s", bill->tool_version));
	json_write_end(w);
	json_write_text(w, "licenseListVersion", LICENCE_LIST_VERSION);
	json_write_end(w);
	arena_done(&a);
}

static void write_nothing_known(struct json_writer *w)
{
	json_write_text(w, "supplier", SPDX_NOTHING);
	json_write_text(w, "downloadLocation", SPDX_NOTHING);
	json_write_bool(w, "filesAnalyzed", false);
	json_write_text(w, "licenseConcluded", SPDX_NOTHING);
	json_write_text(w, "copyrightText", SPDX_NOTHING);
}

static void write_checksum(struct json_writer *w, const digest *d)
{
	buf hex = BUF_INIT(128);

	if (digest_size(d) == 0)
		return;
	text_hex(&hex, bytes_of(d->value, digest_size(d)));
	json_write_array(w, "checksums");
	json_write_object(w, NULL);
	json_write_text(w, "algorithm", d->algorithm == DIGEST_SHA256 ? "SHA256" : "SHA512");
	json_write_str(w, "checksumValue", buf_bytes(&hex));
	json_write_end(w);
	json_write_end(w);
	buf_done(&hex);
}

static void write_image(struct json_writer *w, const struct sbom *bill)
{
	json_write_object(w, NULL);
	json_write_text(w, "SPDXID", SPDX_IMAGE);
	json_write_str(w, "name", bill->name);
	if (digest_size(&bill->image) > 0)
		json_write_text(w, "versionInfo", DIGEST_TEXT(&bill->image));
	json_write_text(w, "primaryPackagePurpose", "CONTAINER");
	write_nothing_known(w);
	json_write_text(w, "licenseDeclared", SPDX_NOTHING);
	write_checksum(w, &bill->image);
	json_write_end(w);
}

static void write_purl(struct json_writer *w, bytes purl)
{
	if (purl.n == 0)
		return;
	json_write_array(w, "externalRefs");
	json_write_object(w, NULL);
	json_write_text(w, "referenceCategory", "PACKAGE-MANAGER");
	json_write_text(w, "referenceType", "purl");
	json_write_str(w, "referenceLocator", purl);
	json_write_end(w);
	json_write_end(w);
}

static const char *package_id(const struct sbom_package *p, struct arena *scratch)
{
	return arena_printf(scratch, SPDX_PACKAGE "%s", parts_id(p, scratch));
}

static void write_package(struct json_writer *w, const struct sbom *bill,
                          const struct sbom_package *p, struct arena *scratch)
{
	bytes source_info = spdx_source_info(bill, p, scratch);

	json_write_object(w, NULL);
	json_write_text(w, "SPDXID", package_id(p, scratch));
	json_write_str(w, "name", p->name);
	if (p->version.n > 0)
		json_write_str(w, "versionInfo", p->version);
	json_write_text(w, "primaryPackagePurpose", spdx_purpose(p->kind));
	if (source_info.n > 0)
		json_write_str(w, "sourceInfo", source_info);
	write_nothing_known(w);
	json_write_text(w, "licenseDeclared", spdx_licence(&p->licence, scratch));
	if (p->overridden)
		json_write_text(w, "comment", SBOM_OVERRIDDEN);
	write_purl(w, p->purl);
	json_write_end(w);
}

static void write_packages(struct json_writer *w, const struct sbom *bill, struct spdx_texts *texts)
{
	struct arena scratch = ARENA_INIT;
	struct sbom_package p;

	json_write_array(w, "packages");
	write_image(w, bill);
	for (size_t i = 0; parts_package(bill, i, &scratch, &p); i++) {
		write_package(w, bill, &p, &scratch);
		spdx_texts_add(texts, &p.licence);
	}
	json_write_end(w);
	arena_done(&scratch);
}

static void write_texts(struct json_writer *w, const struct spdx_texts *texts)
{
	struct arena scratch = ARENA_INIT;

	if (texts->seen.len == 0)
		return;
	json_write_array(w, "hasExtractedLicensingInfos");
	for (size_t i = 0; i < texts->seen.len; i++) {
		bytes text = texts->seen.items[i].key;

		json_write_object(w, NULL);
		json_write_text(w, "licenseId", licence_ref(text, &scratch));
		json_write_str(w, "extractedText", text);
		json_write_text(w, "name", SPDX_NOTHING);
		json_write_end(w);
		arena_reset(&scratch);
	}
	json_write_end(w);
	arena_done(&scratch);
}

static void write_relationship(struct json_writer *w, const char *from, const char *type,
                               const char *to)
{
	json_write_object(w, NULL);
	json_write_text(w, "spdxElementId", from);
	json_write_text(w, "relationshipType", type);
	json_write_text(w, "relatedSpdxElement", to);
	json_write_end(w);
}

static void write_relationships(struct json_writer *w, const struct sbom *bill)
{
	struct arena scratch = ARENA_INIT, other = ARENA_INIT;
	struct sbom_package p, q;

	json_write_array(w, "relationships");
	write_relationship(w, "SPDXRef-DOCUMENT", "DESCRIBES", SPDX_IMAGE);
	for (size_t i = 0; parts_package(bill, i, &scratch, &p); i++)
		write_relationship(w, SPDX_IMAGE, "CONTAINS", package_id(&p, &scratch));
	for (size_t i = 0; i < bill->edges_len; i++) {
		parts_package(bill, bill->edges[i].from, &scratch, &p);
		parts_package(bill, bill->edges[i].to, &other, &q);
		write_relationship(w, package_id(&p, &scratch), "DEPENDS_ON", package_id(&q, &other));
	}
	json_write_end(w);
	arena_done(&scratch);
	arena_done(&other);
}

void spdx_json_write(const struct sbom *bill, struct stream *out)
{
	struct arena a = ARENA_INIT;
	struct spdx_texts texts;
	struct json_writer w;

	map_init(&texts.seen, &a);
	json_write_init(&w, out);
	json_write_object(&w, NULL);
	write_creation(&w, bill);
	write_packages(&w, bill, &texts);
	write_texts(&w, &texts);
	write_relationships(&w, bill);
	json_write_end(&w);
	arena_done(&a);
}
