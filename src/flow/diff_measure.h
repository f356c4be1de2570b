/* SPDX-License-Identifier: Apache-2.0 */
/* diff_measure - what one image weighs, and what an attacker would find in it, in a few numbers:
 * one column of the table of diff. Private to flow/diff. Threading: as audit_judge. */
#pragma once

#include "flow/bill.h"
#include "flow/diff.h"

/* diff_measure(bill, options, after, a, out, e): fills the column `after` or before of
 * out->measures, whose rows are made by whoever comes first; out's packages are counted already.
 * Arena. Errors of secrets_collect, of the database and of prove_image. */
int diff_measure(const struct bill *bill, const struct diff_options *options, bool after,
                 struct arena *a, struct diff_page *out, err *e);
