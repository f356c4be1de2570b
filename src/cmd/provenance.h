/* SPDX-License-Identifier: Apache-2.0 */
/* provenance - the work of `oakum verify-provenance`: file by file, image by image, and what is
 * told of them. Threading: belongs to the main thread. */
#pragma once

#include "cmd/network.h"
#include "flow/prover.h"

/* How the source stood, and how the build was started. */
struct build_flags {
	const char *branch, *tag, *versioned_tag;
	struct texts inputs;
};

struct other_flags {
	const char *root, *repository;
	uint64_t timeout_ms;
	const char *attestations, *package, *version;                    /* npm */
	const char *summary, *verifier, *resource, *key, *key_id, *hash; /* what others verified */
	struct texts subjects, levels;
};

struct provenance_flags {
	struct texts paths;
	const char *source, *builder, *output;
	bool print;
	struct build_flags build;
	struct other_flags other;
	struct network_flags network;
};

/* provenance_prove(job, flags, terms, artifacts, e): the exit status. Every artifact holds, or
 * nothing is told: ERR_UNTRUSTED, ERR_UNSIGNED, and what reading files and images can fail with. */
int provenance_prove(struct job *job, const struct provenance_flags *flags,
                     const struct prover_terms *terms, const struct texts *artifacts, err *e);
