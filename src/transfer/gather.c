/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/gather.h"

#include "base/limits.h"
#include "base/text.h"
#include "transfer/pool.h"

/* -- the place --------------------------------------------------------------------------------- */

static int open_place(struct gather *g, const struct target *target, err *e)
{
	g->origin = (struct origin){
		.kind = target->kind, .target = target, .parser = &g->parser, .local = { .fd = -1 }
	};
	switch (target->kind) {
	case TARGET_REGISTRY:
		return reference_parse(target->tag, g->arena, &g->origin.reference, e);
	case TARGET_LAYOUT:
	case TARGET_ARCHIVE:
	case TARGET_OCI_ARCHIVE: return local_open(target, &g->origin.local, e);
	case TARGET_DOCKER_ARCHIVE:
	case TARGET_DAEMON:
	case TARGET_NONE:
	case TARGET_ROOTFS:
	case TARGET_SBOM: break;
	}
	return err_set(e, ERR_USAGE, 0,
	               "nothing can be attached here; name the registry, the layout or the oci-archive "
	               "that the image was built into");
}

/* Referrers are listed by several threads. */
static int parse_index_alone(void *ctx, bytes text, struct arena *a, struct oci_index *out, err *e)
{
	struct gather *g = ctx;

	pthread_mutex_lock(&g->lock);
	int status = parser_index(&g->parser, text, a, out, e);

	pthread_mutex_unlock(&g->lock);
	return status;
}

static int parse_layout_alone(void *ctx, bytes text, struct arena *a, struct layout_index *out,
                              err *e)
{
	struct gather *g = ctx;

	pthread_mutex_lock(&g->lock);
	int status = parser_layout(&g->parser, text, a, out, e);

	pthread_mutex_unlock(&g->lock);
	return status;
}

static void init(struct gather *g)
{
	*g = (struct gather){ .origin = { .local = { .fd = -1 } } };
	pthread_mutex_init(&g->lock, NULL);
}

static int start_client(struct gather *g, const struct registry_options *registry, err *e)
{
	struct registry_options options = *registry;

	options.parse_index = parse_index_alone;
	options.parse_layout = parse_layout_alone;
	options.parse_ctx = g;
	return registry_open(&options, &g->client, e);
}

int gather_start(struct gather *g, const struct registry_options *registry, err *e)
{
	init(g);
	return parser_start(&g->parser, NULL, registry->http.deadline, e) < 0
	           ? -1
	           : start_client(g, registry, e);
}

static int enter(struct gather *g, err *e)
{
	g->origin.registry = g->origin.kind == TARGET_REGISTRY ? g->client : NULL;
	return origin_begin(&g->origin, g->arena, e);
}

int gather_turn(struct gather *g, const struct target *target, struct arena *a, err *e)
{
	local_close(&g->origin.local);
	g->subjects.items = NULL;
	g->subjects.len = g->subjects.cap = 0;
	g->beside = (struct descriptors){ 0 };
	g->arena = a;
	return open_place(g, target, e) < 0 ? -1 : enter(g, e);
}

int gather_open(struct gather *g, const struct target *target,
                const struct registry_options *registry, struct arena *a, err *e)
{
	init(g);
	g->arena = a;
	if (open_place(g, target, e) < 0 ||
	    parser_start(&g->parser, &g->origin.local, registry->http.deadline, e) < 0 ||
	    (target->kind == TARGET_REGISTRY && start_client(g, registry, e) < 0) || enter(g, e) < 0)
		return -1;
	if (g->origin.kind == TARGET_DOCKER_ARCHIVE)
		return err_set(e, ERR_USAGE, 0, "docker's archives hold nothing that is attached");
	return 0;
}

void gather_close(struct gather *g)
{
	registry_close(g->client);
	parser_stop(&g->parser);
	local_close(&g->origin.local);
	pthread_mutex_destroy(&g->lock);
}

const char *gather_name(const struct gather *g)
{
	const struct reference *ref = &g->origin.reference;

	return g->origin.registry ? arena_printf(g->arena, "%s/%s", ref->host, ref->repository) : "";
}

const char *gather_tag(const struct gather *g)
{
	const struct reference *ref = &g->origin.reference;

	return g->origin.registry && ref->digest.algorithm == DIGEST_NONE ? ref->tag : "";
}

int gather_manifest(struct gather *g, bytes text, struct arena *a, struct oci_manifest *out, err *e)
{
	pthread_mutex_lock(&g->lock);
	int status = parser_manifest(&g->parser, text, a, out, e);

	pthread_mutex_unlock(&g->lock);
	return status;
}

int gather_run(struct gather *g, size_t jobs, int (*run)(void *ctx, size_t job, err *e), void *ctx,
               err *e)
{
	struct meter meter = { 0 };
	const struct pool pool = {
		.jobs = jobs, .threads = POOL_THREADS_MOST, .run = run, .ctx = ctx, .meter = &meter
	};

	if (g->origin.registry)
		return pool_run(&pool, e);
	for (size_t i = 0; i < jobs; i++)
		if (run(ctx, i, e) < 0)
			return -1;
	return 0;
}

/* -- the image and its platforms --------------------------------------------------------------- */

static int add_subject(struct gather *g, const struct descriptor *d, err *e)
{
	for (size_t i = 0; i < g->subjects.len; i++)
		if (digest_equal(&g->subjects.items[i].digest, &d->digest))
			return 0;
	if (g->subjects.len == LIMIT_ATTACHABLES)
		return err_set(e, ERR_LIMIT, 0, "more than %d platforms", LIMIT_ATTACHABLES);
	*ARENA_PUSH(g->arena, &g->subjects) = (struct attachable){ .digest = d->digest,
		                                                       .media_type = d->media_type,
		                                                       .size = d->size,
		                                                       .platform = d->platform,
		                                                       .is_index = oci_is_index(
																   d->media_type) };
	return 0;
}

int gather_root(struct gather *g, const struct platform *platform, bytes *out_content, err *e)
{
	const struct platform host = platform_host();
	struct descriptor d = { 0 };

	if (origin_root(&g->origin, platform->architecture.n > 0 ? platform : &host, g->arena, &d,
	                out_content, e) < 0)
		return -1;
	return add_subject(g, &d, e);
}

/* open_index(g, d, content, out, e): what an index names; what it says is about something is
 * kept. */
static int open_index(struct gather *g, const struct attachable *s, bytes content,
                      struct oci_index *out, err *e)
{
	const struct descriptor as = { .media_type = s->media_type };

	if (parser_index(&g->parser, content, g->arena, out, e) < 0 ||
	    oci_check_said(&as, out->media_type, e) < 0)
		return err_wrap(e, "index %s", DIGEST_TEXT(&s->digest));
	for (size_t i = 0; i < out->manifests.len; i++)
		if (bytes_is(out->manifests.items[i].reference_type, "attestation-manifest") ||
		    oci_is_attestation(&out->manifests.items[i]))
			*ARENA_PUSH(g->arena, &g->beside) = out->manifests.items[i];
	return 0;
}

static int one_platform(struct gather *g, const struct platform *want, bytes content, err *e)
{
	for (int depth = 0; g->subjects.items[g->subjects.len - 1].is_index; depth++) {
		size_t before = g->subjects.len;
		struct oci_index index = { 0 };

		if (depth >= LIMIT_INDEX_DEPTH)
			return err_set(e, ERR_LIMIT, 0, "indexes nested deeper than %d", LIMIT_INDEX_DEPTH);
		if (open_index(g, &g->subjects.items[before - 1], content, &index, e) < 0)
			return -1;
		int at = platform_choose(&index.manifests, want);

		if (at < 0)
			return err_set(e, ERR_ABSENT, 0, "no image for %s (choose with --platform)",
			               SHOW(bytes_str(platform_text(want, g->arena))));
		const struct descriptor *d = &index.manifests.items[at];

		if (add_subject(g, d, e) < 0)
			return -1;
		if (g->subjects.len == before)
			return err_set(e, ERR_FORMAT, 0, "an index that names itself");
		if (oci_is_index(d->media_type) &&
		    origin_document(&g->origin, d, g->arena, &content, e) < 0)
			return err_wrap(e, "index %s", DIGEST_TEXT(&d->digest));
	}
	return 0;
}

/* every_platform(g, at, content, depth, e): those below the subject `at`. */
static int every_platform(struct gather *g, size_t at, bytes content, int depth, err *e)
{
	const struct attachable s = g->subjects.items[at];
	struct oci_index index = { 0 };

	if (depth >= LIMIT_INDEX_DEPTH)
		return err_set(e, ERR_LIMIT, 0, "indexes nested deeper than %d", LIMIT_INDEX_DEPTH);
	if (open_index(g, &s, content, &index, e) < 0)
		return -1;
	for (size_t i = 0; i < index.manifests.len; i++) {
		const struct descriptor *d = &index.manifests.items[i];
		size_t before = g->subjects.len;
		bytes below;

		/* Nobody runs what is of another type; that the index lists it, its own signature says. */
		if (oci_is_attestation(d) ||
		    (!oci_is_index(d->media_type) && !oci_is_manifest(d->media_type)))
			continue;
		if (add_subject(g, d, e) < 0)
			return -1;
		if (g->subjects.len == before || !oci_is_index(d->media_type))
			continue;
		if (origin_document(&g->origin, d, g->arena, &below, e) < 0)
			return err_wrap(e, "index %s", DIGEST_TEXT(&d->digest));
		if (every_platform(g, before, below, depth + 1, e) < 0)
			return -1;
	}
	return 0;
}

int gather_subjects(struct gather *g, enum attachments_scope scope, const struct platform *platform,
                    err *e)
{
	const struct platform host = platform_host();
	bytes root;

	if (gather_root(g, platform, &root, e) < 0)
		return -1;
	if (!g->subjects.items[0].is_index || scope == SCOPE_ROOT)
		return 0;
	if (scope == SCOPE_ALL)
		return every_platform(g, 0, root, 0, e);
	return one_platform(g, platform->architecture.n > 0 ? platform : &host, root, e);
}
