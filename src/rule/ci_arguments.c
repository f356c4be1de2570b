/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that a workflow gives to a build as arguments. */
#include "base/text.h"
#include "rule/ci.h"
#include "rule/secret_name.h"

static bool is_secret(bytes name, bytes value)
{
	return bytes_search(value, BYTES("secrets.")) < value.n ||
	       (secret_name_is(name) && value.n > 0 && !secret_name_is_harmless(value)) ||
	       secret_name_in(value);
}

/* One more line of `secrets`, or the first one. False when its form is not ours to change. */
static bool add_secret(const struct yaml_editor *ed, const struct yaml_node *with, bytes line)
{
	const struct yaml_node *v = yaml_get(with, "secrets");
	const char *text = arena_str(ed->arena, line);

	if (!v) {
		yaml_edit_put(ed, with, "secrets", text);
		return true;
	}
	if (v->style != YAML_LITERAL)
		return false;
	bytes all = ed->source->text;
	size_t last = v->to;

	while (last > v->from && (all.p[last - 1] == '\n' || all.p[last - 1] == '\r'))
		last--;
	size_t start = source_line_start(ed->source, last), indent = start;

	while (indent < last && all.p[indent] == ' ')
		indent++;
	edits_add(ed->edits, ed->arena, last, last,
	          bytes_str(arena_printf(ed->arena, "\n%*s%s", (int)(indent - start), "", text)));
	return true;
}

/* With the end of the line before it, so that what is added behind a last line does not meet it. */
static void drop_line(const struct yaml_editor *ed, size_t at)
{
	size_t from = source_line_start(ed->source, at);

	from -= from > 1 && ed->source->text.p[from - 2] == '\r' ? 2 : 1;
	edits_add(ed->edits, ed->arena, from, source_line_end(ed->source, at), (bytes){ 0 });
}

static struct job_finding *tell(const struct ci_step *s, const struct yaml_node *v, bytes name)
{
	struct job_finding *f = ci_find(s, CI006, v);

	f->message = arena_printf(s->in->job->arena, "%s stays in the image's history", SHOW(name));
	return f;
}

/* docker/build-push-action: "build-args" and "secrets" are lines NAME=VALUE. */
static void check_inputs(const struct ci_step *s)
{
	const struct yaml_node *with = yaml_get(s->node, "with"), *v = yaml_get(with, "build-args");
	bytes rest = yaml_text(v), line;
	size_t lines = 0, from;

	for (bytes r = rest; bytes_line(&r, &line);)
		lines += bytes_trim(line).n > 0;
	while (bytes_line(&rest, &line)) {
		line = bytes_trim(line);
		size_t equals = bytes_find(line, '=');
		bytes name = bytes_slice(line, 0, equals);

		if (!is_secret(name, bytes_skip(line, equals + 1)))
			continue;
		struct job_finding *f = tell(s, v, name);

		if (!text_is_utf8(line) ||
		    (lines > 1 && (v->style != YAML_LITERAL || !ci_place(s->in, v, line, &from))))
			continue;
		struct yaml_editor ed = ci_fix(s->in, f, RULE_FIX_REVIEW);

		if (lines == 1 && !yaml_get(with, "secrets"))
			yaml_edit_rename(&ed, v, "secrets");
		else if (!add_secret(&ed, with, line))
			f->fix_class = RULE_FIX_NONE;
		else if (lines > 1)
			drop_line(&ed, from);
		else
			yaml_edit_delete(&ed, v);
	}
}

/* "--build-arg NAME=$VALUE" becomes "--secret id=NAME,env=VALUE"; words are those of the flag. */
static void mend_argument(const struct ci_step *s, struct job_finding *f, size_t command,
                          size_t flag)
{
	const struct shell_command *c = &s->commands.items[command];
	const struct shell_word *word = &c->words[flag + 1];
	const struct yaml_node *text = s->texts.items[command];
	size_t equals = bytes_find(word->text, '='), from;
	bytes name = bytes_slice(word->text, 0, equals);
	bytes value = bytes_skip(word->text, equals + 1);
	bytes raw = bytes_slice(yaml_text(text), c->words[flag].from, word->to - c->words[flag].from);

	if (equals == word->text.n)
		value = name; /* the variable of that name */
	else if (!bytes_take_prefix(&value, BYTES("$")))
		return;
	if (bytes_take_prefix(&value, BYTES("{")))
		value = bytes_slice(value, 0, value.n - 1);
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] != '_' && !(value.p[i] >= '0' && value.p[i] <= '9') &&
		    !((value.p[i] | 0x20) >= 'a' && (value.p[i] | 0x20) <= 'z'))
			return;
	if (value.n == 0 || !ci_place(s->in, text, raw, &from))
		return;
	struct yaml_editor ed = ci_fix(s->in, f, RULE_FIX_REVIEW);

	edits_add(ed.edits, ed.arena, from, from + raw.n,
	          bytes_str(arena_printf(ed.arena, "--secret id=" PRIb ",env=" PRIb, BYTESF(name),
	                                 BYTESF(value))));
}

/* The word is a flag that gives a secret to the build; *out_name is the argument's. */
static bool gives_secret(const struct shell_command *c, size_t word, bytes *out_name)
{
	bytes text = c->words[word].text;

	if (bytes_is(text, "--build-arg"))
		text = word + 1 < c->len ? c->words[word + 1].text : (bytes){ 0 };
	else if (!bytes_take_prefix(&text, BYTES("--build-arg=")))
		return false;
	size_t equals = bytes_find(text, '=');

	*out_name = bytes_slice(text, 0, equals);
	return is_secret(*out_name, equals < text.n ? bytes_skip(text, equals + 1) : text);
}

static void check_commands(const struct ci_step *s)
{
	bytes name;

	for (size_t i = 0; i < s->commands.len; i++)
		for (size_t w = 0; w < s->commands.items[i].len; w++) {
			const struct shell_command *c = &s->commands.items[i];

			if (!gives_secret(c, w, &name))
				continue;
			struct job_finding *f = tell(s, NULL, name);

			if (bytes_is(c->words[w].text, "--build-arg"))
				mend_argument(s, f, i, w);
		}
}

/* The arguments of Azure's task are a command line of their own. */
static void check_task(const struct ci_step *s)
{
	const struct yaml_node *v = yaml_path(s->node, "inputs.arguments");
	struct shell_script script;
	bytes name;

	shell_split(yaml_text(v), s->in->job->arena, &script);
	for (size_t i = 0; i < script.len; i++)
		for (size_t w = 0; w < script.items[i].len; w++)
			if (gives_secret(&script.items[i], w, &name))
				tell(s, v, name);
}

void ci_check_arguments(const struct ci_step *s)
{
	static const char *const action[] = { "docker/build-push-action", NULL };
	static const char *const task[] = { "Docker", NULL };

	if (ci_uses(s, action))
		check_inputs(s);
	if (ci_uses(s, task))
		check_task(s);
	check_commands(s);
}
