/* SPDX-License-Identifier: Apache-2.0 */
/* bill_check - does a bill, or the bill of an image, say what it must (sbom/check.h)?
 *
 * Threading: as image_read (one thread, no other running). */
#pragma once

#include "flow/bill.h"
#include "report/terminal.h"

struct bill_check_options {
	struct bill_options bill;
	const struct terminal *terminal;
	const bool *as_json; /* one for each of outs */
	struct stream *const *outs;
	size_t len;
};

/* bill_check(target, options, out_complete, e): write a report to each of outs. Errors of
 * bill_make, for sbom:FILE of convert_file. */
int bill_check(const struct target *target, const struct bill_check_options *options,
               bool *out_complete, err *e);
