/* SPDX-License-Identifier: Apache-2.0 */
/* Written as BPF by hand: the filter never changes, and building it with libseccomp would cost more
 * time than a small audit. Kernel documentation: userspace-api/seccomp_filter.rst. */
#include "sys/sandbox_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the seccomp filter knows x86_64 and little-endian aarch64"
#endif

/* x32 calls carry this bit in their number and share the architecture of x86_64; no other
 * architecture has numbers so high. */
#define X32_BIT 0x40000000

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* The low half of an argument: both architectures are little-endian. */
#define LOAD_ARGUMENT(n) LOAD(args[n])
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define REFUSE RETURN(SECCOMP_RET_ERRNO | EPERM)
#define ALLOWED RETURN(SECCOMP_RET_ALLOW)
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define IF_BITS(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (yes), (no))

#define ALLOW(name) IF_EQUAL(SYS_##name, 0, 1), ALLOWED

/* The argument `protection` must not have PROT_EXEC. */
#define ALLOW_WITHOUT_EXEC(name, protection) \
	IF_EQUAL(SYS_##name, 0, 4), LOAD_ARGUMENT(protection), IF_BITS(PROT_EXEC, 0, 1), REFUSE, ALLOWED

/* Waiting and waking only: requeueing and priority inheritance have been ways into the kernel. */
#define ALLOW_FUTEX \
	IF_EQUAL(SYS_futex, 0, 7), LOAD_ARGUMENT(1), \
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (unsigned)FUTEX_CMD_MASK), IF_EQUAL(FUTEX_WAIT, 3, 0), \
		IF_EQUAL(FUTEX_WAKE, 2, 0), IF_EQUAL(FUTEX_WAIT_BITSET, 1, 0), REFUSE, ALLOWED

#define ALLOW_SOCKET_OF(family) \
	IF_EQUAL(SYS_socket, 0, 4), LOAD_ARGUMENT(0), IF_EQUAL(family, 1, 0), REFUSE, ALLOWED

static const struct sock_filter filter[] = {
	LOAD(arch),
	IF_EQUAL(ARCHITECTURE, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),
	RETURN(SECCOMP_RET_KILL_PROCESS),

	/* the descriptors that were kept */
	ALLOW(read),
	ALLOW(write),
	ALLOW(readv),
	ALLOW(writev),
	ALLOW(pread64),
	ALLOW(pwrite64),
	ALLOW(lseek),
	ALLOW(fstat),
	ALLOW(ftruncate),

	/* waiting for the other side */
	ALLOW_FUTEX,
	ALLOW(sched_yield),
	ALLOW(nanosleep),
	ALLOW(clock_nanosleep),
	ALLOW(clock_gettime),
	ALLOW(restart_syscall),

	/* memory */
	ALLOW_WITHOUT_EXEC(mmap, 2),
	ALLOW_WITHOUT_EXEC(mprotect, 2),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(madvise),
	ALLOW(brk),

	/* itself */
	ALLOW(rt_sigreturn),
	ALLOW(rt_sigprocmask),
	ALLOW(sigaltstack),
	ALLOW(getpid),
	ALLOW(gettid),
	ALLOW(getrandom),
	ALLOW(exit),
	ALLOW(exit_group),
};

static const struct sock_filter relay_filter[] = {
	ALLOW(accept4),       ALLOW_SOCKET_OF(AF_INET), ALLOW(connect),
	ALLOW(shutdown),      ALLOW(setsockopt),        ALLOW(getsockopt),
	ALLOW(epoll_create1), ALLOW(epoll_ctl),         ALLOW(epoll_pwait),
	ALLOW(close),
};

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

int sandbox_filter_install(bool relays)
{
	static const struct sock_filter refuse = REFUSE;
	struct sock_filter all[LEN(filter) + LEN(relay_filter) + 1];
	struct sock_fprog program = { .len = LEN(filter), .filter = all };

	memcpy(all, filter, sizeof(filter));
	if (relays) {
		memcpy(all + program.len, relay_filter, sizeof(relay_filter));
		program.len += LEN(relay_filter);
	}
	all[program.len++] = refuse;

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
