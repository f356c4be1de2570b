/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/gate.h"

#include "unit.h"

static struct arena arena;

static int teardown(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

/* -- purls ------------------------------------------------------------------------------------- */

/* purl-spec 1.0, "how to parse", and what Syft and Trivy write. */
static void purls_name_packages(void **state)
{
	static const struct {
		const char *purl, *name, *version, *distro, *release, *source, *source_version;
	} rows[] = {
		{ "pkg:deb/debian/libc6@2.36-9%2Bb1?arch=amd64&distro=debian-12&upstream=glibc%402.36-9",
		  "libc6", "2.36-9+b1", "debian", "12", "glibc", "2.36-9" },
		{ "pkg:deb/debian/libc6@2.36-9?upstream=glibc", "libc6", "2.36-9", "debian", "", "glibc",
		  "2.36-9" },
		/* the specification's own example, and the other forms of it */
		{ "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie", "curl", "7.50.3-1", "debian", "8",
		  "", "" },
		{ "pkg:deb/ubuntu/a@1?distro=ubuntu-jammy", "a", "1", "ubuntu", "22.04", "", "" },
		{ "pkg:deb/ubuntu/a@1?distro=bookworm", "a", "1", "bookworm", "", "", "" },
		{ "pkg:apk/alpine/musl@1.2.4-r2?distro=3.19.1", "musl", "1.2.4-r2", "alpine", "3.19.1", "",
		  "" },
		{ "pkg:rpm/redhat/bash@5.1-1.el9?distro=redhat-9.2&epoch=1&upstream=bash-5.1-1.el9.src.rpm",
		  "bash", "1:5.1-1.el9", "rhel", "9.2", "bash", "5.1-1.el9" },
		{ "pkg:rpm/opensuse/a-b@1-2?distro=opensuse-leap-15.5&upstream=a-b-c-1-2.src.rpm", "a-b",
		  "1-2", "opensuse-leap", "15.5", "a-b-c", "1-2" },
		{ "pkg:npm/%40angular/core@16.0.0", "@angular/core", "16.0.0", "", "", "", "" },
		{ "pkg:npm/@angular/core@16.0.0", "@angular/core", "16.0.0", "", "", "", "" },
		{ "pkg:npm/@angular/core", "@angular/core", "", "", "", "", "" },
		{ "pkg:maven/org.apache/log4j@2.14?type=jar", "org.apache:log4j", "2.14", "", "", "", "" },
		{ "pkg:golang/github.com/a/b@v1.2.3#sub", "github.com/a/b", "v1.2.3", "", "", "", "" },
		{ "pkg://NuGet/Newtonsoft.Json@13.0.1", "Newtonsoft.Json", "13.0.1", "", "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct package p = { 0 };
		struct purl purl;

		assert_true(purl_parse(bytes_str(rows[i].purl), &arena, &purl));
		assert_true(purl_package(&purl, &arena, &p));
		assert_bytes(p.name, rows[i].name);
		assert_bytes(p.version, rows[i].version);
		assert_bytes(p.distro_id, rows[i].distro);
		assert_bytes(p.distro_version, rows[i].release);
		assert_bytes(p.source_name, rows[i].source);
		assert_bytes(p.source_version, rows[i].source_version);
	}
}

static void module_of_a_purl(void **state)
{
	struct package p = { .module = BYTES("perl:5.30:8") };
	struct purl purl;

	(void)state;
	assert_true(purl_parse(BYTES("pkg:rpm/redhat/npm@1?arch=x86_64"), &arena, &purl));
	assert_true(purl_package(&purl, &arena, &p));
	assert_bytes(p.module, "perl:5.30:8");
	assert_true(purl_parse(BYTES("pkg:rpm/redhat/npm@1?rpmmod=nodejs%3A18:8100"), &arena, &purl));
	assert_true(purl_package(&purl, &arena, &p));
	assert_bytes(p.module, "nodejs:18:8100");
}

static void what_is_no_purl(void **state)
{
	static const char *const rows[] = { "", "deb/debian/a@1", "pkg:", "pkg:deb", "pkg:deb/",
		                                "pkg:deb/a%2", "pkg:deb/a%zz@1", "pkg:/a" };
	struct purl purl;
	struct package p = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_false(purl_parse(bytes_str(rows[i]), &arena, &purl));
	assert_true(purl_parse(BYTES("pkg:hex/phoenix@1"), &arena, &purl));
	assert_false(purl_package(&purl, &arena, &p));
}

static bool covers(const char *pattern, const char *text)
{
	struct purl a, b;

	return purl_parse(bytes_str(pattern), &arena, &a) && purl_parse(bytes_str(text), &arena, &b) &&
	       purl_covers(&a, &b, &arena);
}

static void patterns(void **state)
{
	const char *bash = "pkg:deb/debian/bash@5.2?arch=amd64&distro=debian-12";

	(void)state;
	assert_true(covers("pkg:deb/debian/bash", bash));
	assert_true(covers("pkg:deb/debian/bash@5.2", bash));
	assert_true(covers("pkg:deb/debian/bash@5.2?distro=debian-12", bash));
	assert_false(covers("pkg:deb/debian/bash@5.3", bash));
	assert_false(covers("pkg:deb/debian/bash?arch=arm64", bash));
	assert_false(covers("pkg:deb/ubuntu/bash", bash));
	assert_false(covers("pkg:rpm/debian/bash", bash));
	assert_false(covers("pkg:deb/debian/bas", bash));
	assert_true(covers("pkg:nuget/newtonsoft.json", "pkg:nuget/Newtonsoft.Json@13.0.1"));
}

/* -- VEX --------------------------------------------------------------------------------------- */

static const char *says(const char *document, const char *id, const char *purl, const char *image)
{
	struct vex_list list = { 0 };
	struct purl p, of = { .type = BYTES("oci"), .name = bytes_str(image) };
	err e = { 0 };

	assert_int_equal(vex_read(bytes_str(document), &(digest){ 0 }, &arena, &list, &e), 0);
	assert_true(purl_parse(bytes_str(purl), &arena, &p));
	const struct vex_statement *s = vex_find(&list, bytes_str(id), &p, &of, &arena);

	return s ? vex_status_name(s->status) : "nothing";
}

#define OPENVEX(products, status) \
	"{\"@context\": \"https://openvex.dev/ns/v0.2.0\", \"timestamp\": \"2026-01-01T00:00:00Z\"," \
	"\"statements\": [{\"vulnerability\": {\"name\": \"CVE-1\", \"aliases\": [\"GHSA-1\"]}," \
	"\"products\": [" products "], \"status\": \"" status "\"}]}"

static void openvex_of_packages_and_images(void **state)
{
	const char *package = OPENVEX("{\"@id\": \"pkg:deb/debian/bash@5.2\"}", "not_affected"),
			   *part = OPENVEX("{\"@id\": \"pkg:oci/shop\", \"subcomponents\": "
	                           "[{\"@id\": \"pkg:deb/debian/bash\"}]}",
	                           "fixed"),
			   *within = OPENVEX("{\"@id\": \"pkg:golang/a/b@v1\", \"subcomponents\": "
	                             "[{\"@id\": \"pkg:deb/debian/bash\"}]}",
	                             "not_affected"),
			   *all = OPENVEX("{\"@id\": \"pkg:oci/shop\"}", "not_affected");

	(void)state;
	assert_string_equal(says(package, "CVE-1", "pkg:deb/debian/bash@5.2", ""), "not_affected");
	assert_string_equal(says(package, "GHSA-1", "pkg:deb/debian/bash@5.2", ""), "not_affected");
	assert_string_equal(says(package, "CVE-1", "pkg:deb/debian/bash@5.3", ""), "nothing");
	assert_string_equal(says(package, "CVE-2", "pkg:deb/debian/bash@5.2", ""), "nothing");
	assert_string_equal(says(part, "CVE-1", "pkg:deb/debian/bash@5.2", "shop"), "fixed");
	assert_string_equal(says(part, "CVE-1", "pkg:deb/debian/bash@5.2", "other"), "nothing");
	assert_string_equal(says(part, "CVE-1", "pkg:deb/debian/dash@5.2", "shop"), "nothing");
	assert_string_equal(says(within, "CVE-1", "pkg:deb/debian/bash@5.2", "shop"), "nothing");
	assert_string_equal(says(all, "CVE-1", "pkg:deb/debian/dash@1", "shop"), "not_affected");
	assert_string_equal(says(all, "CVE-1", "pkg:deb/debian/dash@1", ""), "nothing");
}

static void the_latest_statement_counts(void **state)
{
#define STATEMENT(time, status) \
	"{\"timestamp\": \"" time "\", \"vulnerability\": {\"name\": \"CVE-1\"}, \"products\": " \
	"[{\"@id\": \"pkg:npm/a\"}], \"status\": \"" status "\"}"
#define DOCUMENT(a, b) \
	"{\"@context\": \"https://openvex.dev/ns/v0.2.0\", \"statements\": [" a ", " b "]}"
	(void)state;
	assert_string_equal(says(DOCUMENT(STATEMENT("2026-01-02T00:00:00Z", "affected"),
	                                  STATEMENT("2026-01-01T00:00:00Z", "not_affected")),
	                         "CVE-1", "pkg:npm/a@1", ""),
	                    "affected");
	assert_string_equal(says(DOCUMENT(STATEMENT("2026-01-01T00:00:00Z", "affected"),
	                                  STATEMENT("2026-01-01T00:00:00Z", "not_affected")),
	                         "CVE-1", "pkg:npm/a@1", ""),
	                    "not_affected");
}

static void cyclonedx_by_link_and_by_ref(void **state)
{
#define CYCLONEDX(ref, state) \
	"{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.5\", \"vulnerabilities\": [{\"id\": " \
	"\"CVE-1\", \"analysis\": {\"state\": \"" state "\"}, \"affects\": [{\"ref\": \"" ref "\"}]}]}"
	(void)state;
	assert_string_equal(says(CYCLONEDX("urn:cdx:3e671687/1#pkg:npm/a@1", "false_positive"), "CVE-1",
	                         "pkg:npm/a@1", ""),
	                    "not_affected");
	assert_string_equal(says(CYCLONEDX("pkg:npm/a@1", "resolved"), "CVE-1", "pkg:npm/a@1", ""),
	                    "fixed");
	assert_string_equal(says(CYCLONEDX("pkg:npm/a@1", "in_triage"), "CVE-1", "pkg:npm/a@1", ""),
	                    "under_investigation");
	assert_string_equal(says(CYCLONEDX("ref-17", "not_affected"), "CVE-1", "pkg:npm/a@1", ""),
	                    "nothing");
}

static void csaf_through_its_product_tree(void **state)
{
	const char *csaf =
		"{\"document\": {\"category\": \"csaf_vex\", \"csaf_version\": \"2.0\"}, \"product_tree\": "
		"{\"branches\": [{\"branches\": [{\"product\": {\"product_id\": \"p\", "
		"\"product_identification_helper\": {\"purl\": \"pkg:npm/a@1\"}}}]}], "
		"\"full_product_names\": [{\"product_id\": \"i\", \"product_identification_helper\": "
		"{\"purl\": \"pkg:oci/shop\"}}], \"relationships\": [{\"full_product_name\": "
		"{\"product_id\": \"i:p\"}, \"product_reference\": \"p\", "
		"\"relates_to_product_reference\": \"i\"}]}, \"vulnerabilities\": [{\"cve\": \"CVE-1\", "
		"\"product_status\": {\"known_not_affected\": [\"p\", \"gone\"]}}, {\"cve\": \"CVE-2\", "
		"\"product_status\": {\"fixed\": [\"i:p\"]}}]}";

	(void)state;
	assert_string_equal(says(csaf, "CVE-1", "pkg:npm/a@1", ""), "not_affected");
	assert_string_equal(says(csaf, "CVE-1", "pkg:npm/a@2", ""), "nothing");
	assert_string_equal(says(csaf, "CVE-2", "pkg:npm/a@1", "shop"), "fixed");
	assert_string_equal(says(csaf, "CVE-2", "pkg:npm/a@1", "other"), "nothing");
}

/* -- what fails -------------------------------------------------------------------------------- */

static void rules_of_failure(void **state)
{
	struct gate_rule rule;
	err e = { 0 };
	struct vulnerability about = { .id = BYTES("CVE-1"), .epss = 500000 };
	struct finding f = { .about = &about, .rating = { .severity = SEVERITY_HIGH } };

	(void)state;
	assert_int_equal(gate_rule_parse(BYTES("kev,epss:0.5"), &rule, &e), 0);
	assert_true(gate_fails(&rule, &f));
	about.epss--;
	assert_false(gate_fails(&rule, &f));
	about.epss = UINT32_MAX; /* unknown is not high */
	assert_false(gate_fails(&rule, &f));
	about.kev_added = BYTES("2026-01-01");
	assert_true(gate_fails(&rule, &f));
	assert_int_equal(gate_rule_parse(BYTES("high"), &rule, &e), 0);
	assert_true(gate_fails(&rule, &f));
	f.known_before = true;
	assert_false(gate_fails(&rule, &f));
	f.known_before = false;
	assert_int_equal(gate_rule_parse(BYTES("fixable-high,secrets,settings-low"), &rule, &e), 0);
	assert_int_equal(rule.secrets, SEVERITY_MEDIUM);
	assert_int_equal(rule.settings, SEVERITY_LOW);
	assert_true(gate_needs_database(&rule));
	assert_false(gate_fails(&rule, &f)); /* there is no fix */
	f.match.fixed = BYTES("2");
	assert_true(gate_fails(&rule, &f));
	f.rating.severity = SEVERITY_MEDIUM;
	assert_false(gate_fails(&rule, &f));
	assert_int_equal(gate_rule_parse(BYTES("fixable"), &rule, &e), 0);
	assert_true(gate_fails(&rule, &f));
	static const char *const wrong[] = { "fixable-", "fixable-none", "secretshigh",
		                                 "settings-unknown", "-high", "unknown" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(gate_rule_parse(bytes_str(wrong[i]), &rule, &e), -1);
		assert_failed(&e, ERR_USAGE);
	}
	assert_int_equal(gate_rule_parse(BYTES("epss:1.5"), &rule, &e), -1);
	assert_failed(&e, ERR_USAGE);
	assert_int_equal(gate_rule_parse(BYTES("epss:"), &rule, &e), -1);
	assert_failed(&e, ERR_USAGE);
	assert_int_equal(gate_rule_parse(BYTES("epss:.05"), &rule, &e), 0);
	assert_int_equal(rule.epss, 50000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(purls_name_packages),
		cmocka_unit_test(module_of_a_purl),
		cmocka_unit_test(what_is_no_purl),
		cmocka_unit_test(patterns),
		cmocka_unit_test(openvex_of_packages_and_images),
		cmocka_unit_test(the_latest_statement_counts),
		cmocka_unit_test(cyclonedx_by_link_and_by_ref),
		cmocka_unit_test(csaf_through_its_product_tree),
		cmocka_unit_test(rules_of_failure),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
