/* SPDX-License-Identifier: Apache-2.0 */
/* seal_judge - one image read once and judged by all: bill of materials, secrets, settings,
 * vulnerabilities; what a gate says of it, and what is attested of one that passes.
 *
 * Threading: as image_read. */
#pragma once

#include "flow/bill.h"
#include "flow/scan.h"
#include "report/audit_page.h"
#include "report/seal_page.h"

/* What is attested. */
enum seal_paper {
	SEAL_SPDX,
	SEAL_CYCLONEDX,
	SEAL_SCAN,
	SEAL_SECRETS,
	SEAL_SETTINGS,
	SEAL_PROVENANCE, /* made by seal_build.h */
};
#define SEAL_PAPERS 6

/* seal_paper_name(p): "sbom". seal_paper_type(p): its predicateType. Static. */
const char *seal_paper_name(enum seal_paper p);
const char *seal_paper_type(enum seal_paper p);

struct seal_papers {
	bytes items[SEAL_PAPERS]; /* predicates; empty: not wished for */
};

struct seal_wishes {
	struct image_options image; /* inspectors are set by seal_judge */
	struct scan_options scan;   /* its database, ignore file and VEX documents */
	struct gate_rule rule;    /* what an image must not have */
	bool papers[SEAL_PAPERS];
	int64_t now;
	const char *tool_version;
};

/* Everything that is known of one image. */
struct seal_judged {
	struct bill bill; /* holds image and facts */
	struct coverage coverage;
	struct secrets_page secrets;
	struct closure closure;
	struct scan scan;
	struct audit_page page; /* borrows from all of the above: do not move */
};

/* seal_judge(target, wishes, out, e): errors as audit_run. On failure *out needs no
 * seal_judged_done. */
int seal_judge(const struct target *target, const struct seal_wishes *wishes,
               struct seal_judged *out, err *e);
void seal_judged_done(struct seal_judged *j);

/* seal_pass(j, wishes, a, out): what the gate says; counts. Arena.
 * seal_write(j, kind, wishes, a, out, e): one of the papers, as of wishes->now; of provenance
 * nothing. Arena. ERR_LIMIT: larger than can be attested. */
void seal_pass(const struct seal_judged *j, const struct seal_wishes *wishes, struct arena *a,
               struct seal_image *out);
int seal_write(const struct seal_judged *j, enum seal_paper kind, const struct seal_wishes *wishes,
               struct arena *a, bytes *out, err *e);
