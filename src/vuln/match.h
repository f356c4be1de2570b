/* SPDX-License-Identifier: Apache-2.0 */
/* match - which vulnerabilities a package has, and why.
 *
 * A package is looked up where advisories about it are kept (space.h); those of one vulnerability
 * are taken together whatever their sources, so that it is reported once; a distribution that says
 * "not affected" is believed, and what Microsoft limits to Windows or macOS is none for Linux.
 * A version or a range that cannot be read is never "not affected": it is undecided, counted and
 * named. Nothing is filtered here: severities, ignore files and VEX are the gate's.
 * Threading: as the database's. */
#pragma once

#include "base/map.h"
#include "vuln/database.h"
#include "vuln/space.h"

struct match {
	const struct package *package;
	bytes id;
	const struct space *space;       /* where it was found */
	const struct advisory *advisory; /* of the source that counts */
	bytes installed;                 /* the version that was compared */
	bytes fixed; /* "1.2.3" or "1.2.3, 2.0.1"; empty: no fix is known */
	enum advisory_status status;
};

struct match_doubt {
	const struct package *package;
	bytes id;         /* of the vulnerability; empty: every advisory of the package */
	const char *what; /* what could not be read. Static */
};

struct matches {
	struct { struct match *items; size_t len, cap; } found;
	struct { struct match_doubt *items; size_t len, cap; } doubts;
	uint64_t looked_at;  /* packages whose version can be read, and of whose system there is data */
	uint64_t without;    /* packages nobody publishes for, or that the database does not cover */
	struct word_list uncovered; /* where some of those would stand, each once: "debian 12"; a system
	                             * that nobody publishes for, as it calls itself: "kali 2026.3" */
	uint64_t elsewhere;  /* vulnerabilities of other platforms that were left out */
	struct map asked;    /* of match_package: what was asked, and where the answer stands */
};

/* match_package(db, p, a, out, e): append what p has; sorted by id within it. Borrows p. Arena.
 * ERR_FORMAT, ERR_IO of the database. */
int match_package(struct database *db, const struct package *p, struct arena *a,
                  struct matches *out, err *e);
