/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/dockerfile_words.h"

#include "fmt/json.h"

#define DEPTH_MOST 8 /* of ONBUILD in ONBUILD, which is refused later anyway */

/* BuildKit's parser groups instructions by how their arguments are read. */
enum form { FORM_IGNORED, FORM_STRING, FORM_LIST, FORM_JSON, FORM_JSON_LIST, FORM_ARG, FORM_PAIRS,
	        FORM_HEALTH, FORM_TRIGGER };

static const struct {
	const char *name;
	enum form form;
} kinds[] = {
	[DOCKERFILE_UNKNOWN] = { "", FORM_IGNORED },
	[DOCKERFILE_ADD] = { "add", FORM_JSON_LIST },
	[DOCKERFILE_ARG] = { "arg", FORM_ARG },
	[DOCKERFILE_CMD] = { "cmd", FORM_JSON },
	[DOCKERFILE_COPY] = { "copy", FORM_JSON_LIST },
	[DOCKERFILE_ENTRYPOINT] = { "entrypoint", FORM_JSON },
	[DOCKERFILE_ENV] = { "env", FORM_PAIRS },
	[DOCKERFILE_EXPOSE] = { "expose", FORM_LIST },
	[DOCKERFILE_FROM] = { "from", FORM_LIST },
	[DOCKERFILE_HEALTHCHECK] = { "healthcheck", FORM_HEALTH },
	[DOCKERFILE_LABEL] = { "label", FORM_PAIRS },
	[DOCKERFILE_MAINTAINER] = { "maintainer", FORM_STRING },
	[DOCKERFILE_ONBUILD] = { "onbuild", FORM_TRIGGER },
	[DOCKERFILE_RUN] = { "run", FORM_JSON },
	[DOCKERFILE_SHELL] = { "shell", FORM_JSON },
	[DOCKERFILE_STOPSIGNAL] = { "stopsignal", FORM_STRING },
	[DOCKERFILE_USER] = { "user", FORM_STRING },
	[DOCKERFILE_VOLUME] = { "volume", FORM_JSON_LIST },
	[DOCKERFILE_WORKDIR] = { "workdir", FORM_STRING },
};

static enum dockerfile_kind kind_of(bytes name)
{
	for (size_t k = 1; k < sizeof(kinds) / sizeof(*kinds); k++)
		if (bytes_equal_nocase(name, bytes_str(kinds[k].name)))
			return (enum dockerfile_kind)k;
	return DOCKERFILE_UNKNOWN;
}

/* -- words ------------------------------------------------------------------------------------ */

/* The octets [from, to) of the line as a word; its end lies behind its last octet. */
static struct dockerfile_word word_of(const struct dockerfile_instruction *i, size_t from,
                                      size_t to)
{
	struct dockerfile_word w = { .text = bytes_slice(i->line, from, to - from) };

	w.from = dockerfile_at(i, from);
	w.to = to > from ? dockerfile_at(i, to - 1) + 1 : w.from;
	return w;
}

static size_t skip_blanks(bytes line, size_t at)
{
	while (at < line.n && dockerfile_is_blank(line.p[at]))
		at++;
	return at;
}

static size_t skip_text(bytes line, size_t at)
{
	while (at < line.n && !dockerfile_is_blank(line.p[at]))
		at++;
	return at;
}

/* Where the word that begins at `at` ends. A quote that is never closed runs to the end. */
static size_t skip_word(bytes line, size_t at, uint8_t escape)
{
	uint8_t quote = 0;

	for (; at < line.n; at++) {
		uint8_t c = line.p[at];

		if (c == escape && quote != '\'')
			at++; /* and whatever it escapes */
		else if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (dockerfile_is_blank(c))
			break;
	}
	return at < line.n ? at : line.n;
}

void dockerfile_split(const struct dockerfile_instruction *i, size_t at, uint8_t escape,
                      struct arena *a, struct dockerfile_words *out)
{
	for (at = skip_blanks(i->line, at); at < i->line.n; at = skip_blanks(i->line, at)) {
		size_t end = skip_word(i->line, at, escape), to = end;

		/* An escape character at the very end escapes nothing and is dropped. */
		if (end == i->line.n && end > at && i->line.p[end - 1] == escape &&
		    !(end > at + 1 && i->line.p[end - 2] == escape))
			to--;
		if (to > at)
			*ARENA_PUSH(a, out) = word_of(i, at, to);
		at = end;
	}
}

static void split_blanks(struct dockerfile_instruction *i, struct arena *a)
{
	for (size_t at = skip_blanks(i->line, i->args_at); at < i->line.n;) {
		size_t end = skip_text(i->line, at);

		*ARENA_PUSH(a, &i->words) = word_of(i, at, end);
		at = skip_blanks(i->line, end);
	}
}

static void whole(struct dockerfile_instruction *i, size_t at, struct arena *a)
{
	if (at < i->line.n)
		*ARENA_PUSH(a, &i->words) = word_of(i, at, i->line.n);
}

/* -- flags ------------------------------------------------------------------------------------ */

/* Quotes and backslashes count in flags, and are not part of them. */
static bytes unquote_flag(bytes text, struct arena *a)
{
	uint8_t *p = arena_alloc(a, text.n), quote = 0;
	size_t n = 0;

	for (size_t k = 0; k < text.n; k++) {
		uint8_t c = text.p[k];

		if (c == '\\' && k + 1 < text.n)
			p[n++] = text.p[++k];
		else if (quote && c == quote)
			quote = 0;
		else if (!quote && (c == '"' || c == '\''))
			quote = c;
		else
			p[n++] = c;
	}
	return bytes_of(p, n);
}

static bool is_plain(bytes text)
{
	return bytes_find(text, '"') == text.n && bytes_find(text, '\'') == text.n &&
	       bytes_find(text, '\\') == text.n;
}

/* "--" alone ends the flags and is passed over. */
static void read_flags(struct dockerfile_instruction *i, struct arena *a)
{
	size_t at = i->args_at;

	while (bytes_starts(bytes_skip(i->line, at), BYTES("--"))) {
		size_t end = skip_word(i->line, at, '\\');
		struct dockerfile_word flag = word_of(i, at, end);

		at = skip_blanks(i->line, end);
		if (bytes_is(flag.text, "--"))
			break;
		if (!is_plain(flag.text))
			flag.text = unquote_flag(flag.text, a);
		*ARENA_PUSH(a, &i->flags) = flag;
	}
	i->args_at = at;
}

/* -- forms ------------------------------------------------------------------------------------ */

/* A list of strings, or false: then it is meant for a shell. */
static bool read_json(struct dockerfile_instruction *i, size_t at, struct arena *a,
                      const char **fault)
{
	bytes text = bytes_skip(i->line, at);
	struct json_doc doc;
	err ignored = { 0 };

	if (!bytes_starts(text, BYTES("[")) || !bytes_ends(text, BYTES("]")) ||
	    json_parse(text, a, &doc, &ignored) < 0)
		return false;
	for (json v = json_first(json_root(&doc)); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes raw = json_raw(v);
		size_t from = at + (size_t)(raw.p - text.p);
		struct dockerfile_word w = word_of(i, from, from + raw.n);

		if (!json_str(v, a, &w.text)) {
			*fault = "a JSON list here holds strings only";
			continue;
		}
		*ARENA_PUSH(a, &i->words) = w;
	}
	i->json = true;
	return true;
}

static struct dockerfile_pair pair_of(const struct dockerfile_instruction *i,
                                      struct dockerfile_word word)
{
	size_t at = (size_t)(word.text.p - i->line.p), n = bytes_find(word.text, '=');
	struct dockerfile_pair pair = { .has_value = n < word.text.n };

	pair.key = word_of(i, at, at + n);
	pair.value = pair.has_value ? word_of(i, at + n + 1, at + word.text.n)
	                            : (struct dockerfile_word){ .from = word.to, .to = word.to };
	if (pair.has_value && pair.value.text.n == 0) /* behind the "=", which may end the line */
		pair.value.from = pair.value.to = dockerfile_at(i, at + n) + 1;
	return pair;
}

static void read_legacy(struct dockerfile_instruction *i, struct arena *a, const char **fault)
{
	size_t key_end = skip_text(i->line, i->args_at), value = skip_blanks(i->line, key_end);

	if (value == i->line.n) {
		*fault = "a name without a value";
		return;
	}
	*ARENA_PUSH(a, &i->pairs) = (struct dockerfile_pair){
		.key = word_of(i, i->args_at, key_end),
		.value = word_of(i, value, i->line.n),
		.has_value = true,
		.legacy = true,
	};
}

static void read_pairs(struct dockerfile_instruction *i, uint8_t escape, struct arena *a,
                       const char **fault)
{
	dockerfile_split(i, i->args_at, escape, a, &i->words);
	if (i->words.len > 0 && bytes_find(i->words.items[0].text, '=') == i->words.items[0].text.n) {
		read_legacy(i, a, fault);
		return;
	}
	for (size_t k = 0; k < i->words.len; k++) {
		struct dockerfile_word word = i->words.items[k];

		if (bytes_find(word.text, '=') == word.text.n)
			*fault = "a word without '=' in a list of name=value";
		else
			*ARENA_PUSH(a, &i->pairs) = pair_of(i, word);
	}
}

static void read_args(struct dockerfile_instruction *i, uint8_t escape, struct arena *a)
{
	dockerfile_split(i, i->args_at, escape, a, &i->words);
	for (size_t k = 0; k < i->words.len; k++)
		*ARENA_PUSH(a, &i->pairs) = pair_of(i, i->words.items[k]);
}

static void read_health(struct dockerfile_instruction *i, struct arena *a, const char **fault)
{
	size_t end = skip_text(i->line, i->args_at), rest = skip_blanks(i->line, end);

	if (end == i->args_at)
		return;
	*ARENA_PUSH(a, &i->words) = word_of(i, i->args_at, end);
	if (!read_json(i, rest, a, fault))
		whole(i, rest, a);
}

/* What ONBUILD defers is an instruction of its own, in the same text. */
static void read_trigger(struct dockerfile_instruction *i, uint8_t escape, unsigned depth,
                         struct arena *a, const char **fault)
{
	if (i->args_at == i->line.n)
		return;
	if (depth == DEPTH_MOST) {
		*fault = "ONBUILD in ONBUILD";
		return;
	}
	struct dockerfile_instruction *t = arena_new(a, struct dockerfile_instruction);

	t->line = bytes_skip(i->line, i->args_at);
	struct dockerfile_piece *pieces = arena_array(a, struct dockerfile_piece, i->pieces_len);
	size_t n = 0;

	for (size_t k = 0; k < i->pieces_len; k++) {
		size_t line_at = i->pieces[k].line_at;

		if (line_at <= i->args_at)
			n = 0; /* only the last piece up to the arguments counts */
		pieces[n++] = line_at <= i->args_at
		                  ? (struct dockerfile_piece){ 0, i->pieces[k].file_at + i->args_at -
			                                                  line_at }
		                  : (struct dockerfile_piece){ line_at - i->args_at,
			                                           i->pieces[k].file_at };
	}
	t->pieces = pieces;
	t->pieces_len = n;
	t->from = dockerfile_at(t, 0);
	t->to = i->to;
	t->line_end = i->line_end;
	i->trigger = t;
	dockerfile_read(t, escape, depth + 1, a, fault);
}

void dockerfile_read(struct dockerfile_instruction *i, uint8_t escape, unsigned depth,
                     struct arena *a, const char **out_fault)
{
	size_t end = skip_text(i->line, 0);

	i->name = bytes_slice(i->line, 0, end);
	i->kind = kind_of(i->name);
	i->args_at = skip_blanks(i->line, end);
	read_flags(i, a);
	switch (kinds[i->kind].form) {
	case FORM_IGNORED: *out_fault = "unknown instruction"; break;
	case FORM_STRING: whole(i, i->args_at, a); break;
	case FORM_LIST: split_blanks(i, a); break;
	case FORM_JSON:
		if (!read_json(i, i->args_at, a, out_fault))
			whole(i, i->args_at, a);
		break;
	case FORM_JSON_LIST:
		if (!read_json(i, i->args_at, a, out_fault))
			split_blanks(i, a);
		break;
	case FORM_ARG: read_args(i, escape, a); break;
	case FORM_PAIRS: read_pairs(i, escape, a, out_fault); break;
	case FORM_HEALTH: read_health(i, a, out_fault); break;
	case FORM_TRIGGER: read_trigger(i, escape, depth, a, out_fault); break;
	}
}

/* -- heredocs --------------------------------------------------------------------------------- */

bool dockerfile_heredoc_of(bytes word, struct dockerfile_heredoc *out)
{
	while (word.n > 0 && word.p[0] >= '0' && word.p[0] <= '9')
		word = bytes_skip(word, 1);
	if (!bytes_take_prefix(&word, BYTES("<<")))
		return false;
	*out = (struct dockerfile_heredoc){ .expand = true };
	out->chomp = bytes_take_prefix(&word, BYTES("-"));
	if (word.n >= 2 && (word.p[0] == '"' || word.p[0] == '\'') && word.p[word.n - 1] == word.p[0]) {
		word = bytes_slice(word, 1, word.n - 2);
		out->expand = false;
	}
	out->name = word;
	return word.n > 0 && bytes_find(word, '<') == word.n;
}
