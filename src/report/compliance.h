/* SPDX-License-Identifier: Apache-2.0 */
/* compliance - the findings of `oakum check`, told by the sections of a published standard.
 *
 * CIS Docker Benchmark 1.x, sections 4 and 5; the Pod Security Standards' controls; the Kubernetes
 * Hardening Guide of NSA and CISA. Titles are our own words. A section fails when a finding that
 * is shown belongs to it (its name stands among the rule's references, or is its check); some no
 * file can show, and that is said with its reason: nothing found is not the same as fulfilled.
 * Threading: constant. */
#pragma once

#include "report/check_page.h"

struct compliance_section {
	const char *id, *title;
	const char *ref;    /* "CIS-Docker 5.10"; NULL: no file can show it */
	const char *words;  /* only findings with one of these in field or message; NULL: all */
	const char *unseen; /* why no file can show it */
};

struct compliance_standard {
	const char *name, *title; /* "cis-docker" */
	const struct compliance_section *sections;
	size_t len;
};

#define COMPLIANCE_NAMES "cis-docker|pss|nsa"

/* compliance_find(name): one of COMPLIANCE_NAMES. Static. */
const struct compliance_standard *compliance_find(const char *name);
/* compliance_has(section, f): the finding belongs to it. */
bool compliance_has(const struct compliance_section *section, const struct check_finding *f);

/* compliance_text: a line a section, its findings below, and a line of sums. compliance_json:
 * schema oakum-compliance-1. */
void compliance_text(const struct check *check, const struct compliance_standard *standard,
                     const struct terminal *terminal, struct stream *out);
void compliance_json(const struct check *check, const struct compliance_standard *standard,
                     struct stream *out);
