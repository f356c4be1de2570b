/* SPDX-License-Identifier: Apache-2.0 */
/* verify_wire - what flow/verify.c and its worker say to each other (base/pack.h): a question, and
 * behind how it went (pack_err) a finding. Threading: pure functions. */
#pragma once

#include "base/buf.h"
#include "flow/verify.h"
#include "sys/worker.h"

/* verify_serve(side, terms): the worker's main. */
_Noreturn int verify_serve(struct worker_side *side, void *terms);

/* verify_answer(terms, root, keys, q, a, out): what the worker says to a question; its root and
 * keys are read already. Never fails. */
void verify_answer(const struct verify_terms *terms, const struct trust_root *root,
                   struct public_key *const *keys, const struct verify_question *q, struct arena *a,
                   struct verify_finding *out);

/* X_pack(v, out); X_unpack(in, a, out): false when malformed. Views of in, and arena. */
void verify_question_pack(const struct verify_question *v, buf *out);
bool verify_question_unpack(bytes in, struct arena *a, struct verify_question *out);
/* verify_question_send(w, q, e): to a worker that takes it; worker_told has its answer. */
int verify_question_send(struct worker *w, const struct verify_question *q, err *e);
void verify_finding_pack(const struct verify_finding *v, buf *out);
bool verify_finding_unpack(bytes in, struct arena *a, struct verify_finding *out);
