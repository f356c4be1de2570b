/* SPDX-License-Identifier: Apache-2.0 */
/* wander - every visible file and folder of a tree with its path, parents before children.
 *
 * No memory but one path. Inside this room. Threading: a value of one thread. */
#pragma once

#include "base/limits.h"
#include "image/tree.h"

struct wander {
	const struct tree *tree;
	uint32_t node; /* in hand; the root first */
	size_t path_n;
	uint8_t text[2 * LIMIT_PATH];
};

/* wander_begin(w, tree). wander_next(w, path): the next node is w->node; false at the end. The path
 * lives until the next call. */
void wander_begin(struct wander *w, const struct tree *tree);
bool wander_next(struct wander *w, bytes *path);
