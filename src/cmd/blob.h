/* SPDX-License-Identifier: Apache-2.0 */
/* blob - what commands that verify files share: the file or its digest, its signature, the
 * question.
 * Threading: belongs to the main thread. */
#pragma once

#include "cmd/who.h"

/* Where the signature is: a bundle, or its parts as cosign wrote them into files. */
struct blob_flags {
	const char *bundle, *signature, *certificate, *timestamp;
	const char *predicate_type; /* that a statement must have; NULL: any, or no statement */
};

/* blob_question(f, artifact, a, out, e): reads and hashes. artifact: a path, "sha256:HEX" or
 * "sha512:HEX". ERR_USAGE, ERR_ABSENT, ERR_IO, ERR_LIMIT. Arena.
 * blob_insist(artifact, a, q, e): the finding wants the artifact: its octets go into the question:
 * 1, or 0 where there are none (a digest). ERR_LIMIT above LIMIT_BLOB_WHOLE. */
int blob_question(const struct blob_flags *f, const char *artifact, struct arena *a,
                  struct verify_question *out, err *e);
int blob_insist(const char *artifact, struct arena *a, struct verify_question *q, err *e);

/* blob_judge(v, f, artifact, a, out, e): asked, insisted where needed. 0: out tells what came out;
 * errors as above and of verifier_judge. */
int blob_judge(struct verifier *v, const struct blob_flags *f, const char *artifact,
               struct arena *a, struct verify_finding *out, err *e);
