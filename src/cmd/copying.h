/* SPDX-License-Identifier: Apache-2.0 */
/* copying - what copy, pull and push share: their flags, the run, what is said at the end.
 *
 * Threading: belongs to one thread. */
#pragma once

#include "cmd/network.h"
#include "oci/target.h"

struct copying_flags {
	const char *platform, *compress, *digestfile;
	uint64_t timeout_ms;
	bool all, referrers, foreign, verify, no_progress;
	struct network_flags network;
};

extern const struct flag copying_flags[];

/* copying_source(job, text, out, e): ERR_USAGE, ERR_ABSENT. copying_destination: the same for what
 * is written to, which need not exist; a path needs a prefix that says its form. */
int copying_source(struct job *job, const char *text, struct target *out, err *e);
int copying_destination(struct job *job, const char *text, struct target *out, err *e);

/* copying_run(job, flags, from, to, e): copy, and say on standard output what is where:
 * "sha256:… oci:shop:1.0". 0, or -1. */
int copying_run(struct job *job, const struct copying_flags *flags, const struct target *from,
                const struct target *to, err *e);
