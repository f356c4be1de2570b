/* SPDX-License-Identifier: Apache-2.0 */
/* rootfs_known - what an image was found to be, kept so that a second start neither reads nor
 * parses it. Private to rootfs.
 *
 * Only of layouts: their index.json, octet for octet, with the tag and the platform that were asked
 * for, decides by its digests what everything else is. What was found is kept when all of it was
 * checked against these digests, in the form in which workers answer, and read as strictly.
 * Threading: pure over the file system. */
#pragma once

#include "oci/document.h"
#include "oci/target.h"

struct rootfs_known {
	digest image; /* of its manifest */
	struct oci_config config;
};

/* rootfs_known_key(target, platform, store, a): where it is kept; NULL: this target has no such
 * place. rootfs_known_read(path, a, out): false: not known. rootfs_known_keep(path, known, a): what
 * cannot be kept is looked at again next time. */
const char *rootfs_known_key(const struct target *target, const struct platform *platform,
                             const char *store, struct arena *a);
bool rootfs_known_read(const char *path, struct arena *a, struct rootfs_known *out);
void rootfs_known_keep(const char *path, const struct rootfs_known *known, struct arena *a);
