/* SPDX-License-Identifier: Apache-2.0 */
/* ignore - what a team has decided not to be told: .trivyignore and its YAML form.
 *
 * Plain: an id a line, "#" begins a comment, a field "exp:2026-12-31" is the last day on which it
 * counts; a field that is neither drops its line, and that is a note. YAML: a list
 * `vulnerabilities` of id, paths, purls, expired_at and statement; paths are globs (*, ** and ?)
 * against the path of a finding, purls patterns (model/purl.h). What has expired no longer counts.
 * Limits: LIMIT_SETTINGS. Threading: constant once read. */
#pragma once

#include "base/err.h"
#include "fmt/yaml.h"
#include "model/purl.h"

struct ignore_entry {
	bytes id;
	struct {
		bytes *items;
		size_t len, cap;
	} paths, purls; /* empty: any */
	bytes statement;
	bytes expires; /* YYYY-MM-DD; empty: never */
	bool expired;
};

struct ignore_list {
	struct {
		struct ignore_entry *items;
		size_t len, cap;
	} entries;
	struct {
		const char **items; /* what was left out and why; printable */
		size_t len, cap;
	} notes;
};

/* ignore_read(text, is_yaml, now, a, out, e): add the file's entries. Arena; borrows text.
 * ERR_FORMAT (YAML that is none), ERR_LIMIT. */
int ignore_read(bytes text, bool is_yaml, int64_t now, struct arena *a, struct ignore_list *out,
                err *e);

/* ignore_find(list, id, path, purl, a): the first entry that is meant; NULL. */
const struct ignore_entry *ignore_find(const struct ignore_list *list, bytes id, bytes path,
                                       const struct purl *purl, struct arena *a);

/* ignore_glob(pattern, path): "**" stands for any parts, "*" and "?" for octets of one part.
 * O(pattern * path). */
bool ignore_glob(bytes pattern, bytes path);
