/* SPDX-License-Identifier: Apache-2.0 */
#include "report/compliance.h"

#include "fmt/json_write.h"
#include "report/layout.h"
#include "rule/job.h"

/* -- which finding belongs where -------------------------------------------------------------- */

static bool has_word(const struct compliance_section *section, const struct check_finding *f)
{
	bytes rest = bytes_str(section->words), word;
	bytes field = bytes_str(f->field), message = bytes_str(f->message);

	if (!section->words)
		return true;
	while (bytes_take_until(&rest, ' ', &word))
		if (bytes_search(field, word) < field.n || bytes_search(message, word) < message.n)
			return true;
	return false;
}

static bool refers_to(const struct rule *r, const char *ref)
{
	bytes rest = bytes_str(r->refs), one;

	while (bytes_take_until(&rest, ',', &one))
		if (bytes_is(bytes_trim(one), ref))
			return true;
	return false;
}

bool compliance_has(const struct compliance_section *section, const struct check_finding *f)
{
	bytes ref = bytes_str(section->ref);

	if (!section->ref)
		return false;
	/* Where the finding names its control, that is the one. */
	if (*f->check && bytes_starts(ref, BYTES("PSS ")))
		return bytes_is(bytes_skip(ref, bytes_rfind(ref, ' ') + 1), f->check);
	return refers_to(f->rule, section->ref) && has_word(section, f);
}

static size_t count(const struct check *check, const struct compliance_section *section)
{
	size_t n = 0;

	for (size_t i = 0; i < check->findings_len; i++)
		n += check_is_shown(check, &check->findings[i]) &&
		     compliance_has(section, &check->findings[i]);
	return n;
}

/* -- what could be seen ----------------------------------------------------------------------- */

/* Which rules had something to look at, by the first letters of their ids. */
struct sight {
	bool build, image, objects;
};

static struct sight sight_of(const struct check *check)
{
	struct sight sight = { 0 };

	for (size_t i = 0; i < check->len; i++) {
		const struct check_file *f = &check->files[i];
		enum job_kind kind = job_kind_of(f->name, f->text);

		if (err_is_set(&f->error))
			continue;
		sight.build |= kind == JOB_DOCKERFILE;
		sight.objects |= kind == JOB_YAML;
		sight.image |= kind == JOB_OTHER; /* no other file of that kind is read */
	}
	return sight;
}

static bool has_looked(const struct sight *sight, const struct rule *r)
{
	bytes id = bytes_str(r->id);

	if (bytes_starts(id, BYTES("D")))
		return sight->build;
	return bytes_starts(id, BYTES("IM")) ? sight->image : sight->objects;
}

/* Why nothing can be said of a section; NULL when something can. */
static const char *reason_of(const struct compliance_section *s, const struct sight *sight)
{
	if (s->unseen)
		return s->unseen;
	for (const struct rule *r = rule_next(NULL); r; r = rule_next(r))
		if (refers_to(r, s->ref) && has_looked(sight, r))
			return NULL;
	return "no file among these is of a kind that could show it";
}

/* -- for people ------------------------------------------------------------------------------- */

static void put_place(struct layout *l, const struct check *check, const struct check_finding *f)
{
	layout_indent(l, 4);
	stream_show(l->out, bytes_str(check->files[f->file].name));
	if (f->at.line > 0)
		stream_printf(l->out, ":%u:%u", f->at.line, f->at.column);
	stream_printf(l->out, "  %s  ", f->rule->id);
	if (*f->object) {
		stream_show(l->out, bytes_str(f->object));
		stream_puts(l->out, ": ");
	}
	stream_show(l->out, bytes_str(f->message));
	stream_puts(l->out, "\n");
}

static void put_section(struct layout *l, const struct check *check,
                        const struct compliance_section *s, const char *reason, size_t found)
{
	layout_indent(l, 2);
	if (reason)
		layout_cell(l, STYLE_FAINT, BYTES("not shown"), 12);
	else
		layout_cell(l, found > 0 ? STYLE_BAD : STYLE_GOOD,
		            found > 0 ? BYTES("fails") : BYTES("no finding"), 12);
	layout_cell(l, STYLE_TITLE, bytes_str(s->id), 12);
	stream_puts(l->out, s->title);
	if (reason)
		stream_printf(l->out, ": %s", reason);
	stream_puts(l->out, "\n");
	for (size_t i = 0; i < check->findings_len && found > 0; i++)
		if (check_is_shown(check, &check->findings[i]) &&
		    compliance_has(s, &check->findings[i]))
			put_place(l, check, &check->findings[i]);
}

void compliance_text(const struct check *check, const struct compliance_standard *standard,
                     const struct terminal *terminal, struct stream *out)
{
	struct layout l = { .out = out, .terminal = terminal };
	struct sight sight = sight_of(check);
	size_t failed = 0, unseen = 0;

	layout_indent(&l, 0);
	layout_word(&l, STYLE_TITLE, bytes_str(standard->title), "");
	layout_end(&l);
	for (size_t i = 0; i < standard->len; i++) {
		const struct compliance_section *s = &standard->sections[i];
		size_t found = count(check, s);
		const char *reason = found > 0 ? NULL : reason_of(s, &sight);

		failed += found > 0;
		unseen += reason != NULL;
		put_section(&l, check, s, reason, found);
	}
	stream_printf(out, "\n%zu of %zu sections fail, %zu have no finding, %zu cannot be shown\n",
	              failed, standard->len, standard->len - failed - unseen, unseen);
}

/* -- for programs ----------------------------------------------------------------------------- */

static void write_finding(struct json_writer *w, const struct check *check,
                          const struct check_finding *f)
{
	json_write_object(w, NULL);
	json_write_text(w, "rule", f->rule->id);
	json_write_text(w, "severity", severity_name(f->rule->severity));
	json_write_octets(w, "file", bytes_str(check->files[f->file].name));
	if (f->at.line > 0) {
		json_write_u64(w, "line", f->at.line);
		json_write_u64(w, "column", f->at.column);
	}
	json_write_some(w, "object", bytes_str(f->object));
	json_write_octets(w, "message", bytes_str(f->message));
	json_write_end(w);
}

static void write_section(struct json_writer *w, const struct check *check,
                          const struct compliance_section *s, const struct sight *sight)
{
	bool fails = count(check, s) > 0;
	const char *reason = fails ? NULL : reason_of(s, sight);

	json_write_object(w, NULL);
	json_write_text(w, "id", s->id);
	json_write_text(w, "title", s->title);
	json_write_text(w, "state",
	                fails    ? "fails"
	                : reason ? "not-shown"
	                         : "no-finding");
	if (reason)
		json_write_text(w, "reason", reason);
	json_write_array(w, "findings");
	for (size_t i = 0; i < check->findings_len; i++)
		if (check_is_shown(check, &check->findings[i]) && compliance_has(s, &check->findings[i]))
			write_finding(w, check, &check->findings[i]);
	json_write_end(w);
	json_write_end(w);
}

void compliance_json(const struct check *check, const struct compliance_standard *standard,
                     struct stream *out)
{
	struct sight sight = sight_of(check);
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "oakum-compliance-1");
	json_write_text(&w, "standard", standard->name);
	json_write_text(&w, "title", standard->title);
	json_write_array(&w, "sections");
	for (size_t i = 0; i < standard->len; i++)
		write_section(&w, check, &standard->sections[i], &sight);
	json_write_end(&w);
	json_write_end(&w);
}
