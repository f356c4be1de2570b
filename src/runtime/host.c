/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/host.h"

#include "base/limits.h"
#include "base/text.h"
#include "sys/environment.h"
#include "sys/file.h"
#include "sys/process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <unistd.h>

/* -- the runtime ------------------------------------------------------------------------------- */

/* runc lies in /usr/sbin, which an ordinary user's PATH does not name. */
static const char *find_program(const char *name, char *const *environment, struct arena *a)
{
	const char *path = environment_find(environment, "PATH");

	return process_find(name, arena_printf(a, "%s:/usr/bin:/usr/sbin", path ? path : ""), a);
}

static int find_runtime(const struct host_options *options, struct arena *a, struct host *out,
                        err *e)
{
	const char *asked = options->runtime;
	char *const *environment = options->environment;

	out->runtime = find_program(asked ? asked : "crun", environment, a);
	if (!out->runtime && !asked)
		out->runtime = find_program("runc", environment, a);
	if (!out->runtime)
		return asked
		           ? err_set(e, ERR_ABSENT, 0, "there is no program '%s' to start containers with",
		                     SHOW(bytes_str(asked)))
		           : err_set(e, ERR_ABSENT, 0, "no OCI runtime: install crun or runc");
	bytes path = bytes_str(out->runtime);
	bytes name = bytes_skip(path, bytes_rfind(path, '/') + 1);

	out->is_crun = bytes_search(name, BYTES("crun")) < name.n;
	return 0;
}

/* -- cgroups ----------------------------------------------------------------------------------- */

struct cgroup_mount {
	bytes place, type, options; /* options: of its version 1, the controllers among them */
};

/* A line of /proc/self/mountinfo (proc(5)): "36 31 0:33 / /sys/fs/cgroup/memory rw,relatime -
 * cgroup cgroup rw,memory": the fifth field is the place; behind " - " come the type, the source
 * and the options of the file system. */
static bool take_mount(bytes line, struct cgroup_mount *out)
{
	bytes rest = bytes_skip(line, bytes_search(line, BYTES(" - ")) + 3), source;

	for (int i = 0; i < 5; i++)
		if (!bytes_take_until(&line, ' ', &out->place))
			return false;
	return bytes_starts(out->place, BYTES("/")) && bytes_take_until(&rest, ' ', &out->type) &&
	       bytes_take_until(&rest, ' ', &source) && bytes_take_until(&rest, ' ', &out->options) &&
	       bytes_starts(out->type, BYTES("cgroup"));
}

static bool has_word(bytes list, uint8_t between, const char *word)
{
	bytes one;

	while (bytes_take_until(&list, between, &one))
		if (bytes_is(bytes_trim(one), word))
			return true;
	return false;
}

/* Of version 1 each controller has a mount of its own. */
static void see_first(const struct cgroup_mount *m, const char *place, struct arena *a,
                      struct host *out)
{
	bool writable = access(place, W_OK) == 0;

	if (has_word(m->options, ',', "memory")) {
		out->limits_memory = writable;
		out->limits_swap = access(arena_printf(a, "%s/memory.memsw.limit_in_bytes", place), F_OK) ==
		                   0;
	}
	if (has_word(m->options, ',', "pids"))
		out->limits_processes = writable;
}

static bytes read_word_list(const char *place, const char *name, struct arena *a)
{
	err ignored = { 0 }; /* not there: nothing stands in it */
	bytes text = { 0 };

	(void)file_read_all(arena_printf(a, "%s/%s", place, name), 4096, a, &text, &ignored);
	return text;
}

/* Of version 2 what the topmost one hands down can be limited. Where it has processes itself, as in
 * a container, it can hand nothing down (cgroups(7), "no internal processes"). */
static void see_second(const char *place, struct arena *a, struct host *out)
{
	bytes handed = read_word_list(place, "cgroup.subtree_control", a);
	const char *path = arena_printf(a, "%s/cgroup.subtree_control", place);

	if (!has_word(handed, ' ', "memory") || !has_word(handed, ' ', "pids")) {
		err ignored = { 0 }; /* then it is so */
		auto_fd fd = open(path, O_WRONLY | O_CLOEXEC);

		if (fd >= 0)
			(void)file_write_all(fd, path, BYTES("+memory +pids"), &ignored);
		handed = read_word_list(place, "cgroup.subtree_control", a);
	}
	bool writable = access(place, W_OK) == 0;

	out->limits_memory = out->limits_swap = writable && has_word(handed, ' ', "memory");
	out->limits_processes = writable && has_word(handed, ' ', "pids");
}

void host_take_mounts(bytes text, struct arena *a, struct host *out)
{
	struct cgroup_mount m;
	const char *second = NULL;
	bool first = false;
	bytes line;

	while (bytes_line(&text, &line)) {
		if (!take_mount(line, &m))
			continue;
		const char *place = arena_str(a, m.place);

		*ARENA_PUSH(a, &out->mounts) = place;
		if (bytes_is(m.type, "cgroup2")) {
			second = place;
			continue;
		}
		first = true;
		if (!out->as_user)
			see_first(&m, place, a, out);
	}
	out->cgroups = first && second ? CGROUPS_HYBRID
	               : first         ? CGROUPS_V1
	               : second        ? CGROUPS_V2
	                               : CGROUPS_NONE;
	if (out->cgroups == CGROUPS_V2 && !out->as_user)
		see_second(second, a, out);
}

static void say_limits(struct host *out, struct arena *a)
{
	if (out->as_user)
		out->why_unlimited = "who is not root has no cgroup to set them in";
	else if (out->cgroups == CGROUPS_NONE)
		out->why_unlimited = "no cgroups are mounted";
	else if (!out->limits_memory || !out->limits_processes)
		out->why_unlimited = "the cgroups here cannot be written to, or lack the controller";
	if (out->why_unlimited)
		*ARENA_PUSH(a, &out->notes) = arena_printf(a, "no limit of %s: %s",
		                                           out->limits_memory      ? "processes"
		                                           : out->limits_processes ? "memory"
		                                                                   : "memory and processes",
		                                           out->why_unlimited);
	if (out->limits_memory || out->limits_processes)
		out->cgroup = "/oakum-";
}

/* -- our rights -------------------------------------------------------------------------------- */

/* take_line(text, name, out): of a file in which each line is "NAME:\tVALUE". */
static bool take_line(bytes text, const char *name, bytes *out)
{
	bytes line;

	while (bytes_line(&text, &line))
		if (bytes_take_prefix(&line, bytes_str(name))) {
			*out = bytes_trim(line);
			return true;
		}
	return false;
}

/* A line of /proc/self/uid_map (user_namespaces(7)): the first id here, that outside, how many. */
static bool has_ids(bytes map)
{
	bytes line, field = { 0 };
	uint64_t count, all = 0;

	while (bytes_line(&map, &line)) {
		line = bytes_trim(line);
		field = bytes_skip(line, bytes_rfind(line, ' ') + 1);
		if (text_take_u64(field, 10, UINT32_MAX, &count))
			all += count;
	}
	return all >= HOST_IDS;
}

/* Root of a container usually may mount nothing, or has no ids to give; it is treated as an
 * ordinary user is. */
static int see_rights(struct arena *a, struct host *out, err *e)
{
	uint64_t capabilities = 0;
	bytes text, value, map;

	if (file_read_all("/proc/self/status", 64 * KIB, a, &text, e) < 0 ||
	    file_read_all("/proc/self/uid_map", 64 * KIB, a, &map, e) < 0)
		return -1;
	bool is_told = take_line(text, "CapEff:", &value) &&
	               text_take_u64(value, 16, UINT64_MAX, &capabilities);

	out->as_user = geteuid() != 0 || !is_told || (capabilities >> CAP_SYS_ADMIN & 1) == 0 ||
	               !has_ids(map);
	out->is_nested = bytes_search(map, BYTES("4294967295")) == map.n; /* the first one maps all */
	return 0;
}

/* -- all of it --------------------------------------------------------------------------------- */

int host_look(const struct host_options *options, struct arena *a, struct host *out, err *e)
{
	bytes mounts;

	*out = (struct host){ .user_namespace = options->user_namespace };
	if ((!options->elsewhere && find_runtime(options, a, out, e) < 0) ||
	    see_rights(a, out, e) < 0 ||
	    file_read_all("/proc/self/mountinfo", LIMIT_SETTINGS, a, &mounts, e) < 0)
		return -1;
	if (out->as_user && !out->is_crun && !options->elsewhere)
		return err_set(e, ERR_ABSENT, 0,
		               "%s starts nobody's containers but root's where only one id can be mapped: "
		               "install crun",
		               SHOW(bytes_str(out->runtime)));
	if (out->as_user && !options->elsewhere) {
		out->user_namespace = false; /* it has one anyway */
		out->ids = 1;
	} else if (out->user_namespace) {
		out->id_base = HOST_ID_BASE;
		out->ids = HOST_IDS;
	}
	host_take_mounts(mounts, a, out);
	if (options->elsewhere)
		out->limits_memory = out->limits_swap = out->limits_processes = true;
	else
		say_limits(out, a);
	return 0;
}
