/* SPDX-License-Identifier: Apache-2.0 */
/* map - octet strings to pointers, in an arena.
 *
 * Open addressing over a keyed hash (SipHash-1-3 with a key of the process), so that names chosen
 * by an enemy cannot make it quadratic. Keys are borrowed: they must live as long as the map.
 * Iteration goes in insertion order, so results are deterministic. Nothing is removed. O(1) a call.
 * Threading: a map belongs to one thread. */
#pragma once

#include "base/arena.h"

struct map_slot {
	bytes key;
	void *value;
};

struct map {
	struct arena *arena;
	struct map_slot *items; /* in insertion order; len of them */
	size_t len, cap;
	uint32_t *table; /* index + 1 into items, 0 when free */
	size_t mask;
};

/* map_init(m, a): an empty map whose memory comes from a. */
void map_init(struct map *m, struct arena *a);

/* map_get(m, key): the value, or NULL when there is none. */
void *map_get(const struct map *m, bytes key);

/* map_put(m, key): the place of the key's value, made (NULL) when it is new. Valid until the next
 * map_put. */
void **map_put(struct map *m, bytes key) __attribute__((returns_nonnull));

/* hash_bytes(b): the keyed hash itself. hash_set_key(k): called once at start, before the first
 * map, with random octets (fuzzers and tests leave the fixed default). */
uint64_t hash_bytes(bytes b);
void hash_set_key(const uint8_t key[16]);
