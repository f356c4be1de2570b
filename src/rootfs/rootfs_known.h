/* SPDX-License-Identifier: Apache-2.0 */
/* rootfs_known - what an image was found to be, kept so that a second start neither reads nor
 * parses nor hashes it. Private to rootfs.
 *
 * Only of layouts: their index.json, octet for octet, with the tag and the platform that were asked
 * for, decides by its digests what everything else is. So it is kept whole, with what was found
 * when all of it was checked against these digests, in the form in which workers answer, and read
 * as strictly. Of an index beyond LIMIT_KNOWN_INDEX nothing is kept.
 * Threading: pure over the file system. */
#pragma once

#include "oci/document.h"
#include "oci/target.h"

struct rootfs_known {
	digest image; /* of its manifest */
	struct oci_config config;
	const char **names; /* of its layers in the store, as many as config has diff_ids */
};

/* What was asked for. */
struct rootfs_question {
	const char *path; /* where the answer is kept; NULL: of this target none is */
	bytes text;
};

/* rootfs_known_folder(store, a): where it is kept. Arena. */
const char *rootfs_known_folder(const char *store, struct arena *a);

/* rootfs_known_ask(target, platform, store, a, out). rootfs_known_read(q, a, out): false: not
 * known. rootfs_known_keep(q, known): what cannot be kept is looked at again next time. Arena. */
void rootfs_known_ask(const struct target *target, const struct platform *platform,
                      const char *store, struct arena *a, struct rootfs_question *out);
bool rootfs_known_read(const struct rootfs_question *q, struct arena *a, struct rootfs_known *out);
void rootfs_known_keep(const struct rootfs_question *q, const struct rootfs_known *known,
                       struct arena *a);
