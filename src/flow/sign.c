/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/sign.h"

#include "base/limits.h"
#include "base/text.h"
#include "crypto/pem.h"
#include "sys/file.h"
#include "trust/bundle_text.h"
#include "trust/dsse.h"

#include <inttypes.h>

/* -- one bundle -------------------------------------------------------------------------------- */

struct made {
	struct bundle bundle;
	bytes text;
	bytes identity, issuer;
	bool is_logged;
	uint64_t log_index;
};

static enum key_hash hash_for(const struct sign_who *who, bool is_message)
{
	return signer_hash(who->signer, is_message,
	                   who->keyless ? keyless_log_version(who->keyless) : 0);
}

/* finish(who, about, a, out, e): who signed, the witnesses, the text. */
static int finish(const struct sign_who *who, struct keyless_subject *about, struct arena *a,
                  struct made *out, err *e)
{
	struct bundle *b = &out->bundle;
	struct keyless_proof proof;

	if (who->by_certificate) {
		b->certificate = keyless_certificate(who->keyless);
	} else {
		b->hint = bundle_hint(who->signer->public, a);
		about->key = who->signer->public;
	}
	b->version = BUNDLE_V3;
	if (!who->keyless) {
		out->text = bundle_text(b, a);
		return 0;
	}
	if (keyless_witness(who->keyless, b, about, a, &proof, e) < 0)
		return -1;
	out->text = proof.text;
	out->identity = proof.identity;
	out->issuer = proof.issuer;
	out->is_logged = b->entries_len > 0;
	out->log_index = proof.log_index;
	return 0;
}

/* What a statement is about, for whoever judges the bundle. */
static struct keyless_subject about_digest(const digest *d)
{
	struct keyless_subject s = { 0 };

	if (d->algorithm == DIGEST_SHA256)
		s.sha256 = *d;
	else
		s.sha512 = *d;
	return s;
}

static int make_envelope(const struct sign_who *who, bytes statement, const digest *subject,
                         struct arena *a, struct made *out, err *e)
{
	struct keyless_subject about = about_digest(subject);

	if (statement.n > LIMIT_BUNDLE / 2)
		return err_set(e, ERR_LIMIT, 0, "a statement of %s; at most %s", SIZE_TEXT(statement.n),
		               SIZE_TEXT(LIMIT_BUNDLE / 2));
	*out = (struct made){ .bundle = { .is_envelope = true,
		                              .payload = statement,
		                              .payload_type = BYTES(STATEMENT_MEDIA_TYPE) } };
	const struct key_message message = {
		dsse_pae(out->bundle.payload_type, out->bundle.payload, a), NULL
	};

	if (signer_sign(who->signer, hash_for(who, false), &message, a, &out->bundle.signature, e) < 0)
		return -1;
	return finish(who, &about, a, out, e);
}

/* A message: its octets where the key's hash needs them, else its digests are enough. */
struct message {
	bytes content;
	bool is_whole;
	digest sha256, sha512;
};

static bytes octets_of(const digest *d)
{
	return bytes_of(d->value, digest_size(d));
}

static void describe_message(const struct message *m, enum key_hash hash, struct arena *a,
                             struct bundle *out)
{
	switch (hash) {
	case KEY_HASH_NONE: /* says which file, as cosign does */
	case KEY_SHA256:
		out->message_hash = BUNDLE_SHA256;
		out->message_digest = arena_bytes(a, octets_of(&m->sha256));
		break;
	case KEY_SHA384:
		out->message_hash = BUNDLE_SHA384;
		out->message_digest = key_digest(KEY_SHA384, m->content, a);
		break;
	case KEY_SHA512:
		out->message_hash = BUNDLE_SHA512;
		out->message_digest = arena_bytes(a, octets_of(&m->sha512));
		break;
	}
}

static int make_message(const struct sign_who *who, const struct message *m, struct arena *a,
                        struct made *out, err *e)
{
	const enum key_hash hash = hash_for(who, true);
	struct keyless_subject about = { .has_artifact = m->is_whole,
		                             .artifact = m->content,
		                             .sha256 = m->sha256,
		                             .sha512 = m->sha512 };
	struct key_message message = { m->content, NULL };

	if (hash == KEY_SHA256 && !m->is_whole)
		message.hash = &m->sha256;
	else if (!m->is_whole)
		return err_set(e, ERR_LIMIT, 0,
		               "more than %s can be signed by its SHA-256 alone: a P-256 or an RSA key, or "
		               "one of P-384 or P-521 in a file, without a log of version 2",
		               SIZE_TEXT(LIMIT_BLOB_WHOLE));
	*out = (struct made){ .bundle = { 0 } };
	describe_message(m, hash, a, &out->bundle);
	if (signer_sign(who->signer, hash, &message, a, &out->bundle.signature, e) < 0)
		return -1;
	return finish(who, &about, a, out, e);
}

/* -- what an image gets ------------------------------------------------------------------------ */

struct signing {
	const struct sign_who *who;
	const struct sign_wish *wish;
	struct attach *session;
	struct arena *arena;
	struct attach_image *image;
};

/* Everything for one subject, made before anything is sent. */
struct prepared {
	struct attach_item referrer, tagged;
};

static void label(struct signing *s, struct oci_labels *list, const char *name, bytes value)
{
	*ARENA_PUSH(s->arena, list) = (struct oci_label){ bytes_str(name), value };
}

static void tell(struct signed_image *out, const struct made *made)
{
	out->identity = made->identity;
	out->issuer = made->issuer;
	out->is_logged = made->is_logged;
	out->log_index = made->log_index;
}

/* The file comes first: whatever fails from here on, it keeps what a log has witnessed. */
static int prepare_referrer(struct signing *s, const struct made *made, bytes type,
                            struct signed_image *image, struct prepared *out, err *e)
{
	struct attach_item *item = &out->referrer;

	item->artifact_type = item->media_type = BYTES(BUNDLE_MEDIA_TYPE);
	item->content = made->text;
	label(s, &item->annotations, "dev.sigstore.bundle.content", BYTES("dsse-envelope"));
	label(s, &item->annotations, "dev.sigstore.bundle.predicateType", type);
	label(s, &item->annotations, "org.opencontainers.image.created",
	      claim_time(s->wish->now, s->arena));
	tell(image, made);
	if (s->wish->bundle_file &&
	    file_write_atomic(s->wish->bundle_file, made->text, 0644, e) < 0)
		return -1;
	image->bundle = made->text;
	return 0;
}

static int prepare_tagged(struct signing *s, const struct made *made, struct attach_item *out,
                          err *e)
{
	bytes chain = s->who->by_certificate ? keyless_chain(s->who->keyless) : BYTES("");

	if (bundle_annotations(&made->bundle, chain, s->arena, &out->annotations, e) < 0)
		return -1;
	out->suffix = made->bundle.is_envelope ? "att" : "sig";
	out->media_type = made->bundle.is_envelope ? BYTES(ENVELOPE_MEDIA_TYPE)
	                                           : BYTES(SIMPLE_SIGNING_MEDIA_TYPE);
	return 0;
}

static int prepare_signature(struct signing *s, struct signed_image *out, struct prepared *p,
                             err *e)
{
	const digest *d = &out->subject.digest;
	struct made made;

	if (s->wish->as_bundle) {
		if (make_envelope(s->who, claim_signed(d, s->wish->pairs, s->arena), d, s->arena, &made,
		                  e) < 0 ||
		    prepare_referrer(s, &made, BYTES(PREDICATE_SIGN), out, p, e) < 0)
			return -1;
	}
	if (!s->wish->as_tag)
		return 0;
	bytes payload = claim_simple(bytes_str(s->image->name), d, s->wish->pairs, s->arena);
	const struct message message = { payload, true, digest_of(DIGEST_SHA256, payload),
		                             digest_of(DIGEST_SHA512, payload) };

	if (make_message(s->who, &message, s->arena, &made, e) < 0 ||
	    prepare_tagged(s, &made, &p->tagged, e) < 0)
		return -1;
	p->tagged.content = out->payload = payload;
	out->signature = made.bundle.signature;
	tell(out, &made);
	return 0;
}

static int prepare_attestation(struct signing *s, struct signed_image *out, struct prepared *p,
                               err *e)
{
	const struct testimony *testimony = s->wish->testimony;
	const bytes type = bytes_str(testimony->type.uri);
	const struct claim claim = { .name = bytes_str(s->image->name),
		                         .subject = out->subject.digest,
		                         .type = testimony->type,
		                         .content = testimony->content,
		                         .now = s->wish->now };
	struct made made;

	if (!testimony_is_about(testimony, &claim.subject))
		return err_set(e, ERR_UNTRUSTED, 0, "the statement is not about %s",
		               DIGEST_TEXT(&claim.subject));
	const bytes statement = testimony->is_statement ? testimony->content
	                                                : claim_statement(&claim, s->arena);

	/* One envelope serves both. */
	if (make_envelope(s->who, statement, &claim.subject, s->arena, &made, e) < 0 ||
	    (s->wish->as_bundle && prepare_referrer(s, &made, type, out, p, e) < 0))
		return -1;
	if (!s->wish->as_tag)
		return 0;
	tell(out, &made);
	if (prepare_tagged(s, &made, &p->tagged, e) < 0)
		return -1;
	label(s, &p->tagged.annotations, "predicateType", type);
	p->tagged.content = out->payload = bundle_envelope(&made.bundle, s->arena);
	p->tagged.replace = s->wish->replace ? type : BYTES("");
	return 0;
}

/* Whether it holds is asked by whoever verifies it; here, that it is put where it will be found. */
static int prepare_kept(struct signing *s, struct signed_image *out, struct prepared *p, err *e)
{
	const struct attachment at = { .kind = ATTACHMENT_BUNDLE,
		                           .subject = out->subject.digest,
		                           .content = s->wish->kept };
	const struct made made = { .text = s->wish->kept };
	struct claimant c;

	if (claimant_ask(s->wish->claimant, &at, s->arena, &c, e) < 0)
		return -1;
	if (c.trouble)
		return err_set(e, ERR_FORMAT, 0, "the bundle: %s", c.trouble);
	if (!c.is_about)
		return err_set(e, ERR_UNTRUSTED, 0, "the bundle is not about %s", DIGEST_TEXT(&at.subject));
	return prepare_referrer(s, &made, c.predicate_type, out, p, e);
}

static int prepare(struct signing *s, struct signed_image *out, struct prepared *p, err *e)
{
	int status = s->wish->kept.n > 0   ? prepare_kept(s, out, p, e)
	             : s->wish->testimony  ? prepare_attestation(s, out, p, e)
	                                   : prepare_signature(s, out, p, e);

	p->referrer.subject = p->tagged.subject = &out->subject;
	if (p->tagged.suffix)
		out->tag = attachment_tag(&out->subject.digest, p->tagged.suffix, s->arena);
	return status;
}

static int put(struct signing *s, struct signed_image *out, const struct prepared *p, err *e)
{
	if (s->wish->as_bundle && attach_put(s->session, &p->referrer, &out->referrer, e) < 0)
		return -1;
	return s->wish->as_tag ? attach_put(s->session, &p->tagged, &out->tagged, e) : 0;
}

/* The log does not forget what was not attached: whoever reads this must not sign once more to find
 * the bundle. */
static int wrap_unattached(const struct sign_wish *wish, const struct signed_image *one, err *e)
{
	if (one->is_logged)
		(void)err_wrap(e, "its signature is logged as %" PRIu64 ", but not attached",
		               one->log_index);
	if (wish->bundle_file && one->bundle.n > 0)
		(void)err_wrap(e, "its bundle is in '%s'", SHOW(bytes_str(wish->bundle_file)));
	return err_wrap(e, "%s", DIGEST_TEXT(&one->subject.digest));
}

int sign_image(const struct sign_who *who, const struct sign_wish *wish, struct attach *session,
               const struct target *target, struct arena *a, struct sign_result *out, err *e)
{
	struct sign_result r = { 0 };
	struct signing s = {
		.who = who, .wish = wish, .session = session, .arena = a, .image = &r.image
	};

	if (attach_begin(session, target, wish->scope, wish->platform, a, &r.image, e) < 0)
		return -1;
	r.items = arena_array(a, struct signed_image, r.image.len);
	struct prepared *prepared = arena_array(a, struct prepared, r.image.len);

	for (; r.len < r.image.len; r.len++) {
		r.items[r.len].subject = r.image.items[r.len];
		if (prepare(&s, &r.items[r.len], &prepared[r.len], e) < 0)
			return wrap_unattached(wish, &r.items[r.len], e);
	}
	for (size_t i = 0; i < r.len && !wish->keep; i++)
		if (put(&s, &r.items[i], &prepared[i], e) < 0)
			return wrap_unattached(wish, &r.items[i], e);
	*out = r;
	return 0;
}

/* -- files ------------------------------------------------------------------------------------- */

int sign_file(const struct sign_who *who, const struct sign_blob *blob, struct arena *a,
              struct signed_blob *out, err *e)
{
	const struct testimony *testimony = blob->testimony;
	struct made made;
	int status;

	if (testimony && !testimony_is_about(testimony, &blob->sha256) &&
	    !testimony_is_about(testimony, &blob->sha512))
		return err_set(e, ERR_UNTRUSTED, 0, "the statement is not about %s",
		               DIGEST_TEXT(&blob->sha256));
	if (testimony) {
		const struct claim claim = { .name = blob->name,
			                         .subject = blob->sha256,
			                         .type = testimony->type,
			                         .content = testimony->content,
			                         .now = blob->now };
		bytes statement = testimony->is_statement ? testimony->content : claim_statement(&claim, a);

		status = make_envelope(who, statement, &blob->sha256, a, &made, e);
	} else {
		const struct message message = { blob->content, blob->is_whole, blob->sha256,
			                             blob->sha512 };

		status = make_message(who, &message, a, &made, e);
	}
	if (status < 0)
		return -1;
	*out = (struct signed_blob){ .bundle = made.text,
		                         .signature = made.bundle.signature,
		                         .identity = made.identity,
		                         .issuer = made.issuer,
		                         .is_logged = made.is_logged,
		                         .log_index = made.log_index };
	if (who->by_certificate)
		out->certificate = pem_text("CERTIFICATE", made.bundle.certificate, a);
	return 0;
}
