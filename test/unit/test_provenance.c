/* SPDX-License-Identifier: Apache-2.0 */
/* Provenance of every producer, read into one structure: real statements, and BuildKit's as its
 * documentation shows them (moby/buildkit, docs/attestations/slsa-provenance.md). */
#include "trust/provenance.h"

#include "base/limits.h"
#include "catalog_fixture.h"
#include "trust/dsse.h"

static struct arena arena;

/* -- real ones --------------------------------------------------------------------------------- */

/* envelope_of(root): of a bundle, an envelope alone, the last one of npm's list, gcloud's first. */
static json envelope_of(json root)
{
	json list = json_get(root, "attestations");
	json google = json_get(json_get(root, "provenance_summary"), "provenance");

	if (json_type(google) != JSON_NONE)
		return json_get(json_first(google), "envelope");
	if (json_type(list) != JSON_NONE)
		root = json_get(json_at(list, json_count(list) - 1), "bundle");
	return json_type(json_get(root, "payload")) != JSON_NONE ? root
	                                                         : json_get(root, "dsseEnvelope");
}

static void of_file(const char *name, struct provenance *out)
{
	char *text = fixture_shared(arena_printf(&arena, "sigstore/slsa/%s", name));
	struct statement *s = arena_new(&arena, struct statement);
	struct json_doc doc;
	struct dsse d;
	err e = { 0 };

	if (!text)
		skip();
	bytes whole = bytes_trim(arena_bytes(&arena, bytes_str(text)));

	free(text);
	assert_int_equal(json_parse(whole, &arena, &doc, &e), 0);
	assert_int_equal(dsse_read(envelope_of(json_root(&doc)), &arena, &d, &e), 0);
	assert_int_equal(statement_parse(d.payload, &arena, s, &e), 0);
	assert_int_equal(provenance_parse(s, &arena, out, &e), 0);
}

#define EXAMPLE "git+https://github.com/slsa-framework/example-package"
#define WORKFLOWS "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/"

static void generator(void **state)
{
	struct provenance p;

	(void)state;
	of_file("gha_generic/v1.2.2/binary-linux-amd64-push-v14.2.intoto.jsonl", &p);
	assert_int_equal(p.version, PROVENANCE_V02);
	assert_bytes(p.builder, WORKFLOWS "generator_generic_slsa3.yml@refs/tags/v1.2.2");
	assert_bytes(p.build_type,
	             "https://github.com/slsa-framework/slsa-github-generator/generic@v1");
	assert_bytes(p.source.uri, EXAMPLE);
	assert_bytes(p.source.ref, "refs/tags/v14.2");
	assert_bytes(p.source.algorithm, "sha1");
	assert_bytes(p.source.digest, "5a2e2926e30c40a35e0102cebe293987fb1922b0");
	assert_bytes(p.entry_point,
	             ".github/workflows/verifier-e2e.generic.workflow_dispatch.main.all.slsa3.yml");
	assert_bytes(p.invocation, "3442005053-1");
	assert_bytes(p.run.trigger, "push");
	assert_bytes(p.run.ref, "refs/tags/v14.2");
	assert_bytes(p.run.base_ref, "refs/heads/main");
	assert_bytes(p.run.commit, "5a2e2926e30c40a35e0102cebe293987fb1922b0");
	assert_bytes(p.run.attempt, "1");
	assert_int_equal(p.materials_len, 1);
	of_file("gha_go/v2.1.0/binary-linux-amd64-workflow_dispatch.intoto.jsonl", &p);
	assert_int_equal(p.materials_len, 2);
	assert_bytes(p.source.ref, "refs/heads/main");
	arena_done(&arena);
}

static void inputs(void **state)
{
	struct provenance p;
	const bytes *v;

	(void)state;
	of_file("workflow-inputs.intoto.jsonl", &p);
	assert_int_equal(p.inputs.len, 3);
	v = provenance_value_of(&p.inputs, BYTES("some_integer"));
	assert_non_null(v);
	assert_bytes(*v, "123");
	v = provenance_value_of(&p.parameters, BYTES("event_inputs.some_bool"));
	assert_non_null(v);
	assert_bytes(*v, "true");
	assert_null(provenance_value_of(&p.inputs, BYTES("some")));
	arena_done(&arena);
}

static void container_based(void **state)
{
	struct provenance p;
	const bytes *v;

	(void)state;
	of_file("gha_container-based/v2.1.0/binary-linux-amd64-push-v14.2.intoto.build.slsa", &p);
	assert_int_equal(p.version, PROVENANCE_V1);
	assert_bytes(p.source.uri, EXAMPLE);
	assert_bytes(p.source.ref, "refs/tags/v14.2");
	assert_bytes(p.source.digest, "4d329c75e7ec1725f7c9ce917a8799d408d06be3");
	assert_bytes(p.entry_point, ".github/configs-docker/config-tag-v14.2.toml");
	assert_bytes(p.run.id, "13530999644"); /* a number there, a text elsewhere */
	v = provenance_value_of(&p.parameters, BYTES("buildConfig.ArtifactPath"));
	assert_non_null(v);
	assert_bytes(*v, "gha_container-based-binary-linux-amd64-v14.2");
	v = provenance_value_of(&p.parameters, BYTES("builderImage.digest.sha256"));
	assert_non_null(v);
	assert_bytes(p.materials[1].uri, "git+https://github.com/slsa-framework/slsa-github-generator");
	assert_bytes(p.materials[1].algorithm, "sha256");
	arena_done(&arena);
}

static void delegated(void **state)
{
	struct provenance p;

	(void)state;
	of_file("gha_delegator/v1.9.0/binary-linux-amd64-push-v14.2.build.slsa", &p);
	assert_bytes(p.builder, "https://github.com/slsa-framework/example-trw/.github/workflows/"
	                        "builder_high-perms_slsa3.yml@refs/tags/v1.9.0");
	assert_bytes(p.source.uri, EXAMPLE);
	assert_bytes(p.source.ref, "refs/tags/v14.2");
	assert_bytes(p.source.algorithm, "gitCommit");
	assert_bytes(p.entry_point,
	             ".github/workflows/verifier-e2e.all.workflow_dispatch.main.all.slsa3.yml");
	assert_bytes(p.invocation, "https://github.com/slsa-framework/example-package/actions/runs/"
	                           "5947345583/attempts/1");
	arena_done(&arena);
}

static void github(void **state)
{
	struct provenance p;

	(void)state;
	of_file("bcr/MODULE.bazel.intoto.jsonl", &p);
	assert_bytes(p.build_type, "https://actions.github.io/buildtypes/workflow/v1");
	assert_bytes(p.source.uri, "git+https://github.com/aspect-build/rules_lint");
	assert_bytes(p.source.ref, "refs/heads/publish-to-bcr");
	assert_bytes(p.source.digest, "8f70009fde0c94ade6ce2a054b94718c819126ec");
	assert_bytes(p.entry_point, ".github/workflows/release.yml");
	assert_bytes(p.run.trigger, "workflow_dispatch");
	assert_bytes(p.run.repository_id, "631710741");
	arena_done(&arena);
}

static void npm(void **state)
{
	struct provenance p;

	(void)state;
	of_file("npm/gha/gundam-visor-cli-v1-tag.tgz.json", &p);
	assert_bytes(p.builder, "https://github.com/actions/runner/github-hosted");
	assert_bytes(p.source.uri, "git+https://github.com/ramonpetgrave64/gundam-visor");
	of_file("npm/gha/supreme-googles-cli-v02-tag.tgz.json", &p);
	assert_bytes(p.builder, "https://github.com/actions/runner");
	assert_bytes(p.build_type, "https://github.com/npm/cli/gha/v2");
	assert_bytes(p.run.repository, "trishankatdatadog/supreme-goggles");
	assert_bytes(p.run.workflow_ref, "trishankatdatadog/supreme-goggles/.github/workflows/"
	                                 "npm-publish.yml@refs/tags/v1.0.5");
	arena_done(&arena);
}

static void google(void **state)
{
	struct provenance p;
	const bytes *v;

	(void)state;
	of_file("gcb_container/v0.3/gcloud-container-github-tag.json", &p);
	assert_int_equal(p.version, PROVENANCE_V01);
	assert_bytes(p.builder, "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3");
	assert_bytes(p.build_type, "https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1");
	assert_bytes(p.source.uri, EXAMPLE);
	assert_bytes(p.source.ref, "refs/tags/v33.0.4");
	assert_bytes(p.source.digest, "c750fd73a1669b095df7c74da9f1ff2032f926c9");
	assert_bytes(p.entry_point, "cloudbuild.yaml");
	assert_int_equal(p.started, 1678850049);
	assert_int_equal(p.finished, 1678850075);
	v = provenance_value_of(&p.parameters, BYTES("TRIGGER_NAME"));
	assert_non_null(v);
	assert_bytes(*v, "push-tag");
	arena_done(&arena);
}

/* -- BuildKit ---------------------------------------------------------------------------------- */

static int of_text(const char *type, const char *predicate, struct provenance *out, err *e)
{
	struct statement s = { .predicate_type = bytes_str(type), .predicate = bytes_str(predicate) };

	return provenance_parse(&s, &arena, out, e);
}

#define V02 "https://slsa.dev/provenance/v0.2"
#define V1 "https://slsa.dev/provenance/v1"

static void buildkit(void **state)
{
	struct provenance p;
	err e = { 0 };

	(void)state;
	assert_int_equal(
		of_text(
			V02,
			"{\"builder\":{\"id\":\"\"},\"buildType\":\"https://mobyproject.org/buildkit@v1\","
			"\"materials\":[{\"uri\":\"pkg:docker/debian@12?platform=linux%2Famd64\",\"digest\":"
			"{\"sha256\":\"ab\"}}],\"invocation\":{\"configSource\":{\"uri\":"
			"\"https://github.com/team/app.git#refs/heads/main:sub\",\"digest\":{\"sha1\":\"cd\"},"
			"\"entryPoint\":\"Dockerfile\"},\"parameters\":{\"frontend\":\"dockerfile.v0\","
			"\"args\":"
			"{\"build-arg:A\":\"1\"},\"locals\":[{\"name\":\"context\"}]}},"
			"\"metadata\":{\"buildInvocationID\":\"xy\","
			"\"buildStartedOn\":\"2024-01-02T03:04:05.6Z\"}}",
			&p, &e),
		0);
	assert_bytes(p.builder, "");
	assert_bytes(p.source.uri, "https://github.com/team/app.git");
	assert_bytes(p.source.ref, "refs/heads/main");
	assert_bytes(p.source.digest, "cd");
	assert_bytes(p.materials[0].uri, "pkg:docker/debian@12?platform=linux%2Famd64");
	assert_bytes(p.materials[0].digest, "ab");
	assert_bytes(*provenance_value_of(&p.parameters, BYTES("args.build-arg:A")), "1");
	assert_bytes(*provenance_value_of(&p.parameters, BYTES("locals")), "[{\"name\":\"context\"}]");
	assert_int_equal(p.started, 1704164645);
	assert_bytes(p.invocation, "xy");

	assert_int_equal(
		of_text(
			V1,
			"{\"buildDefinition\":{\"buildType\":\"b\",\"externalParameters\":{\"configSource\":"
			"{\"path\":\"Dockerfile\"},\"request\":{\"args\":{\"target\":\"run\"}}},"
			"\"resolvedDependencies\":[{\"uri\":\"pkg:docker/alpine@3\",\"digest\":{\"sha1\":\"1\","
			"\"sha256\":\"2\",\"sha512\":\"3\"}}]},\"runDetails\":{\"builder\":{\"id\":"
			"\"https://github.com/team/app/actions/runs/1\"},\"metadata\":{\"invocationID\":\"i\","
			"\"startedOn\":\"2024-01-02T03:04:05Z\",\"finishedOn\":\"2024-01-02T03:05:05Z\","
			"\"buildkit_metadata\":{\"vcs\":{\"source\":\"https://github.com/team/app\","
			"\"revision\":\"ff\"}}}}}",
			&p, &e),
		0);
	assert_bytes(p.source.uri, "https://github.com/team/app");
	assert_bytes(p.source.digest, "ff");
	assert_bytes(p.entry_point, "Dockerfile");
	assert_bytes(p.materials[0].algorithm, "sha256");
	assert_bytes(p.materials[0].digest, "2");
	assert_int_equal(p.finished - p.started, 60);
	assert_bytes(*provenance_value_of(&p.parameters, BYTES("request.args.target")), "run");
	arena_done(&arena);
}

/* One name for two things names neither. */
static void ambiguity(void **state)
{
	struct provenance p;
	err e = { 0 };

	(void)state;
	assert_int_equal(of_text(V02,
	                         "{\"invocation\":{\"parameters\":{\"a.b\":1,\"a\":{\"b\":2,\"c\":3}},"
	                         "\"environment\":{\"GITHUB_EVENT_PAYLOAD\":{\"inputs\":"
	                         "{\"a\":{\"b\":1},\"c\":\"d\"}}}}}",
	                         &p, &e),
	                 0);
	assert_null(provenance_value_of(&p.parameters, BYTES("a.b")));
	assert_bytes(*provenance_value_of(&p.parameters, BYTES("a.c")), "3");
	assert_null(provenance_value_of(&p.inputs, BYTES("a.b")));
	assert_bytes(*provenance_value_of(&p.inputs, BYTES("a")), "{\"b\":1}");
	assert_bytes(*provenance_value_of(&p.inputs, BYTES("c")), "d");
	arena_done(&arena);
}

/* -- what is refused --------------------------------------------------------------------------- */

static void strictness(void **state)
{
	static const struct {
		const char *type, *text;
	} bad[] = {
		{ "https://slsa.dev/provenance/v3", "{}" },
		{ V02, "" },
		{ V02, "[]" },
		{ V02, "{\"builder\":{\"id\":1}}" },
		{ V02, "{\"buildType\":{}}" },
		{ V02, "{\"invocation\":{\"configSource\":{\"uri\":[]}}}" },
		{ V02, "{\"materials\":{}}" },
		{ V02, "{\"materials\":[{\"uri\":1}]}" },
		{ V02, "{\"materials\":[{\"digest\":[]}]}" },
		{ V02, "{\"materials\":[{\"digest\":{\"sha1\":1}}]}" },
		{ V1, "{}" },
		{ V1, "{\"buildDefinition\":{\"externalParameters\":{\"workflow\":{\"ref\":1}}}}" },
		{ V1, "{\"buildDefinition\":{},\"runDetails\":{\"builder\":{\"id\":{}}}}" },
	};
	struct provenance p;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (of_text(bad[i].type, bad[i].text, &p, &e) == 0)
			print_error("%s\n", bad[i].text);
		assert_failed(&e, ERR_FORMAT);
	}
	assert_int_equal(of_text(V02, "{}", &p, &e), 0);
	assert_int_equal(of_text(V1, "{\"buildDefinition\":{}}", &p, &e), 0);
	assert_true(provenance_is_type(BYTES(V1)));
	assert_false(provenance_is_type(BYTES("https://slsa.dev/provenance/v1x")));
	/* What a policy takes for provenance can be read. */
	for (const char *const *t = predicate_versions(PREDICATES_PROVENANCE); *t; t++)
		assert_true(provenance_is_type(bytes_str(*t)));
	arena_done(&arena);
}

static void limits(void **state)
{
	buf text = BUF_INIT(1U << 20);
	struct provenance p;
	err e = { 0 };

	(void)state;
	buf_put(&text, BYTES("{\"invocation\":{\"parameters\":{\"a\":0"));
	for (int i = 0; i < LIMIT_PROVENANCE_VALUES; i++)
		buf_put(&text, bytes_str(arena_printf(&arena, ",\"%d\":0", i)));
	buf_put(&text, BYTES("}}}"));
	assert_int_equal(of_text(V02, arena_str(&arena, buf_bytes(&text)), &p, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	buf_clear(&text);
	buf_put(&text, BYTES("{\"invocation\":{\"parameters\":{\""));
	for (int i = 0; i <= LIMIT_PROVENANCE_NAME; i++)
		buf_put(&text, BYTES("n"));
	buf_put(&text, BYTES("\":0}}}"));
	assert_int_equal(of_text(V02, arena_str(&arena, buf_bytes(&text)), &p, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	buf_done(&text);
	/* Deeper than anybody nests: kept as it stands. */
	assert_int_equal(
		of_text(V02,
	            "{\"invocation\":{\"parameters\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"
	            "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"
	            "{\"b\":1}}}}}}}}}}}}}}}}}}}",
	            &p, &e),
		0);
	assert_int_equal(p.parameters.len, 1);
	assert_bytes(p.parameters.items[0].value, "{\"b\":1}");
	arena_done(&arena);
}

static void splitting(void **state)
{
	static const char *const cases[][3] = {
		{ "https://g/w.yml@refs/tags/v1", "https://g/w.yml", "refs/tags/v1" },
		{ "https://g/w.yml@v1", "https://g/w.yml", "v1" },
		{ "https://g/w.yml", "https://g/w.yml", "" },
		{ "https://u@g/w.yml", "https://u@g/w.yml", "" },
		{ "https://g/w@refs/heads/a@b", "https://g/w", "refs/heads/a@b" },
		{ "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bytes ref, rest = provenance_split(bytes_str(cases[i][0]), &ref);

		assert_bytes(rest, cases[i][1]);
		assert_bytes(ref, cases[i][2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generator), cmocka_unit_test(inputs),   cmocka_unit_test(container_based),
		cmocka_unit_test(delegated), cmocka_unit_test(github),   cmocka_unit_test(npm),
		cmocka_unit_test(google),    cmocka_unit_test(buildkit), cmocka_unit_test(strictness),
		cmocka_unit_test(ambiguity), cmocka_unit_test(limits),   cmocka_unit_test(splitting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
