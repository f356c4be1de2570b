/* SPDX-License-Identifier: Apache-2.0 */
/* suppress - findings that somebody has decided to live with.
 *
 * In the file, in comments right above the finding's line or at its end, as the file's own reader
 * sees comments (rule/comments.h), so that a word in a value says nothing:
 *
 *     # oakum:ignore KP003 the agent reads the host's logs
 *     # oakum:ignore=KP003,KP018 a reason
 *
 * Without an id nothing is suppressed, without a reason neither. Comments of other tools count with
 * the ids that our rules carry as references, and need no reason, as there:
 * "# trivy:ignore:KSV-0017", "# checkov:skip=CKV_K8S_16:reason", "# hadolint ignore=DL3006".
 * For a whole Dockerfile: "# hadolint global ignore=DL3008", and checkov's. Without an id:
 * "#nosec" for its line, "# kics-scan ignore-line" for the line below, "# kics-scan ignore" in the
 * first line for the file; "gitleaks:allow", "pragma: allowlist secret" for rules about secrets.
 * Annotations of objects: "ignore-check.kube-linter.io/NAME: reason",
 * "checkov.io/skip1: ID=reason", "oakum.dev/ignore: ID reason", "kube-linter.io/ignore-all: why",
 * "kube-score/ignore: NAME,NAME", "polaris.fairwinds.com/NAME-exempt: true".
 *
 * In .oakumignore, .trivyignore and .trivyignore.yaml (model/ignore.h), with the same ids.
 * Threading: as the job. */
#pragma once

#include "model/ignore.h"
#include "rule/job.h"

/* suppress_reason(list, rule, file, a): why the rule does not count for the file or image of this
 * name; NULL when it does. Arena. list may be NULL. */
const char *suppress_reason(const struct ignore_list *list, const struct rule *rule,
                            const char *file, struct arena *a);

/* suppress_mark(job): set suppressed_by of the findings that are. */
void suppress_mark(struct rule_job *job);
