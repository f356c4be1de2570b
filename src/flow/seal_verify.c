/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
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

/* What is known of one entry of the record. */
enum found {
	FOUND_REFERRER = 1, /* what it is in this form holds, or it is none */
	FOUND_TAG = 2,
	FOUND_THERE = 4, /* something is there in its name */
	FOUND_ALL = FOUND_REFERRER | FOUND_TAG,
};

struct back {
	struct seal_run *run;
	struct identity who;
	struct verify_terms terms;
	struct verifier *verifier;
	struct gather place;
	struct arena arena;       /* of the place */
	struct attachments there; /* what the record tells of, without contents */
	enum found *found;        /* of each entry of the record */
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
static bool says(const struct seal_item *item, bytes statement, struct arena *a)
{
	const struct claim claim = { .subject = item->subject->digest,
		                         .type = { seal_paper_type(item->kind), PREDICATE_JSON },
		                         .content = item->content };
	bytes want = claim_statement(&claim, a);
	size_t at = bytes_search(want, BYTES(",\"predicate\":"));

	return at < want.n && bytes_ends(statement, bytes_skip(want, at));
}

/* What is attached there: is it the statement of this content, and by who signs? */
static int holds(struct back *b, const struct attachment *at, const digest *content,
                 struct arena *a, bool *out, err *e)
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
	if (verifier_judge(b->verifier, &q, a, &finding, e) < 0)
		return -1;
	*out = finding.kind == VERDICT_HOLDS && (sign || says(item, finding.payload, a));
	return 0;
}

/* form_of(one, at): the form in which that is this entry; 0: it is another. */
static enum found form_of(const struct seal_attached *one, const struct attachment *at)
{
	if (!digest_equal(&at->subject, &one->subject))
		return 0;
	if (digest_equal(&at->manifest, &one->manifest))
		return FOUND_REFERRER;
	return digest_equal(&at->layer.digest, &one->layer) ? FOUND_TAG : 0;
}

static int judge_attached(struct back *b, const struct attachment *at, struct arena *a, err *e)
{
	const struct seal_record *record = &b->run->record;

	for (size_t i = 0; i < record->attached.len; i++) {
		const struct seal_attached *one = &record->attached.items[i];
		enum found form = form_of(one, at);
		bool good;

		if (form == 0 || at->content.n == 0 || (b->found[i] & form))
			continue;
		if (holds(b, at, &one->content, a, &good, e) < 0)
			return -1;
		b->found[i] |= FOUND_THERE | (good ? form : 0);
	}
	return 0;
}

/* How many from there on are held at once. */
static size_t portion(const struct attachments *list, size_t from)
{
	uint64_t size = 0;
	size_t n = 0;

	for (; from + n < list->len; n++) {
		size += list->items[from + n].layer.size;
		if (n > 0 && size > LIMIT_ATTACHMENTS_SIZE)
			break;
	}
	return n;
}

/* An index of many platforms has more attached than is held at once. */
static int judge_all(struct back *b, err *e)
{
	const struct attachments_options options = { .kinds = PROVABLE };
	int status = 0;

	for (size_t from = 0, n; from < b->there.len && status == 0; from += n) {
		struct arena a = ARENA_INIT;

		n = portion(&b->there, from);
		struct attachments part = { b->there.items + from, n, n };

		b->place.arena = &a;
		status = attachments_fetch(&b->place, &options, &part, e);
		for (size_t i = 0; i < n && status == 0; i++)
			status = judge_attached(b, &part.items[i], &a, e);
		arena_done(&a);
	}
	return status;
}

static int list_attached(struct back *b, err *e)
{
	const struct attachments_options options = { .kinds = PROVABLE };
	const struct seal_record *record = &b->run->record;
	struct attachments all;

	if (attachments_find(&b->place, &options, FIND_ALL, &all, e) < 0)
		return -1;
	for (size_t i = 0; i < all.len; i++)
		for (size_t k = 0; k < record->attached.len; k++)
			if (form_of(&record->attached.items[k], &all.items[i])) {
				*ARENA_PUSH(&b->arena, &b->there) = all.items[i];
				break;
			}
	return 0;
}

static int read_place(struct back *b, const struct target *at, err *e)
{
	static const struct platform any;
	struct seal_run *r = b->run;
	int status = gather_open(&b->place, at, &r->o->to, &b->arena, e);

	if (status == 0)
		status = gather_subjects(&b->place, SCOPE_ALL, &any, e);
	if (status == 0)
		status = check_root(bytes_str(DIGEST_TEXT(&b->place.subjects.items[0].digest)),
		                    &r->page->top, e);
	if (status == 0)
		status = list_attached(b, e);
	if (status == 0)
		status = judge_all(b, e);
	gather_close(&b->place);
	return status;
}

/* read_record(r, at, out, e): of each entry of r->record, what is found of it there. Arena. */
static int read_record(struct seal_run *r, const struct target *at, enum found **out, err *e)
{
	struct back b;

	if (back_start(&b, r, e) < 0)
		return -1;
	b.found = arena_array(r->arena, enum found, r->record.attached.len);
	for (size_t i = 0; i < r->record.attached.len; i++) {
		const struct seal_attached *one = &r->record.attached.items[i];

		if (one->manifest.algorithm == DIGEST_NONE)
			b.found[i] = FOUND_REFERRER;
		else if (one->layer.algorithm == DIGEST_NONE)
			b.found[i] = FOUND_TAG;
	}
	int status = read_place(&b, at, e);

	verifier_stop(b.verifier);
	arena_done(&b.arena);
	*out = b.found;
	return status;
}

static int check_statement(const struct seal_run *r, const struct seal_statement *s,
                           const enum found *found, err *e)
{
	const struct seal_attached *one = seal_keep_find(&r->record, &s->subject, &s->content);
	enum found of = one ? found[one - r->record.attached.items] : 0;
	bool is_there = of & FOUND_THERE;

	if ((of & FOUND_ALL) == FOUND_ALL)
		return 0;
	return err_set(e, is_there ? ERR_UNTRUSTED : ERR_UNSIGNED, 0, "read back: the %s of %s %s",
	               s->name, DIGEST_TEXT(&s->subject), is_there ? "does not hold" : "is not there");
}

static int check_all(struct seal_run *r, err *e)
{
	const struct target at = place_of(r);
	enum found *found;

	if (read_record(r, &at, &found, e) < 0)
		return -1;
	for (size_t i = 0; i < r->page->statements.len; i++)
		if (check_statement(r, &r->page->statements.items[i], found, e) < 0)
			return -1;
	return 0;
}

/* What was there was read back by seal_confirm, after the push: only the name is left. */
static int check_name(const struct seal_run *r, err *e)
{
	const struct target at = place_of(r);
	struct arena a = ARENA_INIT;
	struct gather g;
	bytes content;
	int status = gather_open(&g, &at, &r->o->to, &a, e);

	if (status == 0)
		status = gather_root(&g, &r->o->wishes.image.platform, &content, e);
	if (status == 0)
		status = check_root(bytes_str(DIGEST_TEXT(&g.subjects.items[0].digest)), &r->page->top, e);
	gather_close(&g);
	arena_done(&a);
	return status;
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
	if ((r->was_there ? check_name(r, e) : check_all(r, e)) < 0)
		return -1;
	for (size_t i = 0; i < r->page->statements.len; i++)
		if (is_first(r->page, i))
			add_verdict(r, r->page->statements.items[i].type);
	return 0;
}

/* -- what an earlier run attached -------------------------------------------------------------- */

int seal_confirm(struct seal_run *r, err *e)
{
	const struct target at = seal_place_at(&r->place, &r->page->top, r->arena);
	enum found *found;
	size_t kept = 0;

	if (read_record(r, &at, &found, e) < 0)
		return -1;
	for (size_t i = 0; i < r->record.attached.len; i++)
		if ((found[i] & FOUND_ALL) == FOUND_ALL)
			r->record.attached.items[kept++] = r->record.attached.items[i];
	r->record.attached.len = kept;
	return 0;
}

int seal_read_back(struct seal_run *r, err *e)
{
	seal_tell(r, SEAL_VERIFY, SEAL_RUNS);
	if ((r->o->policy ? by_policy(r, e) : by_signer(r, e)) < 0)
		return -1;
	seal_tell(r, SEAL_VERIFY, SEAL_HOLDS);
	return 0;
}
