/* SPDX-License-Identifier: Apache-2.0 */
/* health - the flags of commands that start an image and look whether it still answers.
 *
 * A command puts a struct health_flags into its options and the group into its applet. Threading:
 * belongs to one thread. */
#pragma once

#include "cmd/applet.h"
#include "runtime/health.h"

struct health_flags {
	const char *probe, *method, *body, *status;
	struct texts headers, args;
	uint64_t timeout_ms;
};

extern const struct flag_group health_flag_group;

/* health_prepare(job, flags, out_probe, out_args, e): out_args: of --probe-arg, in place of the
 * image's CMD. *out_probe is left alone when --probe was not given (flags->probe is NULL); then the
 * others are ERR_USAGE. ERR_USAGE, ERR_IO (--probe-body @FILE). Borrows; the job's arena. */
int health_prepare(struct job *job, const struct health_flags *flags,
                   struct health_probe *out_probe, struct strings *out_args, err *e);
