/* SPDX-License-Identifier: Apache-2.0 */
/* database - everything known about vulnerable packages, in one immutable file (store/sorted.h).
 *
 * Built from feeds, byte for byte the same from the same input; read by any number of processes at
 * once; a lookup reads some blocks and checks each. Keys: "m/SPACE/PACKAGE" to its advisories,
 * sorted by id and source; "v/ID" to the vulnerability, "p/ID" to what EPSS says
 * of it, "a/ALIAS" to ids, "e/PRODUCT/RELEASE" to an end of life, "i/" to what the file was made
 * from. What comes out is hostile like any input.
 * Threading: one thread a database; many may open one file. */
#pragma once

#include "crypto/digest.h"
#include "vuln/advisory.h"

/* What one feed gave. */
struct database_feed {
	enum feed_kind kind;
	bytes name;    /* of the file or folder, without those above */
	digest digest; /* over all documents, in order of their names */
	bytes newest;  /* the latest date it or any record bears, YYYY-MM-DD; empty: none */
	uint64_t documents, advisories, vulnerabilities, faults,
		passed_over; /* files that are no feed */
};

struct database_info {
	int64_t built; /* seconds; the newest date of the feeds; 0: none bears any */
	struct {
		struct database_feed *items;
		size_t len, cap;
	} feeds;
	struct word_list spaces; /* that have advisories, sorted */
	bool restricted;         /* made from a feed whose licence forbids passing it on */
};

struct database;

/* database_open(path, out, e): ERR_ABSENT, ERR_IO, ERR_FORMAT. Reads the header and what the file
 * was made from, nothing else. database_close(NULL) does nothing. */
int database_open(const char *path, struct database **out, err *e);
void database_close(struct database *db);
/* database_back(db, other): what db knows nothing of is looked up in other: advisories of spaces
 * that it does not cover, and vulnerabilities. db takes other; what it was made from stays its
 * own. */
void database_back(struct database *db, struct database *other);
const struct database_info *database_info(const struct database *db);
digest database_digest(const struct database *db);

/* database_advisories(db, space, package, out, e): all of them, as octets for advisory_unpack
 * (record.h), valid until the next call; none is empty. A package may have thousands, of which few
 * concern a version: whoever reads them keeps those.
 * database_vulnerabilities(db, ids, n, texts, a, out, e): what is known of each of n ids, best in
 * ascending order, for each part of the file is then gone through once; NULL where that is nothing.
 * With titles, descriptions, weaknesses and references, which few reports show, where `texts`.
 * database_end_of_life: 1, 0 when there is none, -1.
 * database_covers(db, space): is there any advisory of this space? Arena: strings are copied.
 * ERR_FORMAT, ERR_IO. */
int database_advisories(struct database *db, bytes space, bytes package, bytes *out, err *e);
int database_vulnerabilities(struct database *db, const bytes *ids, size_t n, bool texts,
                             struct arena *a, struct vulnerability **out, err *e);
int database_end_of_life(struct database *db, bytes product, bytes release, struct arena *a,
                         struct end_of_life *out, err *e);
bool database_covers(const struct database *db, bytes space);

/* -- building ---------------------------------------------------------------------------------- */
struct database_builder;

/* builder_new: nothing in it. builder_sink(b): where feed readers put what they read; counts go to
 * the feed that was begun or resumed last. builder_feed(b, kind, name): begin one; its digest and
 * its counts of files are the caller's to fill in; builder_text(b, text): a copy that lives as long
 * as b, for them. builder_write(b, path, built, e): sort, join and
 * write; ERR_IO, ERR_LIMIT. builder_free(NULL) does nothing. */
struct database_builder *builder_new(void);
struct feed_sink builder_sink(struct database_builder *b);
struct database_feed *builder_feed(struct database_builder *b, enum feed_kind kind, bytes name);
bytes builder_text(struct database_builder *b, bytes text);
void builder_resume(struct database_builder *b, struct database_feed *feed);
int builder_write(struct database_builder *b, const char *path, int64_t built, err *e);
void builder_free(struct database_builder *b);
