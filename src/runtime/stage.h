/* SPDX-License-Identifier: Apache-2.0 */
/* stage - where a container is put together: mounts that only its own processes see.
 *
 * In a mount namespace of its own, so that nothing is left when the last of its processes ends,
 * however that happens. A tmpfs holds the bundle, the secrets and the runtime's state; the root is
 * an overlay without an upper layer, so that nothing could be written to it even if it were mounted
 * anew. Threading: called by the first process of the namespace. */
#pragma once

#include "confine/bundle.h"
#include "rootfs/rootfs.h"

struct stage_options {
	const char *place; /* an existing folder: the tmpfs covers it */
	const struct rootfs *rootfs;
	const struct hardening *hardening;
	bool userxattr;          /* layers are written so: by who is not root of this machine */
	bool has_cgroups;        /* they are mounted */
	struct bundle_host host; /* how the bundle is written; root and secrets are set here */
};

/* Names below the place. */
#define STAGE_BUNDLE "bundle"
#define STAGE_ROOT "root"
#define STAGE_STATE "state"
#define STAGE_PID "pid"
#define STAGE_LOG "log"

/* stage_mount(o, e): everything but the start. ERR_IO says what could not be mounted, written or
 * read; ERR_LIMIT (LIMIT_RUN_SECRET): a secret's file; ERR_FORMAT: the image has a link where
 * something is to be mounted. */
int stage_mount(struct stage_options *o, err *e);
