/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/seal_build.h"

#include "oci/predicate.h"
#include "sys/environment.h"
#include "trust/claim.h"
#include "trust/compact.h"

#include <string.h>

struct finding {
	char *const *environment;
	struct arena *arena;
	struct seal_build *out;
};

static bytes env(const struct finding *f, const char *name)
{
	const char *value = environment_find(f->environment, name);

	return bytes_str(value ? value : "");
}

/* "https://team@dev.azure.com/team/shop/_git/shop": who fetched it, and at times a token, is
 * published by nobody, and no policy names it. */
static bytes without_user(const struct finding *f, bytes text)
{
	size_t scheme = bytes_search(text, BYTES("://"));

	if (scheme == text.n)
		return text;
	bytes host = bytes_skip(text, scheme + 3);
	size_t end = bytes_find(host, '/'), at = bytes_rfind(bytes_slice(host, 0, end), '@');

	if (at >= end)
		return text;
	return bytes_str(arena_printf(f->arena, PRIb PRIb, BYTESF(bytes_slice(text, 0, scheme + 3)),
	                              BYTESF(bytes_skip(host, at + 1))));
}

static bytes url(const struct finding *f, const char *name)
{
	return without_user(f, env(f, name));
}

static bytes joined(const struct finding *f, bytes a, const char *between, bytes b)
{
	return a.n > 0 && b.n > 0
	           ? bytes_str(arena_printf(f->arena, PRIb "%s" PRIb, BYTESF(a), between, BYTESF(b)))
	           : bytes_str("");
}

static void parameter(const struct finding *f, const char *name, const char *variable)
{
	bytes value = env(f, variable);

	if (value.n > 0)
		*ARENA_PUSH(f->arena, &f->out->parameters) = (struct seal_label){ name, value };
}

/* -- services ---------------------------------------------------------------------------------- */

/* docs.github.com, "Variables reference", default environment variables. The same form as that of
 * actions/attest-build-provenance, so that its readers know it. */
static void find_github(const struct finding *f)
{
	struct seal_build *b = f->out;
	bytes server = url(f, "GITHUB_SERVER_URL"), repository = env(f, "GITHUB_REPOSITORY");
	bytes workflow = env(f, "GITHUB_WORKFLOW_REF"), rest;

	b->service = "github";
	b->type = "https://actions.github.io/buildtypes/workflow/v1";
	b->source = joined(f, server, "/", repository);
	b->builder = joined(f, server, "/", workflow);
	b->ref = env(f, "GITHUB_REF");
	b->commit = env(f, "GITHUB_SHA");
	rest = workflow;
	if (bytes_take_prefix(&rest, repository) && bytes_take_prefix(&rest, BYTES("/")))
		b->workflow = bytes_slice(rest, 0, bytes_find(rest, '@'));
	b->run = joined(f, joined(f, b->source, "/actions/runs/", env(f, "GITHUB_RUN_ID")),
	                "/attempts/", env(f, "GITHUB_RUN_ATTEMPT"));
	b->issuer = bytes_is(server, "https://github.com")
	                ? BYTES("https://token.actions.githubusercontent.com")
	                : joined(f, server, "/_services/", BYTES("token"));
	b->is_hosted = bytes_is(env(f, "RUNNER_ENVIRONMENT"), "github-hosted");
	parameter(f, "event_name", "GITHUB_EVENT_NAME");
	parameter(f, "repository_id", "GITHUB_REPOSITORY_ID");
	parameter(f, "repository_owner_id", "GITHUB_REPOSITORY_OWNER_ID");
	parameter(f, "runner_environment", "RUNNER_ENVIRONMENT");
	parameter(f, "runner_os", "RUNNER_OS");
	parameter(f, "runner_arch", "RUNNER_ARCH");
}

/* docs.gitlab.com, "Predefined CI/CD variables". Its tokens name the pipeline's file and ref:
 * "https://gitlab.com/team/shop//.gitlab-ci.yml@refs/heads/main" (fulcio, docs/oidc.md). */
static void find_gitlab(const struct finding *f)
{
	struct seal_build *b = f->out;
	bytes tag = env(f, "CI_COMMIT_TAG");

	b->service = "gitlab";
	b->type = "https://oakum.dev/build/gitlab/v1";
	b->source = url(f, "CI_PROJECT_URL");
	b->commit = env(f, "CI_COMMIT_SHA");
	b->ref = joined(f, tag.n > 0 ? BYTES("refs/tags") : BYTES("refs/heads"), "/",
	                tag.n > 0 ? tag : env(f, "CI_COMMIT_REF_NAME"));
	b->workflow = url(f, "CI_CONFIG_PATH");
	b->builder = joined(f, joined(f, b->source, "//", b->workflow), "@", b->ref);
	b->run = url(f, "CI_JOB_URL");
	b->issuer = url(f, "CI_SERVER_URL");
	b->is_hosted = bytes_is(b->issuer, "https://gitlab.com") &&
	               bytes_search(env(f, "CI_RUNNER_TAGS"), BYTES("saas-")) <
	                   env(f, "CI_RUNNER_TAGS").n;
	parameter(f, "pipeline_source", "CI_PIPELINE_SOURCE");
	parameter(f, "pipeline_id", "CI_PIPELINE_ID");
	parameter(f, "job_name", "CI_JOB_NAME");
	parameter(f, "project_id", "CI_PROJECT_ID");
	parameter(f, "runner_id", "CI_RUNNER_ID");
	parameter(f, "runner_executable_arch", "CI_RUNNER_EXECUTABLE_ARCH");
}

/* learn.microsoft.com, "Use predefined variables" of Azure Pipelines. */
static void find_azure(const struct finding *f)
{
	struct seal_build *b = f->out;
	bytes project = joined(f, url(f, "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"), "",
	                       env(f, "SYSTEM_TEAMPROJECT"));

	b->service = "azure";
	b->type = "https://oakum.dev/build/azure-pipelines/v1";
	b->source = url(f, "BUILD_REPOSITORY_URI");
	b->ref = env(f, "BUILD_SOURCEBRANCH");
	b->commit = env(f, "BUILD_SOURCEVERSION");
	b->workflow = env(f, "BUILD_DEFINITIONNAME");
	b->builder = joined(f, project, "/_build?definitionId=", env(f, "SYSTEM_DEFINITIONID"));
	b->run = joined(f, project, "/_build/results?buildId=", env(f, "BUILD_BUILDID"));
	parameter(f, "reason", "BUILD_REASON");
	parameter(f, "build_number", "BUILD_BUILDNUMBER");
	parameter(f, "agent_os", "AGENT_OS");
	parameter(f, "agent_name", "AGENT_NAME");
	parameter(f, "repository_provider", "BUILD_REPOSITORY_PROVIDER");
}

static bytes instead(const char *said, bytes found)
{
	return said && *said ? bytes_str(said) : found;
}

void seal_build_find(char *const *environment, const struct seal_said *said, struct arena *a,
                     struct seal_build *out)
{
	const struct finding f = { environment, a, out };

	*out = (struct seal_build){ .service = "shell", .type = "https://oakum.dev/build/shell/v1" };
	if (bytes_is(env(&f, "GITHUB_ACTIONS"), "true"))
		find_github(&f);
	else if (bytes_is(env(&f, "GITLAB_CI"), "true"))
		find_gitlab(&f);
	else if (bytes_equal_nocase(env(&f, "TF_BUILD"), BYTES("true")))
		find_azure(&f);
	out->source = without_user(&f, instead(said->source, out->source));
	out->ref = instead(said->ref, out->ref);
	out->commit = instead(said->commit, out->commit);
}

/* -- the predicate ----------------------------------------------------------------------------- */

static void put_some(struct compact *c, const char *name, bytes value)
{
	if (value.n > 0)
		json_write_str(&c->json, name, value);
}

static void put_parameters(struct compact *c, const struct seal_build *b)
{
	json_write_object(&c->json, "externalParameters");
	json_write_object(&c->json, "workflow");
	put_some(c, "ref", b->ref);
	put_some(c, "repository", b->source);
	put_some(c, "path", b->workflow);
	json_write_end(&c->json);
	json_write_end(&c->json);
	json_write_object(&c->json, "internalParameters");
	json_write_object(&c->json, b->service);
	for (size_t i = 0; i < b->parameters.len; i++)
		json_write_str(&c->json, b->parameters.items[i].name, b->parameters.items[i].value);
	json_write_end(&c->json);
	json_write_end(&c->json);
}

static void put_source(struct compact *c, const struct seal_build *b, struct arena *a)
{
	if (b->source.n == 0)
		return;
	json_write_object(&c->json, NULL);
	json_write_text(&c->json, "uri",
	                arena_printf(a, "git+" PRIb "%s" PRIb, BYTESF(b->source),
	                             b->ref.n > 0 ? "@" : "", BYTESF(b->ref)));
	if (b->commit.n > 0) {
		json_write_object(&c->json, "digest");
		json_write_str(&c->json, "gitCommit", b->commit);
		json_write_end(&c->json);
	}
	json_write_end(&c->json);
}

/* By digest, else not at all: a name alone is no material. It is the image's own word, which is
 * said. */
static void put_base(struct compact *c, const struct seal_materials *m, struct arena *a)
{
	err ignored = { 0 };
	bytes hex = m->base_digest;
	digest d;

	if (digest_parse(m->base_digest, &d, &ignored) < 0 ||
	    !bytes_take_prefix(&hex, BYTES("sha256:")))
		return;
	json_write_object(&c->json, NULL);
	if (m->base_name.n > 0)
		json_write_text(&c->json, "uri", arena_printf(a, "docker://" PRIb, BYTESF(m->base_name)));
	json_write_object(&c->json, "digest");
	json_write_str(&c->json, "sha256", hex);
	json_write_end(&c->json);
	json_write_object(&c->json, "annotations");
	json_write_text(&c->json, "kind", "base image, as the image says");
	json_write_end(&c->json);
	json_write_end(&c->json);
}

static void put_run(struct compact *c, const struct seal_build *b, const struct seal_materials *m,
                    struct arena *a)
{
	json_write_object(&c->json, "runDetails");
	json_write_object(&c->json, "builder");
	json_write_str(&c->json, "id",
	               b->builder.n > 0 ? b->builder : BYTES("https://oakum.dev/build/unknown"));
	json_write_object(&c->json, "version");
	json_write_text(&c->json, "oakum", m->tool_version);
	json_write_end(&c->json);
	json_write_end(&c->json);
	json_write_object(&c->json, "metadata");
	put_some(c, "invocationId", b->run);
	json_write_str(&c->json, "finishedOn", claim_time(m->now, a));
	json_write_end(&c->json);
	json_write_end(&c->json);
}

bytes seal_build_paper(const struct seal_build *b, const struct seal_materials *m, struct arena *a)
{
	struct compact c;

	compact_begin(&c);
	json_write_object(&c.json, NULL);
	json_write_object(&c.json, "buildDefinition");
	json_write_text(&c.json, "buildType", b->type);
	put_parameters(&c, b);
	json_write_array(&c.json, "resolvedDependencies");
	put_source(&c, b, a);
	put_base(&c, m, a);
	json_write_end(&c.json);
	json_write_end(&c.json);
	put_run(&c, b, m, a);
	json_write_end(&c.json);
	return compact_end(&c, a);
}

/* -- the level --------------------------------------------------------------------------------- */

unsigned seal_build_level(const struct seal_build *b, bytes identity, bytes issuer,
                          const char **out_why)
{
	if (b->source.n == 0 || b->commit.n == 0) {
		*out_why = "no source and no commit are known: --source and --commit say them";
		return 0;
	}
	if (b->builder.n == 0) {
		*out_why = "whoever runs this says so; level 2 needs a build service that vouches for it";
		return 1;
	}
	if (identity.n == 0) {
		*out_why = "the job signs with a key that it holds; level 2 needs the service to vouch "
				   "for the job: sign without a key";
		return 1;
	}
	if (!bytes_equal(identity, b->builder) || !bytes_equal(issuer, b->issuer)) {
		*out_why = "the certificate does not name the builder that the provenance names";
		return 1;
	}
	if (!b->is_hosted) {
		*out_why = "it runs on a machine of the user's; level 2 needs one of the service";
		return 1;
	}
	*out_why = "the job itself tells what it did; level 3 needs a builder that keeps the job's own "
			   "steps away from the signing";
	return 2;
}
