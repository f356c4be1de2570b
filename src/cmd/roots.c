/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/roots.h"

#include "base/limits.h"
#include "base/text.h"
#include "sys/file.h"

#define NAME_MOST 64

const char *roots_folder(struct job *job)
{
	const char *xdg = job_env(job, "XDG_DATA_HOME"), *home = job_env(job, "HOME");

	if (xdg && xdg[0] == '/')
		return arena_printf(&job->arena, "%s/oakum/trust", xdg);
	return home && home[0] == '/' ? arena_printf(&job->arena, "%s/.local/share/oakum/trust", home)
	                              : NULL;
}

/* A name that leads nowhere else. */
static bool is_name(bytes name)
{
	uint8_t ignored[8];

	return bytes_is(name, ROOTS_PUBLIC) || text_from_hex(name, ignored, sizeof(ignored));
}

int roots_current(struct job *job, const char **out, err *e)
{
	const char *folder = roots_folder(job);
	err none = { 0 };
	bytes name;

	*out = NULL;
	if (!folder)
		return 0;
	const char *path = arena_printf(&job->arena, "%s/current", folder);

	if (file_read_all(path, NAME_MOST, &job->arena, &name, &none) < 0) {
		if (none.kind == ERR_ABSENT)
			return 0;
		*e = none;
		return -1;
	}
	name = bytes_trim(name);
	if (!is_name(name))
		return err_set(e, ERR_FORMAT, 0,
		               "'%s' names no repository ('oakum trust update' writes it anew)",
		               SHOW(bytes_str(path)));
	*out = arena_printf(&job->arena, "%s/" PRIb, folder, BYTESF(name));
	return 0;
}

static int text_of(struct job *job, const char *given, const char *name, bytes *out, err *e)
{
	const char *folder;

	if (given)
		return file_read_all(given, LIMIT_TUF_FILE, &job->arena, out, e);
	*out = bytes_of(NULL, 0);
	if (roots_current(job, &folder, e) < 0)
		return -1;
	if (!folder)
		return 0;
	return file_read_all(arena_printf(&job->arena, "%s/%s", folder, name), LIMIT_TUF_FILE,
	                     &job->arena, out, e);
}

int trust_root_text(struct job *job, const char *given, bytes *out, err *e)
{
	return text_of(job, given, ROOTS_TRUSTED_ROOT, out, e) < 0 ? err_wrap(e, "trusted root") : 0;
}

/* A repository that has none is not answered with the built-in one: that is of another instance. */
int signing_config_text(struct job *job, const char *given, bytes *out, err *e)
{
	return text_of(job, given, ROOTS_SIGNING_CONFIG, out, e) < 0
	           ? err_wrap(e, "signing configuration")
	           : 0;
}
