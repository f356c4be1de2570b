/* SPDX-License-Identifier: Apache-2.0 */
/* diff - in what two images or bills of materials differ.
 *
 * A package is its type and its name; the versions that only one side has are paired, oldest with
 * oldest, and what is left over was added or removed. Where a file lies and of which layer makes no
 * difference, so that an image and its bill differ in nothing. Settings, layers, sizes and what an
 * attacker would find are compared when both are images.
 * Threading: as image_read and prove_image (one thread, no other running). */
#pragma once

#include "flow/bill.h"
#include "report/diff_page.h"

struct diff_options {
	struct bill_options bill; /* its image's network may be set for both */
	bool skip_secrets;        /* do not search contents */
	struct database *db;      /* of vulnerabilities; may be NULL */
	/* start each hardened and attack it (flow/prove.h); environment: of this process */
	bool prove;
	char *const *environment;
};

/* diff_make(before, after, options, a, out, e): arena. Errors of survey, convert_file,
 * the database and prove_image, with the target's name. */
int diff_make(const struct target *before, const struct target *after,
              const struct diff_options *options, struct arena *a, struct diff_page *out, err *e);
