/* SPDX-License-Identifier: Apache-2.0 */
/* Into an oci-archive: the files of a layout, one behind the other, index.json last; behind
 * it what lies beside the image. */
#include "transfer/destination.h"

#include "base/limits.h"
#include "base/text.h"
#include "transfer/transfer.h"

#include <inttypes.h>
#include <stdio.h>

#define PIECE ((size_t)1 << 20)

struct member_name {
	char text[160];
};

static const char *member_of(const digest *d, struct member_name *out)
{
	snprintf(out->text, sizeof(out->text), "blobs/%s", DIGEST_TEXT(d));
	*strchr(out->text, ':') = '/';
	return out->text;
}

static int pour(struct destination *t, struct blob *from, struct hasher *h, uint64_t *out_n, err *e)
{
	buf room = BUF_INIT(PIECE);
	uint8_t *piece = buf_room(&room, PIECE);
	int64_t n;

	*out_n = 0;
	while ((n = blob_read(from, piece, PIECE, e)) > 0) {
		bytes part = bytes_of(piece, (size_t)n);

		hasher_update(h, part);
		if (archive_write(&t->archive, part, e) < 0) {
			n = -1;
			break;
		}
		*out_n += part.n;
		meter_add(t->meter, part.n, true);
	}
	buf_done(&room);
	return n < 0 ? -1 : 0;
}

static int write_checked(struct destination *t, const struct descriptor *d, struct blob *from,
                         err *e)
{
	struct hasher *h = hasher_new(d->digest.algorithm);
	uint64_t n;
	int status = pour(t, from, h, &n, e);
	digest have = hasher_final(h);

	hasher_free(h);
	if (status < 0)
		return -1;
	if (n == d->size && digest_equal(&have, &d->digest))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "blob %s: %" PRIu64 " bytes came, with the digest %s",
	               DIGEST_TEXT(&d->digest), n, DIGEST_TEXT(&have));
}

static int take(struct destination *t, const struct descriptor *d, struct origin *from, err *e)
{
	struct member_name name;
	struct blob blob;

	if (blob_open(from, d, BYTES(""), 0, &blob, e) < 0)
		return -1;
	int status = archive_begin(&t->archive, member_of(&d->digest, &name), d->size, e);

	if (status == 0)
		status = write_checked(t, d, &blob, e);
	blob_close(&blob);
	return status < 0 ? -1 : archive_end(&t->archive, e);
}

/* -- layers that are made here ----------------------------------------------------------------- */

struct ends {
	struct destination *t;
	struct blob *from;
	struct hasher *hasher;
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
	return archive_write(&x->t->archive, part, e);
}

/* The member's name is its digest, which is known at its end: archive_rename puts it into the
 * header that is written then anyway. */
static int make(struct destination *t, struct squeeze *s, struct blob *tar, const digest *want,
                struct descriptor *out, err *e)
{
	struct ends x = { .t = t, .from = tar, .hasher = hasher_new(DIGEST_SHA256) };
	struct squeeze_ends ends = { ends_read, ends_write, &x };
	struct member_name name;
	int status = archive_begin(&t->archive, "blob", UINT64_MAX, e);

	if (status == 0)
		status = squeeze_checked(s, &ends, want, e);
	out->digest = hasher_final(x.hasher);
	out->size = x.size;
	hasher_free(x.hasher);
	if (status < 0)
		return -1;
	archive_rename(&t->archive, member_of(&out->digest, &name));
	return archive_end(&t->archive, e);
}

/* -- documents --------------------------------------------------------------------------------- */

static int keep(struct destination *t, const struct descriptor *d, bytes content, err *e)
{
	struct member_name name;

	return archive_add(&t->archive, member_of(&d->digest, &name), content, e);
}

static int put(struct destination *t, const struct plan_document *doc, bool is_root, err *e)
{
	(void)is_root; /* index.json says which it is */
	return keep(t, &doc->d, doc->content, e);
}

static int commit(struct destination *t, const struct plan *plan, err *e)
{
	const bytes version = BYTES("{\"imageLayoutVersion\":\"1.0.0\"}\n");
	struct layout_entries entries = destination_entries(t, plan);
	buf index = BUF_INIT(LIMIT_MANIFEST);
	int status = layout_index_text(&entries, &index, e) < 0 ? err_wrap(e, "index.json") : 0;

	if (status == 0)
		status = archive_add(&t->archive, "oci-layout", version, e);
	if (status == 0)
		status = archive_add(&t->archive, "index.json", buf_bytes(&index), e);
	buf_done(&index);
	for (size_t i = 0; i < t->more_len && status == 0; i++)
		status = archive_add(&t->archive, t->more[i].name, t->more[i].content, e);
	return status < 0 ? -1 : archive_commit(&t->archive, e);
}

const struct destination_ops to_archive = {
	.one_by_one = true, .take = take, .make = make, .keep = keep, .put = put, .commit = commit
};
