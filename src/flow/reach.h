/* SPDX-License-Identifier: Apache-2.0 */
/* reach - which packages the program that an image starts can load: closure/ for packages.
 *
 * A package is reached when one of its files is; one whose files nobody lists is judged by the
 * program or archive that names it, and is unclear when a mere document does. Threading: pure. */
#pragma once

#include "catalog/facts.h"
#include "closure/closure.h"

/* reach_closure(image, facts, more, a, out): the closure alone; more: what is started and loaded
 * besides; its bundles are the facts'.
 * reach_judge(image, facts, a, out): sets the reach of each package. image was read with
 * closure_inspector. Arena. */
void reach_closure(const struct image *image, const struct facts *facts,
                   const struct closure_options *more, struct arena *a, struct closure *out);
void reach_judge(const struct image *image, struct facts *facts, struct arena *a,
                 struct closure *out);
