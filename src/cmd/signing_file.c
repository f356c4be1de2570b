/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/blob.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/signing.h"
#include "cmd/status.h"
#include "sys/file.h"

#include <inttypes.h>
#include <unistd.h>

static int read_file(struct job *job, const char *path, struct sign_blob *out, err *e)
{
	buf whole = BUF_INIT(LIMIT_BLOB_WHOLE + BLOB_PIECE);
	struct blob_hashes hashes;
	int status = blob_hash(path, &whole, &hashes, e);

	if (status == 0) {
		out->sha256 = hashes.sha256;
		out->sha512 = hashes.sha512;
		out->is_whole = hashes.size <= LIMIT_BLOB_WHOLE;
	}
	if (status == 0 && out->is_whole)
		out->content = arena_bytes(&job->arena, buf_bytes(&whole));
	buf_done(&whole);
	return status;
}

static int read_blob(struct job *job, const char *path, struct sign_blob *out, err *e)
{
	if (strcmp(path, "-") != 0) {
		out->name = path_base(bytes_str(path));
		return read_file(job, path, out, e);
	}
	if (file_read_fd(STDIN_FILENO, "standard input", LIMIT_BLOB_WHOLE, &job->arena, &out->content,
	                 e) < 0)
		return -1;
	out->is_whole = true;
	out->sha256 = digest_of(DIGEST_SHA256, out->content);
	out->sha512 = digest_of(DIGEST_SHA512, out->content);
	return 0;
}

static int put(const char *path, bytes text, err *e)
{
	return path ? file_write_atomic(path, text, 0644, e) : 0;
}

static int write_all(struct job *job, const struct signing_outputs *o, const struct signed_blob *r,
                     err *e)
{
	bytes letters = base64_encode(r->signature, &job->arena);
	struct stream out;

	if (put(o->bundle, r->bundle, e) < 0 || put(o->signature, letters, e) < 0 ||
	    put(r->certificate.n > 0 ? o->certificate : NULL, r->certificate, e) < 0)
		return -1;
	if (o->bundle || o->signature)
		return 0;
	output_stdout(&out);
	stream_put(&out, letters);
	stream_puts(&out, "\n");
	return stream_finish(&out, e);
}

static void tell(struct job *job, const char *path, const struct signed_blob *r)
{
	struct arena *a = &job->arena;
	const char *log = r->is_logged ? arena_printf(a, ", logged as %" PRIu64, r->log_index) : "";

	message_note(job, path,
	             r->identity.n > 0
	                 ? arena_printf(a, "signed as '%s'%s", SHOW(r->identity), log)
	                 : arena_printf(a, "signed%s", log));
}

int signing_file(struct signing *s, const char *path, const struct testimony *testimony,
                 const struct signing_outputs *outputs, err *e)
{
	struct sign_blob blob = { .testimony = testimony, .now = s->job->now };
	struct signed_blob r;

	if (outputs->certificate && s->flags->key.key)
		return err_set(e, ERR_USAGE, 0, "--output-certificate: a --key has no certificate");
	s->words.stdin_is_taken |= strcmp(path, "-") == 0;
	if (read_blob(s->job, path, &blob, e) < 0 || signing_login(s, e) < 0)
		return -1;
	if (sign_file(&s->who, &blob, &s->job->arena, &r, e) < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(path)));
	if (write_all(s->job, outputs, &r, e) < 0)
		return -1;
	tell(s->job, path, &r);
	return STATUS_DONE;
}
