/* SPDX-License-Identifier: Apache-2.0 */
/* policy_file - which policy file is meant, and what its decision about an image means to a command
 * that asks for it: `run`, `verify`, `seal`.
 *
 * Threading: as the job. */
#pragma once

#include "cmd/applet.h"
#include "flow/policy.h"

/* policy_file_usual(): oakum-policy.yaml where it lies in the current folder, even if it cannot be
 * read or is a link to nothing; else NULL. Static. */
#define POLICY_FILE "oakum-policy.yaml"
const char *policy_file_usual(void);

/* policy_file_note(job, session, about): tell what its reader remarked. */
void policy_file_note(struct job *job, struct policy_session *session, const char *about);

/* policy_file_conclude(job, target, d, refused, e): 0 where the image may pass; that the policy
 * only warns is told. ERR_UNSIGNED, ERR_UNTRUSTED: it may not; the error begins with `refused` and
 * ends with the need that is not met. */
int policy_file_conclude(struct job *job, const char *target, const struct decision *d,
                         const char *refused, err *e);
