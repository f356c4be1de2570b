/* SPDX-License-Identifier: Apache-2.0 */
/* secrets_page - keys, tokens and passwords that were found, as plain data, and its renderings.
 *
 * flow/secrets.h fills it. No secret is in it: at most four first letters, the length and a
 * fingerprint. Threading: constant once filled. */
#pragma once

#include "fmt/stream.h"
#include "report/terminal.h"
#include "secret/scan.h"

struct secrets_row {
	struct secret_finding found;
	bytes file;     /* path in the image; "config" for the image's configuration */
	bytes where;    /* in the configuration: "env DB_PASSWORD", "history 3"; else empty */
	uint32_t layer; /* from 1; 0: no layer (configuration, standard input) */
	bool hidden;    /* an upper layer deleted or replaced the file: the secret is in the image all
	                 * the same */
};

struct secrets_page {
	const char *target;
	struct secrets_row *items;
	size_t len, cap;
	const char *folder; /* its files are those of a folder that people edit, or one such file (""):
	                     * where the folder is; NULL: none */
	uint64_t total; /* of which so many as LIMIT_SECRETS are named */
	uint64_t gaps;  /* files that could not be searched whole */
	bytes gap;      /* the first of them, printable */
};

/* secrets_severity(f): that of its rule, lower where only a name says that it is a secret in a file
 * (confidence low, never above medium). */
enum severity secrets_severity(const struct secret_finding *f);
const char *secrets_confidence_name(enum secret_confidence c);

/* secrets_redacted(f, a): "ghp_…, 40 letters". Arena. */
const char *secrets_redacted(const struct secret_finding *f, struct arena *a);

/* secrets_at_least(page, gate): so many findings are as severe or worse. */
size_t secrets_at_least(const struct secrets_page *page, enum severity gate);

/* secrets_table: for people, a line a finding below its file. secrets_json: schema
 * oakum.secrets/1. secrets_write: its list of findings as a member of another document. */
void secrets_table(const struct secrets_page *page, const struct terminal *terminal,
                   struct stream *out);
void secrets_json(const struct secrets_page *page, struct stream *out);
struct json_writer;
void secrets_write(const struct secrets_page *page, struct json_writer *w, const char *name);
