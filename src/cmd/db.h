/* SPDX-License-Identifier: Apache-2.0 */
/* db - where the vulnerability database lies. Threading: as the job. */
#pragma once

#include "cmd/applet.h"

/* db_path(job, given): what the user gave, else $XDG_CACHE_HOME/oakum/vulnerabilities.db, else the
 * same in ~/.cache; NULL when there is no home. */
const char *db_path(struct job *job, const char *given);
