/* SPDX-License-Identifier: Apache-2.0 */
/* run_policy - may this image start? What a policy file demands of it (doc/policy.md).
 *
 * The policy is --policy, OAKUM_POLICY, or oakum-policy.yaml in the working directory. Where there
 * is one, an image is named as `oakum verify` reads names: without a prefix it is the registry's.
 * Threading: as the job; forks a worker. */
#pragma once

#include "cmd/applet.h"
#include "oci/registry.h"
#include "oci/target.h"

struct run_policy_flags {
	const char *file; /* NULL: unsaid */
	bool skip;
};

/* run_policy_target(job, f, text, out, e): the image. ERR_USAGE, ERR_ABSENT. Arena.
 * run_policy_judge(job, f, registry, target, e): 0 when there is no policy or it is met; *target
 * then names the digest that was judged. ERR_UNTRUSTED, ERR_UNSIGNED: it is not met; errors of
 * flow/policy otherwise. */
int run_policy_target(struct job *job, const struct run_policy_flags *f, const char *text,
                      struct target *out, err *e);
int run_policy_judge(struct job *job, const struct run_policy_flags *f,
                     const struct registry_options *registry, struct target *target, err *e);
