/* SPDX-License-Identifier: Apache-2.0 */
/* trust_update - the trusted root brought up to date: a walk through a TUF repository (trust/tuf.h)
 * whose files come over the network and are judged in a sealed worker.
 *
 * Nothing is kept before the walk is at its end; then each file takes its place whole, and last the
 * folder becomes the current one. One update at a time.
 * Threading: as worker_start; the worker is forked before the first connection. */
#pragma once

#include "oci/registry.h"
#include "trust/tuf.h"

struct trust_update_options {
	struct registry_options registry;
	const char *mirror; /* the repository's address; file:///FOLDER: it lies there */
	bytes root;         /* where the walk begins; empty: the public good instance's, built in */
	const char *folder; /* of all repositories: FOLDER/NAME/, FOLDER/current */
	const char *name;   /* of this one's folder */
	int64_t now;
	uint64_t timeout_ms; /* 0: LIMIT_TIME_MS */
};

struct trust_update_result {
	bool unchanged; /* what was kept is of today */
	uint64_t version[TUF_ROLES];
	const char *path; /* of the trusted root. Arena */
};

/* trust_update(o, a, out, e): ERR_USAGE (an address), ERR_NET, ERR_UNTRUSTED (rolled back, expired,
 * not signed by enough, not what was listed), ERR_FORMAT, ERR_LIMIT, ERR_IO, ERR_BUG: what was kept
 * stays. */
int trust_update(const struct trust_update_options *o, struct arena *a,
                 struct trust_update_result *out, err *e);
