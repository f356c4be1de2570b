/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/index.h"

#include <stdint.h>

struct slot {
	uint32_t high, low; /* of the hash; both 0: free */
	uint32_t value;
};

#define FIRST_SIZE 64

static struct slot *slots_of(const struct index *x)
{
	return (struct slot *)(void *)x->slots.p;
}

static struct slot *find(const struct index *x, uint64_t hash)
{
	uint32_t high = (uint32_t)(hash >> 32), low = (uint32_t)hash | 1; /* never both 0 */
	size_t i = (hash >> 1) & x->mask;
	struct slot *slots = slots_of(x);

	while (slots[i].low && (slots[i].high != high || slots[i].low != low))
		i = (i + 1) & x->mask;
	return &slots[i];
}

static void make_room(struct index *x, size_t size)
{
	struct index old = *x;

	x->slots = (buf)BUF_INIT(SIZE_MAX / 2);
	memset(buf_room(&x->slots, size * sizeof(struct slot)), 0, size * sizeof(struct slot));
	x->mask = size - 1;
	for (size_t i = 0; old.slots.p && i <= old.mask; i++) {
		const struct slot *s = &slots_of(&old)[i];

		if (s->low)
			*find(x, (uint64_t)s->high << 32 | s->low) = *s;
	}
	buf_done(&old.slots);
}

uint32_t *index_put(struct index *x, uint64_t hash)
{
	if (!x->slots.p)
		make_room(x, FIRST_SIZE);
	else if (x->len > x->mask / 4 * 3)
		make_room(x, 2 * (x->mask + 1));
	struct slot *s = find(x, hash);

	if (!s->low) {
		*s = (struct slot){ (uint32_t)(hash >> 32), (uint32_t)hash | 1, 0 };
		x->len++;
	}
	return &s->value;
}

uint32_t index_get(const struct index *x, uint64_t hash)
{
	return x->slots.p ? find(x, hash)->value : 0;
}

bool index_each(const struct index *x, size_t *at, uint64_t *out_hash)
{
	while (x->slots.p && *at <= x->mask) {
		const struct slot *s = &slots_of(x)[(*at)++];

		if (!s->low)
			continue;
		*out_hash = (uint64_t)s->high << 32 | s->low;
		return true;
	}
	return false;
}

void index_done(struct index *x)
{
	buf_done(&x->slots);
	*x = (struct index){ 0 };
}
