/* SPDX-License-Identifier: Apache-2.0 */
/* db - where the vulnerability database lies. Threading: as the job. */
#pragma once

#include "cmd/applet.h"

/* db_path(job, given): what the user gave, else $XDG_CACHE_HOME/oakum/vulnerabilities.db, else the
 * same in ~/.cache; NULL when there is no home. */
const char *db_path(struct job *job, const char *given);
/* db_make_folder(job, path, e): the folder that path lies in, when it is missing. ERR_IO. */
int db_make_folder(struct job *job, const char *path, err *e);
