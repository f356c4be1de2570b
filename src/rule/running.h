/* SPDX-License-Identifier: Apache-2.0 */
/* running - objects as a cluster shows them: many pods of one owner, told once.
 *
 * A pod whose controller (metadata.ownerReferences with controller: true) is among the files says
 * nothing new; of pods that share a controller which is not, the first one speaks for all.
 * Threading: constant. */
#pragma once

#include "rule/kubernetes.h"

/* running_read(text, a, out, e): a list of objects in JSON, as kubectl prints it, of any length:
 * without status and managedFields, and of the pods of one controller only the first. 1 when the
 * text is no such list. Arena; borrows text. ERR_FORMAT, ERR_LIMIT. */
int running_read(bytes text, struct arena *a, struct yaml_file *out, err *e);

/* running_reduce(objects, a): pods and what else is owned, as above; their order stays. */
void running_reduce(struct kube_objects *objects, struct arena *a);
