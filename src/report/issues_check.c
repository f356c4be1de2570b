/* SPDX-License-Identifier: Apache-2.0 */
#include "report/issues.h"

#include "base/text.h"
#include "report/check_page.h"

/* What became of one file's positions: an index made when its first finding comes. */
struct lines {
	struct source source;
	size_t file; /* index + 1 of the file that it is of */
	struct arena arena;
};

static bytes text_of(const struct check *check, size_t file)
{
	const struct check_file *f = &check->files[file];

	return f->after.p ? f->after : f->text;
}

static uint32_t column_of(const struct source *s, size_t at)
{
	size_t start = source_line_start(s, at);

	return (uint32_t)text_utf16_units(bytes_slice(s->text, start, at - start)) + 1;
}

static struct issue_region region_of(struct lines *l, const struct check *check,
                                     const struct check_finding *f)
{
	bytes text = text_of(check, f->file);
	size_t from = f->from < text.n ? f->from : text.n,
		   to = f->to < text.n && f->to >= from ? f->to : from;

	if (l->file != f->file + 1) {
		arena_reset(&l->arena);
		source_init(&l->source, text, &l->arena);
		l->file = f->file + 1;
	}
	return (struct issue_region){
		.line = source_position(&l->source, from).line,
		.column = column_of(&l->source, from),
		.end_line = source_position(&l->source, to).line,
		.end_column = column_of(&l->source, to),
	};
}

/* A line above that moves it changes nothing. */
static bytes key_of(const struct check *check, const struct check_finding *f, struct arena *a)
{
	return bytes_str(arena_printf(a, "%s\n%s\n%s\n%s\n%s\n%s", f->rule->id,
	                              check->files[f->file].name, f->object, f->container, f->field,
	                              f->check));
}

struct issue_rule issue_rule_of(const struct rule *rule)
{
	return (struct issue_rule){ .id = bytes_str(rule->id),
		                        .title = bytes_str(rule->title),
		                        .about = bytes_str(rule->why),
		                        .mend = bytes_str(rule->how),
		                        .refs = bytes_str(rule->refs) };
}

static void add_finding(struct issues *all, const struct check *check,
                        const struct check_finding *f, struct lines *lines, struct arena *a)
{
	const struct rule *r = f->rule;
	const struct issue_rule rule = issue_rule_of(r);
	const struct issue issue = {
		.kind = ISSUE_SETTING,
		.severity = r->severity,
		.file = bytes_str(check->files[f->file].name),
		.in_sources = true,
		.region = region_of(lines, check, f),
		.where = bytes_str(arena_printf(a, "%s%s%s", f->object, *f->container ? ", " : "",
		                                f->container)),
		.message = bytes_str(f->message),
		.can_be_fixed = f->fix != RULE_FIX_NONE,
	};

	issues_add(all, &rule, &issue, key_of(check, f, a));
}

/* Files that could not be read, and parts of files. */
static void add_faults(struct issues *all, const struct check *check, struct arena *a)
{
	for (size_t i = 0; i < check->len; i++)
		if (err_is_set(&check->files[i].error))
			issues_note(all, arena_printf(a, "%s: %s", check->files[i].name,
			                              check->files[i].error.text));
	for (size_t i = 0; i < check->faults_len; i++) {
		const struct check_fault *f = &check->faults[i];

		issues_note(all, arena_printf(a, "%s:%u: %s", check->files[f->file].name, f->at.line,
		                              f->message));
	}
}

static void add_notes(struct issues *all, const struct check *check, struct arena *a)
{
	size_t suppressed = 0;

	add_faults(all, check, a);
	all->targets.items->failed = all->targets.items->notes.len > 0;
	for (size_t i = 0; i < check->findings_len; i++)
		suppressed += check->findings[i].suppressed_by != NULL;
	if (suppressed > 0)
		issues_note(all, arena_printf(a, "%zu findings are suppressed", suppressed));
}

void issues_add_check(struct issues *all, const struct check *check)
{
	struct arena scratch = ARENA_INIT;
	struct lines lines = { 0 };

	issues_target(all, BYTES("settings"));
	add_notes(all, check, &scratch);
	for (size_t i = 0; i < check->findings_len; i++) {
		if (!check_is_shown(check, &check->findings[i]))
			continue;
		add_finding(all, check, &check->findings[i], &lines, &scratch);
		arena_reset(&scratch);
	}
	arena_done(&lines.arena);
	arena_done(&scratch);
}
