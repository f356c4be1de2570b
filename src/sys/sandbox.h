/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox - a process gives up everything but its memory and the descriptors it was told to keep.
 *
 * Called by a worker before it reads its first hostile octet; there is no way back. What goes, in
 * this order: descriptors, new privileges, file system and network (Landlock, no rule at all),
 * capabilities, resources (rlimits), system calls (a fixed seccomp filter). Each stands alone:
 * where the kernel lacks Landlock, seccomp still refuses, and the state says so.
 *
 * The filter allows reading, writing and mapping what is open, memory without PROT_EXEC, waiting on
 * a futex, clocks, signal masks and the end. Everything else is refused with EPERM, not with death:
 * the C library and the sanitizers then degrade instead of hiding their report, and an intruder
 * gains nothing. Only a call of a foreign architecture (x32, 32 bit) kills the process, because its
 * numbers mean something else. A sealed process cannot send itself a signal: abort() ends in a trap
 * (SIGSEGV on x86, SIGTRAP on arm). poll() is not there: RLIMIT_NOFILE is 0, with which Linux
 * refuses it anyway. A relay (runtime/relay) is the one that has more: sockets.
 *
 * Leave with _exit: exit handlers of a sanitizer (leak check) would want ptrace.
 * Kernel: seccomp (Linux 3.17), Landlock ABI 1 to 7 (5.13 to 6.15). x86_64 and aarch64.
 * Threading: called by a process with one thread. */
#pragma once

#include "base/err.h"

#include <stddef.h>

struct sandbox_options {
	int keep[2];        /* descriptors that stay open; -1 for none */
	uint64_t memory;    /* address space (RLIMIT_AS); 0: no bound; not with AddressSanitizer */
	uint64_t file_size; /* how far a kept file may grow (RLIMIT_FSIZE); beyond: EFBIG, no signal */
	bool relays;        /* also takes TCP connections, makes some over IPv4, and waits in epoll */
	uint64_t descriptors; /* it may have so many at a time; 0: no new one */
	bool no_landlock;     /* tests only */
	bool no_seccomp;      /* tests only */
};

struct sandbox_state {
	int landlock; /* the ABI that is in force, 0 when there is none */
	bool seccomp;
};

/* sandbox_seal(o, out, e): seal the calling process. ERR_IO, after which the process is half sealed
 * and must end. */
int sandbox_seal(const struct sandbox_options *o, struct sandbox_state *out, err *e);

#define SANDBOX_PROBES 30

struct sandbox_probe {
	const char *name; /* what was tried; static */
	int refused;      /* errno, or 0: ALLOWED */
};

struct sandbox_probe_result {
	struct sandbox_probe items[SANDBOX_PROBES];
	size_t len;
};

/* sandbox_probe(out): try what an intruder would and note which errno refused it. Harmless outside
 * of a sandbox as well: nothing is mounted, replaced, traced or left behind. A call whose arguments
 * were looked at (ENOENT, EINVAL, ...) counts as allowed; one that this kernel lacks (ENOSYS) as
 * refused. sandbox_probe_name(i): for a table that came through a pipe; NULL beyond its end. */
void sandbox_probe(struct sandbox_probe_result *out);
const char *sandbox_probe_name(size_t i);
