/* SPDX-License-Identifier: Apache-2.0 */
/* database_rpm - rpm's database written anew with the packages that stay. Inside this room.
 *
 * The headers are read by the cataloger's own readers (catalog/rpm.h, fmt/sqlfile.h), so what is
 * judged is what was seen, and no library ever opens the hostile file. Headers stay octet for
 * octet, in their order. A header that cannot be read is an error: nobody could tell whether its
 * files are there.
 * Limits: LIMIT_PACKAGES, LIMIT_RPM_STAYING. Threading: pure functions. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fmt/seek.h"
#include "harden/database.h"

struct database_rpm {
	const struct seek_file *file;
	/* stays(ctx, p): name, version and architecture are set. */
	bool (*stays)(void *ctx, const struct database_package *p);
	void *ctx;
	uint64_t headers; /* that were judged */
	uint64_t left;    /* octets of those that stay which may still come: LIMIT_RPM_STAYING */
};

/* database_rpm_judge(r, header, out, e): whether this package stays. database_rpm_charge(r, n, e):
 * n more octets stay. ERR_FORMAT, ERR_LIMIT. */
int database_rpm_judge(struct database_rpm *r, bytes header, bool *out, err *e);
int database_rpm_charge(struct database_rpm *r, uint64_t n, err *e);

/* The whole file, added to out. ERR_FORMAT, ERR_LIMIT.
 * database_rpm_sqlite: keeps the numbers of the packages and every table and index that rpm made; a
 * write-ahead log is not for it (select_rpm_is_pending).
 * database_rpm_ndb, database_rpm_bdb: number the packages anew; rpm makes the other files, which
 * are indexes, itself. */
int database_rpm_sqlite(struct database_rpm *r, struct arena *a, buf *out, err *e);
int database_rpm_ndb(struct database_rpm *r, struct arena *a, buf *out, err *e);
int database_rpm_bdb(struct database_rpm *r, struct arena *a, buf *out, err *e);
