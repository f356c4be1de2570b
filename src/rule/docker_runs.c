/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/docker_runs.h"

#include "base/path.h"
#include "base/text.h"

#define RULE(id) (&docker_rules[id])

/* -- findings and fixes ----------------------------------------------------------------------- */

struct job_finding *docker_command_find(const struct docker_scope *s, const struct rule *rule,
                                        const struct shell_command *c)
{
	return docker_find(s->f, rule, c->from, c->to);
}

struct job_finding *docker_word_find(const struct docker_scope *s, const struct rule *rule,
                                     const struct shell_word *w)
{
	return docker_find(s->f, rule, w->from, w->to);
}

bool docker_has_cache(const struct dockerfile_instruction *run, const char *path)
{
	for (size_t k = 0; k < run->flags.len; k++) {
		bytes flag = run->flags.items[k].text;

		if (bytes_search(flag, BYTES("type=cache")) < flag.n &&
		    bytes_search(flag, bytes_str(path)) < flag.n)
			return true;
	}
	return false;
}

/* Behind a pipe, an "||", a ";" or a comment it would mean something else. */
void docker_append(const struct docker_scope *s, struct job_finding *finding, enum rule_fix class,
                   const char *text)
{
	const struct docker_command *last = &s->commands->items[s->commands->len - 1];

	if (s->run->json)
		return;
	if (s->run->heredocs.len == 1) {
		size_t to = s->run->heredocs.items[0].to;

		docker_fix(s->f, finding, class, to, to, arena_printf(s->f->job->arena, "%s\n", text));
		return;
	}
	for (size_t k = 0; k < s->commands->len; k++)
		if (s->commands->items[k].shell.before == SHELL_OR)
			return;
	if (s->run->heredocs.len > 0 || last->shell.before == SHELL_PIPE || s->run->words.len == 0 ||
	    last->shell.to != s->run->words.items[0].to)
		return;
	docker_fix(s->f, finding, class, last->shell.to, last->shell.to,
	           arena_printf(s->f->job->arena, " && %s", text));
}

/* Where the text of the line before ends that is continued here; SIZE_MAX when none is. */
static size_t continued_from(const struct docker_scope *s, size_t line)
{
	bytes before = bytes_slice(s->f->dockerfile->text, 0, line);

	before = bytes_trim(before);
	if (before.n == 0 || before.p[before.n - 1] != s->f->dockerfile->escape)
		return SIZE_MAX;
	before.n--;
	while (before.n > 0 && (before.p[before.n - 1] == ' ' || before.p[before.n - 1] == '\t'))
		before.n--;
	return (size_t)(before.p - s->f->dockerfile->text.p) + before.n;
}

/* The word and the blanks before it. When it is all that its line has, the line goes, and the last
 * line of all takes the sign of continuation before it along: else the next instruction would be
 * joined. */
static void drop_word(const struct docker_scope *s, struct job_finding *finding,
                      const struct shell_word *w)
{
	bytes text = s->f->dockerfile->text, rest = bytes_skip(text, w->to);
	size_t from = w->from, to = w->to;

	if (s->run->json)
		return;
	while (from > s->run->from && (text.p[from - 1] == ' ' || text.p[from - 1] == '\t'))
		from--;
	rest = bytes_slice(rest, 0, bytes_find(rest, '\n'));
	if (from > 0 && text.p[from - 1] == '\n') {
		if (bytes_trim(rest).n == 0)
			from = continued_from(s, from);
		else if (bytes_is(bytes_trim(rest), "\\"))
			to += rest.n + 1;
		else
			from = w->from;
	}
	if (from != SIZE_MAX)
		docker_fix(s->f, finding, RULE_FIX_SAFE, from, to, "");
}

/* -- flags that switch a check off ------------------------------------------------------------ */

static const struct {
	enum docker_rule rule;
	const char *program, *word;
} weak_flags[] = {
	{ DF012, "curl", "-k" },
	{ DF012, "curl", "--insecure" },
	{ DF012, "wget", "--no-check-certificate" },
	{ DF012, "npm", "--strict-ssl=false" },
	{ DF013, "apk", "--allow-untrusted" },
	{ DF013, "apt-get", "--allow-unauthenticated" },
	{ DF013, "apt-get", "--force-yes" },
	{ DF013, "apt", "--allow-unauthenticated" },
	{ DF013, "rpm", "--nosignature" },
	{ DF013, "rpm", "--nodigest" },
	{ DF013, "rpm", "--noverify" },
	{ DF013, "rpm", "--nofiledigest" },
	{ DF013, "yum", "--nogpgcheck" },
	{ DF013, "dnf", "--nogpgcheck" },
	{ DF013, "tdnf", "--nogpgcheck" },
	{ DF013, "microdnf", "--nogpgcheck" },
};

static bool switches_off(bytes value)
{
	return bytes_is(value, "0") || bytes_equal_nocase(value, BYTES("false")) ||
	       bytes_equal_nocase(value, BYTES("no"));
}

/* --setopt=sslverify=0, sslverify=false */
static bool is_ssl_option(const struct shell_command *c, bytes word)
{
	bytes program = path_base(c->words[c->program].text);
	size_t at = bytes_search(word, BYTES("sslverify="));

	if (!bytes_starts(program, BYTES("yum")) && !bytes_starts(program, BYTES("dnf")) &&
	    !bytes_is(program, "tdnf"))
		return false;
	return at < word.n && switches_off(bytes_skip(word, at + 10));
}

/* -kL: several short options of curl in one word, none with a value before k. */
static bool has_short_k(bytes word)
{
	if (word.n < 3 || word.p[0] != '-' || word.p[1] == '-')
		return false;
	for (size_t k = 1; k < word.n; k++)
		if (word.p[k] == 'k')
			return true;
		else if (!strchr("fsSLOJvgi#0nqR", word.p[k]))
			return false;
	return false;
}

static void check_word(const struct docker_scope *s, const struct shell_command *c,
                       const struct shell_word *w)
{
	for (size_t k = 0; k < sizeof(weak_flags) / sizeof(*weak_flags); k++)
		if (shell_is(c, weak_flags[k].program) && bytes_is(w->text, weak_flags[k].word))
			drop_word(s, docker_word_find(s, RULE(weak_flags[k].rule), w), w);
	if (is_ssl_option(c, w->text))
		drop_word(s, docker_word_find(s, RULE(DF012), w), w);
	if ((shell_is(c, "pip") || shell_is(c, "pip3") || shell_is(c, "python") ||
	     shell_is(c, "python3")) &&
	    bytes_starts(w->text, BYTES("--trusted-host"))) {
		struct job_finding *finding = docker_word_find(s, RULE(DF012), w);
		struct shell_word both = *w;

		if (bytes_is(w->text, "--trusted-host") && w + 1 < c->words + c->len)
			both.to = (w + 1)->to;
		drop_word(s, finding, &both);
	}
	if (shell_is(c, "curl") && has_short_k(w->text)) {
		struct job_finding *finding = docker_word_find(s, RULE(DF012), w);
		size_t at = bytes_find(w->text, 'k');

		if (!w->quoted)
			docker_fix(s->f, finding, RULE_FIX_SAFE, w->from + at, w->from + at + 1, "");
	}
}

static void check_assignment(const struct docker_scope *s, const struct shell_word *w)
{
	static const struct {
		const char *name, *value;
	} off[] = {
		{ "PYTHONHTTPSVERIFY", "0" },
		{ "NODE_TLS_REJECT_UNAUTHORIZED", "0" },
		{ "GIT_SSL_NO_VERIFY", "1" },
		{ "GIT_SSL_NO_VERIFY", "true" },
	};
	size_t n = bytes_find(w->text, '=');

	for (size_t k = 0; k < sizeof(off) / sizeof(*off); k++)
		if (n < w->text.n && bytes_is(bytes_slice(w->text, 0, n), off[k].name) &&
		    bytes_is(bytes_skip(w->text, n + 1), off[k].value))
			(void)docker_word_find(s, RULE(DF012), w); /* the command may need another change */
}

/* -- what commands do ------------------------------------------------------------------------- */

static void check_sudo(const struct docker_scope *s, const struct shell_command *c)
{
	const struct docker_stage *stage = docker_stage_of(s->f, s->run);
	const struct shell_word *w = &c->words[c->program];

	struct job_finding *finding = docker_word_find(s, RULE(DF015), w);
	bool plain = c->program + 1 < c->len && c->words[c->program + 1].text.n > 0 &&
	             c->words[c->program + 1].text.p[0] != '-';

	if (stage && !stage->user && !docker_is_unprivileged(stage) && plain && !s->run->json &&
	    !w->quoted)
		docker_fix(s->f, finding, RULE_FIX_SAFE, w->from, c->words[c->program + 1].from, "");
}

static bool is_for_all(bytes mode)
{
	return bytes_is(mode, "777") || bytes_is(mode, "0777") || bytes_is(mode, "a+rwx") ||
	       bytes_is(mode, "a+w") || bytes_is(mode, "o+w");
}

/* "u+s", or four octal digits of which the first has setuid or setgid. */
static bool is_setuid(bytes mode)
{
	uint64_t bits;

	if (bytes_is(mode, "u+s") || bytes_is(mode, "g+s") || bytes_is(mode, "+s"))
		return true;
	return mode.n == 4 && text_take_u64(mode, 8, 07777, &bits) && (bits & 06000) != 0;
}

/* "u+s" becomes "u-s", 4755 becomes 0755. */
static void drop_setuid(const struct docker_scope *s, const struct shell_word *w)
{
	struct job_finding *finding = docker_word_find(s, RULE(DF061), w);
	size_t sign = bytes_find(w->text, '+');

	if (w->quoted)
		return;
	if (sign < w->text.n)
		docker_fix(s->f, finding, RULE_FIX_REVIEW, w->from + sign, w->from + sign + 1, "-");
	else
		docker_fix(s->f, finding, RULE_FIX_REVIEW, w->from, w->from + 1, "0");
}

/* Bash as the shell of the build alone; the system's own scripts keep theirs. */
static void check_link(const struct docker_scope *s, const struct shell_command *c)
{
	bytes target = c->words[c->len - 2].text;

	if (!bytes_is(c->words[c->len - 1].text, "/bin/sh"))
		return;
	struct job_finding *finding = docker_command_find(s, RULE(DF066), c);

	if (s->commands->len == 1 && !s->run->json && s->run->heredocs.len == 0 &&
	    (bytes_is(target, "/bin/bash") || bytes_is(target, "bash")))
		docker_fix(s->f, finding, RULE_FIX_SAFE, s->run->from, s->run->line_end,
		           "SHELL [\"/bin/bash\", \"-c\"]");
}

static void check_mode(const struct docker_scope *s, const struct shell_command *c)
{
	for (size_t k = c->program + 1; k < c->len; k++) {
		const struct shell_word *w = &c->words[k];

		if (is_setuid(w->text))
			drop_setuid(s, w);
		if (!is_for_all(w->text))
			continue;
		struct job_finding *finding = docker_word_find(s, RULE(DF058), w);

		if (bytes_ends(w->text, BYTES("777")) && !w->quoted)
			docker_fix(s->f, finding, RULE_FIX_REVIEW, w->from, w->to, "755");
	}
}

static void check_cd(const struct docker_scope *s, const struct shell_command *c)
{
	const struct docker_commands *all = s->commands;
	const struct shell_word *path = &c->words[c->len - 1];

	if (c != &all->items[0].shell || c->len != 2)
		return;
	struct job_finding *finding = docker_command_find(s, RULE(DF031), c);

	if (all->len > 1 && all->items[1].shell.before == SHELL_AND && !s->run->json &&
	    s->run->heredocs.len == 0 && s->run->flags.len == 0 && path->text.p[0] == '/' &&
	    !path->quoted && bytes_find(path->text, '$') == path->text.n)
		docker_fix(s->f, finding, RULE_FIX_REVIEW, s->run->from, all->items[1].shell.from,
		           arena_printf(s->f->job->arena, "WORKDIR %s\nRUN ",
		                        docker_text(s->f, path->text)));
}

static void check_wget(const struct docker_scope *s, const struct shell_command *c)
{
	static const char *const quiet[] = { "-q", "-nv", "--quiet", "--no-verbose", "-qO-", "-qO" };

	for (size_t k = c->program + 1; k < c->len; k++) {
		bytes w = c->words[k].text;

		if (bytes_starts(w, BYTES("--progress")) || bytes_starts(w, BYTES("-q")) ||
		    bytes_starts(w, BYTES("-o")))
			return;
	}
	for (size_t k = 0; k < sizeof(quiet) / sizeof(*quiet); k++)
		if (shell_has(c, quiet[k]))
			return;
	struct job_finding *finding = docker_command_find(s, RULE(DF050), c);

	if (!s->run->json)
		docker_fix(s->f, finding, RULE_FIX_SAFE, c->words[c->program].to, c->words[c->program].to,
		           " -nv");
}

static void check_useradd(const struct docker_scope *s, const struct shell_command *c)
{
	uint64_t number;

	if (shell_has(c, "-l") || shell_has(c, "--no-log-init"))
		return;
	for (size_t k = c->program + 1; k + 1 < c->len; k++) {
		if ((!bytes_is(c->words[k].text, "-u") && !bytes_is(c->words[k].text, "--uid")) ||
		    !text_take_u64(c->words[k + 1].text, 10, UINT32_MAX, &number) || number < 100000)
			continue;
		struct job_finding *finding = docker_command_find(s, RULE(DF051), c);

		if (!s->run->json)
			docker_fix(s->f, finding, RULE_FIX_SAFE, c->words[c->program].to,
			           c->words[c->program].to, " -l");
	}
}

static bool is_useless(const struct shell_command *c)
{
	static const char *const programs[] = { "ssh", "vim", "shutdown", "service", "ps", "free",
		                                    "top", "kill", "mount", "systemctl", "ifconfig" };

	for (size_t k = 0; k < sizeof(programs) / sizeof(*programs); k++)
		if (shell_is(c, programs[k]))
			return true;
	return false;
}

/* Rules that ask for one program each. */
static void check_programs(const struct docker_scope *s, const struct shell_command *c)
{
	static const struct {
		const char *program;
		void (*check)(const struct docker_scope *s, const struct shell_command *c);
	} checks[] = {
		{ "chmod", check_mode },       { "install", check_mode }, { "cd", check_cd },
		{ "useradd", check_useradd },  { "wget", check_wget },    { "sudo", check_sudo },
	};

	for (size_t k = 0; k < sizeof(checks) / sizeof(*checks); k++)
		if (shell_is(c, checks[k].program))
			checks[k].check(s, c);
	if (shell_is(c, "chpasswd") || (shell_is(c, "usermod") && shell_has(c, "-p")))
		docker_command_find(s, RULE(DF014), c);
	if (is_useless(c))
		docker_command_find(s, RULE(DF065), c);
	if (shell_is(c, "ln") && c->len > c->program + 2)
		check_link(s, c);
}

static void check_command(const struct docker_scope *s, size_t index)
{
	const struct shell_command *c = &s->commands->items[index].shell;

	for (size_t k = 0; k < c->program; k++)
		check_assignment(s, &c->words[k]);
	if (c->program == c->len)
		return;
	for (size_t k = c->program + 1; k < c->len; k++) {
		check_word(s, c, &c->words[k]);
		if (shell_is(c, "export"))
			check_assignment(s, &c->words[k]);
	}
	docker_downloads(s, index);
	docker_packages(s, index);
	check_programs(s, c);
}

/* -- what RUNs do together -------------------------------------------------------------------- */

static bool sets_pipefail(const struct docker_scope *s)
{
	bool sets = bytes_search(s->run->line, BYTES("pipefail")) < s->run->line.n;

	for (size_t k = 0; k < s->run->heredocs.len; k++) {
		bytes body = s->run->heredocs.items[k].body;

		sets = sets || bytes_search(body, BYTES("pipefail")) < body.n;
	}
	return sets;
}

/* A SHELL before it, here or in the stages below. */
static bool has_shell(const struct docker_scope *s, const struct docker_stage *stage)
{
	for (; stage; stage = stage->parent > 0 ? &s->f->stages[stage->parent - 1] : NULL)
		for (size_t k = stage->in->first; k < stage->in->end; k++) {
			const struct dockerfile_instruction *i = docker_instruction(s->f, k);

			if (i->kind == DOCKERFILE_SHELL && i->from < s->run->from)
				return true;
		}
	return false;
}

static bool has_pipe(const struct docker_scope *s)
{
	for (size_t k = 0; k < s->commands->len; k++)
		if (s->commands->items[k].shell.before == SHELL_PIPE)
			return true;
	return false;
}

/* One SHELL mends the rest of its stage, so only the first pipe brings it. */
static void check_pipe(const struct docker_scope *s, size_t *fixed)
{
	const struct docker_stage *stage = docker_stage_of(s->f, s->run);

	if (!stage || s->run->json || docker_is_windows(stage) || !has_pipe(s) || sets_pipefail(s) ||
	    has_shell(s, stage))
		return;
	struct job_finding *finding = docker_find_at(s->f, RULE(DF029), s->run);

	if (*fixed == s->run->stage)
		return;
	*fixed = s->run->stage;
	docker_fix(s->f, finding, RULE_FIX_REVIEW, s->run->from, s->run->from,
	           docker_is_alpine(stage) ? "SHELL [\"/bin/ash\", \"-eo\", \"pipefail\", \"-c\"]\n"
	                                   : "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\n");
}

static void check_flags(const struct docker_scope *s)
{
	for (size_t k = 0; k < s->run->flags.len; k++) {
		const struct dockerfile_word *w = &s->run->flags.items[k];

		if (!bytes_is(w->text, "--security=insecure") && !bytes_is(w->text, "--network=host"))
			continue;
		struct job_finding *finding = docker_find(s->f, RULE(DF060), w->from, w->to);
		size_t to = k + 1 < s->run->flags.len ? s->run->flags.items[k + 1].from
		            : s->run->words.len > 0   ? s->run->words.items[0].from
		                                      : w->to;

		docker_fix(s->f, finding, RULE_FIX_SAFE, w->from, to, "");
	}
}

static bool is_plain_run(const struct dockerfile_instruction *i)
{
	return i->kind == DOCKERFILE_RUN && !i->json && i->heredocs.len == 0 && i->flags.len == 0 &&
	       i->words.len == 1;
}

/* An open quote would swallow what is joined, and a heredoc must not begin where none did. */
static bool is_closed(bytes line)
{
	size_t single = 0, twice = 0;

	for (size_t k = 0; k < line.n; k++) {
		single += line.p[k] == '\'';
		twice += line.p[k] == '"';
	}
	return single % 2 == 0 && twice % 2 == 0 && bytes_search(line, BYTES("<<")) == line.n;
}

bool docker_can_join(const struct docker_scope *s)
{
	const struct dockerfile *d = s->f->dockerfile;
	const struct dockerfile_instruction *next = s->run + 1;

	return next < d->instructions.items + d->instructions.len && !s->run->json &&
	       s->run->heredocs.len == 0 && s->run->words.len == 1 && is_plain_run(next) &&
	       next->comments.len == 0 && d->escape == '\\' && is_closed(s->run->line) &&
	       is_closed(next->line);
}

static void check_next_run(const struct docker_scope *s)
{
	bytes line = s->run->line;

	if (!is_plain_run(s->run) || !docker_can_join(s))
		return;
	struct job_finding *finding = docker_find_at(s->f, RULE(DF052), s->run + 1);

	if (bytes_find(line, '#') == line.n && bytes_find(line, ';') == line.n &&
	    bytes_search(line, BYTES("||")) == line.n)
		docker_fix(s->f, finding, RULE_FIX_REVIEW, s->run->words.items[0].to,
		           s->run[1].words.items[0].from, " \\\n && ");
}

struct seen {
	bool curl, wget;
	size_t piped; /* the last stage that got its SHELL */
};

static void check_run(const struct docker_file *f, const struct dockerfile_instruction *i,
                      struct seen *seen)
{
	const struct docker_stage *stage = docker_stage_of(f, i);
	struct docker_commands commands;
	struct docker_scope s = { f, i, &commands };

	docker_run(f, i, &commands);
	for (size_t k = 0; k < commands.len; k++) {
		const struct shell_command *c = &commands.items[k].shell;

		check_command(&s, k);
		docker_moves(&s, k);
		if ((shell_is(c, "curl") && seen->wget) || (shell_is(c, "wget") && seen->curl))
			docker_command_find(&s, RULE(DF049), c);
		seen->curl = seen->curl || shell_is(c, "curl");
		seen->wget = seen->wget || shell_is(c, "wget");
	}
	check_pipe(&s, &seen->piped);
	check_flags(&s);
	check_next_run(&s);
	if (!i->json && stage && docker_has_no_shell(stage) && stage->name.n > 0 &&
	    !bytes_is(stage->name, "scratch"))
		docker_find_at(f, RULE(DF028), i);
}

void docker_check_runs(const struct docker_file *f)
{
	struct seen seen = { 0 };

	for (size_t k = 0; k < f->dockerfile->instructions.len; k++)
		if (docker_instruction(f, k)->kind == DOCKERFILE_RUN)
			check_run(f, docker_instruction(f, k), &seen);
}
