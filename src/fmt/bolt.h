/* SPDX-License-Identifier: Apache-2.0 */
/* bolt - the buckets of a bbolt database file (go.etcd.io/bbolt, format version 2), read only.
 *
 * A file of pages in the order of octets of little-endian machines. Page: u64 number, u16 kind, u16
 * count, u32 pages that follow it as its own. Pages 0 and 1 are meta pages, of which the one with
 * the higher transaction and a right checksum (FNV-1a) names the root bucket. A bucket is a tree of
 * branch pages (elements u32 position, u32 length of the key, u64 page) and leaf pages (u32 flags,
 * u32 position, u32 lengths of key and value); positions count from the element. A leaf's value
 * may be a bucket: u64 root page, u64 sequence, and, where the root is 0, its only page behind that
 * ("inline").
 * Read are pages that the tree reaches, each at most once; nothing is executed or locked.
 * Limits: LIMIT_BOLT_DEPTH, LIMIT_BOLT_PAGE; as many octets of keys and values as the file could
 * hold if none overlapped. O(file). Threading: one thread a walk. */
#pragma once

#include "base/err.h"
#include "fmt/seek.h"

/* What is found, in the order of keys. Slices are valid during the call; -1 stops the walk.
 * enter: a bucket begins; *want is true: unless it is set to false, what is in it follows, and then
 * leave. */
struct bolt_events {
	int (*enter)(void *ctx, bytes name, bool *want, err *e);
	int (*leave)(void *ctx, err *e);
	int (*pair)(void *ctx, bytes key, bytes value, err *e);
};

/* bolt_is(head): the beginning of a file, of at least 24 octets, that claims to be one. */
bool bolt_is(bytes head);

/* bolt_walk(file, events, ctx, e): all buckets and pairs. ERR_FORMAT, ERR_LIMIT. */
int bolt_walk(const struct seek_file *file, const struct bolt_events *events, void *ctx, err *e);
