/* SPDX-License-Identifier: Apache-2.0 */
#include "report/check_page.h"

#include "fmt/diff.h"
#include "report/layout.h"

bool check_is_shown(const struct check *check, const struct check_finding *f)
{
	return !f->suppressed_by && f->rule->severity >= check->least;
}

static enum style style_of(enum severity severity)
{
	if (severity >= SEVERITY_HIGH)
		return STYLE_BAD;
	return severity == SEVERITY_MEDIUM ? STYLE_WARN : STYLE_FAINT;
}

static void put_finding(struct layout *l, const struct check_finding *f)
{
	layout_indent(l, 2);
	layout_cell(l, style_of(f->rule->severity), bytes_str(severity_name(f->rule->severity)), 9);
	layout_cell(l, STYLE_TITLE, bytes_str(f->rule->id), 6);
	if (f->at.line > 0) /* what is found in an image stands in no line */
		stream_printf(l->out, "%u:%u  ", f->at.line, f->at.column);
	stream_show(l->out, bytes_str(f->object));
	if (*f->container) {
		stream_puts(l->out, ", ");
		stream_show(l->out, bytes_str(f->container));
	}
	stream_puts(l->out, *f->object ? ": " : "");
	stream_show(l->out, bytes_str(f->message));
	if (f->fix != RULE_FIX_NONE)
		stream_printf(l->out, "  [%s]", rule_fix_name(f->fix));
	stream_puts(l->out, "\n");
}

/* "12 findings (1 critical, 3 high) in 4 files" */
static void put_sums(struct layout *l, const struct check *check)
{
	size_t by[SEVERITY_CRITICAL + 1] = { 0 }, all = 0, safe = 0, review = 0, suppressed = 0;
	size_t files = 0;
	const char *divider = " (";

	for (size_t i = 0; i < check->len; i++)
		files += !err_is_set(&check->files[i].error);

	for (size_t i = 0; i < check->findings_len; i++) {
		const struct check_finding *f = &check->findings[i];

		suppressed += f->suppressed_by != NULL;
		if (!check_is_shown(check, f))
			continue;
		all++;
		by[f->rule->severity]++;
		safe += f->fix == RULE_FIX_SAFE;
		review += f->fix == RULE_FIX_REVIEW;
	}
	stream_printf(l->out, "%zu finding%s", all, all == 1 ? "" : "s");
	for (unsigned s = SEVERITY_CRITICAL; s > SEVERITY_UNKNOWN; s--)
		if (by[s] > 0) {
			stream_printf(l->out, "%s%zu %s", divider, by[s], severity_name((enum severity)s));
			divider = ", ";
		}
	stream_printf(l->out, "%s in %zu file%s", all > 0 ? ")" : "", files, files == 1 ? "" : "s");
	if (check->fixed > 0)
		stream_printf(l->out, "; %zu mended", check->fixed);
	if (safe > 0)
		stream_printf(l->out, "; --fix mends %zu", safe);
	if (review > 0)
		stream_printf(l->out, "; --fix=review mends %zu%s", review, safe > 0 ? " more" : "");
	if (suppressed > 0)
		stream_printf(l->out, "; %zu suppressed", suppressed);
	if (check->folded > 0)
		stream_printf(l->out, "; %zu like others told once", check->folded);
	stream_puts(l->out, "\n");
}

void check_table(const struct check *check, const struct terminal *terminal, struct stream *out)
{
	struct layout l = { .out = out, .terminal = terminal };
	size_t file = SIZE_MAX;

	for (size_t i = 0; i < check->findings_len; i++) {
		const struct check_finding *f = &check->findings[i];

		if (!check_is_shown(check, f))
			continue;
		if (f->file != file) {
			if (file != SIZE_MAX)
				stream_puts(out, "\n");
			layout_indent(&l, 0);
			layout_word(&l, STYLE_TITLE, bytes_str(check->files[f->file].name), "");
			layout_end(&l);
			file = f->file;
		}
		put_finding(&l, f);
	}
	if (file != SIZE_MAX)
		stream_puts(out, "\n");
	put_sums(&l, check);
}

static void put_word(struct stream *out, const char *word)
{
	stream_puts(out, " ");
	stream_show(out, bytes_str(*word ? word : "-"));
}

void check_pss(const struct check *check, struct stream *out)
{
	for (size_t i = 0; i < check->findings_len; i++) {
		const struct check_finding *f = &check->findings[i];

		if (!*f->check)
			continue;
		stream_show(out, bytes_str(check->files[f->file].name));
		stream_printf(out, ":%u:%u:", f->at.line, f->at.column);
		put_word(out, f->check);
		put_word(out, f->object);
		put_word(out, f->container);
		put_word(out, f->field);
		stream_puts(out, ":");
		put_word(out, f->message);
		stream_puts(out, "\n");
	}
}

void check_patch(const struct check *check, struct stream *out)
{
	for (size_t i = 0; i < check->len; i++) {
		bytes name = bytes_str(check->files[i].name);

		(void)bytes_take_prefix(&name, BYTES("./"));
		while (bytes_take_prefix(&name, BYTES("/")))
			continue; /* patch refuses names from the root */
		if (check->files[i].after.p)
			diff_write(out, name, check->files[i].text, check->files[i].after);
	}
}
