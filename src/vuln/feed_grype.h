/* SPDX-License-Identifier: Apache-2.0 */
/* feed_grype - what the records of Grype's database mean; for feed_grype*.c alone.
 *
 * feed_grype_db.c finds the rows of its tables; feed_grype.c makes ours of them. */
#pragma once

#include "base/map.h"
#include "fmt/sqlfile.h"
#include "vuln/feed_parts.h"

struct grype_system {
	bytes space; /* ours; empty: not known */
	bytes minor; /* RHEL: of an extended stream */
};

struct grype_package {
	bytes type, name;
};

struct grype_vulnerability {
	int64_t id;
	bytes name, published, modified, provider;
	bool rejected;
	struct json_doc blob; /* may be empty */
};

/* One package of one system (or ecosystem: NULL) that current has, or has not. */
struct grype_row {
	bool affected;
	const struct grype_system *system;
	const struct grype_package *package;
	struct json_doc blob;
};

struct grype_reader {
	struct feed_job job;
	struct arena kept;          /* small tables */
	struct arena about;         /* of the vulnerability in hand */
	struct arena value;         /* of one row */
	struct sqlfile rows, found; /* the one that is walked, the one that is searched */
	struct sqlfile_table blobs, handles;
	unsigned blob_value, handle[6]; /* columns */
	struct map systems, packages;   /* by id */
	struct grype_vulnerability current;
	/* Rows of current that were told: of RHEL's minor releases most say the same. */
	struct map told;
};

/* grype_system_of(name, major, minor, label, channel, a): where we keep its advisories. Arena. */
struct grype_system grype_system_of(bytes name, bytes major, bytes minor, bytes label,
                                    bytes channel, struct arena *a);

int grype_vulnerability(struct grype_reader *r, const struct grype_vulnerability *v);
int grype_package(struct grype_reader *r, const struct grype_row *row);
int grype_kev(struct grype_reader *r, bytes cve, json blob);
