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

static void put_creation(struct stream *out, const struct sbom *bill)
{
	put_line(out, "SPDXVersion", SPDX_VERSION);
	put_line(out, "DataLicense", "CC0-1.0");
	put_line(out, "SPDXID", "SPDXRef-DOCUMENT");
	put_value(out, "DocumentName", bill->name);
	put_line(out, "DocumentNamespace", PARTS_UUID(bill, SBOM_SPDX_TAG));
	put_line(out, "LicenseListVersion", LICENCE_LIST_VERSION);
	stream_printf(out, "Creator: Tool: oakum-%s\n", bill->tool_version);
	put_line(out, "Created", PARTS_TIME(bill->created));
}

static void put_nothing_known(struct stream *out)
{
	put_line(out, "PackageSupplier", SPDX_NOTHING);
	put_line(out, "PackageDownloadLocation", SPDX_NOTHING);
	put_line(out, "FilesAnalyzed", "false");
	put_line(out, "PackageLicenseConcluded", SPDX_NOTHING);
	put_line(out, "PackageCopyrightText", SPDX_NOTHING);
}

static void put_image(struct stream *out, const struct sbom *bill)
{
	const digest *d = &bill->image;

	stream_puts(out, "\n");
	put_value(out, "PackageName", bill->name);
	put_line(out, "SPDXID", SPDX_IMAGE);
	if (digest_size(d) > 0)
		put_line(out, "PackageVersion", DIGEST_TEXT(d));
	put_line(out, "PrimaryPackagePurpose", "CONTAINER");
	put_nothing_known(out);
	put_line(out, "PackageLicenseDeclared", SPDX_NOTHING);
	if (digest_size(d) == 0)
		return;
	buf hex = BUF_INIT(128);

	text_hex(&hex, bytes_of(d->value, digest_size(d)));
	stream_printf(out,
	              "PackageChecksum: %s: ", d->algorithm == DIGEST_SHA256 ? "SHA256" : "SHA512");
	stream_put(out, buf_bytes(&hex));
	stream_puts(out, "\n");
	buf_done(&hex);
}

static void put_purl(struct stream *out, bytes purl)
{
	stream_puts(out, "ExternalRef: PACKAGE-MANAGER purl ");
	stream_show(out, purl);
	stream_puts(out, "\n");
}

static void put_package(struct stream *out, const struct sbom *bill, const struct sbom_package *p,
                        struct arena *scratch)
{
	stream_puts(out, "\n");
	put_value(out, "PackageName", p->name);
	stream_printf(out, "SPDXID: " SPDX_PACKAGE "%s\n", parts_id(p, scratch));
	put_value(out, "PackageVersion", p->version);
	put_line(out, "PrimaryPackagePurpose", spdx_purpose(p->kind));
	bytes source_info = spdx_source_info(bill, p, scratch);

	if (source_info.n > 0)
		put_text(out, "PackageSourceInfo", source_info);
	put_nothing_known(out);
	put_line(out, "PackageLicenseDeclared", spdx_licence(&p->licence, scratch));
	if (p->overridden)
		put_text(out, "PackageComment", BYTES(SBOM_OVERRIDDEN));
	if (p->purl.n > 0)
		put_purl(out, p->purl);
}

static void put_relationships(struct stream *out, const struct sbom *bill)
{
	struct arena scratch = ARENA_INIT, other = ARENA_INIT;
	struct sbom_package p, q;

	stream_puts(out, "\nRelationship: SPDXRef-DOCUMENT DESCRIBES " SPDX_IMAGE "\n");
	for (size_t i = 0; parts_package(bill, i, &scratch, &p); i++)
		stream_printf(out, "Relationship: " SPDX_IMAGE " CONTAINS " SPDX_PACKAGE "%s\n",
		              parts_id(&p, &scratch));
	for (size_t i = 0; i < bill->edges_len; i++) {
		parts_package(bill, bill->edges[i].from, &scratch, &p);
		parts_package(bill, bill->edges[i].to, &other, &q);
		stream_printf(out, "Relationship: " SPDX_PACKAGE "%s DEPENDS_ON " SPDX_PACKAGE "%s\n",
		              parts_id(&p, &scratch), parts_id(&q, &other));
	}
	arena_done(&scratch);
	arena_done(&other);
}

static void put_texts(struct stream *out, const struct spdx_texts *texts)
{
	struct arena scratch = ARENA_INIT;

	for (size_t i = 0; i < texts->seen.len; i++) {
		bytes text = texts->seen.items[i].key;

		stream_puts(out, "\n");
		put_line(out, "LicenseID", licence_ref(text, &scratch));
		put_text(out, "ExtractedText", text);
		put_line(out, "LicenseName", SPDX_NOTHING);
		arena_reset(&scratch);
	}
	arena_done(&scratch);
}

void spdx_tag_write(const struct sbom *bill, struct stream *out)
{
	struct arena a = ARENA_INIT, scratch = ARENA_INIT;
	struct spdx_texts texts;
	struct sbom_package p;

	map_init(&texts.seen, &a);
	put_creation(out, bill);
	put_image(out, bill);
	for (size_t i = 0; parts_package(bill, i, &scratch, &p); i++) {
		put_package(out, bill, &p, &scratch);
		spdx_texts_add(&texts, &p.licence);
	}
	put_texts(out, &texts);
	put_relationships(out, bill);
	arena_done(&scratch);
	arena_done(&a);
}
