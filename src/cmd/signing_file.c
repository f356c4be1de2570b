/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/signing.h"
#include "cmd/status.h"
#include "sys/file.h"

#include <inttypes.h>
#include <unistd.h>

#define PIECE ((size_t)64 * KIB)

/* hash(fd, whole, out, e): both digests, and the octets while they are few enough. */
static int hash(int fd, buf *whole, struct sign_blob *out, err *e)
{
	struct hasher *h = hasher_new(DIGEST_SHA256), *longer = hasher_new(DIGEST_SHA512);
	uint8_t part[PIECE];
	uint64_t at = 0;
	int64_t n;

	while ((n = file_pread(fd, part, sizeof(part), at, e)) > 0) {
		const bytes piece = bytes_of(part, (size_t)n);

		hasher_update(h, piece);
		hasher_update(longer, piece);
		at += (uint64_t)n;
		if (at <= LIMIT_BLOB_WHOLE)
			buf_put(whole, piece);
	}
	out->sha256 = hasher_final(h);
	out->sha512 = hasher_final(longer);
	out->is_whole = at <= LIMIT_BLOB_WHOLE;
	hasher_free(h);
	hasher_free(longer);
	return n < 0 ? -1 : 0;
}

static int read_file(struct job *job, const char *path, struct sign_blob *out, err *e)
{
	buf whole = BUF_INIT(LIMIT_BLOB_WHOLE + PIECE);
	auto_fd fd = file_open_read(path, e);

	if (fd < 0)
		return -1;
	int status = hash(fd, &whole, out, e);

	if (status == 0 && out->is_whole)
		out->content = arena_bytes(&job->arena, buf_bytes(&whole));
	buf_done(&whole);
	return status < 0 ? err_wrap(e, "%s", SHOW(bytes_str(path))) : 0;
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

int signing_file(struct signing *s, const char *path, const struct paper *paper,
                 const struct signing_outputs *outputs, err *e)
{
	struct sign_blob blob = { .paper = paper, .now = s->job->now };
	struct signed_blob r;

	if (read_blob(s->job, path, &blob, e) < 0 || signing_login(s, e) < 0)
		return -1;
	if (sign_file(&s->who, &blob, &s->job->arena, &r, e) < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(path)));
	if (write_all(s->job, outputs, &r, e) < 0)
		return -1;
	tell(s->job, path, &r);
	return STATUS_DONE;
}
