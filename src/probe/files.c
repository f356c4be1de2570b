/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on files: what can be written, and run once it was written. */
#include "probe/probe.h"

#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/stat.h>

#define MINE "/.oakum-was-here"

/* A new file in the folder: 0 or -errno; it is removed again. */
static long creates(const char *folder)
{
	char path[256];

	join(path, sizeof(path), folder, MINE);
	long result = opens(path, O_WRONLY | O_CREAT | O_EXCL);

	if (result == 0)
		CALL(unlinkat, AT_FDCWD, path, 0);
	return result;
}

static void write_root(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, creates(""));
}

/* An account more, or a library that every program loads. */
static void write_settings(const char *name, const struct probe_words *words)
{
	(void)words;
	long result = opens("/etc/passwd", O_WRONLY | O_APPEND);

	if (result == -ENOENT)
		result = is_folder("/etc") ? creates("/etc") : creates("");
	judge(name, result);
}

static void write_programs(const char *name, const struct probe_words *words)
{
	static const char *const folders[] = { "/usr/bin", "/bin", "/usr/local/bin", "/usr", "" };
	size_t i = 0;

	(void)words;
	while (*folders[i] && !is_folder(folders[i]))
		i++;
	judge(name, creates(folders[i]));
}

static void folder_of(const char *path, char *out, size_t cap)
{
	size_t slash = 0;

	join(out, cap, path, "");
	for (size_t i = 0; out[i] != '\0'; i++)
		slash = out[i] == '/' ? i : slash;
	out[slash] = '\0';
}

/* in_path(program, path, out, cap): a program without a slash, where PATH has it. */
static bool in_path(const char *program, const char *path, char *out, size_t cap)
{
	while (path && *path != '\0') {
		size_t n = 0;

		for (; *path != '\0' && *path != ':'; path++)
			if (n + 2 < cap)
				out[n++] = *path;
		path += *path == ':';
		out[n++] = '/';
		out[n] = '\0';
		join(out, cap, out, program);
		if (out[0] == '/' && opens(out, O_RDONLY) == 0)
			return true;
	}
	return false;
}

/* The program that the image runs, or one beside it. */
static void write_program(const char *name, const struct probe_words *words)
{
	char found[256], folder[256];
	const char *program = words->program ? words->program : "";

	if (*program && *program != '/' && in_path(program, words->path, found, sizeof(found)))
		program = found;
	if (*program != '/')
		unknown(name, "the image's program has no path");
	long result = opens(program, O_WRONLY | O_APPEND);

	if (result == -ETXTBSY)
		result = 0;
	if (result == 0)
		gained(name, program);
	folder_of(program, folder, sizeof(folder));
	long beside = creates(folder);

	judge(name, beside == 0 ? 0 : result);
}

/* -- to run what was written ------------------------------------------------------------------- */

static long copy_self(const char *path)
{
	char part[4096];
	long in = CALL(openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);

	if (in < 0)
		return in;
	long out = CALL(openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	long n = out;

	while (out >= 0 && (n = CALL(read, in, part, sizeof(part))) > 0)
		if (CALL(write, out, part, n) != n)
			n = -ENOSPC;
	CALL(close, in);
	if (out >= 0)
		CALL(close, out);
	return n < 0 ? n : 0;
}

static bool can_map(const char *path, long *out_error)
{
	long fd = CALL(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return false;
	/* Six arguments, of which the last is 0, as probe_call has it. */
	long at = CALL(mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd);

	CALL(close, fd);
	*out_error = at < 0 && at > -4096 ? at : 0;
	return *out_error == 0;
}

struct written {
	char path[256];
	long error; /* of the folder where something could be written last; else of any */
	bool could_write;
};

/* written_in(folder, w): our own program lies there now. */
static bool written_in(const char *folder, struct written *w)
{
	join(w->path, sizeof(w->path), folder, MINE);
	long made = copy_self(w->path);

	if (made < 0 && !w->could_write)
		w->error = made;
	if (made < 0 && made != -EEXIST)
		CALL(unlinkat, AT_FDCWD, w->path, 0);
	return made == 0;
}

static void run_in(const char *name, const char *folder, bool map, struct written *w)
{
	long error = 0;

	if (!written_in(folder, w))
		return;
	if (map)
		(void)can_map(w->path, &error);
	else
		error = run(w->path, "run");
	CALL(unlinkat, AT_FDCWD, w->path, 0);
	if (map ? error == 0 : error == 42)
		gained(name, *folder ? folder : "/");
	w->could_write = true;
	w->error = error;
}

static void run_everywhere(const char *name, const struct probe_words *words, bool map)
{
	static const char *const usual[] = { "/tmp",  "/var/tmp", "/dev/shm", "/run",
		                                 "/home", "/root",    "/app",     "" };
	struct written w = { .error = -ENOENT };

	for (size_t i = 0; words->folders[i]; i++)
		run_in(name, words->folders[i], map, &w);
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		run_in(name, usual[i], map, &w);
	held(name, w.error);
}

static void run_written(const char *name, const struct probe_words *words)
{
	run_everywhere(name, words, false);
}

static void map_written(const char *name, const struct probe_words *words)
{
	run_everywhere(name, words, true);
}

/* -- what the kernel shows as files ------------------------------------------------------------ */

/* The first that could be written to; else the worst answer: ENOENT only when none is there. */
static void write_any(const char *name, const char *const *paths)
{
	long worst = -ENOENT;

	for (; *paths; paths++) {
		long result = opens(*paths, O_WRONLY);

		if (result == 0)
			gained(name, *paths);
		if (worst == -ENOENT)
			worst = result;
	}
	held(name, worst);
}

static void proc_sys(const char *name, const struct probe_words *words)
{
	static const char *const paths[] = { "/proc/sys/vm/overcommit_memory",
		                                 "/proc/sys/kernel/randomize_va_space",
		                                 "/proc/sys/fs/file-max", NULL };

	(void)words;
	write_any(name, paths);
}

static void core_pattern(const char *name, const struct probe_words *words)
{
	static const char *const paths[] = { "/proc/sys/kernel/core_pattern",
		                                 "/proc/sys/kernel/modprobe", NULL };

	(void)words;
	write_any(name, paths);
}

static void sysrq(const char *name, const struct probe_words *words)
{
	static const char *const paths[] = { "/proc/sysrq-trigger", NULL };

	(void)words;
	write_any(name, paths);
}

static void sys(const char *name, const struct probe_words *words)
{
	static const char *const paths[] = { "/sys/kernel/uevent_helper",
		                                 "/sys/kernel/mm/transparent_hugepage/enabled",
		                                 "/sys/kernel/mm/ksm/run",
		                                 "/sys/power/state",
		                                 "/sys/kernel/profiling",
		                                 "/sys/kernel/rcu_normal",
		                                 "/sys/module/printk/parameters/time",
		                                 NULL };

	(void)words;
	write_any(name, paths);
}

/* What was masked is an empty folder, or /dev/null: there, and without data. */
static long tells(const char *path)
{
	char part[1024];
	long n;

	if (is_folder(path)) {
		long fd = CALL(openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

		n = CALL(getdents64, fd, part, sizeof(part));
		CALL(close, fd);
		return n > 2 * 24 ? 1 : -ENODATA; /* more than . and .. */
	}
	n = read_file(path, part, sizeof(part));
	return n == 0 ? -ENODATA : n;
}

static void kernel_tables(const char *name, const struct probe_words *words)
{
	static const char *const paths[] = { "/proc/keys",
		                                 "/proc/timer_list",
		                                 "/proc/interrupts",
		                                 "/proc/sched_debug",
		                                 "/proc/latency_stats",
		                                 "/sys/firmware",
		                                 "/sys/devices/virtual/powercap",
		                                 NULL };

	long worst = -ENOENT;

	(void)words;
	for (size_t i = 0; paths[i]; i++) {
		long result = tells(paths[i]);

		if (result > 0)
			gained(name, paths[i]);
		if (worst == -ENOENT)
			worst = result;
	}
	held(name, worst);
}

static void kernel_memory(const char *name, const struct probe_words *words)
{
	(void)words;
	judge(name, tells("/proc/kcore"));
}

/* -- devices ----------------------------------------------------------------------------------- */

static void made_device(const char *name, const char *folder, long *worst)
{
	char path[256];

	join(path, sizeof(path), folder, MINE);
	/* The first loop device, which every Linux has a number for. */
	long made = CALL(mknodat, AT_FDCWD, path, S_IFBLK | 0600, 7 << 8);

	if (made == 0) {
		long opened = opens(path, O_RDONLY);

		CALL(unlinkat, AT_FDCWD, path, 0);
		if (opened == 0 || opened == -ENXIO || opened == -ENODEV)
			gained(name, "a disk that was made");
		made = opened;
	}
	if (*worst == -ENOENT)
		*worst = made;
}

static void devices(const char *name, const struct probe_words *words)
{
	static const char *const paths[] = { "/dev/mem",  "/dev/kmsg",   "/dev/port",    "/dev/sda",
		                                 "/dev/vda",  "/dev/kvm",    "/dev/nvme0n1", "/dev/fuse",
		                                 "/dev/dri",  "/dev/input",  "/dev/mapper",  "/dev/loop0",
		                                 "/dev/dm-0", "/dev/uinput", "/dev/net/tun", NULL };
	long worst = -ENOENT;

	for (size_t i = 0; paths[i]; i++)
		if (opens(paths[i], O_RDONLY) == 0)
			gained(name, paths[i]);
	for (size_t i = 0; words->folders[i]; i++)
		made_device(name, words->folders[i], &worst);
	made_device(name, "/dev", &worst);
	made_device(name, "", &worst);
	held(name, worst);
}

const struct probe_entry probe_files[] = {
	{ "write-root", write_root, false },
	{ "write-settings", write_settings, false },
	{ "write-programs", write_programs, false },
	{ "write-program", write_program, false },
	{ "run-written", run_written, true },
	{ "map-written", map_written, true },
	{ "write-proc-sys", proc_sys, true },
	{ "core-pattern", core_pattern, true },
	{ "sysrq", sysrq, true },
	{ "write-sys", sys, true },
	{ "kernel-tables", kernel_tables, true },
	{ "kernel-memory", kernel_memory, true },
	{ "devices", devices, false },
	{ NULL, NULL, false },
};
