/* SPDX-License-Identifier: Apache-2.0 */
/* passing - may this image pass a gate, and why not: the one answer of `oakum audit --fail-on` and
 * of `oakum seal`.
 *
 * Threading: values; an arena belongs to one thread. */
#pragma once

#include "report/audit_page.h"
#include "report/reasons.h"

/* passing_judge(page, rule, a, out): adds all that stops the image. Findings by gate_fails; what
 * the database has nothing of, where the rule asks for vulnerabilities; secrets and settings at
 * least so severe; what nobody mends any more; gaps. A page without scan or secrets has none.
 * Arena. */
void passing_judge(const struct audit_page *page, const struct gate_rule *rule, struct arena *a,
                   struct reasons *out);

/* passing_is_secret(rule): it says of an image what the list of secrets says. */
bool passing_is_secret(const struct rule *rule);
