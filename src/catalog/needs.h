/* SPDX-License-Identifier: Apache-2.0 */
/* needs - who needs whom: by name, until all packages that could be meant are known.
 *
 * A name means something in a scope: an architecture, the folder of a site, one lock file; the
 * empty scope is everywhere. Packages offer names, others need them; needs_resolve makes edges
 * (facts.h) of the needs that somebody in the image meets. A need that nobody meets is no gap: it
 * may be an extra, or met by what the program brings itself.
 * At most LIMIT_OFFERS names and LIMIT_EDGES needs; each costs one look-up. Beyond them edges are
 * left out, and one gap says so.
 * Threading: one collector's. */
#pragma once

#include "base/map.h"
#include "catalog/facts.h"

struct need {
	uint32_t from; /* index + 1 */
	bytes scope, name;
};

struct needs {
	struct facts *facts;
	struct arena *arena;
	struct map offers; /* scope and name -> struct offer */
	bool full;         /* the gap has been stated */
	struct {
		struct need *items;
		size_t len, cap;
	} pending;
};
void needs_init(struct needs *n, struct arena *a, struct facts *facts);

/* NEEDS_SCOPE(node): the scope of a file or folder. Borrows the number. */
#define NEEDS_SCOPE(node) bytes_of(&(node), sizeof(node))

/* needs_offer(n, scope, name, package): the name means this package (index + 1; 0: offers nothing);
 * who offers first is meant. needs_find: the package, 0 when nobody offers the name. */
void needs_offer(struct needs *n, bytes scope, bytes name, uint32_t package);
uint32_t needs_find(const struct needs *n, bytes scope, bytes name);

/* needs_edge(n, from, to): from needs to (both index + 1; 0, or to itself: nothing).
 * needs_add(n, from, scope, name): the same by name, once needs_resolve is called. Copies scope,
 * borrows name. */
void needs_edge(struct needs *n, uint32_t from, uint32_t to);
void needs_add(struct needs *n, uint32_t from, bytes scope, bytes name);
void needs_resolve(struct needs *n);
/* needs_full(n): some are left out; the gap is stated once. */
void needs_full(struct needs *n);
