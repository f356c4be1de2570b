/* SPDX-License-Identifier: Apache-2.0 */
/* walk - where a path leads inside a tree, links followed, never out of the root.
 *
 * A part that does not exist is taken as a folder to be made, so that ".." behind it undoes it:
 * what Go's SecureJoin and containerd's RootPath do. Threading: as the table; a walk is a value. */
#pragma once

#include "image/table.h"

struct walk {
	bytes rest;    /* what is still to be walked */
	uint32_t dir;  /* the deepest folder that exists */
	size_t path_n; /* octets of dir's own path */
	uint32_t leaf; /* the path ends at this node, which is no folder; TREE_NONE else */
	unsigned links, steps;
	uint16_t oldest_link; /* the lowest layer of the links that were followed; UINT16_MAX: none */
	size_t missing_n;
	uint8_t missing[LIMIT_PATH];      /* names below dir that do not exist */
	uint8_t unfolded[2 * LIMIT_PATH]; /* rest lies at its end once a link was followed */
};

/* walk_path(t, path, follow, w): walk from the root; `follow` says whether a link at the path's end
 * is followed, too. False when there is no way: a loop (LIMIT_LINKS), a file in between, names
 * above LIMIT_PATH. */
bool walk_path(const struct table *t, bytes path, bool follow, struct walk *w);
