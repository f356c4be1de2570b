/* SPDX-License-Identifier: Apache-2.0 */
/* update - `oakum scan --fix`: which versions mend what a scan found, put into sources.
 *
 * The nearest version that mends all findings of a package replaces the one in projects and central
 * lists; base images of .NET and the SDK of a global.json are looked up in the database by the
 * version that their tag names. Files are parsed in a sealed worker (flow/check.h); nothing is
 * written here. Lock files are left to the restore that makes them, and what only other packages
 * ask for has no line to change. Threading: as check_run. */
#pragma once

#include "flow/check.h"
#include "flow/scan.h"

struct update_row { /* a line that is changed */
	const char *file, *name, *from, *to;
	uint32_t line;
};

struct update {
	struct check files; /* after: the new texts */
	struct {
		struct update_row *items;
		size_t len, cap;
	} rows;
	/* of the scan's findings, once everything is restored and built again: those that should be
	 * gone; and why others stay */
	uint64_t gone, unfixed, of_system, of_others;
};

/* update_make(paths, len, page, db, a, out, e): paths are files and folders of sources. Arena.
 * Errors of check_gather, check_run and the database. */
int update_make(const char *const *paths, size_t len, const struct scan_page *page,
                struct database *db, struct arena *a, struct update *out, err *e);
