/* SPDX-License-Identifier: Apache-2.0 */
/* policy - are images what a policy file demands of them?
 *
 * One sealed worker reads the policy, tells which files it names (keys, trusted roots), and judges
 * what is attached to each image; the parent reads those files, gathers (transfer/attachments.h)
 * and tells what came out. Nothing is fetched but from the registry that holds the image.
 * Threading: forks workers: called by a process with one thread. */
#pragma once

#include "oci/registry.h"
#include "oci/target.h"
#include "sys/deadline.h"
#include "trust/decision.h"

struct policy_options {
	const char *path; /* of the policy; files that it names lie beside it */
	bytes root;       /* a trusted root, for identities of which the policy names none; empty: that
	                   * of the public good instance */
	bool root_is_named; /* by the user: policies may name services of its instance */
	const char *name;   /* of an image that lies on this machine, for patterns; NULL: as typed */
	bool has_platform, all_platforms; /* instead of what the policy says */
	struct platform platform;
	const struct reference *elsewhere; /* as in attachments_options, asked as well as the image's
	                                    * own; NULL */
	struct registry_options registry;
	int64_t now; /* seconds since 1970: what is "no older than" counted from */
	struct deadline deadline;
};

struct policy_session;

/* policy_open(options, out, e): the worker, the policy, its files. Borrows options. ERR_USAGE: the
 * policy is wrong or asks for what is not understood, with line and column; ERR_ABSENT, ERR_IO,
 * ERR_LIMIT, ERR_BUG. policy_close(NULL) does nothing.
 * policy_notes(s): what the policy says that was taken to apply. policy_files(s): the files that it
 * names, beside it. Borrow.
 * policy_judge(s, target, a, out, e): one image. A policy that is not met is no failure: out tells.
 * Errors of attachments_read, ERR_LIMIT, ERR_BUG. Arena. */
int policy_open(const struct policy_options *options, struct policy_session **out, err *e);
int policy_judge(struct policy_session *s, const struct target *target, struct arena *a,
                 struct decision *out, err *e);
const struct strings *policy_notes(const struct policy_session *s);
const struct strings *policy_files(const struct policy_session *s);
void policy_close(struct policy_session *s);
