/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/suppress.h"

#include "base/text.h"

struct ignore {
	bytes id, pattern; /* pattern: empty for every file */
	int64_t until;     /* 0: no end */
	const char *reason;
};

struct ignore_list {
	struct ignore *items;
	size_t len, cap;
};

/* -- .oakumignore ----------------------------------------------------------------------------- */

/* One octet of a pattern that is no star against one of a name. */
static bool fits(bytes pattern, size_t p, uint8_t c)
{
	return p < pattern.n && (pattern.p[p] == c || (pattern.p[p] == '?' && c != '/'));
}

/* Behind the star at p: *out_deep says whether it is "**", which crosses slashes. */
static size_t skip_star(bytes pattern, size_t p, bool *out_deep)
{
	bytes rest = bytes_skip(pattern, p);

	*out_deep = bytes_take_prefix(&rest, BYTES("**"));
	if (*out_deep)
		(void)bytes_take_prefix(&rest, BYTES("/"));
	else
		(void)bytes_take_prefix(&rest, BYTES("*"));
	return pattern.n - rest.n;
}

/* Backtracks to the last star only, so it takes at most n * m steps. */
static bool matches(bytes pattern, bytes name)
{
	size_t p = 0, n = 0, star = SIZE_MAX, from = 0;
	bool deep = false;

	while (n < name.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p = skip_star(pattern, p, &deep);
			from = n;
		} else if (fits(pattern, p, name.p[n])) {
			p++;
			n++;
		} else if (star != SIZE_MAX && (deep || name.p[from] != '/')) {
			p = star;
			n = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

static void parse_line(struct ignore_list *list, bytes line, struct arena *a)
{
	struct ignore ignore = { .reason = ".oakumignore" };
	bytes reason = bytes_skip(line, bytes_find(line, '#')), word;

	line = bytes_trim(bytes_slice(line, 0, bytes_find(line, '#')));
	if (bytes_take_prefix(&reason, BYTES("#")) && bytes_trim(reason).n > 0)
		ignore.reason = text_shown(a, bytes_trim(reason));
	while (bytes_take_until(&line, ' ', &word)) {
		if (word.n == 0)
			continue;
		if (ignore.id.n == 0) {
			ignore.id = word;
		} else if (bytes_take_prefix(&word, BYTES("until:"))) {
			if (!text_from_date(word, &ignore.until))
				return; /* a line without a clear end suppresses nothing */
		} else {
			ignore.pattern = word;
		}
	}
	if (ignore.id.n > 0)
		*ARENA_PUSH(a, list) = ignore;
}

struct ignore_list *ignore_parse(bytes text, struct arena *a)
{
	struct ignore_list *list = arena_new(a, struct ignore_list);
	bytes line;

	while (bytes_line(&text, &line))
		parse_line(list, line, a);
	return list;
}

const char *ignore_reason(const struct ignore_list *list, const struct rule *rule, const char *file,
                          int64_t now)
{
	bytes name = bytes_str(file);

	(void)bytes_take_prefix(&name, BYTES("./"));
	for (size_t i = 0; list && i < list->len; i++) {
		const struct ignore *ignore = &list->items[i];

		if ((ignore->until == 0 || now < ignore->until) && rule_is_called(rule, ignore->id) &&
		    (ignore->pattern.n == 0 || matches(ignore->pattern, name)))
			return ignore->reason;
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

static const char *line_says(struct rule_job *job, bytes line, const struct rule *rule)
{
	bytes comment = bytes_skip(line, bytes_find(line, '#'));

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

static bool is_comment(bytes line)
{
	line = bytes_trim(line);
	return line.n > 0 && line.p[0] == '#';
}

/* Rules about secrets that stand in a file: other tools' marks for "this is no secret" count. */
static bool is_secret_rule(const struct rule *rule)
{
	static const char *const ids[] = { "DF006", "DF007", "KP032", "KP034",
		                               "CP019", "DN011", "DN012", "DN025" };

	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		if (strcmp(rule->id, ids[i]) == 0)
			return true;
	return false;
}

/* Marks without an id: what stands on their line, or on the line below a comment. */
static bool silences(bytes line, const struct rule *rule, bool above)
{
	static const bytes all[] = { BYTES_INIT("#nosec"), BYTES_INIT("# nosec") };
	static const bytes secrets[] = { BYTES_INIT("gitleaks:allow"),
		                             BYTES_INIT("pragma: allowlist secret") };
	bytes comment = bytes_skip(line, bytes_find(line, '#'));

	if (comment.n == 0)
		return false;
	if (above)
		return bytes_search(comment, BYTES("kics-scan ignore-line")) < comment.n;
	for (size_t i = 0; i < 2; i++)
		if (bytes_starts(comment, all[i]) ||
		    (bytes_search(comment, secrets[i]) < comment.n && is_secret_rule(rule)))
			return true;
	return false;
}

/* The finding's line and the comments right above it. */
static const char *commented(struct rule_job *job, const struct job_finding *f)
{
	const struct source *source = &job->files.items[f->file].source;
	size_t line = source_position(source, f->from).line;
	const char *reason = line_says(job, source_line(source, line), f->rule);

	if (!reason && silences(source_line(source, line), f->rule, false))
		reason = "a comment says so";
	while (!reason && line > 1 && is_comment(source_line(source, line - 1))) {
		bytes above = source_line(source, --line);

		reason = line_says(job, above, f->rule);
		if (!reason && silences(above, f->rule, true))
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

static void look_for(struct wide *w, bytes text, bytes mark)
{
	size_t at;

	while (w->len < WIDE && (at = bytes_search(text, mark)) < text.n) {
		bytes before = bytes_slice(text, 0, at), line;

		before = bytes_skip(
			before, bytes_rfind(before, '\n') < before.n ? bytes_rfind(before, '\n') + 1 : 0);
		text = bytes_skip(text, at + mark.n);
		line = bytes_slice(text, 0, bytes_find(text, '\n'));
		if (is_comment(before))
			w->ids[w->len++] = line;
	}
}

/* "# hadolint global ignore=DL3008", checkov's skips in a Dockerfile, "# kics-scan ignore" in the
 * first line. */
static void look_wide(struct wide *w, const struct rule_job *job, size_t file)
{
	const struct job_file *f = &job->files.items[file];

	*w = (struct wide){ .file = file };
	if (bytes_starts(f->text, BYTES("# kics-scan ignore\n")))
		w->ids[w->len++] = (bytes){ 0 };
	if (f->kind != JOB_DOCKERFILE)
		return;
	look_for(w, f->text, BYTES("hadolint global ignore="));
	look_for(w, f->text, BYTES("checkov:skip="));
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

	for (size_t i = 0; i < job->findings.len; i++) {
		struct job_finding *f = &job->findings.items[i];

		if (f->file != wide.file)
			look_wide(&wide, job, f->file);
		if (!f->suppressed_by)
			f->suppressed_by = commented(job, f);
		if (!f->suppressed_by)
			f->suppressed_by = says_wide(job, &wide, f->rule);
		if (!f->suppressed_by)
			f->suppressed_by = ignore_reason(job->ignores, f->rule, job->files.items[f->file].name,
			                                 job->options->now);
	}
}
