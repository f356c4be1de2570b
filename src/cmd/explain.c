/* SPDX-License-Identifier: Apache-2.0 */
/* `oakum explain NAME` - why an action of the audit matters and how it is done. */
#include "base/text.h"
#include "cmd/output.h"
#include "cmd/suggest.h"
#include "flow/advice.h"
#include "report/layout.h"

static int unknown(const char *name, err *e)
{
	struct suggest near;

	suggest_begin(&near, name);
	for (const struct advice *a = advice_table; a->id; a++)
		suggest_offer(&near, a->id);
	if (near.best)
		return err_set(e, ERR_USAGE, 0, "there is no action '%s'; did you mean %s?",
		               SHOW(bytes_str(name)), near.best);
	return err_set(e, ERR_USAGE, 0, "there is no action '%s'; 'oakum explain' lists them",
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

static void list(struct layout *l)
{
	for (const struct advice *a = advice_table; a->id; a++) {
		layout_indent(l, 0);
		layout_cell(l, STYLE_TITLE, bytes_str(a->id), 20);
		layout_rest(l, STYLE_PLAIN, bytes_str(a->title));
	}
}

static int explain_run(struct job *job, const void *options, const struct texts *operands, err *e)
{
	struct stream out;
	struct layout l = { .out = &out, .terminal = &job->out };
	const struct advice *advice = NULL;

	(void)options;
	if (operands->len > 0 && !(advice = advice_find(operands->items[0])))
		return unknown(operands->items[0], e);
	output_stdout(&out);
	if (advice)
		explain(&l, advice);
	else
		list(&l);
	return stream_finish(&out, e);
}

const struct applet applet_explain = {
	.name = "explain",
	.brief = "say why an action of the audit matters and how it is done",
	.operands = "[NAME]",
	.about = "Says why an action of 'oakum audit' matters, how it is done in a Dockerfile, and\n"
			 "who else asks for it. Without a name it lists the actions.",
	.operands_max = 1,
	.examples = { { "oakum explain", "the names of all actions" },
	              { "oakum explain non-root-user", "why not root, and how" } },
	.run = explain_run,
};
