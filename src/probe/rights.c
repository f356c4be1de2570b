/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on rights: to become somebody else, to reach other processes, to leave the container. */
#include "probe/probe.h"

#include <asm/stat.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/stat.h>

#define PLACE "/.oakum" /* the folder of our own mounts, made by who started us */

static void become_root(const char *name, const struct probe_words *words)
{
	(void)words;
	if (CALL(getuid, 0) == 0 || CALL(geteuid, 0) == 0)
		gained(name, "it is root");
	long result = CALL(setuid, 0);

	if (result < 0)
		result = CALL(setresuid, 0, 0, 0);
	judge(name, result);
}

static void become_group(const char *name, const struct probe_words *words)
{
	static const unsigned root = 0;

	(void)words;
	if (CALL(getgid, 0) == 0 || CALL(getegid, 0) == 0)
		gained(name, "it is in root's group");
	long result = CALL(setgid, 0);

	judge(name, result < 0 ? CALL(setgroups, 1, &root) : result);
}

/* Effective, permitted, inheritable and bounding; ambient ones are among the permitted. */
static void capability_sets(const char *name, const struct probe_words *words)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };

	(void)words;
	if (CALL(capget, &header, data) < 0)
		unknown(name, "capget failed");
	for (size_t i = 0; i < 2; i++)
		if ((data[i].effective | data[i].permitted | data[i].inheritable) != 0)
			gained(name, "it has some");
	for (long n = 0; n < 64; n++)
		if (CALL(prctl, PR_CAPBSET_READ, n) == 1)
			gained(name, "programs that it runs can have some");
	held(name, -EPERM);
}

static void gain_capability(const char *name, const struct probe_words *words)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };
	long last = -EPERM;

	(void)words;
	for (unsigned n = 0; n <= CAP_LAST_CAP; n++) {
		unsigned bit = 1U << n % 32;

		data[n / 32].effective = data[n / 32].permitted = bit;
		last = CALL(capset, &header, data);
		if (last == 0)
			gained(name, NULL);
		data[n / 32].effective = data[n / 32].permitted = 0;
	}
	held(name, last);
}

static void no_new_privileges(const char *name, const struct probe_words *words)
{
	(void)words;
	if (CALL(prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		gained(name, NULL);
	held(name, -EPERM);
}

static void system_calls(const char *name, const struct probe_words *words)
{
	char text[8192];

	(void)words;
	read_file("/proc/self/status", text, sizeof(text));
	const char *mode = field(text, "Seccomp");

	if (!mode)
		unknown(name, "/proc says nothing of it");
	if (*mode == '0')
		gained(name, NULL);
	held(name, -EPERM);
}

/* "chmod u+s" of a program: whoever runs it then is its owner, root. */
static void chmod_setuid(const char *name, const struct probe_words *words)
{
	const char *const paths[] = { "/etc/passwd", words->program ? words->program : "", "/usr/bin",
		                          "/" };
	struct stat s;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (paths[i][0] != '/' || CALL(newfstatat, AT_FDCWD, paths[i], &s, 0) < 0)
			continue;
		long result = CALL(fchmodat, AT_FDCWD, paths[i], (s.st_mode & 07777) | S_ISUID);

		if (result == 0)
			CALL(fchmodat, AT_FDCWD, paths[i], s.st_mode & 07777);
		judge(name, result);
	}
	unknown(name, "the image has no file to try it on");
}

/* -- other processes --------------------------------------------------------------------------- */

struct entry {
	uint64_t inode, offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

/* A process that is neither ours nor a child of ours; 0: none is to be seen. Ours is the first of
 * its session: the attacks are its children. */
static long neighbour(void)
{
	char entries[4096], path[64], text[2048];
	long parent = CALL(getppid, 0), self = CALL(getpid, 0);
	long fd = CALL(openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0), n;

	while (fd >= 0 && (n = CALL(getdents64, fd, entries, sizeof(entries))) > 0)
		for (long at = 0; at < n;) {
			const struct entry *e = (const struct entry *)(void *)(entries + at);
			long pid = (long)digits(e->name);

			at += e->length;
			if (pid == 0 || pid == parent || pid == self)
				continue;
			join(path, sizeof(path), "/proc/", e->name);
			join(path, sizeof(path), path, "/status");
			read_file(path, text, sizeof(text));
			const char *above = field(text, "PPid");

			if (above && (long)digits(above) != parent && (long)digits(above) != self)
				return pid;
		}
	return 0;
}

static void processes(const char *name, const struct probe_words *words)
{
	char of[24];

	(void)words;
	long pid = neighbour();

	if (pid > 0)
		gained(name, number(of, (uint64_t)pid));
	held(name, -ESRCH);
}

static void share_memory(const char *name, const struct probe_words *words)
{
	struct stat s;
	long result = CALL(newfstatat, AT_FDCWD, "/proc/self/ns/ipc", &s, 0);

	if (result < 0)
		unknown(name, "/proc says nothing of it");
	judge(name, s.st_ino == words->ipc ? 0 : -ESRCH);
}

static void trace(const char *name, const struct probe_words *words)
{
	(void)words;
	long pid = neighbour();

	if (pid == 0)
		held(name, -ESRCH);
	long result = CALL(ptrace, 0x4206 /* PTRACE_SEIZE: it is not stopped */, pid, 0, 0);

	if (result == 0)
		CALL(ptrace, PTRACE_DETACH, pid, 0, 0);
	judge(name, result);
}

static void signal_others(const char *name, const struct probe_words *words)
{
	(void)words;
	long pid = neighbour();

	judge(name, pid == 0 ? -ESRCH : CALL(kill, pid, 0));
}

/* -- out of the container ---------------------------------------------------------------------- */

static void mount_something(const char *name, const struct probe_words *words)
{
	(void)words;
	long result = CALL(mount, "tmpfs", PLACE, "tmpfs", 0, 0);

	if (result == 0)
		CALL(umount2, PLACE, 2 /* MNT_DETACH */);
	judge(name, result);
}

static void remount_root(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, CALL(mount, "", "/", "", MS_REMOUNT | MS_BIND, 0));
}

/* EINVAL: it would have been done, but nothing is mounted there. */
static void unmask(const char *name, const struct probe_words *words)
{
	static const char *const paths[] = { "/proc/kcore", "/proc/keys", "/proc/timer_list",
		                                 "/proc/interrupts", "/sys/firmware" };
	long result = -ENOENT;

	(void)words;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths) && result == -ENOENT; i++)
		result = CALL(umount2, paths[i], 2);
	judge(name, result == -EINVAL ? 0 : result);
}

static void user_namespace(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, CALL(unshare, CLONE_NEWUSER));
}

static void namespaces(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, CALL(unshare, CLONE_NEWNS));
}

static void enter_namespace(const char *name, const struct probe_words *words)
{
	(void)words;
	long fd = CALL(openat, AT_FDCWD, "/proc/self/ns/net", O_RDONLY | O_CLOEXEC, 0);

	judge(name, fd < 0 ? fd : CALL(setns, fd, CLONE_NEWNET));
}

/* ENOENT comes only to who may. */
static void pivot_root(const char *name, const struct probe_words *words)
{
	(void)words;
	long result = CALL(pivot_root, "/.oakum/none", "/.oakum/none");

	judge(name, result == -ENOENT ? 0 : result);
}

static void change_root(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, CALL(chroot, "/"));
}

/* The host runs the program that this file names when the last process of a group ends. */
static void release_agent(const char *name, const struct probe_words *words)
{
	static const char *const kinds[] = { "rdma", "pids", "memory", "freezer", "devices" };
	long result = -ENOENT;

	(void)words;
	if (opens("/sys/fs/cgroup/memory/release_agent", O_WRONLY) == 0)
		gained(name, "/sys/fs/cgroup/memory");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		result = CALL(mount, "cgroup", PLACE, "cgroup", 0, kinds[i]);
		if (result < 0)
			continue;
		result = opens(PLACE "/release_agent", O_WRONLY);
		CALL(umount2, PLACE, 2);
		if (result == 0)
			gained(name, kinds[i]);
	}
	held(name, result);
}

static void terminal(const char *name, const struct probe_words *words)
{
	static const char nothing = '\0';

	(void)words;
	long fd = CALL(openat, AT_FDCWD, "/dev/tty", O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);

	if (fd < 0)
		held(name, fd);
	judge(name, CALL(ioctl, fd, 0x5412 /* TIOCSTI */, &nothing));
}

const struct probe_entry probe_rights[] = {
	{ "become-root", become_root, false },
	{ "root-group", become_group, false },
	{ "capability-sets", capability_sets, false },
	{ "gain-capability", gain_capability, false },
	{ "new-privileges", no_new_privileges, false },
	{ "system-calls", system_calls, true },
	{ "chmod-setuid", chmod_setuid, false },
	{ "see-processes", processes, true },
	{ "shared-memory", share_memory, true },
	{ "trace", trace, true },
	{ "signal", signal_others, true },
	{ "mount", mount_something, false },
	{ "remount", remount_root, false },
	{ "unmask", unmask, true },
	{ "user-namespace", user_namespace, false },
	{ "namespaces", namespaces, false },
	{ "enter-namespace", enter_namespace, true },
	{ "pivot-root", pivot_root, false },
	{ "chroot", change_root, false },
	{ "release-agent", release_agent, true },
	{ "terminal", terminal, false },
	{ NULL, NULL, false },
};
