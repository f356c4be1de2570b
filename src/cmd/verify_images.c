/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/verify_images.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/images.h"
#include "cmd/message.h"
#include "cmd/status.h"
#include "oci/platform.h"
#include "oci/predicate.h"

/* -- one image --------------------------------------------------------------------------------- */

static const char *kind_name(enum attachment_kind kind)
{
	switch (kind) {
	case ATTACHMENT_SIGNATURE: return "signature";
	case ATTACHMENT_ENVELOPE: return "attestation";
	case ATTACHMENT_BUNDLE: return "bundle";
	case ATTACHMENT_STATEMENT: return "statement";
	case ATTACHMENT_NOTARY: return "signature of the Notary Project";
	case ATTACHMENT_OTHER: break;
	}
	return "attachment";
}

/* Did none before it say the same? */
static bool is_news(const struct verified_image *image, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (bytes_equal(image->findings[k].why, image->findings[i].why))
			return false;
	return true;
}

/* Each that does not hold, and why; what is something else only for who asks, or when there is
 * nothing but that: then what there is. */
static void tell_others(const struct verify_images *v, const char *target,
                        const struct verified_image *image, struct arena *a)
{
	for (size_t i = 0; i < image->attached.list.len; i++) {
		const struct attachment *at = &image->attached.list.items[i];
		const struct verify_finding *f = &image->findings[i];
		const char *text = arena_printf(a, "%s %s: %s", kind_name(at->kind),
		                                DIGEST_TEXT(&at->manifest), SHOW(f->why));

		if (image->kind != VERDICT_HOLDS &&
		    (f->kind == VERDICT_REFUSED || (image->kind == VERDICT_ELSE && is_news(image, i))))
			message_note(v->job, target, text);
		else if (f->kind != VERDICT_HOLDS)
			message_detail(v->job, target, text);
	}
}

/* What lacks it, of an index where each platform needs its own. */
static const char *lacking(const struct verified_image *image, struct arena *a)
{
	for (size_t i = 0; i < image->attached.subjects_len; i++) {
		const struct verified_subject *s = &image->subjects[i];

		if (s->kind == image->kind && s->what->platform.os.n > 0)
			return arena_printf(a, " (%s, %s)",
			                    SHOW(bytes_str(platform_text(&s->what->platform, a))),
			                    DIGEST_TEXT(&s->what->digest));
		if (s->kind == image->kind)
			return arena_printf(a, " (%s)", DIGEST_TEXT(&s->what->digest));
	}
	return "";
}

static int conclude(const struct verify_images *v, const struct verified_image *image,
                    struct arena *a, err *e)
{
	bool sign = v->image.wish == WISH_SIGNATURE;
	const char *what = lacking(image, a);

	if (image->kind == VERDICT_REFUSED)
		return err_set(e, ERR_UNTRUSTED, 0, "no %s holds%s", sign ? "signature" : "attestation",
		               what);
	if (sign)
		return err_set(e, ERR_UNSIGNED, 0, "not signed%s%s", what,
		               image->attached.list.len > 0 ? ": what is attached says something else"
		                                            : "");
	bytes type = bytes_str(v->image.predicate_type);

	return err_set(e, ERR_UNSIGNED, 0,
	               "no attestation of type '%s'%s%s; 'oakum tree' shows what is attached",
	               SHOW(type), what,
	               bytes_is(type, PREDICATE_PROVENANCE_V02)
	                   ? " (--type slsaprovenance1 asks for version 1)"
	                   : "");
}

static int verify_one(const struct verify_images *v, struct verifier *verifier, const char *text,
                      struct arena *a, err *e)
{
	struct verified_image image;
	struct target target;

	if (who_target(&v->flags->who, text, a, &target, e) < 0 ||
	    verify_image(verifier, &target, &v->image, a, &image, e) < 0)
		return -1;
	bool one = v->flags->platform && image.attached.subjects_len > 1; /* of an index */

	images_note_tag(v->job, text, image.attached.tag,
	                DIGEST_TEXT(&image.attached.subjects[one ? 1 : 0].digest), "verified");
	if (v->flags->platform && !image.attached.subjects[0].is_index)
		message_note(v->job, text, "is no index: --platform is not compared with what it says");
	tell_others(v, text, &image, a);
	if (image.kind != VERDICT_HOLDS)
		return conclude(v, &image, a, e);
	v->tell(v->ctx, text, &image);
	return 0;
}

/* -- all --------------------------------------------------------------------------------------- */

static int prepare(struct verify_images *v, const struct texts *targets, struct verify_terms *terms,
                   err *e)
{
	const struct verify_images_flags *f = v->flags;
	uint64_t ms = f->timeout_ms ? f->timeout_ms : LIMIT_VERIFY_MS * targets->len;
	struct attachments_options *o = &v->image.gather;
	struct arena *a = &v->job->arena;

	if (images_claims(&f->claims, a, &v->image.claims, e) < 0 ||
	    images_elsewhere(v->job, &o->elsewhere, e) < 0 ||
	    images_scope(f->platform, f->all_platforms, a, &o->scope, &o->platform, e) < 0 ||
	    who_prepare(v->job, &f->who, terms, e) < 0)
		return -1;
	return network_prepare(v->job, &f->network, ms, targets->items[0], &o->registry, e);
}

/* Worker and connections of one image are not those of the next: a worker is forked before the
 * first connection, and who is silent at one registry keeps no other from being judged. */
static int verify_each(struct verify_images *v, const struct verify_terms *terms, const char *text,
                       err *e)
{
	struct arena a = ARENA_INIT;
	struct verifier *verifier;

	if (verifier_start(terms, &v->image.gather.registry.http.deadline, &verifier, e) < 0)
		return -1;
	int status = verify_one(v, verifier, text, &a, e);

	verifier_stop(verifier);
	arena_done(&a);
	return status;
}

int verify_images_run(struct verify_images *v, const struct texts *targets, err *e)
{
	struct verify_terms terms = { 0 };
	enum status worst = STATUS_DONE;
	int status = prepare(v, targets, &terms, e);

	for (size_t i = 0; i < targets->len && status == 0; i++) {
		err one = { 0 };

		if (verify_each(v, &terms, targets->items[i], &one) == 0)
			continue;
		message_error(v->job, targets->items[i], &one);
		worst = status_worse(worst, status_of(one.kind));
	}
	who_done(&terms);
	return status < 0 ? -1 : (int)worst;
}
