/* SPDX-License-Identifier: Apache-2.0 */
/* verify - a bundle judged in a sealed worker: who signed what, when, and whether that holds.
 *
 * Nothing is fetched. Threading: as worker_start (one thread, no other running). */
#pragma once

#include "sys/deadline.h"
#include "trust/verify.h"

struct verify_job {
	bytes bundle;
	bytes root; /* a trusted root; empty: that of the public good instance */
	bytes key;  /* PEM; empty: a certificate must sign */
	struct deadline deadline;
	struct verify_request request; /* identities and artifact; the rest is set here */
};

/* What has been proven. Arena. */
struct verify_proof {
	bytes identity, issuer;
	int64_t first, last; /* times that are believed; 0: none was needed */
	uint64_t log_index;
	bytes predicate_type; /* empty: no statement */
};

/* verify_sealed(job, a, out, e): 0: trusted. ERR_UNTRUSTED, ERR_FORMAT, ERR_LIMIT as verify_bundle;
 * ERR_BUG the worker died. */
int verify_sealed(const struct verify_job *job, struct arena *a, struct verify_proof *out, err *e);
