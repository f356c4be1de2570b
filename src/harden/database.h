/* SPDX-License-Identifier: Apache-2.0 */
/* database - a package database without the packages that are gone.
 *
 * Of dpkg's status (deb822(5)) and of apk's installed database whole paragraphs stay or go, octet
 * for octet; one whose package left nothing but files in etc says so as dpkg does: "deinstall ok
 * config-files". A paragraph that nobody knows tells of nothing that is installed: it goes.
 * Hostile octets: runs in a sealed worker. Threading: pure functions. */
#pragma once

#include "base/buf.h"
#include "catalog/facts.h"
#include "harden/select.h"

/* What the worker is asked: which database, what becomes of each package, the file. */
struct database_package {
	bytes name, version, architecture;
	enum select_fate fate;
};
struct database {
	bool is_apk;
	struct {
		struct database_package *items;
		size_t len, cap;
	} packages; /* those that are not gone */
	bytes text;
};

/* database_filter(d, a, out, e): adds what is left of the text to out. ERR_FORMAT: a paragraph that
 * cannot be read; ERR_LIMIT beyond out's maximum. */
int database_filter(const struct database *d, struct arena *a, buf *out, err *e);

/* To the worker. unpack: false when malformed. Borrows. */
void database_pack(const struct database *d, buf *out);
bool database_unpack(bytes in, struct arena *a, struct database *out);
