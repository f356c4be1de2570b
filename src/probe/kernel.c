/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on the kernel: calls that a service never makes. Each is asked so that nothing happens:
 * where the right is looked at first, the rest of the question makes no sense. */
#include "probe/probe.h"

#include <linux/bpf.h>
#include <linux/fcntl.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>

/* permitted(name, result, sense): `sense` is what who may do it is told. */
static _Noreturn void permitted(const char *name, long result, long sense)
{
	judge(name, result == sense ? 0 : result);
}

static void module(const char *name, const struct probe_words *words)
{
	(void)words;
	permitted(name, CALL(init_module, 0, 0, ""), -ENOEXEC);
}

static void bpf(const char *name, const struct probe_words *words)
{
	union bpf_attr map = { .map_type = BPF_MAP_TYPE_ARRAY };

	(void)words;
	map.key_size = map.value_size = 4;
	map.max_entries = 1;
	judge(name, CALL(bpf, BPF_MAP_CREATE, &map, sizeof(map)));
}

static void keys(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, CALL(add_key, "user", "oakum", "probe", 5, KEY_SPEC_PROCESS_KEYRING));
}

static void perf(const char *name, const struct probe_words *words)
{
	struct perf_event_attr what = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(what) };

	(void)words;
	what.config = PERF_COUNT_SW_TASK_CLOCK;
	what.exclude_kernel = 1;
	judge(name, CALL(perf_event_open, &what, 0, -1, -1, 0));
}

static void faults(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, CALL(userfaultfd, O_CLOEXEC | 1 /* UFFD_USER_MODE_ONLY */));
}

static void rings(const char *name, const struct probe_words *words)
{
	struct io_uring_params how = { 0 };

	(void)words;
	judge(name, CALL(io_uring_setup, 1, &how));
}

static void new_kernel(const char *name, const struct probe_words *words)
{
	(void)words;
	permitted(name, CALL(kexec_load, 0, 0, 0, 0xffff), -EINVAL);
}

static void handles(const char *name, const struct probe_words *words)
{
	struct {
		unsigned bytes;
		int type;
		unsigned char handle[16];
	} nothing = { .bytes = 8, .type = 1 }; /* FILEID_INO32_GEN */

	(void)words;
	long fd = CALL(openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	long result = CALL(open_by_handle_at, fd, &nothing, O_RDONLY);

	permitted(name, result, -ESTALE);
}

static void clock(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, CALL(settimeofday, 0, 0)); /* to nothing */
}

static void reboot(const char *name, const struct probe_words *words)
{
	(void)words;
	permitted(name, CALL(reboot, 0, 0, 0, 0), -EINVAL);
}

static void swap(const char *name, const struct probe_words *words)
{
	(void)words;
	permitted(name, CALL(swapon, "/.oakum/none", 0), -ENOENT);
}

static void accounting(const char *name, const struct probe_words *words)
{
	(void)words;
	permitted(name, CALL(acct, "/.oakum/none"), -ENOENT);
}

static void ports(const char *name, const struct probe_words *words)
{
	(void)words;
#ifdef SYS_iopl
	judge(name, CALL(iopl, 3));
#else
	unknown(name, "this processor has none");
#endif
}

static void personality(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, CALL(personality, 0x0040000 /* ADDR_NO_RANDOMIZE */));
}

/* A 32-bit call's numbers and arguments are others: a filter that forgets them is none. */
static void foreign_calls(const char *name, const struct probe_words *words)
{
	(void)words;
#ifdef __x86_64__
	int status = 0;
	long result, pid = fork_here();

	if (pid == 0) { /* which ends by a signal where the kernel has none of these */
		__asm__ volatile("int $0x80" : "=a"(result) : "a"(20L /* getpid */) : "memory");
		quit((int)result < 0 ? -(int)result : 0);
	}
	wait_ms(pid, 1000, &status);
	judge(name, (status & 0x7f) != 0 ? -ENOSYS : -(long)(status >> 8 & 0xff));
#else
	unknown(name, "a 64-bit program makes none here");
#endif
}

static void log(const char *name, const struct probe_words *words)
{
	char part[256];

	(void)words;
	judge(name, CALL(syslog, 3 /* SYSLOG_ACTION_READ_ALL */, part, sizeof(part)));
}

/* Zeros are shown to those who may not know. */
static void addresses(const char *name, const struct probe_words *words)
{
	char part[64];

	(void)words;
	long n = read_file("/proc/kallsyms", part, sizeof(part));

	if (n < 0)
		held(name, n);
	for (long i = 0; i < n && part[i] != ' '; i++)
		if (part[i] != '0')
			gained(name, "/proc/kallsyms");
	held(name, -EPERM);
}

const struct probe_entry probe_kernel[] = {
	{ "load-module", module, false },
	{ "bpf", bpf, false },
	{ "keys", keys, false },
	{ "perf-events", perf, false },
	{ "userfaultfd", faults, false },
	{ "io-uring", rings, false },
	{ "kexec", new_kernel, false },
	{ "file-handles", handles, false },
	{ "clock", clock, false },
	{ "reboot", reboot, false },
	{ "swap", swap, false },
	{ "accounting", accounting, false },
	{ "io-ports", ports, false },
	{ "personality", personality, false },
	{ "foreign-calls", foreign_calls, false },
	{ "kernel-log", log, false },
	{ "kernel-addresses", addresses, true },
	{ NULL, NULL, false },
};
