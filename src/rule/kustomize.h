/* SPDX-License-Identifier: Apache-2.0 */
/* kustomize - what a kustomization makes of its resources, as far as it can be judged.
 *
 * As kustomize 5 does it: resources, bases and components in their order, then strategic merge
 * patches (Kubernetes' "Strategic Merge Patch"), JSON patches (RFC 6902), namespace, replicas,
 * images. Names, labels and annotations that are only put everywhere alike change no verdict and
 * are left alone, so that references still meet. What is not understood is told (HK006): remote
 * bases (HK005), generators and transformers that are programs, charts, replacements.
 * For rule/rendered.c. Threading: as the job. */
#pragma once

#include "rule/rendered.h"

struct kustomize_object {
	struct part *root;
	bytes api, kind, name, space; /* before anything renames it */
};

struct kustomize_objects {
	struct kustomize_object *items;
	size_t len, cap;
};

/* kustomize_merge(r, target, o, patch): a strategic merge patch. False: the bound of the run.
 * kustomize_json(r, target, o, patch): a list of operations; NULL, or what is wrong. */
bool kustomize_merge(struct rendering *r, struct part *target, const struct origin *o,
                     const struct yaml_node *patch);
const char *kustomize_json(struct rendering *r, struct part *target, const struct origin *o,
                           const struct yaml_node *patch);
