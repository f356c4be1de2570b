/* SPDX-License-Identifier: Apache-2.0 */
/* claimant - who says to have signed what is attached to an image: read, and not believed
 * (flow/verify.h is for that). A sealed worker, started before the first request to a network.
 * Threading: as worker_start; one thread uses it. */
#pragma once

#include "oci/attachment.h"
#include "sys/deadline.h"

struct worker;

/* What a signature says of itself; empty where it says nothing. Arena. */
struct claimant {
	bytes identity, issuer; /* of its certificate */
	bytes predicate_type;   /* of its statement */
	bool is_about;          /* the statement has the subject that was asked about */
	const char *trouble;    /* why it cannot be read; NULL */
};

/* claimant_start(deadline, out, e): stop it with worker_stop. ERR_IO.
 * claimant_ask(w, at, a, out, e): of signatures, envelopes and bundles with their content; nothing
 * is known of others. ERR_BUG: the worker died or lies; ERR_LIMIT. */
int claimant_start(const struct deadline *deadline, struct worker **out, err *e);
int claimant_ask(struct worker *w, const struct attachment *at, struct arena *a,
                 struct claimant *out, err *e);
