/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "flow/policy.h"
#include "flow/seal_run.h"
#include "flow/verify.h"

static void add_verdict(struct seal_run *r, const char *text)
{
	*ARENA_PUSH(r->arena, &r->page->verdicts) = text;
}

/* A tag is what people pull: it must lead to what was sealed. */
static int check_root(bytes found, const digest *want, err *e)
{
	return bytes_is(found, DIGEST_TEXT(want))
	           ? 0
	           : err_set(e, ERR_UNTRUSTED, 0, "read back: it is " PRIb " there, not %s",
	                     BYTESF(found), DIGEST_TEXT(want));
}

/* What is read back: by the name that was pushed to, where it has one. */
static struct target place_of(const struct seal_run *r)
{
	const struct target *to = r->o->place;

	return to && (to->kind == TARGET_REGISTRY || *to->tag)
	           ? *to
	           : seal_place_at(&r->place, &r->page->top, r->arena);
}

/* -- a policy ---------------------------------------------------------------------------------- */

static int decide(struct seal_run *r, const struct decision *d, err *e)
{
	if (check_root(d->digest, &r->page->root, e) < 0)
		return -1;
	for (size_t i = 0; i < d->lines.len; i++) {
		const struct decision_line *line = &d->lines.items[i];

		if (line->verdict == NEED_HOLDS && !line->is_detail)
			add_verdict(r, arena_printf(r->arena, PRIb, BYTESF(line->what)));
		else if (d->kind != DECISION_PASSES && !line->is_detail)
			add_verdict(r, arena_printf(r->arena, "does not hold: " PRIb ": " PRIb,
			                            BYTESF(line->what), BYTESF(line->why)));
	}
	switch (d->kind) {
	case DECISION_PASSES:
	case DECISION_WARNS: return 0;
	case DECISION_LACKS:
		return err_set(e, ERR_UNSIGNED, 0, "policy '%s': what it asks for is not attached",
		               SHOW(bytes_str(r->o->policy)));
	case DECISION_NONE:
	case DECISION_DENIED: break;
	}
	return err_set(e, ERR_UNTRUSTED, 0, "policy '%s' is not met", SHOW(bytes_str(r->o->policy)));
}

static int by_policy(struct seal_run *r, err *e)
{
	const struct seal_options *o = r->o;
	const struct policy_options options = { .path = o->policy,
		                                    .root = o->root,
		                                    .root_is_named = o->root_is_named,
		                                    .has_platform = !digest_equal(&r->page->top,
		                                                                  &r->page->root),
		                                    .all_platforms = r->subjects.items[0].is_index,
		                                    .platform = r->subjects.items[0].platform,
		                                    .registry = o->to,
		                                    .now = o->clock,
		                                    .deadline = o->to.http.deadline };
	const struct target at = place_of(r);
	struct policy_session *session;
	struct decision decision;

	if (policy_open(&options, &session, e) < 0)
		return err_wrap(e, "policy");
	int status = policy_judge(session, &at, r->arena, &decision, e);

	if (status == 0)
		status = decide(r, &decision, e);
	policy_close(session);
	return status;
}

/* -- who signed -------------------------------------------------------------------------------- */

struct back {
	struct seal_run *run;
	struct verifier *verifier;
	struct image_attachments there;
};

static int holds(struct back *b, const struct seal_statement *s, const struct attachment *at,
                 bool *out, err *e)
{
	bool sign = strcmp(s->type, PREDICATE_SIGN) == 0;
	const struct verify_question q = { .is_attached = true,
		                               .attachment = *at,
		                               .wish = sign ? WISH_SIGNATURE : WISH_ATTESTATION,
		                               .predicate_type = sign ? BYTES("") : bytes_str(s->type) };
	struct verify_finding finding;

	if (verifier_judge(b->verifier, &q, b->run->arena, &finding, e) < 0)
		return -1;
	*out = finding.kind == VERDICT_HOLDS;
	return 0;
}

static int check_statement(struct back *b, const struct seal_statement *s, err *e)
{
	bool any = false, good = false;

	for (size_t i = 0; i < b->there.list.len && !good; i++) {
		const struct attachment *at = &b->there.list.items[i];

		if (!digest_equal(&at->subject, &s->subject) || at->content.n == 0 ||
		    (s->manifest.algorithm != DIGEST_NONE && !digest_equal(&at->manifest, &s->manifest)))
			continue;
		any = true;
		if (holds(b, s, at, &good, e) < 0)
			return -1;
	}
	if (good)
		return 0;
	return err_set(e, any ? ERR_UNTRUSTED : ERR_UNSIGNED, 0, "read back: the %s of %s %s", s->name,
	               DIGEST_TEXT(&s->subject), any ? "does not hold" : "is not there");
}

/* All statements of one type, in one question to the place. */
static int check_type(struct back *b, const char *type, err *e)
{
	struct seal_run *r = b->run;
	const struct target at = place_of(r);
	const struct attachments_options options = {
		.scope = SCOPE_ALL,
		.kinds = 1u << ATTACHMENT_SIGNATURE | 1u << ATTACHMENT_ENVELOPE | 1u << ATTACHMENT_BUNDLE,
		.predicate_type = type,
		.registry = r->o->to,
	};

	if (attachments_read(&at, &options, r->arena, &b->there, e) < 0 ||
	    check_root(bytes_str(DIGEST_TEXT(&b->there.subjects[0].digest)), &r->page->top, e) < 0)
		return -1;
	for (size_t i = 0; i < r->page->statements.len; i++)
		if (strcmp(r->page->statements.items[i].type, type) == 0 &&
		    check_statement(b, &r->page->statements.items[i], e) < 0)
			return -1;
	add_verdict(r, type);
	return 0;
}

static bool is_first(const struct seal_page *page, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(page->statements.items[k].type, page->statements.items[i].type) == 0)
			return false;
	return true;
}

static int by_signer(struct seal_run *r, err *e)
{
	const struct identity who = { { .exact = r->record.identity }, { .exact = r->record.issuer } };
	bool has_key = r->record.public_key.n > 0;
	const struct verify_terms terms = { .root = r->o->root,
		                                .keys = &r->record.public_key,
		                                .keys_len = has_key,
		                                .request = { .identities = has_key ? NULL : &who,
		                                             .identities_len = !has_key } };
	struct back b = { .run = r };
	int status = 0;

	if (verifier_start(&terms, &r->o->to.http.deadline, &b.verifier, e) < 0)
		return -1;
	for (size_t i = 0; i < r->page->statements.len && status == 0; i++)
		if (is_first(r->page, i))
			status = check_type(&b, r->page->statements.items[i].type, e);
	verifier_stop(b.verifier);
	return status;
}

int seal_read_back(struct seal_run *r, err *e)
{
	seal_tell(r, SEAL_VERIFY, SEAL_RUNS);
	if ((r->o->policy ? by_policy(r, e) : by_signer(r, e)) < 0)
		return -1;
	seal_tell(r, SEAL_VERIFY, SEAL_HOLDS);
	return 0;
}
