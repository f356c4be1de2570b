/* SPDX-License-Identifier: Apache-2.0 */
/* Expected: SPDX 2.3 chapters 6 to 11, CycloneDX 1.6 (ECMA-424); the schemas are checked by
 * test/cli/sbom.t. */
#include "unit.h"

#include "fmt/json.h"
#include "sbom_shelf.h"

static json parsed(bytes text)
{
	struct json_doc *doc = arena_new(&arena, struct json_doc);
	err e = { 0 };

	assert_int_equal(json_parse(text, &arena, doc, &e), 0);
	return json_root(doc);
}

static void member_is(json object, const char *name, const char *expected)
{
	assert_bytes(json_bytes(json_get(object, name), &arena), expected);
}

static void test_names(void **state)
{
	(void)state;
	assert_int_equal(sbom_format("spdx-json"), SBOM_SPDX_JSON);
	assert_int_equal(sbom_format("cyclonedx-json"), SBOM_CYCLONEDX_1_6);
	assert_int_equal(sbom_format("cyclonedx-json@1.7"), SBOM_CYCLONEDX_1_7);
	assert_int_equal(sbom_format("cyclonedx-json@1.5"), SBOM_NO_FORMAT);
	assert_int_equal(sbom_format(""), SBOM_NO_FORMAT);
}

static void test_spdx_json(void **state)
{
	struct sbom bill = bill_of_three();
	json root = parsed(written(&bill, SBOM_SPDX_JSON)), packages = json_get(root, "packages");
	json libc = json_at(packages, 2), relationships = json_get(root, "relationships");
	json texts = json_at(json_get(root, "hasExtractedLicensingInfos"), 0);

	(void)state;
	member_is(root, "spdxVersion", "SPDX-2.3");
	member_is(root, "dataLicense", "CC0-1.0");
	member_is(root, "SPDXID", "SPDXRef-DOCUMENT");
	member_is(root, "name", "shop:1");
	member_is(json_get(root, "creationInfo"), "created", "2026-11-22T00:00:00Z");
	assert_int_equal(json_count(packages), 4);
	member_is(json_at(packages, 0), "primaryPackagePurpose", "CONTAINER");
	member_is(libc, "name", "libc6");
	member_is(libc, "versionInfo", "2.36-9");
	member_is(libc, "downloadLocation", "https://example.org/glibc.tar");
	member_is(json_at(packages, 3), "downloadLocation", "NOASSERTION");
	member_is(libc, "supplier", "Organization: Debian");
	member_is(libc, "comment",
	          "slices: config libs; module: nodejs:18:9020:rhel9; a package of the distribution "
	          "holds it");
	/* The digest is sha256sum's of "layer". */
	member_is(libc, "sourceInfo",
	          "built from glibc 2.36-9; read from var/lib/dpkg/status in layer sha256:"
	          "dac1d7cfa95021764849fd102524e141488c5e3a90f861dbb5a12d9ac8584f85");
	member_is(json_at(json_get(libc, "externalRefs"), 0), "referenceLocator",
	          "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12");
	assert_true(bytes_equal(json_bytes(json_get(libc, "licenseDeclared"), &arena),
	                        json_bytes(json_get(texts, "licenseId"), &arena)));
	member_is(texts, "extractedText", "GPL\nPackageName: forged</text>x");
	member_is(json_at(packages, 3), "licenseDeclared", "MIT OR Zlib");
	/* DESCRIBES, three CONTAINS, one DEPENDS_ON between the right two */
	assert_int_equal(json_count(relationships), 5);
	member_is(json_at(relationships, 0), "relationshipType", "DESCRIBES");
	member_is(json_at(relationships, 4), "relationshipType", "DEPENDS_ON");
	assert_true(
		bytes_equal(json_bytes(json_get(json_at(relationships, 4), "relatedSpdxElement"), &arena),
	                json_bytes(json_get(libc, "SPDXID"), &arena)));
}

/* Nothing in a name or a licence begins a line of its own. */
static void test_spdx_tag(void **state)
{
	struct sbom bill = bill_of_three();
	bytes text = written(&bill, SBOM_SPDX_TAG), line;
	unsigned packages = 0, images = 0, contained = 0, ends = 0, needs = 0, purls = 0;

	(void)state;
	assert_true(bytes_starts(text, BYTES("SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n"
	                                     "SPDXID: SPDXRef-DOCUMENT\nDocumentName: shop:1\n"
	                                     "DocumentNamespace: urn:uuid:")));
	while (bytes_line(&text, &line)) {
		packages += bytes_starts(line, BYTES("PackageName: "));
		images += bytes_is(line, "SPDXID: SPDXRef-Image");
		contained += bytes_starts(line, BYTES("Relationship: SPDXRef-Image CONTAINS SPDXRef-"));
		purls += bytes_is(line, "ExternalRef: PACKAGE-MANAGER purl "
		                        "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12");
		needs += bytes_search(line, BYTES(" DEPENDS_ON SPDXRef-Package-deb-libc6-")) < line.n;
		if (bytes_starts(line, BYTES("ExtractedText: "))) {
			assert_bytes(line,
			             "ExtractedText: <text>GPL\\x0aPackageName: forged\\x3c/text>x</text>");
			ends++;
		}
	}
	assert_int_equal(packages, 4);
	assert_int_equal(images, 1);
	assert_int_equal(contained, 3);
	assert_int_equal(ends, 1);
	assert_int_equal(needs, 1);
	assert_int_equal(purls, 1);
}

static void test_cyclonedx(void **state)
{
	struct sbom bill = bill_of_three();
	json root = parsed(written(&bill, SBOM_CYCLONEDX_1_6)), list = json_get(root, "components");
	json libc = json_at(list, 1), dependencies = json_get(root, "dependencies");
	json licence = json_get(json_at(json_get(libc, "licenses"), 0), "license");

	(void)state;
	member_is(root, "bomFormat", "CycloneDX");
	member_is(root, "specVersion", "1.6");
	assert_int_equal(json_count(list), 3);
	member_is(json_at(list, 0), "type", "operating-system");
	member_is(libc, "purl", "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12");
	member_is(licence, "name", "GPL\nPackageName: forged</text>x");
	member_is(json_at(json_get(json_at(list, 2), "licenses"), 0), "expression", "MIT OR Zlib");
	/* U+FFFD for the octet that is no UTF-8 */
	member_is(json_at(list, 2), "name", "evil\nSPDXID: SPDXRef-Image\xef\xbf\xbd\"");
	/* the image needs what nothing needs: not libc6 */
	assert_int_equal(json_count(json_get(json_at(dependencies, 0), "dependsOn")), 2);
	assert_true(
		bytes_equal(json_bytes(json_at(json_get(json_at(dependencies, 1), "dependsOn"), 0), &arena),
	                json_bytes(json_get(libc, "bom-ref"), &arena)));
	root = parsed(written(&bill, SBOM_CYCLONEDX_1_7));
	member_is(root, "specVersion", "1.7");
}

static void test_files(void **state)
{
	struct sbom bill = bill_of_three();

	(void)state;
	bill.next_file = next_file;
	json list = json_get(parsed(written(&bill, SBOM_CYCLONEDX_1_6)), "components");

	assert_int_equal(json_count(list), 5);
	member_is(json_at(list, 3), "type", "file");
	member_is(json_at(list, 3), "name", "usr/lib/libc.so.6");
	json owner = json_at(json_get(json_at(list, 3), "properties"), 2);

	member_is(owner, "name", "oakum:owner");
	assert_true(bytes_equal(json_bytes(json_get(owner, "value"), &arena),
	                        json_bytes(json_get(json_at(list, 1), "bom-ref"), &arena)));
	assert_int_equal(json_count(json_get(json_at(list, 4), "properties")), 2);
}

/* RFC 9562 section 5.8: version 8, variant 10; another bill has another name, the same has the
 * same. */
static void test_uuid(void **state)
{
	struct sbom bill = bill_of_three(), other = bill_of_three();
	bytes name = json_bytes(json_get(parsed(written(&bill, SBOM_CYCLONEDX_1_6)), "serialNumber"),
	                        &arena);

	(void)state;
	assert_int_equal(name.n, 45);
	assert_true(bytes_starts(name, BYTES("urn:uuid:")));
	assert_int_equal(name.p[23], '8');
	assert_non_null(memchr("89ab", name.p[28], 4));
	assert_true(
		bytes_equal(written(&bill, SBOM_CYCLONEDX_1_6), written(&other, SBOM_CYCLONEDX_1_6)));
	other.packages = 2;
	other.edges_len = 0;
	assert_false(bytes_equal(
		name,
		json_bytes(json_get(parsed(written(&other, SBOM_CYCLONEDX_1_6)), "serialNumber"), &arena)));
}

/* -- many -------------------------------------------------------------------------------------- */

#define MANY 300000

static void made_up(const void *ctx, size_t i, struct arena *scratch, struct sbom_package *out)
{
	(void)ctx;
	out->type = BYTES("npm");
	out->name = bytes_str(arena_printf(scratch, "package-%zu", i));
	out->version = BYTES("1.0.0");
	out->purl = bytes_str(arena_printf(scratch, "pkg:npm/package-%zu@1.0.0", i));
	out->path = bytes_str(arena_printf(scratch, "app/node_modules/package-%zu/package.json", i));
	out->licence = (struct licence){ LICENCE_ID, BYTES("MIT") };
}

static int count_only(void *ctx, bytes part, err *e)
{
	(void)e;
	*(uint64_t *)ctx += part.n;
	return 0;
}

/* 300,000 components in 64 MB; under AddressSanitizer memory says nothing. */
static void test_many(void **state)
{
	struct sbom bill = {
		.name = BYTES("many"), .tool_version = "9.9", .packages = MANY, .package = made_up
	};
	struct rusage after;
	uint64_t octets = 0;
	struct stream out;
	err e = { 0 };

	(void)state;
	stream_init(&out, count_only, &octets);
	sbom_write(&bill, SBOM_SPDX_JSON, &out);
	assert_int_equal(stream_finish(&out, &e), 0);
	getrusage(RUSAGE_SELF, &after);
	assert_true(octets > (uint64_t)MANY * 200);
#ifndef __SANITIZE_ADDRESS__
	assert_true(after.ru_maxrss < 64 * 1024);
#endif
}

/* SPDX 2.3 section 7.5: "Person: name (optional email)", "Organization: …". */
static void test_supplier(void **state)
{
	static const struct {
		const char *maintainer, *expected;
	} cases[] = {
		{ "Debian GCC Maintainers <debian-gcc@lists.debian.org>",
		  "Organization: Debian GCC Maintainers (debian-gcc@lists.debian.org)" },
		{ "Marco d'Itri <md@linux.it>", "Person: Marco d'Itri (md@linux.it)" },
		{ "A B <a@example.org>, The X Team <x@lists.example.org>",
		  "Person: A B (a@example.org)" },
		{ "<a@example.org>", "Person: a@example.org" },
		{ "Natanael Copa <ncopa@alpinelinux.org", "Person: Natanael Copa (ncopa@alpinelinux.org)" },
		{ "Somebody", "Person: Somebody" },
		{ "Canonical Kernel TEAM", "Organization: Canonical Kernel TEAM" },
		{ " <>", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_bytes(sbom_supplier(bytes_str(cases[i].maintainer), &arena), cases[i].expected);
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
		cmocka_unit_test(test_names),    cmocka_unit_test(test_spdx_json),
		cmocka_unit_test(test_spdx_tag), cmocka_unit_test(test_cyclonedx),
		cmocka_unit_test(test_files),    cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_many),     cmocka_unit_test(test_supplier),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
