/* SPDX-License-Identifier: Apache-2.0 */
/* Ubuntu's VEX, OVAL, Amazon's bulletins. */
#include "feed_fixture.h"
#include "fmt/json.h"

/* Amazon's pages against what vunnel makes of them: packages, versions, CVEs. */
static void alas_as_vunnel(void **state)
{
	static const char *const names[][3] = {
		{ "2_html/ALAS-2018-939", "amzn_2/alas-2018-939", "amazon 2" },
		{ "2022_html/ALAS-2021-001", "amzn_2022/alas-2021-001", "amazon 2022" },
		{ "2023_html/ALAS-2023-126", "amzn_2023/alas-2023-126", "amazon 2023" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct given g = { 0 };
		struct json_doc doc;
		err e = { 0 };
		char *page = fixture_shared(
			arena_printf(&g.arena, "vuln/feeds/vunnel/amazon/input/%s", names[i][0]));
		char *want = fixture_shared(
			arena_printf(&g.arena, "vuln/feeds/vunnel/amazon/snapshots/%s.json", names[i][1]));

		if (!page || !want)
			skip();
		must_read(feed_alas, bytes_str(page), &g);
		assert_int_equal(json_parse(bytes_str(want), &g.arena, &doc, &e), 0);
		json v = json_get(json_get(json_root(&doc), "item"), "Vulnerability"),
			 list = json_get(v, "FixedIn");
		size_t cves = json_count(json_get(json_get(v, "Metadata"), "CVE"));

		assert_int_equal(g.faults.len, 0);
		assert_int_equal(g.vulnerabilities.len, cves);
		size_t all = 0;
		for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x)) {
			bytes name = json_bytes(json_get(x, "Name"), &g.arena);
			size_t found = 0;

			for (size_t k = 0; k < g.advisories.len; k++) {
				const struct advisory *a = &g.advisories.items[k];

				assert_bytes(a->space, names[i][2]);
				found += bytes_equal(a->package, name) &&
				         bytes_equal(a->fixes.items[0],
				                     json_bytes(json_get(x, "Version"), &g.arena));
			}
			/* vim is a source package there, which no image has. */
			assert_int_equal(found, bytes_is(name, "vim") ? 0 : cves);
			all += found;
		}
		assert_int_equal(g.advisories.len, all);
		free(page);
		free(want);
		arena_done(&g.arena);
	}
	must_refuse(feed_alas, "<title>ALAS-1</title>");
	must_refuse(feed_alas, "<html>");
}

/* The forms of CVE-2025-5994 and CVE-2000-1254 as Canonical publishes them. */
static void ubuntu_vex(void **state)
{
	static const char text[] =
		"{\"metadata\":{\"@context\":\"https://openvex.dev/ns/v0.2.0\","
		"\"author\":\"Canonical Ltd.\"},"
		"\"statements\":["
		"{\"vulnerability\":{\"name\":\"CVE-1\",\"aliases\":[\"https://u/CVE-1\"]},"
		"\"timestamp\":\"2016-05-05 01:59:00 UTC\",\"products\":["
		"{\"@id\":\"pkg:deb/ubuntu/openssl@1.0.2g-1ubuntu4.20%2Besm12?arch=source"
		"&distro=esm-infra/xenial\"},"
		"{\"@id\":\"pkg:deb/ubuntu/openssl@3.0.2-0ubuntu1.2?arch=source&distro=jammy\"},"
		"{\"@id\":\"pkg:deb/ubuntu/openssl@3.0.2-0ubuntu1.2%2BFips1?arch=source"
		"&distro=fips-updates/jammy\"},"
		"{\"@id\":\"pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1.2?arch=amd64\"},"
		"{\"@id\":\"pkg:deb/ubuntu/openssl@1?arch=source&distro=elsewhere/jammy\"},"
		"{\"@id\":\"none\"}],\"status\":\"fixed\","
		"\"status_notes\":\"Fixed. Ubuntu priority: medium.\"},"
		"{\"vulnerability\":{\"name\":\"CVE-1\"},\"products\":["
		"{\"@id\":\"pkg:deb/ubuntu/edk2@1?arch=source&distro=noble\"}],\"status\":\"affected\","
		"\"action_statement\":\"the Ubuntu Security Team decided to not fix it.\"},"
		"{\"vulnerability\":{\"name\":\"CVE-1\"},\"products\":["
		"{\"@id\":\"pkg:deb/ubuntu/a@1?arch=source&distro=noble\"}],"
		"\"status\":\"under_investigation\","
		"\"status_notes\":\"The vulnerability is known but remediation is deferred.\"},"
		"{\"vulnerability\":{\"name\":\"CVE-1\"},\"products\":["
		"{\"@id\":\"pkg:deb/ubuntu/b@1?arch=source&distro=noble\"}],"
		"\"status\":\"under_investigation\"},"
		"{\"vulnerability\":{\"name\":\"CVE-1\"},\"products\":["
		"{\"@id\":\"pkg:deb/ubuntu/c@1?arch=source&distro=noble\"}],\"status\":\"not_affected\"}]}";
	static const struct {
		const char *space, *package, *to;
		enum advisory_status status;
	} rows[] = {
		{ "ubuntu 16.04-ESM", "openssl", "1.0.2g-1ubuntu4.20+esm12", ADVISORY_FIXED },
		{ "ubuntu 22.04", "openssl", "3.0.2-0ubuntu1.2", ADVISORY_FIXED },
		{ "ubuntu 22.04-FIPS", "openssl", "3.0.2-0ubuntu1.2+Fips1", ADVISORY_FIXED },
		{ "ubuntu 24.04", "edk2", "", ADVISORY_WILL_NOT_FIX },
		{ "ubuntu 24.04", "a", "", ADVISORY_FIX_DEFERRED },
	};
	struct given g = { 0 };

	(void)state;
	must_read(feed_ubuntu, BYTES(text), &g);
	assert_int_equal(g.advisories.len, sizeof(rows) / sizeof(*rows));
	for (size_t i = 0; i < g.advisories.len; i++) {
		const struct advisory *a = &g.advisories.items[i];

		assert_bytes(a->space, rows[i].space);
		assert_bytes(a->package, rows[i].package);
		assert_bytes(a->ranges.items[0].to, rows[i].to);
		assert_int_equal(a->status, rows[i].status);
	}
	assert_int_equal(g.advisories.items[0].severity, SEVERITY_MEDIUM);
	assert_bytes(g.vulnerabilities.items[0].published, "2016-05-05");
	assert_int_equal(g.faults.len, 2); /* "elsewhere/jammy", "none" */
	arena_done(&g.arena);
	must_refuse(feed_ubuntu, "{\"author\":\"Somebody\",\"statements\":[]}");
}

/* A definition's memory ends with it: what is to be compared is written down. */
static int show_advisory(void *ctx, const struct advisory *a, err *e)
{
	struct {
		struct given g;
		buf text;
	} *k = ctx;
	const struct version_interval *r = &a->ranges.items[0];

	(void)e;
	buf_printf(&k->text, PRIb "|" PRIb "|" PRIb "|" PRIb "|" PRIb "|" PRIb "|%d\n",
	           BYTESF(a->space), BYTESF(a->package), BYTESF(a->id), BYTESF(r->from), BYTESF(r->to),
	           BYTESF(r->last), (int)a->severity);
	return 0;
}

static void oval(void **state)
{
	static const char text[] =
		"<?xml version=\"1.0\"?><oval_definitions><definitions>"
		/* As Oracle writes it. */
		"<definition id=\"oval:com.oracle.elsa:def:1\"><metadata><title>ELSA-2007-0057</title>"
		"<affected><platform>Oracle Linux 5</platform></affected>"
		"<reference source=\"elsa\" ref_id=\"ELSA-2007-0057\"/>"
		"<reference source=\"CVE\" ref_id=\"CVE-2007-0493\"/>"
		"<reference source=\"CVE\" ref_id=\"CVE-2007-0494\"/>"
		"<advisory><severity>MODERATE</severity><issued date=\"2007-06-26\"/></advisory></metadata>"
		"<criteria operator=\"AND\"><criterion comment=\"Oracle Linux 5 is installed\"/>"
		"<criteria operator=\"OR\"><criteria operator=\"AND\">"
		"<criterion comment=\"Oracle Linux arch is x86_64\"/>"
		"<criterion comment=\"bind is earlier than 30:9.3.3-8.el5\"/>"
		"<criterion comment=\"bind is signed with the Oracle Linux 5 key\"/></criteria>"
		"<criterion comment=\"bind wears a hat\"/>"
		"</criteria></criteria></definition>"
		/* SUSE */
		"<definition id=\"s\"><metadata><title>CVE-2024-0001</title>"
		"<affected><platform>SUSE Linux Enterprise Server 15 SP3</platform></affected></metadata>"
		"<criteria operator=\"OR\"><criteria operator=\"AND\"><criteria operator=\"OR\">"
		"<criterion comment=\"SUSE Linux Enterprise Server 15 SP3 is installed\"/>"
		"<criterion comment=\"openSUSE Leap 15.3 is installed\"/></criteria>"
		"<criteria operator=\"OR\">"
		"<criterion comment=\"sqlite3-devel-3.36.0-3.12.1 is installed\"/>"
		"<criterion comment=\"tcl-sqlite is not affected\"/>"
		"</criteria></criteria></criteria></definition>"
		/* Microsoft; the third says the same of a range. */
		"<definition id=\"m1\"><metadata><affected><platform>CBL-Mariner</platform></affected>"
		"<reference ref_id=\"CVE-2023-0687\" source=\"CVE\"/>"
		"<severity>Critical</severity></metadata>"
		"<criteria operator=\"AND\"><criterion comment=\"Package glibc is installed with version"
		" 2.35-4 or earlier\"/></criteria></definition>"
		"<definition id=\"m2\"><metadata><affected><platform>CBL-Mariner</platform></affected>"
		"<reference ref_id=\"CVE-2023-29404\" source=\"CVE\"/></metadata>"
		"<criteria operator=\"AND\">"
		"<criterion comment=\"Package golang is earlier than 1.20.7-1, affected"
		" by CVE-2023-29404\"/><criterion comment=\"Package golang is greater than 1.19.0\"/>"
		"</criteria></definition>"
		"<definition id=\"empty\"></definition></definitions></oval_definitions>";
	static const struct {
		const char *space, *package, *id, *from, *to, *last;
		enum severity severity;
	} rows[] = {
		{ "oracle 5", "bind", "CVE-2007-0493", "", "30:9.3.3-8.el5", "", SEVERITY_MEDIUM },
		{ "oracle 5", "bind", "CVE-2007-0494", "", "30:9.3.3-8.el5", "", SEVERITY_MEDIUM },
		{ "suse 15.3", "sqlite3-devel", "CVE-2024-0001", "", "3.36.0-3.12.1", "", 0 },
		{ "opensuse 15.3", "sqlite3-devel", "CVE-2024-0001", "", "3.36.0-3.12.1", "", 0 },
		{ "azurelinux 2.0", "glibc", "CVE-2023-0687", "", "", "2.35-4.cm2", SEVERITY_CRITICAL },
		{ "azurelinux 2.0", "golang", "CVE-2023-29404", "1.19.0", "1.20.7-1", "", 0 },
	};
	struct kept {
		struct given g;
		buf text;
	} k = { .text = BUF_INIT(1 << 16) };
	const struct feed_sink show = { show_advisory, keep_vulnerability, keep_end,
		                            keep_date,     keep_fault,         &k };
	err e = { 0 };

	(void)state;
	assert_int_equal(
		feed_oval(BYTES(text), BYTES("cbl-mariner-2.0-oval.xml"), &show, &k.g.arena, &e), 0);
	bytes rest = buf_bytes(&k.text), line = BYTES("");

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char want[256];

		snprintf(want, sizeof(want), "%s|%s|%s|%s|%s|%s|%d", rows[i].space, rows[i].package,
		         rows[i].id, rows[i].from, rows[i].to, rows[i].last, (int)rows[i].severity);
		assert_true(bytes_line(&rest, &line));
		assert_bytes(line, want);
	}
	assert_false(bytes_line(&rest, &line));
	assert_int_equal(k.g.faults.len, 2); /* the hat, the empty one */
	buf_done(&k.text);
	arena_done(&k.g.arena);
	must_refuse(feed_oval, "<oval_definitions/>");
}

#define SAYS(cve) \
	"<metadata><affected><platform>CBL-Mariner</platform></affected>" \
	"<reference ref_id=\"" cve "\" source=\"CVE\"/></metadata><criteria operator=\"AND\">" \
	"<criterion comment=\"Package glibc is earlier than 2.35-5\"/></criteria>"

/* XML 1.0: white space (§2.3) ends a name, a comment (§2.5) holds no elements; a prefix is as good
 * as none (Namespaces in XML). */
static void oval_is_xml(void **state)
{
	static const char text[] =
		"<o:oval_definitions xmlns:o=\"x\"><o:definitions>"
		"<definition\n id=\"a\">" SAYS("CVE-2024-0001") "</definition\n>"
		"<!-- <definition id=\"b\">" SAYS("CVE-2024-0002") "</definition> -->"
		"<o:definition id=\"c\">" SAYS("CVE-2024-0003") "</o:definition>"
		"<definition id='>d'>" SAYS("CVE-2024-0004") "</definition>"
		"</o:definitions></o:oval_definitions>";
	struct kept {
		struct given g;
		buf text;
	} k = { .text = BUF_INIT(1 << 16) };
	const struct feed_sink show = { show_advisory, keep_vulnerability, keep_end,
		                            keep_date,     keep_fault,         &k };
	err e = { 0 };

	(void)state;
	assert_int_equal(
		feed_oval(BYTES(text), BYTES("azurelinux-3.0-oval.xml"), &show, &k.g.arena, &e), 0);
	assert_bytes(buf_bytes(&k.text), "azurelinux 3.0|glibc|CVE-2024-0001||2.35-5||0\n"
	                                 "azurelinux 3.0|glibc|CVE-2024-0003||2.35-5||0\n"
	                                 "azurelinux 3.0|glibc|CVE-2024-0004||2.35-5||0\n");
	buf_done(&k.text);
	arena_done(&k.g.arena);
	must_refuse(feed_oval, "<o><definition id=\"broken\"><metadata></definition></o>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ubuntu_vex),
		cmocka_unit_test(oval),
		cmocka_unit_test(oval_is_xml),
		cmocka_unit_test(alas_as_vunnel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
