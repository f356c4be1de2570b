/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/shell.h"

#include "base/path.h"

struct splitter {
	bytes text;
	size_t at;
	struct arena *arena;
	struct shell_script *out;
	struct shell_command command; /* being read */
	enum shell_joint joint;       /* before it */
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_operator(uint8_t c)
{
	return c == ';' || c == '&' || c == '|' || c == '\n' || c == '(' || c == ')';
}

static bool is_reserved(bytes word)
{
	static const char *const words[] = { "if", "then", "elif", "else", "fi",   "while", "until",
		                                 "do", "done", "{",    "}",    "!",    "time",  "case",
		                                 "in", "esac", "exec", "eval", "then;" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_is(word, words[i]))
			return true;
	return false;
}

static bool is_assignment(bytes word)
{
	size_t n = bytes_find(word, '=');

	for (size_t i = 0; i < n && n < word.n; i++) {
		uint8_t c = word.p[i] | 0x20;

		if (!((c >= 'a' && c <= 'z') || word.p[i] == '_' ||
		      (i > 0 && word.p[i] >= '0' && word.p[i] <= '9')))
			return false;
	}
	return n > 0 && n < word.n;
}

static void end_command(struct splitter *s, enum shell_joint next)
{
	struct shell_command *c = &s->command;

	if (c->len > 0) {
		while (c->program < c->len && is_assignment(c->words[c->program].text))
			c->program++;
		c->before = s->out->len == 0 ? SHELL_FIRST : s->joint;
		c->from = c->words[0].from;
		c->to = c->words[c->len - 1].to;
		*ARENA_PUSH(s->arena, s->out) = *c;
		s->joint = next;
	} else if (next != SHELL_NEXT) {
		s->joint = next;
	}
	s->command = (struct shell_command){ 0 };
}

/* Behind what "$(" or a backquote opened at s->at. */
static size_t skip_substitution(bytes text, size_t at)
{
	size_t depth = 0;

	if (text.p[at] == '`') {
		size_t n = bytes_find(bytes_skip(text, at + 1), '`');

		return at + 1 + n < text.n ? at + n + 2 : text.n;
	}
	for (at++; at < text.n; at++) {
		if (text.p[at] == '\\')
			at++;
		else if (text.p[at] == '(')
			depth++;
		else if (text.p[at] == ')' && --depth == 0)
			return at + 1;
	}
	return text.n;
}

static bool opens_substitution(bytes text, size_t at)
{
	return text.p[at] == '`' || (text.p[at] == '$' && at + 1 < text.n && text.p[at + 1] == '(');
}

/* Where the word that begins at `at` ends; *quoted: it has quotes or backslashes. */
static size_t skip_word(bytes text, size_t at, bool *quoted)
{
	uint8_t quote = 0;

	while (at < text.n) {
		uint8_t c = text.p[at];

		if (quote != '\'' && opens_substitution(text, at)) {
			at = skip_substitution(text, at);
			continue;
		}
		if (c == '\\' && quote != '\'') {
			*quoted = true;
			at += at + 1 < text.n ? 2 : 1;
			continue;
		}
		if (quote) {
			quote = c == quote ? 0 : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
			*quoted = true;
		} else if (is_blank(c) || is_operator(c)) {
			break;
		}
		at++;
	}
	return at;
}

static bytes unquote(bytes text, struct arena *a)
{
	uint8_t *p = arena_alloc(a, text.n), quote = 0;
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c == '\\' && quote != '\'' && i + 1 < text.n)
			p[n++] = text.p[++i];
		else if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
		else
			p[n++] = c;
	}
	return bytes_of(p, n);
}

static void take_word(struct splitter *s)
{
	bool quoted = false;
	size_t end = skip_word(s->text, s->at, &quoted);
	bytes text = bytes_slice(s->text, s->at, end - s->at);
	struct shell_word word = { text, s->at, end, quoted };

	s->at = end;
	if (s->command.len == 0 && is_reserved(text))
		return;
	if (quoted)
		word.text = unquote(text, s->arena);
	struct {
		struct shell_word *items;
		size_t len, cap;
	} list = { s->command.words, s->command.len, s->command.cap };

	*ARENA_PUSH(s->arena, &list) = word;
	s->command.words = list.items;
	s->command.len = list.len;
	s->command.cap = list.cap;
}

static void take_operator(struct splitter *s)
{
	uint8_t c = s->text.p[s->at++];
	bool twice = s->at < s->text.n && s->text.p[s->at] == c && (c == '&' || c == '|');

	/* ">&2" and "2>&1" are redirections. */
	if (c == '&' && !twice && s->at >= 2 && s->text.p[s->at - 2] == '>')
		return;
	s->at += twice;
	if (c == '|' && !twice)
		s->at += s->at < s->text.n && s->text.p[s->at] == '&';
	end_command(s, c == '&' && twice ? SHELL_AND
	               : c == '|'        ? (twice ? SHELL_OR : SHELL_PIPE)
	                                 : SHELL_NEXT);
}

void shell_split(bytes text, struct arena *a, struct shell_script *out)
{
	struct splitter s = { .text = text, .arena = a, .out = out, .joint = SHELL_NEXT };

	*out = (struct shell_script){ 0 };
	while (s.at < text.n) {
		uint8_t c = text.p[s.at];

		if (is_blank(c))
			s.at++;
		else if (c == '#')
			s.at += bytes_find(bytes_skip(text, s.at), '\n');
		else if (c == '\\' && s.at + 1 < text.n && text.p[s.at + 1] == '\n')
			s.at += 2;
		else if (is_operator(c))
			take_operator(&s);
		else
			take_word(&s);
	}
	end_command(&s, SHELL_NEXT);
}

size_t shell_program(const struct shell_command *c)
{
	static const char *const before[] = { "sudo",    "doas",  "env", "exec",
		                                  "command", "nohup", "time" };
	size_t at = c->program;

	for (size_t k = 0; k < sizeof(before) / sizeof(*before) && at < c->len;) {
		if (!bytes_is(path_base(c->words[at].text), before[k++]))
			continue;
		for (at++; at < c->len && (bytes_starts(c->words[at].text, BYTES("-")) ||
		                           bytes_find(c->words[at].text, '=') < c->words[at].text.n);)
			at++;
		k = 0;
	}
	return at;
}

const struct shell_word *shell_inner(const struct shell_command *c)
{
	static const char *const shells[] = { "sh", "bash", "ash", "dash" };
	size_t at = shell_program(c);
	bool is_shell = false;

	for (size_t k = 0; k < sizeof(shells) / sizeof(*shells) && at < c->len; k++)
		is_shell |= bytes_is(path_base(c->words[at].text), shells[k]);
	for (size_t k = at + 1; is_shell && k + 1 < c->len; k++) {
		bytes word = c->words[k].text;

		/* -c, -ec, -lc, -euxo pipefail -c */
		if (word.n >= 2 && word.p[0] == '-' && word.p[1] != '-' && word.p[word.n - 1] == 'c')
			return &c->words[k + 1];
	}
	return NULL;
}

const struct shell_word *shell_has(const struct shell_command *c, const char *word)
{
	for (size_t i = c->program + 1; i < c->len; i++)
		if (bytes_is(c->words[i].text, word))
			return &c->words[i];
	return NULL;
}

bool shell_is(const struct shell_command *c, const char *program)
{
	return c->program < c->len && bytes_is(path_base(c->words[c->program].text), program);
}
