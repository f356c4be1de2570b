/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/verify_images.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/status.h"
#include "oci/platform.h"

/* -- flags ------------------------------------------------------------------------------------- */

static int take_claims(struct verify_images *v, err *e)
{
	const struct texts *list = &v->flags->claims;

	for (size_t i = 0; i < list->len; i++) {
		bytes rest = bytes_str(list->items[i]);
		struct oci_label *claim = ARENA_PUSH(&v->job->arena, &v->image.claims);

		if (bytes_find(rest, '=') == rest.n || !bytes_take_until(&rest, '=', &claim->name))
			return err_set(e, ERR_USAGE, 0, "--annotations %s: NAME=VALUE belongs there",
			               SHOW(bytes_str(list->items[i])));
		claim->value = rest;
	}
	return 0;
}

static int take_scope(struct verify_images *v, err *e)
{
	const struct verify_images_flags *f = v->flags;
	struct attachments_options *o = &v->image.gather;

	if (f->platform && f->all_platforms)
		return err_set(e, ERR_USAGE, 0, "--platform and --all-platforms exclude each other");
	o->scope = f->all_platforms ? SCOPE_ALL : f->platform ? SCOPE_PLATFORM : SCOPE_ROOT;
	return f->platform ? platform_parse(bytes_str(f->platform), &v->job->arena, &o->platform, e)
	                   : 0;
}

/* cosign's --local-image takes the folder alone. */
static int take_target(const struct verify_images *v, const char *text, struct arena *a,
                       struct target *out, err *e)
{
	const char *named = v->flags->who.local && !strchr(text, ':') ? arena_printf(a, "oci:%s", text)
	                                                              : text;

	return target_parse(named, a, out, e);
}

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

/* Each that does not hold, and why; what is something else only for who asks. */
static void tell_others(const struct verify_images *v, const char *target,
                        const struct verified_image *image, struct arena *a)
{
	for (size_t i = 0; i < image->attached.list.len; i++) {
		const struct attachment *at = &image->attached.list.items[i];
		const struct verify_finding *f = &image->findings[i];
		const char *text = arena_printf(a, "%s %s: %s", kind_name(at->kind),
		                                DIGEST_TEXT(&at->manifest), SHOW(f->why));

		if (f->kind == VERDICT_REFUSED && image->kind != VERDICT_HOLDS)
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
	return err_set(e, ERR_UNSIGNED, 0, "no attestation of type '%s'%s",
	               SHOW(bytes_str(v->image.predicate_type)), what);
}

static int verify_one(const struct verify_images *v, struct verifier *verifier, const char *text,
                      struct arena *a, err *e)
{
	struct verified_image image;
	struct target target;

	if (take_target(v, text, a, &target, e) < 0 ||
	    verify_image(verifier, &target, &v->image, a, &image, e) < 0)
		return -1;
	if (image.attached.tag[0] != '\0')
		message_note(
			v->job, text,
			arena_printf(a, "the tag '%s' is %s now, which is what is verified: a tag moves",
		                 image.attached.tag, DIGEST_TEXT(&image.attached.subjects[0].digest)));
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
	uint64_t ms = f->timeout_ms ? f->timeout_ms : LIMIT_TIME_MS;
	const char *tmp = job_env(v->job, "TMPDIR");

	v->image.gather.tmp_dir = tmp && *tmp ? tmp : "/tmp";
	if (take_claims(v, e) < 0 || take_scope(v, e) < 0 || who_prepare(v->job, &f->who, terms, e) < 0)
		return -1;
	return network_prepare(v->job, &f->network, ms, targets->items[0], &v->image.gather.registry,
	                       e);
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
