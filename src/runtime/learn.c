/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"
#include "confine/syscalls.h"
#include "runtime/learn_parts.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* -- the wire ---------------------------------------------------------------------------------- */

static void pack(const struct learn_watch *w, buf *out)
{
	const struct learned *l = &w->learned;

	for (size_t i = 0; i < LIMIT_LEARN_CALLS; i++)
		pack_u64(out, w->calls[i]);
	pack_u64(out, l->folders.len);
	for (size_t i = 0; i < l->folders.len; i++) {
		pack_bytes(out, l->folders.items[i].path);
		pack_u64(out, l->folders.items[i].most);
		pack_u64(out, l->folders.items[i].had_files);
	}
	pack_u64(out, l->ports.len);
	for (size_t i = 0; i < l->ports.len; i++)
		pack_u64(out, l->ports.items[i]);
	pack_u64(out, l->is_short);
}

static bool unpack_calls(bytes *in, struct arena *a, struct learned *out)
{
	bool calls[LIMIT_LEARN_CALLS];
	size_t n = 0;

	for (size_t i = 0; i < LIMIT_LEARN_CALLS; i++)
		if (!pack_take_bool(in, &calls[i]))
			return false;
	while (syscalls_numbers[n].name)
		n++;
	out->calls = arena_array(a, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		int number = syscalls_numbers[i].number;

		if (number >= 0 && number < LIMIT_LEARN_CALLS && calls[number])
			out->calls[out->calls_len++] = syscalls_numbers[i].name;
	}
	return true;
}

bool learn_unpack(bytes in, struct arena *a, struct learned *out)
{
	uint32_t len, port;

	if (!unpack_calls(&in, a, out) || !pack_take_u32(&in, LIMIT_LEARN_FOLDERS, &len))
		return false;
	for (uint32_t i = 0; i < len; i++) {
		struct learned_folder *f = ARENA_PUSH(a, &out->folders);

		if (!pack_take_bytes(&in, PATH_MAX, &f->path) ||
		    !pack_take_u64(&in, UINT64_MAX, &f->most) || !pack_take_bool(&in, &f->had_files))
			return false;
	}
	if (!pack_take_u32(&in, LIMIT_LEARN_PORTS, &len))
		return false;
	for (uint32_t i = 0; i < len; i++) {
		if (!pack_take_u32(&in, UINT16_MAX, &port))
			return false;
		*ARENA_PUSH(a, &out->ports) = (uint16_t)port;
	}
	return pack_take_bool(&in, &out->is_short) && in.n == 0;
}

/* -- the observer ------------------------------------------------------------------------------ */

/* The listener, or -1: nobody ever attached. */
static int receive(int socket)
{
	union {
		struct cmsghdr header;
		char octets[CMSG_SPACE(sizeof(int))];
	} control;
	char octet;
	struct iovec one = { &octet, 1 };
	struct msghdr message = {
		.msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	int listener = -1;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&message) &&
	    CMSG_FIRSTHDR(&message)->cmsg_type == SCM_RIGHTS)
		memcpy(&listener, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(listener));
	return listener;
}

/* Signals of the terminal are for the program: we end after it. */
static _Noreturn void observe(int socket, int answer)
{
	struct learn_watch *w;
	struct arena a = ARENA_INIT;
	buf out = BUF_INIT(LIMIT_LEARN_ANSWER);
	err ignored = { 0 }; /* who does not read it has ended */

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	w = arena_new(&a, struct learn_watch);
	w->root = -1;
	map_init(&w->folders, &w->arena);
	map_init(&w->files, &w->arena);
	w->listener = receive(socket);
	close(socket);
	if (w->listener >= 0)
		learn_serve(w);
	pack(w, &out);
	(void)file_write_all(answer, "observer", buf_bytes(&out), &ignored);
	_exit(0);
}

int learn_begin(struct learner *out, err *e)
{
	int ends[2], answer[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_set(e, ERR_IO, errno, "socketpair");
	if (pipe2(answer, O_CLOEXEC) < 0) {
		close(ends[0]);
		close(ends[1]);
		return err_set(e, ERR_IO, errno, "pipe");
	}
	*out = (struct learner){ fork(), ends[0], answer[0] };
	if (out->observer == 0) {
		close(ends[0]);
		observe(ends[1], answer[1]);
	}
	int why = errno;

	close(ends[1]);
	close(answer[1]);
	if (out->observer > 0)
		return 0;
	close(ends[0]);
	close(answer[0]);
	return err_set(e, ERR_IO, why, "fork");
}

int learn_end(struct learner *l, struct arena *a, struct learned *out, err *e)
{
	bytes text = { 0 };
	int status = 0;

	close(l->socket);
	if (out)
		status = file_read_fd(l->answer, "the observer", LIMIT_LEARN_ANSWER, a, &text, e);
	close(l->answer);
	while (waitpid(l->observer, NULL, 0) < 0 && errno == EINTR)
		;
	if (!out || status < 0)
		return status;
	*out = (struct learned){ 0 };
	return learn_unpack(text, a, out) ? 0 : err_set(e, ERR_BUG, 0, "the observer ended");
}

/* -- what comes of it -------------------------------------------------------------------------- */

static const char *const runtimes[] = {
	"capget", "capset",       "chdir",          "close",        "epoll_ctl", "epoll_pwait",
	"execve", "exit_group",   "fchown",         "fcntl",        "fstat",     "fstatfs",
	"futex",  "getdents64",   "getpid",         "getppid",      "lstat",     "madvise",
	"mmap",   "munmap",       "nanosleep",      "newfstatat",   "openat",    "prctl",
	"read",   "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "setgid",    "setgroups",
	"setuid", "sigaltstack",  "stat",           "tgkill",       "write",     NULL,
};

static bool keeps(const void *ctx, const char *name)
{
	const struct learned *l = ctx;

	for (size_t i = 0; runtimes[i]; i++)
		if (strcmp(runtimes[i], name) == 0)
			return true;
	for (size_t i = 0; i < l->calls_len; i++)
		if (strcmp(l->calls[i], name) == 0)
			return true;
	return false;
}

void learn_profile(const struct learned *l, struct stream *out)
{
	const struct syscalls_choice choice = { keeps, l };
	struct json_writer w;

	json_write_init(&w, out);
	syscalls_write_some(&w, NULL, &choice);
}

size_t learn_most(void)
{
	size_t len = 0;

	for (const struct syscalls_number *n = syscalls_numbers; n->name; n++)
		len += n->number >= 0;
	return len;
}

/* Larger than what was seen, for a longer run will write more; a power of two, for people. */
static uint64_t size_for(uint64_t most)
{
	uint64_t size = UINT64_C(1) << 20;

	while (size < 4 * most && size < HARDENING_MEMORY)
		size *= 2;
	return size;
}

/* What all forms can be told, and a terminal shows as it is. */
static bool is_plain(bytes path)
{
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] <= ' ' || path.p[i] >= 0x7f || strchr(":,\"\\", path.p[i]))
			return false;
	return path.n > 0;
}

/* The folder of h that holds the path; NULL. */
static struct hardening_folder *holder_of(struct hardening *h, bytes path)
{
	for (size_t i = 0; i < h->folders.len; i++)
		if (path_within(path, bytes_skip(bytes_str(h->folders.items[i].path), 1)))
			return &h->folders.items[i];
	return NULL;
}

bool learn_is_left(const struct learned_folder *f, const struct hardening *h)
{
	for (size_t i = 0; i < h->folders.len; i++)
		if (path_within(f->path, bytes_skip(bytes_str(h->folders.items[i].path), 1)))
			return false;
	return true;
}

static int by_path(const void *x, const void *y)
{
	return bytes_compare(((const struct learned_folder *)x)->path,
	                     ((const struct learned_folder *)y)->path);
}

void learn_tighten(struct learned *l, struct arena *a, struct hardening *h)
{
	size_t own = h->folders.len;
	uint64_t *most;

	if (l->folders.len > 0) /* what lies above others comes first */
		qsort(l->folders.items, l->folders.len, sizeof(*l->folders.items), by_path);
	for (size_t i = 0; i < l->folders.len; i++) {
		const struct learned_folder *f = &l->folders.items[i];

		if (!holder_of(h, f->path) && !f->had_files && is_plain(f->path))
			*ARENA_PUSH(a, &h->folders) = (struct hardening_folder){
				arena_printf(a, "/" PRIb, BYTESF(f->path)), 0
			};
	}
	most = arena_array(a, uint64_t, h->folders.len + 1);
	for (size_t i = 0; i < l->folders.len; i++) {
		const struct hardening_folder *f = holder_of(h, l->folders.items[i].path);

		if (f)
			most[f - h->folders.items] += l->folders.items[i].most;
	}
	for (size_t i = 0; i < h->folders.len; i++)
		if (i >= own || h->folders.items[i].size > size_for(most[i]))
			h->folders.items[i].size = size_for(most[i]);
}
