/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/verify_image.h"

/* counts(o, image, subject): does what is attached to it speak of what is asked for? Of a platform
 * the index, too, by its signature, for that covers the platform's digest; an attestation is about
 * one thing. */
static bool counts(const struct verify_image *o, const struct image_attachments *image,
                   const digest *subject)
{
	if (o->gather.scope != SCOPE_PLATFORM || o->wish == WISH_SIGNATURE || image->subjects_len == 1)
		return true;
	for (size_t i = 0; i < image->subjects_len; i++)
		if (digest_equal(&image->subjects[i].digest, subject))
			return !image->subjects[i].is_index;
	return false;
}

static int judge_one(struct verifier *v, const struct verify_image *o,
                     const struct image_attachments *image, const struct attachment *at,
                     struct arena *a, struct verify_finding *out, err *e)
{
	const struct verify_question q = { .is_attached = true,
		                               .attachment = *at,
		                               .wish = o->wish,
		                               .claims = o->claims,
		                               .predicate_type = bytes_str(o->predicate_type) };

	if (counts(o, image, &at->subject))
		return verifier_judge(v, &q, a, out, e);
	*out = (struct verify_finding){ .kind = VERDICT_ELSE,
		                            .why = BYTES("about the index, not about this platform") };
	return 0;
}

static int judge_each(struct verifier *v, const struct verify_image *o, struct arena *a,
                      struct verified_image *out, err *e)
{
	const struct attachments *list = &out->attached.list;

	out->findings = arena_array(a, struct verify_finding, list->len);
	for (size_t i = 0; i < list->len; i++)
		if (judge_one(v, o, &out->attached, &list->items[i], a, &out->findings[i], e) < 0)
			return err_wrap(e, "%s", DIGEST_TEXT(&list->items[i].manifest));
	return 0;
}

/* better(a, b): of two findings about one thing the one that decides: what holds, else what does
 * not. */
static enum verdict_kind better(enum verdict_kind a, enum verdict_kind b)
{
	if (a == VERDICT_HOLDS || b == VERDICT_HOLDS)
		return VERDICT_HOLDS;
	return a == VERDICT_REFUSED || b == VERDICT_REFUSED ? VERDICT_REFUSED : VERDICT_ELSE;
}

static enum verdict_kind decide_subject(const struct verified_image *v, const digest *subject)
{
	enum verdict_kind kind = VERDICT_ELSE;

	for (size_t i = 0; i < v->attached.list.len; i++)
		if (digest_equal(&v->attached.list.items[i].subject, subject))
			kind = better(kind, v->findings[i].kind);
	return kind;
}

static enum verdict_kind decide(const struct verify_image *o, const struct verified_image *v)
{
	enum verdict_kind kind = VERDICT_ELSE, worst = VERDICT_HOLDS;

	for (size_t i = 0; i < v->attached.subjects_len; i++) {
		kind = better(kind, v->subjects[i].kind);
		if (v->subjects[i].kind == VERDICT_REFUSED || worst == VERDICT_HOLDS)
			worst = v->subjects[i].kind;
	}
	return o->gather.scope == SCOPE_ALL && v->attached.subjects_len > 0 ? worst : kind;
}

static int look(struct verifier *v, const struct target *target, const struct verify_image *options,
                const struct reference *elsewhere, struct arena *a, struct verified_image *out,
                err *e)
{
	struct attachments_options gather = options->gather;

	gather.elsewhere = elsewhere;
	gather.kinds = 1 << ATTACHMENT_BUNDLE |
	               1 << (options->wish == WISH_SIGNATURE ? ATTACHMENT_SIGNATURE
	                                                     : ATTACHMENT_ENVELOPE);
	gather.predicate_type = options->wish == WISH_SIGNATURE ? PREDICATE_SIGN
	                                                        : options->predicate_type;
	*out = (struct verified_image){ 0 };
	if (attachments_read(target, &gather, a, &out->attached, e) < 0 ||
	    judge_each(v, options, a, out, e) < 0)
		return -1;
	out->subjects = arena_array(a, struct verified_subject, out->attached.subjects_len);
	for (size_t i = 0; i < out->attached.subjects_len; i++) {
		const struct attachable *what = &out->attached.subjects[i];

		out->subjects[i] = (struct verified_subject){ what, decide_subject(out, &what->digest) };
	}
	out->kind = decide(options, out);
	return 0;
}

/* Elsewhere first, as who keeps signatures there expects; then beside the image. */
int verify_image(struct verifier *v, const struct target *target,
                 const struct verify_image *options, struct arena *a, struct verified_image *out,
                 err *e)
{
	const struct reference *elsewhere = options->gather.elsewhere;
	struct verified_image there = { 0 };

	if (elsewhere && target->kind == TARGET_REGISTRY &&
	    look(v, target, options, elsewhere, a, &there, e) < 0)
		return -1;
	if (there.kind == VERDICT_HOLDS) {
		*out = there;
		return 0;
	}
	if (look(v, target, options, NULL, a, out, e) < 0)
		return -1;
	if (out->kind == VERDICT_ELSE && there.kind == VERDICT_REFUSED)
		*out = there;
	return 0;
}
