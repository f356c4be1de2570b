/* SPDX-License-Identifier: Apache-2.0 */
/* docker - which image of a docker archive is meant.
 *
 * Threading: pure functions. */
#pragma once

#include "oci/document.h"

/* docker_choose(m, target, tag, a, out, e): the image that bears tag, in any spelling of it ("shop"
 * is docker.io/library/shop:latest, as docker and podman write it by turns); without a tag the only
 * one. target: as the user typed it, for the error. ERR_ABSENT. */
int docker_choose(const struct docker_manifest *m, bytes target, bytes tag, struct arena *a,
                  const struct docker_item **out, err *e);
