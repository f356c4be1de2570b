/* SPDX-License-Identifier: Apache-2.0 */
/* npm - the two halves of the cataloger of Node.js packages (npm.c), inside this room. */
#pragma once

#include "catalog/facts.h"

#define NPM_MODULES "node_modules"

/* npm_is_installed(path): of the form .../node_modules/NAME/package.json or
 * .../node_modules/@SCOPE/NAME/package.json. */
bool npm_is_installed(bytes path);

/* npm_collect: the collector. */
int npm_collect(struct image *image, struct arena *a, struct facts *facts, err *e);
