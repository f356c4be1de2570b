/* SPDX-License-Identifier: Apache-2.0 */
/* parcel - the members of packages while they stream by: Debian's (ar(5), deb(5)), RPM's, and cpio,
 * which RPM's payload is.
 *
 * Each is members one behind the other, a header with a size before each: ar as deb(5) has it; of
 * cpio the forms newc, newc with checksums and odc (cpio(5)), up to TRAILER!!!; what follows that,
 * as in an initramfs, is a member "rest". An RPM (rpm 4, "Package format") has the members
 * "signature", "header" and "payload". Checksums are not judged; folders and links are members like
 * files. Nothing is kept but a header and a name.
 * Limits: LIMIT_PATH. Threading: a struct parcel belongs to one thread. */
#pragma once

#include "base/arena.h"

enum parcel_form { PARCEL_NONE, PARCEL_DEB, PARCEL_NEWC, PARCEL_ODC, PARCEL_RPM };

/* What the reader tells: entry, then data in parts, then end, for each member; false from the first
 * two: nothing more is wanted. name is borrowed for the call, untrusted. */
struct parcel_events {
	bool (*entry)(void *ctx, bytes name);
	bool (*data)(void *ctx, bytes part);
	void (*end)(void *ctx);
};

struct parcel;

/* parcel_of(head): what a file that begins so is. */
enum parcel_form parcel_of(bytes head);

/* parcel_new(a, form, events, ctx): arena. parcel_feed(p, part): the next octets, any length; false
 * when they are none of such a package, or an event said so: then it shall not be fed again.
 * parcel_is_whole(p): it may end here. */
struct parcel *parcel_new(struct arena *a, enum parcel_form form,
                          const struct parcel_events *events, void *ctx);
bool parcel_feed(struct parcel *p, bytes part);
bool parcel_is_whole(const struct parcel *p);
