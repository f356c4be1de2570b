/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/learn_parts.h"

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "sys/file.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define NONE 255

/* Calls that make or change a file: which arguments are its name, the folder that the name begins
 * in and the flags of open(2). */
static const struct maker {
	long number;
	uint8_t path, folder, flags;
	bool makes_folder;
} makers[] = {
	{ SYS_openat, 1, 0, 2, false },        { SYS_openat2, 1, 0, NONE, false },
	{ SYS_mkdirat, 1, 0, NONE, true },     { SYS_mknodat, 1, 0, NONE, false },
	{ SYS_renameat2, 3, 2, NONE, false },  { SYS_linkat, 3, 2, NONE, false },
	{ SYS_symlinkat, 2, 1, NONE, false },  { SYS_truncate, 0, NONE, NONE, false },
#ifdef SYS_renameat
	{ SYS_renameat, 3, 2, NONE, false },
#endif
#ifdef SYS_open
	{ SYS_open, 0, NONE, 1, false },       { SYS_creat, 0, NONE, NONE, false },
	{ SYS_mkdir, 0, NONE, NONE, true },    { SYS_mknod, 0, NONE, NONE, false },
	{ SYS_rename, 1, NONE, NONE, false },  { SYS_link, 1, NONE, NONE, false },
	{ SYS_symlink, 1, NONE, NONE, false },
#endif
};

/* -- the memory of the caller ------------------------------------------------------------------ */

static size_t read_memory(const struct seccomp_notif *call, uint64_t at, void *into, size_t n)
{
	struct iovec here = { into, n }, there = { (void *)(uintptr_t)at, n };
	ssize_t got = process_vm_readv((pid_t)call->pid, &here, 1, &there, 1, 0);

	return got > 0 ? (size_t)got : 0;
}

/* A C string; false when it is longer than a path may be. It is read up to the end of each page,
 * for the next may not be there. */
static bool read_name(struct learn_watch *w, const struct seccomp_notif *call, uint64_t at,
                      bytes *out)
{
	uint8_t *text = arena_alloc(&w->scratch, PATH_MAX);
	size_t n = 0;

	while (n < PATH_MAX) {
		size_t page = 4096 - (at + n) % 4096;
		size_t got = read_memory(call, at + n, text + n, page < PATH_MAX - n ? page : PATH_MAX - n);
		size_t end = bytes_find(bytes_of(text + n, got), '\0');

		if (end < got) {
			*out = bytes_of(text, n + end);
			return out->n > 0;
		}
		if (got == 0)
			return false;
		n += got;
	}
	return false;
}

/* -- folders ----------------------------------------------------------------------------------- */

/* in_root(w, path, flags): what the container means by the path (openat2(2)); -1. */
static int in_root(struct learn_watch *w, bytes path, uint64_t flags)
{
	struct open_how how = { .flags = flags | O_CLOEXEC,
		                    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	const char *name = path.n > 0 ? arena_str(&w->scratch, path) : ".";

	return (int)syscall(SYS_openat2, w->root, name, &how, sizeof(how));
}

static bytes link_text(struct learn_watch *w, const char *path)
{
	char *text = arena_alloc(&w->scratch, PATH_MAX);
	ssize_t n = readlink(path, text, PATH_MAX);

	return n > 0 && text[0] == '/' ? bytes_of(text, (size_t)n) : (bytes){ 0 };
}

/* From the root of the container, without the leading slash; .n is 0 for what cannot be said. */
static bytes absolute(struct learn_watch *w, const struct seccomp_notif *call, uint8_t folder,
                      bytes name)
{
	int pid = (int)call->pid, from = folder == NONE ? AT_FDCWD : (int)call->data.args[folder];
	bytes base = { 0 };

	if (name.p[0] != '/') {
		base = link_text(w, from == AT_FDCWD
		                        ? arena_printf(&w->scratch, "/proc/%d/cwd", pid)
		                        : arena_printf(&w->scratch, "/proc/%d/fd/%d", pid, from));
		if (base.n == 0)
			return base;
	}
	return path_join(&w->scratch, base, name);
}

static bool has_files(int folder)
{
	int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	size_t n = 0;

	while (d && n < 3 && readdir(d)) /* "." and ".." are always there */
		n++;
	if (d)
		closedir(d);
	return !d || n > 2;
}

/* The number of the folder, which is new perhaps; LIMIT_LEARN_FOLDERS: of no interest. */
static size_t note_folder(struct learn_watch *w, bytes path, int folder)
{
	static const char *const kernels[] = { "dev", "proc", "sys", "run/secrets" };
	void **known;

	for (size_t i = 0; i < sizeof(kernels) / sizeof(*kernels); i++)
		if (path_within(path, bytes_str(kernels[i])))
			return LIMIT_LEARN_FOLDERS;
	if (map_get(&w->folders, path))
		return (size_t)(uintptr_t)map_get(&w->folders, path) - 1;
	if (w->learned.folders.len == LIMIT_LEARN_FOLDERS) {
		w->learned.is_short = true;
		return LIMIT_LEARN_FOLDERS;
	}
	path = arena_bytes(&w->arena, path);
	known = map_put(&w->folders, path);
	*ARENA_PUSH(&w->arena, &w->learned.folders) = (struct learned_folder){
		.path = path, .had_files = folder >= 0 && has_files(folder)
	};
	*known = (void *)(uintptr_t)w->learned.folders.len;
	return w->learned.folders.len - 1;
}

static void note_file(struct learn_watch *w, size_t folder, bytes path)
{
	if (folder == LIMIT_LEARN_FOLDERS || map_get(&w->files, path))
		return;
	if (w->list.len == LIMIT_LEARN_FILES) {
		w->learned.is_short = true;
		return;
	}
	path = arena_bytes(&w->arena, path);
	*map_put(&w->files, path) = w;
	*ARENA_PUSH(&w->arena, &w->list) = (struct learn_file){ folder, path };
}

static bool had_files(struct learn_watch *w, bytes path, int folder)
{
	void *known = map_get(&w->folders, path);

	return known ? w->learned.folders.items[(size_t)(uintptr_t)known - 1].had_files
	             : has_files(folder);
}

/* A folder that is made where files of the image lie is one of those that are needed: nothing of
 * the image lies in it. Elsewhere it is what it is made in, and its name may be another next
 * time. */
static void note(struct learn_watch *w, bytes path, bool makes_folder)
{
	auto_fd above = in_root(w, path_dir(path), O_PATH | O_DIRECTORY);

	if (above < 0 || path.n == 0)
		return; /* it will fail without us */
	bytes folder = link_text(w, arena_printf(&w->scratch, "/proc/self/fd/%d", above));

	if (folder.n == 0)
		return;
	folder = path_join(&w->scratch, folder, BYTES(""));
	bytes whole = path_join(&w->scratch, folder, path_base(path));

	if (!makes_folder) {
		note_file(w, note_folder(w, folder, above), whole);
		return;
	}
	auto_fd there = in_root(w, whole, O_PATH);

	if (there >= 0)
		return;
	if (had_files(w, folder, above))
		(void)note_folder(w, whole, -1);
	else
		(void)note_folder(w, folder, above);
}

void learn_measure(struct learn_watch *w)
{
	uint64_t *sums = arena_array(&w->scratch, uint64_t, w->learned.folders.len + 1);

	for (size_t i = 0; i < w->list.len; i++) {
		auto_fd fd = in_root(w, w->list.items[i].path, O_PATH | O_NOFOLLOW);
		struct stat st;

		if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			sums[w->list.items[i].folder] += (uint64_t)st.st_blocks * 512;
	}
	for (size_t i = 0; i < w->learned.folders.len; i++)
		if (sums[i] > w->learned.folders.items[i].most)
			w->learned.folders.items[i].most = sums[i];
}

/* -- calls ------------------------------------------------------------------------------------- */

static bool writes(const struct maker *m, const struct seccomp_notif *call)
{
	uint64_t flags = O_CREAT;

	if (m->number == SYS_openat2 && read_memory(call, call->data.args[2], &flags, 8) != 8)
		return false;
	if (m->flags != NONE)
		flags = call->data.args[m->flags];
	return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
}

/* pidfd_open(2) takes the first thread of a process, and any may listen. */
static pid_t process_of(struct learn_watch *w, const struct seccomp_notif *call)
{
	const char *path = arena_printf(&w->scratch, "/proc/%d/status", (int)call->pid);
	err ignored = { 0 }; /* it has just been killed */
	uint64_t pid;
	bytes text, line;

	if (file_read_all(path, LIMIT_SETTINGS, &w->scratch, &text, &ignored) == 0)
		while (bytes_line(&text, &line))
			if (bytes_take_prefix(&line, BYTES("Tgid:")) &&
			    text_take_u64(bytes_trim(line), 10, INT32_MAX, &pid))
				return (pid_t)pid;
	return -1;
}

/* The port of a socket of the caller's; 0: none. */
static uint16_t port_of(struct learn_watch *w, const struct seccomp_notif *call)
{
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} at = { 0 };
	socklen_t n = sizeof(at);
	auto_fd process = (int)syscall(SYS_pidfd_open, process_of(w, call), 0);
	auto_fd socket = -1;

	if (process >= 0)
		socket = (int)syscall(SYS_pidfd_getfd, process, (int)call->data.args[0], 0);
	if (socket < 0 || getsockname(socket, &at.any, &n) < 0)
		return 0;
	return at.any.sa_family == AF_INET    ? ntohs(at.four.sin_port)
	       : at.any.sa_family == AF_INET6 ? ntohs(at.six.sin6_port)
	                                      : 0;
}

static void take_listen(struct learn_watch *w, const struct seccomp_notif *call)
{
	uint16_t port = port_of(w, call);

	if (!learn_waits(w, call))
		return;
	for (size_t i = 0; i < w->learned.ports.len; i++)
		if (w->learned.ports.items[i] == port)
			return;
	if (port > 0 && w->learned.ports.len < LIMIT_LEARN_PORTS)
		*ARENA_PUSH(&w->arena, &w->learned.ports) = port;
	else
		w->learned.is_short = w->learned.is_short || port > 0;
}

/* A socket with a name is a file. */
static void take_bind(struct learn_watch *w, const struct seccomp_notif *call)
{
	struct sockaddr_un at = { 0 };
	size_t n = call->data.args[2] < sizeof(at) ? call->data.args[2] : sizeof(at) - 1;

	if (read_memory(call, call->data.args[1], &at, n) < 3 || at.sun_family != AF_UNIX ||
	    at.sun_path[0] == '\0')
		return;
	bytes path = absolute(w, call, NONE,
	                      bytes_of(at.sun_path, strnlen(at.sun_path, sizeof(at.sun_path))));

	if (path.n > 0 && learn_waits(w, call))
		note(w, path, false);
}

void learn_take(struct learn_watch *w, const struct seccomp_notif *call)
{
	long number = call->data.nr;
	bytes name, path;

	if (number == SYS_listen)
		take_listen(w, call);
	if (number == SYS_bind)
		take_bind(w, call);
	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
		const struct maker *m = &makers[i];

		if (m->number != number || !writes(m, call) ||
		    !read_name(w, call, call->data.args[m->path], &name))
			continue;
		path = absolute(w, call, m->folder, name);
		if (learn_waits(w, call))
			note(w, path, m->makes_folder);
	}
}
