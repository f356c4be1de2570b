/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "flow/policy.h"
#include "flow/seal_run.h"
#include "flow/verify.h"
#include "trust/claim.h"

#define PROVABLE (1u << ATTACHMENT_SIGNATURE | 1u << ATTACHMENT_ENVELOPE | 1u << ATTACHMENT_BUNDLE)

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
	struct identity who;
	struct verify_terms terms;
	struct verifier *verifier;
	struct image_attachments there;
};

/* Of whoever signs here and now, never of what an earlier run left. */
static int back_start(struct back *b, struct seal_run *r, err *e)
{
	bool has_key = r->o->key.n > 0;

	*b = (struct back){ .run = r, .who = { { .exact = r->identity }, { .exact = r->issuer } } };
	b->terms = (struct verify_terms){ .root = r->o->root,
		                              .keys = &r->o->key,
		                              .keys_len = has_key,
		                              .request = { .identities = has_key ? NULL : &b->who,
		                                           .identities_len = !has_key } };
	return verifier_start(&b->terms, &r->o->to.http.deadline, &b->verifier, e);
}

static const struct seal_item *item_of(const struct seal_run *r, const digest *subject,
                                       const digest *content)
{
	for (size_t i = 0; i < r->items.len; i++)
		if (digest_equal(&r->items.items[i].subject->digest, subject) &&
		    digest_equal(&r->items.items[i].name, content))
			return &r->items.items[i];
	return NULL;
}

/* The predicate is octet for octet what this run wrote; its subject was judged. */
static bool says(const struct seal_run *r, const struct seal_item *item, bytes statement)
{
	const struct claim claim = { .subject = item->subject->digest,
		                         .type = { seal_paper_type(item->kind), PREDICATE_JSON },
		                         .content = item->content };
	bytes want = claim_statement(&claim, r->arena);
	size_t at = bytes_search(want, BYTES(",\"predicate\":"));

	return at < want.n && bytes_ends(statement, bytes_skip(want, at));
}

/* What is attached there: is it the statement of this content, and by who signs? */
static int holds(struct back *b, const struct attachment *at, const digest *content, bool *out,
                 err *e)
{
	const struct seal_item *item = item_of(b->run, &at->subject, content);
	const digest signature = seal_signature_content();
	bool sign = digest_equal(content, &signature);
	const bytes type = bytes_str(item ? seal_paper_type(item->kind) : "");
	const struct verify_question q = { .is_attached = true,
		                               .attachment = *at,
		                               .wish = sign ? WISH_SIGNATURE : WISH_ATTESTATION,
		                               .predicate_type = sign ? BYTES("") : type };
	struct verify_finding finding;

	*out = false;
	if (!sign && !item)
		return 0;
	if (verifier_judge(b->verifier, &q, b->run->arena, &finding, e) < 0)
		return -1;
	*out = finding.kind == VERDICT_HOLDS && (sign || says(b->run, item, finding.payload));
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
		if (holds(b, at, &s->content, &good, e) < 0)
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
		.kinds = PROVABLE,
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
	struct back b;
	int status = 0;

	if (back_start(&b, r, e) < 0)
		return -1;
	for (size_t i = 0; i < r->page->statements.len && status == 0; i++)
		if (is_first(r->page, i))
			status = check_type(&b, r->page->statements.items[i].type, e);
	verifier_stop(b.verifier);
	return status;
}

/* -- what an earlier run attached -------------------------------------------------------------- */

/* One of its two forms, of which it may have had one. */
static int confirm_form(struct back *b, const struct seal_attached *one, bool by_tag, bool *out,
                        err *e)
{
	const digest *want = by_tag ? &one->layer : &one->manifest;

	*out = want->algorithm == DIGEST_NONE;
	for (size_t i = 0; i < b->there.list.len && !*out; i++) {
		const struct attachment *at = &b->there.list.items[i];

		if (digest_equal(&at->subject, &one->subject) && at->content.n > 0 &&
		    digest_equal(by_tag ? &at->layer.digest : &at->manifest, want) &&
		    holds(b, at, &one->content, out, e) < 0)
			return -1;
	}
	return 0;
}

static int confirm_one(struct back *b, const struct seal_attached *one, bool *out, err *e)
{
	bool manifest = false, layer = false;

	*out = false;
	if (one->manifest.algorithm == DIGEST_NONE && one->layer.algorithm == DIGEST_NONE)
		return 0;
	if (confirm_form(b, one, false, &manifest, e) < 0 || confirm_form(b, one, true, &layer, e) < 0)
		return -1;
	*out = manifest && layer;
	return 0;
}

int seal_confirm(struct seal_run *r, err *e)
{
	const struct target at = seal_place_at(&r->place, &r->page->top, r->arena);
	const struct attachments_options options = { .scope = SCOPE_ALL,
		                                         .kinds = PROVABLE,
		                                         .registry = r->o->to };
	struct back b;
	size_t kept = 0;

	if (back_start(&b, r, e) < 0)
		return -1;
	int status = attachments_read(&at, &options, r->arena, &b.there, e);

	for (size_t i = 0; i < r->record.attached.len && status == 0; i++) {
		bool good;

		status = confirm_one(&b, &r->record.attached.items[i], &good, e);
		if (status == 0 && good)
			r->record.attached.items[kept++] = r->record.attached.items[i];
	}
	r->record.attached.len = kept;
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
