/* SPDX-License-Identifier: Apache-2.0 */
/* index - octet strings to numbers, in some 20 octets a string, for bills of 300,000 components.
 *
 * Only a keyed hash of 64 bits is kept (base/map.h), not the string: nobody who does not know the
 * key of the process can choose two that collide, and by chance two of a million do once in
 * thirty million bills. Private to this room. Threading: belongs to one thread. */
#pragma once

#include "base/buf.h"

struct index {
	buf slots; /* struct slot */
	size_t len, mask;
};

/* index_put(x, hash): the place of the number that belongs to this hash, 0 when it is new; valid
 * until the next index_put. index_get(x, hash): the number, 0 when there is none. O(1). */
uint32_t *index_put(struct index *x, uint64_t hash) __attribute__((returns_nonnull));
uint32_t index_get(const struct index *x, uint64_t hash);
/* index_each(x, at, hash): the hashes, in no order; start with *at = 0; false at the end. */
bool index_each(const struct index *x, size_t *at, uint64_t *out_hash);
void index_done(struct index *x);
