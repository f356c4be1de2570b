/* SPDX-License-Identifier: Apache-2.0 */
/* weaknesses - what the rules for images (rule/image_rules.h) say of one, in two files.
 *
 * Private to flow/, behind judge_weaknesses (flow/judge.h). Threading: as the page. */
#pragma once

#include "report/audit_page.h"
#include "rule/image_rules.h"

/* weakness_add(page, rule, text): one more; text is static or of the page's arena, printable. Valid
 * until the next. */
struct page_weakness *weakness_add(struct audit_page *page, enum image_rule rule, const char *text);

/* weak_files.c: what single files and folders tell: leftovers, servers, the program's own files,
 * .NET. */
void judge_weak_files(struct audit_page *page);
/* weakness_env(page, name): the value of a variable of the configuration, or NULL. Arena. */
const char *weakness_env(struct audit_page *page, const char *name);
