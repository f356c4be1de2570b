/* SPDX-License-Identifier: Apache-2.0 */
/* inspector - the search for secrets as the engine runs it: in the sealed worker, while a layer
 * streams by, in every regular file whatever its name, and in what is folded into it
 * (secret/unfold.h).
 *
 * Its items are findings (secret/scan.h), packed; the cache keeps them, so they hold no secret.
 * Threading: constant. */
#pragma once

#include "image/inspector.h"
#include "secret/search.h"

extern const struct inspector secret_inspector;

/* secret_finding_pack, secret_finding_unpack: the form of an item. Unpacking treats it as hostile:
 * false for what no scanner of this version writes. */
void secret_finding_pack(const struct secret_finding *f, buf *out);
bool secret_finding_unpack(bytes item, struct secret_finding *out);
