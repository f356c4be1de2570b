/* SPDX-License-Identifier: Apache-2.0 */
/* suppress - findings that somebody has decided to live with.
 *
 * In the file, in comments right above the finding's line or at its end:
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
 * .oakumignore, one line each:  ID [PATH-PATTERN] [until:2027-01-31] [# reason]
 * A line whose date has passed counts no more. PATH-PATTERN has * and ?, and ** for folders.
 * Threading: as the job. */
#pragma once

#include "rule/job.h"

struct ignore_list;

/* ignore_parse(text, a): the lines of an .oakumignore. Lines that are none are skipped: what they
 * meant to suppress is shown. Arena; borrows. */
struct ignore_list *ignore_parse(bytes text, struct arena *a);

/* ignore_reason(list, rule, file, now): why the rule does not count for the file or image of this
 * name; NULL when it does. list may be NULL. */
const char *ignore_reason(const struct ignore_list *list, const struct rule *rule, const char *file,
                          int64_t now);

/* suppress_mark(job): set suppressed_by of the findings that are. */
void suppress_mark(struct rule_job *job);
