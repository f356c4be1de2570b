/* SPDX-License-Identifier: Apache-2.0 */
/* db_page - what a vulnerability database is made of, for people and for programs.
 * Threading: pure functions. */
#pragma once

#include "fmt/stream.h"
#include "vuln/database.h"

/* db_page(info, path, now, out): feeds, ages, faults. db_page_json: schema "oakum-db" version 1. */
void db_page(const struct database_info *info, const char *path, int64_t now, struct stream *out);
void db_page_json(const struct database_info *info, const digest *root, int64_t now,
                  struct stream *out);

/* patch_tuesday(now): the last second Tuesday of a month at or before now, as UNIX time of its
 * beginning: the day on which Microsoft mends .NET. */
int64_t patch_tuesday(int64_t now);
