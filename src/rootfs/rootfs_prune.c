/* SPDX-License-Identifier: Apache-2.0 */
#include "rootfs/rootfs_prune.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "rootfs/rootfs_known.h"
#include "rootfs/rootfs_store.h"
#include "sys/file.h"
#include "sys/weigh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct names {
	const char **items;
	size_t len, cap;
};

/* One form's folder. */
struct pruning {
	const struct rootfs_prune_options *options;
	struct rootfs_pruned *out;
	struct arena *arena;
	struct rootfs_store store;
	struct names notes, layers, drafts;
	struct map stay; /* names of layers */
};

static int failed(const struct pruning *p, const char *name, err *e)
{
	return err_set(e, ERR_IO, errno, "%s/%s", SHOW(bytes_str(p->store.layers)),
	               SHOW(bytes_str(name)));
}

static int mounted(const struct pruning *p, const char *name, err *e)
{
	return err_set(e, ERR_IO, 0,
	               "%s/%s: something is mounted in it, and was not touched: unmount it ('findmnt' "
	               "says where)",
	               SHOW(bytes_str(p->store.layers)), SHOW(bytes_str(name)));
}

/* -- what is there ----------------------------------------------------------------------------- */

static void sort_in(struct pruning *p, const char *name)
{
	struct names *list = rootfs_store_is_layer(name)   ? &p->layers
	                     : rootfs_store_is_note(name)  ? &p->notes
	                     : rootfs_store_is_draft(name) ? &p->drafts
	                                                   : NULL;

	if (list)
		*ARENA_PUSH(p->arena, list) = arena_str(p->arena, bytes_str(name));
}

static int list_names(struct pruning *p, err *e)
{
	DIR *list = file_list(p->store.folder, ".");
	const struct dirent *entry;
	int status = 0;

	if (!list)
		return failed(p, ".", e);
	while (errno = 0, (entry = readdir(list)) != NULL)
		sort_in(p, entry->d_name);
	if (errno) /* a note may be missing, whose layers would go */
		status = failed(p, ".", e);
	closedir(list);
	return status;
}

/* -- images ------------------------------------------------------------------------------------ */

static int let_stay(struct pruning *p, int fd, const char *note, err *e)
{
	bytes text, name;

	if (file_read_fd(fd, note, LIMIT_ROOTFS_LAYERS * (ROOTFS_NAME + 1), p->arena, &text, e) < 0)
		return -1;
	while (bytes_take_until(&text, '\n', &name))
		*map_put(&p->stay, name) = p;
	return 0;
}

/* judge_note(p, note, e): who waits for the note now finds it gone and asks for the store's lock,
 * which is ours. */
static int judge_note(struct pruning *p, const char *note, err *e)
{
	struct flock alone = { .l_type = F_WRLCK };
	struct stat st;
	auto_fd fd = openat(p->store.folder, note, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		return failed(p, note, e);
	bool runs = fcntl(fd, F_OFD_SETLK, &alone) < 0;

	p->out->running += runs;
	if (runs || st.st_mtim.tv_sec >= p->options->before - ROOTFS_MARK_S)
		return let_stay(p, fd, note, e);
	if (!p->options->dry && unlinkat(p->store.folder, note, 0) < 0)
		return failed(p, note, e);
	return 0;
}

/* -- layers ------------------------------------------------------------------------------------ */

static void count(struct pruning *p, const char *name)
{
	(void)weigh(p->store.folder, name, &p->out->layers.octets); /* it goes all the same */
	p->out->layers.count++;
}

static void count_back(struct pruning *p, const char *name)
{
	struct removed *r = &p->out->layers;
	uint64_t rest = 0;

	(void)weigh(p->store.folder, name, &rest);
	r->octets -= rest < r->octets ? rest : r->octets;
	r->count--;
	r->kept++;
}

/* remove_drafts(p, e): one that stays keeps none of the others; the first failure is told. */
static int remove_drafts(struct pruning *p, err *e)
{
	int status = 0;

	for (size_t i = 0; i < p->drafts.len && !p->options->dry; i++) {
		const char *stays = rootfs_store_clear(&p->store, p->drafts.items[i], p->arena);

		if (!stays)
			continue;
		if (status == 0)
			status = errno == EBUSY ? mounted(p, stays, e) : failed(p, stays, e);
		count_back(p, stays);
	}
	p->drafts.len = 0;
	return status;
}

/* A layer loses its name, on the disk too, before the first of its files goes. */
static int take_layers(struct pruning *p, err *e)
{
	for (size_t i = 0; i < p->layers.len; i++) {
		const char *name = p->layers.items[i];
		const char *draft = arena_printf(p->arena, ROOTFS_DRAFT "%s", name);

		if (map_get(&p->stay, bytes_str(name))) {
			p->out->layers.kept++;
			continue;
		}
		if (!p->options->dry && renameat(p->store.folder, name, p->store.folder, draft) < 0)
			return failed(p, name, e);
		count(p, p->options->dry ? name : draft);
		*ARENA_PUSH(p->arena, &p->drafts) = draft;
	}
	if (!p->options->dry && p->drafts.len > 0 && fsync(p->store.folder) < 0)
		return failed(p, ".", e);
	return 0;
}

static int prune_form(struct pruning *p, err *e)
{
	err other = { 0 };

	p->store.lock = file_lock(p->store.layers, 0, p->options->wait, p->options->wait_ctx, e);
	if (p->store.lock < 0 || list_names(p, e) < 0)
		return -1;
	for (size_t i = 0; i < p->drafts.len; i++)
		count(p, p->drafts.items[i]);
	int status = remove_drafts(p, e); /* so that their names are free */

	if (status < 0)
		e = &other;
	map_init(&p->stay, p->arena);
	for (size_t i = 0; i < p->notes.len; i++)
		if (judge_note(p, p->notes.items[i], e) < 0)
			return -1;
	return take_layers(p, e) < 0 || remove_drafts(p, e) < 0 ? -1 : status;
}

/* -- all of it --------------------------------------------------------------------------------- */

static bool is_form(const char *name)
{
	return strcmp(name, "user") == 0 || strcmp(name, "root") == 0 ||
	       bytes_starts(bytes_str(name), BYTES("root-"));
}

static int prune_one(const struct rootfs_prune_options *options, int store, const char *name,
                     struct arena *a, struct rootfs_pruned *out, err *e)
{
	struct pruning p = { .options = options,
		                 .out = out,
		                 .arena = a,
		                 .store = { arena_printf(a, "%s/%s", options->store, name), -1, -1 } };
	struct stat st;

	if (!is_form(name) || fstatat(store, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISDIR(st.st_mode)) /* a lock, another command's folder */
		return 0;
	int status = rootfs_store_own(p.store.layers, &p.store.folder, e);

	if (status == 0)
		status = prune_form(&p, e);
	rootfs_store_close(&p.store);
	return status;
}

/* A form that cannot be pruned keeps none of the others from it; the first failure is told. */
static int prune_forms(const struct rootfs_prune_options *options, int store, struct arena *a,
                       struct rootfs_pruned *out, err *e)
{
	DIR *list = file_list(store, ".");
	const struct dirent *entry;
	int status = 0;

	if (!list)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(options->store)));
	while (errno = 0, (entry = readdir(list)) != NULL) {
		err other = { 0 };

		if (prune_one(options, store, entry->d_name, a, out, status == 0 ? e : &other) < 0)
			status = -1;
	}
	if (errno && status == 0)
		status = err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(options->store)));
	closedir(list);
	return status;
}

int rootfs_prune(const struct rootfs_prune_options *options, struct arena *a,
                 struct rootfs_pruned *out, err *e)
{
	const char *known = rootfs_known_folder(options->store, a);
	auto_fd store = -1;

	*out = (struct rootfs_pruned){ 0 };
	if (access(options->store, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (rootfs_store_own(options->store, &store, e) < 0)
		return -1;
	int status = prune_forms(options, store, a, out, e);

	if (removal_old(known, options->before - ROOTFS_MARK_S, options->dry, &out->known) < 0 &&
	    status == 0)
		status = err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(known)));
	return status;
}
