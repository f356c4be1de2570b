/* SPDX-License-Identifier: Apache-2.0 */
/* Builds on GitHub and packages of npm: what certificate and provenance must say alike, one lie at
 * a time; versions, builders, sources. The shapes are those of slsa-github-generator 2.1, of
 * GitHub's attestations and of the npm client. */
#include "trust/slsa_keys.h"
#include "trust/slsa_own.h"

#include "base/limits.h"
#include "catalog_fixture.h"

#define ORG "https://github.com/team/app"
#define GENERATOR \
	"https://github.com/slsa-framework/slsa-github-generator/.github/workflows/" \
	"generator_generic_slsa3.yml@refs/tags/v2.1.0"
#define DELEGATOR \
	"https://github.com/slsa-framework/slsa-github-generator/.github/workflows/" \
	"delegator_generic_slsa3.yml@refs/tags/v2.1.0"
#define COMMIT "4d329c75e7ec1725f7c9ce917a8799d408d06be3"
#define RUNNER "https://github.com/actions/runner/github-hosted"
#define SELF ORG "/.github/workflows/release.yml@refs/tags/v1.2.3"

static struct arena arena;

/* -- a build that is as it should be, and its changes ------------------------------------------ */

struct change {
	const char *from, *to; /* in the statement; NULL: nowhere */
	int claim;             /* of the certificate; 0: none */
	const char *value;
};

static const char generic[] =
	"{\"_type\":\"https://in-toto.io/Statement/v0.1\","
	"\"predicateType\":\"https://slsa.dev/provenance/v0.2\","
	"\"subject\":[{\"name\":\"app\",\"digest\":{\"sha256\":\"00\"}}],"
	"\"predicate\":{\"builder\":{\"id\":\"" GENERATOR "\"},"
	"\"buildType\":\"https://github.com/slsa-framework/slsa-github-generator/generic@v1\","
	"\"invocation\":{\"configSource\":{\"uri\":\"git+" ORG "@refs/tags/v1.2.3\","
	"\"digest\":{\"sha1\":\"" COMMIT "\"},\"entryPoint\":\".github/workflows/release.yml\"},"
	"\"environment\":{\"github_event_name\":\"workflow_dispatch\","
	"\"github_ref\":\"refs/tags/v1.2.3\","
	"\"github_ref_type\":\"tag\",\"github_base_ref\":\"\",\"github_run_id\":\"77\","
	"\"github_run_attempt\":\"2\",\"github_sha1\":\"" COMMIT "\",\"github_repository_id\":\"5\","
	"\"github_event_payload\":{\"base_ref\":\"refs/heads/main\","
	"\"inputs\":{\"level\":\"3\",\"dry\":\"true\"}}}},"
	"\"metadata\":{\"buildInvocationID\":\"77-2\"},"
	"\"materials\":[{\"uri\":\"git+" ORG "@refs/tags/v1.2.3\",\"digest\":{\"sha1\":\"" COMMIT
	"\"}}]}}";

static const char package[] =
	"{\"_type\":\"https://in-toto.io/Statement/v1\","
	"\"predicateType\":\"https://slsa.dev/provenance/v1\","
	"\"subject\":[{\"name\":\"pkg:npm/%40team/app@1.2.3\",\"digest\":{\"sha512\":\"00\"}}],"
	"\"predicate\":{\"buildDefinition\":{"
	"\"buildType\":\"https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1\","
	"\"externalParameters\":{\"workflow\":{\"ref\":\"refs/tags/v1.2.3\",\"repository\":\"" ORG "\","
	"\"path\":\".github/workflows/release.yml\"}},"
	"\"internalParameters\":{\"github\":{\"event_name\":\"workflow_dispatch\","
	"\"repository_id\":\"5\"}},"
	"\"resolvedDependencies\":[{\"uri\":\"git+" ORG "@refs/tags/v1.2.3\","
	"\"digest\":{\"gitCommit\":\"" COMMIT "\"}}]},"
	"\"runDetails\":{\"builder\":{\"id\":\"" RUNNER "\"},"
	"\"metadata\":{\"invocationId\":\"" ORG "/actions/runs/77/attempts/2\"}}}}";

static const char publish[] =
	"{\"_type\":\"https://in-toto.io/Statement/v0.1\","
	"\"predicateType\":\"https://github.com/npm/attestation/tree/main/specs/publish/v0.1\","
	"\"subject\":[{\"name\":\"pkg:npm/%40team/app@1.2.3\",\"digest\":{\"sha512\":\"00\"}}],"
	"\"predicate\":{\"name\":\"@team/app\",\"version\":\"1.2.3\"}}";

/* changed(text, c): the first `from` is `to`. A change that changes nothing is a faulty test. */
static bytes changed(const char *text, const struct change *c)
{
	buf b = BUF_INIT(65536);
	bytes out, whole = bytes_str(text), from = bytes_str(c->from);
	size_t at = bytes_search(whole, from);

	if (!c->from)
		return whole;
	assert_true(at < whole.n);
	buf_put(&b, bytes_slice(whole, 0, at));
	buf_put(&b, bytes_str(c->to));
	buf_put(&b, bytes_skip(whole, at + from.n));
	out = arena_bytes(&arena, buf_bytes(&b));
	buf_done(&b);
	return out;
}

static struct verify_result signed_by(const char *identity, bytes statement, const struct change *c)
{
	struct verify_result r = { .identity = bytes_str(identity),
		                       .issuer = BYTES(SLSA_ISSUER),
		                       .is_statement = true };
	static const struct {
		int claim;
		const char *value;
	} claims[] = {
		{ 1, SLSA_ISSUER },
		{ 2, "workflow_dispatch" },
		{ 3, COMMIT },
		{ 5, "team/app" },
		{ 6, "refs/tags/v1.2.3" },
		{ 8, SLSA_ISSUER },
		{ 11, "github-hosted" },
		{ 12, ORG },
		{ 13, COMMIT },
		{ 14, "refs/tags/v1.2.3" },
		{ 15, "5" },
		{ 17, "6" },
		{ 18, SELF },
		{ 20, "workflow_dispatch" },
		{ 21, ORG "/actions/runs/77/attempts/2" },
	};
	err e = { 0 };

	for (size_t i = 0; i < sizeof(claims) / sizeof(*claims); i++)
		r.claims.items[claims[i].claim] = bytes_str(claims[i].value);
	if (c->claim > 0)
		r.claims.items[c->claim] = bytes_str(c->value);
	assert_int_equal(statement_parse(statement, &arena, &r.statement, &e), 0);
	return r;
}

/* refused(e, why): untrusted, and for that reason. */
static void refused(err *e, const char *what, const char *why)
{
	if (e->kind != ERR_UNTRUSTED || !strstr(e->text, why))
		print_error("%s: '%s', expected '%s'\n", what ? what : "", e->text, why);
	assert_int_equal(e->kind, ERR_UNTRUSTED);
	assert_non_null(strstr(e->text, why));
	err_clear(e);
}

static int build(const char *identity, const struct change *c, const struct slsa_request *r, err *e)
{
	struct verify_result result = signed_by(identity, changed(generic, c), c);
	struct slsa_finding finding;

	return slsa_check_build(r, &result, &arena, &finding, e);
}

static const struct change none = { NULL, NULL, 0, NULL };
static const struct slsa_request plain = { .source = BYTES("github.com/team/app") };

static void a_good_build(void **state)
{
	struct verify_result result = signed_by(GENERATOR, bytes_str(generic), &none);
	struct slsa_finding finding;
	err e = { 0 };

	(void)state;
	assert_int_equal(slsa_check_build(&plain, &result, &arena, &finding, &e), 0);
	assert_bytes(finding.builder, GENERATOR);
	assert_bytes(finding.source, "git+" ORG);
	assert_bytes(finding.ref, "refs/tags/v1.2.3");
	assert_bytes(finding.commit, COMMIT);
	arena_done(&arena);
}

static void lies(void **state)
{
	static const struct {
		struct change change;
		const char *why;
	} cases[] = {
		{ { NULL, NULL, 12, "https://github.com/other/app" }, "two repositories" },
		{ { NULL, NULL, 5, "other/app" }, "two repositories" },
		{ { NULL, NULL, 3, "0000" }, "two stories" },
		{ { NULL, NULL, 13, "0000" }, "two stories" },
		{ { NULL, NULL, 6, "refs/heads/evil" }, "two stories" },
		{ { NULL, NULL, 20, "push" }, "two stories" },
		{ { NULL, NULL, 15, "55" }, "repository's number" },
		{ { NULL, NULL, 18, ORG "/.github/workflows/other.yml@refs/tags/v1.2.3" }, "workflow" },
		{ { NULL, NULL, 21, ORG "/actions/runs/78/attempts/2" }, "run" },
		{ { NULL, NULL, 21, ORG "/actions/runs/77/attempts/3" }, "attempt" },
		{ { NULL, NULL, 21, "nonsense" }, "run" },
		{ { "generator_generic_slsa3.yml@refs/tags/v2.1.0", "evil.yml@refs/tags/v2.1.0", 0, NULL },
		  "as its builder" },
		{ { "git+" ORG "@refs/tags/v1.2.3\",\"digest\":{\"sha1\":\"" COMMIT "\"},\"entry",
		    "git+https://github.com/team/other@refs/tags/v1.2.3\",\"digest\":{},\"entry", 0, NULL },
		  "source" },
		{ { "\"materials\":[{\"uri\":\"git+" ORG, "\"materials\":[{\"uri\":\"git+" ORG "x", 0,
		    NULL },
		  "source" },
		{ { "\"materials\":[{\"uri\":\"git+" ORG "@refs/tags/v1.2.3",
		    "\"materials\":[{\"uri\":\"git+" ORG "@refs/tags/v1.2.4", 0, NULL },
		  "another ref" },
		{ { "\"materials\":[{\"uri\":\"git+" ORG "@refs/tags/v1.2.3",
		    "\"materials\":[{\"uri\":\"git+" ORG, 0, NULL },
		  "no ref" },
		{ { "configSource\":{\"uri\":\"git+" ORG "@refs/tags/v1.2.3",
		    "configSource\":{\"uri\":\"git+" ORG, 0, NULL },
		  "no ref" },
		{ { "\"digest\":{\"sha1\":\"4d32", "\"digest\":{\"sha1\":\"5d32", 0, NULL }, "commit" },
		{ { "github_sha1\":\"4d32", "github_sha1\":\"5d32", 0, NULL }, "commit" },
		{ { "github_event_name\":\"workflow_dispatch", "github_event_name\":\"push", 0, NULL },
		  "trigger" },
		{ { "\"github_ref\":\"refs/tags/v1.2.3", "\"github_ref\":\"refs/tags/v9", 0, NULL },
		  "ref" },
		{ { "buildInvocationID\":\"77-2", "buildInvocationID\":\"77-3", 0, NULL }, "run" },
		{ { "buildInvocationID\":\"77-2", "buildInvocationID\":\"7-77-2", 0, NULL }, "run" },
		{ { "workflows/release.yml", "workflows/other.yml", 0, NULL }, "workflow" },
		{ { "\"materials\":[", "\"others\":[", 0, NULL }, "no source" },
	};
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(build(GENERATOR, &cases[i].change, &plain, &e), -1);
		refused(&e, cases[i].change.to ? cases[i].change.to : cases[i].change.value, cases[i].why);
		arena_done(&arena);
	}
}

/* What an old certificate does not say is not held against it. */
static void old_certificates(void **state)
{
	struct verify_result r = signed_by(GENERATOR, bytes_str(generic), &none);
	struct slsa_finding finding;
	err e = { 0 };

	(void)state;
	for (int i = 7; i < CLAIMS_MOST; i++)
		r.claims.items[i] = (bytes){ 0 };
	assert_int_equal(slsa_check_build(&plain, &r, &arena, &finding, &e), 0);
	r.claims.items[5] = BYTES("team/other");
	assert_int_equal(slsa_check_build(&plain, &r, &arena, &finding, &e), -1);
	refused(&e, "old form", "source");
	arena_done(&arena);
}

static void signers(void **state)
{
	static const struct {
		const char *identity, *asked, *why; /* why NULL: fine */
	} cases[] = {
		{ GENERATOR, NULL, NULL },
		{ GENERATOR, GENERATOR, NULL },
		{ "someone@example.org", NULL, "no workflow on GitHub" },
		{ "https://gitlab.com/team/app/x.yml@refs/tags/v1.0.0", NULL, "no workflow on GitHub" },
		{ "https://github.com/team/app/x.yml", NULL, "no workflow on GitHub" },
		{ "https://github.com/team/app/.github/workflows/x.yml@refs/tags/v1.0.0", NULL,
		  "no builder that is known" },
		{ GENERATOR, "https://github.com/team/app/.github/workflows/x.yml", "not the builder" },
		{ GENERATOR, GENERATOR "0", "not the builder" },
	};
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct slsa_request r = plain;

		r.builder = bytes_str(cases[i].asked);
		assert_int_equal(build(cases[i].identity, &none, &r, &e), cases[i].why ? -1 : 0);
		if (cases[i].why)
			refused(&e, cases[i].identity, cases[i].why);
		arena_done(&arena);
	}
	struct verify_result result = signed_by(GENERATOR, bytes_str(generic), &none);
	struct slsa_finding finding;

	result.issuer = BYTES("https://token.actions.githubusercontent.com.example.org");
	assert_int_equal(slsa_check_build(&plain, &result, &arena, &finding, &e), -1);
	refused(&e, "issuer", "vouches");
	arena_done(&arena);
}

#define NAME \
	"https://github.com/slsa-framework/slsa-github-generator/.github/workflows/builder_go_slsa3.yml"

/* A builder's ref is a release; who names the ref has it; the generator's own home is excused. */
static void builder_refs(void **state)
{
	static const struct {
		const char *ref, *asked;
		bool fine;
	} cases[] = {
		{ "@refs/tags/v1.2.3", NULL, true },
		{ "@refs/heads/main", NULL, false },
		{ "@refs/heads/v1.2.3", NULL, false },
		{ "@refs/tags/v1.2", NULL, false },
		{ "@refs/tags/v1", NULL, false },
		{ "@refs/tags/v1.2.3-rc.0", NULL, false },
		{ "@refs/tags/v1.2.3+x", NULL, false },
		{ "@refs/tags/1.2.3", NULL, false },
		{ "@refs/tags/v01.2.3", NULL, false },
		{ "@" COMMIT, NULL, false },
		{ "@refs/heads/main", NAME, false },
		{ "@refs/heads/main", NAME "@refs/heads/main", true },
		{ "@refs/heads/main", NAME "@main", false },
		{ "@refs/tags/v1.2.3", NAME "@v1.2.3", true },
		{ "@refs/tags/v1.2.3", NAME "@refs/tags/v1.2.3", true },
		{ "@refs/tags/v1.2.3", NAME "@v1.2.4", false },
		{ "@refs/tags/v1.2.3", NAME, true },
	};
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *identity = arena_printf(&arena, NAME "%s", cases[i].ref);
		const struct change c = { GENERATOR, identity, 0, NULL };
		struct slsa_request r = plain;
		int status;

		r.builder = bytes_str(cases[i].asked);
		status = build(identity, &c, &r, &e);
		if ((status == 0) != cases[i].fine)
			print_error("%s, %s: %s\n", identity, cases[i].asked ? cases[i].asked : "", e.text);
		assert_int_equal(status == 0, cases[i].fine);
		err_clear(&e);
		arena_done(&arena);
	}
}

static void delegated(void **state)
{
	static const struct {
		const char *builder, *asked;
		bool fine;
	} cases[] = {
		{ "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/"
		  "builder_gradle_slsa3.yml@refs/tags/v1.9.0",
		  NULL, true },
		{ "https://github.com/team/builder/.github/workflows/b.yml@refs/tags/v1.9.0", NULL, false },
		{ "https://github.com/team/builder/.github/workflows/b.yml@refs/tags/v1.9.0",
		  "https://github.com/team/builder/.github/workflows/b.yml", true },
		{ "https://github.com/team/builder/.github/workflows/b.yml@refs/tags/v1.9.0",
		  "https://github.com/team/builder/.github/workflows/c.yml", false },
		{ "https://github.com/team/builder/.github/workflows/b.yml@refs/heads/main",
		  "https://github.com/team/builder/.github/workflows/b.yml", false },
		{ "https://github.com/jreleaser/action/.github/workflows/b.yml@refs/tags/v1.0.0-java",
		  "https://github.com/jreleaser/action/.github/workflows/b.yml", true },
		{ "https://github.com/team/builder/.github/workflows/b.yml@refs/tags/v1.0.0-java",
		  "https://github.com/team/builder/.github/workflows/b.yml", false },
	};
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct change c = { GENERATOR, cases[i].builder, 0, NULL };
		struct slsa_request r = plain;

		r.builder = bytes_str(cases[i].asked);
		if ((build(DELEGATOR, &c, &r, &e) == 0) != cases[i].fine)
			print_error("%s\n", cases[i].builder);
		assert_int_equal(!err_is_set(&e), cases[i].fine);
		err_clear(&e);
		arena_done(&arena);
	}
}

/* -- wishes ------------------------------------------------------------------------------------ */

static void wishes(void **state)
{
	static const struct {
		const char *branch, *tag, *version, *name, *value, *why;
	} cases[] = {
		{ "main", NULL, NULL, NULL, NULL, NULL },
		{ "mai", NULL, NULL, NULL, NULL, "branch" },
		{ NULL, "v1.2.3", NULL, NULL, NULL, NULL },
		{ NULL, "v1.2", NULL, NULL, NULL, "tag" },
		{ NULL, NULL, "v1", NULL, NULL, NULL },
		{ NULL, NULL, "v1.2", NULL, NULL, NULL },
		{ NULL, NULL, "v1.2.3", NULL, NULL, NULL },
		{ NULL, NULL, "v1.2.3+build", NULL, NULL, NULL },
		{ NULL, NULL, "v1.2.3-rc.1", NULL, NULL, "no version of" },
		{ NULL, NULL, "v1.3", NULL, NULL, "no version of" },
		{ NULL, NULL, "v2", NULL, NULL, "no version of" },
		{ NULL, NULL, NULL, "level", "3", NULL },
		{ NULL, NULL, NULL, "level", "4", "input" },
		{ NULL, NULL, NULL, "dry", "true", NULL },
		{ NULL, NULL, NULL, "absent", "", "no input" },
	};
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct provenance_value input = { bytes_str(cases[i].name), bytes_str(cases[i].value) };
		struct slsa_request r = plain;

		r.branch = bytes_str(cases[i].branch);
		r.tag = bytes_str(cases[i].tag);
		r.versioned_tag = bytes_str(cases[i].version);
		r.inputs = (struct provenance_values){ &input, input.name.n > 0, 1 };
		assert_int_equal(build(GENERATOR, &none, &r, &e), cases[i].why ? -1 : 0);
		if (cases[i].why)
			refused(&e, cases[i].version, cases[i].why);
		arena_done(&arena);
	}
	struct slsa_request r = plain;

	r.versioned_tag = BYTES("1.2.3");
	assert_int_equal(build(GENERATOR, &none, &r, &e), -1);
	assert_failed(&e, ERR_USAGE);
	arena_done(&arena);
}

static void sources(void **state)
{
	(void)state;
	assert_true(slsa_same_source(BYTES("git+https://github.com/a/b"), BYTES("github.com/a/b")));
	assert_true(slsa_same_source(BYTES("https://github.com/a/b.git"), BYTES("github.com/a/b/")));
	assert_false(slsa_same_source(BYTES("http://github.com/a/b"), BYTES("github.com/a/b")));
	assert_false(slsa_same_source(BYTES("github.com/a/b"), BYTES("github.com/a/B")));
	assert_false(slsa_same_source(BYTES("github.com/a/b"), BYTES("github.com/a/bb")));
	assert_false(slsa_same_source(BYTES("github.com/a/b"), BYTES("gitlab.com/a/b")));
	assert_false(slsa_same_source(BYTES(""), BYTES("")));
	assert_false(slsa_same_source(BYTES("https://"), BYTES("git+")));
}

/* -- npm --------------------------------------------------------------------------------------- */

static int package_build(const struct change *c, const struct change *p,
                         const struct slsa_request *r, const char *identity, err *e)
{
	struct verify_result result = signed_by(identity, changed(package, c), c);
	struct slsa_finding finding;
	struct statement published;

	assert_int_equal(statement_parse(changed(publish, p), &arena, &published, e), 0);
	return slsa_check_package(r, &result, &published, &arena, &finding, e);
}

static const struct slsa_request npm = { .source = BYTES("github.com/team/app"),
	                                     .builder = BYTES(RUNNER),
	                                     .package = BYTES("@team/app"),
	                                     .package_version = BYTES("1.2.3") };

static void packages(void **state)
{
	static const struct {
		struct change change, publish;
		const char *why;
	} cases[] = {
		{ { 0 }, { 0 }, NULL },
		{ { RUNNER, "https://github.com/actions/runner", 0, NULL }, { 0 }, NULL },
		{ { RUNNER, "https://github.com/actions/runner/self-hosted", 0, NULL }, { 0 }, "builder" },
		{ { NULL, NULL, 11, "self-hosted" }, { 0 }, "runner" },
		{ { NULL, NULL, 11, "" }, { 0 }, "runner" },
		{ { "app@1.2.3", "app@1.2.4", 0, NULL }, { 0 }, "version" },
		{ { "%40team/app", "%40team/apq", 0, NULL }, { 0 }, "name" },
		{ { "pkg:npm", "pkg:pypi", 0, NULL }, { 0 }, "npm package" },
		{ { 0 }, { "app@1.2.3", "app@1.2.4", 0, NULL }, "version" },
		{ { 0 }, { "\"version\":\"1.2.3", "\"version\":\"1.2.2", 0, NULL }, "version" },
		{ { 0 }, { "\"name\":\"@team/app\"", "\"name\":\"@team/apq\"", 0, NULL }, "name" },
		{ { 0 }, { "specs/publish/", "specs/unpublish/", 0, NULL }, "no publishing" },
		{ { "\"workflow\":{", "\"evil\":1,\"workflow\":{", 0, NULL }, { 0 }, "parameters" },
		{ { "\"metadata\":{", "\"metadata\":{\"startedOn\":\"2026-01-01T00:00:00Z\",", 0, NULL },
		  { 0 },
		  "times" },
		{ { "\"github\":{", "\"GITHUB_BASE_REF\":\"refs/heads/main\",\"github\":{", 0, NULL },
		  { 0 },
		  "event" },
		{ { "}}]},", "}},{\"uri\":\"git+" ORG "\"}]},", 0, NULL }, { 0 }, "one source" },
		{ { "attempts/2", "attempts/1", 0, NULL }, { 0 }, "run" },
		{ { "\"repository_id\":\"5\"", "\"repository_id\":\"7\"", 0, NULL }, { 0 }, "number" },
	};
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(package_build(&cases[i].change, &cases[i].publish, &npm, SELF, &e),
		                 cases[i].why ? -1 : 0);
		if (cases[i].why)
			refused(&e, cases[i].change.to, cases[i].why);
		arena_done(&arena);
	}
}

static void package_builders(void **state)
{
	const struct change own = { NULL, NULL, 11, "self-hosted" };
	const struct change says = { RUNNER, "https://github.com/actions/runner/self-hosted", 11,
		                         "self-hosted" };
	struct slsa_request r = npm;
	err e = { 0 };

	(void)state;
	r.builder = (bytes){ 0 };
	assert_int_equal(package_build(&none, &none, &r, SELF, &e), -1);
	refused(&e, "no builder", "--builder-id");
	r.builder = BYTES("https://github.com/actions/runner");
	assert_int_equal(package_build(&none, &none, &r, SELF, &e), -1);
	refused(&e, "short", "github-hosted");
	r.builder = BYTES("https://github.com/actions/runner/self-hosted");
	assert_int_equal(package_build(&says, &none, &r, SELF, &e), 0);
	assert_int_equal(package_build(&own, &none, &r, SELF, &e), -1);
	refused(&e, "says otherwise", "builder");
	/* Somebody else's workflow on a machine of one's own could have been steered. */
	assert_int_equal(package_build(&says, &none, &r, NAME "@refs/tags/v1.0.0", &e), -1);
	refused(&e, "reused", "not GitHub's");
	arena_done(&arena);
}

static void known_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < slsa_keys_len; i++) {
		struct public_key *key;
		err e = { 0 };

		assert_int_equal(slsa_key_read(&slsa_keys[i], &arena, &key, &e), 0);
		assert_int_equal(public_key_kind(key), KEY_P256);
		assert_ptr_equal(slsa_key_find(slsa_keys[i].use, bytes_str(slsa_keys[i].id)),
		                 &slsa_keys[i]);
		public_key_free(key);
	}
	assert_null(slsa_key_find(SLSA_KEY_NPM, BYTES("us-west2")));
	assert_null(slsa_key_find(SLSA_KEY_GOOGLE_REGION, BYTES("")));
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_build),     cmocka_unit_test(lies),
		cmocka_unit_test(old_certificates), cmocka_unit_test(signers),
		cmocka_unit_test(builder_refs),     cmocka_unit_test(delegated),
		cmocka_unit_test(wishes),           cmocka_unit_test(sources),
		cmocka_unit_test(packages),         cmocka_unit_test(package_builders),
		cmocka_unit_test(known_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
