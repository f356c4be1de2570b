/* SPDX-License-Identifier: Apache-2.0 */
#include "rootfs/rootfs.h"

#include "base/limits.h"
#include "base/text.h"
#include "rootfs/rootfs_known.h"
#include "rootfs/rootfs_store.h"
#include "sys/file.h"
#include "transfer/expand.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct preparing {
	const struct rootfs_options *options;
	struct arena *arena;
	struct cargo source;
	struct rootfs_store store;
	const char **names;  /* of the layers, the lowest first */
	const char **drafts; /* of those that are being made; NULL for the others */
	size_t len;
};

/* -- a layer's tar ----------------------------------------------------------------------------- */

/* The disk is looked at after so many octets. */
#define LOOK_AT_ROOM ((uint64_t)64 << 20)

struct spool {
	const struct rootfs_store *store;
	int fd;
	uint64_t size, looked_at;
};

static int spool_write(void *ctx, bytes part, err *e)
{
	struct spool *s = ctx;

	if (s->size >= s->looked_at) {
		s->looked_at = s->size + LOOK_AT_ROOM;
		if (rootfs_store_room(s->store, part.n, e) < 0)
			return -1;
	}
	s->size += part.n;
	return file_write_all(s->fd, s->store->layers, part, e);
}

static int spool_restart(void *ctx, err *e)
{
	struct spool *s = ctx;

	s->size = s->looked_at = 0;
	if (lseek(s->fd, 0, SEEK_SET) < 0 || ftruncate(s->fd, 0) < 0)
		return err_set(e, ERR_IO, errno, "the layer's tar");
	return 0;
}

/* expand(p, i, s, e): the layer's tar, whose digest fits, into the file. */
static int expand(struct preparing *p, size_t i, struct spool *s, err *e)
{
	const struct plan_image *image = &p->source.plan.image;
	const struct descriptor *d = image->layers ? &image->layers[i] : NULL;
	struct blob blob;

	if (blob_open(&p->source.origin, d, image->names ? image->names[i] : BYTES(""), 0, &blob, e) <
	    0)
		return -1;
	struct expand x = { p->source.parser.worker, &blob, spool_write, spool_restart, s };
	int status = expand_run(&x, &image->parsed.diff_ids.items[i], e);

	blob_close(&blob);
	return status;
}

/* fetch_all(p, spools, e): the layers that are missing, each in a file without a name. */
static int fetch_all(struct preparing *p, struct spool *spools, err *e)
{
	for (size_t i = 0; i < p->len; i++) {
		if (rootfs_store_has(&p->store, p->names[i]))
			continue;
		spools[i].fd = file_temp_unlinked(p->store.layers, e);
		if (spools[i].fd < 0 || expand(p, i, &spools[i], e) < 0)
			return err_wrap(e, "layer %zu", i + 1);
	}
	return 0;
}

/* -- layers ------------------------------------------------------------------------------------ */

static int unpack_one(struct preparing *p, size_t i, const struct spool *s, int *folders, err *e)
{
	struct unpack_options options = p->options->unpack;
	struct unpack_result done;

	if (rootfs_store_room(&p->store, s->size, e) < 0)
		return -1;
	p->drafts[i] = p->names[i];
	folders[i] = rootfs_store_draft(&p->store, p->names[i], p->arena, e);
	if (folders[i] < 0)
		return -1;
	int *lowers = arena_array(p->arena, int, i + 1);

	for (size_t k = 0; k < i; k++)
		lowers[k] = folders[i - 1 - k];
	options.lowers = lowers;
	options.lowers_len = i;
	return unpack_layer(s->fd, s->size, folders[i], &options, &done, e);
}

static int unpack_missing(struct preparing *p, struct spool *spools, int *folders, err *e)
{
	for (size_t i = 0; i < p->len; i++) {
		if (spools[i].fd < 0)
			folders[i] = rootfs_store_layer(&p->store, p->names[i]);
		else if (unpack_one(p, i, &spools[i], folders, e) < 0)
			return err_wrap(e, "%s: layer %zu", p->store.layers, i + 1);
		if (folders[i] < 0)
			return err_set(e, ERR_IO, errno, "%s/%s", p->store.layers, p->names[i]);
		if (spools[i].fd >= 0)
			close(spools[i].fd); /* its room is needed */
		spools[i].fd = -1;
	}
	return rootfs_store_keep(&p->store, p->drafts, p->len, p->arena, e);
}

static void close_all(int *fds, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* make_missing(p, e): all of them or none. The network is closed before workers are forked. */
static int make_missing(struct preparing *p, err *e)
{
	struct spool *spools = arena_array(p->arena, struct spool, p->len + 1);
	int *folders = arena_array(p->arena, int, p->len + 1);

	p->drafts = arena_array(p->arena, const char *, p->len + 1);
	for (size_t i = 0; i < p->len; i++) {
		spools[i] = (struct spool){ .store = &p->store, .fd = -1 };
		folders[i] = -1;
	}
	int status = fetch_all(p, spools, e);

	cargo_close(&p->source);
	if (status == 0)
		status = unpack_missing(p, spools, folders, e);
	close_all(folders, p->len);
	for (size_t i = 0; i < p->len; i++)
		if (spools[i].fd >= 0)
			close(spools[i].fd);
	if (status < 0)
		rootfs_store_drop(&p->store, p->drafts, p->len, p->arena);
	return status;
}

/* -- what stands in them ----------------------------------------------------------------------- */

/* The topmost layer that says something about the file decides; no link is followed. */
static int read_accounts(struct preparing *p, const int *folders, const char *file, bytes *out,
                         err *e)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		                    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };

	for (size_t i = p->len; i-- > 0;) {
		auto_fd fd = (int)syscall(SYS_openat2, folders[i], file, &how, sizeof(how));
		struct stat st;

		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
			return 0; /* deleted, or a link: it names nobody */
		return file_read_fd(fd, file, LIMIT_SETTINGS, p->arena, out, e);
	}
	return 0;
}

/* describe(p, out, e): how overlayfs is told of them: down to one whose root hides what is below.
 *  */
static int describe(struct preparing *p, struct rootfs *out, err *e)
{
	int *folders = arena_array(p->arena, int, p->len + 1);
	bool hidden = false;
	int status = 0;

	out->layers = p->store.layers;
	out->lower = "";
	for (size_t i = p->len; i-- > 0;) {
		folders[i] = hidden ? -1 : rootfs_store_layer(&p->store, p->names[i]);
		if (hidden)
			continue;
		if (folders[i] < 0 && status == 0)
			status = err_set(e, ERR_IO, errno, "%s/%s", p->store.layers, p->names[i]);
		out->lower = arena_printf(p->arena, "%s%s%s", out->lower, *out->lower ? ":" : "",
		                          p->names[i]);
		hidden = rootfs_store_hides(folders[i], &p->options->unpack);
	}
	if (status == 0)
		status = read_accounts(p, folders, "etc/passwd", &out->accounts, e);
	if (status == 0)
		status = read_accounts(p, folders, "etc/group", &out->groups, e);
	close_all(folders, p->len);
	return status;
}

/* -- all of it --------------------------------------------------------------------------------- */

static bool has_all(const struct preparing *p)
{
	for (size_t i = 0; i < p->len; i++)
		if (!rootfs_store_has(&p->store, p->names[i]))
			return false;
	return true;
}

/* use_all(p, out): all of it is there, and stays. */
static bool use_all(struct preparing *p, struct rootfs *out)
{
	if (p->len == 0)
		return true;
	out->use = rootfs_store_use(&p->store, p->names, p->len, p->arena);
	return out->use >= 0;
}

/* make_all(p, out, e): what is missing, and the note of all. Who removes has the lock, too; and a
 * note that others may have locked is never written anew. */
static int make_all(struct preparing *p, struct rootfs *out, err *e)
{
	if (rootfs_store_lock(&p->store, e) < 0)
		return -1;
	if (use_all(p, out))
		return 0; /* somebody made it meanwhile */
	if ((!has_all(p) && make_missing(p, e) < 0) ||
	    rootfs_store_note(&p->store, p->names, p->len, p->arena, e) < 0)
		return -1;
	return use_all(p, out)
	           ? 0
	           : err_set(e, ERR_IO, 0, "%s: what was just unpacked is gone", p->store.layers);
}

/* find_known(p, q, out): it was prepared before, and all of it is there. */
static bool find_known(struct preparing *p, const struct rootfs_question *q, struct rootfs *out)
{
	struct rootfs_known known;

	if (!rootfs_known_read(q, p->arena, &known))
		return false;
	p->names = known.names;
	p->len = known.config.diff_ids.len;
	out->image = known.image;
	out->config = known.config;
	return use_all(p, out);
}

/* read_image(p, out, e): of the source: what it is made of. */
static int read_image(struct preparing *p, struct rootfs *out, err *e)
{
	struct plan_options want = { .platform = p->options->platform, .expand = true };
	const struct plan *plan = &p->source.plan;

	if (cargo_open(&p->source, &want, e) < 0)
		return -1;
	if (plan->image.len > LIMIT_ROOTFS_LAYERS)
		return err_set(e, ERR_LIMIT, 0, "%zu layers, more than overlayfs takes at once (%d)",
		               plan->image.len, LIMIT_ROOTFS_LAYERS);
	out->config = plan->image.parsed;
	p->len = out->config.diff_ids.len;
	p->names = rootfs_store_names(out->config.diff_ids.items, p->len, p->arena);
	if (plan->documents.len > 0)
		out->image = plan->documents.items[plan->documents.len - 1].d.digest;
	return 0;
}

static int prepare(struct preparing *p, const struct target *target, struct rootfs *out, err *e)
{
	const struct rootfs_options *o = p->options;
	struct rootfs_question question;

	if (rootfs_store_open(o->store, &o->unpack, p->arena, &p->store, e) < 0)
		return -1;
	rootfs_known_ask(target, &o->platform, o->store, p->arena, &question);
	if (!find_known(p, &question, out)) {
		if (read_image(p, out, e) < 0)
			return -1;
		if (!use_all(p, out) && make_all(p, out, e) < 0)
			return -1;
		const struct rootfs_known known = { out->image, out->config, p->names };

		rootfs_known_keep(&question, &known, p->arena);
	}
	return describe(p, out, e);
}

int rootfs_prepare(const struct target *target, const struct rootfs_options *options,
                   struct arena *a, struct rootfs *out, err *e)
{
	struct preparing p = { .options = options, .arena = a, .store = { .folder = -1, .lock = -1 } };

	*out = (struct rootfs){ .use = -1 };
	p.source = (struct cargo){ .target = target, .options = &options->source, .arena = a };
	p.source.origin.local.fd = -1;
	int status = prepare(&p, target, out, e);

	rootfs_store_close(&p.store);
	cargo_close(&p.source);
	if (status < 0 && out->use >= 0) {
		close(out->use);
		out->use = -1;
	}
	return status;
}
