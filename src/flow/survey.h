/* SPDX-License-Identifier: Apache-2.0 */
/* survey - one read of an image and the facts that it gives, on which every judgement rests.
 *
 * Threading: as image_read (one thread, no other running). */
#pragma once

#include "catalog/facts.h"
#include "image/image.h"

/* survey_inspectors(more, out): the inspectors of every read, so that all share what the cache
 * keeps: the catalogers', the closure's, and one more (may be NULL). out has room for
 * INSPECTORS_MOST + 1. */
void survey_inspectors(const struct inspector *more, const struct inspector **out);

/* survey(target, options, out_image, out_facts, e): read (with options->inspectors, or
 * those of survey_inspectors when that is NULL) and collect, without a judgement; for what else is
 * made of facts. image_done frees both. ERR_ABSENT for what is
 * no image; errors of image_read and catalog_collect. */
int survey(const struct target *target, const struct image_options *options,
           struct image *out_image, struct facts *out_facts, err *e);
