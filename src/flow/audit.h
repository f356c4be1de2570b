/* SPDX-License-Identifier: Apache-2.0 */
/* audit - one look at one image: read it, gather facts, judge them, make the page.
 *
 * This room joins several judgements on one read; the page it fills is shown by report/.
 * Threading: as image_read (one thread, no other running). */
#pragma once

#include "flow/scan.h"
#include "flow/stages.h"
#include "report/audit_page.h"

struct audit_options {
	struct image_options image; /* inspectors are set by audit_run */
	int64_t now;                /* the day the audit is made for, seconds */
	bool skip_secrets;          /* do not search contents */
	struct database *db;        /* of vulnerabilities; may be NULL */
	bool no_texts;              /* nobody shows titles and descriptions of them */
	const struct stages_options *stages; /* NULL: nobody asks which of them hold */
};

struct audit {
	struct image image;
	struct facts facts;
	struct coverage coverage;
	struct secrets_page secrets;
	struct closure closure; /* when there is a database */
	struct scan scan;
	struct audit_page page; /* borrows from the six above: do not move */
};

/* audit_run(target, options, out, e): everything. Errors of image_read, catalog_collect and the
 * database. On failure *out needs no audit_done. */
int audit_run(const struct target *target, const struct audit_options *options, struct audit *out,
              err *e);
void audit_done(struct audit *a);

/* audit_judge(image, facts, coverage, secrets, now, out): the page of facts that are there already;
 * secrets may be NULL. Borrows all four; page_done frees what it made. */
void audit_judge(const struct image *image, const struct facts *facts,
                 const struct coverage *coverage, const struct secrets_page *secrets, int64_t now,
                 struct audit_page *out);
void page_done(struct audit_page *page);
