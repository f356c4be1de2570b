/* SPDX-License-Identifier: Apache-2.0 */
/* scan_fix - `oakum scan --fix`: the flags, the files that are written, what is said of them.
 *
 * Threading: belongs to one thread. */
#pragma once

#include "cmd/applet.h"
#include "flow/scan.h"

struct fixing_flags {
	const char *fix; /* "write", "diff"; NULL: not asked for */
	struct texts project;
};

extern const struct flag_group fixing_flag_group;

/* fixing_run(job, flags, dockerfile, page, db, out, e): mend the sources of what was scanned (those
 * that flags name and the Dockerfile, when it is not NULL; else the folder itself), or write the
 * patch to out. Errors of update_make, ERR_USAGE (no sources are known), ERR_IO. */
int fixing_run(struct job *job, const struct fixing_flags *flags, const char *dockerfile,
               const struct scan_page *page, struct database *db, struct stream *out, err *e);
