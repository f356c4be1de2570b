/* SPDX-License-Identifier: Apache-2.0 */
/* prover_wire - what flow/prover.c and its worker say to each other (base/pack.h): a question
 * (flow/verify_wire.h), and behind how it went (pack_err) a finding. Threading: pure functions. */
#pragma once

#include "flow/prover.h"
#include "flow/verify_wire.h"

/* prover_serve(side, terms): the worker's main. */
_Noreturn int prover_serve(struct worker_side *side, void *terms);

void prover_finding_pack(const struct prover_finding *v, buf *out);
/* false when malformed. Views of in. */
bool prover_finding_unpack(bytes in, struct prover_finding *out);
