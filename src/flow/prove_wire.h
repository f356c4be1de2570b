/* SPDX-License-Identifier: Apache-2.0 */
/* prove_wire - what both ends of prove_pods know. Private to it. Threading: as the worker. */
#pragma once

#include "base/bytes.h"
#include "sys/worker.h"

/* prove_pods_serve: the worker's main; arg is the manifest's text (bytes). It answers with one
 * container behind the other, in the form of base/pack.h. */
int prove_pods_serve(struct worker_side *side, void *arg);

/* prove_is_place(path): a folder may be put there: absolute, clean, and none of the kernel's. */
bool prove_is_place(bytes path);
