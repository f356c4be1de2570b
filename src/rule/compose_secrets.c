/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords, keys and tokens that stand in a Compose file or in the env file beside it. */
#include "base/path.h"
#include "base/text.h"
#include "rule/compose.h"
#include "rule/secret_name.h"
#include "rule/secret_words.h"

#define DEPTH 8 /* of what is looked at below x- members */

/* -- what is a secret ------------------------------------------------------------------------- */

/* What "${NAME:-default}" and "${NAME-default}" mean where nobody says NAME (Compose specification,
 * "Interpolation"); another value as it stands. */
static bytes default_of(bytes value)
{
	bytes inner = value;

	if (!bytes_take_prefix(&inner, BYTES("${")) || !bytes_ends(inner, BYTES("}")))
		return value;
	inner.n--;
	size_t at = bytes_find(inner, '-');

	return at < inner.n && bytes_find(inner, '?') > at && bytes_find(inner, '+') > at
	           ? bytes_skip(inner, at + 1)
	           : value;
}

static bool is_secret(bytes name, bytes value)
{
	value = default_of(value);
	if (value.n == 0)
		return false;
	return (secret_name_is(name) && compose_is_literal(value) && !secret_name_is_harmless(value)) ||
	       secret_name_in(value);
}

/* -- environment ------------------------------------------------------------------------------ */

struct variable {
	const struct yaml_node *node; /* the member's value, or the item "NAME=VALUE" */
	bytes name, value;
	bool is_item;
};

static struct variable variable_of(const struct yaml_node *v)
{
	bytes text = yaml_text(v);
	size_t at = bytes_find(text, '=');

	if (v->key)
		return (struct variable){ v, yaml_text(v->key), text, false };
	return (struct variable){ v, bytes_slice(text, 0, at), bytes_skip(text, at + 1), true };
}

static bool is_variable_name(bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] != '_' && !(name.p[i] >= '0' && name.p[i] <= '9' && i > 0) &&
		    !((name.p[i] | 0x20) >= 'a' && (name.p[i] | 0x20) <= 'z'))
			return false;
	return name.n > 0;
}

/* A plain scalar in brackets cannot hold the braces of a variable. */
static void put_value(const struct yaml_editor *ed, const struct variable *v, const char *value)
{
	const struct yaml_node *n = v->node;

	if (v->is_item)
		value = arena_printf(ed->arena, PRIb "=%s", BYTESF(v->name), value);
	if (n->parent && n->parent->style == YAML_FLOW && n->style == YAML_PLAIN)
		edits_add(ed->edits, ed->arena, n->from, n->to,
		          bytes_str(arena_printf(ed->arena, "\"%s\"", value)));
	else
		yaml_edit_scalar(ed, n, value);
}

static const char *lower_case(struct arena *a, bytes name)
{
	char *text = arena_str(a, name);

	for (size_t i = 0; i < name.n; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] = (char)(text[i] + 32);
	return text;
}

/* NAME becomes NAME_FILE, whose file is a secret that Compose fills from the caller's NAME. */
static void mount_secret(const struct compose_service *s, const struct yaml_editor *ed,
                         struct variable v)
{
	struct arena *a = ed->arena;
	const char *secret = lower_case(a, v.name), *name = arena_str(a, v.name);
	const char *file = arena_printf(a, "%s_FILE", name);

	v.name = bytes_str(file);
	put_value(ed, &v, arena_printf(a, "/run/secrets/%s", secret));
	if (!v.is_item)
		yaml_edit_rename(ed, v.node, file);
	compose_append(s, ed, "secrets", secret);
	if (!yaml_path(s->in->root, arena_printf(a, "secrets.%s", secret)))
		yaml_edit_put_path(ed, s->in->root, arena_printf(a, "secrets.%s.environment", secret),
		                   name);
}

static void check_variable(const struct compose_service *s, const struct variable *v)
{
	const struct compose_image *known = compose_known(s);

	if (!is_secret(v->name, v->value))
		return;
	struct job_finding *f = compose_find(s, CP019, v->node, "environment");

	f->message = arena_printf(s->in->job->arena, "%s has its value here", SHOW(v->name));
	if (!is_variable_name(v->name) || v->node->kind != YAML_SCALAR)
		return;
	struct yaml_editor ed = compose_fix(s, f, RULE_FIX_REVIEW);

	if (known && known->reads_files && s->member->kind == YAML_MAPPING)
		mount_secret(s, &ed, *v);
	else
		put_value(&ed, v, arena_printf(ed.arena, "${" PRIb ":?}", BYTESF(v->name)));
}

static void check_arguments(const struct compose_service *s)
{
	const struct yaml_node *args = yaml_path(s->node, "build.args");

	for (const struct yaml_node *n = yaml_first(args); n; n = n->next) {
		struct variable v = variable_of(n);

		if (secret_name_is(v.name) || is_secret(v.name, v.value))
			compose_find(s, CP019, n, "build.args")->message = arena_printf(
				s->in->job->arena, "the argument %s stays in the image's history", SHOW(v.name));
	}
}

static void check_text(const struct compose_service *s, const struct yaml_node *v,
                       const char *field)
{
	if (secret_name_in(yaml_text(v)) ||
	    (v && v->kind == YAML_SCALAR && secret_words_in(yaml_text(v), s->in->job->arena)))
		compose_find(s, CP019, v, field)->message = "a password stands in this text";
}

/* Settings that are shared by an anchor are told where they stand (compose_check_extensions). */
static bool is_own(const struct compose_service *s, const struct yaml_node *v)
{
	return v->from >= s->node->from && v->to <= s->node->to;
}

void compose_check_secrets(const struct compose_service *s)
{
	static const char *const fields[] = { "command", "entrypoint", "labels" };
	const struct yaml_node *environment = yaml_get(s->node, "environment");

	for (const struct yaml_node *v = yaml_first(environment); v; v = v->next) {
		struct variable variable = variable_of(v);

		if (is_own(s, v))
			check_variable(s, &variable);
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const struct yaml_node *text = yaml_get(s->node, fields[i]);

		check_text(s, text, fields[i]);
		for (const struct yaml_node *v = yaml_first(text); v; v = v->next)
			check_text(s, v, fields[i]);
	}
	check_arguments(s);
}

/* -- beside the services ---------------------------------------------------------------------- */

static void check_extension(const struct compose_file *c, const struct yaml_node *v,
                            const char *object, unsigned depth)
{
	for (const struct yaml_node *n = yaml_first(v); n && depth > 0; n = n->next) {
		struct variable variable = variable_of(n);

		if (n->kind == YAML_MAPPING || n->kind == YAML_SEQUENCE)
			check_extension(c, n, object, depth - 1);
		if (n->kind != YAML_SCALAR || !is_secret(variable.name, variable.value))
			continue;
		struct job_finding *f = job_find(c->job, &compose_rules[CP019], c->file,
		                                 n->key ? n->key->from : n->from, n->to);

		f->object = object;
		f->message = arena_printf(c->job->arena, "%s has its value here", SHOW(variable.name));
		if (!is_variable_name(variable.name))
			continue;
		const struct job_file *file = &c->job->files.items[c->file];
		struct yaml_editor ed = { file->yaml, &file->source, c->job->arena, &f->fix };

		f->fix_class = RULE_FIX_REVIEW;
		put_value(&ed, &variable, arena_printf(ed.arena, "${" PRIb ":?}", BYTESF(variable.name)));
	}
}

void compose_check_extensions(const struct compose_file *c)
{
	for (const struct yaml_node *v = yaml_first(c->root); v; v = v->next)
		if (v->key && bytes_starts(yaml_text(v->key), BYTES("x-")) && v->kind == YAML_MAPPING)
			check_extension(c, v, arena_str(c->job->arena, yaml_text(v->key)), DEPTH);
}

/* NAME=VALUE a line (Compose specification, "Env_file format"). */
static void check_env_file(struct rule_job *job, size_t index)
{
	bytes text = job->files.items[index].text, rest = text, line;

	while (bytes_line(&rest, &line)) {
		size_t from = (size_t)(line.p - text.p), at = bytes_find(line, '=');
		bytes name = bytes_trim(bytes_slice(line, 0, at));
		bytes value = bytes_trim(bytes_skip(line, at + 1));

		if (name.n == 0 || name.p[0] == '#' || !is_secret(name, value))
			continue;
		job_find(job, &compose_rules[CP019], index, from, from + line.n)->message = arena_printf(
			job->arena, "%s has its value in an env file", SHOW(name));
	}
}

void compose_check_env(struct rule_job *job)
{
	for (size_t i = 0; i < job->files.len; i++)
		if (job->files.items[i].kind == JOB_ENV)
			check_env_file(job, i);
}
