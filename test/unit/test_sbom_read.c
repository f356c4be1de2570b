/* SPDX-License-Identifier: Apache-2.0 */
/* Documents by hand: SPDX 2.2 and 2.3, CycloneDX 1.2 and 1.6, in the members their specifications
 * name. Real ones: Trivy's, from the folder of real data. Round trips: what both formats can hold
 * comes back as it was. */
#include "unit.h"

#include "sbom/read.h"

#include "catalog_fixture.h"
#include "sbom_shelf.h"

static struct sbom_document document;

static void reads(const char *text)
{
	err e = { 0 };

	if (sbom_read(bytes_str(text), &arena, &document, &e) < 0)
		fail_msg("%s", e.text);
}

static void refuses(const char *text, enum err_kind kind, const char *why)
{
	err e = { 0 };

	assert_int_equal(sbom_read(bytes_str(text), &arena, &document, &e), -1);
	assert_non_null(strstr(e.text, why));
	assert_failed(&e, kind);
}

static const struct sbom_package *named(const char *name)
{
	for (size_t i = 0; i < document.packages.len; i++)
		if (bytes_is(document.packages.items[i].name, name))
			return &document.packages.items[i];
	fail_msg("no package %s", name);
	return NULL;
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
	assert_bytes(named("libc6")->type, "deb");
	assert_bytes(named("libc6")->source_name, "glibc");
	assert_bytes(named("libc6")->source_version, "2.36-9");
	assert_int_equal(named("libc6")->licence.kind, LICENCE_TEXT);
	assert_bytes(named("libc6")->licence.text, "my own");
	assert_bytes(named("bash")->path, "var/lib/dpkg/status");
	assert_int_equal(document.bill.edges_len, 1);
	assert_int_equal(document.bill.edges[0].from, 1);
	assert_int_equal(document.bill.edges[0].to, 0);
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
	assert_bytes(named("org.slf4j:api")->licence.text, "MIT AND Apache-2.0");
	/* the same package under two names: one edge */
	assert_int_equal(document.bill.edges_len, 1);
	assert_int_equal(document.bill.edges[0].to, 1);
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
	refuses("{\"predicateType\": \"https://slsa.dev/provenance/v1\","
	        "\"predicate\": {\"spdxVersion\": \"SPDX-2.3\"}}",
	        ERR_FORMAT, "neither");
}

static void test_refused(void **state)
{
	(void)state;
	refuses("", ERR_FORMAT, "");
	refuses("[]", ERR_FORMAT, "neither");
	refuses("{\"bomFormat\": \"Cyclone\", \"specVersion\": \"1.6\"}", ERR_FORMAT, "neither");
	refuses("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.1\"}", ERR_FORMAT, "1.2 to 1.7");
	refuses("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.8\"}", ERR_FORMAT, "1.2 to 1.7");
	refuses("{\"bomFormat\": \"CycloneDX\"}", ERR_FORMAT, "1.2 to 1.7");
	refuses("{\"spdxVersion\": \"SPDX-3.0\"}", ERR_FORMAT, "SPDX-2.3");
	refuses("{\"spdxVersion\": \"SPDX-2.3\", \"name\": \"a\", \"name\": \"b\"}", ERR_FORMAT, "");
}

static void same_package(const struct sbom_package *have, const struct sbom_package *want)
{
	assert_int_equal(have->kind, want->kind);
	assert_true(bytes_equal(have->type, want->type));
	assert_true(bytes_equal(have->version, want->version));
	assert_true(bytes_equal(have->purl, want->purl));
	assert_true(bytes_equal(have->source_name, want->source_name));
	assert_true(bytes_equal(have->source_version, want->source_version));
	assert_true(bytes_equal(have->path, want->path));
	assert_int_equal(have->layer, want->layer);
	assert_int_equal(have->licence.kind, want->licence.kind);
	assert_true(bytes_equal(have->licence.text, want->licence.text));
	assert_int_equal(have->overridden, want->overridden);
}

/* Everything but octets that are no UTF-8, which neither format can hold. */
static void comes_back(enum sbom_format first, enum sbom_format second)
{
	struct sbom bill = bill_of_three();
	struct sbom_document *between = arena_new(&arena, struct sbom_document);
	err e = { 0 };

	assert_int_equal(sbom_read(written(&bill, first), &arena, between, &e), 0);
	assert_int_equal(sbom_read(written(&between->bill, second), &arena, &document, &e), 0);
	assert_bytes(document.bill.name, "shop:1");
	assert_true(digest_equal(&document.bill.image, &bill.image));
	assert_int_equal(document.bill.created, bill.created);
	assert_int_equal(document.bill.packages, 3);
	for (size_t i = 0; i < 3; i++)
		same_package(&document.packages.items[i], &three[i]);
	assert_bytes(document.packages.items[2].name, "evil\nSPDXID: SPDXRef-Image\xef\xbf\xbd\"");
	assert_int_equal(document.bill.layers_len, 1);
	assert_true(digest_equal(&document.bill.layers[0].blob, &layers[0].blob));
	assert_int_equal(document.bill.edges_len, 1);
	assert_int_equal(document.bill.edges[0].from, 2);
	assert_int_equal(document.bill.edges[0].to, 1);
}

static void test_round_trips(void **state)
{
	(void)state;
	comes_back(SBOM_SPDX_JSON, SBOM_SPDX_JSON);
	comes_back(SBOM_SPDX_JSON, SBOM_CYCLONEDX_1_6);
	comes_back(SBOM_CYCLONEDX_1_6, SBOM_SPDX_JSON);
	comes_back(SBOM_CYCLONEDX_1_7, SBOM_CYCLONEDX_1_6);
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
	assert_bytes(named("pip")->purl, "pkg:conda/pip@22.2.2");
	assert_bytes(named("openssl")->licence.text, "OpenSSL");
	reads(cyclonedx);
	assert_bytes(document.version, "1.7");
	assert_int_equal(document.bill.packages, 13);
	assert_bytes(named("jquery")->licence.text, "MIT");
	assert_bytes(named("asap")->type, "npm");
	/* 18 in the document, one of them from the image */
	assert_int_equal(document.bill.edges_len, 17);
	free(spdx);
	free(cyclonedx);
}

static int done(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spdx_2_2),    cmocka_unit_test(test_cyclonedx_1_2),
		cmocka_unit_test(test_statement),   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_round_trips), cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
