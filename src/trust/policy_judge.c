/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/policy_judge.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"

/* Attachments that are told below a need. */
#define DETAILS_MOST 8

struct judging {
	const struct policy_question *q;
	const struct policy_subject *subject;
	struct arena *arena;
	struct decision *out;
	struct map verdicts;  /* of struct judged, by signer, type and attachment */
	struct judged *last;  /* of them all */
	struct arena scratch; /* of one look at a content */
	/* The attachment that is judged at the moment, for one signer after the other. */
	const struct attachment *opened;
	struct judge_content content;
	struct arena content_arena;
	size_t count;
	err *e;
};

/* A verdict, and what it is a view of; where nothing holds, only why. */
struct judged {
	struct verdict verdict;
	struct arena arena;
	struct judged *before;
};

/* What became of one attachment for one need. */
struct finding {
	enum verdict_of_need verdict; /* NEED_LACKS: it is something else */
	const char *why;
	bool is_signed; /* by one of the signers, and it is about what the need is about */
	int64_t since;  /* not signed before; 0: that cannot be said */
};

static struct decision_line *tell(struct judging *j, unsigned depth, uint32_t line, bytes what)
{
	if (j->out->lines.len >= LIMIT_DECISION_LINES) {
		if (!err_is_set(j->e))
			err_set(j->e, ERR_LIMIT, 0, "more than %d lines to tell of one image",
			        LIMIT_DECISION_LINES);
		return NULL;
	}
	struct decision_line *l = decision_add(j->out, j->arena);

	*l = (struct decision_line){ .depth = depth, .line = line, .what = what };
	return l;
}

/* -- one attachment ---------------------------------------------------------------------------- */

static bool is_of_subject(const struct judging *j, const struct attachment *at)
{
	return digest_equal(&at->subject, &j->subject->digests[0]) ||
	       digest_equal(&at->subject, &j->subject->digests[1]);
}

static void ask(struct judging *j, const struct policy_need *need, size_t signer, bytes type,
                const struct attachment *at, struct judged *out)
{
	const struct policy_signer *s = &j->q->policy->signers.items[signer];
	const struct verify_request request = { .root = j->q->signers[signer].root,
		                                    .key = j->q->signers[signer].key,
		                                    .identities = s->identities.items,
		                                    .identities_len = s->identities.len,
		                                    .predicate_type = type,
		                                    .key_needs_log = s->needs_log,
		                                    .ignore_log = s->ignore_log,
		                                    .ignore_sct = s->ignore_sct };
	const struct judge_question question = {
		.wish = need->kind == NEED_SIGNATURE ? WISH_SIGNATURE : WISH_ATTESTATION,
		.request = &request,
		.claims = need->claims.len > 0 ? &need->claims : NULL
	};

	if (j->opened != at) {
		arena_reset(&j->content_arena);
		j->content = (struct judge_content){ .arena = &j->content_arena };
		j->opened = at;
	}
	j->q->judge(at, &j->content, &at->subject, &question, &out->arena, &out->verdict);
	if (out->verdict.kind == VERDICT_HOLDS) {
		arena_adopt(&out->arena, &j->content_arena);
		j->opened = NULL;
		return;
	}
	if (out->verdict.why)
		out->verdict.why = arena_str(j->arena, bytes_str(out->verdict.why));
	arena_done(&out->arena);
}

/* The same question is asked by several needs: a signature is checked once. */
static const struct verdict *judge_once(struct judging *j, const struct policy_need *need,
                                        size_t signer, bytes type, const struct attachment *at)
{
	const char *key = arena_printf(j->arena, "%zu %td %d %s", signer, at - j->q->attachments,
	                               need->kind, arena_str(j->arena, type));

	if (need->claims.len > 0)
		key = arena_printf(j->arena, "%p %s", (const void *)need, key);
	void **place = map_put(&j->verdicts, bytes_str(key));

	if (*place)
		return &((const struct judged *)*place)->verdict;
	struct judged *fresh = arena_new(j->arena, struct judged);

	*place = fresh;
	fresh->before = j->last;
	j->last = fresh;
	if (++j->count <= LIMIT_POLICY_JUDGEMENTS)
		ask(j, need, signer, type, at, fresh);
	else if (!err_is_set(j->e))
		err_set(j->e, ERR_LIMIT, 0, "more than %d judgements for one image",
		        LIMIT_POLICY_JUDGEMENTS);
	return &fresh->verdict;
}

static const char *age_fault(const struct judging *j, const struct policy_need *need,
                             const struct verdict *v)
{
	int64_t since = v->result.since;

	if (need->age == 0 || since >= j->q->now - need->age)
		return NULL;
	if (since <= 0)
		return "nothing tells when it was signed, so it may be of any age";
	return arena_printf(j->arena, "signed on %s: too old", DATE_TEXT(since));
}

/* out_failed: the test that does not hold, if one does not. */
static const char *test_fault(struct judging *j, const struct policy_need *need,
                              const struct verdict *v, enum test_kind *out_failed)
{
	*out_failed = TEST_NONE;
	for (size_t i = 0; i < need->tests.len; i++) {
		const struct policy_test *test = &need->tests.items[i];
		const char *why = NULL;

		if (!policy_test_holds(test, v, &j->scratch, &why)) {
			*out_failed = test->kind;
			why = arena_str(j->arena, bytes_str(why));
		}
		arena_reset(&j->scratch);
		if (*out_failed != TEST_NONE)
			return why;
	}
	return NULL;
}

static const char *proof(struct judging *j, size_t signer, const struct verdict *v)
{
	const struct verify_result *r = &v->result;
	bytes who = r->identity.n > 0 ? r->identity : j->q->policy->signers.items[signer].name;
	const char *on = r->times[0] == 0 ? "" : r->since > 0 ? " on " : " on or before ";

	return arena_printf(j->arena, "signed by %s%s%s%s", text_shown(j->arena, who), on,
	                    r->times[0] == 0 ? "" : DATE_TEXT(r->times[0]),
	                    r->log_kind ? ", logged" : "");
}

/* Whatever comes nearest to holding is told. */
static void look_at(struct judging *j, const struct policy_need *need, size_t signer, bytes type,
                    const struct attachment *at, struct finding *out)
{
	const struct verdict *v = judge_once(j, need, signer, type, at);
	enum test_kind failed;
	const char *fault;

	switch (v->kind) {
	case VERDICT_ELSE: return;
	case VERDICT_REFUSED:
		if (out->verdict == NEED_LACKS)
			*out = (struct finding){ .verdict = NEED_REFUSED, .why = v->why };
		return;
	case VERDICT_HOLDS:
		fault = test_fault(j, need, v, &failed);
		if (!fault)
			fault = age_fault(j, need, v);
		*out = (struct finding){ fault ? NEED_REFUSED : NEED_HOLDS,
			                     fault ? fault : proof(j, signer, v), failed != TEST_CONFIGURATION,
			                     v->result.since };
	}
}

static struct finding judge_one(struct judging *j, const struct policy_need *need,
                                const struct attachment *at)
{
	static const bytes none = { 0 };
	struct finding found = { .verdict = NEED_LACKS };
	size_t types = need->kind == NEED_SIGNATURE ? 1 : need->types.len;

	for (size_t s = 0; s < need->signers.len; s++)
		for (size_t t = 0; t < types && found.verdict != NEED_HOLDS; t++)
			look_at(j, need, need->signers.items[s],
			        need->kind == NEED_SIGNATURE ? none : need->types.items[t], at, &found);
	return found;
}

/* -- needs ------------------------------------------------------------------------------------- */

static void tell_detail(struct judging *j, const struct policy_need *need, unsigned depth,
                        const struct attachment *at, const struct finding *found)
{
	const char *name = at->manifest.algorithm != DIGEST_NONE ? DIGEST_TEXT(&at->manifest)
	                                                         : DIGEST_TEXT(&at->layer.digest);
	struct decision_line *l = tell(j, depth, need->line,
	                               bytes_str(arena_printf(j->arena, "%s", name)));

	if (l) {
		l->is_detail = true;
		l->verdict = found->verdict;
		l->why = bytes_str(found->why);
	}
}

/* The youngest is the heaviest. A stamp on what a key signed tells that it is no younger, never
 * that it is no older, and anybody can have one made: of those each must hold. */
static int64_t weight(const struct finding *f)
{
	if (!f->is_signed)
		return f->verdict == NEED_LACKS ? -2 : -1;
	if (f->since > 0)
		return f->since;
	return f->verdict == NEED_HOLDS ? 0 : INT64_MAX;
}

static bool decides(const struct policy_need *need, const struct finding *found,
                    const struct finding *before)
{
	if (!need->newest)
		return before->verdict != NEED_HOLDS;
	return weight(found) > weight(before) ||
	       (weight(found) == weight(before) && found->verdict == NEED_REFUSED);
}

static enum verdict_of_need judge_leaf(struct judging *j, const struct policy_need *need,
                                       unsigned depth, size_t line)
{
	struct finding last = { .verdict = NEED_LACKS, .why = "nothing of that kind is attached" };
	bool done = false;
	size_t told = 0;

	for (size_t i = 0; i < j->q->attachments_len && !done; i++) {
		const struct attachment *at = &j->q->attachments[i];
		struct finding found = { .verdict = NEED_LACKS };

		if (is_of_subject(j, at))
			found = judge_one(j, need, at);
		if (found.verdict == NEED_LACKS)
			continue;
		if (told++ < DETAILS_MOST || found.verdict == NEED_HOLDS)
			tell_detail(j, need, depth + 1, at, &found);
		if (decides(need, &found, &last))
			last = found;
		done = last.verdict == NEED_HOLDS && !need->newest;
	}
	if (last.verdict == NEED_REFUSED && told > 1 && !(need->newest && last.is_signed))
		last.why = arena_printf(j->arena, "none of %zu holds", told);
	j->out->lines.items[line].why = bytes_str(last.why);
	return last.verdict;
}

static enum verdict_of_need judge_need(struct judging *j, const struct policy_need *need,
                                       unsigned depth);

static enum verdict_of_need judge_parts(struct judging *j, const struct policy_need *need,
                                        unsigned depth)
{
	size_t held = 0, refused = 0;

	for (size_t i = 0; i < need->parts_len; i++) {
		enum verdict_of_need v = judge_need(j, &need->parts[i], depth + 1);

		held += v == NEED_HOLDS;
		refused += v == NEED_REFUSED;
	}
	return held >= need->least ? NEED_HOLDS : refused > 0 ? NEED_REFUSED : NEED_LACKS;
}

static enum verdict_of_need judge_need(struct judging *j, const struct policy_need *need,
                                       unsigned depth)
{
	enum verdict_of_need verdict = NEED_REFUSED;
	size_t line = j->out->lines.len;

	if (!tell(j, depth, need->line, need->label))
		return NEED_REFUSED;
	switch (need->kind) {
	case NEED_OF: verdict = judge_parts(j, need, depth); break;
	case NEED_SIGNATURE:
	case NEED_ATTESTATION: verdict = judge_leaf(j, need, depth, line); break;
	case NEED_PASS: verdict = NEED_HOLDS; break;
	case NEED_NONE:
	case NEED_FAIL: break;
	}
	j->out->lines.items[line].verdict = verdict;
	return verdict;
}

/* -- rules ------------------------------------------------------------------------------------- */

static bytes rule_label(struct judging *j, const struct policy_rule *rule)
{
	if (j->subject->label.n == 0)
		return rule->name;
	return bytes_str(arena_printf(j->arena, "%s, %s", text_shown(j->arena, rule->name),
	                              text_shown(j->arena, j->subject->label)));
}

/* The parts of a rule stand right below it. */
static enum verdict_of_need judge_rule(struct judging *j, const struct policy_rule *rule)
{
	size_t line = j->out->lines.len;

	if (!tell(j, 0, rule->line, rule_label(j, rule)))
		return NEED_REFUSED;
	enum verdict_of_need verdict = judge_parts(j, &rule->need, 0);

	j->out->lines.items[line].verdict = verdict;
	if (verdict != NEED_HOLDS && rule->warn)
		j->out->lines.items[line].why = BYTES("only a warning");
	return verdict;
}

/* The worse of two decisions; what is denied because nothing is there counts as denied as soon as
 * anything that is there does not hold. */
static void count(struct decision *out, enum verdict_of_need verdict, bool warn)
{
	enum decision_kind kind = verdict == NEED_HOLDS   ? DECISION_PASSES
	                          : warn                  ? DECISION_WARNS
	                          : verdict == NEED_LACKS ? DECISION_LACKS
	                                                  : DECISION_DENIED;

	if (kind > out->kind)
		out->kind = kind;
}

static void decide_default(struct judging *j)
{
	enum policy_default otherwise = j->q->policy->otherwise;
	struct decision_line *l = tell(j, 0, 0, BYTES("no rule is about this image"));

	if (l)
		l->verdict = otherwise == POLICY_DENY ? NEED_REFUSED : NEED_HOLDS;
	count(j->out, otherwise == POLICY_ALLOW ? NEED_HOLDS : NEED_REFUSED, otherwise == POLICY_WARN);
}

int policy_decide(const struct policy_question *q, struct arena *a, struct decision *out, err *e)
{
	struct judging j = { .q = q, .arena = a, .out = out, .e = e };
	size_t about = 0;

	*out = (struct decision){ 0 };
	map_init(&j.verdicts, a);
	for (size_t i = 0; i < q->policy->rules.len; i++) {
		const struct policy_rule *rule = &q->policy->rules.items[i];
		bool all = rule->all_platforms || q->all_platforms;

		if (!policy_rule_is_about(rule, &q->image))
			continue;
		about++;
		for (size_t s = 0; s < (all ? q->subjects_len : 1); s++) {
			j.subject = &q->subjects[s];
			count(out, judge_rule(&j, rule), rule->warn);
		}
	}
	if (about == 0)
		decide_default(&j);
	arena_done(&j.scratch);
	arena_done(&j.content_arena);
	for (struct judged *v = j.last; v; v = v->before)
		arena_done(&v->arena);
	return err_is_set(e) ? -1 : 0;
}
