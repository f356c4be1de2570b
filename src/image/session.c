/* SPDX-License-Identifier: Apache-2.0 */
#include "image/session.h"

#include "base/limits.h"
#include "image/rootfs.h"
#include "sys/file.h"

#include <unistd.h>

/* Raised when the engine itself writes other evidence for the same layer. */
#define ENGINE_VERSION 1

static digest inspectors_version(const struct inspector *const *inspectors)
{
	struct hasher *h = hasher_new(DIGEST_SHA256);
	struct arena a = ARENA_INIT;

	hasher_update(h, bytes_str(arena_printf(&a, "engine %d\n", ENGINE_VERSION)));
	for (size_t i = 0; inspectors[i]; i++)
		hasher_update(h, bytes_str(arena_printf(&a, "%s %u %u\n", inspectors[i]->name,
		                                        inspectors[i]->id, inspectors[i]->version)));
	arena_done(&a);
	digest d = hasher_final(h);

	hasher_free(h);
	return d;
}

void session_note(const struct session *s, const char *text)
{
	if (s->options->note)
		s->options->note(s->options->note_ctx, text);
}

/* A cache that cannot be used never fails the job: it is said once and the job runs without. */
static void note_no_cache(struct session *s, err *why)
{
	(void)err_wrap(why, "going on without the evidence cache");
	session_note(s, why->text);
	err_clear(why);
}

void session_init(struct session *s, const struct image_options *options, struct image *image)
{
	err e = { 0 };

	*s = (struct session){ .options = options, .image = image, .source = { .local = { .fd = -1 } },
		                   .dir = options->tmp_dir,
		                   .serve = { .inspectors = options->inspectors, .archive_fd = -1 } };
	s->version = inspectors_version(options->inspectors);
	s->deadline = deadline_in(options->timeout_ms ? options->timeout_ms : LIMIT_TIME_MS);
	if (!options->cache_dir)
		return;
	if (file_make_dirs(options->cache_dir, 0700, &e) == 0)
		s->dir = options->cache_dir;
	else
		note_no_cache(s, &e);
}

void session_done(struct session *s)
{
	for (size_t i = 0; i < s->worker_count; i++)
		worker_stop(s->workers[i]);
	cache_close(s->cache);
	rootfs_close(s->rootfs);
	source_close(&s->source);
	arena_done(&s->arena);
}

size_t session_threads(const struct session *s, size_t jobs)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = s->options->workers ? s->options->workers : cores > 0 ? (size_t)cores : 1;

	n = n < WORKERS_MOST ? n : WORKERS_MOST;
	return n < jobs ? n : jobs;
}

int session_workers(struct session *s, size_t n, err *e)
{
	while (s->worker_count < n) {
		bool landlock = false;
		int spool = file_temp_unlinked(s->dir, e);

		if (spool < 0)
			return -1;
		s->serve.spool_fd = spool;
		struct worker_options o = { .serve = serve_main, .arg = &s->serve,
			                        .keep = { spool, s->serve.archive_fd },
			                        .no_landlock = s->options->no_landlock,
			                        .deadline = s->deadline };
		int status = worker_start(&o, &s->workers[s->worker_count], &landlock, e);

		close(spool);
		if (status < 0)
			return -1;
		s->worker_count++;
		if (!landlock && !s->landlock_told && !s->options->no_landlock)
			session_note(s, "this kernel has no Landlock; parsing is sealed by seccomp alone");
		s->landlock_told |= !landlock;
	}
	return 0;
}

void session_open_cache(struct session *s)
{
	err e = { 0 };

	/* The folder could be made, or s->dir would be another one. */
	if (!s->options->cache_dir || s->dir != s->options->cache_dir)
		return;
	if (cache_open(s->dir, s->options->cache_limit, &s->cache, &e) < 0) {
		s->cache = NULL;
		note_no_cache(s, &e);
	}
}

void session_drop_cache(struct session *s, err *why)
{
	cache_put_abort(s->cache);
	cache_close(s->cache);
	s->cache = NULL;
	note_no_cache(s, why);
}
