/* SPDX-License-Identifier: Apache-2.0 */
/* origins - which instruction of a Dockerfile brought which layer of the image built from it.
 *
 * An image's history says with which command a layer was made, in the words of the builder
 * (BuildKit, docker's old one, buildah, kaniko). From the topmost layer down each is looked for
 * among the instructions of the last stage and of the stages that it is built on, from the last
 * up; where the text was expanded (variables, heredocs, hashes of what was copied) the kind of
 * instruction decides. The first layer without one is the base image's, and so are all below: they
 * come with FROM. The Dockerfile is parsed in a sealed worker.
 * Threading: as worker_start (one thread, no other running). */
#pragma once

#include "fmt/dockerfile.h"
#include "image/image.h"
#include "report/scan_page.h"

/* origins_find(path, image, a, out, e): as many as image has layers. Arena. ERR_ABSENT, ERR_IO,
 * ERR_LIMIT; ERR_FORMAT: no stage in it. */
int origins_find(const char *path, const struct image *image, struct arena *a,
                 struct scan_origin **out, err *e);

/* origins_match(file, image, a, out): the same of a file that is parsed; out has room for all
 * layers. False when the file has no stage. Scratch memory from a. */
bool origins_match(const struct dockerfile *file, const struct image *image, struct arena *a,
                   struct scan_origin *out);
