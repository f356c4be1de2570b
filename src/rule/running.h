/* SPDX-License-Identifier: Apache-2.0 */
/* running - objects as a cluster shows them: many pods of one owner, told once.
 *
 * A pod is folded, and said to be, when it is the same as another that is judged: as the pod
 * template of its controller (metadata.ownerReferences with controller: true), which is among the
 * files, or as another pod of that controller. The same are two whose specs, labels and annotations
 * are, ephemeral containers included, but for what a cluster itself adds to a pod: the node, the
 * volume of its token, tolerations and the like. So is a ReplicaSet as its Deployment.
 * Threading: constant. */
#pragma once

#include "rule/kubernetes.h"

/* running_read(text, a, out, out_folded, e): a list of objects in JSON, as kubectl prints it, of
 * any length: without status and managedFields, and without the *out_folded pods that are folded.
 * 1 when the text is no such list. Arena; borrows text. ERR_FORMAT, ERR_LIMIT. */
int running_read(bytes text, struct arena *a, struct yaml_file *out, size_t *out_folded, err *e);

/* running_reduce(objects, a): the objects that are folded go; how many. Their order stays. */
size_t running_reduce(struct kube_objects *objects, struct arena *a);
