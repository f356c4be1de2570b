/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about secrets in a Dockerfile: in variables, in texts, in files that are copied; and the
 * mounts that take their place ("RUN --mount=type=secret": Dockerfile reference, syntax 1.10). */
#include "base/path.h"
#include "base/text.h"
#include "rule/docker.h"
#include "rule/secret_name.h"
#include "rule/secret_words.h"

#define RULE(id) (&docker_rules[id])

static bytes unquoted(bytes value)
{
	return value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'')
	           ? bytes_slice(value, 1, value.n - 2)
	           : value;
}

/* -- mounts ----------------------------------------------------------------------------------- */

/* "$NAME" or "${NAME" with no letter of a name behind it. */
static bool says_variable(bytes text, bytes name)
{
	for (size_t at; (at = bytes_find(text, '$')) < text.n;) {
		text = bytes_skip(text, at + 1);
		bytes rest = text;

		(void)bytes_take_prefix(&rest, BYTES("{"));
		if (!bytes_take_prefix(&rest, name))
			continue;
		uint8_t c = rest.n > 0 ? rest.p[0] : ' ';

		if (c != '_' && !(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			return true;
	}
	return false;
}

static bool run_says(const struct dockerfile_instruction *i, bytes name)
{
	for (size_t k = 0; k < i->heredocs.len; k++)
		if (says_variable(i->heredocs.items[k].body, name))
			return true;
	return says_variable(i->line, name);
}

void docker_mount(const struct docker_file *f, struct job_finding *finding,
                  const struct dockerfile_instruction *run, const char *mount)
{
	docker_fix(f, finding, RULE_FIX_REVIEW, run->from + run->name.n, run->from + run->name.n,
	           arena_printf(f->job->arena, " --mount=type=secret,%s", mount));
}

void docker_drop_pair(const struct docker_file *f, struct job_finding *finding,
                      const struct dockerfile_instruction *i, size_t index)
{
	const struct dockerfile_pair *p = &i->pairs.items[index];

	if (i->pairs.len == 1)
		docker_delete(f, finding, RULE_FIX_REVIEW, i);
	else if (index > 0)
		docker_fix(f, finding, RULE_FIX_REVIEW, i->pairs.items[index - 1].value.to, p->value.to,
		           "");
	else
		docker_fix(f, finding, RULE_FIX_REVIEW, p->key.from, p[1].key.from, "");
}

/* -- variables -------------------------------------------------------------------------------- */

/* The variable goes, and each RUN of its stage that says it gets the secret under the same name.
 * Where another instruction says it, a person decides. */
static void mount_variable(const struct docker_file *f, struct job_finding *finding,
                           const struct dockerfile_instruction *i, size_t index)
{
	bytes name = i->pairs.items[index].key.text;
	const struct docker_stage *s = docker_stage_of(f, i);

	if (!s || i->pairs.items[index].legacy || !text_is_utf8(name))
		return;
	for (size_t k = s->in->first; k < s->in->end; k++) {
		const struct dockerfile_instruction *user = docker_instruction(f, k);

		if (user != i && user->kind != DOCKERFILE_RUN && says_variable(user->line, name))
			return;
	}
	docker_drop_pair(f, finding, i, index);
	const char *mount = arena_printf(f->job->arena, "id=" PRIb ",env=" PRIb, BYTESF(name),
	                                 BYTESF(name));

	for (size_t k = s->in->first; k < s->in->end; k++) {
		const struct dockerfile_instruction *run = docker_instruction(f, k);

		if (run->kind == DOCKERFILE_RUN && run->from > i->from && run_says(run, name))
			docker_mount(f, finding, run, mount);
	}
}

/* An empty ENV is a switch, and one that names a file holds no secret; an ARG without a value is
 * filled in by whoever builds. */
static void check_variable(const struct docker_file *f, const struct dockerfile_instruction *i,
                           size_t index)
{
	const struct dockerfile_pair *p = &i->pairs.items[index];
	bytes value = unquoted(p->value.text);

	if (!secret_name_password(value) &&
	    (!secret_name_is(p->key.text) || secret_name_is_harmless(value) ||
	     (value.n == 0 && i->kind != DOCKERFILE_ARG)))
		return;
	struct job_finding *finding = docker_find(f, RULE(DF006), p->key.from, p->value.to);

	finding->message = arena_printf(f->job->arena, "%s stays in the image's %s", SHOW(p->key.text),
	                                i->kind == DOCKERFILE_ARG ? "history" : "configuration");
	mount_variable(f, finding, i, index);
}

/* -- texts ------------------------------------------------------------------------------------ */

/* Tokens that name themselves, and passwords in URLs. */
static size_t secret_at(bytes text, size_t *out_n)
{
	static const char *const marks[] = { "AKIA",   "ghp_",  "github_pat_",
		                                 "glpat-", "xoxb-", "-----BEGIN " };
	size_t at;

	for (size_t k = 0; k < sizeof(marks) / sizeof(*marks); k++) {
		bytes mark = bytes_str(marks[k]);

		at = bytes_search(text, mark);
		*out_n = mark.n;
		if (at < text.n && text.n - at >= 20)
			return at;
	}
	*out_n = strlen("://");
	return secret_name_login(text);
}

static void check_literal(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	size_t n, at = secret_at(i->line, &n);

	if (at < i->line.n)
		docker_find(f, RULE(DF007), dockerfile_at(i, at), dockerfile_at(i, at + n - 1) + 1);
	for (size_t k = 0; k < i->heredocs.len; k++) {
		const struct dockerfile_heredoc *h = &i->heredocs.items[k];

		at = secret_at(h->body, &n);
		if (at < h->body.n)
			docker_find(f, RULE(DF007), h->from + at, h->from + at + n);
	}
}

/* "curl -u me:x", also within "sh -c '...'". */
static void check_commands(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	struct docker_commands commands;

	docker_run(f, i, &commands);
	for (size_t k = 0; k < commands.len; k++) {
		const struct shell_command *c = &commands.items[k].shell;
		const struct shell_word *inner = shell_inner(c);
		size_t at = secret_words_find(c);

		if (inner && at == c->len && secret_words_in(inner->text, f->job->arena))
			at = (size_t)(inner - c->words);
		if (at < c->len)
			docker_find(f, RULE(DF007), c->words[at].from, c->words[at].to)->message =
				"a password stands on this command line";
	}
}

/* -- files ------------------------------------------------------------------------------------ */

static bool is_credential(bytes path)
{
	static const char *const names[] = { "id_rsa",      "id_ed25519", "id_ecdsa",        ".env",
		                                 ".npmrc",      ".netrc",     ".pypirc",         ".git",
		                                 "config.json", ".htpasswd",  ".git-credentials" };
	static const char *const ends[] = { ".pfx", ".p12", ".jks", ".keystore", ".key" };

	while (path.n > 0 && path.p[path.n - 1] == '/')
		path.n--;
	bytes base = path_base(path);

	if (bytes_is(base, "config.json") && bytes_search(path, BYTES(".docker")) == path.n)
		return false;
	for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++)
		if (bytes_is(base, names[k]))
			return true;
	for (size_t k = 0; k < sizeof(ends) / sizeof(*ends); k++)
		if (bytes_ends(base, bytes_str(ends[k])))
			return true;
	return false;
}

/* Where a COPY of this file puts it; NULL where a variable or an unknown folder is in the way. */
static const char *target_of(const struct docker_file *f, const struct dockerfile_instruction *i,
                             bytes base)
{
	bytes target = i->words.items[i->words.len - 1].text;
	const char *dir = docker_workdir_of(f, i);
	bool folder = bytes_ends(target, BYTES("/")) || bytes_is(target, ".") || i->words.len > 2;

	if (!text_is_utf8(target) || bytes_find(target, '$') < target.n || (!dir && target.p[0] != '/'))
		return NULL;
	(void)bytes_take_prefix(&target, BYTES("./"));
	while (target.n > 1 && target.p[target.n - 1] == '/')
		target.n--;
	if (bytes_is(target, "."))
		target.n = 0;
	const char *at = target.n > 0 && target.p[0] == '/'
	                     ? arena_str(f->job->arena, target)
	                     : arena_printf(f->job->arena, "%s%s" PRIb, dir, target.n > 0 ? "/" : "",
	                                    BYTESF(target));

	return folder ? arena_printf(f->job->arena, "%s/" PRIb, strcmp(at, "/") == 0 ? "" : at,
	                             BYTESF(base))
	              : at;
}

/* The file is mounted where it was copied to, in each RUN behind; no layer ever holds it. */
static void mount_file(const struct docker_file *f, struct job_finding *finding,
                       const struct dockerfile_instruction *i, size_t index)
{
	const struct dockerfile_word *w = &i->words.items[index];
	const struct docker_stage *s = docker_stage_of(f, i);
	bytes base = path_base(w->text), id = base;
	const char *target = target_of(f, i, base);

	if (i->json || !s || !target || bytes_is(base, ".git") || !text_is_utf8(base) ||
	    bytes_find(base, '*') < base.n || bytes_find(base, '$') < base.n)
		return;
	(void)bytes_take_prefix(&id, BYTES("."));
	if (i->words.len == 2)
		docker_delete(f, finding, RULE_FIX_REVIEW, i);
	else
		docker_fix(f, finding, RULE_FIX_REVIEW, w->from, w[1].from, "");
	for (size_t k = s->in->first; k < s->in->end; k++) {
		const struct dockerfile_instruction *run = docker_instruction(f, k);

		if (run->kind == DOCKERFILE_RUN && run->from > i->from)
			docker_mount(f, finding, run,
			             arena_printf(f->job->arena, "id=" PRIb ",target=%s", BYTESF(id), target));
	}
}

static void check_files(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	for (size_t k = 0; k + 1 < i->words.len && !dockerfile_flag(i, "from"); k++) {
		const struct dockerfile_word *w = &i->words.items[k];

		if (is_credential(w->text))
			mount_file(f, docker_find(f, RULE(DF008), w->from, w->to), i, k);
	}
}

void docker_check_secrets(const struct docker_file *f)
{
	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		check_literal(f, i);
		for (size_t n = 0; n < i->pairs.len; n++)
			if (i->kind == DOCKERFILE_ENV || i->kind == DOCKERFILE_ARG)
				check_variable(f, i, n);
		if (i->kind == DOCKERFILE_RUN)
			check_commands(f, i);
		if (i->kind == DOCKERFILE_COPY || i->kind == DOCKERFILE_ADD)
			check_files(f, i);
	}
}
