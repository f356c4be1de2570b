/* SPDX-License-Identifier: Apache-2.0 */
/* check_page - what a judgement of settings found, as plain data, and its renderings.
 *
 * flow/check.h fills it. Strings are an enemy's: renderings show them escaped.
 * Threading: constant once filled. */
#pragma once

#include "fmt/source.h"
#include "fmt/stream.h"
#include "report/terminal.h"
#include "rule/rule.h"

struct check_file {
	const char *name;
	bytes text;
	err error;   /* set: the file could not be read or judged */
	bytes after; /* its new text; p is NULL when nothing changed */
	bool made;   /* it was not there: a fix made it */
};

struct check_finding {
	const struct rule *rule;
	size_t file; /* index in files */
	struct position at;
	uint32_t from, to;
	const char *object, *container, *field, *message, *check; /* never NULL */
	const char *asks; /* the image whose digest would mend it, or "" */
	enum rule_fix fix;         /* that there is one for this finding */
	const char *suppressed_by; /* the reason, or NULL */
};

struct check_fault { /* a document in a file that could not be read; the rest of the file was */
	size_t file;
	struct position at;
	const char *message;
};

struct check {
	struct check_file *files;
	size_t len;
	struct check_finding *findings; /* in the order of files and places */
	size_t findings_len;
	struct check_fault *faults;
	size_t faults_len;
	size_t fixed;        /* findings that the fixes took away */
	size_t folded;       /* running objects that are like another that was judged */
	/* Links that lead out of the folder named, folders that lie too deep: not read, but told. */
	const char **passed;
	size_t passed_len;
	enum severity least; /* findings below it are not shown */
};

/* check_is_shown(check, f): neither suppressed nor below check->least. */
bool check_is_shown(const struct check *check, const struct check_finding *f);

/* check_table: for people; a line a finding, below the name of its file, and a line of sums.
 * check_pss: a line a violated check: FILE:LINE:COLUMN: CHECK OBJECT CONTAINER FIELD: message;
 * suppressed ones as well, because a cluster knows nothing of comments.
 * check_json: for programs; suppressed findings are in it, marked.
 * check_patch: the changes of all files, as a patch (fmt/diff.h). */
void check_table(const struct check *check, const struct terminal *terminal, struct stream *out);
void check_pss(const struct check *check, struct stream *out);
void check_json(const struct check *check, const char *version, struct stream *out);
void check_patch(const struct check *check, struct stream *out);
