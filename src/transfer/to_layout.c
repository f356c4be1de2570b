/* SPDX-License-Identifier: Apache-2.0 */
/* Into a layout: blobs by several threads, each complete before it is in place; index.json last. */
#include "transfer/destination.h"

#define PIECE ((size_t)1 << 20)

/* pour(b, blob, m, e): what is left of it. */
static int pour(struct layout_blob *to, struct blob *from, struct meter *m, err *e)
{
	buf room = BUF_INIT(PIECE);
	uint8_t *piece = buf_room(&room, PIECE);
	int64_t n;

	while ((n = blob_read(from, piece, PIECE, e)) > 0) {
		if (layout_blob_write(to, bytes_of(piece, (size_t)n), e) < 0) {
			n = -1;
			break;
		}
		meter_add(m, (uint64_t)n, true);
	}
	buf_done(&room);
	return n < 0 ? -1 : 0;
}

/* write_blob(to, d, from, m, e): all of it that is not there. */
static int write_blob(struct layout_blob *to, const struct descriptor *d, struct origin *from,
                      struct meter *m, err *e)
{
	struct blob blob;

	if (to->there) {
		meter_add(m, d->size, false);
		return 0;
	}
	meter_add(m, to->at, false);
	if (blob_open(from, d, BYTES(""), to->at, &blob, e) < 0)
		return -1;
	int status = pour(to, &blob, m, e);

	blob_close(&blob);
	return status;
}

/* fetch(t, d, from, again, e): again: what an interrupted run left does not fit; begin anew. */
static int fetch(struct destination *t, const struct descriptor *d, struct origin *from,
                 bool *out_again, err *e)
{
	struct layout_blob to;

	if (layout_blob_begin(&t->layout, d, &to, e) < 0)
		return -1;
	bool continued = to.at > 0 && !to.there;

	if (write_blob(&to, d, from, t->meter, e) < 0) {
		layout_blob_abandon(&to);
		return -1;
	}
	int status = layout_blob_commit(&to, NULL, e);

	*out_again = status < 0 && continued && e->kind == ERR_FORMAT;
	return status;
}

static int take(struct destination *t, const struct descriptor *d, struct origin *from, err *e)
{
	bool is_there, again;

	if (layout_has(&t->layout, d, &is_there, e) < 0)
		return -1;
	if (is_there) {
		meter_add(t->meter, d->size, false);
		return 0;
	}
	if (fetch(t, d, from, &again, e) == 0)
		return 0;
	if (!again)
		return -1;
	err_clear(e); /* the beginning was spoilt, not what came now: once more, from its first octet */
	return fetch(t, d, from, &again, e);
}

/* -- layers that are made here ----------------------------------------------------------------- */

struct ends {
	struct blob *from;
	struct layout_blob to;
	struct meter *meter;
};

static int64_t ends_read(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct ends *x = ctx;
	int64_t n = blob_read(x->from, into, cap, e);

	if (n > 0)
		meter_add(x->meter, (uint64_t)n, true);
	return n;
}

static int ends_write(void *ctx, bytes part, err *e)
{
	struct ends *x = ctx;

	return layout_blob_write(&x->to, part, e);
}

static int make(struct destination *t, struct squeeze *s, struct blob *tar, const digest *want,
                struct descriptor *out, err *e)
{
	struct ends x = { .from = tar, .meter = t->meter };
	struct squeeze_ends ends = { ends_read, ends_write, &x };

	if (layout_blob_begin(&t->layout, NULL, &x.to, e) < 0)
		return -1;
	if (squeeze_checked(s, &ends, want, e) < 0) {
		layout_blob_abandon(&x.to);
		return -1;
	}
	return layout_blob_commit(&x.to, out, e);
}

/* -- documents --------------------------------------------------------------------------------- */

static int keep(struct destination *t, const struct descriptor *d, bytes content, err *e)
{
	return layout_put(&t->layout, d, content, e);
}

static int put(struct destination *t, const struct plan_document *doc, bool is_root, err *e)
{
	(void)is_root; /* index.json says which it is */
	return layout_put(&t->layout, &doc->d, doc->content, e);
}

static int commit(struct destination *t, const struct plan *plan, err *e)
{
	struct layout_entries entries = destination_entries(t, plan);

	return layout_commit(&t->layout, &entries, parser_layout, t->parser, e);
}

const struct destination_ops to_layout = {
	.take = take, .make = make, .keep = keep, .put = put, .commit = commit
};
