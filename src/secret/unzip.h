/* SPDX-License-Identifier: Apache-2.0 */
/* unzip - the members of a ZIP archive while it streams by.
 *
 * PKWARE APPNOTE 6.3.10: local headers (4.3.7), data descriptors (4.3.9), the directory (4.3.12).
 * fmt/zip.h reads the directory of an archive that is there whole; this reads what comes, in order,
 * and keeps none of it. Octets that belong to no member and no directory (a script before the first
 * member, a comment) are handed on as that; the signatures of an Android package are passed over.
 * Where a member ends is told by its header, or by deflate and a descriptor that must fit. Members
 * that cannot be read are told; behind one whose end nobody knows the next header is searched. A
 * directory that lists others than were read (place, method, packed size) is told, too: programs
 * follow it. What a member says of its own length or checksum is not judged: all of it that is
 * there is handed on.
 * Threading: a struct unzip belongs to one thread. */
#pragma once

#include "base/arena.h"

/* What the reader tells. entry, then data in parts, then end, for each member, folders too; false
 * from the first two: nothing more is wanted of the archive. between: octets outside of members,
 * never while one is open. missed: something could not be read, and why (static). name is borrowed
 * for the call, untrusted. */
struct unzip_events {
	bool (*entry)(void *ctx, bytes name);
	bool (*data)(void *ctx, bytes part);
	void (*end)(void *ctx);
	void (*between)(void *ctx, bytes part);
	void (*missed)(void *ctx, const char *why);
};

struct unzip;

/* unzip_starts(head): a file that begins so is an archive: a member's header, or a script or a mark
 * before one. unzip_ends(tail, before): the last octets of a file, and how many stand before them,
 * hold the end of a directory that fits in it. */
bool unzip_starts(bytes head);
bool unzip_ends(bytes tail, uint64_t before);

/* unzip_new(a, events, ctx): 260 KiB of a. Arena. unzip_done: what is not in the arena. */
struct unzip *unzip_new(struct arena *a, const struct unzip_events *events, void *ctx);
void unzip_done(struct unzip *z);
/* unzip_feed(z, part): the next octets, any length. unzip_finish(z): there are no more. */
void unzip_feed(struct unzip *z, bytes part);
void unzip_finish(struct unzip *z);
