/* SPDX-License-Identifier: Apache-2.0 */
/* launch - from the name of an image to a container that can be started: its layers unpacked and
 * checked, its hardening, this machine. What run, prove, harden and learn have in common.
 *
 * Threading: forks workers; called by a process with one thread. */
#pragma once

#include "oci/target.h"
#include "runtime/container.h"

struct launch_options {
	struct rootfs_options rootfs; /* store NULL: the user's (launch_store); how layers are unpacked
	                                 is set here, but for the deadline */
	struct host_options host;
};

struct launch {
	struct rootfs rootfs;
	struct hardening_names names; /* whom the image knows */
	struct hardening hardening; /* as the image asks (hardening_of); callers change it */
	struct host host;
	const char *store, *stages;
};

/* launch_store(environment, a, out, e): where layers are kept: /var/lib/oakum/run for root, else
 * $XDG_DATA_HOME/oakum/run or ~/.local/share/oakum/run. ERR_USAGE: no home. */
int launch_store(char *const *environment, struct arena *a, const char **out, err *e);

/* launch_stages(store, a): where containers have their places (runtime/place.h). Arena. */
const char *launch_stages(const char *store, struct arena *a);

/* launch_prepare(target, options, a, out, e): everything but the start. Errors of rootfs_prepare,
 * hardening_of (an image that names no program has none: hardening.args is empty), host_look.
 * Arena. */
int launch_prepare(const struct target *target, const struct launch_options *options,
                   struct arena *a, struct launch *out, err *e);

/* launch_container(l): what container_start asks for; streams are ours. Borrows l. */
struct container_options launch_container(const struct launch *l);
