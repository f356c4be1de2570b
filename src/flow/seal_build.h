/* SPDX-License-Identifier: Apache-2.0 */
/* seal_build - who builds here, from what: what the variables of a CI job tell, as SLSA provenance,
 * and which level of SLSA's build track a signature proves of it.
 *
 * Read are the default variables of GitHub Actions, GitLab CI/CD and Azure Pipelines; elsewhere
 * source and commit are what the user says. Nothing of it is proven by being written: the level
 * says what is (slsa.dev/spec/v1.1/levels). Threading: values. */
#pragma once

#include "base/arena.h"
#include "crypto/digest.h"

struct seal_label {
	const char *name; /* static */
	bytes value;
};

struct seal_build {
	const char *service; /* "github", "gitlab", "azure"; "shell": no service that is known */
	const char *type;    /* buildType: what the parameters below mean. Static */
	bytes builder;       /* builder.id, a URI; empty: nobody says */
	bytes source, ref, commit;
	bytes workflow;      /* the file that was started */
	bytes run;           /* where people see it: invocationId */
	bytes issuer;        /* who vouches for the job's identity; empty: nobody that is known */
	bool is_hosted;      /* the service's own machine, not one of the user's */
	struct {
		struct seal_label *items;
		size_t len, cap;
	} parameters; /* internalParameters */
};

/* What the user says: instead of what the variables say. NULL: unsaid. */
struct seal_said {
	const char *source, *ref, *commit;
};

/* seal_build_find(environment, said, a, out): borrows; arena. */
void seal_build_find(char *const *environment, const struct seal_said *said, struct arena *a,
                     struct seal_build *out);

/* What went into the image. */
struct seal_materials {
	bytes base_name, base_digest; /* as the image says; may be empty */
	int64_t now;
	const char *tool_version;
};

/* seal_build_paper(b, m, a): the predicate of https://slsa.dev/provenance/v1. Arena. */
bytes seal_build_paper(const struct seal_build *b, const struct seal_materials *m, struct arena *a);

/* seal_build_level(b, identity, issuer, out_why): what a signature of this identity (of a
 * certificate; empty: a key) proves: 0 to 2; and why no more. Static. */
unsigned seal_build_level(const struct seal_build *b, bytes identity, bytes issuer,
                          const char **out_why);
