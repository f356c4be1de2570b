/* SPDX-License-Identifier: Apache-2.0 */
/* judge - the parts of an audit; each fills its part of the page from image and facts.
 *
 * Private to flow/. Order: judge_actions comes last, it reads what the others found.
 * Threading: as the page. */
#pragma once

#include "report/audit_page.h"

/* census.c: every file once: sizes, folders, privileged files, what is hidden. */
void judge_files(struct audit_page *page);
/* settings.c: user, form of the command, ports, age. */
void judge_settings(struct audit_page *page);
/* tools.c: what an intruder would find at hand. */
void judge_tools(struct audit_page *page);
/* inventory.c: packages by ecosystem, runtimes and their support. */
void judge_packages(struct audit_page *page);
/* readiness.c: which settings of a hardened start it keeps to; after files, settings and tools. */
void judge_readiness(struct audit_page *page);
/* weaknesses.c: the rules for images. */
void judge_weaknesses(struct audit_page *page);
/* actions.c */
void judge_actions(struct audit_page *page);
