/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/stage.h"

#include "base/limits.h"
#include "base/text.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CGROUPS "/sys/fs/cgroup"
#define UNIFIED CGROUPS "/unified"
#define SKELETON "skeleton"
#define NOTHING "nothing"
#define SECRETS "secrets"

struct stage {
	struct stage_options *options;
	struct arena arena;
};

static const char *below(struct stage *s, const char *name)
{
	return arena_printf(&s->arena, "%s/%s", s->options->place, name);
}

static int mount_on(const char *type, const char *place, unsigned long flags, const char *data,
                    err *e)
{
	return mount(type, place, type, flags, data) == 0
	           ? 0
	           : err_set(e, ERR_IO, errno, "mount %s on %s", type, SHOW(bytes_str(place)));
}

/* -- this machine ------------------------------------------------------------------------------ */

/* Nothing that is mounted here is seen elsewhere, and processes here see themselves. crun 1.8
 * gives up where controllers of both versions of cgroups are mounted. */
static int seclude(const struct stage_options *o, err *e)
{
	struct stat unified, above;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return err_set(e, ERR_IO, errno, "make mounts private");
	if (mount_on("proc", "/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL, e) < 0)
		return err_wrap(e, "no /proc of our own (the one that we see is masked, as in a container: "
		                   "start that with 'systempaths=unconfined' or 'unmask=ALL')");
	if (!o->has_cgroups) /* crun looks for a file system there, whether it uses it or not */
		return mount_on("tmpfs", CGROUPS, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL, e);
	if (stat(UNIFIED, &unified) < 0 || stat(CGROUPS, &above) < 0 || unified.st_dev == above.st_dev)
		return 0;
	if (umount2(UNIFIED, MNT_DETACH) == 0)
		return 0;
	/* In a user namespace nobody takes a mount of others away, but it can be covered. */
	return mount_on("tmpfs", UNIFIED, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL, e);
}

/* -- the root ---------------------------------------------------------------------------------- */

/* A file where a file is to be shown, else a folder. */
static int make_place(const char *path, const struct stat *like, err *e)
{
	bytes above = bytes_str(path);

	if (!S_ISREG(like->st_mode))
		return file_make_dirs(path, 0755, e);
	struct arena a = ARENA_INIT;
	int status = file_make_dirs(arena_str(&a, bytes_slice(above, 0, bytes_rfind(above, '/'))), 0755,
	                            e);

	arena_done(&a);
	if (status == 0)
		status = file_write_atomic(path, BYTES(""), 0644, e);
	return status;
}

static int make_binds(struct stage *s, const char *root, err *e)
{
	const struct hardening *h = s->options->hardening;

	for (size_t i = 0; i < h->binds.len; i++) {
		const struct hardening_bind *b = &h->binds.items[i];
		struct stat st;

		if (stat(b->source, &st) < 0)
			return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(b->source)));
		if (make_place(arena_printf(&s->arena, "%s%s", root, b->destination), &st, e) < 0)
			return -1;
	}
	return 0;
}

/* runc gives a tmpfs the mode of the folder that it covers. */
static int make_folder(struct stage *s, const char *root, const char *path, err *e)
{
	const char *place = arena_printf(&s->arena, "%s%s", root, path);

	if (file_make_dirs(place, 0755, e) < 0)
		return -1;
	return chmod(place, 01777) == 0 ? 0 : err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(place)));
}

/* Places to mount on, below everything of the image: what it has itself stays as it is, and nothing
 * can be made in it. */
static int make_skeleton(struct stage *s, err *e)
{
	static const char *const places[] = { "proc", "dev", "sys", "run/secrets" };
	const struct hardening *h = s->options->hardening;
	const char *root = below(s, SKELETON);

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (file_make_dirs(arena_printf(&s->arena, "%s/%s", root, places[i]), 0755, e) < 0)
			return -1;
	for (size_t i = 0; i < h->folders.len; i++)
		if (make_folder(s, root, h->folders.items[i].path, e) < 0)
			return -1;
	if (file_make_dirs(arena_printf(&s->arena, "%s" PRIb, root, BYTESF(h->cwd)), 0755, e) < 0 ||
	    file_make_dirs(below(s, NOTHING), 0755, e) < 0)
		return -1;
	if (make_binds(s, root, e) < 0)
		return -1;
	return chmod(root, 0755) == 0 ? 0 : err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(root)));
}

/* Layers are named below their folder: the option must fit into one page. The kernel wants two, and
 * an image may have none. */
static const char *lower_option(struct stage *s)
{
	const struct stage_options *o = s->options;

	return arena_printf(&s->arena, "lowerdir=%s:%s%s",
	                    *o->rootfs->lower ? o->rootfs->lower : below(s, NOTHING),
	                    below(s, SKELETON), o->userxattr ? ",userxattr" : "");
}

static int mount_root(struct stage *s, err *e)
{
	const struct stage_options *o = s->options;
	bool writable = !hardening_has(o->hardening, DEFENCE_READONLY);
	const char *upper = below(s, "upper"), *work = below(s, "work");
	uint32_t root = o->host.user_namespace ? o->host.id_base : 0;
	const char *data = lower_option(s);

	if (writable) {
		if (file_make_dirs(upper, 0755, e) < 0 || file_make_dirs(work, 0755, e) < 0)
			return -1;
		if (chown(upper, root, root) < 0)
			return err_set(e, ERR_IO, errno, "give the root to the container's root");
		data = arena_printf(&s->arena, "%s,upperdir=%s,workdir=%s", data, upper, work);
	}
	unsigned long flags = MS_NODEV | (writable ? 0 : MS_RDONLY) |
	                      (hardening_has(o->hardening, DEFENCE_PRIVILEGES) ? MS_NOSUID : 0);

	if (chdir(o->rootfs->layers) < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(o->rootfs->layers)));
	if (file_make_dirs(below(s, STAGE_ROOT), 0755, e) < 0)
		return -1;
	if (mount_on("overlay", below(s, STAGE_ROOT), flags, data, e) < 0)
		return e->sys == ENODEV ? err_wrap(e, "this kernel has no overlayfs (modprobe overlay)")
		                        : -1;
	return chdir("/") == 0 ? 0 : err_set(e, ERR_IO, errno, "/");
}

/* -- places to mount on ------------------------------------------------------------------------ */

/* A runtime follows links of the image there: /tmp -> proc would cover /proc. What is missing or no
 * folder it tells itself. */
static int check_place(int root, const char *path, err *e)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC,
		                    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS };
	auto_fd fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	if (fd >= 0 || errno == ENOENT || errno == ENOTDIR)
		return 0;
	if (errno != ELOOP)
		return err_set(e, ERR_IO, errno, "%s in the image", SHOW(bytes_str(path)));
	return err_set(e, ERR_FORMAT, 0,
	               "%s, where something is to be mounted, is a link in the image or lies below one",
	               SHOW(bytes_str(path)));
}

static int check_places(struct stage *s, err *e)
{
	static const char *const places[] = { "/proc", "/dev", "/sys", "/run/secrets" };
	const struct hardening *h = s->options->hardening;
	size_t n = sizeof(places) / sizeof(*places) - (h->secrets.len == 0);
	auto_fd root = open(below(s, STAGE_ROOT), O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(below(s, STAGE_ROOT))));
	for (size_t i = 0; i < n; i++)
		if (check_place(root, places[i], e) < 0)
			return -1;
	for (size_t i = 0; i < h->folders.len; i++)
		if (check_place(root, h->folders.items[i].path, e) < 0)
			return -1;
	for (size_t i = 0; i < h->binds.len; i++)
		if (check_place(root, h->binds.items[i].destination, e) < 0)
			return -1;
	return 0;
}

/* -- secrets ----------------------------------------------------------------------------------- */

/* By the kernel, so that it never stands in our memory: that is as long-lived as the container. */
static int copy_secret(int from, int to, const char *file, err *e)
{
	size_t left = LIMIT_RUN_SECRET + 1;
	ssize_t n;

	do {
		n = sendfile(to, from, NULL, left);
		left -= n > 0 ? (size_t)n : 0;
	} while (left > 0 && (n > 0 || (n < 0 && errno == EINTR)));
	if (n < 0)
		return err_set(e, ERR_IO, errno, "copy '%s'", SHOW(bytes_str(file)));
	return left > 0 ? 0
	                : err_set(e, ERR_LIMIT, 0, "'%s' is longer than %zu bytes",
	                          SHOW(bytes_str(file)), LIMIT_RUN_SECRET);
}

static int put_secret(struct stage *s, const struct hardening_secret *secret, err *e)
{
	const struct stage_options *o = s->options;
	const char *place = arena_printf(&s->arena, "%s/%s/%s", o->place, SECRETS, secret->id);
	uint32_t base = o->host.user_namespace ? o->host.id_base : 0;
	bool alone = o->host.user_namespace && o->host.ids == 1;
	uint32_t uid = base + (alone ? 0 : hardening_uid(o->hardening));
	uint32_t gid = base + (alone ? 0 : hardening_gid(o->hardening));
	auto_fd file = file_open_read(secret->file, e);

	if (file < 0) {
		e->kind = ERR_IO; /* what is absent is the program alone (container.h) */
		return -1;
	}
	auto_fd fd = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);

	if (fd < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(place)));
	if (copy_secret(file, fd, secret->file, e) < 0)
		return -1;
	return fchown(fd, uid, gid) == 0
	           ? 0
	           : err_set(e, ERR_IO, errno, "give the secret %s to the container",
	                     SHOW(bytes_str(secret->id)));
}

static int put_secrets(struct stage *s, err *e)
{
	const struct hardening *h = s->options->hardening;

	if (h->secrets.len == 0)
		return 0;
	if (file_make_dirs(below(s, SECRETS), 0755, e) < 0)
		return -1;
	for (size_t i = 0; i < h->secrets.len; i++)
		if (put_secret(s, &h->secrets.items[i], e) < 0)
			return -1;
	s->options->host.secrets = below(s, SECRETS);
	return 0;
}

/* -- the bundle -------------------------------------------------------------------------------- */

static int write_fd(void *ctx, bytes part, err *e)
{
	return file_write_all(*(int *)ctx, "config.json", part, e);
}

static int put_bundle(struct stage *s, err *e)
{
	const char *place = below(s, STAGE_BUNDLE "/config.json");
	struct stream out;

	if (file_make_dirs(below(s, STAGE_BUNDLE), 0700, e) < 0 ||
	    file_make_dirs(below(s, STAGE_STATE), 0700, e) < 0)
		return -1;
	int fd = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(place)));
	s->options->host.root = below(s, STAGE_ROOT);
	stream_init(&out, write_fd, &fd);
	bundle_write(s->options->hardening, &s->options->host, &out);
	int status = stream_finish(&out, e);

	close(fd);
	return status;
}

int stage_mount(struct stage_options *o, err *e)
{
	struct stage s = { .options = o };
	int status = 0;

	if (seclude(o, e) < 0 ||
	    mount_on("tmpfs", o->place, MS_NOSUID | MS_NODEV, "mode=0755,size=16m", e) < 0 ||
	    make_skeleton(&s, e) < 0 || put_secrets(&s, e) < 0 || mount_root(&s, e) < 0 ||
	    check_places(&s, e) < 0 || put_bundle(&s, e) < 0)
		status = -1;
	o->host.root = o->host.secrets = NULL; /* they stand in the bundle */
	arena_done(&s.arena);
	return status;
}
