/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/dockerfile.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/dockerfile_words.h"

struct reader {
	struct dockerfile *file;
	struct arena *arena;
	size_t at;       /* of the next line */
	bool directives; /* they may still come */
	struct dockerfile_words comments;
};

struct line {
	bytes text;  /* without its end */
	size_t from; /* in the file */
};

static void fault(struct reader *r, size_t at, const char *message)
{
	if (r->file->faults.len < LIMIT_FAULTS_NAMED)
		*ARENA_PUSH(r->arena, &r->file->faults) = (struct dockerfile_fault){ at, message };
}

static bool next_line(struct reader *r, struct line *out)
{
	bytes rest = bytes_skip(r->file->text, r->at);

	out->from = r->at;
	if (!bytes_line(&rest, &out->text))
		return false;
	r->at = r->file->text.n - rest.n;
	return true;
}

static bytes trim_left(bytes b)
{
	while (b.n > 0 && dockerfile_is_blank(b.p[0]))
		b = bytes_skip(b, 1);
	return b;
}

static bool is_comment(bytes line)
{
	line = trim_left(line);
	return line.n > 0 && line.p[0] == '#';
}

/* -- directives and comments ------------------------------------------------------------------ */

/* "# name=value" before everything else. False: this is none, and no more will come. */
static bool read_directive(struct reader *r, bytes comment, size_t at)
{
	size_t n = bytes_find(comment, '=');
	bytes name = bytes_trim(bytes_slice(comment, 0, n)), value;

	value = bytes_trim(bytes_skip(comment, n + 1));
	if (n == comment.n || value.n == 0)
		return false;
	if (bytes_equal_nocase(name, BYTES("syntax"))) {
		r->file->syntax = value;
		r->file->syntax_at = at + (size_t)(value.p - comment.p);
	} else if (bytes_equal_nocase(name, BYTES("check"))) {
		r->file->check = value;
	} else if (bytes_equal_nocase(name, BYTES("escape"))) {
		if (value.n == 1 && (value.p[0] == '\\' || value.p[0] == '`'))
			r->file->escape = value.p[0];
		else
			fault(r, at, "the escape character is \\ or `");
	} else {
		return false;
	}
	return true;
}

/* An empty comment parts what stands above it from what follows. */
static void read_comment(struct reader *r, struct line line)
{
	bytes hash = trim_left(line.text), text = bytes_trim(bytes_skip(hash, 1));
	size_t at = line.from + (size_t)(hash.p - line.text.p);

	r->directives = r->directives && read_directive(r, bytes_skip(hash, 1), at + 1);
	if (text.n == 0)
		r->comments = (struct dockerfile_words){ 0 };
	else
		*ARENA_PUSH(r->arena, &r->comments) =
			(struct dockerfile_word){ text, at, line.from + line.text.n };
}

/* -- joined lines ----------------------------------------------------------------------------- */

/* A line goes on when it ends in the escape character, blanks behind it or not; two of them are an
 * escaped one. */
static bool goes_on(bytes *line, uint8_t escape)
{
	size_t n = line->n;

	while (n > 0 && (line->p[n - 1] == ' ' || line->p[n - 1] == '\t'))
		n--;
	if (n == 0 || line->p[n - 1] != escape || (n > 1 && line->p[n - 2] == escape))
		return false;
	line->n = n - 1;
	return true;
}

struct parts {
	bytes *items;
	size_t len, cap;
};

/* All lines of an instruction, comments and blank lines between them left out. */
static void join(struct reader *r, struct line line, struct dockerfile_instruction *i,
                 struct parts *parts)
{
	bytes text = trim_left(line.text);
	bool more = goes_on(&text, r->file->escape);

	i->from = (size_t)(trim_left(line.text).p - r->file->text.p);
	*ARENA_PUSH(r->arena, parts) = text;
	i->line_end = line.from + line.text.n;
	while (more && next_line(r, &line)) {
		i->line_end = line.from + line.text.n;
		if (is_comment(line.text))
			continue;
		if (trim_left(line.text).n == 0) {
			i->blank_at = i->blank_at ? i->blank_at : line.from;
			continue;
		}
		more = goes_on(&line.text, r->file->escape);
		*ARENA_PUSH(r->arena, parts) = line.text;
	}
	i->to = i->line_end;
}

static bytes trim_right(bytes b)
{
	while (b.n > 0 && dockerfile_is_blank(b.p[b.n - 1]))
		b.n--;
	return b;
}

static void settle(const struct reader *r, struct dockerfile_instruction *i,
                   const struct parts *parts)
{
	struct dockerfile_piece *pieces = arena_array(r->arena, struct dockerfile_piece, parts->len);
	size_t n = 0;

	for (size_t k = 0; k < parts->len; k++) {
		pieces[k].line_at = n;
		pieces[k].file_at = (size_t)(parts->items[k].p - r->file->text.p);
		n += parts->items[k].n;
	}
	i->pieces = pieces;
	i->pieces_len = parts->len;
	if (parts->len == 1) {
		i->line = trim_right(parts->items[0]);
		return;
	}
	uint8_t *joined = arena_alloc(r->arena, n);

	for (size_t k = 0; k < parts->len; k++)
		if (parts->items[k].n > 0)
			memcpy(joined + pieces[k].line_at, parts->items[k].p, parts->items[k].n);
	i->line = trim_right(bytes_of(joined, n));
}

size_t dockerfile_at(const struct dockerfile_instruction *i, size_t at)
{
	size_t low = 0, high = i->pieces_len;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (i->pieces[middle].line_at <= at)
			low = middle;
		else
			high = middle;
	}
	return i->pieces[low].file_at + (at - i->pieces[low].line_at);
}

/* -- heredocs --------------------------------------------------------------------------------- */

/* The lines up to the closing word. False, and nothing taken, when it never comes. */
static bool take_body(struct reader *r, struct dockerfile_heredoc *h)
{
	size_t start = r->at;
	struct line line;

	h->from = start;
	while (next_line(r, &line)) {
		bytes text = line.text;

		while (h->chomp && text.n > 0 && text.p[0] == '\t')
			text = bytes_skip(text, 1);
		if (!bytes_equal(text, h->name))
			continue;
		h->to = line.from;
		h->body = bytes_slice(r->file->text, h->from, h->to - h->from);
		return true;
	}
	r->at = start;
	return false;
}

static void read_heredocs(struct reader *r, struct dockerfile_instruction *i,
                          struct dockerfile_instruction *of)
{
	bool may = of->kind == DOCKERFILE_RUN || of->kind == DOCKERFILE_COPY ||
	           of->kind == DOCKERFILE_ADD;
	struct dockerfile_words words = { 0 };
	struct dockerfile_heredoc h;

	if (!may || of->json || bytes_search(of->line, BYTES("<<")) == of->line.n)
		return;
	dockerfile_split(of, of->args_at, r->file->escape, r->arena, &words);
	for (size_t k = 0; k < words.len; k++) {
		if (!dockerfile_heredoc_of(words.items[k].text, &h))
			continue;
		if (!take_body(r, &h)) {
			fault(r, words.items[k].from, "a heredoc that is never closed");
			return;
		}
		*ARENA_PUSH(r->arena, &of->heredocs) = h;
		i->to = of->to = r->at;
	}
	while (i->to > i->line_end && (r->file->text.p[i->to - 1] == '\n' ||
	                               r->file->text.p[i->to - 1] == '\r'))
		i->to--;
	of->to = i->to;
}

/* -- the file --------------------------------------------------------------------------------- */

static void begin_stage(struct reader *r, const struct dockerfile_instruction *i, size_t index)
{
	struct dockerfile_stage *s = ARENA_PUSH(r->arena, &r->file->stages);

	s->first = index;
	if (i->words.len > 0)
		s->image = i->words.items[0];
	if (i->words.len == 3 && bytes_equal_nocase(i->words.items[1].text, BYTES("as"))) {
		s->as = i->words.items[1];
		s->name = i->words.items[2];
	} else if (i->words.len != 1) {
		fault(r, i->from, "FROM takes an image, or an image AS a name");
	}
}

static void read_instruction(struct reader *r, struct line line)
{
	struct dockerfile *file = r->file;
	struct dockerfile_instruction *i = ARENA_PUSH(r->arena, &file->instructions);
	struct parts parts = { 0 };
	const char *message = NULL;

	join(r, line, i, &parts);
	settle(r, i, &parts);
	i->comments = r->comments;
	r->comments = (struct dockerfile_words){ 0 };
	dockerfile_read(i, file->escape, 0, r->arena, &message);
	if (message)
		fault(r, i->from, message);
	read_heredocs(r, i, i->trigger ? i->trigger : i);
	if (i->kind == DOCKERFILE_FROM)
		begin_stage(r, i, file->instructions.len - 1);
	i->stage = file->stages.len;
	if (file->stages.len > 0)
		file->stages.items[file->stages.len - 1].end = file->instructions.len;
}

void dockerfile_parse(bytes text, struct arena *a, struct dockerfile *out)
{
	struct reader r = { .file = out, .arena = a, .directives = true };
	struct line line;

	*out = (struct dockerfile){ .text = text, .escape = '\\' };
	if (bytes_starts(text, BYTES("\xEF\xBB\xBF")))
		r.at = 3;
	while (next_line(&r, &line)) {
		if (is_comment(line.text)) {
			read_comment(&r, line);
			continue;
		}
		r.directives = false;
		if (trim_left(line.text).n > 0)
			read_instruction(&r, line);
	}
	if (out->instructions.len == 0)
		fault(&r, 0, "a Dockerfile without instructions");
}

/* -- questions -------------------------------------------------------------------------------- */

bytes dockerfile_args(const struct dockerfile_instruction *i)
{
	return bytes_skip(i->line, i->args_at);
}

const struct dockerfile_word *dockerfile_flag(const struct dockerfile_instruction *i,
                                              const char *name)
{
	for (size_t k = 0; k < i->flags.len; k++) {
		bytes text = bytes_skip(i->flags.items[k].text, 2);

		if (bytes_is(bytes_slice(text, 0, bytes_find(text, '=')), name))
			return &i->flags.items[k];
	}
	return NULL;
}

bytes dockerfile_flag_value(const struct dockerfile_instruction *i, const char *name)
{
	const struct dockerfile_word *flag = dockerfile_flag(i, name);

	return flag ? bytes_skip(flag->text, bytes_find(flag->text, '=') + 1) : (bytes){ 0 };
}

/* -- the dump --------------------------------------------------------------------------------- */

/* As Go's strconv.Quote. */
static void put_quoted(buf *out, bytes text)
{
	static const char plain[] = "\a\b\f\n\r\t\v\"\\", letters[] = "abfnrtv\"\\";

	buf_putc(out, '"');
	while (text.n > 0) {
		bytes rest = text;
		const char *special = text.p[0] ? strchr(plain, text.p[0]) : NULL;
		uint32_t c = 0;

		if (special)
			buf_printf(out, "\\%c", letters[special - plain]);
		else if (text.p[0] < ' ' || text.p[0] == 0x7F || !text_utf8_next(&rest, &c))
			buf_printf(out, "\\x%02x", text.p[0]);
		else if (text_is_deceptive(c))
			buf_printf(out, "\\u%04x", c);
		else
			buf_put(out, bytes_slice(text, 0, text.n - rest.n));
		text = bytes_skip(text, c ? text.n - rest.n : 1);
	}
	buf_putc(out, '"');
}

static void put_word(buf *out, bytes text)
{
	buf_putc(out, ' ');
	put_quoted(out, text);
}

/* The depth is that of the reader's triggers. */
static void put_instruction(buf *out, const struct dockerfile_instruction *i)
{
	buf_putc(out, '(');
	for (size_t k = 0; k < i->name.n; k++)
		buf_putc(out, (uint8_t)(i->name.p[k] | (i->name.p[k] >= 'A' && i->name.p[k] <= 'Z') << 5));
	for (size_t k = 0; k < i->flags.len; k++) {
		buf_puts(out, k == 0 ? " [" : " ");
		put_quoted(out, i->flags.items[k].text);
	}
	if (i->flags.len > 0)
		buf_putc(out, ']');
	if (i->trigger) {
		buf_putc(out, ' ');
		put_instruction(out, i->trigger);
	}
	bool pairs = i->kind == DOCKERFILE_ENV || i->kind == DOCKERFILE_LABEL;

	for (size_t k = 0; pairs && k < i->pairs.len; k++) {
		put_word(out, i->pairs.items[k].key.text);
		put_word(out, i->pairs.items[k].value.text);
		put_word(out, i->pairs.items[k].legacy ? BYTES("") : BYTES("="));
	}
	for (size_t k = 0; !pairs && k < i->words.len; k++)
		put_word(out, i->words.items[k].text);
	if (i->kind == DOCKERFILE_UNKNOWN)
		put_word(out, BYTES(""));
	buf_putc(out, ')');
}

void dockerfile_dump(const struct dockerfile *file, buf *out)
{
	for (size_t k = 0; k < file->instructions.len; k++) {
		put_instruction(out, &file->instructions.items[k]);
		buf_putc(out, '\n');
	}
}
