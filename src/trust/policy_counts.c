/* SPDX-License-Identifier: Apache-2.0 */
/* Who is counted: "two of these" means two who signed, not one under two names. */
#include "base/limits.h"
#include "base/text.h"
#include "trust/policy_judge.h"

struct counting {
	const struct policy *policy;
	size_t who[LIMIT_POLICY_SIGNERS]; /* of each signer: the first that is the same */
	/* Of signatures and of attestations, by that first one: which part of the count asked for
	 * whom; part + 1, 0: none did. */
	struct seen {
		size_t part, signer;
	} seen[2][LIMIT_POLICY_SIGNERS];
	err *e;
};

static bool same_part(const struct identity_part *a, const struct identity_part *b)
{
	return !a->pattern && !b->pattern && bytes_equal(a->exact, b->exact);
}

static bool same_signer(const struct policy *p, const struct ready_signer *ready, size_t a,
                        size_t b)
{
	const struct policy_signer *x = &p->signers.items[a], *y = &p->signers.items[b];

	if (ready[a].key || ready[b].key)
		return ready[a].key && ready[b].key && public_key_equal(ready[a].key, ready[b].key);
	return x->root_file == y->root_file && x->identities.len == 1 && y->identities.len == 1 &&
	       same_part(&x->identities.items[0].subject, &y->identities.items[0].subject) &&
	       same_part(&x->identities.items[0].issuer, &y->identities.items[0].issuer);
}

/* Attestations by one signer that must say different things are different things. */
static int see(struct counting *c, const struct policy_need *need, size_t part)
{
	bool is_signature = need->kind == NEED_SIGNATURE;

	for (size_t i = 0; i < need->parts_len; i++)
		if (see(c, &need->parts[i], part) < 0)
			return -1;
	for (size_t i = 0; i < need->signers.len; i++) {
		size_t signer = need->signers.items[i];
		struct seen *seen = &c->seen[is_signature][c->who[signer]];

		if (seen->part > 0 && seen->part != part + 1 && (is_signature || seen->signer != signer))
			return err_set(c->e, ERR_FORMAT, 0,
			               "line %u: what '%s' signed would count twice: another one that is "
			               "counted is the same signer",
			               need->line, SHOW(c->policy->signers.items[signer].name));
		*seen = (struct seen){ part + 1, signer };
	}
	return 0;
}

static int check_need(struct counting *c, const struct policy_need *need)
{
	memset(c->seen, 0, sizeof(c->seen));
	for (size_t i = 0; need->counts && need->least > 1 && i < need->parts_len; i++)
		if (see(c, &need->parts[i], i) < 0)
			return -1;
	for (size_t i = 0; i < need->parts_len; i++)
		if (check_need(c, &need->parts[i]) < 0)
			return -1;
	return 0;
}

int policy_counts_check(const struct policy *p, const struct ready_signer *signers, err *e)
{
	struct counting c = { .policy = p, .e = e };

	for (size_t i = 0; i < p->signers.len; i++)
		while (!same_signer(p, signers, i, c.who[i]) && c.who[i] < i)
			c.who[i]++;
	for (size_t i = 0; i < p->rules.len; i++)
		if (check_need(&c, &p->rules.items[i].need) < 0)
			return -1;
	return 0;
}
