/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/db.h"

#include "sys/file.h"

#define FILE_NAME "oakum/vulnerabilities.db"

const char *db_path(struct job *job, const char *given)
{
	const char *xdg = job_env(job, "XDG_CACHE_HOME"), *home = job_env(job, "HOME");

	if (given)
		return given;
	if (xdg && xdg[0] == '/')
		return arena_printf(&job->arena, "%s/" FILE_NAME, xdg);
	return home && home[0] == '/' ? arena_printf(&job->arena, "%s/.cache/" FILE_NAME, home) : NULL;
}

int db_make_folder(struct job *job, const char *path, err *e)
{
	const char *slash = strrchr(path, '/');

	return slash && slash > path
	           ? file_make_dirs(arena_printf(&job->arena, "%.*s", (int)(slash - path), path), 0700,
	                            e)
	           : 0;
}
