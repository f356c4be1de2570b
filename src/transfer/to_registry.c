/* SPDX-License-Identifier: Apache-2.0 */
/* Into a registry: blobs that it has are not sent, those of another of its repositories are
 * mounted; manifests last, children before parents, the tag at the very end. */
#include "transfer/destination.h"

#include "base/text.h"
#include "sys/file.h"

#include <inttypes.h>
#include <unistd.h>

/* A blob on its way, hashed as it goes: the last octets are not given before all of them fit. */
struct sending {
	struct destination *t;
	const struct descriptor *d;
	struct origin *from;
	struct blob blob;
	bool opened; /* what is mounted is never read */
	struct hasher *hasher;
	uint64_t at, hashed;
};

static int open_at(struct sending *s, uint64_t at, err *e)
{
	s->opened = blob_open(s->from, s->d, BYTES(""), at, &s->blob, e) == 0;
	return s->opened ? 0 : -1;
}

static int check_end(struct sending *s, err *e)
{
	digest have = hasher_final(s->hasher);

	if (digest_equal(&have, &s->d->digest))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "blob %s has the digest %s: it was changed or cut on its way",
	               DIGEST_TEXT(&s->d->digest), DIGEST_TEXT(&have));
}

static int64_t sending_read(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct sending *s = ctx;
	int64_t n = s->opened || open_at(s, 0, e) == 0 ? blob_read(&s->blob, into, cap, e) : -1;

	if (n < 0)
		return -1;
	if ((uint64_t)n > s->d->size - s->at || (n == 0 && s->at < s->d->size))
		return err_set(e, ERR_FORMAT, 0,
		               "blob %s does not have the %" PRIu64 " bytes it should have",
		               DIGEST_TEXT(&s->d->digest), s->d->size);
	/* What is sent again after a break has been hashed already. */
	uint64_t known = s->hashed > s->at ? s->hashed - s->at : 0;

	s->at += (uint64_t)n;
	if (s->at <= s->hashed)
		return n;
	hasher_update(s->hasher, bytes_skip(bytes_of(into, (size_t)n), (size_t)known));
	meter_add(s->t->meter, s->at - s->hashed, true);
	s->hashed = s->at;
	return s->at == s->d->size && check_end(s, e) < 0 ? -1 : n;
}

static int sending_restart(void *ctx, uint64_t from, err *e)
{
	struct sending *s = ctx;

	s->at = from;
	return s->opened ? blob_restart(&s->blob, from, e) : open_at(s, from, e);
}

static int send_blob(struct destination *t, const struct descriptor *d, struct origin *from, err *e)
{
	struct sending s = { .t = t, .d = d, .from = from };
	struct registry_source source = { sending_read, sending_restart, &s };

	s.hasher = hasher_new(d->digest.algorithm);
	int status = registry_blob_push(t->registry, &t->reference, d, t->mount_from, &source, e);

	hasher_free(s.hasher);
	if (s.opened)
		blob_close(&s.blob);
	else if (status == 0)
		meter_add(t->meter, d->size, false);
	return status;
}

static int take(struct destination *t, const struct descriptor *d, struct origin *from, err *e)
{
	bool is_there;

	if (registry_blob_exists(t->registry, &t->reference, d, &is_there, e) < 0)
		return -1;
	if (!is_there)
		return send_blob(t, d, from, e);
	meter_add(t->meter, d->size, false);
	return 0;
}

/* -- blobs of our own -------------------------------------------------------------------------- */

/* A file, or octets in memory. */
struct local_source {
	int fd;
	bytes content;
	uint64_t at;
};

static int64_t local_source_read(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct local_source *s = ctx;
	bytes part = bytes_slice(s->content, (size_t)s->at, cap);
	int64_t n = (int64_t)part.n;

	if (s->fd < 0 && n > 0)
		memcpy(into, part.p, part.n);
	if (s->fd >= 0)
		n = file_pread(s->fd, into, cap, s->at, e);
	if (n < 0)
		return err_wrap(e, "a temporary file");
	s->at += (uint64_t)n;
	return n;
}

static int local_source_restart(void *ctx, uint64_t from, err *e)
{
	struct local_source *s = ctx;

	(void)e;
	s->at = from;
	return 0;
}

static int push_local(struct destination *t, const struct descriptor *d, struct local_source *s,
                      err *e)
{
	struct registry_source source = { local_source_read, local_source_restart, s };
	bool is_there;

	if (registry_blob_exists(t->registry, &t->reference, d, &is_there, e) < 0)
		return -1;
	return is_there ? 0 : registry_blob_push(t->registry, &t->reference, d, NULL, &source, e);
}

struct ends {
	struct destination *t;
	struct blob *from;
	struct hasher *hasher;
	int fd;
	uint64_t size;
};

static int64_t ends_read(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct ends *x = ctx;
	int64_t n = blob_read(x->from, into, cap, e);

	if (n > 0)
		meter_add(x->t->meter, (uint64_t)n, true);
	return n;
}

static int ends_write(void *ctx, bytes part, err *e)
{
	struct ends *x = ctx;

	hasher_update(x->hasher, part);
	x->size += part.n;
	return file_write_all(x->fd, x->t->tmp_dir, part, e);
}

/* An upload is closed by its digest, which is known at the end; and what the registry has already
 * should not be sent: the layer waits in a file without a name. */
static int make(struct destination *t, struct squeeze *s, struct blob *tar, const digest *want,
                struct descriptor *out, err *e)
{
	auto_fd fd = file_temp_unlinked(t->tmp_dir, e);
	struct ends x = { .t = t, .from = tar, .fd = fd };
	struct squeeze_ends ends = { ends_read, ends_write, &x };

	if (fd < 0)
		return -1;
	x.hasher = hasher_new(DIGEST_SHA256);
	int status = squeeze_checked(s, &ends, want, e);

	out->digest = hasher_final(x.hasher);
	out->size = x.size;
	hasher_free(x.hasher);
	struct local_source source = { .fd = fd };

	return status < 0 ? -1 : push_local(t, out, &source, e);
}

static int keep(struct destination *t, const struct descriptor *d, bytes content, err *e)
{
	struct local_source source = { .fd = -1, .content = content };

	return push_local(t, d, &source, e);
}

/* -- documents --------------------------------------------------------------------------------- */

/* Where every blob was there, the manifest may be, too, and is not put again: tags that must not
 * move refuse even what they mean already. Whoever has a subject is also to be listed with it. */
static bool has_document(struct destination *t, const struct reference *ref,
                         const struct plan_document *doc)
{
	struct descriptor there;
	err ignored = { 0 }; /* absent, or nobody says: it is put */

	return !doc->has_subject && atomic_load(&t->meter->sent) == 0 &&
	       registry_head(t->registry, ref, &there, &ignored) == 0 &&
	       digest_equal(&there.digest, &doc->d.digest);
}

static int put(struct destination *t, const struct plan_document *doc, bool is_root, err *e)
{
	struct registry_document document = { doc->content, doc->d.media_type, doc->d.digest };
	struct reference ref = reference_at(&t->reference, &doc->d.digest);
	struct descriptor entry = doc->d;

	if (is_root && t->reference.digest.algorithm != DIGEST_NONE &&
	    !digest_equal(&t->reference.digest, &doc->d.digest))
		return err_set(e, ERR_USAGE, 0, "the destination names another digest than %s: name a tag",
		               DIGEST_TEXT(&doc->d.digest));
	if (is_root && *t->reference.tag)
		ref = t->reference;
	if (!is_root && doc->d.ref_name.n > 0) {
		ref.tag = arena_str(t->arena, doc->d.ref_name);
		ref.digest = (digest){ 0 };
	}
	entry.platform = (struct platform){ 0 };
	entry.ref_name = BYTES("");
	entry.annotations = doc->annotations;
	if (has_document(t, &ref, doc))
		return 0;
	if (registry_manifest_push(t->registry, &ref, &document,
	                           doc->has_subject ? &doc->subject : NULL, &entry, e) < 0)
		return err_wrap(e, "manifest %s", DIGEST_TEXT(&doc->d.digest));
	return 0;
}

static int commit(struct destination *t, const struct plan *plan, err *e)
{
	(void)t;
	(void)plan;
	(void)e;
	return 0; /* the tag was the last manifest */
}

const struct destination_ops to_registry = {
	.take = take, .make = make, .keep = keep, .put = put, .commit = commit
};
