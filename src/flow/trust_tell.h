/* SPDX-License-Identifier: Apache-2.0 */
/* trust_tell - what a bundle claims, and whom a trusted root trusts (trust/explain.h), read in a
 * sealed worker. Nothing is fetched. Threading: as worker_start (one thread, no other running). */
#pragma once

#include "sys/deadline.h"
#include "trust/explain.h"

struct trust_tell_job {
	bytes bundle; /* of trust_tell_bundle */
	bytes root;   /* a trusted root; empty: that of the public good instance */
	bytes key;    /* PEM; empty: none */
	struct verify_request request; /* identities and artifact; the rest is set here */
	struct deadline deadline;
};

/* Each: ERR_FORMAT, ERR_LIMIT as trust/explain.h; ERR_IO; ERR_BUG the worker died. Arena. */
int trust_tell_bundle(const struct trust_tell_job *job, struct arena *a, struct explanation *out,
                      err *e);
int trust_tell_root(const struct trust_tell_job *job, struct arena *a, struct explain_entries *out,
                    err *e);
