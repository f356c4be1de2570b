/* SPDX-License-Identifier: Apache-2.0 */
/* Builds on GitHub Actions: the certificate names the workflow that signed and tells of the run
 * (fulcio, docs/oid-info.md); the provenance must say the same. */
#include "base/text.h"
#include "fmt/json.h"
#include "model/purl.h"
#include "trust/slsa_own.h"

#include <string.h>

#define GITHUB "https://github.com/"
#define GENERATOR GITHUB "slsa-framework/slsa-github-generator"
#define WORKFLOWS GENERATOR "/.github/workflows/"
#define RUNNER GITHUB "actions/runner"
#define PUBLISH "https://github.com/npm/attestation/tree/main/specs/publish/"

/* Workflows that nobody who uses them can make sign something else. */
static const char *const builders[] = {
	WORKFLOWS "generator_generic_slsa3.yml",
	WORKFLOWS "generator_container_slsa3.yml",
	WORKFLOWS "builder_go_slsa3.yml",
	WORKFLOWS "builder_docker-based_slsa3.yml",
	WORKFLOWS "builder_container-based_slsa3.yml",
};
/* They sign for a builder that calls them, whom the provenance names. */
static const char *const delegators[] = {
	WORKFLOWS "delegator_generic_slsa3.yml",
	WORKFLOWS "delegator_lowperms-generic_slsa3.yml",
};

struct question {
	const struct slsa_request *request;
	const bytes *claims;
	bytes identity, workflow, ref; /* workflow "@" ref */
	struct provenance p;
	struct arena *arena;
	err *e;
};

static bool is_one_of(bytes name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_is(name, list[i]))
			return true;
	return false;
}

static bool is_delegator(const struct question *q)
{
	return is_one_of(q->workflow, delegators, sizeof(delegators) / sizeof(*delegators));
}

/* -- the certificate --------------------------------------------------------------------------- */

static bytes claim(const struct question *q, int now, int old)
{
	return q->claims[now].n > 0 ? q->claims[now] : q->claims[old];
}

/* Two forms of one claim must not tell two stories. */
static int check_claims(const struct question *q)
{
	static const int pairs[][2] = { { CLAIM_TRIGGER, CLAIM_TRIGGER_OLD },
		                            { CLAIM_COMMIT, CLAIM_COMMIT_OLD },
		                            { CLAIM_REF, CLAIM_REF_OLD } };
	bytes source = q->claims[CLAIM_SOURCE], repository = q->claims[CLAIM_REPOSITORY_OLD];

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		bytes now = q->claims[pairs[i][0]], old = q->claims[pairs[i][1]];

		if (now.n > 0 && old.n > 0 && !bytes_equal(now, old))
			return slsa_refuse(q->e, "the certificate tells two stories of one run");
	}
	if (source.n > 0 && repository.n > 0 &&
	    (!bytes_take_prefix(&source, BYTES(GITHUB)) || !bytes_equal(source, repository)))
		return slsa_refuse(q->e, "the certificate names two repositories");
	return 0;
}

static int check_source_claim(const struct question *q)
{
	bytes source = q->claims[CLAIM_SOURCE], wanted = q->request->source;

	if (source.n == 0)
		source = bytes_str(arena_printf(q->arena, GITHUB "%s",
		                                text_shown(q->arena, q->claims[CLAIM_REPOSITORY_OLD])));
	if (slsa_same_source(source, wanted))
		return 0;
	return err_set(q->e, ERR_UNTRUSTED, 0, "built from source '%s', not '%s'", SHOW(source),
	               SHOW(wanted));
}

static int begin(struct question *q, const struct verify_result *result)
{
	size_t at = bytes_find(result->identity, '@');

	q->identity = result->identity;
	q->claims = result->claims.items;
	q->workflow = bytes_slice(q->identity, 0, at);
	q->ref = bytes_skip(q->identity, at < q->identity.n ? at + 1 : at);
	if (!bytes_is(result->issuer, SLSA_ISSUER))
		return err_set(q->e, ERR_UNTRUSTED, 0, "'%s' vouches for the signer, not GitHub Actions",
		               SHOW(result->issuer));
	if (!bytes_starts(q->workflow, BYTES(GITHUB)) || q->ref.n == 0)
		return err_set(q->e, ERR_UNTRUSTED, 0, "signed by '%s', no workflow on GitHub",
		               SHOW(q->identity));
	if (provenance_parse(&result->statement, q->arena, &q->p, q->e) < 0)
		return -1;
	return check_claims(q);
}

/* -- the builder ------------------------------------------------------------------------------- */

/* The generator's own organisation builds its two repositories with the builder as it stands at
 * head: who can change the one can change the other. */
static bool is_at_home(const struct question *q)
{
	return bytes_starts(q->workflow, BYTES(WORKFLOWS)) && bytes_is(q->ref, "refs/heads/main") &&
	       (slsa_same_source(q->request->source, BYTES(GENERATOR)) ||
	        slsa_same_source(q->request->source, BYTES(GITHUB "slsa-framework/example-package")));
}

/* A branch can be moved; a release is what was reviewed. Who asks for a ref by its name has it. */
static int check_workflow_ref(const struct question *q, bytes asked)
{
	if (slsa_is_release(q->ref) || bytes_find(asked, '@') < asked.n || is_at_home(q))
		return 0;
	return err_set(q->e, ERR_UNTRUSTED, 0,
	               "the builder's ref '%s' is no release: refs/tags/vX.Y.Z (or name it: "
	               "--builder-id %s@%s)",
	               SHOW(q->ref), SHOW(q->workflow), SHOW(q->ref));
}

static int other_builder(const struct question *q, bytes builder)
{
	return err_set(q->e, ERR_UNTRUSTED, 0, "%s: built by '%s'",
	               q->request->builder.n > 0 ? "not the builder that is asked for"
	                                         : "no builder that is known (say --builder-id)",
	               SHOW(builder));
}

/* Whom a delegator signed for: JReleaser's releases bear the name of a language. */
static int check_delegated(const struct question *q, bytes asked)
{
	bytes builder = q->p.builder, ref;
	bytes name = provenance_split(builder, &ref);

	if (check_workflow_ref(q, (bytes){ 0 }) < 0)
		return -1;
	if (!slsa_is_release(ref) &&
	    !(bytes_starts(name, BYTES(GITHUB "jreleaser/")) && slsa_is_release_of(ref, BYTES("java"))))
		return err_set(q->e, ERR_UNTRUSTED, 0, "the builder's ref is no release: '%s'",
		               SHOW(builder));
	if (asked.n > 0 ? slsa_builder_fits(builder, asked) : bytes_starts(name, BYTES(WORKFLOWS)))
		return 0;
	return other_builder(q, builder);
}

static int check_builder(const struct question *q)
{
	bytes asked = q->request->builder;

	if (is_delegator(q))
		return check_delegated(q, asked);
	if (asked.n > 0 ? !slsa_builder_fits(q->identity, asked)
	                : !is_one_of(q->workflow, builders, sizeof(builders) / sizeof(*builders)))
		return other_builder(q, q->identity);
	if (check_workflow_ref(q, asked) < 0)
		return -1;
	if (bytes_equal(q->p.builder, q->identity))
		return 0;
	return err_set(q->e, ERR_UNTRUSTED, 0, "the provenance names '%s' as its builder; '%s' signed",
	               SHOW(q->p.builder), SHOW(q->identity));
}

/* -- certificate and provenance ---------------------------------------------------------------- */

/* same(q, said, certified, what): silence of one of them is no lie. */
static int same(const struct question *q, bytes said, bytes certified, const char *what)
{
	if (said.n == 0 || certified.n == 0 || bytes_equal(said, certified))
		return 0;
	return err_set(q->e, ERR_UNTRUSTED, 0, "the provenance's %s is '%s', the certificate's '%s'",
	               what, SHOW(said), SHOW(certified));
}

/* These say what was built by its commit alone. */
static bool may_lack_ref(bytes type)
{
	return bytes_is(type, "https://github.com/npm/cli/gha@v1") ||
	       bytes_is(type, GENERATOR "/delegator-generic@v0");
}

static int check_sources(const struct question *q)
{
	const struct provenance *p = &q->p;
	bytes wanted = q->request->source;

	if (p->materials_len == 0)
		return slsa_refuse(q->e, "the provenance names no source");
	if (!slsa_same_source(p->source.uri, wanted) || !slsa_same_source(p->materials[0].uri, wanted))
		return err_set(q->e, ERR_UNTRUSTED, 0, "the provenance's source is '%s' of '%s', not '%s'",
		               SHOW(p->materials[0].uri), SHOW(p->source.uri), SHOW(wanted));
	if (p->source.ref.n == 0)
		return slsa_refuse(q->e, "the provenance's source has no ref");
	if (p->materials[0].ref.n == 0)
		return may_lack_ref(p->build_type)
		           ? 0
		           : slsa_refuse(q->e, "what the provenance was built from has no ref");
	if (!bytes_equal(p->materials[0].ref, p->source.ref))
		return slsa_refuse(q->e, "built from another ref than the build was started for");
	return same(q, p->source.digest, claim(q, CLAIM_COMMIT, CLAIM_COMMIT_OLD), "commit");
}

/* "https://github.com/ORG/REPO/actions/runs/ID/attempts/N", or "ID-N". */
static int check_run(const struct question *q)
{
	bytes run = q->claims[CLAIM_RUN], attempt, said = q->p.invocation, id;
	size_t slash = bytes_rfind(run, '/');

	if (run.n == 0)
		return 0; /* older certificates do not tell */
	attempt = bytes_skip(run, slash + 1);
	id = bytes_slice(run, 0, slash);
	if (!bytes_ends(id, BYTES("/attempts")))
		return slsa_refuse(q->e, "the certificate's run cannot be read");
	id = bytes_slice(id, 0, id.n - strlen("/attempts"));
	id = bytes_skip(id, bytes_rfind(id, '/') + 1);
	if (same(q, q->p.run.id, id, "run") < 0 || same(q, q->p.run.attempt, attempt, "attempt") < 0)
		return -1;
	if (said.n == 0 || bytes_equal(said, run) ||
	    (bytes_starts(said, id) && said.n == id.n + 1 + attempt.n && said.p[id.n] == '-' &&
	     bytes_ends(said, attempt)))
		return 0;
	return err_set(q->e, ERR_UNTRUSTED, 0, "the provenance is of run '%s', the certificate of '%s'",
	               SHOW(said), SHOW(run));
}

/* check_config(q): the workflow that was started. An entry point elsewhere is no workflow. */
static int check_config(const struct question *q)
{
	const struct provenance *p = &q->p;
	bytes config = q->claims[CLAIM_CONFIG], ref;

	if (config.n == 0 || !bytes_take_prefix(&config, BYTES(GITHUB)))
		return 0;
	if (same(q, p->run.workflow_ref, config, "workflow") < 0)
		return -1;
	if (!bytes_starts(p->entry_point, BYTES(".github/workflows/")))
		return 0;
	config = provenance_split(config, &ref);
	return bytes_ends(config, p->entry_point) ? 0 : same(q, p->entry_point, config, "workflow");
}

static int check_match(const struct question *q)
{
	const struct provenance_run *run = &q->p.run;
	bytes source = claim(q, CLAIM_SOURCE, CLAIM_REPOSITORY_OLD);
	bytes ref = claim(q, CLAIM_REF, CLAIM_REF_OLD);

	(void)!bytes_take_prefix(&source, BYTES(GITHUB)); /* the old form has none */
	if (same(q, q->p.source.ref, ref, "ref") < 0 || same(q, run->ref, ref, "ref") < 0 ||
	    same(q, run->commit, claim(q, CLAIM_COMMIT, CLAIM_COMMIT_OLD), "commit") < 0 ||
	    same(q, run->trigger, claim(q, CLAIM_TRIGGER, CLAIM_TRIGGER_OLD), "trigger") < 0 ||
	    same(q, run->repository, source, "repository") < 0 ||
	    same(q, run->repository_id, q->claims[CLAIM_SOURCE_ID], "repository's number") < 0 ||
	    same(q, run->owner_id, q->claims[CLAIM_OWNER_ID], "owner's number") < 0)
		return -1;
	return check_run(q) < 0 ? -1 : check_config(q);
}

static int finish(const struct question *q, struct slsa_finding *out)
{
	if (check_source_claim(q) < 0 || check_sources(q) < 0 || check_match(q) < 0 ||
	    slsa_check_wishes(q->request, &q->p, q->e) < 0)
		return -1;
	*out = (struct slsa_finding){ .builder = q->p.builder,
		                          .source = q->p.source.uri,
		                          .ref = q->p.source.ref,
		                          .commit = claim(q, CLAIM_COMMIT, CLAIM_COMMIT_OLD),
		                          .build_type = q->p.build_type };
	return 0;
}

int slsa_check_build(const struct slsa_request *request, const struct verify_result *result,
                     struct arena *a, struct slsa_finding *out, err *e)
{
	struct question q = { .request = request, .arena = a, .e = e };

	if (begin(&q, result) < 0 || check_builder(&q) < 0)
		return -1;
	return finish(&q, out);
}

/* -- npm --------------------------------------------------------------------------------------- */

/* Whoever runs the npm client writes the provenance himself: what no certificate says may not stand
 * in it. */
static int check_forgeable(const struct question *q, const struct statement *statement)
{
	const struct provenance *p = &q->p;
	bool bare = true;

	for (size_t i = 0; i < p->parameters.len; i++)
		bare &= p->version == PROVENANCE_V1 &&
		        bytes_starts(p->parameters.items[i].name, BYTES("workflow."));
	if (!bare)
		return slsa_refuse(q->e, "the provenance tells parameters that nobody vouches for");
	if (p->run.base_ref.n > 0 || p->inputs.len > 0)
		return slsa_refuse(q->e, "the provenance tells of an event that nobody vouches for");
	if (p->started != 0 || p->finished != 0)
		return slsa_refuse(q->e, "the provenance tells times that nobody vouches for");
	if (p->materials_len != 1 || statement->subjects_len != 1)
		return slsa_refuse(q->e, "the provenance of a package has one source and one subject");
	return 0;
}

/* The npm client alone on a runner: the certificate says whose machine that was. */
static int check_runner(const struct question *q, const struct statement *statement)
{
	bytes asked = q->request->builder, kind = q->claims[CLAIM_RUNNER], hosted = asked, said;

	if (!bytes_take_prefix(&hosted, BYTES(RUNNER "/")) || hosted.n == 0)
		return err_set(q->e, ERR_UNTRUSTED, 0,
		               "built on a runner: --builder-id " RUNNER "/github-hosted or /self-hosted, "
		               "not '%s'",
		               SHOW(asked));
	if (!bytes_equal(hosted, kind))
		return err_set(q->e, ERR_UNTRUSTED, 0, "built on a runner that is '%s', not '%s'",
		               SHOW(kind), SHOW(hosted));
	if (!bytes_is(kind, "github-hosted") && !bytes_equal(q->identity, q->claims[CLAIM_CONFIG]))
		return slsa_refuse(q->e, "a workflow of others on a machine that is not GitHub's");
	said = q->p.builder;
	/* The client's first version did not say whose runner it was. */
	if (!bytes_equal(said, asked) && !(bytes_is(said, RUNNER) && bytes_is(kind, "github-hosted")))
		return err_set(q->e, ERR_UNTRUSTED, 0, "the provenance names '%s' as its builder",
		               SHOW(said));
	return check_forgeable(q, statement);
}

/* package_of(subject, a, name, version): "pkg:npm/%40scope/name@1.2.3". */
static bool package_of(bytes subject, struct arena *a, bytes *out_name, bytes *out_version)
{
	struct purl p;

	if (!purl_parse(subject, a, &p) || !bytes_is(p.type, "npm"))
		return false;
	*out_version = p.version;
	*out_name = p.space.n == 0 ? p.name
	                           : bytes_str(arena_printf(a, "%s/%s", text_shown(a, p.space),
	                                                    text_shown(a, p.name)));
	return true;
}

static int is_as_asked(const struct question *q, bytes have, bytes asked, const char *what)
{
	if (asked.n == 0 || bytes_equal(have, asked))
		return 0;
	return err_set(q->e, ERR_UNTRUSTED, 0, "the package's %s is '%s', not '%s'", what, SHOW(have),
	               SHOW(asked));
}

static int check_subject(const struct question *q, const struct statement *s)
{
	bytes name, version;

	if (s->subjects_len != 1 || !package_of(s->subjects[0].name, q->arena, &name, &version))
		return slsa_refuse(q->e, "the statement is not about one npm package");
	if (is_as_asked(q, name, q->request->package, "name") < 0)
		return -1;
	return is_as_asked(q, version, q->request->package_version, "version");
}

static int check_publish(const struct question *q, const struct statement *s)
{
	struct json_doc doc;

	if (!bytes_starts(s->predicate_type, BYTES(PUBLISH)))
		return err_set(q->e, ERR_UNTRUSTED, 0, "the registry's statement is a '%s', no publishing",
		               SHOW(s->predicate_type));
	if (json_parse(s->predicate, q->arena, &doc, q->e) < 0)
		return -1;
	json root = json_root(&doc);

	if (is_as_asked(q, json_bytes(json_get(root, "name"), q->arena), q->request->package, "name") <
	    0)
		return -1;
	if (is_as_asked(q, json_bytes(json_get(root, "version"), q->arena), q->request->package_version,
	                "version") < 0)
		return -1;
	return check_subject(q, s);
}

int slsa_check_package(const struct slsa_request *request, const struct verify_result *result,
                       const struct statement *publish, struct arena *a, struct slsa_finding *out,
                       err *e)
{
	struct question q = { .request = request, .arena = a, .e = e };

	if (request->builder.n == 0)
		return slsa_refuse(e, "a package's builder must be named: --builder-id");
	if (begin(&q, result) < 0 || check_subject(&q, &result->statement) < 0 ||
	    check_publish(&q, publish) < 0)
		return -1;
	if ((is_delegator(&q) ? check_delegated(&q, request->builder)
	                      : check_runner(&q, &result->statement)) < 0)
		return -1;
	return finish(&q, out);
}
