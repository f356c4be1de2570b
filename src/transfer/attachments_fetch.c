/* SPDX-License-Identifier: Apache-2.0 */
/* The contents of what is attached: which of them, in which order, into which memory. */
#include "base/limits.h"
#include "base/text.h"
#include "transfer/gather.h"

#include <stdlib.h>

struct fetching {
	struct gather *g;
	const struct attachments_options *options;
	struct attachments *list;
	struct wanted {
		size_t item;   /* of list */
		uint8_t *room; /* for its content */
	} *wanted;
	size_t len;
};

static bool is_wanted(const struct fetching *f, const struct attachment *at)
{
	return attachments_wants(f->options, at->kind) && !at->unread &&
	       at->layer.digest.algorithm != DIGEST_NONE &&
	       !attachments_is_other(f->options, at->predicate_type);
}

static int by_size(const void *a, const void *b, void *ctx)
{
	const struct attachment *items = ctx;
	size_t x = ((const struct wanted *)a)->item, y = ((const struct wanted *)b)->item;
	uint64_t m = items[x].layer.size, n = items[y].layer.size;

	return m != n ? (m > n) - (m < n) : (x > y) - (x < y);
}

/* fits(f, at, held): else it says why not. */
static bool fits(struct fetching *f, struct attachment *at, uint64_t held)
{
	uint64_t size = at->layer.size;

	if (size > LIMIT_ATTACHMENT)
		at->unread = arena_printf(f->g->arena, "it has %s; at most %u MiB are read",
		                          SIZE_TEXT(size), (unsigned)(LIMIT_ATTACHMENT / MIB));
	else if (size > LIMIT_ATTACHMENTS_SIZE - held)
		at->unread = arena_printf(f->g->arena, "with what is smaller it is more than %u MiB",
		                          (unsigned)(LIMIT_ATTACHMENTS_SIZE / MIB));
	return !at->unread;
}

/* choose(f): what is fetched; signatures, which are small, before bills of materials, so that
 * nobody can crowd them out. There is room for it before threads begin: an arena belongs to one. */
static void choose(struct fetching *f)
{
	uint64_t held = 0;
	size_t n = 0;

	f->wanted = arena_array(f->g->arena, struct wanted, f->list->len);
	for (size_t i = 0; i < f->list->len; i++)
		if (is_wanted(f, &f->list->items[i]))
			f->wanted[n++].item = i;
	qsort_r(f->wanted, n, sizeof(*f->wanted), by_size, f->list->items);
	for (size_t i = 0; i < n; i++) {
		struct attachment *at = &f->list->items[f->wanted[i].item];
		struct wanted *w = &f->wanted[f->len];

		if (!fits(f, at, held))
			continue;
		held += at->layer.size;
		w->item = f->wanted[i].item;
		w->room = arena_alloc(f->g->arena, (size_t)at->layer.size);
		f->len++;
	}
}

static int read_octets(struct blob *blob, uint8_t *into, size_t n, err *e)
{
	uint8_t beyond;
	size_t at = 0;
	int64_t got = 1;

	/* One octet more: the end is where a blob out of a registry is judged. */
	while (got > 0) {
		got = at < n ? blob_read(blob, into + at, n - at, e) : blob_read(blob, &beyond, 1, e);
		at += got > 0 ? (size_t)got : 0;
		if (at > n)
			return err_set(e, ERR_FORMAT, 0, "it is longer than its manifest says");
	}
	if (got == 0 && at < n)
		return err_set(e, ERR_FORMAT, 0, "it is shorter than its manifest says");
	return (int)got;
}

int gather_blob(struct gather *g, const struct descriptor *d, uint8_t *into, err *e)
{
	digest have = digest_of(d->digest.algorithm, d->data);
	struct blob blob;

	if (d->data.n == d->size && digest_equal(&have, &d->digest)) {
		memcpy(into, d->data.p, d->data.n);
		return 0;
	}
	if (d->foreign)
		return err_set(e, ERR_FORMAT, 0, "it lies elsewhere, which is not asked");
	if (blob_open(&g->origin, d, (bytes){ 0 }, 0, &blob, e) < 0)
		return -1;
	int status = read_octets(&blob, into, (size_t)d->size, e);

	blob_close(&blob);
	if (status < 0)
		return -1;
	have = digest_of(d->digest.algorithm, bytes_of(into, (size_t)d->size));
	return digest_equal(&have, &d->digest)
	           ? 0
	           : err_set(e, ERR_FORMAT, 0, "it has the digest %s", DIGEST_TEXT(&have));
}

static int fetch_one(void *ctx, size_t job, err *e)
{
	struct fetching *f = ctx;
	const struct wanted *w = &f->wanted[job];
	struct attachment *at = &f->list->items[w->item];

	if (gather_blob(f->g, &at->layer, w->room, e) == 0) {
		at->content = bytes_of(w->room, (size_t)at->layer.size);
		return 0;
	}
	if (!attachments_is_its_own(e))
		return err_wrap(e, "attached blob %s", DIGEST_TEXT(&at->layer.digest));
	pthread_mutex_lock(&f->g->lock);
	at->unread = arena_str(f->g->arena, bytes_str(e->text));
	pthread_mutex_unlock(&f->g->lock);
	err_clear(e); /* told with it */
	return 0;
}

int attachments_fetch(struct gather *g, const struct attachments_options *options,
                      struct attachments *list, err *e)
{
	struct fetching f = { .g = g, .options = options, .list = list };

	choose(&f);
	return gather_run(g, f.len, fetch_one, &f, e);
}
