/* SPDX-License-Identifier: Apache-2.0 */
/* prove_wire - what both ends of prove_pods know. Private to it. Threading: as the worker. */
#pragma once

#include "flow/prove_pods.h"
#include "rule/kubernetes.h"
#include "sys/worker.h"

/* prove_pods_serve: the worker's main; arg is the manifest's text (bytes). It answers with one
 * container behind the other, in the form of base/pack.h: prove_pods_answer(text, out, e). */
int prove_pods_serve(struct worker_side *side, void *arg);
int prove_pods_answer(bytes text, buf *out, err *e);

/* prove_pods_take(in, a, out, e): such an answer, read as hostile. Arena. ERR_BUG: it makes no
 * sense. */
int prove_pods_take(bytes in, struct arena *a, struct prove_pods *out, err *e);

/* prove_pod_say(p, a, probe, fell, what): what the manifest tells of an attack; the first that fell
 * counts. prove_pod_read_given(o, c, a, out): volumes, and what else it tells so. */
void prove_pod_say(struct prove_pod *p, struct arena *a, const char *probe, bool fell,
                   const char *what);
void prove_pod_read_given(const struct kube_object *o, const struct kube_container *c,
                          struct arena *a, struct prove_pod *out);

/* prove_quantity(n, otherwise): a resource.Quantity; otherwise for anything else. */
uint64_t prove_quantity(const struct yaml_node *n, uint64_t otherwise);

/* prove_is_place(path): a folder may be put there: absolute, clean, and none of the kernel's. */
bool prove_is_place(bytes path);
