/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/attached_tree.h"

#include "oci/platform.h"

static bool is_signed(const struct attachment *at)
{
	return at->kind == ATTACHMENT_SIGNATURE || at->kind == ATTACHMENT_ENVELOPE ||
	       at->kind == ATTACHMENT_BUNDLE;
}

/* judge(o, item, a, e): as a signature; what is none, as an attestation of its own type. */
static int judge(const struct attached_tree *o, struct tree_item *item, struct arena *a, err *e)
{
	struct verify_question q = { .is_attached = true, .attachment = *item->at };
	struct verify_finding f = { 0 };

	if (verifier_judge(o->verifier, &q, a, &f, e) < 0)
		return -1;
	q.wish = WISH_ATTESTATION;
	if (f.kind == VERDICT_ELSE && verifier_judge(o->verifier, &q, a, &f, e) < 0)
		return -1;
	if (f.kind == VERDICT_HOLDS) {
		item->state = TREE_HOLDS;
		item->signer = f.identity;
		item->issuer = f.issuer;
	} else {
		item->state = TREE_REFUSED;
		item->why = f.why;
	}
	return 0;
}

static int tell(const struct attached_tree *o, const struct attachment *at, const char *place,
                struct arena *a, struct tree_item *out, err *e)
{
	struct claimant c = { 0 };

	*out = (struct tree_item){ .at = at, .place = place, .predicate_type = at->predicate_type };
	if (at->unread)
		out->why = bytes_str(at->unread);
	if (!is_signed(at))
		return 0;
	out->state = TREE_CLAIMED;
	if (at->content.n > 0 && claimant_ask(o->claimant, at, a, &c, e) < 0)
		return -1;
	if (c.trouble)
		out->why = bytes_str(c.trouble);
	out->signer = c.identity;
	out->issuer = c.issuer;
	if (c.predicate_type.n > 0)
		out->predicate_type = c.predicate_type;
	return o->verifier ? judge(o, out, a, e) : 0;
}

static void put_subject(const struct attachable *s, struct arena *a, struct tree_subject *out)
{
	out->digest = s->digest;
	out->is_index = s->is_index;
	out->platform = s->platform.architecture.n > 0 ? platform_text(&s->platform, a) : "";
}

/* tell_found(o, found, place, a, out, e): each thing below what it is attached to. */
static int tell_found(const struct attached_tree *o, const struct image_attachments *found,
                      const char *place, struct arena *a, struct tree_page *out, err *e)
{
	for (size_t i = 0; i < out->subjects_len; i++)
		for (size_t k = 0; k < found->list.len; k++) {
			struct tree_subject *s = &out->subjects[i];
			const struct attachment *at = &found->list.items[k];

			if (digest_equal(&at->subject, &s->digest) &&
			    tell(o, at, place, a, ARENA_PUSH(a, &s->attached), e) < 0)
				return -1;
		}
	return 0;
}

int attached_tree_make(const struct attached_tree *o, const struct target *target, struct arena *a,
                       struct tree_page *out, err *e)
{
	struct attachments_options gather = {
		.scope = o->scope,
		.platform = o->platform,
		.kinds = 1 << ATTACHMENT_SIGNATURE | 1 << ATTACHMENT_ENVELOPE | 1 << ATTACHMENT_BUNDLE,
		.tell_all = true,
		.registry = o->registry,
	};
	struct image_attachments *found = arena_new(a, struct image_attachments);
	struct image_attachments *there = arena_new(a, struct image_attachments);

	if (attachments_read(target, &gather, a, found, e) < 0)
		return -1;
	*out = (struct tree_page){ .image = bytes_str(target->text),
		                       .subjects = arena_array(a, struct tree_subject, found->subjects_len),
		                       .subjects_len = found->subjects_len,
		                       .verified = o->verifier != NULL };
	for (size_t i = 0; i < found->subjects_len; i++)
		put_subject(&found->subjects[i], a, &out->subjects[i]);
	if (tell_found(o, found, "", a, out, e) < 0)
		return -1;
	if (!o->elsewhere || target->kind != TARGET_REGISTRY)
		return 0;
	const char *place = arena_printf(a, "%s/%s", o->elsewhere->host, o->elsewhere->repository);

	gather.elsewhere = o->elsewhere;
	if (strcmp(place, found->name) == 0)
		return 0;
	return attachments_read(target, &gather, a, there, e) < 0
	           ? -1
	           : tell_found(o, there, place, a, out, e);
}
