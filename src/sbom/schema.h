/* SPDX-License-Identifier: Apache-2.0 */
/* schema - is a bill what the official schema of its format allows?
 *
 * Judged as JSON Schema draft 7 does (types, required and unknown members, enumerations, bounds,
 * patterns, unique items, alternatives), by the facts of schema_table.h; `format` asserts nothing,
 * as there. Items of the lists at the top of a document are looked at one by one, so that a bill of
 * 300,000 components needs the memory of its largest one.
 * Hostile input: what fmt/json_stream refuses; LIMIT_SBOM_CHECKED for one item.
 * Threading: pure functions. */
#pragma once

#include "sbom/read.h"

/* schema_check(source, version, in_statement, e): a document that is JSON, from its beginning; of a
 * statement the predicate is looked at. version: "SPDX-2.3", "1.6". ERR_FORMAT with the place of
 * the first thing that is not allowed: "components: [3]: 'name' is missing"; ERR_LIMIT; what the
 * source fails with. O(n log n). */
int schema_check(const struct sbom_source *source, bytes version, bool in_statement, err *e);
