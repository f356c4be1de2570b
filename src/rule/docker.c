/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/docker.h"

#include "base/path.h"
#include "base/text.h"
#include "fmt/dockerfile_vars.h"

/* -- stages ----------------------------------------------------------------------------------- */

bool docker_global_value(const void *file, bytes name, bytes *out)
{
	static const struct {
		const char *name, *value;
	} built_in[] = {
		{ "BUILDPLATFORM", "linux/amd64" },
		{ "BUILDOS", "linux" },
		{ "BUILDARCH", "amd64" },
		{ "TARGETPLATFORM", "linux/amd64" },
		{ "TARGETOS", "linux" },
		{ "TARGETARCH", "amd64" },
		{ "BUILDVARIANT", "" },
		{ "TARGETVARIANT", "" },
		{ "TARGETSTAGE", "" },
	};
	const struct docker_file *f = file;

	for (size_t k = 0; k < f->dockerfile->instructions.len; k++) {
		const struct dockerfile_instruction *i = &f->dockerfile->instructions.items[k];

		for (size_t n = 0; i->stage == 0 && i->kind == DOCKERFILE_ARG && n < i->pairs.len; n++)
			if (bytes_equal(i->pairs.items[n].key.text, name)) {
				*out = bytes_trim(i->pairs.items[n].value.text);
				if (out->n >= 2 && (out->p[0] == '"' || out->p[0] == '\''))
					*out = bytes_slice(*out, 1, out->n - 2);
				return true;
			}
		if (i->stage > 0)
			break;
	}
	for (size_t k = 0; k < sizeof(built_in) / sizeof(*built_in); k++)
		if (bytes_is(name, built_in[k].name)) {
			*out = bytes_str(built_in[k].value);
			return true;
		}
	return false;
}

static size_t stage_called(const struct docker_file *f, bytes name, size_t before)
{
	for (size_t k = before; k > 0; k--)
		if (f->stages[k - 1].in->name.text.n > 0 &&
		    bytes_equal_nocase(f->stages[k - 1].in->name.text, name))
			return k;
	return 0;
}

void docker_name_image(struct docker_stage *s, bytes image)
{
	bytes rest = s->image = image;
	size_t at = bytes_find(rest, '@'), slash = bytes_rfind(rest, '/');

	s->digest = bytes_skip(rest, at + 1);
	rest = bytes_slice(rest, 0, at);
	size_t colon = bytes_rfind(rest, ':');

	if (colon < rest.n && (slash >= rest.n || colon > slash)) {
		s->tag = bytes_skip(rest, colon + 1);
		rest = bytes_slice(rest, 0, colon);
	}
	s->name = rest;
}

static void look_inside(const struct docker_file *f, struct docker_stage *s)
{
	for (size_t k = s->in->first; k < s->in->end; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (i->kind == DOCKERFILE_USER && i->words.len > 0)
			s->user = i;
		if (i->kind == DOCKERFILE_WORKDIR)
			s->workdir = true;
	}
}

void docker_open(struct rule_job *job, size_t file, struct docker_file *out)
{
	const struct dockerfile *d = job->files.items[file].dockerfile;

	*out = (struct docker_file){ .job = job, .file = file, .dockerfile = d };
	out->stages = arena_array(job->arena, struct docker_stage, d->stages.len);
	for (size_t k = 0; k < d->stages.len; k++) {
		struct docker_stage *s = &out->stages[k];

		s->in = &d->stages.items[k];
		s->image = dockerfile_expand(s->in->image.text, d->escape, docker_global_value, out,
		                             job->arena);
		s->parent = stage_called(out, s->image, k);
		if (s->parent > 0) {
			const struct docker_stage *p = &out->stages[s->parent - 1];

			s->name = p->name;
			s->tag = p->tag;
			s->digest = p->digest;
			s->user = p->user;
			s->workdir = p->workdir;
		} else {
			docker_name_image(s, s->image);
		}
		out->stages_len = k + 1;
		look_inside(out, s);
	}
	out->final = out->stages_len > 0 ? out->stages_len - 1 : 0;
}

const struct dockerfile_instruction *docker_instruction(const struct docker_file *f, size_t index)
{
	return &f->dockerfile->instructions.items[index];
}

const struct docker_stage *docker_stage_of(const struct docker_file *f,
                                           const struct dockerfile_instruction *i)
{
	return i->stage > 0 ? &f->stages[i->stage - 1] : NULL;
}

bool docker_is_final(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	return i->stage > 0 && i->stage - 1 == f->final;
}

const char *docker_workdir_of(const struct docker_file *f, const struct dockerfile_instruction *i)
{
	const struct docker_stage *s = docker_stage_of(f, i);
	const char *dir = NULL;

	for (size_t k = s ? s->in->first : 0; s && docker_instruction(f, k) != i; k++) {
		const struct dockerfile_instruction *w = docker_instruction(f, k);
		bytes path = w->words.len > 0 ? w->words.items[0].text : (bytes){ 0 };

		if (w->kind != DOCKERFILE_WORKDIR || path.n == 0)
			continue;
		while (path.n > 1 && path.p[path.n - 1] == '/')
			path.n--;
		if (bytes_find(path, '$') < path.n || path.p[0] == '"' || !text_is_utf8(path))
			dir = NULL;
		else if (path.p[0] == '/')
			dir = arena_str(f->job->arena, path);
		else if (dir)
			dir = arena_printf(f->job->arena, "%s/" PRIb, dir, BYTESF(path));
	}
	return dir;
}

/* -- base images ------------------------------------------------------------------------------ */

static bool has(bytes text, const char *part)
{
	return bytes_search(text, bytes_str(part)) < text.n;
}

bool docker_is_dotnet(const struct docker_stage *s, const char *repository, unsigned *out_major)
{
	bytes name = s->name;
	uint64_t major = 0;

	if (!bytes_take_prefix(&name, BYTES("mcr.microsoft.com/dotnet/")))
		return false;
	(void)bytes_take_prefix(&name, BYTES("nightly/"));
	if (!text_take_u64(bytes_slice(s->tag, 0, bytes_find(s->tag, '.')), 10, 1000, &major))
		major = 0;
	*out_major = (unsigned)major;
	return !repository || bytes_is(name, repository);
}

bool docker_has_no_shell(const struct docker_stage *s)
{
	return has(s->tag, "chiseled") || has(s->tag, "distroless") || has(s->name, "distroless") ||
	       bytes_is(s->name, "scratch") ||
	       bytes_starts(s->name, BYTES("cgr.dev/chainguard/static"));
}

bool docker_is_unprivileged(const struct docker_stage *s)
{
	return has(s->tag, "nonroot") || has(s->tag, "chiseled") || has(s->name, "unprivileged") ||
	       (has(s->tag, "distroless") && has(s->name, "/dotnet/")) ||
	       bytes_starts(s->name, BYTES("cgr.dev/chainguard/"));
}

bool docker_is_windows(const struct docker_stage *s)
{
	return has(s->tag, "nanoserver") || has(s->tag, "windowsservercore") ||
	       has(s->name, "/windows/");
}

bool docker_is_alpine(const struct docker_stage *s)
{
	return bytes_is(path_base(s->name), "alpine") || has(s->tag, "alpine");
}

const char *docker_user_of(const struct docker_stage *s)
{
	unsigned major;

	if (docker_is_dotnet(s, NULL, &major) && major >= 8)
		return "$APP_UID";
	return has(s->name, "distroless") ? "65532" : "10001";
}

/* -- commands --------------------------------------------------------------------------------- */

/* Where the octets of a script stand: in an instruction's joined text from `at`, or, without an
 * instruction, in the file from `at`. */
struct place {
	const struct dockerfile_instruction *in;
	size_t at;
};

static size_t in_file(const struct place *p, size_t offset)
{
	return p->in ? dockerfile_at(p->in, p->at + offset) : p->at + offset;
}

static void add_script(const struct docker_file *f, const struct dockerfile_instruction *i,
                       bytes text, struct place place, struct docker_commands *out)
{
	struct shell_script script;

	shell_split(text, f->job->arena, &script);
	for (size_t k = 0; k < script.len; k++) {
		struct docker_command *c = ARENA_PUSH(f->job->arena, out);

		c->instruction = i;
		c->shell = script.items[k];
		for (size_t w = 0; w < c->shell.len; w++) {
			struct shell_word *word = &c->shell.words[w];

			word->to = in_file(&place, word->to - 1) + 1;
			word->from = in_file(&place, word->from);
		}
		c->shell.from = c->shell.words[0].from;
		c->shell.to = c->shell.words[c->shell.len - 1].to;
		c->last = k + 1 == script.len;
	}
}

/* A JSON list is one command, its words as they are. */
static void add_list(const struct docker_file *f, const struct dockerfile_instruction *i,
                     struct docker_commands *out)
{
	struct docker_command *c = ARENA_PUSH(f->job->arena, out);

	c->instruction = i;
	c->last = true;
	c->shell.words = arena_array(f->job->arena, struct shell_word, i->words.len);
	c->shell.len = i->words.len;
	for (size_t k = 0; k < i->words.len; k++)
		c->shell.words[k] = (struct shell_word){ i->words.items[k].text, i->words.items[k].from,
			                                     i->words.items[k].to, true };
	c->shell.from = i->from;
	c->shell.to = i->to;
}

/* "RUN <<EOF" is a script; "RUN cat <<EOF" is not, and neither is one for another interpreter. */
static bool is_script(const struct dockerfile_instruction *i, const struct dockerfile_heredoc *h)
{
	bytes body = h->body, line = { 0 };

	(void)bytes_line(&body, &line);
	return bytes_starts(dockerfile_args(i), BYTES("<<")) &&
	       (!bytes_starts(line, BYTES("#!")) || bytes_ends(line, BYTES("sh")) || has(line, "sh "));
}

void docker_run(const struct docker_file *f, const struct dockerfile_instruction *i,
                struct docker_commands *out)
{
	*out = (struct docker_commands){ 0 };
	if (i->json && i->words.len > 0)
		add_list(f, i, out);
	else if (!i->json && i->heredocs.len == 0)
		add_script(f, i, dockerfile_args(i), (struct place){ i, i->args_at }, out);
	for (size_t k = 0; k < i->heredocs.len; k++)
		if (is_script(i, &i->heredocs.items[k]))
			add_script(f, i, i->heredocs.items[k].body,
			           (struct place){ NULL, i->heredocs.items[k].from }, out);
}

/* -- findings --------------------------------------------------------------------------------- */

struct job_finding *docker_find(const struct docker_file *f, const struct rule *rule, size_t from,
                                size_t to)
{
	return job_find(f->job, rule, f->file, from, to);
}

struct job_finding *docker_find_at(const struct docker_file *f, const struct rule *rule,
                                   const struct dockerfile_instruction *i)
{
	return docker_find(f, rule, i->from, i->line_end);
}

const char *docker_text(const struct docker_file *f, bytes b)
{
	return text_shown(f->job->arena, b);
}

void docker_fix(const struct docker_file *f, struct job_finding *finding, enum rule_fix class,
                size_t from, size_t to, const char *text)
{
	edits_add(&finding->fix, f->job->arena, from, to, bytes_str(text));
	finding->fix_class = class;
}

void docker_delete(const struct docker_file *f, struct job_finding *finding, enum rule_fix class,
                   const struct dockerfile_instruction *i)
{
	size_t to = i->to;
	bytes text = f->dockerfile->text;

	while (to < text.n && text.p[to] == '\r')
		to++;
	to += to < text.n && text.p[to] == '\n';
	docker_fix(f, finding, class, i->from, to, "");
}

void docker_add_user(const struct docker_file *f, struct job_finding *finding, enum rule_fix class)
{
	const struct docker_stage *s = &f->stages[f->final];
	const struct dockerfile_instruction *last = docker_instruction(f, s->in->first);
	const char *user = docker_user_of(s);

	for (size_t k = s->in->first; k < s->in->end; k++) {
		const struct dockerfile_instruction *i = docker_instruction(f, k);

		if (i->kind == DOCKERFILE_RUN || i->kind == DOCKERFILE_COPY || i->kind == DOCKERFILE_ADD ||
		    i->kind == DOCKERFILE_WORKDIR || i->kind == DOCKERFILE_USER)
			last = i;
	}
	if (last->kind == DOCKERFILE_USER && last->words.len > 0) {
		docker_fix(f, finding, class, last->words.items[0].from, last->words.items[0].to, user);
		return;
	}
	bytes text = f->dockerfile->text;
	bool crlf = bytes_search(text, BYTES("\r\n")) < text.n;

	docker_fix(f, finding, class, last->to, last->to,
	           arena_printf(f->job->arena, "%sUSER %s", crlf ? "\r\n" : "\n", user));
}
