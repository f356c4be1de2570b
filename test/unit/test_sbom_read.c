/* SPDX-License-Identifier: Apache-2.0 */
/* Documents by hand: SPDX 2.2 and 2.3, CycloneDX 1.2 and 1.6, in the members their specifications
 * name. Real ones: Trivy's, from the folder of real data. Round trips: what both formats can hold
 * comes back as it was. */
#include "unit.h"

#include "sbom/read.h"

#include "catalog_fixture.h"
#include "sbom_shelf.h"

#include <sys/mman.h>

static struct sbom_document document;
static struct arena scratch;
static int spool = -1;

/* One octet a piece, too: what is read does not hang on where pieces end. */
struct pieces {
	bytes rest;
	size_t piece;
};

static int give_piece(void *ctx, bytes *out, err *e)
{
	struct pieces *p = ctx;

	(void)e;
	*out = bytes_slice(p->rest, 0, p->piece);
	p->rest = bytes_skip(p->rest, p->piece);
	return 0;
}

static int read_in(bytes text, size_t piece, struct sbom_document *out, err *e)
{
	struct pieces pieces = { text, piece };
	const struct sbom_source source = { give_piece, &pieces };

	if (spool < 0)
		spool = memfd_create("packages", MFD_CLOEXEC);
	assert_true(spool >= 0);
	return sbom_read(&source, spool, &arena, out, e);
}

static void reads_octets(bytes text)
{
	err e = { 0 };

	if (read_in(text, 1, &document, &e) < 0)
		fail_msg("piece by piece: %s", e.text);
	sbom_document_done(&document);
	if (read_in(text, SIZE_MAX, &document, &e) < 0)
		fail_msg("%s", e.text);
}

static void reads(const char *text)
{
	reads_octets(bytes_str(text));
}

static void refuses(const char *text, enum err_kind kind, const char *why)
{
	for (size_t piece = 1; piece < 100; piece += 98) {
		err e = { 0 };

		assert_int_equal(read_in(bytes_str(text), piece, &document, &e), -1);
		assert_non_null(strstr(e.text, why));
		assert_failed(&e, kind);
	}
}

static struct sbom_package at(size_t i)
{
	struct sbom_package p = { 0 };

	document.bill.package(document.bill.ctx, i, &scratch, &p);
	return p;
}

static struct sbom_package named(const char *name)
{
	for (size_t i = 0; i < document.bill.packages; i++)
		if (bytes_is(at(i).name, name))
			return at(i);
	fail_msg("no package %s", name);
	return at(0);
}

static void test_spdx_2_2(void **state)
{
	(void)state;
	reads("{\"spdxVersion\": \"SPDX-2.2\", \"name\": \"d\", \"documentDescribes\": [\"SPDXRef-i\"],"
	      "\"creationInfo\": {\"created\": \"2026-11-22T00:00:00Z\"},"
	      "\"hasExtractedLicensingInfos\": [{\"licenseId\": \"LicenseRef-1\","
	      "  \"extractedText\": \"my own\"}],"
	      "\"packages\": [{\"SPDXID\": \"SPDXRef-i\", \"name\": \"shop\"},"
	      "{\"SPDXID\": \"SPDXRef-a\", \"name\": \"libc6\", \"versionInfo\": \"2.36\","
	      "  \"sourceInfo\": \"built package from: glibc 2.36-9\","
	      "  \"licenseDeclared\": \"NOASSERTION\", \"licenseConcluded\": \"LicenseRef-1\","
	      "  \"externalRefs\": [{\"referenceCategory\": \"PACKAGE_MANAGER\","
	      "    \"referenceType\": \"purl\", \"referenceLocator\": \"pkg:deb/debian/libc6@2.36\"}]},"
	      "{\"SPDXID\": \"SPDXRef-b\", \"name\": \"bash\","
	      "  \"sourceInfo\": \"acquired package info from DPKG DB: /var/lib/dpkg/status\"},"
	      "{\"SPDXID\": \"SPDXRef-n\"}],"
	      "\"relationships\": [{\"spdxElementId\": \"SPDXRef-a\","
	      "  \"relationshipType\": \"DEPENDENCY_OF\", \"relatedSpdxElement\": \"SPDXRef-b\"},"
	      "{\"spdxElementId\": \"SPDXRef-b\", \"relationshipType\": \"DEPENDS_ON\","
	      "  \"relatedSpdxElement\": \"SPDXRef-nowhere\"}]}");
	assert_true(document.is_spdx);
	assert_bytes(document.bill.name, "shop");
	assert_int_equal(document.bill.created, 1795305600);
	assert_int_equal(document.bill.packages, 2);
	assert_bytes(named("libc6").type, "deb");
	assert_bytes(named("libc6").source_name, "glibc");
	assert_bytes(named("libc6").source_version, "2.36-9");
	assert_int_equal(named("libc6").licence.kind, LICENCE_TEXT);
	assert_bytes(named("libc6").licence.text, "my own");
	assert_bytes(named("bash").path, "var/lib/dpkg/status");
	assert_int_equal(document.bill.edges_len, 1);
	assert_int_equal(document.bill.edges[0].from, 1);
	assert_int_equal(document.bill.edges[0].to, 0);
	sbom_document_done(&document);
}

static void test_cyclonedx_1_2(void **state)
{
	(void)state;
	reads("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.2\", \"components\": ["
	      "{\"type\": \"library\", \"bom-ref\": \"a\", \"group\": \"org.slf4j\", \"name\": \"api\","
	      "  \"version\": \"2\", \"purl\": \"pkg:maven/org.slf4j/api@2\","
	      "  \"licenses\": [{\"license\": {\"id\": \"MIT\"}},"
	      "    {\"license\": {\"name\": \"ASL 2.0\"}}],"
	      "  \"components\": [{\"type\": \"library\", \"bom-ref\": \"b\", \"name\": \"inner\"},"
	      "    {\"type\": \"file\", \"name\": \"x\"}]}, "
	      "{\"type\": \"library\", \"bom-ref\": \"again\", \"name\": \"inner\"}],"
	      "\"dependencies\": [{\"ref\": \"a\", \"dependsOn\": [\"b\", \"again\", \"a\"]}]}");
	assert_int_equal(document.bill.packages, 2);
	assert_bytes(named("org.slf4j:api").licence.text, "MIT AND Apache-2.0");
	/* the same package under two names: one edge; what is inside of a component comes before it */
	assert_int_equal(document.bill.edges_len, 1);
	assert_int_equal(document.bill.edges[0].from, 1);
	assert_int_equal(document.bill.edges[0].to, 0);
	sbom_document_done(&document);
}

/* in-toto attestation, statement v0.1: what BuildKit attaches to an image. */
static void test_statement(void **state)
{
	(void)state;
	reads("{\"_type\": \"https://in-toto.io/Statement/v0.1\","
	      "\"predicateType\": \"https://spdx.dev/Document\","
	      "\"predicate\": {\"spdxVersion\": \"SPDX-2.3\","
	      "  \"packages\": [{\"SPDXID\": \"SPDXRef-a\", \"name\": \"a\"}]}}");
	assert_int_equal(document.bill.packages, 1);
	sbom_document_done(&document);
	/* the predicate before its type (sorted names), and all that in an envelope (base64) */
	reads("{\"payloadType\": \"application/vnd.in-toto+json\", \"signatures\": [], \"payload\": \""
	      "eyJwcmVkaWNhdGUiOiB7InNwZHhWZXJzaW9uIjogIlNQRFgtMi4zIiwgInBhY2thZ2VzIjogW3siU1BEWElEIjog"
	      "IlNQRFhSZWYtYSIsICJuYW1lIjogImEifV19LCAicHJlZGljYXRlVHlwZSI6ICJodHRwczovL3NwZHguZGV2L0Rv"
	      "Y3VtZW50IiwgIl90eXBlIjogImh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjAuMSJ9"
	      "\"}");
	assert_int_equal(document.bill.packages, 1);
	assert_true(document.is_statement);
	sbom_document_done(&document);
}

#define ENVELOPE "\"payloadType\": \"application/vnd.in-toto+json\", \"payload\": "

/* statement(type, predicate_type, predicate, beside): refused or read as said. */
static const char *statement(const char *type, const char *predicate_type, const char *rest)
{
	return arena_printf(&scratch, "{\"_type\": \"%s\", \"predicateType\": \"%s\", %s}", type,
	                    predicate_type, rest);
}

/* One digest must not be read as two things: types are exact, what is wrapped stands alone. */
static void test_statement_refused(void **state)
{
	static const char v1[] = "https://in-toto.io/Statement/v1";
	static const char spdx[] = "https://spdx.dev/Document";
	static const char predicate[] = "\"predicate\": {\"spdxVersion\": \"SPDX-2.3\"}";

	(void)state;
	refuses("{" ENVELOPE "\"e30\"}", ERR_FORMAT, "base64");
	refuses("{" ENVELOPE "\"eyJwYXlsb2FkIjogImUzMD0ifQ==\"}", ERR_FORMAT, "no statement");
	refuses("{\"payloadType\": \"text/plain\", \"payload\": \"e30=\"}", ERR_FORMAT, "text/plain");
	refuses("{\"payload\": \"e30=\"}", ERR_FORMAT, "type ''");
	refuses("{" ENVELOPE "\"e30=\", \"components\": []}", ERR_FORMAT, "members of a bill");
	refuses(statement(v1, "https://slsa.dev/provenance/v1", predicate), ERR_FORMAT, "neither");
	refuses(statement(v1, "https://spdx.dev/DocumentEvil", predicate), ERR_FORMAT, "neither");
	refuses(statement(v1, "https://spdx.dev/Document/v", predicate), ERR_FORMAT, "neither");
	refuses(statement(v1, "https://spdx.dev/Document/vX", predicate), ERR_FORMAT, "neither");
	refuses(statement(v1, "https://cyclonedx.org/bom", predicate), ERR_FORMAT, "is another");
	refuses(statement("https://evil/NotAStatement", spdx, predicate), ERR_FORMAT, "NotAStatement");
	refuses(statement(v1, spdx, "\"packages\": [], \"predicate\": {\"spdxVersion\": \"SPDX-2.3\"}"),
	        ERR_FORMAT, "beside");
	reads(statement(v1, "https://spdx.dev/Document/v2.3", predicate));
	assert_true(document.is_statement);
	sbom_document_done(&document);
}

/* What is of the wrong type is no empty list. */
static void test_wrong_types(void **state)
{
	static const struct {
		const char *members, *why;
	} spdx[] = {
		{ "\"packages\": {\"x\": 1}", "line 1, column 41: no array" },
		{ "\"packages\": [1]", "no object" },
		{ "\"packages\": [{\"name\": 5}]", "'name' is of the wrong type" },
		{ "\"packages\": [{\"name\": \"a\", \"externalRefs\": {}}]", "'externalRefs'" },
		{ "\"relationships\": [\"a\"]", "no object" },
		{ "\"documentDescribes\": [{}]", "no text" },
		{ "\"name\": []", "no text" },
	}, cyclonedx[] = {
		{ "\"components\": {\"0\": {\"name\": \"a\"}}", "no array" },
		{ "\"components\": \"openssl\"", "no array" },
		{ "\"components\": [[]]", "no object" },
		{ "\"components\": [null]", "no object" },
		{ "\"components\": [{\"name\": 5}]", "'name' is of the wrong type" },
		{ "\"components\": [{\"name\": \"a\", \"version\": 5}]", "'version'" },
		{ "\"components\": [{\"name\": \"a\", \"components\": {}}]", "no array" },
		{ "\"metadata\": {\"component\": {\"components\": {}}}", "'components'" },
		{ "\"metadata\": {\"component\": {\"components\": [1]}}", "no object" },
		{ "\"dependencies\": {}", "no array" },
		{ "\"dependencies\": [{\"ref\": 1}]", "no text" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(spdx) / sizeof(*spdx); i++)
		refuses(arena_printf(&scratch, "{\"spdxVersion\": \"SPDX-2.3\", %s}", spdx[i].members),
		        ERR_FORMAT, spdx[i].why);
	for (size_t i = 0; i < sizeof(cyclonedx) / sizeof(*cyclonedx); i++)
		refuses(arena_printf(&scratch,
		                     "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", %s}",
		                     cyclonedx[i].members),
		        ERR_FORMAT, cyclonedx[i].why);
	reads("{\"spdxVersion\": \"SPDX-2.3\", \"packages\": [{\"versionInfo\": \"1\"}],"
	      "\"relationships\": null}");
	assert_int_equal(document.nameless, 1);
	sbom_document_done(&document);
}

/* CycloneDX 1.6: a component has components, that of the metadata too. */
static void test_inside_of_metadata(void **state)
{
	(void)state;
	reads("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"metadata\": {\"component\":"
	      " {\"name\": \"image\", \"components\": [{\"name\": \"a\", \"version\": \"1\","
	      " \"components\": [{\"name\": \"b\", \"version\": \"2\"}]}]}}}");
	assert_int_equal(document.bill.packages, 2);
	assert_bytes(at(0).name, "a");
	assert_bytes(at(1).name, "b");
	sbom_document_done(&document);
}

static void test_refused(void **state)
{
	(void)state;
	refuses("", ERR_FORMAT, "");
	refuses("[]", ERR_FORMAT, "no object");
	refuses("{\"bomFormat\": \"Cyclone\", \"specVersion\": \"1.6\"}", ERR_FORMAT, "neither");
	refuses("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.1\"}", ERR_FORMAT, "1.2 to 1.7");
	refuses("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.8\"}", ERR_FORMAT, "1.2 to 1.7");
	refuses("{\"bomFormat\": \"CycloneDX\"}", ERR_FORMAT, "1.2 to 1.7");
	refuses("{\"spdxVersion\": \"SPDX-3.0\"}", ERR_FORMAT, "SPDX-2.3");
	refuses("{\"spdxVersion\": \"SPDX-2.3\", \"name\": \"a\", \"name\": \"b\"}", ERR_FORMAT, "");
	refuses("{\"spdxVersion\": \"SPDX-2.3\", \"bomFormat\": \"CycloneDX\"}", ERR_FORMAT, "both");
	refuses("{\"spdxVersion\": \"SPDX-2.3\", \"components\": []}", ERR_FORMAT, "both");
	refuses("{\"spdxVersion\": \"SPDX-2.3\"} x", ERR_FORMAT, "follows");
	refuses("\n<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"/>", ERR_FORMAT, "XML");
	refuses("SPDXVersion: SPDX-2.1\n", ERR_FORMAT, "SPDX-2.3");
	refuses("SPDXVersion: SPDX-2.3\nnonsense\n", ERR_FORMAT, "no tag");
	refuses("SPDXVersion: SPDX-2.3\n PackageName: a\n", ERR_FORMAT, "no tag");
	refuses("SPDXVersion: SPDX-2.3\nPackageName : a\n", ERR_FORMAT, "no tag");
	refuses("SPDXVersion: SPDX-2.3\npackagename: a\n", ERR_FORMAT, "no tag");
	refuses("SPDXVersion: SPDX-2.3\nPACKAGENAME: a\n", ERR_FORMAT, "no tag");
	refuses("\xff\xfe{", ERR_FORMAT, "UTF-16");
	refuses("SPDXVersion: SPDX-2.3\nDocumentComment: <text>a\nb", ERR_FORMAT, "<text>");
}

/* SPDX 2.3, annex with the tag-value example: sections in any order, texts of several lines, a
 * relationship that names what comes later. */
static void test_tag_value(void **state)
{
	(void)state;
	reads("# a comment\r\nSPDXVersion: SPDX-2.2\r\nDataLicense: CC0-1.0\r\n"
	      "DocumentName: d\r\nCreator: Tool: hand-1\r\nCreated: 2026-11-22T00:00:00Z\r\n"
	      "Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-i\n"
	      "Relationship: SPDXRef-b DEPENDS_ON SPDXRef-a\n"
	      "PackageName: shop\nSPDXID: SPDXRef-i\nPackageVersion: 1\n\n"
	      "PackageName: libc6\nSPDXID: SPDXRef-a\nPackageVersion: 2.36\n"
	      "PackageDescription: <text>two\nlines: here</text>\n"
	      "PackageLicenseDeclared: LicenseRef-1\nPackageChecksum: SHA1: "
	      "da39a3ee5e6b4b0d3255bfef95601890afd80709\n"
	      "ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/libc6@2.36\n"
	      "FileName: ./x\nSPDXID: SPDXRef-b\nFileChecksum: SHA1: x\n"
	      "PackageName: bash\nSPDXID: SPDXRef-b\nPackageSupplier: NOASSERTION\n"
	      "LicenseID: LicenseRef-1\nExtractedText: <text>my own</text>\n");
	assert_true(document.is_spdx);
	assert_bytes(document.bill.name, "shop");
	assert_bytes(document.creators, "Tool: hand-1\n");
	assert_int_equal(document.bill.created, 1795305600);
	assert_int_equal(document.bill.packages, 2);
	assert_bytes(named("libc6").description, "two\nlines: here");
	assert_bytes(named("libc6").type, "deb");
	assert_bytes(named("libc6").licence.text, "my own");
	assert_bytes(named("libc6").checksums, "SHA1:da39a3ee5e6b4b0d3255bfef95601890afd80709\n");
	assert_bytes(named("bash").supplier, "");
	assert_int_equal(document.bill.edges_len, 1);
	assert_int_equal(document.bill.edges[0].from, 1);
	sbom_document_done(&document);
}

static void same(bytes have, bytes want)
{
	if (!bytes_equal(have, want))
		fail_msg("'" PRIb "' is not '" PRIb "'", BYTESF(have), BYTESF(want));
}

static void same_package(const struct sbom_package *have, const struct sbom_package *want)
{
	assert_int_equal(have->kind, want->kind);
	same(have->type, want->type);
	same(have->version, want->version);
	same(have->purl, want->purl);
	same(have->source_name, want->source_name);
	same(have->source_version, want->source_version);
	same(have->path, want->path);
	assert_int_equal(have->layer, want->layer);
	assert_int_equal(have->overridden, want->overridden);
	same(have->supplier, want->supplier);
	same(have->originator, want->originator);
	same(have->cpe, want->cpe);
	same(have->checksums, want->checksums);
	same(have->description, want->description);
	same(have->copyright, want->copyright);
	same(have->homepage, want->homepage);
	same(have->download, want->download);
}

/* Everything but octets that are no UTF-8, which no format can hold; tag-value writes line ends in
 * their printable form, and they stay so. */
static void comes_back(enum sbom_format first, enum sbom_format second)
{
	struct sbom bill = bill_of_three();
	bool tag = first == SBOM_SPDX_TAG || second == SBOM_SPDX_TAG;
	err e = { 0 };

	assert_int_equal(read_in(written(&bill, first), SIZE_MAX, &document, &e), 0);
	bytes between = written(&document.bill, second);

	sbom_document_done(&document);
	reads_octets(between);
	assert_bytes(document.bill.name, "shop:1");
	assert_true(digest_equal(&document.bill.image, &bill.image));
	assert_int_equal(document.bill.created, bill.created);
	assert_int_equal(document.bill.packages, 3);
	for (size_t i = 0; i < 3; i++) {
		struct sbom_package p = at(i);

		same_package(&p, &three[i]);
		assert_int_equal(p.licence.kind, three[i].licence.kind);
		if (!tag)
			same(p.licence.text, three[i].licence.text);
	}
	assert_bytes(at(2).name, tag ? "evil\\x0aSPDXID: SPDXRef-Image\\xff\""
	                             : "evil\nSPDXID: SPDXRef-Image\xef\xbf\xbd\"");
	assert_int_equal(document.bill.layers_len, 1);
	assert_true(digest_equal(&document.bill.layers[0].blob, &layers[0].blob));
	assert_int_equal(document.bill.edges_len, 1);
	assert_int_equal(document.bill.edges[0].from, 2);
	assert_int_equal(document.bill.edges[0].to, 1);
	sbom_document_done(&document);
}

static void test_round_trips(void **state)
{
	(void)state;
	comes_back(SBOM_SPDX_JSON, SBOM_SPDX_JSON);
	comes_back(SBOM_SPDX_JSON, SBOM_CYCLONEDX_1_6);
	comes_back(SBOM_CYCLONEDX_1_6, SBOM_SPDX_JSON);
	comes_back(SBOM_CYCLONEDX_1_7, SBOM_CYCLONEDX_1_6);
	comes_back(SBOM_SPDX_TAG, SBOM_SPDX_TAG);
}

static void test_real(void **state)
{
	char *spdx = fixture_shared("vuln/trivy-golden/conda-spdx.json.golden");
	char *cyclonedx = fixture_shared("vuln/trivy-golden/npm-cyclonedx.json.golden");

	(void)state;
	if (!spdx || !cyclonedx)
		skip();
	reads(spdx);
	assert_bytes(document.bill.name, "testdata/fixtures/repo/conda");
	assert_int_equal(document.bill.packages, 2);
	assert_bytes(named("pip").purl, "pkg:conda/pip@22.2.2");
	assert_bytes(named("openssl").licence.text, "OpenSSL");
	sbom_document_done(&document);
	reads(cyclonedx);
	assert_bytes(document.version, "1.7");
	assert_int_equal(document.bill.packages, 13);
	assert_bytes(named("jquery").licence.text, "MIT");
	assert_bytes(named("asap").type, "npm");
	/* 18 in the document, one of them from the image */
	assert_int_equal(document.bill.edges_len, 17);
	sbom_document_done(&document);
	free(spdx);
	free(cyclonedx);
}

static int done(void **state)
{
	(void)state;
	arena_done(&arena);
	arena_done(&scratch);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spdx_2_2),  cmocka_unit_test(test_cyclonedx_1_2),
		cmocka_unit_test(test_statement), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_tag_value), cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_real),      cmocka_unit_test(test_statement_refused),
		cmocka_unit_test(test_wrong_types), cmocka_unit_test(test_inside_of_metadata),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
