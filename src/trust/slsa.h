/* SPDX-License-Identifier: Apache-2.0 */
/* slsa - was it built from that source, by a builder that nobody but its makers can steer? What
 * slsa-verifier checks of a signed provenance, once signature, certificate and log hold
 * (trust/verify.h), and what it checks of others' summaries (slsa.dev/spec/v1.0/,
 * verifying-artifacts and verification_summary).
 *
 * A provenance is a claim of the build; a certificate is a claim of the machinery that ran it. Only
 * where both say the same, and the certificate is of a workflow that keeps users' code away from
 * the signing, the claim is believed. Threading: pure functions. */
#pragma once

#include "trust/dsse.h"
#include "trust/provenance.h"
#include "trust/verify.h"

/* Who vouches for workflows on GitHub; no other issuer says anything of a build here. */
#define SLSA_ISSUER "https://token.actions.githubusercontent.com"

/* What is asked; empty: not asked. */
struct slsa_request {
	bytes source;  /* "github.com/ORG/REPO", with a scheme or without; always asked */
	bytes builder; /* "https://github.com/ORG/REPO/.github/workflows/w.yml", perhaps with "@v1.2.3";
	                * empty: one of the table of those that are known */
	bytes branch, tag;
	bytes versioned_tag; /* "v1", "v1.2", "v1.2.3": the tag is of that version */
	struct provenance_values inputs;
	bytes package, package_version; /* npm */
};

/* What has been found to be so. Views. */
struct slsa_finding {
	bytes builder; /* with its ref */
	bytes source, ref, commit;
	bytes build_type;
};

/* slsa_check_build(request, result, a, out, e): of a bundle that verify_bundle holds for true,
 * signed on GitHub. slsa_check_package: of the npm client, or of a builder for npm; publish: what
 * the registry said when it took the package, verified too. ERR_UNTRUSTED says what is not as
 * asked; ERR_FORMAT. */
int slsa_check_build(const struct slsa_request *request, const struct verify_result *result,
                     struct arena *a, struct slsa_finding *out, err *e);
int slsa_check_package(const struct slsa_request *request, const struct verify_result *result,
                       const struct statement *publish, struct arena *a, struct slsa_finding *out,
                       err *e);

/* slsa_check_google(described, request, image, a, out, e): what `gcloud artifacts docker images
 * describe --show-provenance --format json` writes of an image that Google Cloud Build built,
 * signed with Google's keys (trust/slsa_keys.h). out_statement: the statement that was signed. */
int slsa_check_google(json described, const struct slsa_request *request, const digest *image,
                      struct arena *a, struct slsa_finding *out, bytes *out_statement, err *e);

/* A verification summary: somebody else has verified. */
struct slsa_summary_request {
	const struct public_key *key;
	bytes key_id; /* as the envelope names its key; a hint, and yet slsa-verifier compares it */
	bytes verifier, resource;
	const bytes *subjects; /* "sha256:HEX", "gce_image_id:8970095": all of them */
	size_t subjects_len;
	const bytes *levels; /* "SLSA_BUILD_LEVEL_2": this or a higher one; others: that word */
	size_t levels_len;
};

/* slsa_check_summary(envelope, request, a, e). ERR_UNTRUSTED, ERR_FORMAT. */
int slsa_check_summary(const struct dsse *envelope, const struct slsa_summary_request *request,
                       struct arena *a, err *e);
