/* SPDX-License-Identifier: Apache-2.0 */
/* policy_wire - what flow/policy.c and its worker say to each other (base/pack.h): a number that
 * says what is asked, then its texts; the answer begins with how it went (pack_err).
 *
 *   READ    the policy, "a root was named"   its files' names, its notes, "platforms are judged"
 *   FILES   the default root, the files      -
 *   ATTACH  its manifest, verify_question    -
 *   DECIDE  struct policy_asked              a decision; what was attached is forgotten
 * Threading: pure functions. */
#pragma once

#include "sys/worker.h"
#include "trust/policy_judge.h"

enum policy_op { POLICY_READ, POLICY_FILES, POLICY_ATTACH, POLICY_DECIDE };

/* The image that is decided about. */
struct policy_asked {
	struct image_name image;
	struct policy_subject *subjects;
	size_t subjects_len;
	bool all_platforms;
	int64_t now;
};

void policy_asked_pack(const struct policy_asked *v, buf *out);

/* policy_serve(side, arg): the worker's main. */
_Noreturn int policy_serve(struct worker_side *side, void *arg);
