/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/host.h"

#include "base/limits.h"
#include "base/text.h"
#include "sys/file.h"

#include <sys/stat.h>
#include <unistd.h>

/* -- the runtime ------------------------------------------------------------------------------- */

static const char *find_value(char *const *environment, bytes name)
{
	for (char *const *v = environment; v && *v; v++)
		if (bytes_starts(bytes_str(*v), name) && (*v)[name.n] == '=')
			return *v + name.n + 1;
	return NULL;
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* Never in the working directory: an empty part of PATH is passed over. runc lies in /usr/sbin, which
 * an ordinary user's PATH does not name. */
static const char *find_program(const char *name, char *const *environment, struct arena *a)
{
	const char *given = find_value(environment, BYTES("PATH"));
	bytes path = bytes_str(arena_printf(a, "%s:/usr/bin:/usr/sbin", given ? given : "")), folder;

	while (bytes_take_until(&path, ':', &folder)) {
		const char *file = arena_printf(a, PRIb "/%s", BYTESF(folder), name);

		if (folder.n > 0 && folder.p[0] == '/' && is_program(file))
			return file;
	}
	return NULL;
}

static int find_runtime(const struct host_options *options, struct arena *a, struct host *out,
                        err *e)
{
	const char *asked = options->runtime;
	char *const *environment = options->environment;

	if (asked && strchr(asked, '/'))
		out->runtime = is_program(asked) ? asked : NULL;
	else
		out->runtime = find_program(asked ? asked : "crun", environment, a);
	if (!out->runtime && !asked)
		out->runtime = find_program("runc", environment, a);
	if (!out->runtime)
		return asked ? err_set(e, ERR_ABSENT, 0, "there is no program '%s' to start containers with",
		                       SHOW(bytes_str(asked)))
		             : err_set(e, ERR_ABSENT, 0, "no OCI runtime: install crun or runc");
	bytes path = bytes_str(out->runtime);
	bytes name = bytes_skip(path, bytes_rfind(path, '/') + 1);

	out->is_crun = bytes_search(name, BYTES("crun")) < name.n;
	return 0;
}

/* -- cgroups ----------------------------------------------------------------------------------- */

/* A line of /proc/self/mountinfo (proc(5)): "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw": the
 * fifth field is the place, the first behind " - " the type. */
static bool take_mount(bytes line, bytes *out_place, bytes *out_type)
{
	size_t dash = bytes_search(line, BYTES(" - "));
	bytes rest = bytes_skip(line, dash + 3), field;

	for (int i = 0; i < 5; i++)
		if (!bytes_take_until(&line, ' ', out_place))
			return false;
	if (!bytes_take_until(&rest, ' ', &field))
		return false;
	*out_type = field;
	return true;
}

static int find_cgroups(struct arena *a, struct host *out, err *e)
{
	bytes text, line, place, type;
	bool first = false, second = false;

	if (file_read_all("/proc/self/mountinfo", LIMIT_SETTINGS, a, &text, e) < 0)
		return -1;
	while (bytes_line(&text, &line)) {
		if (!take_mount(line, &place, &type) || !bytes_starts(type, BYTES("cgroup")))
			continue;
		*ARENA_PUSH(a, &out->mounts) = arena_str(a, place);
		if (bytes_is(type, "cgroup2"))
			second = true;
		else
			first = true;
	}
	out->cgroups = first && second ? CGROUPS_HYBRID
	               : first         ? CGROUPS_V1
	               : second        ? CGROUPS_V2
	                               : CGROUPS_NONE;
	if (out->as_user)
		*ARENA_PUSH(a, &out->notes) = "no limits of memory and processes: an ordinary user has no "
									  "cgroup to set them in";
	else if (out->cgroups == CGROUPS_NONE)
		*ARENA_PUSH(a, &out->notes) = "no limits of memory and processes: no cgroups are mounted";
	else
		out->cgroup = "/oakum";
	return 0;
}

/* -- all of it --------------------------------------------------------------------------------- */

int host_look(const struct host_options *options, struct arena *a, struct host *out, err *e)
{
	*out = (struct host){ .as_user = geteuid() != 0 };
	if (out->as_user)
		out->ids = 1;
	return find_runtime(options, a, out, e) < 0 || find_cgroups(a, out, e) < 0 ? -1 : 0;
}
