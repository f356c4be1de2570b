/* SPDX-License-Identifier: Apache-2.0 */
/* provenance - how something was built: SLSA provenance v0.1, v0.2 and v1 of any producer as one
 * plain structure (slsa.dev/spec/v0.1/provenance, v0.2, v1.0).
 *
 * Producers whose fields stand elsewhere than the specification's: slsa-github-generator, GitHub's
 * artifact attestations, the npm client, BuildKit, Google Cloud Build. It is read here, not judged:
 * whoever signed the statement says so, and nothing is compared with his certificate
 * (trust/slsa.h). Threading: pure functions; constant once read. */
#pragma once

#include "trust/statement.h"

enum provenance_version { PROVENANCE_NONE, PROVENANCE_V01, PROVENANCE_V02, PROVENANCE_V1 };

/* Where something came from. */
struct provenance_source {
	bytes uri;       /* as it stands, without "@REF": "git+https://github.com/ORG/REPO" */
	bytes ref;       /* "refs/heads/main"; empty: none */
	bytes algorithm; /* "sha1", "gitCommit", "sha256"; where several stand there, sha256 */
	bytes digest;    /* hex, lower case or not, as it stands */
};

/* A parameter: members of objects are named with dots between ("workflow.path", "inputs.level");
 * values are text, numbers and truth values as JSON writes them, lists as they stand. */
struct provenance_value {
	bytes name, value;
};
struct provenance_values {
	struct provenance_value *items;
	size_t len, cap;
};

/* What the machinery says of the run; empty: not told. Of GitHub Actions, but for the ref. */
struct provenance_run {
	bytes trigger;      /* "push", "workflow_dispatch" */
	bytes ref;          /* "refs/tags/v1.2.3" */
	bytes base_ref;     /* "refs/heads/main": where a tag or a release was made */
	bytes commit;       /* hex */
	bytes workflow_ref; /* "ORG/REPO/.github/workflows/w.yml@refs/heads/main" */
	bytes repository;   /* "ORG/REPO" */
	bytes repository_id, owner_id;
	bytes id, attempt;
};

struct provenance {
	enum provenance_version version;
	bytes builder;    /* a URI, as it stands; may end in "@REF"; empty: BuildKit at home */
	bytes build_type; /* a URI: says what the parameters mean */
	struct provenance_source source;     /* what was built: where the build was described */
	bytes entry_point;                   /* of the source: a workflow, a Dockerfile */
	struct provenance_values parameters; /* from outside: whoever started the build chose them */
	struct provenance_values inputs;     /* of them: what a workflow was started with by hand */
	bytes invocation;                    /* the run's id or address */
	struct provenance_run run;
	int64_t started, finished; /* seconds since 1970 as the builder says; 0: not told */
	/* What went in: base images ("pkg:docker/NAME@TAG?..."), sources, tools. */
	struct provenance_source *materials;
	size_t materials_len;
};

/* provenance_is_type(predicate_type): one that provenance_parse reads. */
bool provenance_is_type(bytes predicate_type);

/* provenance_parse(statement, a, out, e): ERR_FORMAT: another predicate, a member of another kind
 * than the specification has; ERR_LIMIT: more than LIMIT_PROVENANCE_VALUES parameters or materials.
 * Views of the statement and arena. */
int provenance_parse(const struct statement *statement, struct arena *a, struct provenance *out,
                     err *e);

/* provenance_value_of(values, name): NULL: none of that name, or two ("a.b", and "b" within "a"),
 * of which nobody can say which one is meant. */
const bytes *provenance_value_of(const struct provenance_values *values, bytes name);

/* provenance_split(uri, out_ref): what stands before the "@" that begins a ref; out_ref: the ref,
 * or nothing. The "@" is the one before "refs/"; where there is none, the last one behind the last
 * "/". */
bytes provenance_split(bytes uri, bytes *out_ref);

/* provenance_plain_source(uri): one spelling of a repository: "github.com/ORG/REPO" of
 * "git+https://github.com/ORG/REPO.git/". */
bytes provenance_plain_source(bytes uri);
