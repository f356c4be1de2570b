/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/sandbox.h"

#include "sys/sandbox_filter.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* -- descriptors --------------------------------------------------------------------------------
 * */

/* Close first..last, both included. Kernels before 5.9 have no close_range. */
static int close_between(unsigned first, unsigned last, err *e)
{
	struct rlimit limit;

	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return 0;
	if (errno != ENOSYS || getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return err_set(e, ERR_IO, errno, "close descriptors");
	for (rlim_t fd = first; fd <= last && fd < limit.rlim_max; fd++)
		(void)close((int)fd); /* most are not open */
	return 0;
}

static bool is_kept(const struct sandbox_options *o, int fd)
{
	/* A sanitizer says on standard error what it found. */
	return fd == o->keep[0] || fd == o->keep[1] || (SANITIZED && fd == STDERR_FILENO);
}

static int close_others(const struct sandbox_options *o, err *e)
{
	int most = STDERR_FILENO;
	unsigned first = 0;

	for (size_t i = 0; i < sizeof(o->keep) / sizeof(o->keep[0]); i++)
		most = o->keep[i] > most ? o->keep[i] : most;
	for (int fd = 0; fd <= most; fd++) {
		if (!is_kept(o, fd))
			continue;
		if (fd > 0 && close_between(first, (unsigned)fd - 1, e) < 0)
			return -1;
		first = (unsigned)fd + 1;
	}
	return close_between(first, ~0U, e);
}

/* -- Landlock -----------------------------------------------------------------------------------
 * */

/* The ABI of 6.15, by number: the headers of the build machine may be older than the kernel.
 * Kernel documentation: userspace-api/landlock.rst. */
struct landlock_rights {
	uint64_t fs;     /* ABI 1: bits 0-12; 2: REFER; 3: TRUNCATE; 5: IOCTL_DEV */
	uint64_t net;    /* ABI 4: bind and connect of TCP */
	uint64_t scoped; /* ABI 6: abstract UNIX sockets, signals */
};

enum { LANDLOCK_CREATE_VERSION = 1 };

static int landlock_refuse(bool relays, int *out_abi, err *e)
{
	struct landlock_rights rights = { .fs = (1 << 13) - 1 };
	size_t size = sizeof(rights.fs);
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_VERSION);

	*out_abi = 0;
	if (abi <= 0) /* ENOSYS, or EOPNOTSUPP: not built in, or not switched on */
		return 0;
	if (abi >= 2)
		rights.fs |= 1 << 13;
	if (abi >= 3)
		rights.fs |= 1 << 14;
	if (abi >= 4) {
		rights.net = relays ? 1 : 3;
		size = sizeof(rights.fs) + sizeof(rights.net);
	}
	if (abi >= 5)
		rights.fs |= 1 << 15;
	if (abi >= 6) {
		rights.scoped = 3;
		size = sizeof(rights);
	}

	int fd = (int)syscall(SYS_landlock_create_ruleset, &rights, size, 0);

	if (fd < 0)
		return err_set(e, ERR_IO, errno, "make a Landlock ruleset");
	long status = syscall(SYS_landlock_restrict_self, fd, 0);
	int why = errno;

	(void)close(fd);
	if (status < 0)
		return err_set(e, ERR_IO, why, "restrict with Landlock");
	*out_abi = (int)abi;
	return 0;
}

/* -- privileges ---------------------------------------------------------------------------------
 * */

static int drop_capabilities(err *e)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };
	unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
	                     SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
	                     SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

	/* These three need CAP_SETPCAP; a process without it has nothing that they could take. */
	(void)prctl(PR_SET_SECUREBITS, bits);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		(void)prctl(PR_CAPBSET_DROP, cap);
	if (syscall(SYS_capset, &header, none) < 0)
		return err_set(e, ERR_IO, errno, "drop capabilities");
	return 0;
}

static int limit_resources(const struct sandbox_options *o, err *e)
{
	/* AddressSanitizer reserves terabytes of address space for its shadow. */
	bool bound = o->memory > 0 && !SANITIZED;
	const struct {
		int resource;
		rlim_t limit;
	} limits[] = {
		{ RLIMIT_CORE, 0 },                /* a core file would hold what the image holds */
		{ RLIMIT_NPROC, 0 },               /* no process, no thread */
		{ RLIMIT_NOFILE, o->descriptors }, /* those that are open stay */
		{ RLIMIT_FSIZE, o->file_size },
		{ RLIMIT_AS, bound ? o->memory : RLIM_INFINITY },
	};

	/* A write past RLIMIT_FSIZE shall be an error (EFBIG), not a death. */
	if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		return err_set(e, ERR_IO, errno, "ignore SIGXFSZ");
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit now;

		/* The C library's declarations differ in the type of `resource`. */
		if (syscall(SYS_prlimit64, 0, limits[i].resource, NULL, &now) < 0)
			return err_set(e, ERR_IO, errno, "read a resource limit");
		if (limits[i].limit < now.rlim_max)
			now.rlim_max = limits[i].limit; /* it can only sink */
		now.rlim_cur = now.rlim_max;
		if (syscall(SYS_prlimit64, 0, limits[i].resource, &now, NULL) < 0)
			return err_set(e, ERR_IO, errno, "set a resource limit");
	}
	return 0;
}

int sandbox_seal(const struct sandbox_options *o, struct sandbox_state *out, err *e)
{
	struct sandbox_state state = { 0 };

	if (close_others(o, e) < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(e, ERR_IO, errno, "set no_new_privs");
	if (!o->no_landlock && landlock_refuse(o->relays, &state.landlock, e) < 0)
		return -1;
	if (drop_capabilities(e) < 0)
		return -1;
	/* Nobody of the same user may trace it or read its memory. */
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return err_set(e, ERR_IO, errno, "become undumpable");
	if (limit_resources(o, e) < 0)
		return -1;
	if (!o->no_seccomp) {
		if (sandbox_filter_install(o->relays) < 0)
			return err_set(e, ERR_IO, errno, "install the seccomp filter");
		state.seccomp = true;
	}
	*out = state;
	return 0;
}
