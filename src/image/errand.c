/* SPDX-License-Identifier: Apache-2.0 */
#include "image/errand.h"

#include "base/limits.h"
#include "base/text.h"
#include "image/read.h"
#include "image/rootfs.h"
#include "sys/file.h"

#include <inttypes.h>
#include <unistd.h>

/* -- planning -------------------------------------------------------------------------------- */

static int64_t read_local(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct errand *x = ctx;
	int64_t n = local_file_read(&x->file, &x->at, into, cap, e);

	return n < 0 ? err_wrap(e, "the blob") : n;
}

static int restart_local(void *ctx, err *e)
{
	struct errand *x = ctx;

	(void)e;
	x->at = 0;
	return 0;
}

static int64_t read_remote(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct errand *x = ctx;

	if (!x->stream &&
	    registry_blob_open(x->registry, x->reference, x->remote, 0, &x->stream, e) < 0)
		return -1;
	return registry_blob_read(x->stream, into, cap, e);
}

static int restart_remote(void *ctx, err *e)
{
	struct errand *x = ctx;

	(void)e;
	registry_blob_close(x->stream);
	x->stream = NULL;
	return 0;
}

static struct cache_file key_of(const struct local_file *f)
{
	return (struct cache_file){ .device = f->device,
		                        .inode = f->inode,
		                        .size = f->size,
		                        .offset = f->offset,
		                        .mtime_ns = f->mtime_ns,
		                        .ctime_ns = f->ctime_ns };
}

/* A second read gives other evidence than the first: its aliases are part of the key. */
static digest version_of(const struct session *s, const struct aliases *aliases)
{
	if (aliases->len == 0)
		return s->version;
	struct hasher *h = hasher_new(DIGEST_SHA256);

	hasher_update(h, bytes_of(s->version.value, digest_size(&s->version)));
	for (size_t i = 0; i < aliases->len; i++) {
		const struct alias *alias = &aliases->items[i];

		hasher_update(h, bytes_of(&alias->entry, sizeof(alias->entry)));
		hasher_update(h, alias->as);
		hasher_update(h, bytes_of("", 1));
	}
	digest d = hasher_final(h);

	hasher_free(h);
	return d;
}

/* plan_cached(s, x, e): is this layer's evidence known, and must the blob still be hashed? */
static int plan_cached(struct session *s, struct errand *x, err *e)
{
	bool archive = s->image->kind == TARGET_DOCKER_ARCHIVE;
	digest blob = archive ? x->diff_id : x->blob, recorded;
	struct cache_file key = key_of(&x->file);

	if (!s->cache || !cache_find(s->cache, &blob, &x->version, &x->row, &recorded))
		return 0;
	if (!digest_equal(&recorded, &x->diff_id))
		return err_set(e, ERR_FORMAT, 0, "the config's diff_id is %s, but the content is %s",
		               DIGEST_TEXT(&x->diff_id), DIGEST_TEXT(&recorded));
	bool unchanged = (!s->options->verify || x->aliases.len > 0) &&
	                 cache_file_seen(s->cache, &key, &blob);

	/* A blob of a registry is what its digest says: the manifest that names it was verified. */
	if (x->remote)
		unchanged = !s->options->verify || x->aliases.len > 0;
	/* A docker archive does not say whether its layer is compressed, so its digest cannot be told
	 * from the diff_id: an archive that is not known is read. */
	if (archive && !unchanged)
		return 0;
	x->cached = true;
	x->to_read = !unchanged;
	x->blob = blob;
	s->image->layers.items[x->layer].from_cache = true;
	return 0;
}

static int plan_local(struct session *s, struct errand *x, err *e)
{
	const struct document_layer *doc = &s->documents.layers.items[x->layer];

	if (local_find(&s->source.local, doc->name, &x->file, e) < 0)
		return -1;
	x->open = true;
	x->size = x->file.size;
	x->blob = doc->blob.digest;
	x->source = (struct layer_source){ .read = read_local, .restart = restart_local };
	s->image->layers.items[x->layer].compressed = x->size;
	if (x->blob.algorithm != DIGEST_NONE && doc->blob.size != x->size)
		return err_set(e, ERR_FORMAT, 0,
		               "the manifest says %" PRIu64 " bytes, the blob has %" PRIu64, doc->blob.size,
		               x->size);
	return plan_cached(s, x, e);
}

static int plan_remote(struct session *s, struct errand *x, err *e)
{
	x->remote = &s->documents.layers.items[x->layer].blob;
	x->registry = s->source.registry;
	x->reference = &s->source.reference;
	x->size = x->remote->size;
	x->blob = x->remote->digest;
	x->source = (struct layer_source){ .read = read_remote, .restart = restart_remote };
	s->image->layers.items[x->layer].compressed = x->size;
	return plan_cached(s, x, e);
}

int errand_plan(struct session *s, struct errands *list, uint16_t layer, struct aliases aliases,
                err *e)
{
	struct errand *x = ARENA_PUSH(&s->arena, list);

	x->layer = layer;
	x->aliases = aliases;
	x->version = version_of(s, &aliases);
	x->diff_id = s->image->layers.items[layer].diff_id;
	x->to_read = true;
	stash_init(&x->evidence, s->dir);
	if (s->rootfs)
		x->source = (struct layer_source){ rootfs_read, rootfs_restart, s->rootfs };
	else if ((s->source.registry ? plan_remote : plan_local)(s, x, e) < 0)
		return err_wrap(e, "layer %u", layer + 1U);
	return 0;
}

/* -- running --------------------------------------------------------------------------------- */

/* A blob that is listed many times is read once. */
static struct errand *first_of_same(const struct errands *list, const struct errand *x)
{
	if (x->blob.algorithm == DIGEST_NONE || x->aliases.len > 0)
		return NULL;
	for (struct errand *y = list->items; y < x; y++)
		if (digest_equal(&y->blob, &x->blob) && digest_equal(&y->diff_id, &x->diff_id))
			return y;
	return NULL;
}

int errands_run(struct session *s, struct errands *list, err *e)
{
	struct errand **order = arena_array(&s->arena, struct errand *, list->len);
	bool parse = false;
	size_t n = 0;

	for (size_t i = 0; i < list->len; i++) {
		struct errand *x = &list->items[i];

		/* Only now: the list no longer moves. */
		if (x->open || x->remote)
			x->source.ctx = x;
		x->same = first_of_same(list, x);
		if (x->to_read && !x->same)
			order[n++] = x;
		parse |= x->to_read && !x->cached;
	}
	if (n == 0)
		return 0;
	size_t threads = session_threads(s, n);

	if (parse && session_workers(s, threads, e) < 0)
		return -1;
	struct read_options o = { .workers = parse ? s->workers : NULL,
		                      .count = threads,
		                      .deadline = s->deadline,
		                      .progress = s->options->progress };

	return read_layers(order, n, &o, e);
}

/* -- merging ----------------------------------------------------------------------------------- */

/* Evidence out of a stash or out of the cache, piece by piece. */
struct replay {
	struct session *s;
	struct errand *x;
	uint64_t at;
	uint32_t number;
	buf piece;
};

static int next_stashed(void *ctx, bytes *out, err *e)
{
	struct replay *p = ctx;

	struct stash *evidence = &(p->x->same ? p->x->same : p->x)->evidence;

	if (p->at >= evidence->size)
		return 0;
	if (stash_read(evidence, p->at, &p->piece, e) < 0)
		return -1;
	p->at += p->piece.n;
	*out = buf_bytes(&p->piece);
	return 1;
}

static int next_cached(void *ctx, bytes *out, err *e)
{
	struct replay *p = ctx;

	return cache_read(p->s->cache, p->x->row, p->number++, out, e);
}

/* A full disk costs the next run time, not this one its result. */
static int put_cached(void *ctx, bytes records, err *e)
{
	struct session *s = ctx;
	err trouble = { 0 };

	(void)e;
	if (s->cache && cache_put(s->cache, records, &trouble) < 0)
		session_drop_cache(s, &trouble);
	return 0;
}

static int merge_one(struct merge *m, struct errand *x, const struct record_source *source, err *e)
{
	return x->aliases.len ? merge_again(m, x->layer, x->aliases.len, source, e)
	                      : merge_layer(m, x->layer, source, e);
}

static int merge_fresh(struct session *s, struct merge *m, struct errand *x, err *e)
{
	struct replay p = { .s = s, .x = x, .piece = BUF_INIT(MIB) };
	struct record_source source = { .next = next_stashed, .ctx = &p };
	bool keep = s->cache && (x->open || x->remote) && !x->same;
	err trouble = { 0 };

	if (keep && cache_put_begin(s->cache, &x->blob, &x->diff_id, &x->version, &trouble) < 0)
		session_drop_cache(s, &trouble);
	keep = keep && s->cache;
	if (keep) {
		source.tee = put_cached;
		source.tee_ctx = s;
	}
	int status = merge_one(m, x, &source, e);

	if (keep && s->cache && status < 0)
		cache_put_abort(s->cache);
	else if (keep && s->cache && cache_put_end(s->cache, &trouble) < 0)
		session_drop_cache(s, &trouble);
	buf_done(&p.piece);
	return status;
}

static int merge_cached(struct session *s, struct merge *m, struct errand *x, err *e)
{
	struct replay p = { .s = s, .x = x };
	struct record_source source = { .next = next_cached, .ctx = &p };

	int status = merge_one(m, x, &source, e);

	if (status < 0) {
		cache_distrust(s->cache);
		s->cache_failed = true;
	}
	return status;
}

int errands_merge(struct session *s, struct errands *list, struct merge *m, err *e)
{
	for (size_t i = 0; i < list->len; i++) {
		struct errand *x = &list->items[i];
		struct image_layer *layer = &s->image->layers.items[x->layer];
		struct cache_file key = key_of(&x->file);

		layer->blob = x->blob;
		layer->diff_id = x->diff_id;
		if ((x->cached ? merge_cached(s, m, x, e) : merge_fresh(s, m, x, e)) < 0)
			return err_wrap(e, "layer %u", x->layer + 1U);
		if (s->cache && x->open && x->to_read)
			cache_file_remember(s->cache, &key, &x->blob, s->options->now_ns);
	}
	return 0;
}

void errands_done(struct errands *list)
{
	for (size_t i = 0; i < list->len; i++) {
		if (list->items[i].open)
			local_file_close(&list->items[i].file);
		registry_blob_close(list->items[i].stream);
		stash_done(&list->items[i].evidence);
	}
}
