/* SPDX-License-Identifier: Apache-2.0 */
/* shipped - the record of .NET vulnerabilities that comes with the program, for a machine that has
 * no database yet. It is as old as database_info(...)->built says, and knows .NET alone.
 * Made from data/dotnet-vulnerabilities.tsv at build time (feed_record.c reads it). */
#pragma once

#include "sys/removal.h"
#include "vuln/database.h"

/* shipped_open(dir, out, e): the record as a database. It is made in the folder when it is not
 * there (or damaged), under a name that changes with its content. ERR_IO. */
int shipped_open(const char *dir, struct database **out, err *e);

/* shipped_prune(dir, before, dry, out): those of other builds that were made before (seconds since
 * 1970); dry: they stay. Added to *out. No such folder is fine. 0, or -1 with errno. */
int shipped_prune(const char *dir, int64_t before, bool dry, struct removed *out);

/* The generated text. */
extern const char shipped_record[];
