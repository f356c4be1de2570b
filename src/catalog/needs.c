/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/needs.h"

#include "base/limits.h"

struct offer {
	uint32_t package;
};

struct key {
	uint8_t octets[2 * LIMIT_PACKAGE_FIELD + 1];
};

void needs_init(struct needs *n, struct arena *a, struct facts *facts)
{
	*n = (struct needs){ .facts = facts, .arena = a };
	map_init(&n->offers, a);
}

/* key_of(scope, name, out): both and the scope's end, whose place tells them apart; empty for a
 * name that nobody can offer. */
static bytes key_of(bytes scope, bytes name, struct key *out)
{
	uint8_t *end = out->octets;

	if (name.n == 0 || name.n > LIMIT_PACKAGE_FIELD || scope.n > LIMIT_PACKAGE_FIELD)
		return bytes_of(NULL, 0);
	end = mempcpy(end, name.p, name.n);
	*end++ = 0;
	if (scope.n > 0)
		end = mempcpy(end, scope.p, scope.n);
	return bytes_of(out->octets, (size_t)(end - out->octets));
}

void needs_offer(struct needs *n, bytes scope, bytes name, uint32_t package)
{
	__attribute__((uninitialized)) struct key space; /* most are short */
	bytes key = key_of(scope, name, &space);

	if (package == 0 || key.n == 0 || map_get(&n->offers, key))
		return;
	if (n->offers.len >= LIMIT_OFFERS) {
		needs_full(n);
		return;
	}
	struct offer *offer = arena_new(n->arena, struct offer);

	offer->package = package;
	*map_put(&n->offers, arena_bytes(n->arena, key)) = offer;
}

uint32_t needs_find(const struct needs *n, bytes scope, bytes name)
{
	__attribute__((uninitialized)) struct key space; /* most are short */
	bytes key = key_of(scope, name, &space);
	const struct offer *offer = key.n > 0 ? map_get(&n->offers, key) : NULL;

	return offer ? offer->package : 0;
}

void needs_edge(struct needs *n, uint32_t from, uint32_t to)
{
	if (from > 0 && to > 0 && from != to)
		facts_edge(n->facts, n->arena, from - 1, to - 1);
}

void needs_full(struct needs *n)
{
	if (!n->full)
		facts_gap(n->facts, n->arena, &(struct image_item){ .node = TREE_NONE },
		          "more names and needs of packages than are followed: some dependencies are left "
		          "out");
	n->full = true;
}

void needs_add(struct needs *n, uint32_t from, bytes scope, bytes name)
{
	if (from > 0 && n->pending.len >= LIMIT_EDGES)
		needs_full(n);
	else if (from > 0)
		*ARENA_PUSH(n->arena, &n->pending) = (struct need){ from, arena_bytes(n->arena, scope),
			                                                name };
}

void needs_resolve(struct needs *n)
{
	for (size_t i = 0; i < n->pending.len; i++) {
		const struct need *need = &n->pending.items[i];

		needs_edge(n, need->from, needs_find(n, need->scope, need->name));
	}
}
