/* SPDX-License-Identifier: Apache-2.0 */
/* policy_judge - does what is attached to an image meet a policy?
 *
 * Each need is judged for itself: is there one attachment that one of its signers signed, of its
 * type, young enough, and saying what it must? Age is counted from the beginning of the signer's
 * certificate: logs and authorities only witness that a signature is not younger, and anybody can
 * have an old one witnessed again. Threading: pure functions. */
#pragma once

#include "trust/decision.h"
#include "trust/judge.h"
#include "trust/policy.h"

/* A signer with his key and root read. */
struct ready_signer {
	const struct public_key *key;
	const struct trust_root *root;
};

/* What is judged on its own: the image, or one of its platforms. */
struct policy_subject {
	bytes label;       /* "linux/amd64"; empty: the image itself */
	digest digests[2]; /* an attachment of either counts; the second may be none */
};

struct policy_question {
	const struct policy *policy;
	const struct ready_signer *signers; /* as policy->signers */
	struct image_name image;
	const struct policy_subject *subjects; /* the image first, then its platforms */
	size_t subjects_len;
	bool all_platforms; /* whatever the rules say */
	const struct attachment *attachments;
	size_t attachments_len;
	int64_t now;
	/* judge_content, but in tests. */
	void (*judge)(const struct attachment *at, struct judge_content *content, const digest *subject,
	              const struct judge_question *question, struct arena *a, struct verdict *out);
};

/* policy_decide(q, a, out, e): ERR_LIMIT (LIMIT_POLICY_JUDGEMENTS, LIMIT_DECISION_LINES). Arena;
 * texts of *out are printable only where base/text.h made them so. */
int policy_decide(const struct policy_question *q, struct arena *a, struct decision *out, err *e);

/* policy_counts_check(policy, signers, e): where a policy says how many, nobody is asked for twice,
 * as himself or by another name for the same key or identity. ERR_FORMAT with the line. */
int policy_counts_check(const struct policy *p, const struct ready_signer *signers, err *e);

/* policy_test_holds(test, verdict, a, out_why): does the statement say it? out_why: what it says
 * instead. */
bool policy_test_holds(const struct policy_test *test, const struct verdict *v, struct arena *a,
                       const char **out_why);
