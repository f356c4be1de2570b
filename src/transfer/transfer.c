/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/transfer.h"

#include "base/limits.h"
#include "base/text.h"
#include "oci/engine.h"
#include "oci/layout_choose.h"
#include "sys/file.h"
#include "transfer/cargo.h"
#include "transfer/convert.h"
#include "transfer/destination.h"

#include <unistd.h>

/* Everything one copy holds. */
struct transfer {
	const struct transfer_options *options;
	const struct target *from, *to;
	struct arena *arena;
	struct cargo_options how;
	struct cargo source;
	struct destination destination;
	struct meter meter;
};

const char *transfer_tag(bytes name, struct arena *a)
{
	size_t colon = bytes_rfind(name, ':'), slash = bytes_rfind(name, '/');

	if (bytes_search(name, BYTES("sha256:")) < name.n)
		return "";
	if (colon < name.n && (slash == name.n || colon > slash))
		return arena_str(a, bytes_skip(name, colon + 1));
	return slash < name.n ? "latest" : arena_str(a, name);
}

/* -- the destination --------------------------------------------------------------------------- */

/* full_name(t): as docker keeps names: with a host and a tag; empty when there is none. */
static int full_name(struct transfer *t, bytes *out, err *e)
{
	struct reference ref = t->source.origin.reference;
	const char *asked = t->to->tag;

	*out = (bytes){ 0 };
	if (*asked && reference_parse(asked, t->arena, &ref, e) < 0)
		return -1;
	if (!*asked && !t->source.origin.registry) {
		*out = t->source.origin.kind == TARGET_DOCKER_ARCHIVE ? t->source.plan.tag
		                                                      : bytes_of(NULL, 0);
		return 0;
	}
	ref.digest = (digest){ 0 };
	if (*ref.tag)
		*out = bytes_str(reference_text(&ref, t->arena));
	return 0;
}

static int first_engine(struct transfer *t, const struct engine **out, err *e)
{
	if (engines_find(t->options->environment, t->arena, &t->source.engines, e) < 0)
		return -1;
	if (t->source.engines.len == 0)
		return err_set(e, ERR_ABSENT, 0, "no Docker or Podman is running here (no socket found)");
	*out = &t->source.engines.items[0];
	return 0;
}

static int open_destination(struct transfer *t, err *e)
{
	struct destination *d = &t->destination;

	*d = (struct destination){ .target = t->to,
		                       .meter = &t->meter,
		                       .parser = &t->source.parser,
		                       .arena = t->arena,
		                       .layout = LAYOUT_CLOSED,
		                       .archive = { .folder = -1, .file = { .fd = -1 } },
		                       .registry = t->source.registry,
		                       .tmp_dir = t->options->tmp_dir,
		                       .verify = t->options->verify,
		                       .http = &t->options->registry.http,
		                       .more = t->options->more,
		                       .more_len = t->options->more_len };
	d->tag = bytes_str(*t->to->tag ? t->to->tag : transfer_tag(t->source.plan.tag, t->arena));
	if (t->to->kind == TARGET_REGISTRY) {
		if (reference_parse(t->to->tag, t->arena, &d->reference, e) < 0)
			return -1;
		if (t->source.origin.registry &&
		    strcmp(d->reference.host, t->source.origin.reference.host) == 0 &&
		    strcmp(d->reference.repository, t->source.origin.reference.repository) != 0)
			d->mount_from = t->source.origin.reference.repository;
		d->tag = bytes_str(d->reference.tag);
	}
	if ((t->to->kind == TARGET_DOCKER_ARCHIVE || t->to->kind == TARGET_DAEMON) &&
	    full_name(t, &d->tag, e) < 0)
		return -1;
	if (t->to->kind == TARGET_DAEMON && first_engine(t, &d->engine, e) < 0)
		return -1;
	return destination_open(d, e);
}

/* -- the copy ---------------------------------------------------------------------------------- */

static int take_blob(void *ctx, size_t job, err *e)
{
	struct transfer *t = ctx;

	return t->destination.ops->take(&t->destination, &t->source.plan.blobs.items[job],
	                                &t->source.origin, e);
}

static int expand_image(void *ctx, size_t job, err *e)
{
	struct transfer *t = ctx;

	(void)job; /* one: the sealed worker serves one thread */
	return docker_write(&t->destination, &t->source.plan, &t->source.origin, e);
}

static int convert_image(void *ctx, size_t job, err *e)
{
	struct transfer *t = ctx;

	(void)job; /* one: a layer is compressed by threads of its own */
	return convert_run(&t->destination, &t->source.plan, &t->source.origin, t->options->compress,
	                   e);
}

static int copy_blobs(struct transfer *t, err *e)
{
	unsigned threads = t->options->threads ? t->options->threads : TRANSFER_THREADS;
	bool converts = t->source.origin.kind == TARGET_DOCKER_ARCHIVE;
	struct pool pool = { .jobs = 1, .threads = 1, .ctx = t, .meter = &t->meter };

	if (!t->destination.ops) {
		pool.run = expand_image;
	} else if (converts && t->options->compress != CODEC_NONE) {
		pool.run = convert_image;
	} else {
		if (converts && convert_keep(&t->destination, &t->source.plan, &t->source.origin, e) < 0)
			return -1;
		pool.run = take_blob;
		pool.jobs = t->source.plan.blobs.len - (converts ? 1 : 0); /* its config is there */
		pool.threads = t->destination.ops->one_by_one ? 1 : threads;
	}
	return pool_run(&pool, e);
}

static int put_documents(struct transfer *t, err *e)
{
	struct destination *d = &t->destination;

	if (!d->ops)
		return docker_finish(d, e);
	for (size_t i = 0; i < t->source.plan.documents.len; i++)
		if (d->ops->put(d, &t->source.plan.documents.items[i],
		                i + 1 == t->source.plan.documents.len, e) < 0)
			return -1;
	return d->ops->commit(d, &t->source.plan, e);
}

static void tell(const struct transfer *t, struct transfer_result *out)
{
	const struct plan *p = &t->source.plan;

	*out = (struct transfer_result){ .tag = arena_str(t->arena, t->destination.tag),
		                             .octets = p->octets,
		                             .sent = atomic_load(&t->meter.sent),
		                             .blobs = p->blobs.len,
		                             .manifests = p->documents.len };
	out->kept_expanded = t->destination.ops && t->source.origin.members.len > 0;
	if (t->source.origin.kind == TARGET_LAYOUT && !t->options->referrers)
		out->left_behind = layout_attached(&t->source.origin.index.manifests);
	if (t->destination.ops)
		out->digest = p->documents.items[p->documents.len - 1].d.digest;
	if (p->image.config.n > 0)
		out->config = digest_of(DIGEST_SHA256, p->image.config);
}

static int run(struct transfer *t, struct transfer_result *out, err *e)
{
	const struct transfer_options *o = t->options;
	struct plan_options want = { o->platform, o->all, o->referrers, o->foreign,
		                         t->to->kind == TARGET_DOCKER_ARCHIVE ||
		                             t->to->kind == TARGET_DAEMON };

	t->how = (struct cargo_options){ o->registry, o->environment, o->tmp_dir,
		                             t->to->kind == TARGET_REGISTRY };
	if (cargo_open(&t->source, &want, e) < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(t->from->text)));
	t->meter = (struct meter){ .total = t->source.plan.octets,
		                       .report = t->options->report,
		                       .ctx = t->options->report_ctx };
	if (open_destination(t, e) < 0 || copy_blobs(t, e) < 0 || put_documents(t, e) < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(t->to->text)));
	tell(t, out);
	return 0;
}

int transfer_run(const struct target *from, const struct target *to,
                 const struct transfer_options *options, struct arena *a,
                 struct transfer_result *out, err *e)
{
	struct transfer *t = arena_new(a, struct transfer);

	t->options = options;
	t->from = from;
	t->to = to;
	t->arena = a;
	t->source = (struct cargo){ .target = from, .options = &t->how, .arena = a };
	t->destination.layout = (struct layout)LAYOUT_CLOSED;
	t->destination.archive = (struct archive){ .folder = -1, .file = { .fd = -1 } };
	int status = run(t, out, e);

	destination_close(&t->destination);
	cargo_close(&t->source);
	return status;
}
