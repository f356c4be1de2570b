/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

/* SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF"). The key is the only mutable
 * global of this room: written once, before any map exists. */
static uint64_t hash_key[2] = { 0x6f616b756d206d61, 0x7020736970686173 };

static inline uint64_t rotl(uint64_t v, int n)
{
	return v << n | v >> (64 - n);
}

#define SIPROUND(v) \
	do { \
		(v)[0] += (v)[1], (v)[1] = rotl((v)[1], 13) ^ (v)[0], (v)[0] = rotl((v)[0], 32); \
		(v)[2] += (v)[3], (v)[3] = rotl((v)[3], 16) ^ (v)[2]; \
		(v)[0] += (v)[3], (v)[3] = rotl((v)[3], 21) ^ (v)[0]; \
		(v)[2] += (v)[1], (v)[1] = rotl((v)[1], 17) ^ (v)[2], (v)[2] = rotl((v)[2], 32); \
	} while (0)

uint64_t hash_bytes(bytes b)
{
	uint64_t v[4] = { hash_key[0] ^ 0x736f6d6570736575, hash_key[1] ^ 0x646f72616e646f6d,
		              hash_key[0] ^ 0x6c7967656e657261, hash_key[1] ^ 0x7465646279746573 };
	uint64_t last = (uint64_t)b.n << 56, m;
	bytes rest = b;

	while (bytes_take_le64(&rest, &m)) {
		v[3] ^= m;
		SIPROUND(v);
		v[0] ^= m;
	}
	for (size_t i = 0; i < rest.n; i++)
		last |= (uint64_t)rest.p[i] << (8 * i);
	v[3] ^= last;
	SIPROUND(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		SIPROUND(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void hash_set_key(const uint8_t key[16])
{
	memcpy(hash_key, key, sizeof(hash_key));
}

void map_init(struct map *m, struct arena *a)
{
	*m = (struct map){ .arena = a };
}

/* The table slot where key stands or would stand. The table is never full. */
static uint32_t *slot_of(const struct map *m, bytes key)
{
	size_t i = hash_bytes(key) & m->mask;

	while (m->table[i] && !bytes_equal(m->items[m->table[i] - 1].key, key))
		i = (i + 1) & m->mask;
	return &m->table[i];
}

void *map_get(const struct map *m, bytes key)
{
	if (m->len == 0)
		return NULL;
	uint32_t at = *slot_of(m, key);

	return at ? m->items[at - 1].value : NULL;
}

static void rehash(struct map *m)
{
	size_t size = m->table ? (m->mask + 1) * 2 : 16;

	m->table = arena_array(m->arena, uint32_t, size);
	m->mask = size - 1;
	for (size_t i = 0; i < m->len; i++)
		*slot_of(m, m->items[i].key) = (uint32_t)(i + 1);
}

void **map_put(struct map *m, bytes key)
{
	if (!m->table || m->len >= (m->mask + 1) / 4 * 3)
		rehash(m);
	uint32_t *slot = slot_of(m, key);

	if (!*slot) {
		struct map_slot *item = ARENA_PUSH(m->arena, m);

		item->key = key;
		*slot = (uint32_t)m->len;
	}
	return &m->items[*slot - 1].value;
}
