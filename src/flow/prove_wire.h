/* SPDX-License-Identifier: Apache-2.0 */
/* prove_wire - what both ends of prove_pods know. Private to it. Threading: as the worker. */
#pragma once

#include "flow/prove_pods.h"
#include "sys/worker.h"

/* prove_pods_serve: the worker's main; arg is the manifest's text (bytes). It answers with one
 * container behind the other, in the form of base/pack.h: prove_pods_answer(text, out, e). */
int prove_pods_serve(struct worker_side *side, void *arg);
int prove_pods_answer(bytes text, buf *out, err *e);

/* prove_pods_take(in, a, out, e): such an answer, read as hostile. Arena. ERR_BUG: it makes no
 * sense. */
int prove_pods_take(bytes in, struct arena *a, struct prove_pods *out, err *e);

/* prove_is_place(path): a folder may be put there: absolute, clean, and none of the kernel's. */
bool prove_is_place(bytes path);
