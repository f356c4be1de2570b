/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/blob.h"

#include "base/base64.h"
#include "base/text.h"
#include "crypto/lean.h"
#include "sys/file.h"

#include <sys/stat.h>
#include <unistd.h>

static int read_file(const char *path, size_t most, struct arena *a, bytes *out, err *e)
{
	return path ? file_read_all(path, most, a, out, e) : 0;
}

/* A file, or the signature itself, as cosign takes it. */
static int read_signature(const char *given, struct arena *a, bytes *out, err *e)
{
	bytes octets;

	if (given && access(given, F_OK) < 0 && base64_decode(bytes_str(given), a, &octets)) {
		*out = bytes_str(given);
		return 0;
	}
	return read_file(given, LIMIT_KEY, a, out, e);
}

static bool is_digest(const char *text)
{
	return bytes_starts(bytes_str(text), BYTES("sha256:")) ||
	       bytes_starts(bytes_str(text), BYTES("sha512:"));
}

int blob_hash(const char *path, buf *keep, struct blob_hashes *out, err *e)
{
	uint8_t part[BLOB_PIECE];
	int64_t n;
	auto_fd fd = file_open_read(path, e);

	if (fd < 0)
		return -1;
	struct hasher *h = hasher_new(DIGEST_SHA256), *longer = hasher_new(DIGEST_SHA512);

	out->size = 0;
	while ((n = file_pread(fd, part, sizeof(part), out->size, e)) > 0) {
		const bytes piece = bytes_of(part, (size_t)n);

		hasher_update(h, piece);
		hasher_update(longer, piece);
		out->size += piece.n;
		if (keep && out->size <= LIMIT_BLOB_WHOLE)
			buf_put(keep, piece);
	}
	out->sha256 = hasher_final(h);
	out->sha512 = hasher_final(longer);
	hasher_free(h);
	hasher_free(longer);
	return n < 0 ? err_wrap(e, "%s", SHOW(bytes_str(path))) : 0;
}

static int hash_artifact(const char *path, struct verify_question *q, err *e)
{
	struct blob_hashes hashes;

	if (blob_hash(path, NULL, &hashes, e) < 0)
		return -1;
	q->sha256 = hashes.sha256;
	q->sha512 = hashes.sha512;
	return 0;
}

static bool is_stream(const char *path)
{
	struct stat st;

	return strcmp(path, "-") == 0 || (stat(path, &st) == 0 && S_ISFIFO(st.st_mode));
}

/* What can be read once is held at once. */
static int read_stream(const char *path, struct arena *a, struct verify_question *q, err *e)
{
	if (file_read_input(path, LIMIT_BLOB_WHOLE, a, &q->artifact, e) < 0)
		return -1;
	q->has_artifact = true;
	q->sha256 = digest_of(DIGEST_SHA256, q->artifact);
	q->sha512 = digest_of(DIGEST_SHA512, q->artifact);
	return 0;
}

static int take_artifact(const char *text, struct arena *a, struct verify_question *q, err *e)
{
	digest given;

	if (is_stream(text))
		return read_stream(text, a, q, e);
	if (!is_digest(text))
		return hash_artifact(text, q, e);
	if (digest_parse(bytes_str(text), &given, e) < 0)
		return -1;
	*(given.algorithm == DIGEST_SHA512 ? &q->sha512 : &q->sha256) = given;
	return 0;
}

int blob_question(const struct blob_flags *f, const char *artifact, struct arena *a,
                  struct verify_question *out, err *e)
{
	bool parts = f->signature || f->certificate || f->timestamp;

	*out = (struct verify_question){ .predicate_type = bytes_str(f->predicate_type) };
	if (f->bundle && parts)
		return err_set(e, ERR_USAGE, 0, "a --bundle holds signature, certificate and time stamp");
	if (!f->bundle && !f->signature)
		return err_set(e, ERR_USAGE, 0, "say which --bundle (or --signature)");
	if (read_file(f->bundle, LIMIT_BUNDLE, a, &out->bundle, e) < 0 ||
	    read_signature(f->signature, a, &out->parts.signature, e) < 0 ||
	    read_file(f->certificate, LIMIT_CERTIFICATE, a, &out->parts.certificate, e) < 0 ||
	    read_file(f->timestamp, LIMIT_TIMESTAMP, a, &out->parts.timestamp, e) < 0)
		return -1;
	return take_artifact(artifact, a, out, e);
}

int blob_insist(const char *artifact, struct arena *a, struct verify_question *q, err *e)
{
	if (is_digest(artifact) || q->has_artifact)
		return 0;
	q->has_artifact = true;
	return file_read_all(artifact, LIMIT_BLOB_WHOLE, a, &q->artifact, e) < 0 ? -1 : 1;
}

static int judge(struct verifier *v, const struct blob_flags *f, const char *artifact,
                 struct arena *a, struct verify_finding *out, err *e)
{
	struct verify_question q;

	if (blob_question(f, artifact, a, &q, e) < 0 || verifier_judge(v, &q, a, out, e) < 0)
		return -1;
	if (!out->wants_artifact)
		return 0;
	int more = blob_insist(artifact, a, &q, e);

	return more > 0 ? verifier_judge(v, &q, a, out, e) : more;
}

int blob_verify(const struct verify_terms *terms, const struct blob_flags *f, const char *artifact,
                struct arena *a, struct verify_finding *out, err *e)
{
	const struct deadline deadline = deadline_in(f->timeout_ms ? f->timeout_ms : LIMIT_TIME_MS);
	struct verifier *v;

	lean_begin(); /* nobody is asked here: no TLS */
	if (verifier_start(terms, &deadline, &v, e) < 0)
		return -1;
	int status = judge(v, f, artifact, a, out, e);

	verifier_stop(v);
	if (status == 0 && out->kind != VERDICT_HOLDS)
		return err_set(e, ERR_UNTRUSTED, 0, "%s", SHOW(out->why));
	return status;
}
