/* SPDX-License-Identifier: Apache-2.0 */
/* health - the flags of commands that start an image and look whether it still answers.
 *
 * A command puts a struct health_flags into its options and the group into its applet. Threading:
 * belongs to one thread. */
#pragma once

#include "cmd/applet.h"
#include "flow/health.h"

struct health_flags {
	const char *probe, *method, *body, *status;
	struct texts headers, args, env;
	uint64_t timeout_ms;
};

extern const struct flag_group health_flag_group;

/* health_prepare(job, flags, out, e): out->probe, args and env. Without --probe (flags->probe is
 * NULL) nothing is set, and any of the others is ERR_USAGE. ERR_USAGE, ERR_IO (--probe-body @FILE).
 * Borrows; the job's arena. */
int health_prepare(struct job *job, const struct health_flags *flags, struct health_options *out,
                   err *e);
