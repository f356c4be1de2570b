/* SPDX-License-Identifier: Apache-2.0 */
/* system_packages - the distribution's own packages: what their collectors share.
 *
 * Such a database is one file that every layer that installs something writes again, so the image
 * holds all its packages once a layer. One package (ecosystem, name, version, architecture) is kept
 * once: visible when any of its sources is, with the layer whose database named it first.
 * A need is met by the package of that name, else by who provides it, of the same architecture
 * before others; a path ("/bin/sh") by the file's owner; of alternatives the first that is there
 * counts. Versions are not compared: the package manager has done that.
 * Threading: one collector's. */
#pragma once

#include "catalog/needs.h"
#include "catalog/system_item.h"

struct system_relations {
	uint32_t from; /* index + 1 */
	bytes pairs;
};

struct system_packages {
	struct image *image;
	struct facts *facts;
	struct arena *arena;
	enum ecosystem ecosystem;
	struct map known;   /* identity -> struct slot */
	struct needs needs; /* names of visible packages, in all scopes and in their architecture's */
	struct {
		struct system_relations *items;
		size_t len, cap;
	} relations;
	const struct image_item *last; /* package item, and */
	uint32_t owner;                /* its index + 1; 0 when it is hidden or was not added */
	uint32_t path_node;            /* whose path was asked for last */
	bytes path;
	uint32_t paths_sought;
	bool visible; /* any package at all */
};
void system_packages_init(struct system_packages *s, enum ecosystem ecosystem, struct image *image,
                          struct arena *a, struct facts *facts);

/* system_packages_add(s, package, item): fill ecosystem, path, layer and hidden of *package from
 * the item it was read from and add or merge it. Its strings are kept as they are. Gives index + 1
 * of the package, 0 above LIMIT_PACKAGES (a gap is stated).
 * system_packages_is(s, package, item, index): what system_packages_add does besides: this item
 * named the package that stands at index + 1. */
uint32_t system_packages_add(struct system_packages *s, struct package *package,
                             const struct image_item *item);
void system_packages_is(struct system_packages *s, const struct package *package,
                        const struct image_item *item, uint32_t index);

/* system_packages_item(s, item): take a package, relations or files (enum system_item); a list of
 * files claims them at once, so that names in it must have been taken before. Others, and what
 * cannot be read, are a gap. system_packages_collect: all items of an inspector that emits no
 * others, and the end. */
void system_packages_item(struct system_packages *s, const struct image_item *item);
void system_packages_collect(struct system_packages *s, uint16_t inspector);
void system_packages_broken(struct system_packages *s, const struct image_item *item);

/* system_packages_end(s): edges. */
void system_packages_end(struct system_packages *s);

/* system_item_kind(item): the number it begins with, SYSTEM_NONE when it is empty. */
unsigned system_item_kind(const struct image_item *item);
