/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "flow/seal_run.h"

digest seal_signature_content(void)
{
	return digest_of(DIGEST_SHA256, BYTES(PREDICATE_SIGN));
}

/* -- what earlier runs attached ---------------------------------------------------------------- */

/* A record is of what was attached; whether it holds, the place says, to whom it is known who
 * signs. */
static int recall(struct seal_run *r, err *e)
{
	const struct seal_options *o = r->o;
	const digest name = seal_keep_name(*r->place.repository ? r->place.repository
	                                                        : r->place.target->path,
	                                   &r->page->root, o->signer);

	r->record = (struct seal_record){ .name = name };
	if (o->key.n == 0 && (r->identity.n == 0 || r->issuer.n == 0))
		return 0;
	seal_keep_read(&o->keep, &name, r->arena, &r->record);
	return r->record.attached.len > 0 ? seal_confirm(r, e) : 0;
}

static bool lacks_signature(const struct seal_run *r)
{
	const digest content = seal_signature_content();

	for (size_t i = 0; i < r->subjects.len; i++)
		if (!seal_keep_find(&r->record, &r->subjects.items[i].digest, &content))
			return true;
	return false;
}

static bool lacks(const struct seal_run *r, const struct seal_item *item)
{
	return !seal_keep_find(&r->record, &item->subject->digest, &item->name);
}

static bool lacks_papers(const struct seal_run *r)
{
	for (size_t i = 0; i < r->items.len; i++)
		if (lacks(r, &r->items.items[i]))
			return true;
	return false;
}

/* -- what is to be attested -------------------------------------------------------------------- */

/* Two platforms may say the same. */
static void plan_one(struct seal_run *r, const struct seal_subject *s, enum seal_paper kind,
                     bytes content)
{
	const digest name = digest_of(DIGEST_SHA256, content);

	for (size_t i = 0; i < r->items.len; i++)
		if (r->items.items[i].subject == s && digest_equal(&r->items.items[i].name, &name))
			return;
	if (content.n > 0)
		*ARENA_PUSH(r->arena, &r->items) = (struct seal_item){ s, kind, content, name };
}

static void plan(struct seal_run *r)
{
	for (size_t i = 0; i < r->subjects.len; i++) {
		const struct seal_subject *s = &r->subjects.items[i];

		for (size_t k = 0; k < r->subjects.len; k++) {
			const struct seal_subject *of = &r->subjects.items[k];

			for (unsigned p = 0; p < SEAL_PAPERS && (of == s || s->is_index); p++)
				if (of == s || p != SEAL_PROVENANCE)
					plan_one(r, s, (enum seal_paper)p, of->papers.items[p]);
		}
	}
}

/* -- what is attached -------------------------------------------------------------------------- */

static void remember(struct seal_run *r, const struct signed_image *one, const digest *content)
{
	struct seal_attached *at = ARENA_PUSH(r->arena, &r->record.attached);

	*at = (struct seal_attached){ .subject = one->subject.digest,
		                          .content = *content,
		                          .manifest = one->referrer };
	if (one->tag)
		at->layer = digest_of(DIGEST_SHA256, one->payload);
	if (r->o->key.n == 0) {
		r->identity = arena_bytes(r->arena, one->identity);
		r->issuer = arena_bytes(r->arena, one->issuer);
	}
}

/* Where a subject is found, and as what: a registry knows it by its digest, a layout by its
 * platform in the index. */
static struct target whereabouts(struct seal_run *r, const struct seal_subject *s,
                                 struct sign_wish *out)
{
	bool by_digest = *r->place.repository || digest_equal(&s->digest, &r->page->top);

	out->scope = by_digest ? SCOPE_ROOT : SCOPE_PLATFORM;
	out->platform = &s->platform;
	return seal_place_at(&r->place, by_digest ? &s->digest : &r->page->top, r->arena);
}

/* The root, and with an index all that it lists. */
static int sign(struct seal_run *r, const struct seal_hand *hand, err *e)
{
	static const struct oci_labels no_pairs;
	struct sign_wish wish = { .pairs = &no_pairs,
		                      .as_bundle = r->o->as_bundle,
		                      .as_tag = r->o->signature_as_tag,
		                      .now = r->o->wishes.now };
	const struct target at = whereabouts(r, &r->subjects.items[0], &wish);
	const digest content = seal_signature_content();
	struct sign_result result;

	if (wish.scope == SCOPE_ROOT)
		wish.scope = SCOPE_ALL;
	if (sign_image(&hand->who, &wish, hand->session, &at, r->arena, &result, e) < 0)
		return -1;
	for (size_t i = 0; i < result.len; i++)
		if (!seal_keep_find(&r->record, &result.items[i].subject.digest, &content))
			remember(r, &result.items[i], &content);
	seal_keep_write(&r->o->keep, &r->record);
	return 0;
}

static int attest_one(struct seal_run *r, const struct seal_hand *hand,
                      const struct seal_item *item, err *e)
{
	const struct testimony testimony = { .content = item->content,
		                                 .type = { seal_paper_type(item->kind), PREDICATE_JSON } };
	struct sign_wish wish = { .testimony = &testimony,
		                      .as_bundle = r->o->as_bundle,
		                      .as_tag = r->o->as_tag,
		                      .now = r->o->wishes.now };
	const struct target at = whereabouts(r, item->subject, &wish);
	struct arena own = ARENA_INIT; /* each has its bundle, and an index of many platforms many */
	struct sign_result result;
	int status = sign_image(&hand->who, &wish, hand->session, &at, &own, &result, e);

	if (status == 0) {
		remember(r, &result.items[0], &item->name);
		seal_keep_write(&r->o->keep, &r->record);
	}
	arena_done(&own);
	return status < 0 ? err_wrap(e, "%s", seal_paper_name(item->kind)) : 0;
}

static int attest(struct seal_run *r, const struct seal_hand *hand, err *e)
{
	for (size_t i = 0; i < r->items.len; i++)
		if (lacks(r, &r->items.items[i]) && attest_one(r, hand, &r->items.items[i], e) < 0)
			return -1;
	return 0;
}

/* -- what is told ------------------------------------------------------------------------------ */

static void list_one(struct seal_run *r, const struct seal_subject *s, const char *name,
                     const char *type, const digest *content)
{
	const struct seal_attached *at = seal_keep_find(&r->record, &s->digest, content);

	*ARENA_PUSH(r->arena, &r->page->statements) = (struct seal_statement){
		.name = name,
		.type = type,
		.subject = s->digest,
		.content = *content,
		.was_there = at != NULL,
	};
}

/* Before anything is signed: what the record has was there. */
static void list(struct seal_run *r)
{
	const digest signature = seal_signature_content();

	for (size_t i = 0; i < r->subjects.len; i++) {
		const struct seal_subject *s = &r->subjects.items[i];

		list_one(r, s, "signature", PREDICATE_SIGN, &signature);
		for (size_t k = 0; k < r->items.len; k++) {
			const struct seal_item *item = &r->items.items[k];

			if (item->subject == s)
				list_one(r, s, seal_paper_name(item->kind), seal_paper_type(item->kind),
				         &item->name);
		}
	}
}

/* The manifests that hold them now; what was not attached is not told. */
static void complete(struct seal_run *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->page->statements.len; i++) {
		struct seal_statement s = r->page->statements.items[i];
		const struct seal_attached *at = seal_keep_find(&r->record, &s.subject, &s.content);

		if (!at)
			continue;
		s.manifest = at->manifest;
		r->page->statements.items[kept++] = s;
	}
	r->page->statements.len = kept;
}

/* -- both -------------------------------------------------------------------------------------- */

static int write_all(struct seal_run *r, const struct seal_hand *hand, err *e)
{
	if (lacks_signature(r) && sign(r, hand, e) < 0)
		return -1;
	seal_tell(r, SEAL_SIGN, SEAL_HOLDS);
	seal_tell(r, SEAL_ATTEST, SEAL_RUNS);
	if (attest(r, hand, e) < 0)
		return -1;
	seal_tell(r, SEAL_ATTEST, SEAL_HOLDS);
	return 0;
}

int seal_attach_all(struct seal_run *r, err *e)
{
	const struct seal_calls *calls = &r->o->calls;
	struct seal_hand hand = { 0 };
	int status = 0;

	seal_tell(r, SEAL_SIGN, SEAL_RUNS);
	plan(r);
	if (recall(r, e) < 0)
		return -1;
	list(r);
	r->was_there = !lacks_signature(r) && !lacks_papers(r);
	if (!r->was_there)
		status = calls->login(calls->ctx, &hand, e);
	if (status == 0)
		status = write_all(r, &hand, e);
	calls->logout(calls->ctx);
	complete(r);
	r->page->identity = r->identity;
	r->page->issuer = r->issuer;
	r->page->public_key = r->o->key;
	if (status == 0)
		r->page->level = seal_build_level(&r->o->build, r->page->identity, r->page->issuer,
		                                  &r->page->level_why);
	return status;
}
