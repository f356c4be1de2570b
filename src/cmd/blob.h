/* SPDX-License-Identifier: Apache-2.0 */
/* blob - what commands share that sign and verify files: the file or its digest, its signature, the
 * question, the answer.
 * Threading: belongs to the main thread. */
#pragma once

#include "base/buf.h"
#include "base/limits.h"
#include "cmd/who.h"

/* Where the signature is: a bundle, or its parts as cosign wrote them into files. */
struct blob_flags {
	const char *bundle, *signature, *certificate, *timestamp;
	const char *predicate_type; /* that a statement must have; NULL: any, or no statement */
	uint64_t timeout_ms;        /* 0: LIMIT_TIME_MS */
};

/* blob_hash(path, keep, out, e): keep: NULL, or where its octets go while they are not more than
 * LIMIT_BLOB_WHOLE: it has room for that and BLOB_PIECE. ERR_ABSENT, ERR_IO. */
#define BLOB_PIECE ((size_t)64 * KIB)
struct blob_hashes {
	digest sha256, sha512;
	uint64_t size;
};
int blob_hash(const char *path, buf *keep, struct blob_hashes *out, err *e);

/* blob_question(f, artifact, a, out, e): reads and hashes. artifact: a path, "sha256:HEX" or
 * "sha512:HEX"; of a pipe, or "-", standard input, the octets are there at once. ERR_USAGE,
 * ERR_ABSENT, ERR_IO, ERR_LIMIT. Arena.
 * blob_insist(artifact, a, q, e): the finding wants the artifact: its octets go into the question:
 * 1, or 0 where there are none (a digest) or they are there already. ERR_LIMIT above
 * LIMIT_BLOB_WHOLE. */
int blob_question(const struct blob_flags *f, const char *artifact, struct arena *a,
                  struct verify_question *out, err *e);
int blob_insist(const char *artifact, struct arena *a, struct verify_question *q, err *e);

/* blob_verify(terms, f, artifact, a, out, e): a worker, asked, insisted where needed. 0: it holds,
 * and out tells of what. ERR_UNTRUSTED: why not; errors as above and of verifier_judge. */
int blob_verify(const struct verify_terms *terms, const struct blob_flags *f, const char *artifact,
                struct arena *a, struct verify_finding *out, err *e);
