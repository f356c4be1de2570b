/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/blob.h"

#include "base/limits.h"
#include "base/text.h"
#include "sys/file.h"

static int read_file(const char *path, size_t most, struct arena *a, bytes *out, err *e)
{
	return path ? file_read_all(path, most, a, out, e) : 0;
}

static bool is_digest(const char *text)
{
	return bytes_starts(bytes_str(text), BYTES("sha256:")) ||
	       bytes_starts(bytes_str(text), BYTES("sha512:"));
}

static int hash_file(const char *path, struct verify_question *q, err *e)
{
	uint8_t part[65536];
	int64_t n;
	uint64_t at = 0;
	auto_fd fd = file_open_read(path, e);

	if (fd < 0)
		return -1;
	struct hasher *h = hasher_new(DIGEST_SHA256), *longer = hasher_new(DIGEST_SHA512);

	while ((n = file_pread(fd, part, sizeof(part), at, e)) > 0) {
		hasher_update(h, bytes_of(part, (size_t)n));
		hasher_update(longer, bytes_of(part, (size_t)n));
		at += (uint64_t)n;
	}
	q->sha256 = hasher_final(h);
	q->sha512 = hasher_final(longer);
	hasher_free(h);
	hasher_free(longer);
	return n < 0 ? err_wrap(e, "%s", SHOW(bytes_str(path))) : 0;
}

static int take_artifact(const char *text, struct verify_question *q, err *e)
{
	digest given;

	if (!is_digest(text))
		return hash_file(text, q, e);
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
	    read_file(f->signature, LIMIT_KEY, a, &out->parts.signature, e) < 0 ||
	    read_file(f->certificate, LIMIT_CERTIFICATE, a, &out->parts.certificate, e) < 0 ||
	    read_file(f->timestamp, LIMIT_TIMESTAMP, a, &out->parts.timestamp, e) < 0)
		return -1;
	return take_artifact(artifact, out, e);
}

int blob_insist(const char *artifact, struct arena *a, struct verify_question *q, err *e)
{
	if (is_digest(artifact))
		return 0;
	q->has_artifact = true;
	return file_read_all(artifact, LIMIT_BLOB_WHOLE, a, &q->artifact, e) < 0 ? -1 : 1;
}

int blob_judge(struct verifier *v, const struct blob_flags *f, const char *artifact,
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
