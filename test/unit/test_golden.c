/* SPDX-License-Identifier: Apache-2.0 */
/* Trivy's own tests: its small database (as YAML), lists of packages, and what it answered. Those
 * answers whose packages are there must be ours. Left out: alpine-39* and alpine-distroless, whose
 * lists are not in the data. */
#include "catalog_fixture.h"
#include "fmt/json.h"
#include "vuln/feed.h"
#include "vuln/match.h"
#include "vuln/rating.h"

#define FOLDER "vuln/trivy-golden/"

static char path[4096];
static struct arena arena;
static struct database *db;

static int setup(void **state)
{
	static const char *const files[] = { "alpine", "debian", "nuget", "vulnerability",
		                                 "data-source" };
	struct database_builder *b = builder_new();
	struct feed_sink sink = builder_sink(b);
	err e = { 0 };

	(void)state;
	snprintf(path, sizeof(path), "%s/golden-%ld.db", getenv("TMPDIR") ?: "/tmp", (long)getpid());
	(void)builder_feed(b, FEED_TRIVY_YAML, BYTES("golden"));
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char *text = fixture_shared(arena_printf(&arena, FOLDER "db/%s.yaml", files[i]));
		struct arena a = ARENA_INIT;

		if (text && feed_read(FEED_TRIVY_YAML, bytes_str(text), BYTES("golden"), &sink, &a, &e) < 0)
			fail_msg("%s: %s", files[i], e.text);
		free(text);
		arena_done(&a);
	}
	assert_int_equal(builder_write(b, path, 0, &e), 0);
	builder_free(b);
	return database_open(path, &db, &e);
}

static int teardown(void **state)
{
	(void)state;
	database_close(db);
	unlink(path);
	arena_done(&arena);
	return 0;
}

static bytes member(json object, const char *name)
{
	return json_bytes(json_get(object, name), &arena);
}

static json shared_json(const char *name)
{
	char *text = fixture_shared(name);
	struct json_doc *doc = arena_new(&arena, struct json_doc);
	err e = { 0 };

	if (!text)
		return (json){ NULL, 0 };
	if (json_parse(arena_bytes(&arena, bytes_str(text)), &arena, doc, &e) < 0)
		fail_msg("%s: %s", name, e.text);
	free(text);
	return json_root(doc);
}

struct lines {
	const char **items;
	size_t len, cap;
};

static int by_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* A slice without octets may have no address, which printf's "%s" must not get. */
#define TEXT(b) arena_str(&arena, (b))

/* What Trivy answered, a line each. */
static void wanted(json golden, struct lines *out)
{
	json results = json_get(golden, "Results");

	for (json r = json_first(results); json_type(r) != JSON_NONE; r = json_next(r)) {
		json list = json_get(r, "Vulnerabilities");

		for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
			*ARENA_PUSH(&arena, out) = arena_printf(
				&arena, "%s %s %s '%s' %s %s %s", TEXT(member(v, "PkgName")),
				TEXT(member(v, "InstalledVersion")), TEXT(member(v, "VulnerabilityID")),
				TEXT(member(v, "FixedVersion")), TEXT(member(v, "Status")),
				TEXT(member(v, "Severity")), TEXT(member(v, "SeveritySource")));
	}
}

static const char *upper(const char *word)
{
	char *text = arena_str(&arena, bytes_str(word));

	for (char *p = text; *p; p++)
		*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
	return text;
}

static void found(const struct package *p, const char *shown_version, bool only_fixed,
                  struct lines *out)
{
	static const char *const status[] = { "unknown",      "not_affected",        "affected",
		                                  "fixed",        "under_investigation", "will_not_fix",
		                                  "fix_deferred", "end_of_life" };
	struct matches m = { 0 };
	err e = { 0 };

	assert_int_equal(match_package(db, p, &arena, &m, &e), 0);
	assert_int_equal(m.doubts.len, 0);
	for (size_t i = 0; i < m.found.len; i++) {
		const struct match *x = &m.found.items[i];
		struct vulnerability *v;

		assert_int_equal(database_vulnerabilities(db, &x->id, 1, false, &arena, &v, &e), 0);
		struct rating rating = rating_of(x->advisory, v);

		if (only_fixed && x->status != ADVISORY_FIXED)
			continue;
		*ARENA_PUSH(&arena, out) = arena_printf(
			&arena, "%s %s %s '%s' %s %s %s", TEXT(p->name), shown_version, TEXT(x->id),
			TEXT(x->fixed), status[x->status], upper(severity_name(rating.severity)),
			TEXT(rating.source));
	}
}

static void compare(struct lines *have, struct lines *want, const char *name)
{
	if (have->len > 0)
		qsort(have->items, have->len, sizeof(*have->items), by_text);
	if (want->len > 0)
		qsort(want->items, want->len, sizeof(*want->items), by_text);
	for (size_t i = 0; i < have->len || i < want->len; i++) {
		const char *h = i < have->len ? have->items[i] : "nothing more";
		const char *w = i < want->len ? want->items[i] : "nothing more";

		if (strcmp(h, w) != 0)
			fail_msg("%s:\nhave %s\nwant %s", name, h, w);
	}
	assert_true(want->len > 0);
}

/* "1:5.0-4" of its three parts. */
static const char *version_of(json package, const char *version, const char *release,
                              const char *epoch)
{
	uint64_t number = 0;
	bool has_epoch = json_u64(json_get(package, epoch), &number) && number > 0;
	bytes tail = member(package, release);

	return arena_printf(&arena, "%s%s%s%s",
	                    has_epoch ? arena_printf(&arena, "%u:", (unsigned)number) : "",
	                    arena_str(&arena, member(package, version)), tail.n > 0 ? "-" : "",
	                    arena_str(&arena, tail));
}

static void images(void **state)
{
	static const struct {
		const char *packages, *golden, *distribution, *release;
		enum ecosystem ecosystem;
		bool only_fixed;
	} cases[] = {
		{ "alpine-310", "alpine-310", "alpine", "3.10.2", ECO_APK, false },
		{ "debian-buster", "debian-buster", "debian", "10.1", ECO_DEB, false },
		{ "debian-buster", "debian-buster-ignore-unfixed", "debian", "10.1", ECO_DEB, true },
		{ "gcr.io-distroless-base-latest", "distroless-base", "debian", "9.9", ECO_DEB, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct lines have = { 0 }, want = { 0 };
		json list = shared_json(
				 arena_printf(&arena, FOLDER "packages/%s.json.golden", cases[i].packages)),
			 golden = shared_json(arena_printf(&arena, FOLDER "%s.json.golden", cases[i].golden));

		if (json_count(list) == 0)
			skip();
		for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x)) {
			const char *version = version_of(x, "Version", "Release", "Epoch");
			struct package p = { .ecosystem = cases[i].ecosystem,
				                 .name = member(x, "Name"),
				                 .version = bytes_str(version),
				                 .source_name = member(x, "SrcName"),
				                 .source_version = bytes_str(
									 version_of(x, "SrcVersion", "SrcRelease", "SrcEpoch")),
				                 .distro_id = bytes_str(cases[i].distribution),
				                 .distro_version = bytes_str(cases[i].release) };

			found(&p, version, cases[i].only_fixed, &have);
		}
		wanted(golden, &want);
		compare(&have, &want, cases[i].golden);
	}
}

/* Their lists are in the inputs that other tests read; here what was found must be found. */
static void nuget(void **state)
{
	static const char *const goldens[] = { "dotnet", "nuget", "packagesprops" };

	(void)state;
	for (size_t i = 0; i < sizeof(goldens) / sizeof(*goldens); i++) {
		struct lines have = { 0 }, want = { 0 };
		json golden = shared_json(arena_printf(&arena, FOLDER "%s.json.golden", goldens[i]));
		json v = json_first(json_get(json_first(json_get(golden, "Results")), "Vulnerabilities"));
		struct package p = { .ecosystem = ECO_NUGET,
			                 .name = member(v, "PkgName"),
			                 .version = member(v, "InstalledVersion") };

		if (p.name.n == 0)
			skip();
		wanted(golden, &want);
		found(&p, arena_str(&arena, p.version), false, &have);
		compare(&have, &want, goldens[i]);
		p.version = BYTES("13.0.1");
		have.len = 0;
		found(&p, "13.0.1", false, &have);
		assert_int_equal(have.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images),
		cmocka_unit_test(nuget),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
