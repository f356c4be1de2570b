/* SPDX-License-Identifier: Apache-2.0 */
/* network - the flags of every command that may ask a registry, and what they say.
 *
 * A command puts a struct network_flags into its options and the group into its applet. Nothing is
 * opened here. Threading: belongs to one thread. */
#pragma once

#include "cmd/applet.h"
#include "oci/registry.h"

struct network_flags {
	const char *user, *password, *token; /* --registry-username, -password, -token */
	const char *authfile, *cacert;
	struct texts mirror;
	uint64_t retry_time_ms, chunk;
	bool plain_http;
};

extern const struct flag_group network_flag_group;

/* network_prepare(job, flags, timeout_ms, target, out, e): flags and environment as a registry's
 * options. User and password are meant for the registry that `target` names (text as typed; NULL:
 * none) and go to no other. ERR_USAGE. Borrows; notes go to standard error. */
int network_prepare(struct job *job, const struct network_flags *flags, uint64_t timeout_ms,
                    const char *target, struct registry_options *out, err *e);
