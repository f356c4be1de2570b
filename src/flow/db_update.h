/* SPDX-License-Identifier: Apache-2.0 */
/* db_update - the vulnerability database brought up to date, and passed on.
 *
 * From feeds, each at its address (vuln/update.h keeps what came), or from a database that somebody
 * else has made: an artifact of a registry, a file at an https address. The database in use is read
 * by others all the while; it is replaced by one that is whole, checked and no older. One update at
 * a time; it can be killed at any moment.
 * Threading: as db_build: workers are forked before the network is asked. */
#pragma once

#include "flow/db.h"
#include "flow/verify.h"
#include "vuln/update.h"

struct db_update_options {
	struct registry_options registry;
	struct db_place place;
	uint64_t timeout_ms;               /* 0: LIMIT_TIME_MS */
	struct source_documents documents; /* of feeds */
	const char *from;                  /* in place of them: "docker://NAME:TAG", "https://..." */
	const char *digest;                /* of the file at `from`; NULL: as the registry says, or as
	                                    * stands at ADDRESS.sha256 */
	struct verifier *verifier;         /* who must have signed what is at `from`: the artifact, or,
	                                    * in ADDRESS.sigstore.json, the file; NULL: nobody. Started
	                                    * before */
	/* note(ctx, about, text): something to know; fault: as db_build's; may be NULL. */
	void (*note)(void *ctx, const char *about, const char *text);
	void (*fault)(void *ctx, const char *document, const char *where, const char *what);
	void *ctx;
	struct update_moved moved;
};

struct db_update_result {
	bool unchanged;   /* nothing is newer than what is here */
	uint64_t fetched; /* octets that came */
	uint64_t octets;  /* of the database that was looked at; 0 from feeds */
	size_t failed;    /* documents that could not be fetched: their earlier ones were taken */
};

/* db_update(options, a, out, e): ERR_USAGE (an address), ERR_NET, ERR_ABSENT, ERR_IO, ERR_LIMIT,
 * ERR_FORMAT (damaged, older, no database, no feed), ERR_UNSIGNED, ERR_UNTRUSTED: the database in
 * use stays. Arena. */
int db_update(const struct db_update_options *options, struct arena *a,
              struct db_update_result *out, err *e);

/* db_push(path, ref, options, allow_licence, out, e): the database as an artifact under ref's tag;
 * out: its manifest's digest. ERR_FORMAT (damaged), ERR_USAGE (a licence forbids passing it on),
 * ERR_NET. */
int db_push(const char *path, const struct reference *ref, const struct registry_options *options,
            bool allow_licence, digest *out, err *e);

/* db_documents_folder(path, a): where the documents lie of which the database at path is made. */
const char *db_documents_folder(const char *path, struct arena *a);
