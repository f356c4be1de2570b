/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/launch.h"

#include "sys/file.h"

#include <unistd.h>

static const char *find_value(char *const *environment, bytes name)
{
	for (char *const *v = environment; v && *v; v++)
		if (bytes_starts(bytes_str(*v), name) && (*v)[name.n] == '=')
			return *v + name.n + 1;
	return NULL;
}

int launch_store(char *const *environment, struct arena *a, const char **out, err *e)
{
	const char *data = find_value(environment, BYTES("XDG_DATA_HOME"));
	const char *home = find_value(environment, BYTES("HOME"));

	if (geteuid() == 0)
		*out = "/var/lib/oakum/run";
	else if (data && *data == '/')
		*out = arena_printf(a, "%s/oakum/run", data);
	else if (home && *home == '/')
		*out = arena_printf(a, "%s/.local/share/oakum/run", home);
	else
		return err_set(e, ERR_USAGE, 0, "there is no home folder: set XDG_DATA_HOME");
	return 0;
}

int launch_prepare(const struct target *target, const struct launch_options *options,
                   struct arena *a, struct launch *out, err *e)
{
	struct rootfs_options rootfs = options->rootfs;

	*out = (struct launch){ .store = rootfs.store };
	if (host_look(&options->host, a, &out->host, e) < 0 ||
	    (!out->store && launch_store(options->host.environment, a, &out->store, e) < 0))
		return -1;
	out->stages = arena_printf(a, "%s/stage", out->store);
	rootfs.store = out->store;
	rootfs.unpack.owners = !out->host.as_user;
	rootfs.unpack.userxattr = out->host.as_user || out->host.is_nested;
	rootfs.unpack.id_base = out->host.user_namespace ? out->host.id_base : 0;
	if (file_make_dirs(out->stages, 0700, e) < 0 ||
	    rootfs_prepare(target, &rootfs, a, &out->rootfs, e) < 0)
		return -1;
	const struct hardening_names known = launch_names(out);

	return hardening_of(&out->rootfs.config, &known, a, &out->hardening, e);
}

struct hardening_names launch_names(const struct launch *l)
{
	return (struct hardening_names){ l->rootfs.accounts, l->rootfs.groups };
}

struct container_options launch_container(const struct launch *l)
{
	return (struct container_options){ .hardening = &l->hardening,
		                               .rootfs = &l->rootfs,
		                               .host = &l->host,
		                               .stages = l->stages,
		                               .streams = { -1, -1, -1 } };
}
