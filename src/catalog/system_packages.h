/* SPDX-License-Identifier: Apache-2.0 */
/* system_packages - packages of the distribution's own databases, merged as they come.
 *
 * Such a database is one file that every layer that installs something writes again, so the image
 * holds all its packages once a layer. One package (ecosystem, name, version, architecture) is kept
 * once: visible when any of its sources is, with the layer whose database named it first.
 * Threading: one collector's. */
#pragma once

#include "catalog/facts.h"

#include "base/map.h"

struct system_packages {
	struct image *image;
	struct facts *facts;
	struct arena *arena;
	struct map known;   /* identity -> struct slot */
	uint32_t path_node; /* whose path was asked for last */
	bytes path;
	bool full;
};
void system_packages_init(struct system_packages *s, struct image *image, struct arena *a,
                          struct facts *facts);

/* system_packages_add(s, package, item): fill path, layer and hidden of *package from the item it
 * was read from and add or merge it. Its strings are kept as they are. Gives index + 1 of the
 * package, 0 above LIMIT_PACKAGES (a gap is stated). */
uint32_t system_packages_add(struct system_packages *s, struct package *package,
                             const struct image_item *item);
