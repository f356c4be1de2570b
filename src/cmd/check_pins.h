/* SPDX-License-Identifier: Apache-2.0 */
/* check_pins - digests for `oakum check --fix=input`: the only time that check asks the network. */
#pragma once

#include "cmd/network.h"
#include "flow/check.h"

extern const struct flag_group rules_flag_group; /* of cmd/check.c */

struct check_pins {
	struct job *job;
	const struct network_flags *network;
	bool failed; /* some image could not be asked for; it has been told */
};

/* check_pins_fetch(context, images, len, a, out, e): for check_options.fetch; context is a struct
 * check_pins. *out: "IMAGE DIGEST", one a line; images without an answer are told on standard error
 * and left out. ERR_USAGE: the flags are wrong. */
int check_pins_fetch(void *context, const char *const *images, size_t len, struct arena *a,
                     const char **out, err *e);
