/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch - from the entries of one layer to evidence: the heart of a worker.
 *
 * Receives tar events, cleans names, keeps of each body what the inspectors want (once, however
 * many want it), learns what kind of file it is from its first octets, runs the inspectors at the
 * entry's end and writes evidence records. On a second read it is given aliases instead: it looks
 * only at the entries an alias names and lets the inspectors see them under the alias's name (a
 * wanted name that is a link to an entry nobody kept).
 * Runs inside the sealed worker; belongs to its one thread. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "fmt/tar.h"
#include "image/evidence.h"
#include "image/inspector.h"

struct alias {
	uint32_t entry; /* which entry of this layer, from 0 */
	bytes as;       /* the name the inspectors shall see */
};

/* Sorted by entry, each entry once. */
struct aliases {
	struct alias *items;
	size_t len, cap;
};

struct dispatch_options {
	const struct inspector *const *inspectors;
	const struct aliases *aliases; /* NULL: a first read, all entries count */
	int spool_fd;                  /* writable, empty, ours alone */
	/* flush(ctx, records): whole records; called when enough have come together and at the end. */
	void (*flush)(void *ctx, bytes records);
	void *ctx;
};

struct dispatch;

/* dispatch_new(a, options): arena, lives for one layer. */
struct dispatch *dispatch_new(struct arena *a, const struct dispatch_options *options);
void dispatch_done(struct dispatch *d);
extern const struct tar_events dispatch_events; /* ctx: the struct dispatch */
/* dispatch_finish(d, expanded, trailing): the layer ended well, after so many octets of tar, of
 * which so many stand behind the archive's end (a gap: not every runtime stops there). Flushes. */
void dispatch_finish(struct dispatch *d, uint64_t expanded, uint64_t trailing);
