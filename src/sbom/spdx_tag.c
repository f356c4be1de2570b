/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.3 as tag-value: "Tag: value" lines, specification chapters 6 to 11. A value is one line:
 * what would end it is written in its printable form, so that no name begins a tag of its own. */
#include "sbom/parts.h"
#include "sbom/spdx.h"

#include "base/text.h"

static void put_line(struct stream *out, const char *tag, const char *value)
{
	stream_printf(out, "%s: ", tag);
	stream_puts(out, value);
	stream_puts(out, "\n");
}

static void put_value(struct stream *out, const char *tag, bytes untrusted)
{
	if (untrusted.n == 0)
		return;
	stream_printf(out, "%s: ", tag);
	stream_show(out, untrusted);
	stream_puts(out, "\n");
}

/* "<text>" and "</text>" stand around what may have several lines; nothing inside may end it. */
static void put_text(struct stream *out, const char *tag, bytes untrusted)
{
	bytes end = BYTES("</text>");

	stream_printf(out, "%s: <text>", tag);
	for (size_t n; untrusted.n > 0; untrusted = bytes_skip(untrusted, n)) {
		n = bytes_search(untrusted, end);
		stream_show(out, bytes_slice(untrusted, 0, n));
		if (n < untrusted.n) {
			stream_puts(out, "\\x3c");
			n++;
		}
	}
	stream_puts(out, "</text>\n");
}

static void put_creation(struct stream *out, const struct parts *parts)
{
	const struct sbom *bill = parts->bill;

	put_line(out, "SPDXVersion", SPDX_VERSION);
	put_line(out, "DataLicense", "CC0-1.0");
	put_line(out, "SPDXID", "SPDXRef-DOCUMENT");
	put_value(out, "DocumentName", bill->name);
	put_line(out, "DocumentNamespace", parts->uuid);
	put_line(out, "LicenseListVersion", LICENCE_LIST_VERSION);
	stream_printf(out, "Creator: Tool: oakum-%s\n", bill->tool_version);
	put_line(out, "Created", PARTS_TIME(bill->created));
}

static void put_known(struct stream *out, const char *tag, bytes value)
{
	put_value(out, tag, value.n > 0 ? value : BYTES(SPDX_NOTHING));
}

static void put_hex(struct stream *out, const digest *d)
{
	buf hex = BUF_INIT(128);

	text_hex(&hex, bytes_of(d->value, digest_size(d)));
	stream_put(out, buf_bytes(&hex));
	stream_puts(out, "\n");
	buf_done(&hex);
}

static void put_analysed(struct stream *out, const struct parts *parts, uint32_t owner,
                         struct arena *scratch)
{
	const char *code = spdx_code(parts, owner, scratch);

	put_line(out, "FilesAnalyzed", code ? "true" : "false");
	if (code)
		put_line(out, "PackageVerificationCode", code);
}

static void put_image(struct stream *out, const struct parts *parts)
{
	const struct sbom *bill = parts->bill;
	const digest *d = &bill->image;
	struct arena scratch = ARENA_INIT;

	stream_puts(out, "\n");
	put_value(out, "PackageName", bill->name);
	put_line(out, "SPDXID", SPDX_IMAGE);
	if (digest_size(d) > 0)
		put_line(out, "PackageVersion", DIGEST_TEXT(d));
	put_line(out, "PrimaryPackagePurpose", "CONTAINER");
	put_line(out, "PackageSupplier", SPDX_NOTHING);
	put_line(out, "PackageDownloadLocation", SPDX_NOTHING);
	put_analysed(out, parts, 0, &scratch);
	arena_done(&scratch);
	put_line(out, "PackageLicenseConcluded", SPDX_NOTHING);
	put_line(out, "PackageLicenseDeclared", SPDX_NOTHING);
	put_line(out, "PackageCopyrightText", SPDX_NOTHING);
	if (digest_size(d) == 0)
		return;
	stream_puts(out, d->algorithm == DIGEST_SHA256 ? "PackageChecksum: SHA256: "
	                                               : "PackageChecksum: SHA512: ");
	put_hex(out, d);
}

static void put_reference(struct stream *out, const char *type, bytes locator)
{
	if (locator.n == 0)
		return;
	stream_printf(out, "ExternalRef: %s ", type);
	stream_show(out, locator);
	stream_puts(out, "\n");
}

static void put_checksums(struct stream *out, bytes checksums)
{
	const char *spdx, *cyclonedx;
	bytes hex;

	while (sbom_checksum_next(&checksums, &spdx, &cyclonedx, &hex)) {
		stream_printf(out, "PackageChecksum: %s: ", spdx);
		stream_put(out, hex); /* letters and digits */
		stream_puts(out, "\n");
	}
}

static void put_some_text(struct stream *out, const char *tag, bytes text)
{
	if (text.n > 0)
		put_text(out, tag, text);
}

static void put_package(struct stream *out, const struct parts *parts, size_t i,
                        const struct sbom_package *p, struct arena *scratch)
{
	stream_puts(out, "\n");
	put_value(out, "PackageName", p->name);
	stream_printf(out, "SPDXID: " SPDX_PACKAGE "%s\n", parts_id(parts, i, p, scratch));
	put_value(out, "PackageVersion", p->version);
	put_line(out, "PrimaryPackagePurpose", spdx_purpose(p->kind));
	put_known(out, "PackageSupplier", p->supplier);
	put_value(out, "PackageOriginator", p->originator);
	put_known(out, "PackageDownloadLocation", p->download);
	put_analysed(out, parts, (uint32_t)i + 1, scratch);
	put_checksums(out, p->checksums);
	put_value(out, "PackageHomePage", p->homepage);
	put_some_text(out, "PackageSourceInfo", spdx_source_info(parts->bill, p, scratch));
	put_line(out, "PackageLicenseConcluded", SPDX_NOTHING);
	put_line(out, "PackageLicenseDeclared", spdx_licence(&p->licence, scratch));
	if (p->copyright.n > 0)
		put_text(out, "PackageCopyrightText", p->copyright);
	else
		put_line(out, "PackageCopyrightText", SPDX_NOTHING);
	put_some_text(out, "PackageDescription", p->description);
	put_some_text(out, "PackageComment", spdx_comment(p, scratch));
	put_reference(out, "PACKAGE-MANAGER purl", p->purl);
	put_reference(out, "SECURITY cpe23Type", p->cpe);
}

/* Section 8: a file has a SHA-1, always; those that could not be hashed are left out. */
static void put_files(struct stream *out, const struct parts *parts)
{
	struct arena scratch = ARENA_INIT;
	struct sbom_file f;
	size_t at = 0;

	while (parts_next_file(parts->bill, &at, &scratch, &f)) {
		if (digest_size(&f.sha1) == 0)
			continue;
		stream_puts(out, "\n");
		put_value(out, "FileName", spdx_file_name(&f, &scratch));
		stream_printf(out, "SPDXID: " SPDX_REF "%s\nFileChecksum: SHA1: ",
		              parts_file_id(parts, &f, &scratch));
		put_hex(out, &f.sha1);
		stream_puts(out, "FileChecksum: SHA256: ");
		put_hex(out, &f.sha256);
		put_line(out, "LicenseConcluded", SPDX_NOTHING);
		put_line(out, "FileCopyrightText", SPDX_NOTHING);
	}
	arena_done(&scratch);
}

/* What belongs to no package belongs to the image. */
static void put_owners(struct stream *out, const struct parts *parts)
{
	struct arena scratch = ARENA_INIT, other = ARENA_INIT;
	struct sbom_package p;
	struct sbom_file f;
	size_t at = 0;

	while (parts_next_file(parts->bill, &at, &scratch, &f)) {
		if (digest_size(&f.sha1) == 0)
			continue;
		stream_puts(out, "Relationship: ");
		if (f.owner > 0 && parts_package(parts->bill, f.owner - 1, &other, &p))
			stream_printf(out, SPDX_PACKAGE "%s", parts_id(parts, f.owner - 1, &p, &other));
		else
			stream_puts(out, SPDX_IMAGE);
		stream_printf(out, " CONTAINS " SPDX_REF "%s\n", parts_file_id(parts, &f, &scratch));
	}
	arena_done(&scratch);
	arena_done(&other);
}

static void put_relationships(struct stream *out, const struct parts *parts)
{
	const struct sbom *bill = parts->bill;
	struct arena scratch = ARENA_INIT, other = ARENA_INIT;
	struct sbom_package p, q;
	const char *from = "";

	stream_puts(out, "\nRelationship: SPDXRef-DOCUMENT DESCRIBES " SPDX_IMAGE "\n");
	for (size_t i = 0; parts_package(bill, i, &scratch, &p); i++)
		stream_printf(out, "Relationship: " SPDX_IMAGE " CONTAINS " SPDX_PACKAGE "%s\n",
		              parts_id(parts, i, &p, &scratch));
	for (size_t i = 0; i < bill->edges_len; i++) {
		const struct sbom_edge *edge = &bill->edges[i];

		if (i == 0 || edge->from != bill->edges[i - 1].from) {
			parts_package(bill, edge->from, &scratch, &p);
			from = parts_id(parts, edge->from, &p, &scratch);
		}
		parts_package(bill, edge->to, &other, &q);
		stream_printf(out, "Relationship: " SPDX_PACKAGE "%s DEPENDS_ON " SPDX_PACKAGE "%s\n", from,
		              parts_id(parts, edge->to, &q, &other));
	}
	put_owners(out, parts);
	arena_done(&scratch);
	arena_done(&other);
}

static void put_texts(struct stream *out, const struct sbom *bill, const struct spdx_texts *texts)
{
	struct arena scratch = ARENA_INIT;
	bytes text;

	for (size_t i = 0; spdx_texts_get(texts, bill, i, &scratch, &text); i++) {
		stream_puts(out, "\n");
		put_line(out, "LicenseID", licence_ref(text, &scratch));
		put_text(out, "ExtractedText", text);
		put_line(out, "LicenseName", SPDX_NOTHING);
	}
	arena_done(&scratch);
}

void spdx_tag_write(const struct sbom *bill, struct stream *out)
{
	struct spdx_texts texts = { 0 };
	struct arena scratch = ARENA_INIT;
	struct sbom_package p;
	struct parts parts;

	parts_begin(&parts, bill, SBOM_SPDX_TAG);
	spdx_own(&parts);
	put_creation(out, &parts);
	put_image(out, &parts);
	for (size_t i = 0; parts_package(bill, i, &scratch, &p); i++) {
		put_package(out, &parts, i, &p, &scratch);
		spdx_texts_add(&texts, i, &p.licence);
	}
	put_files(out, &parts);
	put_texts(out, bill, &texts);
	put_relationships(out, &parts);
	spdx_texts_done(&texts);
	parts_done(&parts);
	arena_done(&scratch);
}
