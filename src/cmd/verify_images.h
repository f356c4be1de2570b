/* SPDX-License-Identifier: Apache-2.0 */
/* verify_images - what `verify` and `verify-attestation` share: flags, the run over images, what is
 * said of each. Threading: as the job. */
#pragma once

#include "cmd/network.h"
#include "cmd/who.h"
#include "flow/verify_image.h"

struct verify_images_flags {
	const char *platform, *output, *policy, *image_name, *type;
	struct texts claims; /* -a NAME=VALUE */
	bool all_platforms;
	uint64_t timeout_ms;
	struct who_flags who;
	struct network_flags network;
};

/* The run, and who tells what it proves. */
struct verify_images {
	struct job *job;
	const struct verify_images_flags *flags;
	struct verify_image image;
	/* tell(ctx, target, v): an image that holds. */
	void (*tell)(void *ctx, const char *target, const struct verified_image *v);
	void *ctx;
};

/* verify_images_run(v, targets, e): the worst status; what fails is told and the others are still
 * done. v->image has its wish and type; the rest comes from the flags. ERR_USAGE. */
int verify_images_run(struct verify_images *v, const struct texts *targets, err *e);
