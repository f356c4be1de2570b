/* SPDX-License-Identifier: Apache-2.0 */
#include "image/errand.h"

#include "base/limits.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

/* -- planning -------------------------------------------------------------------------------------- */

static int64_t read_errand(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct errand *x = ctx;
	uint64_t left = x->file.size - x->at;
	ssize_t n = pread(x->file.fd, into, left < cap ? (size_t)left : cap,
	                  (off_t)(x->file.offset + x->at));

	if (n < 0)
		return err_set(e, ERR_IO, errno, "read the blob");
	x->at += (size_t)n;
	return n;
}

static int restart_errand(void *ctx, err *e)
{
	struct errand *x = ctx;

	(void)e;
	x->at = 0;
	return 0;
}

static struct cache_file key_of(const struct local_file *f)
{
	return (struct cache_file){ .device = f->device, .inode = f->inode, .size = f->size,
		                        .offset = f->offset, .mtime_ns = f->mtime_ns,
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
		hasher_update(h, aliases->items[i].path);
		hasher_update(h, bytes_of("", 1));
		hasher_update(h, aliases->items[i].as);
		hasher_update(h, bytes_of("", 1));
	}
	digest d = hasher_final(h);

	hasher_free(h);
	return d;
}

/* plan_cached(s, x, e): is this layer's evidence known, and must the blob still be hashed? */
static int plan_cached(struct session *s, struct errand *x, err *e)
{
	struct image_layer *layer = &s->image->layers.items[x->layer];
	bool archive = s->image->kind == TARGET_DOCKER_ARCHIVE;
	digest blob = archive ? layer->diff_id : layer->blob, recorded;
	struct cache_file key = key_of(&x->file);

	if (!s->cache || !cache_find(s->cache, &blob, &x->version, &x->row, &recorded))
		return 0;
	if (!digest_equal(&recorded, &layer->diff_id))
		return err_set(e, ERR_FORMAT, 0, "the config's diff_id is %s, but the content is %s",
		               DIGEST_TEXT(&layer->diff_id), DIGEST_TEXT(&recorded));
	bool unchanged = (!s->options->verify || x->aliases.len > 0) &&
	                 cache_file_seen(s->cache, &key, &blob);

	/* A docker archive does not say whether its layer is compressed, so its digest cannot be told
	 * from the diff_id: an archive that is not known is read. */
	if (archive && !unchanged)
		return 0;
	x->cached = true;
	x->to_read = !unchanged;
	layer->from_cache = true;
	layer->blob = blob;
	return 0;
}

int errand_plan(struct session *s, struct errands *list, uint16_t layer, struct aliases aliases,
                err *e)
{
	const struct document_layer *doc = &s->documents.layers.items[layer];
	struct image_layer *into = &s->image->layers.items[layer];
	struct errand *x = ARENA_PUSH(&s->arena, list);

	x->layer = layer;
	x->aliases = aliases;
	x->version = version_of(s, &aliases);
	x->to_read = true;
	if (local_find(&s->local, doc->name, &x->file, e) < 0)
		return err_wrap(e, "layer %u", layer + 1U);
	x->open = true;
	into->compressed = x->file.size;
	if (doc->blob.digest.algorithm != DIGEST_NONE && doc->blob.size != x->file.size)
		return err_set(e, ERR_FORMAT, 0,
		               "layer %u: the manifest says %" PRIu64 " bytes, the blob has %" PRIu64,
		               layer + 1U, doc->blob.size, x->file.size);
	if (plan_cached(s, x, e) < 0)
		return err_wrap(e, "layer %u", layer + 1U);
	list->total += x->to_read ? x->file.size : 0;
	return 0;
}

void errand_plan_rootfs(struct session *s, struct errands *list, struct rootfs *rootfs,
                        struct aliases aliases)
{
	struct errand *x = ARENA_PUSH(&s->arena, list);

	x->aliases = aliases;
	x->to_read = true;
	x->job.source = (struct layer_source){ rootfs_read, rootfs };
}

/* -- running --------------------------------------------------------------------------------------- */

struct progress {
	const struct session *s;
	uint64_t total;
};

static void tell_progress(void *ctx, uint64_t fed)
{
	const struct progress *p = ctx;

	if (p->s->options->progress.report)
		p->s->options->progress.report(p->s->options->progress.ctx, fed, p->total);
}

static void prepare_job(struct session *s, struct errand *x)
{
	const struct image_layer *layer = &s->image->layers.items[x->layer];

	if (x->open) {
		x->job = (struct layer_job){ .source = { read_errand, x }, .restart = restart_errand,
			                         .size = x->file.size, .blob = layer->blob,
			                         .diff_id = layer->diff_id, .hash_only = x->cached };
	}
	x->job.aliases = x->aliases;
	stash_init(&x->job.evidence, s->dir);
}

/* "Not read because another layer failed" explains nothing: the failure itself comes first. */
static int first_failure(const struct errands *list, err *e)
{
	const struct errand *worst = NULL;

	for (size_t i = 0; i < list->len; i++) {
		const struct errand *x = &list->items[i];

		if (err_is_set(&x->job.error) && (!worst || (worst->job.fed == 0 && x->job.fed > 0)))
			worst = x;
	}
	if (!worst)
		return 0;
	*e = worst->job.error;
	return err_wrap(e, "layer %u", worst->layer + 1U);
}

int errands_run(struct session *s, struct errands *list, err *e)
{
	struct layer_job **jobs = arena_array(&s->arena, struct layer_job *, list->len);
	struct progress progress = { s, list->total };
	bool parse = false;
	size_t n = 0;

	for (size_t i = 0; i < list->len; i++) {
		struct errand *x = &list->items[i];

		if (!x->to_read)
			continue;
		prepare_job(s, x);
		jobs[n++] = &x->job;
		parse |= !x->cached;
	}
	if (n == 0)
		return 0;
	size_t threads = session_threads(s, n);

	if (parse && session_workers(s, threads, e) < 0)
		return -1;
	struct read_options o = { .workers = parse ? s->workers : NULL, .count = threads,
		                      .timeout_ms = s->options->timeout_ms ? s->options->timeout_ms
		                                                           : LIMIT_TIME_MS,
		                      .progress = tell_progress, .ctx = &progress };

	read_layers(jobs, n, &o);
	return first_failure(list, e);
}

/* -- merging --------------------------------------------------------------------------------------- */

/* Evidence out of a stash or out of the cache, piece by piece. */
struct pieces {
	struct session *s;
	struct errand *x;
	uint64_t at;
	uint32_t number;
	buf piece;
};

static int next_stashed(void *ctx, bytes *out, err *e)
{
	struct pieces *p = ctx;

	if (p->at >= p->x->job.evidence.size)
		return 0;
	if (stash_read(&p->x->job.evidence, p->at, &p->piece, e) < 0)
		return -1;
	p->at += p->piece.n;
	*out = buf_bytes(&p->piece);
	return 1;
}

static int next_cached(void *ctx, bytes *out, err *e)
{
	struct pieces *p = ctx;

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
	return x->aliases.len ? merge_again(m, x->layer, source, e)
	                      : merge_layer(m, x->layer, source, e);
}

static int merge_fresh(struct session *s, struct merge *m, struct errand *x, err *e)
{
	struct pieces p = { .s = s, .x = x, .piece = BUF_INIT(MIB) };
	struct record_source source = { .next = next_stashed, .ctx = &p };
	struct image_layer *layer = &s->image->layers.items[x->layer];
	err trouble = { 0 };

	layer->blob = x->job.blob;
	layer->diff_id = x->job.diff_id;
	if (s->cache &&
	    cache_put_begin(s->cache, &layer->blob, &layer->diff_id, &x->version, &trouble) < 0)
		session_drop_cache(s, &trouble);
	if (s->cache) {
		source.tee = put_cached;
		source.tee_ctx = s;
	}
	int status = merge_one(m, x, &source, e);

	if (s->cache && status < 0)
		cache_put_abort(s->cache);
	else if (s->cache && cache_put_end(s->cache, &trouble) < 0)
		session_drop_cache(s, &trouble);
	buf_done(&p.piece);
	stash_done(&x->job.evidence);
	return status;
}

static int merge_cached(struct session *s, struct merge *m, struct errand *x, err *e)
{
	struct pieces p = { .s = s, .x = x };
	struct record_source source = { .next = next_cached, .ctx = &p };

	int status = merge_one(m, x, &source, e);

	s->cache_failed |= status < 0;
	return status;
}

int errands_merge(struct session *s, struct errands *list, struct merge *m, err *e)
{
	for (size_t i = 0; i < list->len; i++) {
		struct errand *x = &list->items[i];
		struct cache_file key = key_of(&x->file);

		if ((x->cached ? merge_cached(s, m, x, e) : merge_fresh(s, m, x, e)) < 0)
			return err_wrap(e, "layer %u", x->layer + 1U);
		if (s->cache && x->open && x->to_read)
			cache_file_remember(s->cache, &key, &s->image->layers.items[x->layer].blob,
			                    s->options->now_ns);
	}
	return 0;
}

void errands_done(struct errands *list)
{
	for (size_t i = 0; i < list->len; i++) {
		if (list->items[i].open)
			local_file_close(&list->items[i].file);
		stash_done(&list->items[i].job.evidence);
	}
}
