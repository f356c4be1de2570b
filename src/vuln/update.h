/* SPDX-License-Identifier: Apache-2.0 */
/* update - what is published elsewhere, brought here: documents of feeds, and whole databases.
 *
 * Documents are kept in a folder with what their server said of them (NAME.meta), so that the next
 * update asks only for what is new; one that broke off is NAME.part and goes on. A database is made
 * of the blocks that are here and the few that are not (store/sorted.h); what was interrupted is
 * used by the next try. Nothing is parsed here but a digest's text.
 * Sources: RFC 9110; OCI image-spec 1.1 (artifacts: manifest.md, "Guidelines for Artifact Usage").
 * Threading: as oci/registry.h. */
#pragma once

#include "oci/registry_file.h"
#include "vuln/database.h"
#include "vuln/source.h"

/* -- documents --------------------------------------------------------------------------------- */
struct update_feed {
	const char *path; /* of the document */
	int64_t modified; /* as the server says, else when it came; 0: nobody knows */
	bool unchanged;   /* what was here is what is there */
	uint64_t octets;  /* that came */
};

/* update_feed(r, doc, folder, a, out, e): have the document in the folder (which exists). ERR_USAGE
 * for its address; ERR_NET, ERR_ABSENT, ERR_LIMIT (LIMIT_FEED), ERR_FORMAT (a page came, or
 * nothing), ERR_IO: an earlier one stays. update_feed_kept(doc, folder, a, out): true when there is
 * an earlier one. update_feed_forget(doc, folder, a): it turned out to be none; the next update
 * fetches it anew. Arena. */
struct update_moved {
	void (*moved)(void *ctx, uint64_t done, uint64_t total); /* NULL: nobody looks */
	void *ctx;
};
int update_feed(struct registry *r, const struct source_document *doc, const char *folder,
                const struct update_moved *moved, struct arena *a, struct update_feed *out, err *e);
bool update_feed_kept(const struct source_document *doc, const char *folder, struct arena *a,
                      struct update_feed *out);
void update_feed_forget(const struct source_document *doc, const char *folder, struct arena *a);

/* -- databases --------------------------------------------------------------------------------- */

/* The artifact: its manifest says so in artifactType, its config is the empty one, and its only
 * layer is the database's file as it is. */
#define UPDATE_ARTIFACT "application/vnd.oakum.vulnerabilities.v1"
#define UPDATE_DATABASE "application/vnd.oakum.vulnerabilities.database.v2"

struct update_wish {
	struct file_place place; /* where it lies */
	digest digest;           /* of the whole file, which it must have */
	const char *old;         /* the path of the one in use: what they share is not fetched */
	const char *path;        /* where it comes to: kept when interrupted, for the next try */
	struct update_moved moved;
};

struct update_base {
	bool unchanged;           /* the old one is what is there */
	uint64_t octets, fetched; /* of the file; that came */
};

/* update_base(r, wish, out, e): ERR_FORMAT (it is not what it should be: path is gone), ERR_USAGE
 * (an address), ERR_NET, ERR_ABSENT, ERR_LIMIT, ERR_IO. */
int update_base(struct registry *r, const struct update_wish *wish, struct update_base *out,
                err *e);

/* update_digest(fd, algorithm, out, e): of the whole file. ERR_IO. */
int update_digest(int fd, enum digest_algorithm algorithm, digest *out, err *e);
