/* SPDX-License-Identifier: Apache-2.0 */
/* mended - the new texts of files of settings, written over the old ones.
 *
 * Each is written whole or not at all, with its mode; a file that a fix makes only where there is
 * none. Threading: belongs to one thread. */
#pragma once

#include "cmd/applet.h"
#include "report/check_page.h"

/* mended_write(job, check, e): all files whose text changed, but not standard input. ERR_IO,
 * ERR_ABSENT. */
int mended_write(struct job *job, const struct check *check, err *e);
