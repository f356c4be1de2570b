/* SPDX-License-Identifier: Apache-2.0 */
/* select_own - inside this room: what the steps of a selection share. Threading: one thread. */
#pragma once

#include "harden/select.h"
#include "harden/wander.h"

struct selecting {
	const struct image *image;
	const struct tree *tree;
	const struct facts *facts;
	const struct closure *closure;
	const struct select_wish *wish;
	struct arena *arena;
	struct selection *out;
	uint8_t *loaded;      /* LOADED_..., of each package */
	struct strings named; /* files and folders that words and environment name */
};
enum {
	LOADED_NOT,
	LOADED_MODULE, /* modules of it, or packages that are not the program's need it: no programs */
	LOADED_SOME,   /* something of it */
	LOADED_NEEDED, /* by the program's own; where the program is bound, data that any needs */
	LOADED_OWN,    /* it brings the program itself */
};

/* select_owner(s, node): the package of the distribution that owns it: index + 1; 0: none. */
uint32_t select_owner(const struct selecting *s, uint32_t node);

/* select_loaded(s): s->loaded (select_loaded.c). select_is_loaded(s, node): a file that the program
 * surely loads, or a link through which it is found. */
void select_loaded(struct selecting *s);
bool select_is_loaded(const struct selecting *s, uint32_t node);

/* select_is_tool(s, path): a package manager, or a shell that nobody wants to keep. */
bool select_is_tool(const struct selecting *s, bytes path);

/* select_is_privileged(s, node, path): a program with other rights than those of who starts it. */
bool select_is_privileged(const struct selecting *s, uint32_t node, bytes path);

/* select_links(s): links that lead to what stays, and the folders on the way (select_links.c).
 * select_packages(s): what becomes of the packages, and what follows of it: their records and
 * licences (select_packages.c). */
void select_links(struct selecting *s);
void select_packages(struct selecting *s);
