/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/suppress.h"

#include "base/text.h"
#include "rule/comments.h"

const char *suppress_reason(const struct ignore_list *list, const struct rule *rule,
                            const char *file, struct arena *a)
{
	bytes name = bytes_str(file);

	(void)bytes_take_prefix(&name, BYTES("./"));
	for (size_t i = 0; list && i < list->entries.len; i++) {
		const struct ignore_entry *entry = &list->entries.items[i];

		if (ignore_covers(entry, IGNORE_SETTING, name) && rule_is_called(rule, entry->id))
			return text_shown(a, entry->statement.n > 0 ? entry->statement : entry->source);
	}
	return NULL;
}

/* -- comments --------------------------------------------------------------------------------- */

/* What marks a comment, and whether its tool asks for a reason. */
static const struct {
	bytes mark;
	bool needs_reason;
} marks[] = {
	{ BYTES_INIT("oakum:ignore"), true },
	{ BYTES_INIT("trivy:ignore:"), false },
	{ BYTES_INIT("checkov:skip="), false },
	{ BYTES_INIT("hadolint ignore="), false },
};

static bool names_rule(bytes *rest, const struct rule *rule)
{
	bytes id;
	bool named = false, more = true;

	while (more && rest->n > 0) {
		size_t n = 0;

		while (n < rest->n && rest->p[n] > ' ' && rest->p[n] != ',' && rest->p[n] != ':')
			n++;
		id = bytes_slice(*rest, 0, n);
		*rest = bytes_skip(*rest, n);
		named |= id.n > 0 && rule_is_called(rule, id);
		more = bytes_take_prefix(rest, BYTES(","));
	}
	(void)bytes_take_prefix(rest, BYTES(":"));
	*rest = bytes_trim(*rest);
	return named;
}

static const char *comment_says(struct rule_job *job, bytes comment, const struct rule *rule)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks) && comment.n > 0; i++) {
		size_t at = bytes_search(comment, marks[i].mark);
		bytes rest = bytes_skip(comment, at + marks[i].mark.n);

		if (at == comment.n)
			continue;
		if (i == 0)
			rest = bytes_trim(rest.n > 0 && rest.p[0] == '=' ? bytes_skip(rest, 1) : rest);
		if (names_rule(&rest, rule) && (rest.n > 0 || !marks[i].needs_reason))
			return rest.n > 0 ? text_shown(job->arena, rest) : "a comment says so";
	}
	return NULL;
}

/* Marks without an id: what stands on their line, or on the line below a comment. */
static bool silences(bytes comment, const struct rule *rule, bool above)
{
	static const bytes all[] = { BYTES_INIT("#nosec"), BYTES_INIT("# nosec") };
	static const bytes secrets[] = { BYTES_INIT("gitleaks:allow"),
		                             BYTES_INIT("pragma: allowlist secret") };

	if (comment.n == 0)
		return false;
	if (above)
		return bytes_search(comment, BYTES("kics-scan ignore-line")) < comment.n;
	for (size_t i = 0; i < 2; i++)
		if (bytes_starts(comment, all[i]) ||
		    (bytes_search(comment, secrets[i]) < comment.n && rule->secret))
			return true;
	return false;
}

/* The comment behind the finding and those right above it. */
static const char *commented(struct rule_job *job, const struct comments *c,
                             const struct job_finding *f)
{
	size_t line = source_position(&c->file->source, f->from).line;
	bytes comment = comments_behind(c, f->from);
	const char *reason = comment_says(job, comment, f->rule);

	if (!reason && silences(comment, f->rule, false))
		reason = "a comment says so";
	while (!reason && comments_alone(c, line - 1)) {
		comment = comments_on(c, --line);
		reason = comment_says(job, comment, f->rule);
		if (!reason && silences(comment, f->rule, true))
			reason = "a comment says so";
	}
	return reason;
}

/* -- comments for a whole file ---------------------------------------------------------------- */

#define WIDE 32 /* of one file that count */

struct wide {
	size_t file, len;
	bytes ids[WIDE]; /* what stands behind the mark; p is NULL for everything */
};

static void look_for(struct wide *w, bytes comment, bytes mark)
{
	size_t at = bytes_search(comment, mark);

	if (at < comment.n && w->len < WIDE)
		w->ids[w->len++] = bytes_skip(comment, at + mark.n);
}

/* "# hadolint global ignore=DL3008", checkov's skips in a Dockerfile, "# kics-scan ignore" in the
 * first line. */
static void look_wide(struct wide *w, const struct comments *c, size_t file)
{
	*w = (struct wide){ .file = file };
	if (bytes_is(comments_on(c, 1), "# kics-scan ignore"))
		w->ids[w->len++] = (bytes){ 0 };
	for (size_t line = 1; c->file->kind == JOB_DOCKERFILE && line <= c->file->source.len; line++) {
		look_for(w, comments_on(c, line), BYTES("hadolint global ignore="));
		look_for(w, comments_on(c, line), BYTES("checkov:skip="));
	}
}

static const char *says_wide(struct rule_job *job, const struct wide *w, const struct rule *rule)
{
	for (size_t i = 0; i < w->len; i++) {
		bytes rest = w->ids[i];

		if (!rest.p)
			return "a comment says so";
		if (names_rule(&rest, rule))
			return rest.n > 0 ? text_shown(job->arena, rest) : "a comment says so";
	}
	return NULL;
}

void suppress_mark(struct rule_job *job)
{
	struct wide wide = { .file = SIZE_MAX };
	struct comments comments = { 0 };

	for (size_t i = 0; i < job->findings.len; i++) {
		struct job_finding *f = &job->findings.items[i];

		if (f->file != wide.file) {
			comments_find(&comments, &job->files.items[f->file], job->arena);
			look_wide(&wide, &comments, f->file);
		}
		if (!f->suppressed_by)
			f->suppressed_by = commented(job, &comments, f);
		if (!f->suppressed_by)
			f->suppressed_by = says_wide(job, &wide, f->rule);
		if (!f->suppressed_by)
			f->suppressed_by = suppress_reason(job->ignores, f->rule,
			                                   job->files.items[f->file].name, job->arena);
	}
}
