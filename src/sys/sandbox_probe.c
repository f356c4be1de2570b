/* SPDX-License-Identifier: Apache-2.0 */
/* What an intruder would try. Arguments are chosen so that a call that is let through does nothing:
 * names that do not exist, descriptors that are not open, empty flags. Raw system calls, so that
 * the C library does not answer in the kernel's place. */
#include "sys/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOWHERE "/nonexistent/oakum-probe"

/* Each gives -1 with errno, or what the call gave. */

static long close_it(long fd)
{
	return fd < 0 ? -1 : close((int)fd);
}

static long end_child(long pid)
{
	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : waitpid((pid_t)pid, NULL, 0);
}

static long try_openat(void)
{
	return close_it(syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static long try_openat_new(void)
{
	return syscall(SYS_openat, AT_FDCWD, NOWHERE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long try_openat2(void)
{
	uint64_t how[3] = { O_RDONLY | O_CLOEXEC };

	return close_it(syscall(SYS_openat2, AT_FDCWD, "/", how, sizeof(how)));
}

static long try_open(void)
{
#ifdef SYS_open
	return close_it(syscall(SYS_open, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
#else
	return try_openat();
#endif
}

static long try_unlink(void)
{
	return syscall(SYS_unlinkat, AT_FDCWD, NOWHERE, 0);
}

static long try_socket_inet(void)
{
	return close_it(syscall(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static long try_socket_unix(void)
{
	return close_it(syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static long try_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	return syscall(SYS_connect, -1, &address, sizeof(address));
}

static long try_sendmsg(void)
{
	struct msghdr message = { 0 };

	return syscall(SYS_sendmsg, -1, &message, 0);
}

static long try_execve(void)
{
	char *nothing[] = { NULL };

	return syscall(SYS_execve, NOWHERE, nothing, nothing);
}

static long try_execveat(void)
{
	char *nothing[] = { NULL };

	return syscall(SYS_execveat, -1, "", nothing, nothing, AT_EMPTY_PATH);
}

static long try_fork(void)
{
#ifdef SYS_fork
	return end_child(syscall(SYS_fork));
#else
	return end_child(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
#endif
}

static long try_vfork(void)
{
	/* The library's: a raw one would return twice on one stack. That it stops this process until
	 * the child has ended is no harm here. */
	pid_t pid = vfork(); // NOLINT(clang-analyzer-security.insecureAPI.vfork)

	if (pid == 0)
		_exit(0);
	return pid < 0 ? -1 : waitpid(pid, NULL, 0);
}

static long try_clone(void)
{
	return end_child(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
}

static long try_clone3(void)
{
	return syscall(SYS_clone3, NULL, 0);
}

static long try_ptrace(void)
{
	return syscall(SYS_ptrace, PTRACE_PEEKDATA, getppid(), NULL, NULL);
}

static long try_read_other_memory(void)
{
	return syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}

static long try_kill(void)
{
	return syscall(SYS_kill, getppid(), 0);
}

static long try_kill_self(void)
{
	return syscall(SYS_tgkill, getpid(), gettid(), 0);
}

static long try_mount(void)
{
	return syscall(SYS_mount, "none", NOWHERE, "tmpfs", 0, NULL);
}

static long try_unshare(void)
{
	return syscall(SYS_unshare, 0);
}

static long try_setns(void)
{
	return syscall(SYS_setns, -1, 0);
}

static long try_chroot(void)
{
	return syscall(SYS_chroot, NOWHERE);
}

static long try_bpf(void)
{
	return syscall(SYS_bpf, -1, NULL, 0);
}

static long try_io_uring(void)
{
	return syscall(SYS_io_uring_setup, 0, NULL);
}

static long try_userfaultfd(void)
{
	return close_it(syscall(SYS_userfaultfd, O_CLOEXEC));
}

static long try_keyctl(void)
{
	return syscall(SYS_keyctl, -1, 0, 0, 0, 0);
}

static long try_prctl(void)
{
	return syscall(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0);
}

static long try_mmap_exec(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? -1 : munmap(p, 4096);
}

static long try_mprotect_exec(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return -1;
	long status = mprotect(p, 4096, PROT_READ | PROT_EXEC);
	int why = errno;

	(void)munmap(p, 4096);
	errno = why;
	return status;
}

static const struct {
	const char *name;
	long (*try)(void);
} probes[] = {
	{ "open", try_open },
	{ "openat", try_openat },
	{ "openat (create)", try_openat_new },
	{ "openat2", try_openat2 },
	{ "unlink", try_unlink },
	{ "socket (internet)", try_socket_inet },
	{ "socket (local)", try_socket_unix },
	{ "connect", try_connect },
	{ "sendmsg", try_sendmsg },
	{ "execve", try_execve },
	{ "execveat", try_execveat },
	{ "fork", try_fork },
	{ "vfork", try_vfork },
	{ "clone", try_clone },
	{ "clone3", try_clone3 },
	{ "ptrace", try_ptrace },
	{ "process_vm_readv", try_read_other_memory },
	{ "kill (parent)", try_kill },
	{ "tgkill (self)", try_kill_self },
	{ "mount", try_mount },
	{ "unshare", try_unshare },
	{ "setns", try_setns },
	{ "chroot", try_chroot },
	{ "bpf", try_bpf },
	{ "io_uring_setup", try_io_uring },
	{ "userfaultfd", try_userfaultfd },
	{ "keyctl", try_keyctl },
	{ "prctl", try_prctl },
	{ "mmap (executable)", try_mmap_exec },
	{ "mprotect (executable)", try_mprotect_exec },
};

_Static_assert(sizeof(probes) / sizeof(probes[0]) == SANDBOX_PROBES, "SANDBOX_PROBES counts them");

const char *sandbox_probe_name(size_t i)
{
	return i < SANDBOX_PROBES ? probes[i].name : NULL;
}

void sandbox_probe(struct sandbox_probe_result *out)
{
	for (size_t i = 0; i < SANDBOX_PROBES; i++) {
		int why = probes[i].try() < 0 ? errno : 0;
		/* Other numbers mean that the kernel has looked at the arguments. EMFILE: RLIMIT_NOFILE. */
		bool refused = why == EPERM || why == EACCES || why == ENOSYS || why == EMFILE;

		out->items[i] = (struct sandbox_probe){ probes[i].name, refused ? why : 0 };
	}
	out->len = SANDBOX_PROBES;
}
