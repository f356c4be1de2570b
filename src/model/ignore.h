/* SPDX-License-Identifier: Apache-2.0 */
/* ignore - what a team has decided not to be told: .trivyignore, its YAML form and .oakumignore.
 *
 * .trivyignore: an id a line, whatever it is of; "#" begins a comment, a field "exp:2026-12-31" is
 * the day (UTC) on which it ceases to count; a date that is none drops its line. That and any other
 * field is a note. YAML: lists `vulnerabilities`, `secrets` and `misconfigurations` of id, paths,
 * purls, expired_at and statement; paths are patterns (base/path.h) against the path of a finding,
 * purls patterns (model/purl.h). .oakumignore, of settings alone: a line is
 *     ID [PATH-PATTERN ...] [until:2027-01-31] [# reason]
 * and counts no more from that day on (UTC). What has expired no longer counts.
 * Limits: LIMIT_SETTINGS. Threading: constant once read. */
#pragma once

#include "base/err.h"
#include "fmt/yaml.h"
#include "model/purl.h"

enum ignore_form { IGNORE_TRIVY, IGNORE_TRIVY_YAML, IGNORE_OAKUM, IGNORE_FORMS_LEN };

enum ignore_kind {
	IGNORE_VULNERABILITY = 1 << 0,
	IGNORE_SECRET = 1 << 1,
	IGNORE_SETTING = 1 << 2,
	IGNORE_ANY = IGNORE_VULNERABILITY | IGNORE_SECRET | IGNORE_SETTING,
};

struct ignore_entry {
	unsigned kinds; /* of what it speaks */
	bytes id;
	struct {
		bytes *items;
		size_t len, cap;
	} paths, purls; /* empty: any */
	bytes statement;
	bytes source;  /* the file it stands in, when that is told */
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

struct ignore_file {
	enum ignore_form form;
	const char *name;
	bytes text;
};

/* ignore_file_name(form): what such a file is called. Static. */
const char *ignore_file_name(enum ignore_form form);

/* ignore_read(file, now, a, out, e): add the file's entries. Arena; borrows name and text.
 * ERR_FORMAT (YAML that is none), ERR_LIMIT. */
int ignore_read(const struct ignore_file *file, int64_t now, struct arena *a,
                struct ignore_list *out, err *e);

/* ignore_covers(entry, kind, path): it speaks of this kind and path, and still counts. */
bool ignore_covers(const struct ignore_entry *entry, enum ignore_kind kind, bytes path);

/* ignore_find(list, kind, id, path, purl, a): the first entry that is meant; NULL. purl NULL: no
 * package, so that no entry's purls matter. */
const struct ignore_entry *ignore_find(const struct ignore_list *list, enum ignore_kind kind,
                                       bytes id, bytes path, const struct purl *purl,
                                       struct arena *a);
