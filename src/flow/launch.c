/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/launch.h"

#include "base/path.h"
#include "base/text.h"
#include "confine/forms.h"
#include "oci/platform.h"
#include "sys/environment.h"
#include "sys/file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

int launch_store(char *const *environment, struct arena *a, const char **out, err *e)
{
	const char *data = environment_find(environment, "XDG_DATA_HOME");
	const char *home = environment_find(environment, "HOME");

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

const char *launch_stages(const char *store, struct arena *a)
{
	return arena_printf(a, "%s/stage", store);
}

/* Root of a user namespace comes from outside through these folders, whatever our umask says; what
 * is in them is closed. */
static int make_stages(const struct launch *l, struct arena *a, err *e)
{
	const char *folders[] = { arena_str(a, path_dir(bytes_str(l->store))), l->store, l->stages };

	if (file_make_dirs(l->stages, 0711, e) < 0)
		return -1;
	for (size_t i = 0; l->host.user_namespace && i < sizeof(folders) / sizeof(*folders); i++)
		if (chmod(folders[i], 0711) < 0)
			return err_set(e, ERR_IO, errno, "%s", SHOW(bytes_str(folders[i])));
	return 0;
}

/* An image that no index offers is not chosen by its platform. One that says nothing is believed.
 * */
static int check_platform(const struct platform *have, const struct platform *want, struct arena *a,
                          err *e)
{
	if (have->architecture.n == 0 || platform_matches(have, want))
		return 0;
	return err_set(
		e, ERR_FORMAT, 0,
		"the image is for %s, and %s is wanted (--platform chooses where there are several)",
		SHOW(bytes_str(platform_text(have, a))), SHOW(bytes_str(platform_text(want, a))));
}

int launch_prepare(const struct target *target, const struct launch_options *options,
                   struct arena *a, struct launch *out, err *e)
{
	struct rootfs_options rootfs = options->rootfs;

	*out = (struct launch){ .store = rootfs.store };
	if (host_look(&options->host, a, &out->host, e) < 0 ||
	    (!out->store && launch_store(options->host.environment, a, &out->store, e) < 0))
		return -1;
	out->stages = launch_stages(out->store, a);
	rootfs.store = out->store;
	rootfs.unpack.owners = !out->host.as_user;
	rootfs.unpack.userxattr = out->host.as_user || out->host.is_nested;
	rootfs.unpack.id_base = out->host.user_namespace ? out->host.id_base : 0;
	if (make_stages(out, a, e) < 0 || rootfs_prepare(target, &rootfs, a, &out->rootfs, e) < 0 ||
	    check_platform(&out->rootfs.config.platform, &rootfs.platform, a, e) < 0)
		return -1;
	user_read_accounts(out->rootfs.accounts, a, &out->names.accounts);
	user_read_groups(out->rootfs.groups, a, &out->names.groups);
	out->names.group_file = out->rootfs.groups;
	if (hardening_of(&out->rootfs.config, &out->names, a, &out->hardening, e) < 0)
		return -1;
	out->hardening.name = forms_name(target, a);
	return 0;
}

struct container_options launch_container(const struct launch *l)
{
	return (struct container_options){ .hardening = &l->hardening,
		                               .rootfs = &l->rootfs,
		                               .host = &l->host,
		                               .stages = l->stages,
		                               .streams = { -1, -1, -1 } };
}
