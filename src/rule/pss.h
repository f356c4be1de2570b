/* SPDX-License-Identifier: Apache-2.0 */
/* pss - the Pod Security Standards, as the reference implementation decides them.
 *
 * Kubernetes' pod-security-admission, policies v1.0 to v1.37: every check has versions, of which
 * the one with the largest minimum not above the policy's counts; some restricted checks stand in
 * for baseline ones. A version above the newest counts as the newest. Empty lists, prefixes and
 * letter case are compared literally, as there.
 * Threading: constant. */
#pragma once

#include "rule/kubernetes.h"

#define PSS_LATEST 37

enum pss_level { PSS_PRIVILEGED, PSS_BASELINE, PSS_RESTRICTED };

/* pss_level_from(word, out); pss_version_from(word, out): "latest", "v1.24", "1.24". */
bool pss_level_from(bytes word, enum pss_level *out);
bool pss_version_from(bytes word, unsigned *out);

/* pss_check(o, level, version): a finding for each violated check, container and field of the
 * object's pod; check is the reference's id ("hostPorts"). */
void pss_check(const struct kube_object *o, enum pss_level level, unsigned version);

/* pss_check_all(o): the same checks as rules of the catalogue, each once, at the newest version. */
void pss_check_all(const struct kube_object *o);
