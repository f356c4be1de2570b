/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/bundle.h"

#include "base/base64.h"
#include "base/text.h"
#include "confine/capabilities.h"
#include "confine/syscalls.h"
#include "fmt/json_write.h"

#include <linux/capability.h>

/* What Docker and Podman mask and protect, with the additions of 2024 and 2025. */
static const char *const masked[] = {
	"/proc/acpi",
	"/proc/asound",
	"/proc/interrupts",
	"/proc/kcore",
	"/proc/keys",
	"/proc/latency_stats",
	"/proc/sched_debug",
	"/proc/scsi",
	"/proc/timer_list",
	"/proc/timer_stats",
	"/sys/devices/virtual/powercap",
	"/sys/firmware",
	NULL,
};
static const char *const protected[] = {
	"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", NULL,
};

static void put_texts(struct json_writer *w, const char *name, const char *const *texts)
{
	json_write_array(w, name);
	for (size_t i = 0; texts[i]; i++)
		json_write_text(w, NULL, texts[i]);
	json_write_end(w);
}

static void put_strings(struct json_writer *w, const char *name, const struct strings *texts)
{
	json_write_array(w, name);
	for (size_t i = 0; i < texts->len; i++)
		json_write_str(w, NULL, texts->items[i]);
	json_write_end(w);
}

/* -- the process ------------------------------------------------------------------------------- */

/* The filter of the build is the whole default for a container without capabilities. */
static bool takes_compiled(const struct hardening *h, const struct bundle_host *host)
{
	return host->compiled_filter && h->capabilities == 0 && h->calls.len == 0;
}

/* None is inherited or ambient: a program that is not root's gets those of its file at most. */
static void put_capabilities(const struct hardening *h, struct json_writer *w)
{
	static const char *const sets[] = { "bounding", "effective", "inheritable", "permitted",
		                                "ambient" };

	json_write_object(w, "capabilities");
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		json_write_array(w, sets[i]);
		for (unsigned n = 0; n < CAPABILITIES && i != 2 && i != 4; n++)
			if (h->capabilities >> n & 1)
				json_write_text(w, NULL, capability_name(n));
		json_write_end(w);
	}
	json_write_end(w);
}

/* Nobody sets a group that has no id in the user namespace (user_namespaces(7)). */
static void put_groups(const struct hardening *h, const struct bundle_host *host,
                       struct json_writer *w)
{
	size_t given = 0;

	for (size_t i = 0; i < hardening_groups(h); i++) {
		if (host->user_namespace && h->groups.items[i] >= host->ids)
			continue;
		if (given++ == 0)
			json_write_array(w, "additionalGids");
		json_write_u64(w, NULL, h->groups.items[i]);
	}
	if (given > 0)
		json_write_end(w);
}

static void put_process(const struct hardening *h, const struct bundle_host *host,
                        struct json_writer *w)
{
	json_write_object(w, "process");
	json_write_bool(w, "terminal", h->terminal);
	if (host->rows > 0) {
		json_write_object(w, "consoleSize");
		json_write_u64(w, "height", host->rows);
		json_write_u64(w, "width", host->columns);
		json_write_end(w);
	}
	json_write_object(w, "user");
	json_write_u64(w, "uid", hardening_uid(h));
	json_write_u64(w, "gid", hardening_gid(h));
	put_groups(h, host, w);
	json_write_end(w);
	put_strings(w, "args", &h->args);
	put_strings(w, "env", &h->env);
	json_write_str(w, "cwd", h->cwd);
	put_capabilities(h, w);
	json_write_bool(w, "noNewPrivileges", hardening_has(h, DEFENCE_PRIVILEGES));
	json_write_end(w);
}

/* -- mounts ------------------------------------------------------------------------------------ */

/* options end with NULL; size 0: unsaid. */
static void put_mount(struct json_writer *w, const char *destination, const char *type,
                      const char *source, const char *const *options)
{
	json_write_object(w, NULL);
	json_write_text(w, "destination", destination);
	json_write_text(w, "type", type);
	json_write_text(w, "source", source);
	put_texts(w, "options", options);
	json_write_end(w);
}

/* Who may mount could make /sys writable anyway: it is, where nothing is masked, as docker's
 * --privileged has it. In a user namespace the kernel would not mount it so. */
static bool has_writable_sys(const struct hardening *h, const struct bundle_host *host)
{
	return !host->user_namespace && !hardening_has(h, DEFENCE_MASKS) &&
	       (h->capabilities >> CAP_SYS_ADMIN & 1) != 0;
}

/* Proc and sysfs show a namespace. In a user namespace nobody mounts one that shows a namespace of
 * others (user_namespaces(7)): that which is there is bound. */
static void put_of_namespace(const struct hardening *h, enum defence d,
                             const struct bundle_host *host, const char *type,
                             const char *const *options, struct json_writer *w)
{
	const char *place = d == DEFENCE_PROCESSES ? "/proc" : "/sys";
	const char *bound[6] = { "rbind" };

	for (size_t i = 0; options[i]; i++)
		bound[i + 1] = options[i];
	if (host->user_namespace && !hardening_has(h, d))
		put_mount(w, place, "none", place, bound);
	else
		put_mount(w, place, type, type, options);
}

static void put_system(const struct hardening *h, const struct bundle_host *host,
                       struct json_writer *w)
{
	static const char *const proc[] = { "nosuid", "noexec", "nodev", NULL };
	static const char *const dev[] = { "nosuid",   "noexec",      "strictatime",
		                               "mode=755", "size=65536k", NULL };
	static const char *const pts[] = { "nosuid",        "noexec",    "newinstance",
		                               "ptmxmode=0666", "mode=0620", NULL };
	static const char *const shm[] = {
		"nosuid", "noexec", "nodev", "mode=1777", "size=65536k", NULL
	};
	static const char *const queue[] = { "nosuid", "noexec", "nodev", NULL };
	const char *const sys[] = { "nosuid", "noexec", "nodev",
		                        has_writable_sys(h, host) ? NULL : "ro", NULL };

	put_of_namespace(h, DEFENCE_PROCESSES, host, "proc", proc, w);
	put_mount(w, "/dev", "tmpfs", "tmpfs", dev);
	put_mount(w, "/dev/pts", "devpts", "devpts", pts);
	put_mount(w, "/dev/shm", "tmpfs", "shm", shm);
	if (hardening_has(h, DEFENCE_PROCESSES))
		put_mount(w, "/dev/mqueue", "mqueue", "mqueue", queue);
	put_of_namespace(h, DEFENCE_NETWORK, host, "sysfs", sys, w);
}

static void put_folders(const struct hardening *h, struct json_writer *w, struct arena *a)
{
	bool noexec = hardening_has(h, DEFENCE_NOEXEC);

	for (size_t i = 0; i < h->folders.len; i++) {
		const struct hardening_folder *f = &h->folders.items[i];
		const char *options[] = { "nosuid",
			                      "nodev",
			                      "mode=1777",
			                      arena_printf(a, "size=%lluk",
			                                   (unsigned long long)((f->size + 1023) / 1024)),
			                      noexec ? "noexec" : NULL,
			                      NULL };

		put_mount(w, f->path, "tmpfs", "tmpfs", options);
	}
}

/* crun and runc mount the root anew, and forget nosuid and nodev then, but in a user namespace,
 * where the kernel keeps them. A mount on "/" they refuse, this is the same. */
static void put_root_again(const struct hardening *h, const struct bundle_host *host,
                           struct json_writer *w)
{
	const char *options[6] = { "remount", "bind", "nodev" };
	size_t n = 3;

	if (hardening_has(h, DEFENCE_READONLY))
		options[n++] = "ro";
	if (hardening_has(h, DEFENCE_PRIVILEGES))
		options[n++] = "nosuid";
	if (host->is_mounted && !host->user_namespace)
		put_mount(w, "/.", "none", host->root, options);
}

static void put_mounts(const struct hardening *h, const struct bundle_host *host,
                       struct json_writer *w)
{
	static const char *const secret[] = { "bind", "ro", "nosuid", "noexec", "nodev", NULL };
	static const char *const bind[] = { "bind", "ro", "nosuid", "nodev", NULL };
	struct arena a = ARENA_INIT;

	json_write_array(w, "mounts");
	put_system(h, host, w);
	put_folders(h, w, &a);
	for (size_t i = 0; i < h->binds.len; i++)
		put_mount(w, h->binds.items[i].destination, "none", h->binds.items[i].source, bind);
	if (host->secrets)
		put_mount(w, "/run/secrets", "none", host->secrets, secret);
	put_root_again(h, host, w);
	json_write_end(w);
	arena_done(&a);
}

/* -- Linux ------------------------------------------------------------------------------------- */

static void put_namespace(struct json_writer *w, const char *type)
{
	json_write_object(w, NULL);
	json_write_text(w, "type", type);
	json_write_end(w);
}

static void put_ids(struct json_writer *w, const char *name, const struct bundle_host *host,
                    uint32_t own)
{
	json_write_array(w, name);
	json_write_object(w, NULL);
	json_write_u64(w, "containerID", host->ids == 1 ? own : 0);
	json_write_u64(w, "hostID", host->id_base);
	json_write_u64(w, "size", host->ids);
	json_write_end(w);
	json_write_end(w);
}

static void put_namespaces(const struct hardening *h, const struct bundle_host *host,
                           struct json_writer *w)
{
	json_write_array(w, "namespaces");
	if (hardening_has(h, DEFENCE_PROCESSES)) {
		put_namespace(w, "pid");
		put_namespace(w, "ipc");
		put_namespace(w, "cgroup");
	}
	put_namespace(w, "uts");
	put_namespace(w, "mount");
	if (hardening_has(h, DEFENCE_NETWORK))
		put_namespace(w, "network");
	if (host->user_namespace)
		put_namespace(w, "user");
	json_write_end(w);
	if (host->user_namespace) {
		put_ids(w, "uidMappings", host, hardening_uid(h));
		put_ids(w, "gidMappings", host, hardening_gid(h));
	}
}

static void put_limits(const struct hardening *h, const struct bundle_host *host,
                       struct json_writer *w)
{
	json_write_object(w, "resources");
	if (h->memory > 0 && !host->no_memory) {
		json_write_object(w, "memory");
		json_write_u64(w, "limit", h->memory);
		if (!host->no_swap)
			json_write_u64(w, "swap", h->memory); /* of both: none may be swapped */
		json_write_end(w);
	}
	if (h->processes > 0 && !host->no_processes) {
		json_write_object(w, "pids");
		json_write_u64(w, "limit", h->processes);
		json_write_end(w);
	}
	json_write_end(w);
}

static bool is_named(const void *ctx, const char *call)
{
	const struct strings *calls = ctx;

	for (size_t i = 0; i < calls->len; i++)
		if (bytes_is(calls->items[i], call))
			return true;
	return false;
}

static void put_filter(const struct hardening *h, struct json_writer *w)
{
	const struct syscalls_choice choice = { is_named, &h->calls };

	if (h->calls.len > 0)
		syscalls_write_some(w, "seccomp", &choice);
	else
		syscalls_write(w, "seccomp", h->capabilities);
}

static void put_linux(const struct hardening *h, const struct bundle_host *host,
                      struct json_writer *w)
{
	json_write_object(w, "linux");
	put_namespaces(h, host, w);
	if (hardening_has(h, DEFENCE_MASKS)) {
		put_texts(w, "maskedPaths", masked);
		put_texts(w, "readonlyPaths", protected);
	}
	if (host->cgroup) {
		if (*host->cgroup)
			json_write_text(w, "cgroupsPath", host->cgroup);
		if (hardening_has(h, DEFENCE_LIMITS))
			put_limits(h, host, w);
	}
	if (hardening_has(h, DEFENCE_SECCOMP) && !takes_compiled(h, host))
		put_filter(h, w);
	json_write_end(w);
}

/* -- the document ------------------------------------------------------------------------------ */

void bundle_write(const struct hardening *h, const struct bundle_host *host, struct stream *out)
{
	struct json_writer w;
	struct arena a = ARENA_INIT;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "ociVersion", "1.0.2");
	put_process(h, host, &w);
	json_write_object(&w, "root");
	json_write_text(&w, "path", host->root);
	json_write_bool(&w, "readonly", hardening_has(h, DEFENCE_READONLY) && !host->is_mounted);
	json_write_end(&w);
	json_write_text(&w, "hostname", h->hostname ? h->hostname : h->name);
	put_mounts(h, host, &w);
	put_linux(h, host, &w);
	if (hardening_has(h, DEFENCE_SECCOMP) && takes_compiled(h, host)) {
		json_write_object(&w, "annotations");
		json_write_str(&w, "run.oci.seccomp_bpf_data",
		               base64_encode(bytes_of(syscalls_filter, syscalls_filter_len), &a));
		json_write_end(&w);
	}
	json_write_end(&w);
	arena_done(&a);
}
