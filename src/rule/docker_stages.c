/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about stages: what they are built on, who runs them, what is in the last one. */
#include "base/text.h"
#include "fmt/dockerfile_vars.h"
#include "rule/docker.h"

#define RULE(id) (&docker_rules[id])

/* -- users ------------------------------------------------------------------------------------ */

struct user_scope {
	const struct docker_file *f;
	const struct docker_stage *stage;
	const struct dockerfile_instruction *user;
};

/* The last ARG or ENV before it in its stage; $APP_UID is set by the images of .NET. */
static bool user_value(const void *context, bytes name, bytes *out)
{
	const struct user_scope *u = context;
	const struct docker_stage *s = docker_stage_of(u->f, u->user);
	unsigned major;
	bool found = bytes_is(name, "APP_UID") && docker_is_dotnet(u->stage, NULL, &major);

	*out = found ? BYTES("1654") : BYTES("");
	for (size_t k = s->in->first; docker_instruction(u->f, k) != u->user; k++) {
		const struct dockerfile_instruction *i = docker_instruction(u->f, k);

		for (size_t n = 0; (i->kind == DOCKERFILE_ARG || i->kind == DOCKERFILE_ENV) &&
		                   n < i->pairs.len; n++)
			if (bytes_equal(i->pairs.items[n].key.text, name)) {
				*out = dockerfile_expand(i->pairs.items[n].value.text, u->f->dockerfile->escape,
				                         docker_global_value, u->f, u->f->job->arena);
				found = out->n > 0;
			}
	}
	return found;
}

/* It is root, or may be: nothing is left of a variable that has no value here. The engine reads a
 * number as Go's Atoi does: with a sign, and zeros in front. */
static bool is_root(const struct docker_file *f, const struct docker_stage *s,
                    const struct dockerfile_instruction *user)
{
	struct user_scope u = { f, s, user };
	bytes name = dockerfile_expand(user->words.items[0].text, f->dockerfile->escape, user_value, &u,
	                               f->job->arena);

	name = bytes_slice(name, 0, bytes_find(name, ':'));
	if (name.n > 1 && (name.p[0] == '+' || name.p[0] == '-'))
		name = bytes_skip(name, 1);
	while (name.n > 1 && name.p[0] == '0')
		name = bytes_skip(name, 1);
	return name.n == 0 || bytes_is(name, "root") || bytes_is(name, "0");
}

static void check_user(const struct docker_file *f)
{
	const struct docker_stage *s = &f->stages[f->final];
	const struct dockerfile_instruction *user = s->user;
	struct job_finding *finding;

	if (docker_is_windows(s) || (user && !is_root(f, s, user)) ||
	    (!user && docker_is_unprivileged(s)))
		return;
	finding = docker_find_at(f, RULE(DF001), user ? user : docker_instruction(f, s->in->first));
	finding->message = user ? "the last stage runs as root"
	                        : "the last stage names no user, so it runs as root";
	docker_add_user(f, finding, RULE_FIX_REVIEW);
}

/* The number that "useradd -u N NAME" gives in the same file; empty when none does. */
static bytes created_number(const struct docker_file *f, bytes name)
{
	bytes number = { 0 };

	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);
		struct docker_commands commands = { 0 };

		if (i->kind == DOCKERFILE_RUN)
			docker_run(f, i, &commands);
		for (size_t c = 0; c < commands.len; c++) {
			const struct shell_command *shell = &commands.items[c].shell;

			if (!(shell_is(shell, "useradd") || shell_is(shell, "adduser")) ||
			    !bytes_equal(shell->words[shell->len - 1].text, name))
				continue;
			for (size_t w = shell->program + 1; w + 1 < shell->len; w++)
				if (bytes_is(shell->words[w].text, "-u") || bytes_is(shell->words[w].text, "--uid"))
					number = shell->words[w + 1].text;
		}
	}
	return number;
}

static void check_user_name(const struct docker_file *f)
{
	const struct docker_stage *s = &f->stages[f->final];
	bytes user = s->user ? s->user->words.items[0].text : (bytes){ 0 };
	bytes name = bytes_slice(user, 0, bytes_find(user, ':'));
	uint64_t number;
	unsigned major;

	if (name.n == 0 || is_root(f, s, s->user) || bytes_find(name, '$') < name.n ||
	    docker_is_windows(s) || text_take_u64(name, 10, UINT32_MAX, &number))
		return;
	struct job_finding *finding = docker_find_at(f, RULE(DF002), s->user);
	bytes known = created_number(f, name);

	if (bytes_is(name, "nonroot"))
		known = BYTES("65532");
	else if (bytes_is(name, "app") && docker_is_dotnet(s, NULL, &major) && major >= 8)
		known = BYTES("1654");
	if (text_take_u64(known, 10, UINT32_MAX, &number))
		docker_fix(f, finding, RULE_FIX_SAFE, s->user->words.items[0].from,
		           s->user->words.items[0].from + name.n, docker_text(f, known));
}

/* -- images ----------------------------------------------------------------------------------- */

static bool is_declared(const struct docker_file *f, bytes name)
{
	static const char *const built_in[] = { "BUILDPLATFORM",  "BUILDOS",      "BUILDARCH",
		                                    "BUILDVARIANT",   "TARGETOS",     "TARGETARCH",
		                                    "TARGETPLATFORM", "TARGETVARIANT" };

	for (size_t k = 0; k < sizeof(built_in) / sizeof(*built_in); k++)
		if (bytes_is(name, built_in[k]))
			return true;
	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (i->stage > 0)
			break;
		for (size_t n = 0; n < i->pairs.len; n++)
			if (bytes_equal(i->pairs.items[n].key.text, name))
				return true;
	}
	return false;
}

static void check_from_word(const struct docker_file *f, const struct dockerfile_word *word)
{
	struct dockerfile_var v;

	for (size_t at = 0; dockerfile_var_next(word->text, f->dockerfile->escape, &at, &v);)
		if (v.modifier != '-' && v.modifier != '+' && !is_declared(f, v.name))
			docker_find(f, RULE(DF041), word->from, word->to)->message = arena_printf(
				f->job->arena, "%s is not declared before the first FROM", SHOW(v.name));
}

static void check_platform(const struct docker_file *f, const struct docker_stage *s)
{
	const struct dockerfile_instruction *from = docker_instruction(f, s->in->first);
	const struct dockerfile_word *flag = dockerfile_flag(from, "platform");
	bytes value = dockerfile_flag_value(from, "platform");
	struct job_finding *finding;

	if (!flag)
		return;
	check_from_word(f, flag);
	if (bytes_is(value, "$TARGETPLATFORM") || bytes_is(value, "${TARGETPLATFORM}")) {
		finding = docker_find(f, RULE(DF042), flag->from, flag->to);
		finding->message = "the target's platform is the default";
		docker_fix(f, finding, RULE_FIX_SAFE, flag->from, from->words.items[0].from, "");
		return;
	}
	size_t slash = bytes_find(value, '/');
	bytes os = bytes_slice(value, 0, slash), arch = bytes_skip(value, slash + 1);
	bytes name = s->in->name.text;

	/* A stage that is called after the platform is meant to be for it. */
	if (bytes_find(value, '$') == value.n &&
	    (name.n == 0 ||
	     !((arch.n > 0 && bytes_search(name, arch) < name.n) || bytes_search(name, os) < name.n)))
		docker_find(f, RULE(DF042), flag->from, flag->to)->message = "the platform is constant";
}

/* -- names ------------------------------------------------------------------------------------ */

static bool has_upper(bytes text)
{
	for (size_t k = 0; k < text.n; k++)
		if (text.p[k] >= 'A' && text.p[k] <= 'Z')
			return true;
	return false;
}

static const char *lowered(const struct docker_file *f, bytes text)
{
	char *copy = arena_str(f->job->arena, text);

	for (char *c = copy; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
	return copy;
}

/* BuildKit compares names without case, so the references need no change. */
static void check_name(const struct docker_file *f, size_t index)
{
	const struct dockerfile_word *name = &f->stages[index].in->name;

	if (name->text.n == 0)
		return;
	if (has_upper(name->text)) {
		struct job_finding *finding = docker_find(f, RULE(DF036), name->from, name->to);

		finding->message = "upper case in the name of a stage";
		docker_fix(f, finding, RULE_FIX_SAFE, name->from, name->to, lowered(f, name->text));
	}
	if (bytes_equal_nocase(name->text, BYTES("scratch")) ||
	    bytes_equal_nocase(name->text, BYTES("context")))
		docker_find(f, RULE(DF036), name->from, name->to)->message = "the name is reserved";
	for (size_t k = 0; k < index; k++)
		if (bytes_equal_nocase(f->stages[k].in->name.text, name->text)) {
			docker_find(f, RULE(DF036), name->from, name->to)->message =
				"another stage has this name";
			break;
		}
}

/* -- what may be there once, or not at all ---------------------------------------------------- */

static bool repeats(const struct docker_file *f, const struct docker_stage *s, size_t index)
{
	for (size_t k = index + 1; k < s->in->end; k++)
		if (docker_instruction(f, k)->kind == docker_instruction(f, index)->kind)
			return true;
	return false;
}

static void check_repeated(const struct docker_file *f, const struct docker_stage *s)
{
	for (size_t k = s->in->first; k < s->in->end; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if ((i->kind == DOCKERFILE_CMD || i->kind == DOCKERFILE_ENTRYPOINT ||
		     i->kind == DOCKERFILE_HEALTHCHECK) &&
		    repeats(f, s, k))
			docker_delete(f, docker_find_at(f, RULE(DF017), i), RULE_FIX_SAFE, i);
	}
}

/* Alpine's busybox has wget. What the program listens on is what EXPOSE says first. */
static void add_health(const struct docker_file *f, const struct docker_stage *s)
{
	struct job_finding *finding = docker_find_at(f, RULE(DF016),
	                                             docker_instruction(f, s->in->first));
	const struct dockerfile_instruction *expose = NULL;
	uint64_t port;

	for (size_t k = s->in->first; k < s->in->end; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (i->kind == DOCKERFILE_EXPOSE && i->words.len > 0 && !expose &&
		    text_take_u64(
				bytes_slice(i->words.items[0].text, 0, bytes_find(i->words.items[0].text, '/')), 10,
				65535, &port))
			expose = i;
	}
	if (expose && docker_is_alpine(s))
		docker_fix(f, finding, RULE_FIX_REVIEW, expose->to, expose->to,
		           arena_printf(f->job->arena,
		                        "\nHEALTHCHECK CMD [\"wget\", \"-q\", \"-O\", \"/dev/null\", "
		                        "\"http://127.0.0.1:%u/\"]",
		                        (unsigned)port));
}

static void check_health(const struct docker_file *f)
{
	const struct docker_stage *s = &f->stages[f->final];

	for (size_t k = s->in->first; k < s->in->end; k++)
		if (docker_instruction(f, k)->kind == DOCKERFILE_HEALTHCHECK)
			return;
	if (!docker_has_no_shell(s))
		add_health(f, s);
}

static void check_order(const struct docker_file *f)
{
	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (i->stage > 0)
			return;
		if (i->kind != DOCKERFILE_ARG && i->kind != DOCKERFILE_UNKNOWN)
			docker_find_at(f, RULE(DF056), i);
	}
}

void docker_check_stages(const struct docker_file *f)
{
	check_order(f);
	for (size_t k = 0; k < f->stages_len; k++) {
		const struct docker_stage *s = &f->stages[k];

		docker_check_image(f, s);
		check_from_word(f, &s->in->image);
		if (s->image.n == 0 && s->in->image.text.n > 0 && s->in->image.text.p[0] == '$')
			docker_find(f, RULE(DF041), s->in->image.from, s->in->image.to)->message =
				"without an argument this is no image";
		check_platform(f, s);
		check_name(f, k);
		check_repeated(f, s);
	}
	if (f->stages_len == 0)
		return;
	check_user(f);
	check_user_name(f);
	check_health(f);
}
