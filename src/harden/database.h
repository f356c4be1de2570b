/* SPDX-License-Identifier: Apache-2.0 */
/* database - a package database without the packages that are gone.
 *
 * Of dpkg's status (deb822(5)) and of apk's installed database whole paragraphs stay or go, octet
 * for octet; one whose package left nothing but files in etc says so as dpkg does: "deinstall ok
 * config-files". A paragraph that nobody knows tells of nothing that is installed: it goes. Of
 * rpm's database (SQLite, ndb, Berkeley DB) the headers stay or go, and the file is written anew
 * around them; it knows no state between, so a package that left settings alone stays, as with apk.
 * Hostile octets: runs in a sealed worker. Threading: pure functions. */
#pragma once

#include "base/buf.h"
#include "catalog/facts.h"
#include "fmt/seek.h"
#include "harden/select.h"

/* What the worker is asked: which database, what becomes of each package, the file. */
struct database_package {
	bytes name, version, architecture;
	enum select_fate fate;
};
enum database_form {
	DATABASE_DPKG,
	DATABASE_APK,
	DATABASE_RPM_SQLITE,
	DATABASE_RPM_NDB,
	DATABASE_RPM_BDB,
};
struct database {
	enum database_form form;
	struct {
		struct database_package *items;
		size_t len, cap;
	} packages; /* those that are not gone */
	bytes text;                   /* of dpkg, apk */
	const struct seek_file *file; /* of rpm; not part of what is packed: the worker has it */
};

/* database_filter(d, a, out, e): adds what is left of it to out, which is empty and, for rpm's,
 * takes LIMIT_RPM_DATABASE. ERR_FORMAT: a paragraph or a header that cannot be read; ERR_LIMIT
 * beyond out's maximum, and database_rpm.h's. */
int database_filter(const struct database *d, struct arena *a, buf *out, err *e);

/* To the worker. unpack: false when malformed. Borrows. */
void database_pack(const struct database *d, buf *out);
bool database_unpack(bytes in, struct arena *a, struct database *out);
