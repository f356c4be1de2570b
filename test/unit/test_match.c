/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/match.h"

#include "unit.h"
#include "vuln/rating.h"

static char path[64];
static struct arena arena;
static struct database *db;

/* A row of the database: source, space, package, id, from, to, status, flags. */
static const struct row {
	const char *source, *space, *package, *id, *from, *to;
	enum advisory_status status;
	uint32_t flags;
	const char *product;
} rows[] = {
	/* Debian names source packages, and epochs count. */
	{ "debian", "debian 12", "openssl", "CVE-1", "", "3.0.9-1+deb12u1", ADVISORY_FIXED, 0, "" },
	{ "debian", "debian 12", "openssl", "CVE-2", "", "", ADVISORY_AFFECTED, 0, "" },
	{ "debian", "debian 12", "openssl", "CVE-3", "", "", ADVISORY_NOT_AFFECTED, 0, "" },
	{ "debian", "debian 11", "openssl", "CVE-4", "", "", ADVISORY_AFFECTED, 0, "" },
	{ "debian", "debian 12", "odd", "CVE-5", "", "not a version", ADVISORY_FIXED, 0, "" },
	/* One vulnerability, two sources; GitHub's own range begins at 9. */
	{ "ghsa", "nuget", "newtonsoft.json", "GHSA-1", "", "13.0.1", ADVISORY_FIXED, 0, "" },
	{ "osv", "nuget", "newtonsoft.json", "GHSA-1", "", "13.0.1", ADVISORY_FIXED, 0, "" },
	{ "ghsa", "nuget", "newtonsoft.json", "GHSA-2", "14.0.0", "15.0.0", ADVISORY_FIXED, 0, "" },
	/* Microsoft says for which system; the NuGet advisory does not. */
	{ "ghsa", "nuget", "microsoft.netcore.app.runtime.linux-x64", "CVE-7", "8.0.0", "8.0.2",
	  ADVISORY_FIXED, 0, "" },
	{ "microsoft", ".net", "microsoft.netcore.app", "CVE-7", "8.0.0", "8.0.2", ADVISORY_FIXED,
	  ADVISORY_FLAG_ONLY_WINDOWS, "" },
	{ "microsoft", ".net", "microsoft.netcore.app", "CVE-8", "8.0.0", "8.0.2", ADVISORY_FIXED, 0,
	  "" },
	{ "alpine", "alpine 3.19", "musl", "CVE-9", "", "1.2.4-r3", ADVISORY_FIXED, 0, "" },
	/* Ubuntu Pro's own builds, and what the release says: the pocket's word counts for them. */
	{ "ubuntu", "ubuntu 18.04", "apache2", "CVE-20", "", "", ADVISORY_WILL_NOT_FIX, 0, "" },
	{ "ubuntu", "ubuntu 18.04", "apache2", "CVE-21", "", "2.4.29-1ubuntu4.20", ADVISORY_FIXED, 0,
	  "" },
	{ "ubuntu", "ubuntu 18.04-ESM", "apache2", "CVE-20", "", "2.4.29-1ubuntu4.27+esm2",
	  ADVISORY_FIXED, 0, "" },
	/* Red Hat: two minor releases, an extended stream, a module. */
	{ "redhat", "redhat 9", "kernel", "CVE-30", "", "5.14.0-162.6.1.el9_1", ADVISORY_FIXED, 0, "" },
	{ "redhat", "redhat 9", "kernel", "CVE-30", "", "5.14.0-362.8.1.el9_3", ADVISORY_FIXED, 0, "" },
	{ "redhat", "redhat 9", "kernel", "CVE-30", "", "5.14.0-284.30.1.el9_2", ADVISORY_FIXED, 0,
	  "9.2" },
	/* SUSE's advisories name the source package, here and there the binary one. */
	{ "suse", "suse 15.5", "openssl-3", "CVE-40", "", "3.0.8-150500.5.8.1", ADVISORY_FIXED, 0, "" },
	/* Known by another name to another feed. */
	{ "pysec", "pypi", "requests", "PYSEC-1", "", "2.31.0", ADVISORY_FIXED, 0, "" },
	{ "ghsa", "pypi", "requests", "CVE-50", "", "2.31.0", ADVISORY_FIXED, 0, "" },
	{ "osv", "pypi", "requests", "NOTICE-1", "", "2.31.0", ADVISORY_FIXED, 0, "" },
};

/* Ids and aliases; a notice about two vulnerabilities is neither. */
static const char *const names[][2] = {
	{ "PYSEC-1", "GHSA-5" },  { "CVE-50", "GHSA-5" },  { "CVE-50", "NOTICE-1" },
	{ "CVE-51", "NOTICE-1" }, { "GHSA-6", "PYSEC-6" },
};

static int setup(void **state)
{
	struct database_builder *b = builder_new();
	struct feed_sink sink = builder_sink(b);
	err e = { 0 };

	(void)state;
	(void)builder_feed(b, FEED_OSV, BYTES("rows"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		struct advisory v = { .space = bytes_str(r->space),
			                  .package = bytes_str(r->package),
			                  .id = bytes_str(r->id),
			                  .source = bytes_str(r->source),
			                  .status = r->status,
			                  .flags = r->flags,
			                  .product = bytes_str(r->product) };

		*ARENA_PUSH(&arena, &v.ranges) = (struct version_interval){ .from = bytes_str(r->from),
			                                                        .to = bytes_str(r->to) };
		if (*r->to)
			*ARENA_PUSH(&arena, &v.fixes) = bytes_str(r->to);
		assert_int_equal(sink.advisory(sink.ctx, &v, &e), 0);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct vulnerability v = { .id = bytes_str(names[i][0]), .title = BYTES("told") };

		*ARENA_PUSH(&arena, &v.aliases) = bytes_str(names[i][1]);
		assert_int_equal(sink.vulnerability(sink.ctx, &v, &e), 0);
	}
	assert_int_equal(builder_write(b, path, 0, &e), 0);
	builder_free(b);
	return database_open(path, &db, &e);
}

static int teardown(void **state)
{
	(void)state;
	database_close(db);
	arena_done(&arena);
	return 0;
}

/* ids(p): what it has: "CVE-1 CVE-2", doubts with a question mark. */
static const char *ids(const struct package *p)
{
	struct matches m = { 0 };
	err e = { 0 };
	const char *text = "";

	assert_int_equal(match_package(db, p, &arena, &m, &e), 0);
	for (size_t i = 0; i < m.found.len; i++)
		text = arena_printf(&arena, "%s%s" PRIb, text, *text ? " " : "",
		                    BYTESF(m.found.items[i].id));
	for (size_t i = 0; i < m.doubts.len; i++)
		text = arena_printf(&arena, "%s%s" PRIb "?", text, *text ? " " : "",
		                    BYTESF(m.doubts.items[i].id));
	if (m.without)
		text = "without";
	return text;
}

static struct package deb(const char *name, const char *version, const char *source,
                          const char *source_version, const char *release)
{
	return (struct package){ .ecosystem = ECO_DEB,
		                     .name = bytes_str(name),
		                     .version = bytes_str(version),
		                     .source_name = bytes_str(source),
		                     .source_version = bytes_str(source_version),
		                     .distro_id = BYTES("debian"),
		                     .distro_version = bytes_str(release) };
}

static void debian_by_source_and_release(void **state)
{
	struct package old = deb("libssl3", "3.0.9-1+b2", "openssl", "3.0.9-1", "12"),
				   fixed = deb("libssl3", "3.0.9-1+deb12u1", "openssl", "", "12"),
				   other = deb("openssl", "3.0.9-1", "", "", "12.5"),
				   none = deb("libssl3", "3.0.9-1", "openssl", "", "13"),
				   odd = deb("odd", "1", "", "", "12"),
				   unreadable = deb("openssl", "a b", "", "", "12");

	(void)state;
	assert_string_equal(ids(&old), "CVE-1 CVE-2");
	assert_string_equal(ids(&fixed), "CVE-2");
	assert_string_equal(ids(&other), "CVE-1 CVE-2");
	assert_string_equal(ids(&none), "without");
	assert_string_equal(ids(&odd), "CVE-5?");
	assert_string_equal(ids(&unreadable), "?");
}

static struct package nuget(const char *name, const char *version)
{
	return (struct package){ .ecosystem = ECO_NUGET,
		                     .name = bytes_str(name),
		                     .version = bytes_str(version) };
}

static void nuget_once_whatever_the_case(void **state)
{
	struct package old = nuget("Newtonsoft.Json", "12.0.3"),
				   fixed = nuget("Newtonsoft.Json", "13.0.1.0"),
				   second = nuget("newtonsoft.JSON", "14.0");

	(void)state;
	assert_string_equal(ids(&old), "GHSA-1");
	assert_string_equal(ids(&fixed), "");
	assert_string_equal(ids(&second), "GHSA-2");
}

static void windows_only_is_none_for_linux(void **state)
{
	struct package runtime = nuget("Microsoft.NETCore.App.Runtime.linux-x64", "8.0.1"),
				   fixed = nuget("Microsoft.NETCore.App.Runtime.linux-x64", "8.0.2");

	(void)state;
	assert_string_equal(ids(&runtime), "CVE-8");
	assert_string_equal(ids(&fixed), "");
}

static void alpine_by_minor_release(void **state)
{
	struct package p = { .ecosystem = ECO_APK,
		                 .name = BYTES("musl-utils"),
		                 .version = BYTES("1.2.4-r2"),
		                 .source_name = BYTES("musl"),
		                 .distro_id = BYTES("alpine"),
		                 .distro_version = BYTES("3.19.1") };

	(void)state;
	assert_string_equal(ids(&p), "CVE-9");
	p.version = BYTES("1.2.4-r10");
	assert_string_equal(ids(&p), "");
}

static void ratings_follow_their_order(void **state)
{
	struct advisory v = { .id = BYTES("CVE-1"), .source = BYTES("debian") };
	struct vulnerability d = { .id = BYTES("CVE-1") };

	(void)state;
	assert_int_equal(rating_of(&v, NULL).severity, SEVERITY_UNKNOWN);
	*ARENA_PUSH(&arena, &d.scores) = (struct vulnerability_score){ .source = BYTES("redhat"),
		                                                           .severity = SEVERITY_LOW };
	assert_int_equal(rating_of(&v, &d).severity, SEVERITY_LOW);
	assert_bytes(rating_of(&v, &d).source, "");
	*ARENA_PUSH(&arena, &d.scores) = (struct vulnerability_score){ .source = BYTES("nvd"),
		                                                           .v3_score = 90 };
	assert_int_equal(rating_of(&v, &d).severity, SEVERITY_CRITICAL);
	assert_bytes(rating_of(&v, &d).source, "nvd");
	*ARENA_PUSH(&arena, &d.scores) = (struct vulnerability_score){ .source = BYTES("debian"),
		                                                           .severity = SEVERITY_MEDIUM };
	assert_int_equal(rating_of(&v, &d).severity, SEVERITY_MEDIUM);
	v.severity = SEVERITY_HIGH;
	assert_int_equal(rating_of(&v, &d).severity, SEVERITY_HIGH);
	assert_bytes(rating_of(&v, &d).source, "debian");
	assert_int_equal(rating_word(39), SEVERITY_LOW);
	assert_int_equal(rating_word(40), SEVERITY_MEDIUM);
	assert_int_equal(rating_word(89), SEVERITY_HIGH);
}

static struct package of_release(struct package p, const char *id, const char *release)
{
	p.distro_id = bytes_str(id);
	p.distro_version = bytes_str(release);
	return p;
}

static void ubuntu_pro_speaks_for_its_builds(void **state)
{
	struct package plain = of_release(deb("apache2-bin", "2.4.29-1ubuntu4.27", "apache2", "", ""),
	                                  "ubuntu", "18.04"),
				   old = of_release(
					   deb("apache2-bin", "2.4.29-1ubuntu4.27+esm1", "apache2", "", ""), "ubuntu",
					   "18.04"),
				   fixed = of_release(deb("apache2", "2.4.29-1ubuntu4.27+esm2", "", "", ""),
	                                  "ubuntu", "18.04"),
				   subscribed = of_release(deb("apache2", "2.4.29-1ubuntu4.19", "", "", ""),
	                                       "ubuntu", "18.04-ESM");

	(void)state;
	assert_string_equal(ids(&plain), "CVE-20"); /* will not be fixed there */
	assert_string_equal(ids(&old), "CVE-20");
	assert_string_equal(ids(&fixed), "");
	assert_string_equal(ids(&subscribed), "CVE-20 CVE-21");
}

static struct package rpm(const char *name, const char *version, const char *id,
                          const char *release)
{
	struct package p = { .ecosystem = ECO_RPM,
		                 .name = bytes_str(name),
		                 .version = bytes_str(version) };

	return of_release(p, id, release);
}

static void red_hat_by_minor_release(void **state)
{
	struct package one = rpm("kernel", "5.14.0-162.6.1.el9_1", "rhel", "9.1"),
				   two = rpm("kernel", "5.14.0-162.6.1.el9_1", "rhel", "9.2"),
				   eus = rpm("kernel", "5.14.0-284.30.1.el9_2", "rhel", "9.2"),
				   major = rpm("kernel", "5.14.0-162.6.1.el9_1", "rhel", "9"),
				   fixed = rpm("kernel", "5.14.0-362.8.1.el9_3", "rhel", "9");

	(void)state;
	assert_string_equal(ids(&one), "");
	assert_string_equal(ids(&two), "CVE-30");
	assert_string_equal(ids(&eus), "");
	assert_string_equal(ids(&major), "CVE-30");
	assert_string_equal(ids(&fixed), "");
}

static void suse_by_either_name(void **state)
{
	struct package p = rpm("libopenssl3", "3.0.8-150500.3.1", "sles", "15.5");

	(void)state;
	assert_string_equal(ids(&p), "");
	p.source_name = BYTES("openssl-3");
	assert_string_equal(ids(&p), "CVE-40");
}

/* PYSEC-1 is GHSA-5, which is CVE-50: one finding. */
static void once_whatever_its_ids(void **state)
{
	struct package p = { .ecosystem = ECO_PYPI,
		                 .name = BYTES("Requests"),
		                 .version = BYTES("2.0") };
	const bytes asked[] = { BYTES("CVE-50"), BYTES("GHSA-6"), BYTES("PYSEC-1") };
	struct vulnerability *known[3];
	err e = { 0 };

	(void)state;
	assert_string_equal(ids(&p), "CVE-50 NOTICE-1");
	assert_int_equal(database_vulnerabilities(db, asked, 3, true, &arena, known, &e), 0);
	assert_int_equal(known[0]->aliases.len, 3);
	assert_bytes(known[1]->title, "told");
	assert_null(known[2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(debian_by_source_and_release),
		cmocka_unit_test(nuget_once_whatever_the_case),
		cmocka_unit_test(windows_only_is_none_for_linux),
		cmocka_unit_test(alpine_by_minor_release),
		cmocka_unit_test(ubuntu_pro_speaks_for_its_builds),
		cmocka_unit_test(red_hat_by_minor_release),
		cmocka_unit_test(suse_by_either_name),
		cmocka_unit_test(once_whatever_its_ids),
		cmocka_unit_test(ratings_follow_their_order),
	};
	char folder[] = "/tmp/oakum-match-XXXXXX";

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/db", folder);
	int failed = cmocka_run_group_tests(tests, setup, teardown);

	(void)unlink(path);
	(void)rmdir(folder);
	return failed;
}
