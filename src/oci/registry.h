/* SPDX-License-Identifier: Apache-2.0 */
/* registry - a client of image registries that trusts none of them.
 *
 * Sources: OCI distribution-spec 1.1 (pull, push, referrers, the fallback tag), Docker registry API
 * v2 and its token authentication (distribution docs/spec/auth), RFC 6749 section 6 (refresh).
 * Every answer is written by an enemy: statuses, sizes, digests, locations, realms. What is asked
 * by digest is given only when it has that digest (manifests; blobs are checked by who streams
 * them: registry_blob_read hashes and fails at the end). Manifests, indexes and lists of referrers
 * are parsed by the caller's sealed worker; here, by the strict reader and within their limits,
 * only what is small or flat: tokens (LIMIT_TOKEN), the pages of errors (16 KiB), lists of tags
 * (LIMIT_LIST_PAGE).
 *
 * Secrets go only to the host they belong to: never along a redirect to another origin, never to an
 * upload location elsewhere, never to a token realm that is neither the registry itself nor a
 * host that is plainly its own (same registrable suffix) or known (auth.docker.io); such a
 * realm is https (http on loopback only) and no private address unless the registry is one.
 * Plain HTTP only on loopback or with plain_http.
 * 408, 429, 5xx and broken connections are tried again with Retry-After, jitter and a bound
 * (net/patience); a manifest is never PUT twice blindly.
 * A broken download goes on where it stopped (Range, If-Range). Nothing is ever deleted.
 * Threading: functions may be called from several threads; a blob belongs to one. */
#pragma once

#include "net/credentials.h"
#include "net/http.h"
#include "oci/document.h"
#include "oci/hoard.h"
#include "oci/reference.h"

struct layout_index;
struct registry;

struct registry_options {
	struct http_options http;
	struct credential_options credentials;
	bool plain_http;            /* also beyond loopback */
	const char *const *mirrors; /* "docker.io=mirror.example/hub", NULL-terminated; asked first,
	                                 * for reading only, and only believed by digest; NULL */
	uint64_t chunk;             /* blobs are sent in pieces of this size; 0: all at once, and
	                                 * in pieces of 16 MiB only after a break or a 413 */
	/* note(ctx, text): that something is tried again, which mirror answered; may be NULL. */
	void (*note)(void *ctx, const char *text);
	void *note_ctx;
	/* parse_index(ctx, text, a, out, e): in a sealed worker. For referrers. parse_layout: where the
	 * entries of an index stand, for a fallback tag that is brought up to date. */
	int (*parse_index)(void *ctx, bytes text, struct arena *a, struct oci_index *out, err *e);
	int (*parse_layout)(void *ctx, bytes text, struct arena *a, struct layout_index *out, err *e);
	void *parse_ctx;
	/* What is read by digest is taken from here, else fetched and put here; NULL: always fetched.
	 * Borrows. */
	struct hoard *hoard;
};

/* registry_open: no connection yet, no thread, no secret read. */
int registry_open(const struct registry_options *options, struct registry **out, err *e);
void registry_close(struct registry *r);

/* registry_check(r, host, e): are we let in? GET /v2/ with all that authentication needs, for
 * `login`: "ghcr.io". ERR_NET with what it answered: refused, no registry at all, cannot be
 * reached. An open registry lets everybody in. */
int registry_check(struct registry *r, const char *host, err *e);

/* -- reading ----------------------------------------------------------------------------------- */
struct registry_document {
	bytes content,
		media_type; /* media_type: of Content-Type, and the document's own must be equal */
	digest digest;  /* of the content, by our own hashing */
};

/* registry_head(r, ref, out, e): what a tag means, without the document (Docker Hub counts GETs
 * only): digest, size and media type as the registry says. ERR_ABSENT, ERR_NET; a registry that
 * gives no digest answers with digest none.
 * registry_manifest(r, ref, a, out, e): the manifest or index itself, at most LIMIT_MANIFEST. By
 * digest it must fit; by tag a Docker-Content-Digest that differs is ERR_FORMAT. Arena. */
int registry_head(struct registry *r, const struct reference *ref, struct descriptor *out, err *e);
int registry_manifest(struct registry *r, const struct reference *ref, struct arena *a,
                      struct registry_document *out, err *e);
/* registry_manifest_within: the same, of at most max octets. registry_requests(r): how many were
 * sent until now, of all kinds. */
int registry_manifest_within(struct registry *r, const struct reference *ref, size_t max,
                             struct arena *a, struct registry_document *out, err *e);
size_t registry_requests(struct registry *r);

/* registry_blob_open(r, ref, d, from, out, e): begin to stream the blob d of ref's repository at
 * octet `from`. ERR_ABSENT. registry_blob_read: up to cap octets, 0 at the end, -1; goes on by
 * itself after a broken connection. More or fewer octets than d->size are ERR_FORMAT; so is, at the
 * end of a blob read from its beginning, another digest. registry_blob: whole and checked, at most
 * max octets, arena. foreign layers (d->foreign) are fetched from the registry alone, never from
 * their urls. */
struct registry_blob;
int registry_blob_open(struct registry *r, const struct reference *ref, const struct descriptor *d,
                       uint64_t from, struct registry_blob **out, err *e);
int64_t registry_blob_read(struct registry_blob *b, uint8_t *into, size_t cap, err *e);
void registry_blob_close(struct registry_blob *b);
int registry_blob(struct registry *r, const struct reference *ref, const struct descriptor *d,
                  uint64_t max, struct arena *a, bytes *out, err *e);

/* registry_tags(r, ref, a, out, e): all tags, over pages of the same origin; at most LIMIT_TAGS.
 * registry_referrers(r, ref, subject, artifact_type, a, out, e): who refers to it: the API, on 404
 * the fallback tag sha256-HEX; filtered by type again ("": all). At most LIMIT_REFERRERS in
 * LIMIT_REFERRER_PAGES. No referrer is an empty list; any failure is a failure, never
 * "unsigned". */
int registry_tags(struct registry *r, const struct reference *ref, struct arena *a,
                  struct strings *out, err *e);
int registry_referrers(struct registry *r, const struct reference *ref, const digest *subject,
                       bytes artifact_type, struct arena *a, struct descriptors *out, err *e);
/* Its two halves, for who asks both at once: registry_referrers_by_api: 1, or 0 when the registry
 * does not have it; where it does, the fallback tag says nothing. registry_referrers_by_tag: no
 * such tag is an empty list. */
int registry_referrers_by_api(struct registry *r, const struct reference *ref,
                              const digest *subject, bytes artifact_type, struct arena *a,
                              struct descriptors *out, err *e);
int registry_referrers_by_tag(struct registry *r, const struct reference *ref,
                              const digest *subject, bytes artifact_type, struct arena *a,
                              struct descriptors *out, err *e);

/* -- writing ----------------------------------------------------------------------------------- */
/* Where a blob's octets come from. read as in http_body; restart(ctx, from, e): go on
 * at octet `from`. */
struct registry_source {
	int64_t (*read)(void *ctx, uint8_t *into, size_t cap, err *e);
	int (*restart)(void *ctx, uint64_t from, err *e);
	void *ctx;
};

/* registry_blob_exists(r, ref, d, out, e): HEAD. registry_blob_push(r, ref, d, mount_from, source,
 * e): send it, unless the registry takes it from mount_from, another of its repositories (NULL:
 * none); the source is not read then. What arrived before a break is not sent again, as far as the
 * registry says; OCI-Chunk-Min-Length is heeded. */
int registry_blob_exists(struct registry *r, const struct reference *ref,
                         const struct descriptor *d, bool *out, err *e);
int registry_blob_push(struct registry *r, const struct reference *ref, const struct descriptor *d,
                       const char *mount_from, const struct registry_source *source, err *e);
/* registry_manifest_push(r, ref, document, subject, e): under ref's tag, or by digest when it has
 * none; what the registry then says its digest is must be ours. subject (may be NULL): what it
 * refers to; when the registry does not say OCI-Subject, the fallback tag's index is brought up to
 * date (If-Match where it gives an ETag; read again and tried again otherwise) with `entry`, our
 * own descriptor of it, with its annotations. */
int registry_manifest_push(struct registry *r, const struct reference *ref,
                           const struct registry_document *document, const digest *subject,
                           const struct descriptor *entry, err *e);

/* registry_manifest_update(r, ref, edit, e): what ref's tag names is read, made into what it shall
 * be, and pushed, If-Match where the registry gives an ETag; then read again, until nothing is to
 * be done: somebody else may have written meanwhile (LIMIT_HTTP_TRIES rounds, then ERR_NET).
 * Where nothing is there, If-None-Match says so. Of two writers at a registry that heeds neither,
 * the slower one may still win alone.
 * make(ctx, old, a, out, e): 1: it is as it shall be; 0: content and media type of *out; -1. old
 * has no content when the tag names nothing. It may push blobs. */
struct registry_edit {
	int (*make)(void *ctx, const struct registry_document *old, struct arena *a,
	            struct registry_document *out, err *e);
	void *ctx;
};
int registry_manifest_update(struct registry *r, const struct reference *ref,
                             const struct registry_edit *edit, err *e);
