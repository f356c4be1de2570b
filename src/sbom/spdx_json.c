/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.3 as JSON: specification chapters 6 to 11, spdx-schema.json of the same version. */
#include "fmt/json_write.h"
#include "sbom/parts.h"
#include "sbom/spdx.h"

#include "base/text.h"

static void write_creation(struct json_writer *w, const struct parts *parts)
{
	const struct sbom *bill = parts->bill;
	struct arena a = ARENA_INIT;

	json_write_text(w, "spdxVersion", SPDX_VERSION);
	json_write_text(w, "dataLicense", "CC0-1.0");
	json_write_text(w, "SPDXID", "SPDXRef-DOCUMENT");
	json_write_str(w, "name", bill->name);
	json_write_text(w, "documentNamespace", parts->uuid);
	json_write_object(w, "creationInfo");
	json_write_text(w, "created", PARTS_TIME(bill->created));
	json_write_array(w, "creators");
	json_write_text(w, NULL, arena_printf(&a, "Tool: oakum-%s", bill->tool_version));
	json_write_end(w);
	json_write_text(w, "licenseListVersion", LICENCE_LIST_VERSION);
	json_write_end(w);
	arena_done(&a);
}

static void write_known(struct json_writer *w, const char *name, bytes value)
{
	json_write_str(w, name, value.n > 0 ? value : BYTES(SPDX_NOTHING));
}

static void write_some(struct json_writer *w, const char *name, bytes value)
{
	if (value.n > 0)
		json_write_str(w, name, value);
}

/* write_digests(w, digests, n): section 7.10 or 8.4. */
static void write_digests(struct json_writer *w, const digest *const *digests, size_t n)
{
	static const char *const names[] = {
		[DIGEST_SHA1] = "SHA1", [DIGEST_SHA256] = "SHA256", [DIGEST_SHA512] = "SHA512"
	};
	buf hex = BUF_INIT(128);

	json_write_array(w, "checksums");
	for (size_t i = 0; i < n; i++) {
		if (digest_size(digests[i]) == 0)
			continue;
		buf_clear(&hex);
		text_hex(&hex, bytes_of(digests[i]->value, digest_size(digests[i])));
		json_write_object(w, NULL);
		json_write_text(w, "algorithm", names[digests[i]->algorithm]);
		json_write_str(w, "checksumValue", buf_bytes(&hex));
		json_write_end(w);
	}
	json_write_end(w);
	buf_done(&hex);
}

static void write_analysed(struct json_writer *w, const struct parts *parts, uint32_t owner,
                           struct arena *scratch)
{
	const char *code = spdx_code(parts, owner, scratch);

	json_write_bool(w, "filesAnalyzed", code != NULL);
	if (!code)
		return;
	json_write_object(w, "packageVerificationCode");
	json_write_text(w, "packageVerificationCodeValue", code);
	json_write_end(w);
}

static void write_image(struct json_writer *w, const struct parts *parts)
{
	const struct sbom *bill = parts->bill;
	struct arena scratch = ARENA_INIT;
	const digest *digests[] = { &bill->image };

	json_write_object(w, NULL);
	json_write_text(w, "SPDXID", SPDX_IMAGE);
	json_write_str(w, "name", bill->name);
	if (digest_size(&bill->image) > 0)
		json_write_text(w, "versionInfo", DIGEST_TEXT(&bill->image));
	json_write_text(w, "primaryPackagePurpose", "CONTAINER");
	json_write_text(w, "supplier", SPDX_NOTHING);
	json_write_text(w, "downloadLocation", SPDX_NOTHING);
	write_analysed(w, parts, 0, &scratch);
	arena_done(&scratch);
	json_write_text(w, "licenseConcluded", SPDX_NOTHING);
	json_write_text(w, "licenseDeclared", SPDX_NOTHING);
	json_write_text(w, "copyrightText", SPDX_NOTHING);
	if (digest_size(&bill->image) > 0)
		write_digests(w, digests, 1);
	json_write_end(w);
}

static void write_reference(struct json_writer *w, const char *category, const char *type,
                            bytes locator)
{
	if (locator.n == 0)
		return;
	json_write_object(w, NULL);
	json_write_text(w, "referenceCategory", category);
	json_write_text(w, "referenceType", type);
	json_write_str(w, "referenceLocator", locator);
	json_write_end(w);
}

static void write_references(struct json_writer *w, const struct sbom_package *p)
{
	if (p->purl.n == 0 && p->cpe.n == 0)
		return;
	json_write_array(w, "externalRefs");
	write_reference(w, "PACKAGE-MANAGER", "purl", p->purl);
	write_reference(w, "SECURITY", "cpe23Type", p->cpe);
	json_write_end(w);
}

static void write_checksums(struct json_writer *w, bytes checksums)
{
	const char *spdx, *cyclonedx;
	bytes hex;

	if (checksums.n == 0)
		return;
	json_write_array(w, "checksums");
	while (sbom_checksum_next(&checksums, &spdx, &cyclonedx, &hex)) {
		json_write_object(w, NULL);
		json_write_text(w, "algorithm", spdx);
		json_write_str(w, "checksumValue", hex);
		json_write_end(w);
	}
	json_write_end(w);
}

static const char *package_id(const struct parts *parts, size_t i, const struct sbom_package *p,
                              struct arena *scratch)
{
	return arena_printf(scratch, SPDX_PACKAGE "%s", parts_id(parts, i, p, scratch));
}

static void write_package(struct json_writer *w, const struct parts *parts, size_t i,
                          const struct sbom_package *p, struct arena *scratch)
{
	json_write_object(w, NULL);
	json_write_text(w, "SPDXID", package_id(parts, i, p, scratch));
	json_write_str(w, "name", p->name);
	write_some(w, "versionInfo", p->version);
	json_write_text(w, "primaryPackagePurpose", spdx_purpose(p->kind));
	write_known(w, "supplier", p->supplier);
	write_some(w, "originator", p->originator);
	write_known(w, "downloadLocation", p->download);
	write_analysed(w, parts, (uint32_t)i + 1, scratch);
	write_checksums(w, p->checksums);
	write_some(w, "homepage", p->homepage);
	write_some(w, "sourceInfo", spdx_source_info(parts->bill, p, scratch));
	json_write_text(w, "licenseConcluded", SPDX_NOTHING);
	json_write_text(w, "licenseDeclared", spdx_licence(&p->licence, scratch));
	write_known(w, "copyrightText", p->copyright);
	write_some(w, "description", p->description);
	write_some(w, "comment", spdx_comment(p, scratch));
	write_references(w, p);
	json_write_end(w);
}

static void write_packages(struct json_writer *w, const struct parts *parts,
                           struct spdx_texts *texts)
{
	struct arena scratch = ARENA_INIT;
	struct sbom_package p;

	json_write_array(w, "packages");
	write_image(w, parts);
	for (size_t i = 0; parts_package(parts->bill, i, &scratch, &p); i++) {
		write_package(w, parts, i, &p, &scratch);
		spdx_texts_add(texts, i, &p.licence);
	}
	json_write_end(w);
	arena_done(&scratch);
}

/* Section 8: a file has a SHA-1, always; those that could not be hashed are left out. */
static void write_files(struct json_writer *w, const struct parts *parts)
{
	struct arena scratch = ARENA_INIT;
	struct sbom_file f;
	size_t at = 0;

	if (!parts->bill->next_file)
		return;
	json_write_array(w, "files");
	while (parts_next_file(parts->bill, &at, &scratch, &f)) {
		const digest *digests[] = { &f.sha1, &f.sha256 };

		if (digest_size(&f.sha1) == 0)
			continue;
		json_write_object(w, NULL);
		json_write_text(w, "SPDXID",
		                arena_printf(&scratch, SPDX_REF "%s", parts_file_id(parts, &f, &scratch)));
		json_write_str(w, "fileName", spdx_file_name(&f, &scratch));
		write_digests(w, digests, 2);
		json_write_text(w, "licenseConcluded", SPDX_NOTHING);
		json_write_text(w, "copyrightText", SPDX_NOTHING);
		json_write_end(w);
	}
	json_write_end(w);
	arena_done(&scratch);
}

static void write_texts(struct json_writer *w, const struct sbom *bill,
                        const struct spdx_texts *texts)
{
	struct arena scratch = ARENA_INIT;
	bytes text;

	if (texts->packages.n == 0)
		return;
	json_write_array(w, "hasExtractedLicensingInfos");
	for (size_t i = 0; spdx_texts_get(texts, bill, i, &scratch, &text); i++) {
		json_write_object(w, NULL);
		json_write_text(w, "licenseId", licence_ref(text, &scratch));
		json_write_str(w, "extractedText", text);
		json_write_text(w, "name", SPDX_NOTHING);
		json_write_end(w);
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

/* What belongs to no package belongs to the image. */
static void write_owners(struct json_writer *w, const struct parts *parts)
{
	struct arena scratch = ARENA_INIT, other = ARENA_INIT;
	struct sbom_package p;
	struct sbom_file f;
	size_t at = 0;

	while (parts_next_file(parts->bill, &at, &scratch, &f)) {
		const char *owner = SPDX_IMAGE;

		if (digest_size(&f.sha1) == 0)
			continue;
		if (f.owner > 0 && parts_package(parts->bill, f.owner - 1, &other, &p))
			owner = package_id(parts, f.owner - 1, &p, &other);
		write_relationship(
			w, owner, "CONTAINS",
			arena_printf(&scratch, SPDX_REF "%s", parts_file_id(parts, &f, &scratch)));
	}
	arena_done(&scratch);
	arena_done(&other);
}

static void write_relationships(struct json_writer *w, const struct parts *parts)
{
	const struct sbom *bill = parts->bill;
	struct arena scratch = ARENA_INIT, other = ARENA_INIT;
	struct sbom_package p, q;
	const char *from = "";

	json_write_array(w, "relationships");
	write_relationship(w, "SPDXRef-DOCUMENT", "DESCRIBES", SPDX_IMAGE);
	for (size_t i = 0; parts_package(bill, i, &scratch, &p); i++)
		write_relationship(w, SPDX_IMAGE, "CONTAINS", package_id(parts, i, &p, &scratch));
	for (size_t i = 0; i < bill->edges_len; i++) {
		const struct sbom_edge *edge = &bill->edges[i];

		if (i == 0 || edge->from != bill->edges[i - 1].from) {
			parts_package(bill, edge->from, &scratch, &p);
			from = package_id(parts, edge->from, &p, &scratch);
		}
		parts_package(bill, edge->to, &other, &q);
		write_relationship(w, from, "DEPENDS_ON", package_id(parts, edge->to, &q, &other));
	}
	write_owners(w, parts);
	json_write_end(w);
	arena_done(&scratch);
	arena_done(&other);
}

void spdx_json_write(const struct sbom *bill, struct stream *out)
{
	struct spdx_texts texts = { 0 };
	struct json_writer w;
	struct parts parts;

	parts_begin(&parts, bill, SBOM_SPDX_JSON);
	spdx_own(&parts);
	json_write_init(&w, out);
	json_write_object(&w, NULL);
	write_creation(&w, &parts);
	write_packages(&w, &parts, &texts);
	write_files(&w, &parts);
	write_texts(&w, bill, &texts);
	write_relationships(&w, &parts);
	json_write_end(&w);
	spdx_texts_done(&texts);
	parts_done(&parts);
}
