/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/blob.h"

#include "base/limits.h"
#include "base/text.h"
#include "cmd/message.h"
#include "sys/file.h"

#include <unistd.h>

#define FIELD(name) offsetof(struct blob_flags, name)
const struct flag blob_flags_table[] = {
	{ 0, "bundle", "FILE", FLAG_TEXT, FIELD(bundle), "what was written when it was signed" },
	{ 0, "key", "FILE", FLAG_TEXT, FIELD(key), "the public key that must have signed, PEM" },
	{ 0, "certificate-identity", "WHO", FLAG_TEXT, FIELD(identity),
	  "whom the certificate must name" },
	{ 0, "certificate-identity-regexp", "RE", FLAG_TEXT, FIELD(identity_pattern),
	  "the same, searched for" },
	{ 0, "certificate-oidc-issuer", "URL", FLAG_TEXT, FIELD(issuer),
	  "who must have vouched for the signer" },
	{ 0, "certificate-oidc-issuer-regexp", "RE", FLAG_TEXT, FIELD(issuer_pattern),
	  "the same, searched for" },
	{ 0, "trusted-root", "FILE", FLAG_TEXT, FIELD(root),
	  "logs and authorities (Sigstore's public ones)" },
	{ 0, "timeout", "TIME", FLAG_TIME, FIELD(timeout_ms), "give up after this (1h)" },
	{ 0 },
};

static int read_file(struct job *job, const char *path, size_t most, bytes *out, err *e)
{
	return path ? file_read_all(path, most, &job->arena, out, e) : 0;
}

/* take_artifact(job, text, r, e): hashed as it is read; held where it is small enough. */
static int take_artifact(struct job *job, const char *text, struct verify_request *r, err *e)
{
	uint8_t part[65536];
	int64_t n;
	uint64_t at = 0;

	if (bytes_starts(bytes_str(text), BYTES("sha256:")))
		return digest_parse(bytes_str(text), &r->sha256, e);
	if (bytes_starts(bytes_str(text), BYTES("sha512:")))
		return digest_parse(bytes_str(text), &r->sha512, e);
	auto_fd fd = file_open_read(text, e);

	if (fd < 0)
		return -1;
	struct hasher *h = hasher_new(DIGEST_SHA256), *longer = hasher_new(DIGEST_SHA512);
	buf whole = BUF_INIT(LIMIT_BLOB_WHOLE + sizeof(part));

	while ((n = file_pread(fd, part, sizeof(part), at, e)) > 0) {
		hasher_update(h, bytes_of(part, (size_t)n));
		hasher_update(longer, bytes_of(part, (size_t)n));
		at += (uint64_t)n;
		if (at <= LIMIT_BLOB_WHOLE)
			buf_put(&whole, bytes_of(part, (size_t)n));
	}
	r->sha256 = hasher_final(h);
	r->sha512 = hasher_final(longer);
	r->has_artifact = at <= LIMIT_BLOB_WHOLE;
	r->artifact = r->has_artifact ? arena_bytes(&job->arena, buf_bytes(&whole)) : bytes_of(NULL, 0);
	buf_done(&whole);
	hasher_free(h);
	hasher_free(longer);
	return n < 0 ? err_wrap(e, "%s", SHOW(bytes_str(text))) : 0;
}

/* -- who --------------------------------------------------------------------------------------- */

static int take_part(struct job *job, const char *exact, const char *pattern, const char *what,
                     struct identity_part *out, err *e)
{
	if (exact && pattern)
		return err_set(e, ERR_USAGE, 0, "--%s and --%s-regexp exclude each other", what, what);
	if (!exact && !pattern)
		return err_set(e, ERR_USAGE, 0,
		               "say who must have signed: --key, or --certificate-identity and "
		               "--certificate-oidc-issuer (or their -regexp forms)");
	out->exact = bytes_str(exact);
	if (!pattern)
		return out->exact.n > 0 ? 0 : err_set(e, ERR_USAGE, 0, "--%s is empty", what);
	if (!pattern_is_anchored(pattern))
		message_note(job, NULL,
		             arena_printf(&job->arena, "--%s-regexp '%s' is not anchored (^...$): whatever "
		                                       "holds it fits",
		                          what, SHOW(bytes_str(pattern))));
	return pattern_new(pattern, &out->pattern, e);
}

static int take_identity(struct job *job, const struct blob_flags *f, struct identity *out, err *e)
{
	bool asks = f->identity || f->identity_pattern || f->issuer || f->issuer_pattern;

	if (f->key)
		return asks ? err_set(e, ERR_USAGE, 0, "a --key needs no --certificate-... flag") : 0;
	if (take_part(job, f->identity, f->identity_pattern, "certificate-identity", &out->subject, e) <
	    0)
		return -1;
	return take_part(job, f->issuer, f->issuer_pattern, "certificate-oidc-issuer", &out->issuer, e);
}

static int run(struct job *job, const struct blob_flags *f, const char *artifact,
               struct verify_job *v, struct verify_proof *out, err *e)
{
	if (!f->bundle)
		return err_set(e, ERR_USAGE, 0, "say which --bundle");
	if (read_file(job, f->bundle, LIMIT_BUNDLE, &v->bundle, e) < 0 ||
	    read_file(job, f->key, LIMIT_KEY, &v->key, e) < 0 ||
	    read_file(job, f->root, LIMIT_BUNDLE, &v->root, e) < 0 ||
	    take_artifact(job, artifact, &v->request, e) < 0)
		return -1;
	return verify_sealed(v, &job->arena, out, e);
}

int blob_verify(struct job *job, const struct blob_flags *f, const char *artifact,
                struct verify_proof *out, err *e)
{
	struct identity who = { 0 };
	struct verify_job v = {
		.deadline = deadline_in(f->timeout_ms ? f->timeout_ms : LIMIT_TIME_MS),
		.request = { .root = NULL, .identities = &who, .identities_len = 1 }
	};
	int status = take_identity(job, f, &who, e);

	if (status == 0)
		status = run(job, f, artifact, &v, out, e);
	pattern_free(who.subject.pattern);
	pattern_free(who.issuer.pattern);
	return status;
}
