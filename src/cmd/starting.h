/* SPDX-License-Identifier: Apache-2.0 */
/* starting - the flags about how a container is started, with docker's names, and what they say.
 *
 * A command puts a struct starting_flags into its options and the group into its applet.
 * Threading: belongs to the main thread. */
#pragma once

#include "cmd/applet.h"
#include "flow/launch.h"

struct starting_flags {
	const char *user, *workdir, *hostname, *name, *entrypoint, *network, *memory, *processes;
	const char *user_namespace, *runtime, *seccomp, *remove, *volume;
	struct texts env, env_files, folders, ports, secrets;
	bool detach;
};

extern const struct flag_group starting_flag_group;

/* starting_host(job, f): what launch_prepare is to look for on this machine. Borrows. */
struct host_options starting_host(const struct job *job, const struct starting_flags *f);

/* starting_apply(job, f, words, launch, e): the flags, over what the image says; words: what stands
 * behind the image, instead of its own words behind its program. ERR_USAGE, ERR_FORMAT (a user that
 * the image does not have; it names no program), ERR_ABSENT, ERR_IO (a limit that was asked for
 * cannot be set here). Arena of the job; borrows. */
int starting_apply(struct job *job, const struct starting_flags *f, const struct texts *words,
                   struct launch *launch, err *e);

/* starting_notes(job, target, launch): what cannot be had on this machine, and whom of it the
 * program's user is. */
void starting_notes(struct job *job, const char *target, const struct launch *launch);
