/* SPDX-License-Identifier: Apache-2.0 */
/* verify_policy - `oakum verify --policy FILE IMAGE...`: what a policy says of images, explained.
 * Threading: as the job. */
#pragma once

#include "cmd/network.h"
#include "cmd/who.h"

struct verify_policy_flags {
	const char *policy;          /* FILE */
	const struct who_flags *who; /* where the image is, and --trusted-root; nobody is said */
	const char *name;     /* --image-name: of an image that lies on this machine; NULL: as typed */
	const char *platform; /* NULL: what the policy says */
	bool all_platforms;
	const char *output;  /* "json", "text"; NULL: text */
	uint64_t timeout_ms; /* 0: LIMIT_TIME_MS */
	const struct network_flags *network;
};

/* verify_policy(job, flags, targets, e): the exit status: 0 where every image may pass (warnings
 * are told), 4 where one is denied, 5 where nothing that the policy asks for is attached to it.
 * What cannot be read is told, the others are still judged: 3. ERR_USAGE. */
int verify_policy(struct job *job, const struct verify_policy_flags *flags,
                  const struct texts *targets, err *e);
