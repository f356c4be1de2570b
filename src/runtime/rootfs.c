/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/rootfs.h"

#include "base/limits.h"
#include "base/text.h"
#include "sys/file.h"
#include "transfer/expand.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Letters of the diff_id in a folder's name: 128 bits; so many of them fit into the one page that
 * mount(2) takes. */
#define NAME_LETTERS 32
#define DRAFT ".new"

struct preparing {
	const struct rootfs_options *options;
	struct arena *arena;
	struct cargo source;
	const char *layers;
	int lock;
};

/* -- the store --------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)at;
	return kind == FTW_DP ? rmdir(path) : unlink(path);
}

static int open_store(struct preparing *p, err *e)
{
	const struct unpack_options *u = &p->options->unpack;
	const char *form = !u->owners ? "user" : u->id_base > 0 ? "shifted" : "root";
	const char *lock = arena_printf(p->arena, "%s/lock", p->options->store);

	p->layers = arena_printf(p->arena, "%s/%s", p->options->store, form);
	if (file_make_dirs(p->layers, 0700, e) < 0)
		return -1;
	p->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->lock < 0 || layout_lock(p->lock) < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(lock)));
	return 0;
}

static const char *name_of(const digest *diff_id, struct arena *a)
{
	const char *hex = strchr(DIGEST_TEXT(diff_id), ':') + 1;

	return arena_str(a, bytes_of(hex, NAME_LETTERS));
}

/* -- one layer --------------------------------------------------------------------------------- */

struct spool {
	int fd;
	uint64_t size;
};

static int spool_write(void *ctx, bytes part, err *e)
{
	struct spool *s = ctx;

	s->size += part.n;
	return file_write_all(s->fd, "the layer's tar", part, e);
}

static int spool_restart(void *ctx, err *e)
{
	struct spool *s = ctx;

	s->size = 0;
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

static int unpack_into(struct preparing *p, const struct spool *s, const char *draft, err *e)
{
	struct unpack_result done;

	(void)nftw(draft, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* what was interrupted */
	if (mkdir(draft, 0755) < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(draft)));
	auto_fd folder = open(draft, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	if (folder < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(draft)));
	return unpack_layer(s->fd, s->size, folder, &p->options->unpack, &done, e);
}

static bool is_there(const struct preparing *p, const char *name)
{
	struct stat st;

	return lstat(arena_printf(p->arena, "%s/%s", p->layers, name), &st) == 0;
}

static int keep_layer(struct preparing *p, const struct spool *s, const char *name, err *e)
{
	const char *place = arena_printf(p->arena, "%s/%s", p->layers, name);
	const char *draft = arena_printf(p->arena, "%s/" DRAFT, p->layers);

	if (is_there(p, name))
		return 0; /* an image may have a layer twice */
	if (unpack_into(p, s, draft, e) < 0)
		return -1;
	return rename(draft, place) == 0 ? 0 : err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(place)));
}

/* -- the accounts ------------------------------------------------------------------------------ */

/* The topmost layer that says something about the file decides; no link is followed. */
static int read_accounts(struct preparing *p, const char *const *names, size_t len,
                         const char *file, bytes *out, err *e)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		                    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };

	for (size_t i = len; i-- > 0;) {
		const char *place = arena_printf(p->arena, "%s/%s", p->layers, names[i]);
		auto_fd folder = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (folder < 0)
			return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(place)));
		auto_fd fd = (int)syscall(SYS_openat2, folder, file, &how, sizeof(how));
		struct stat st;

		if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
			continue;
		if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
			return 0; /* deleted, or a link: it names nobody */
		return file_read_fd(fd, file, LIMIT_SETTINGS, p->arena, out, e);
	}
	return 0;
}

/* -- all of it --------------------------------------------------------------------------------- */

/* fetch_all(p, names, spools, e): the layers that are missing, each in a file without a name. */
static int fetch_all(struct preparing *p, const char **names, struct spool *spools, err *e)
{
	const struct plan_image *image = &p->source.plan.image;

	for (size_t i = 0; i < image->len; i++) {
		names[i] = name_of(&image->parsed.diff_ids.items[i], p->arena);
		if (is_there(p, names[i]))
			continue;
		spools[i].fd = file_temp_unlinked(p->layers, e);
		if (spools[i].fd < 0 || expand(p, i, &spools[i], e) < 0)
			return err_wrap(e, "layer %zu", i + 1);
	}
	return 0;
}

/* The network is closed before workers are forked. */
static int prepare_all(struct preparing *p, struct rootfs *out, err *e)
{
	size_t len = p->source.plan.image.len;
	const char **names = arena_array(p->arena, const char *, len + 1);
	struct spool *spools = arena_array(p->arena, struct spool, len + 1);

	for (size_t i = 0; i < len; i++)
		spools[i] = (struct spool){ .fd = -1 };
	int status = fetch_all(p, names, spools, e);

	cargo_close(&p->source);
	out->layers = p->layers;
	out->lower = "";
	for (size_t i = 0; i < len; i++) {
		if (status == 0 && spools[i].fd >= 0 && keep_layer(p, &spools[i], names[i], e) < 0)
			status = err_wrap(e, "layer %zu", i + 1);
		if (spools[i].fd >= 0)
			close(spools[i].fd);
		if (status == 0)
			out->lower = arena_printf(p->arena, "%s%s%s", names[i], i > 0 ? ":" : "", out->lower);
	}
	out->config = p->source.plan.image.parsed;
	if (p->source.plan.documents.len > 0)
		out->image = p->source.plan.documents.items[p->source.plan.documents.len - 1].d.digest;
	if (status < 0)
		return -1;
	return read_accounts(p, names, len, "etc/passwd", &out->accounts, e) < 0
	           ? -1
	           : read_accounts(p, names, len, "etc/group", &out->groups, e);
}

int rootfs_prepare(const struct target *target, const struct rootfs_options *options,
                   struct arena *a, struct rootfs *out, err *e)
{
	struct preparing p = { .options = options, .arena = a, .lock = -1 };
	struct plan_options want = { .platform = options->platform, .expand = true };

	*out = (struct rootfs){ 0 };
	p.source = (struct cargo){ .target = target, .options = &options->source, .arena = a };
	int status = cargo_open(&p.source, &want, e);

	if (status == 0 && p.source.plan.image.len > LIMIT_ROOTFS_LAYERS)
		status = err_set(e, ERR_LIMIT, 0, "%zu layers, more than overlayfs takes at once (%d)",
		                 p.source.plan.image.len, LIMIT_ROOTFS_LAYERS);
	if (status == 0)
		status = open_store(&p, e);
	if (status == 0)
		status = prepare_all(&p, out, e);
	if (p.lock >= 0)
		close(p.lock);
	cargo_close(&p.source);
	return status;
}
