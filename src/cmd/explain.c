/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum explain NAME` - why an action of the audit or a rule of `oakum check` matters, and what is
 * done about it. */
#include "base/text.h"
#include "cmd/output.h"
#include "cmd/suggest.h"
#include "flow/advice.h"
#include "report/layout.h"
#include "rule/rule.h"

static int unknown(const char *name, err *e)
{
	struct suggest near;

	suggest_begin(&near, name);
	for (const struct advice *a = advice_table; a->id; a++)
		suggest_offer(&near, a->id);
	for (const struct rule *r = rule_next(NULL); r; r = rule_next(r))
		suggest_offer(&near, r->id);
	if (near.best)
		return err_set(e, ERR_USAGE, 0, "there is no action or rule '%s'; did you mean %s?",
		               SHOW(bytes_str(name)), near.best);
	return err_set(e, ERR_USAGE, 0, "there is no action or rule '%s'; 'oakum explain' lists them",
	               SHOW(bytes_str(name)));
}

static void put_paragraphs(struct layout *l, const char *text)
{
	bytes rest = bytes_str(text), line;

	while (bytes_line(&rest, &line)) {
		if (bytes_take_prefix(&line, BYTES("\t"))) {
			layout_indent(l, 4);
			layout_word(l, STYLE_TITLE, line, "");
		} else {
			bytes word;

			layout_indent(l, 0);
			while (bytes_take_until(&line, ' ', &word))
				layout_word(l, STYLE_PLAIN, word, "");
		}
		layout_end(l);
	}
}

static void explain(struct layout *l, const struct advice *a)
{
	layout_indent(l, 0);
	layout_text(l, STYLE_TITLE, a->title);
	layout_end(l);
	layout_heading(l, "WHY");
	put_paragraphs(l, a->why);
	layout_heading(l, "HOW");
	put_paragraphs(l, a->how);
	layout_heading(l, "WHO ELSE ASKS FOR IT");
	put_paragraphs(l, a->standards);
}

static void explain_rule(struct layout *l, const struct rule *r)
{
	static const char *const fixes[] = {
		"There is no fix that could be derived.",
		"'oakum check --fix' does it.",
		"'oakum check --fix=review' does it where it can be derived; look at what it changes.",
		"It needs what the file does not hold, such as a digest.",
	};

	layout_indent(l, 0);
	layout_printf(l, STYLE_TITLE, "%s: %s", r->id, r->title);
	layout_end(l);
	layout_indent(l, 0);
	layout_printf(l, STYLE_PLAIN, "severity %s%s", severity_name(r->severity),
	              r->optional ? "; off unless --all or --rule asks for it" : "");
	layout_end(l);
	layout_heading(l, "WHY");
	put_paragraphs(l, r->why);
	layout_heading(l, "HOW");
	put_paragraphs(l, r->how);
	put_paragraphs(l, fixes[r->fix]);
	layout_heading(l, "WHO ELSE ASKS FOR IT");
	put_paragraphs(l, *r->refs ? r->refs : "nobody that we know of");
}

/* By our id, or by what another tool calls it; several rules may be one there. */
static bool explain_rules(struct layout *l, const char *name)
{
	bool found = false;

	for (const struct rule *r = rule_next(NULL); r; r = rule_next(r)) {
		if (!rule_is_called(r, bytes_str(name)))
			continue;
		if (found)
			stream_puts(l->out, "\n");
		explain_rule(l, r);
		found = true;
	}
	return found;
}

static void list(struct layout *l)
{
	for (const struct advice *a = advice_table; a->id; a++) {
		layout_indent(l, 0);
		layout_cell(l, STYLE_TITLE, bytes_str(a->id), 20);
		layout_rest(l, STYLE_PLAIN, bytes_str(a->title));
	}
	for (const struct rule *r = rule_next(NULL); r; r = rule_next(r)) {
		layout_indent(l, 0);
		layout_cell(l, STYLE_TITLE, bytes_str(r->id), 20);
		layout_rest(l, STYLE_PLAIN, bytes_str(r->title));
	}
}

static int explain_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	struct stream out;
	struct layout l = { .out = &out, .terminal = &job->out };
	const struct advice *advice = NULL;

	const char *name = operands->len > 0 ? operands->items[0] : NULL;

	(void)options;
	output_stdout(&out);
	if (!name)
		list(&l);
	else if ((advice = advice_find(name)))
		explain(&l, advice);
	else if (!explain_rules(&l, name))
		return unknown(name, e);
	return stream_finish(&out, e);
}

const struct applet applet_explain = {
	.name = "explain",
	.brief = "say why an action or a rule matters and what to do",
	.operands = "[NAME]",
	.about = "Says why an action of 'oakum audit' or a rule of 'oakum check' matters, how it\n"
			 "is mended, and who else asks for it. A rule may be named as another tool has\n"
			 "it (KSV-0017, CKV_K8S_16). Without a name it lists actions and rules.",
	.operands_max = 1,
	.examples = { { "oakum explain", "the names of all actions and rules" },
	              { "oakum explain KP008", "why no privilege escalation, and how" } },
	.run = explain_run,
};
