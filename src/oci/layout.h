/* SPDX-License-Identifier: Apache-2.0 */
/* layout - an OCI layout that is written (image-spec 1.1, image-layout.md); local.h reads one.
 *
 * A blob is at its place under blobs/ only when it is complete and has its digest; index.json comes
 * last, replaced at once, with every other entry and member kept as it was, octet for octet. What
 * an interrupted run leaves of a blob of known digest lies in .oakum-partial/ and is gone on with
 * by the next run. Two processes that write one blob wait for each other (a lock). A blob that is
 * already there with its size counts, since none is put there before it fits; with `verify` only
 * when its octets fit. Nothing is ever deleted but temporary files.
 * The folder is the user's own, but may have come from elsewhere: links in it are not followed, and
 * its index.json is parsed by the caller's sealed worker (layout_index_*).
 * Threading: different blobs may be written by different threads; all else belongs to one. */
#pragma once

#include "base/buf.h"
#include "oci/document.h"

struct layout {
	int root, partial, held;
	bool verify; /* read blobs that are there; set by the caller once it is open */
};
#define LAYOUT_CLOSED { .root = -1, .partial = -1, .held = -1 }

/* layout_open(path, out, e): make the folder when it is not there. ERR_USAGE when it holds
 * something else; ERR_IO. layout_close: the folder of partial blobs goes when it is empty. */
int layout_open(const char *path, struct layout *out, err *e);
void layout_close(struct layout *l);

/* layout_has(l, d, out, e): whether blob d is there: by name and size, with verify by octets. */
int layout_has(const struct layout *l, const struct descriptor *d, bool *out, err *e);

/* One blob on its way in. layout_blob_begin(l, want, out, e): want NULL for a blob whose digest
 * will be known at its end (sha256). out->at: so many octets are there from an interrupted run and
 * are hashed already: write what follows them. out->there: another process has just put the whole
 * blob there; nothing is to be written. Borrows l and want; *out must not be moved.
 * layout_blob_write: ERR_IO; ERR_FORMAT when it grows beyond its size.
 * layout_blob_restart: begin anew, from octet 0.
 * layout_blob_commit(b, out, e): check, sync, put in place; out (may be NULL) gets digest and size.
 * ERR_FORMAT when it does not fit; nothing of it is kept then. Ends the blob in any case.
 * layout_blob_abandon: end it; what came of a blob of known digest is kept for the next run. */
struct layout_blob {
	const struct layout *layout;
	const struct descriptor *want;
	struct hasher *hasher;
	int fd, folder;
	uint64_t at;
	bool there;
	char name[160]; /* in the folder of partial blobs; empty: has no name */
};
int layout_blob_begin(const struct layout *l, const struct descriptor *want,
                      struct layout_blob *out, err *e);
int layout_blob_write(struct layout_blob *b, bytes part, err *e);
int layout_blob_restart(struct layout_blob *b, err *e);
int layout_blob_commit(struct layout_blob *b, struct descriptor *out, err *e);
void layout_blob_abandon(struct layout_blob *b);
/* layout_put(l, d, content, e): a blob that is in memory. */
int layout_put(const struct layout *l, const struct descriptor *d, bytes content, err *e);

/* layout_lock(fd): wait until nobody else has the file; -1 with errno. For this room. */
int layout_lock(int fd);

/* -- index.json -------------------------------------------------------------------------------- */
/* Where in the text of an index.json its entries stand. */
struct layout_span {
	size_t from, n;
	digest digest;
	bytes tag; /* org.opencontainers.image.ref.name; empty: none */
};
struct layout_index {
	size_t from, n; /* of the array "manifests" */
	struct layout_span *items;
	size_t len, cap;
};
/* layout_index_parse runs in the worker; pack and unpack carry its answer, unpack checks every span
 * against the text's length. ERR_FORMAT, ERR_LIMIT; ERR_BUG. */
int layout_index_parse(bytes text, struct arena *a, struct layout_index *out, err *e);
void layout_index_pack(const struct layout_index *v, buf *out);
int layout_index_unpack(bytes in, size_t text_n, struct arena *a, struct layout_index *out, err *e);

/* What layout_commit adds: d with its platform, artifact_type, ref_name and annotations, where they
 * are said. */
struct layout_entries {
	struct descriptor *items;
	size_t len, cap;
};
/* layout_commit(l, entries, parse, ctx, e): write index.json. An entry with a tag takes the place
 * of the one that bore it; one without of an equal one. parse(ctx, text, a, out, e) asks the worker
 * about the index.json that is there. ERR_IO, ERR_FORMAT (what is there makes no sense), ERR_LIMIT.
 */
int layout_commit(const struct layout *l, const struct layout_entries *entries,
                  int (*parse)(void *ctx, bytes text, struct arena *a, struct layout_index *out,
                               err *e),
                  void *ctx, err *e);
/* layout_index_merge(old, index, entries, out, e): the text `old`, whose entries stand where
 * `index` says, with these among them, as above; other entries, and what lies outside of the array,
 * octet for octet. layout_index_text: a whole index of these entries. Appended to out; ERR_LIMIT
 * beyond its maximum. */
int layout_index_merge(bytes old, const struct layout_index *index,
                       const struct layout_entries *entries, buf *out, err *e);
int layout_index_text(const struct layout_entries *entries, buf *out, err *e);
/* layout_entry_text(d, out, e): one descriptor as it stands in such a list, on one line. Appended.
 * ERR_LIMIT. */
int layout_entry_text(const struct descriptor *d, buf *out, err *e);
