/* SPDX-License-Identifier: Apache-2.0 */
#include "feed_fixture.h"

/* -- OSV -------------------------------------------------------------------------------------- */

static const char record[] =
	"{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"modified\":\"2025-01-02T00:00:00Z\",\"summary\":\"S\","
	"\"aliases\":[\"PYSEC-1\",\"CVE-2025-1\"],\"database_specific\":{\"severity\":\"MODERATE\","
	"\"cwe_ids\":[\"CWE-79\"]},\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/X\"}],"
	"\"references\":[{\"type\":\"WEB\",\"url\":\"https://example.org/a\"}],\"affected\":["
	"{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"A_b.C\"},"
	"\"versions\":[\"1.0\",\"1.1rc1\",\"9\"],"
	"\"ranges\":[{\"type\":\"GIT\",\"events\":[{\"introduced\":\"0\"}]},{\"type\":\"ECOSYSTEM\","
	"\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.1\"},{\"introduced\":\"2.0\"}]}],"
	"\"database_specific\":{\"last_known_affected_version_range\":\"<= 2.5\"}},"
	"{\"package\":{\"ecosystem\":\"Alpine:v3.19\",\"name\":\"a\"},"
	"\"ranges\":[{\"type\":\"ECOSYSTEM\","
	"\"events\":[{\"introduced\":\"0\"},{\"last_affected\":\"1.0-r0\"}]}]},"
	"{\"package\":{\"ecosystem\":\"Hex\",\"name\":\"x\"}},"
	"{\"package\":{\"ecosystem\":\"NuGet\",\"name\":\"X\"},\"ranges\":[{\"type\":\"SEMVER\","
	"\"events\":[{\"introduced\":\"zero\"}]}]}]}";

static void osv(void **state)
{
	struct given g = { 0 };

	(void)state;
	must_read(feed_osv, BYTES(record), &g);
	assert_int_equal(g.vulnerabilities.len, 1);
	const struct vulnerability *v = g.vulnerabilities.items;

	assert_bytes(v->id, "CVE-2025-1");
	assert_int_equal(v->aliases.len, 2);
	assert_bytes(v->aliases.items[0], "GHSA-aaaa-bbbb-cccc");
	assert_bytes(v->aliases.items[1], "PYSEC-1");
	assert_bytes(v->scores.items[0].source, "ghsa");
	assert_int_equal(v->scores.items[0].severity, SEVERITY_MEDIUM);
	assert_bytes(v->scores.items[0].v3_vector, "CVSS:3.1/X");
	assert_bytes(v->cwes.items[0], "CWE-79");
	assert_bytes(v->references.items[0], "https://example.org/a");

	assert_int_equal(g.advisories.len, 2);
	const struct advisory *a = g.advisories.items;

	assert_bytes(a->space, "pypi");
	assert_bytes(a->package, "a-b-c");
	assert_bytes(a->id, "CVE-2025-1");
	assert_bytes(a->vendor_ids.items[0], "GHSA-aaaa-bbbb-cccc");
	assert_int_equal(a->status, ADVISORY_FIXED);
	assert_int_equal(a->ranges.len, 2);
	assert_bytes(a->ranges.items[0].from, "");
	assert_bytes(a->ranges.items[0].to, "1.1");
	assert_bytes(a->ranges.items[1].from, "2.0");
	assert_bytes(a->ranges.items[1].last, "2.5");
	assert_int_equal(a->versions.len, 1); /* the others are in the ranges */
	assert_bytes(a->versions.items[0], "9");
	assert_bytes(a->fixes.items[0], "1.1");
	assert_bytes(a[1].space, "alpine 3.19");
	assert_bytes(a[1].ranges.items[0].last, "1.0-r0");
	assert_int_equal(a[1].status, ADVISORY_AFFECTED);

	assert_int_equal(g.faults.len, 3);
	assert_non_null(strstr(g.faults.items[0], "ecosystem that is not known"));
	assert_non_null(strstr(g.faults.items[1], "'zero' is no nuget version"));
	assert_non_null(strstr(g.faults.items[2], "without versions"));
	arena_done(&g.arena);
}

static void osv_names(void **state)
{
	static const char *const spaces[][2] = {
		{ "Debian:12", "debian 12" },
		{ "Ubuntu:22.04:LTS", "ubuntu 22.04" },
		{ "Ubuntu:Pro:18.04:LTS", "ubuntu 18.04-ESM" },
		{ "Ubuntu:Pro:FIPS-updates:20.04:LTS", "ubuntu 20.04-FIPS" },
		{ "Ubuntu:25.04", "ubuntu 25.04" },
		{ "Rocky Linux:9", "rocky 9" },
		{ "AlmaLinux:8", "alma 8" },
		{ "SUSE:Linux Enterprise Module for Basesystem 15 SP5", "suse 15.5" },
		{ "SUSE:Linux Enterprise Server 12 SP5-LTSS", "suse 12.5" },
		{ "SUSE:Linux Enterprise Micro 5.3", "suse-micro 5.3" },
		{ "openSUSE:Leap 15.6", "opensuse 15.6" },
		{ "openSUSE:Tumbleweed", "opensuse-tumbleweed" },
		{ "Red Hat:enterprise_linux:9::appstream", "redhat 9" },
		{ "Red Hat:rhel_eus:9.2::baseos", "redhat 9" },
		{ "Azure Linux:3", "azurelinux 3.0" },
		{ "Photon OS:5.0", "photon 5.0" },
		{ "Wolfi", "wolfi" },
		{ "Mageia:9", "mageia 9" },
		{ "crates.io", "cargo" },
		{ "Go", "golang" },
	};
	static const char *const unknown[] = {
		"Hex",   "Ubuntu:Pro:Realtime:22.04:LTS", "Debian",
		"SUSE:", "Red Hat:rhosemc:1.0::el7",      "openSUSE:Leap Micro 5.3"
	};
	static const char form[] =
		"{\"id\":\"DSA-1\",\"modified\":\"2025\",\"withdrawn\":\"2025\",\"upstream\":[\"CVE-1\","
		"\"CVE-2\"],\"affected\":[{\"package\":{\"ecosystem\":\"%s\",\"name\":\"p\"},"
		"\"versions\":[\"1.0.0\"]}]}";

	(void)state;
	for (size_t i = 0; i < sizeof(spaces) / sizeof(*spaces); i++) {
		struct given g = { 0 };
		char document[512];

		snprintf(document, sizeof(document), form, spaces[i][0]);
		must_read(feed_osv, bytes_str(document), &g);
		assert_int_equal(g.advisories.len, 2); /* one for each CVE */
		assert_bytes(g.advisories.items[0].space, spaces[i][1]);
		assert_bytes(g.advisories.items[1].id, "CVE-2");
		assert_int_equal(g.advisories.items[0].flags, ADVISORY_FLAG_WITHDRAWN);
		assert_int_equal(g.vulnerabilities.len, 2);
		assert_int_equal(g.vulnerabilities.items[0].aliases.len, 1);
		arena_done(&g.arena);
	}
	/* Nothing tells their packages from others'; nobody here finds packages of Hex. */
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		struct given g = { 0 };
		char document[512];

		snprintf(document, sizeof(document), form, unknown[i]);
		must_read(feed_osv, bytes_str(document), &g);
		assert_int_equal(g.advisories.len, 0);
		assert_int_equal(g.faults.len, 1);
		arena_done(&g.arena);
	}
	must_refuse(feed_osv, "{}");
	must_refuse(feed_osv, "[]");
	must_refuse(feed_osv, "{\"id\":\"X\"}");
	must_refuse(feed_osv, "{\"id\":\"X\",\"modified\":\"2025\"");
}

/* -- .NET ------------------------------------------------------------------------------------- */

static const char month[] =
	"{\"last_updated\":\"2024-01-09\",\"disclosures\":[{\"id\":\"CVE-2024-1\",\"problem\":\"P\","
	"\"description\":[\"D\"],\"cvss\":{\"version\":\"3.1\","
	"\"vector\":\"CVSS:3.1/AV:N\",\"score\":8.7,"
	"\"severity\":\"HIGH\"},\"timeline\":{\"disclosure\":{\"date\":\"2024-01-08\"}},"
	"\"platforms\":[\"windows\"],"
	"\"references\":[\"https://example.org\"],\"weakness\":\"CWE-319\"}],"
	"\"products\":[{\"cve_id\":\"CVE-2024-1\",\"name\":\"dotnet-sdk\","
	"\"min_vulnerable\":\" 7.0.100\","
	"\"max_vulnerable\":null,\"fixed\":\"7.0.115\"},{\"cve_id\":\"CVE-2024-1\",\"name\":\"vs\"},"
	"{\"cve_id\":\"CVE-2024-1\",\"name\":\"dotnet-runtime\",\"min_vulnerable\":\"\","
	"\"max_vulnerable\":\"7.0.1\",\"fixed\":\"7.0.2\"}],"
	"\"packages\":[{\"cve_id\":\"CVE-2024-1\",\"name\":\"Microsoft.Data.SqlClient\","
	"\"min_vulnerable\":\"1.0.19123.2-Preview\",\"max_vulnerable\":\"2.1.6\",\"fixed\":\"2.17\"}]}";

static void dotnet_cve(void **state)
{
	struct given g = { 0 };

	(void)state;
	must_read(feed_dotnet_cve, BYTES(month), &g);
	assert_int_equal(g.vulnerabilities.len, 1);
	assert_bytes(g.vulnerabilities.items[0].title, "P");
	assert_bytes(g.vulnerabilities.items[0].published, "2024-01-08");
	assert_int_equal(g.vulnerabilities.items[0].scores.items[0].v3_score, 87);
	assert_bytes(g.vulnerabilities.items[0].scores.items[0].v3_vector, "CVSS:3.1/AV:N");
	assert_int_equal(g.advisories.len, 2);
	const struct advisory *sdk = g.advisories.items, *package = sdk + 1;

	assert_bytes(sdk->space, ".net");
	assert_bytes(sdk->package, "microsoft.net.sdk");
	assert_bytes(sdk->ranges.items[0].from, "7.0.100");
	assert_bytes(sdk->ranges.items[0].to, "7.0.115");
	assert_int_equal(sdk->flags, ADVISORY_FLAG_ONLY_WINDOWS);
	assert_int_equal(sdk->severity, SEVERITY_HIGH);
	assert_bytes(package->space, "nuget");
	assert_bytes(package->package, "microsoft.data.sqlclient");
	assert_bytes(package->ranges.items[0].last, "2.1.6");
	assert_bytes(package->ranges.items[0].to, "");
	assert_int_equal(g.faults.len, 2);
	assert_non_null(strstr(g.faults.items[0], "vs: an unknown product"));
	assert_non_null(strstr(g.faults.items[1], "CVE-2024-1: a row without a package or a range"));
	arena_done(&g.arena);
	must_refuse(feed_dotnet_cve, "{\"products\":[]}");
	must_refuse(feed_dotnet_releases, "{\"releases\":[]}");
	must_refuse(feed_dotnet_releases, "{\"channel-version\":\"8.0\"}");
}

static bool read_shared(struct given *g, feed_reader *reader, const char *name)
{
	char *content = fixture_shared(name);

	if (content)
		must_read(reader, arena_bytes(&g->arena, bytes_str(content)), g);
	free(content);
	return content != NULL;
}

/* The advisories for this product's version as expected.tsv writes them. */
static const char *cell_of(struct given *g, const char *package, bytes version)
{
	const char *cell = "";

	for (size_t i = 0; i < g->advisories.len; i++) {
		const struct advisory *a = &g->advisories.items[i];
		const struct version_interval *r = a->ranges.items;
		int from = 0, to = 0, last = 0;

		if (!bytes_is(a->package, package) || !bytes_is(a->space, ".net"))
			continue;
		assert_true(version_compare(VERSION_NUGET, version, r->from, &from));
		if (r->to.n > 0)
			assert_true(version_compare(VERSION_NUGET, version, r->to, &to));
		if (r->last.n > 0)
			assert_true(version_compare(VERSION_NUGET, version, r->last, &last));
		if (from < 0 || last > 0 || (r->to.n > 0 && to >= 0))
			continue;
		const char *severity = severity_name(a->severity);

		cell = arena_printf(&g->arena, "%s%s" PRIb ":%s:" PRIb ":%s", cell, *cell ? ";" : "",
		                    BYTESF(a->id), severity, BYTESF(a->fixes.items[0]),
		                    a->flags & ADVISORY_FLAG_ONLY_WINDOWS ? "windows"
		                    : a->flags & ADVISORY_FLAG_ONLY_LINUX ? "linux"
		                                                          : "all");
	}
	return cell;
}

/* Do both cells, divided by ";", hold the same entries (case aside: HIGH, high)? */
static bool same_entries(bytes a, bytes b)
{
	bytes whole = b, x, y;
	size_t n = 0, m = 0;

	for (; bytes_take_until(&a, ';', &x); n++) {
		bool found = false;

		for (b = whole; bytes_take_until(&b, ';', &y);)
			found = found || bytes_equal_nocase(x, y);
		if (!found)
			return false;
	}
	for (b = whole; bytes_take_until(&b, ';', &y); m++) {}
	return n == m;
}

/* vuln/dotnet-runtime/expected.tsv was made from the same months by other means. */
static void dotnet_truth(void **state)
{
	static const char *const months[] = { "2023-11", "2024-01", "2024-02", "2024-03", "2024-04",
		                                  "2024-05", "2024-07", "2024-08", "2024-10", "2024-11",
		                                  "2025-01", "2025-03", "2025-04", "2025-05", "2025-06",
		                                  "2025-10", "2026-02", "2026-03" };
	struct given g = { 0 };
	char *expected = fixture_shared("vuln/dotnet-runtime/expected.tsv");
	bytes rest = bytes_str(expected), line = rest, product = rest, version = rest, cell;
	size_t rows = 0;

	(void)state;
	if (!expected)
		skip();
	for (size_t i = 0; i < sizeof(months) / sizeof(*months); i++)
		assert_true(
			read_shared(&g, feed_dotnet_cve,
		                arena_printf(&g.arena, "dotnet/cve-timeline/cve-%s.json", months[i])));
	assert_int_equal(g.vulnerabilities.len, 40);
	assert_int_equal(g.faults.len, 0);
	assert_true(bytes_line(&rest, &line)); /* the heading */
	while (bytes_line(&rest, &line)) {
		assert_true(bytes_take_until(&line, '\t', &product) &&
		            bytes_take_until(&line, '\t', &version));
		cell = line;
		const char *ours = cell_of(&g,
		                           bytes_is(product, "dotnet-runtime") ? "microsoft.netcore.app"
		                                                               : "microsoft.aspnetcore.app",
		                           version);

		if (!same_entries(bytes_str(ours), cell))
			fail_msg(PRIb " " PRIb ":\nhave %s\nwant " PRIb, BYTESF(product), BYTESF(version), ours,
			         BYTESF(cell));
		rows++;
	}
	assert_true(rows > 100);
	free(expected);
	arena_done(&g.arena);
}

static void dotnet_releases(void **state)
{
	struct given g = { 0 };
	size_t seen = 0;

	(void)state;
	if (!read_shared(&g, feed_dotnet_releases, "dotnet/release-metadata/releases-8.0.json"))
		skip();
	assert_int_equal(g.ends.len, 1);
	assert_bytes(g.ends.items[0].product, ".net");
	assert_bytes(g.ends.items[0].release, "8.0");
	assert_bytes(g.ends.items[0].date, "2026-11-10");
	for (size_t i = 0; i < g.advisories.len; i++) {
		const struct advisory *a = &g.advisories.items[i];

		if (!bytes_is(a->id, "CVE-2026-50651"))
			continue;
		seen++;
		assert_bytes(a->ranges.items[0].from, "8.0.0-0");
		assert_bytes(a->ranges.items[0].to, "8.0.29");
	}
	assert_int_equal(seen, 2); /* the runtime and ASP.NET Core */
	arena_done(&g.arena);
}

static void github(void **state)
{
	struct given g = { 0 };

	(void)state;
	if (!read_shared(&g, feed_osv, "vuln/feeds/nuget-ghsa/GHSA-2cmq-823j-5qj8.json"))
		skip();
	assert_int_equal(g.faults.len, 0);
	assert_int_equal(g.advisories.len, 2);
	assert_bytes(g.advisories.items[0].package, "sixlabors.imagesharp");
	assert_bytes(g.advisories.items[1].ranges.items[0].from, "3.0.0");
	assert_bytes(g.advisories.items[1].ranges.items[0].to, "3.1.7");
	assert_int_equal(g.advisories.items[1].severity, SEVERITY_HIGH);
	arena_done(&g.arena);
}

/* -- distributions and scores ------------------------------------------------------------------ */

static void debian(void **state)
{
	static const char document[] =
		"{\"p\":{\"CVE-1\":{\"description\":\"D\",\"releases\":{"
		"\"bookworm\":{\"status\":\"resolved\",\"fixed_version\":\"1:2-1\",\"urgency\":\"high**\"},"
		"\"bullseye\":{\"status\":\"open\",\"urgency\":\"unimportant\","
		"\"nodsa_reason\":\"postponed\"},"
		"\"buster\":{\"status\":\"resolved\",\"fixed_version\":\"0\",\"urgency\":\"low\"},"
		"\"trixie\":{\"status\":\"undetermined\"},\"sid\":{\"status\":\"open\"},"
		"\"woody\":{\"status\":\"open\"},\"stretch\":{\"status\":\"open\","
		"\"urgency\":\"end-of-life\"},"
		"\"jessie\":{\"status\":\"resolved\",\"fixed_version\":\"a b\"},"
		"\"duke\":{\"status\":\"resolved\",\"fixed_version\":null}}},"
		"\"CVE-2\":\"nonsense\",\"CVE-3\":{\"releases\":[]}},\"q\":[]}";
	struct given g = { 0 };

	(void)state;
	must_read(feed_debian, BYTES(document), &g);
	assert_int_equal(g.advisories.len, 3);
	const struct advisory *a = g.advisories.items;

	assert_bytes(a->space, "debian 12");
	assert_bytes(a->ranges.items[0].to, "1:2-1");
	assert_int_equal(a->severity, SEVERITY_HIGH);
	assert_int_equal(a->status, ADVISORY_FIXED);
	assert_bytes(a[1].space, "debian 11");
	assert_bytes(a[1].ranges.items[0].to, "");
	assert_int_equal(a[1].severity, SEVERITY_LOW);
	assert_int_equal(a[1].status, ADVISORY_FIX_DEFERRED);
	assert_bytes(a[2].space, "debian 9");
	assert_int_equal(a[2].status, ADVISORY_END_OF_LIFE);
	assert_int_equal(g.faults.len, 6);
	assert_string_equal(g.faults.items[0], "CVE-1: a release that is not known");
	assert_string_equal(g.faults.items[1], "CVE-1: a fixed version that is none");
	assert_string_equal(g.faults.items[2], "CVE-1: resolved without a fixed version");
	assert_string_equal(g.faults.items[3], "CVE-2: a vulnerability without \"releases\"");
	assert_string_equal(g.faults.items[4], "CVE-3: a vulnerability without \"releases\"");
	assert_string_equal(g.faults.items[5], "q: a package without vulnerabilities");
	arena_done(&g.arena);
	must_refuse(feed_debian, "{\"p\":{}}");
	must_refuse(feed_debian, "[]");
}

static void alpine(void **state)
{
	static const char document[] =
		"distroversion: v3.19\npackages:\n  - pkg:\n      name: p\n      secfixes:\n"
		"        1.0-r1:\n          - CVE-1 CVE-2 (+ regression)\n          - no id\n"
		"        \"0\":\n          - CVE-3\n";
	struct given g = { 0 };

	(void)state;
	must_read(feed_alpine, BYTES(document), &g);
	assert_int_equal(g.advisories.len, 3);
	assert_bytes(g.advisories.items[0].space, "alpine 3.19");
	assert_bytes(g.advisories.items[0].fixes.items[0], "1.0-r1");
	assert_bytes(g.advisories.items[1].id, "CVE-2");
	assert_bytes(g.advisories.items[2].id, "CVE-3");
	assert_int_equal(g.advisories.items[2].status, ADVISORY_NOT_AFFECTED);
	assert_bytes(g.advisories.items[2].ranges.items[0].to, "");
	assert_int_equal(g.faults.len, 1); /* without an id */
	arena_done(&g.arena);
	must_refuse(feed_alpine, "packages: []\n");
}

/* What another reader (vunnel) makes of the same input; of Debian what stands in the tracker, not
 * in its list of notices. */
static void same_as_vunnel(void **state)
{
	static const struct {
		const char *input, *snapshots;
		feed_reader *reader;
		const char *names[9];
	} cases[] = {
		{ "debian/input/debian.json",
		  "debian/snapshots",
		  feed_debian,
		  { "debian_10/cve-2008-7220", "debian_10/cve-2005-3111", "debian_12/cve-2022-0456",
		    "debian_11/cve-2022-0456", "debian_9/cve-2013-1444", "debian_12/cve-2025-53603",
		    "debian_11/cve-2025-53603" } },
		{ "alpine/input/secdb/v3.15/main.yaml",
		  "alpine/snapshots",
		  feed_alpine,
		  { "3.15/cve-2022-1271", "3.15/cve-2018-25032", "3.15/cve-2019-20044",
		    "3.15/cve-2022-37434", "3.15/cve-2021-45444" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct given ours = { 0 }, theirs = { 0 };

		if (!read_shared(&ours, cases[i].reader,
		                 arena_printf(&ours.arena, "vuln/feeds/vunnel/%s", cases[i].input)))
			skip();
		for (size_t k = 0; cases[i].names[k]; k++)
			assert_true(read_shared(&theirs, feed_vunnel,
			                        arena_printf(&theirs.arena, "vuln/feeds/vunnel/%s/%s.json",
			                                     cases[i].snapshots, cases[i].names[k])));
		assert_true(theirs.advisories.len >= 5);
		for (size_t k = 0; k < theirs.advisories.len; k++) {
			const struct advisory *t = &theirs.advisories.items[k];
			bool found = false;

			for (size_t m = 0; m < ours.advisories.len; m++) {
				const struct advisory *o = &ours.advisories.items[m];

				found |= bytes_equal(o->space, t->space) && bytes_equal(o->id, t->id) &&
				         bytes_equal(o->package, t->package) &&
				         bytes_equal(o->ranges.items[0].to, t->ranges.items[0].to);
			}
			if (!found)
				fail_msg(PRIb " " PRIb " " PRIb " is missing", BYTESF(t->space), BYTESF(t->package),
				         BYTESF(t->id));
		}
		arena_done(&ours.arena);
		arena_done(&theirs.arena);
	}
}

static void lists(void **state)
{
	struct given g = { 0 };

	(void)state;
	must_read(feed_epss,
	          BYTES("#model_version:v1,score_date:2025-02-20T00:00:00+0000\ncve,epss,percentile\n"
	                "CVE-1,0.00383,0.73075\nCVE-2,1,1.0\nCVE-3,1.1,0\n"),
	          &g);
	assert_int_equal(g.vulnerabilities.len, 2);
	assert_int_equal(g.vulnerabilities.items[0].epss, 3830);
	assert_int_equal(g.vulnerabilities.items[0].epss_percentile, 730750);
	assert_bytes(g.date, "2025-02-20");
	assert_bytes(g.vulnerabilities.items[0].epss_date, "2025-02-20");
	assert_int_equal(g.vulnerabilities.items[1].epss, 1000000);
	assert_int_equal(g.faults.len, 1);
	must_refuse(feed_epss, "epss\n");
	must_read(feed_kev,
	          BYTES("{\"dateReleased\":\"2025-08-25T17:04:19.9796Z\","
	                "\"vulnerabilities\":[{\"cveID\":\"CVE-1\",\"dateAdded\":\"2025-01-01\","
	                "\"knownRansomwareCampaignUse\":\"Known\"},{\"cveID\":\"CVE-2\"}]}"),
	          &g);
	assert_int_equal(g.vulnerabilities.len, 3);
	assert_true(g.vulnerabilities.items[2].kev_ransomware);
	assert_bytes(g.vulnerabilities.items[2].kev_added, "2025-01-01");
	assert_bytes(g.date, "2025-08-25T17:04:19.9796Z");
	assert_int_equal(g.faults.len, 2);
	must_refuse(feed_kev, "{}");
	must_read(feed_eol,
	          BYTES("{\"generated_at\":\"2026-11-21\",\"result\":["
	                "{\"name\":\"dotnet\",\"releases\":[{\"name\":\"8\","
	                "\"eolFrom\":\"2026-11-10\"},{\"name\":\"11\",\"eolFrom\":null}]}]}"),
	          &g);
	assert_int_equal(g.ends.len, 1);
	assert_bytes(g.ends.items[0].product, ".net");
	assert_bytes(g.ends.items[0].release, "8.0");
	assert_bytes(g.date, "2026-11-21");
	must_refuse(feed_eol, "{}");
	arena_done(&g.arena);
}

static void csaf(void **state)
{
	struct given g = { 0 };

	(void)state;
	if (!read_shared(&g, feed_csaf,
	                 "vuln/feeds/trivy-db-inputs/redhat-csaf/testdata/vuln-list-redhat/csaf-vex/"
	                 "cve-2024-22222.json"))
		skip();
	assert_int_equal(g.advisories.len, 3);
	const struct advisory *a = g.advisories.items;

	assert_bytes(a->space, "redhat 9");
	assert_bytes(a->package, "test-package");
	assert_bytes(a->ranges.items[0].to, "1:1.0.0-1.el9");
	assert_bytes(a->vendor_ids.items[0], "RHSA-2024:9999");
	assert_bytes(a[1].package, "modular-package");
	assert_bytes(a[1].module, "module:2.4");
	assert_bytes(a[2].package, "affected-package-bin");
	assert_int_equal(a[2].status, ADVISORY_AFFECTED);
	arena_done(&g.arena);
	must_refuse(feed_csaf, "{\"document\":{},\"product_tree\":{}}");
}

/* The forms that Red Hat writes modules in without rpmmod= in the package's purl. */
#define MODULAR(PRODUCTS, RELATIONS, STATUS) \
	"{\"document\":{\"publisher\":{\"name\":\"Red Hat Product Security\"}},\"product_tree\":" \
	"{\"branches\":[" PRODUCTS "],\"relationships\":[" RELATIONS "]},\"vulnerabilities\":" \
	"[{\"cve\":\"CVE-2022-1\",\"product_status\":{" STATUS "}}]}"
#define PRODUCT(ID, KIND, VALUE) \
	"{\"product\":{\"product_id\":\"" ID "\",\"product_identification_helper\":{\"" KIND \
	"\":\"" VALUE "\"}}}"
#define RELATION(ID, PART, WITHIN) \
	"{\"full_product_name\":{\"product_id\":\"" ID "\"},\"product_reference\":\"" PART \
	"\",\"relates_to_product_reference\":\"" WITHIN "\"}"
#define EL8 PRODUCT("el8", "cpe", "cpe:/a:redhat:enterprise_linux:8::appstream")

static void csaf_modules(void **state)
{
	struct given g = { 0 }, bad = { 0 };

	(void)state;
	must_read(feed_csaf,
	          BYTES(MODULAR(EL8 "," PRODUCT("mod", "purl", "pkg:rpmmod/redhat/nodejs@14:8060:ad00")
	                        "," PRODUCT("npm", "purl",
	                                    "pkg:rpm/redhat/npm@6.14-2.el8?arch=x86_64&epoch=1")
	                        "," PRODUCT("nodejs:14/nodejs", "purl",
	                                    "pkg:rpmmod/redhat/nodejs:14/nodejs"),
	                        RELATION("el8:mod", "mod", "el8") "," RELATION("el8:mod:npm", "npm",
	                                                                       "el8:mod")
	                        "," RELATION("el8:x", "nodejs:14/nodejs", "el8"),
	                        "\"fixed\":[\"el8:mod\",\"el8:mod:npm\"],"
	                        "\"known_affected\":[\"el8:x\"]")),
	          &g);
	assert_int_equal(g.faults.len, 0);
	assert_int_equal(g.advisories.len, 2);
	const struct advisory *a = g.advisories.items;

	assert_bytes(a->space, "redhat 8");
	assert_bytes(a->package, "npm");
	assert_bytes(a->module, "nodejs:14");
	assert_bytes(a->ranges.items[0].to, "1:6.14-2.el8");
	assert_bytes(a[1].package, "nodejs");
	assert_bytes(a[1].module, "nodejs:14");
	assert_int_equal(a[1].status, ADVISORY_AFFECTED);

	/* A release that is within itself, one that is nowhere, a package that is nowhere. */
	must_read(feed_csaf,
	          BYTES(MODULAR(EL8, RELATION("loop", "npm", "loop")
	                        "," RELATION("gone:npm", "npm", "gone")
	                        "," RELATION("el8:npm", "npm", "el8"),
	                        "\"known_affected\":[\"loop\",\"gone:npm\",\"el8:npm\"]")),
	          &bad);
	assert_int_equal(bad.advisories.len, 0);
	assert_int_equal(bad.faults.len, 3);
	assert_non_null(strstr(bad.faults.items[0], "a release that"));
	assert_non_null(strstr(bad.faults.items[1], "a release that"));
	assert_non_null(strstr(bad.faults.items[2], "a package that"));
	arena_done(&g.arena);
	arena_done(&bad.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(osv),          cmocka_unit_test(osv_names),
		cmocka_unit_test(github),       cmocka_unit_test(dotnet_cve),
		cmocka_unit_test(dotnet_truth), cmocka_unit_test(dotnet_releases),
		cmocka_unit_test(debian),       cmocka_unit_test(alpine),
		cmocka_unit_test(lists),        cmocka_unit_test(same_as_vunnel),
		cmocka_unit_test(csaf),         cmocka_unit_test(csaf_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
