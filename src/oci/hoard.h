/* SPDX-License-Identifier: Apache-2.0 */
/* hoard - what registries gave by digest, kept while one command runs, so that it is asked for
 * once.
 *
 * Manifests and blobs lie in one file without a name: nobody else reads or changes it, and when the
 * process ends, however it does, it is gone. Only what came whole and has its digest is found. What
 * is read from here is hashed again by who reads it. Memory: a hundred octets an entry; the file is
 * as large as what was fetched. From which registry something came is forgotten: never ask here
 * whether a place *has* it.
 * Threading: may be used by several threads; one hold belongs to one of them. */
#pragma once

#include "oci/document.h"

struct hoard;

/* hoard_open(dir, largest, out, e): a file in dir; what is larger than `largest` octets is not
 * kept. ERR_IO. hoard_close: NULL is fine. */
int hoard_open(const char *dir, uint64_t largest, struct hoard **out, err *e);
void hoard_close(struct hoard *h);

/* One entry on its way in or out. */
struct hoard_hold {
	struct hoard *hoard; /* NULL: none */
	uint64_t from, size; /* its place in the file */
	digest digest;
	bytes media_type; /* of a manifest, as the registry told it; static for the hoard's life */
};

/* hoard_find(h, d, out): is it here? h NULL: no.
 * hoard_read(hold, at, into, cap, e): up to cap octets from octet `at`; 0 at the end. ERR_IO.
 * hoard_begin(h, d, size, out): a place for it; false when it is too large, or here.
 * hoard_write(hold, at, part): within the size. false: there is no room for it, and what it had is
 * given back; who needs it again fetches it again.
 * hoard_keep(hold, media_type): it is whole and has its digest. What is not kept is never found. */
bool hoard_find(struct hoard *h, const digest *d, struct hoard_hold *out);
int64_t hoard_read(const struct hoard_hold *hold, uint64_t at, uint8_t *into, size_t cap, err *e);
bool hoard_begin(struct hoard *h, const digest *d, uint64_t size, struct hoard_hold *out);
bool hoard_write(const struct hoard_hold *hold, uint64_t at, bytes part);
void hoard_keep(const struct hoard_hold *hold, bytes media_type);
