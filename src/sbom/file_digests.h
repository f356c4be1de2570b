/* SPDX-License-Identifier: Apache-2.0 */
/* file_digests - SHA-1 and SHA-256 of every file of an image, made while its layers stream by.
 *
 * SPDX asks for the SHA-1 of each file that it names (2.3 section 8.4). Costs as much as reading
 * the image, so it is an inspector that only those use who ask for it. What is sparse in the
 * archive is a gap. Threading: an inspector (image/inspector.h); the rest are pure functions. */
#pragma once

#include "crypto/digest.h"
#include "image/inspector.h"

extern const struct inspector file_digests_inspector;

/* file_digests_prepare: before any worker is sealed, which cannot load what OpenSSL hashes with. */
void file_digests_prepare(void);

/* file_digests_of(item, sha1, sha256): of an item of the inspector; false when it is none of ours.
 * file_digests_of_nothing: of an empty file, which has no item. */
bool file_digests_of(bytes item, digest *out_sha1, digest *out_sha256);
void file_digests_of_nothing(digest *out_sha1, digest *out_sha256);
