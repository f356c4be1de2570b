/* SPDX-License-Identifier: Apache-2.0 */
/* harden_parts - what became of the packages and of folders without one, for the report.
 *
 * Private to flow/harden. Threading: pure. */
#pragma once

#include "harden/select.h"
#include "report/harden_page.h"

/* harden_parts(image, facts, selection, a, out): the largest first. Arena.
 * harden_count(image, facts, a, out): what an image has that is there to be seen. */
void harden_parts(const struct image *image, const struct facts *facts,
                  const struct selection *selection, struct arena *a, struct harden_page *out);
void harden_count(const struct image *image, const struct facts *facts, struct harden_count *out);
