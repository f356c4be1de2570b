/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/origins.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "fmt/source.h"
#include "sys/file.h"
#include "sys/worker.h"

#define ANSWER_MOST (LIMIT_LAYERS * 64)

/* -- what a layer's history says --------------------------------------------------------------- */

struct command {
	enum dockerfile_kind kind; /* DOCKERFILE_UNKNOWN: makes no layer that we know */
	bytes text;
	bool hashed; /* the old builder says the digest of what was copied */
};

static enum dockerfile_kind take_kind(bytes *text)
{
	static const struct {
		bytes word;
		enum dockerfile_kind kind;
	} words[] = { { BYTES_INIT("RUN "), DOCKERFILE_RUN },
		          { BYTES_INIT("COPY "), DOCKERFILE_COPY },
		          { BYTES_INIT("ADD "), DOCKERFILE_ADD },
		          { BYTES_INIT("WORKDIR "), DOCKERFILE_WORKDIR } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_take_prefix(text, words[i].word))
			return words[i].kind;
	return DOCKERFILE_UNKNOWN;
}

/* "RUN |1 A=b /bin/sh -c make # buildkit", "/bin/sh -c make", "/bin/sh -c #(nop) COPY file:9f… in
 * /app", "COPY --chown=app . /app # buildkit". */
static struct command command_of(bytes history)
{
	struct command c = { .text = bytes_trim(history) };
	bytes mark = BYTES(" # buildkit"), shell = BYTES(" -c ");

	if (bytes_ends(c.text, mark))
		c.text.n -= mark.n;
	c.kind = take_kind(&c.text);
	size_t at = bytes_search(c.text, shell);

	if (c.kind == DOCKERFILE_COPY || c.kind == DOCKERFILE_ADD)
		while (bytes_starts(c.text, BYTES("--")))
			c.text = bytes_trim(bytes_skip(c.text, bytes_find(c.text, ' ')));
	if (c.kind == DOCKERFILE_UNKNOWN || c.kind == DOCKERFILE_RUN)
		c.text = bytes_trim(at < c.text.n ? bytes_skip(c.text, at + shell.n) : c.text);
	if (c.kind != DOCKERFILE_UNKNOWN)
		return c;
	c.kind = DOCKERFILE_RUN;
	if (bytes_take_prefix(&c.text, BYTES("#(nop)"))) {
		c.text = bytes_trim(c.text);
		c.kind = take_kind(&c.text);
		c.hashed = true;
	}
	return c;
}

/* -- the instructions -------------------------------------------------------------------------- */

struct instructions {
	const struct dockerfile_instruction **items;
	size_t len, cap;
	const struct dockerfile_instruction *from; /* of the lowest stage */
};

/* Stages that are built on stages of the file come before them. */
static void list(const struct dockerfile *file, size_t stage, struct arena *a,
                 struct instructions *out)
{
	size_t chain[64], n = 0; /* deeper ones count as a base image */

	for (bool is_ours = true; is_ours && n < 64;) {
		bytes image = file->stages.items[stage].image.text;

		chain[n++] = stage;
		is_ours = false;
		for (size_t i = stage; i-- > 0 && !is_ours;)
			if (bytes_equal_nocase(file->stages.items[i].name.text, image)) {
				stage = i;
				is_ours = true;
			}
	}
	out->from = &file->instructions.items[file->stages.items[chain[n - 1]].first];
	while (n-- > 0)
		for (size_t i = file->stages.items[chain[n]].first; i < file->stages.items[chain[n]].end;
		     i++)
			*ARENA_PUSH(a, out) = &file->instructions.items[i];
}

static uint8_t next_letter(bytes *text)
{
	uint8_t c;

	while (bytes_take_u8(text, &c))
		if (c > ' ')
			return c;
	return 0;
}

/* Builders join and cut lines as they like. */
static bool same_letters(bytes a, bytes b)
{
	uint8_t x, y;

	do {
		x = next_letter(&a);
		y = next_letter(&b);
	} while (x == y && x != 0);
	return x == y;
}

static bool may_differ(const struct dockerfile_instruction *i, const struct command *c)
{
	return c->hashed || i->json || i->heredocs.len > 0 || bytes_find(i->line, '$') < i->line.n ||
	       (i->kind == DOCKERFILE_WORKDIR && !bytes_starts(dockerfile_args(i), BYTES("/")));
}

/* find(all, end, c): the place + 1 of the instruction before `end` that made it; 0: none. */
static size_t find(const struct instructions *all, size_t end, const struct command *c)
{
	if (c->kind == DOCKERFILE_UNKNOWN)
		return 0;
	for (size_t i = end; i-- > 0;)
		if (all->items[i]->kind == c->kind &&
		    same_letters(dockerfile_args(all->items[i]), c->text))
			return i + 1;
	for (size_t i = end; i-- > 0;)
		if (all->items[i]->kind == c->kind && may_differ(all->items[i], c))
			return i + 1;
	return 0;
}

/* -- places ------------------------------------------------------------------------------------ */

static struct scan_origin origin_of(const struct source *s, const struct dockerfile_instruction *i)
{
	size_t to = i->to;

	while (to > i->from && (s->text.p[to - 1] == '\n' || s->text.p[to - 1] == '\r'))
		to--;
	size_t line = source_line_start(s, to);

	return (struct scan_origin){
		.line = source_position(s, i->from).line,
		.end_line = source_position(s, to).line,
		.end_column = (uint32_t)text_utf16_units(bytes_slice(s->text, line, to - line)) + 1,
	};
}

bool origins_match(const struct dockerfile *file, const struct image *image, struct arena *a,
                   struct scan_origin *out)
{
	struct instructions all = { 0 };
	struct source source;

	if (file->stages.len == 0)
		return false;
	list(file, file->stages.len - 1, a, &all);
	source_init(&source, file->text, a);
	for (size_t i = image->layers.len, end = all.len; i-- > 0;) {
		struct command c = command_of(image->layers.items[i].created_by);
		size_t place = end > 0 ? find(&all, end, &c) : 0;

		end = place > 0 ? place - 1 : 0; /* below a layer of the base there are others of it */
		out[i] = origin_of(&source, place > 0 ? all.items[place - 1] : all.from);
	}
	return true;
}

/* -- the worker -------------------------------------------------------------------------------- */

struct served { /* as they were when the worker was forked */
	bytes text;
	const struct image *image;
};

static _Noreturn int serve(struct worker_side *side, void *arg)
{
	const struct served *s = arg;
	size_t n = s->image->layers.len;
	struct arena a = ARENA_INIT;
	struct scan_origin *found = arena_array(&a, struct scan_origin, n);
	buf answer = BUF_INIT(ANSWER_MOST);
	struct dockerfile file;

	dockerfile_parse(s->text, &a, &file);
	if (!origins_match(&file, s->image, &a, found))
		n = 0;
	for (size_t i = 0; i < n; i++) {
		pack_u64(&answer, found[i].line);
		pack_u64(&answer, found[i].end_line);
		pack_u64(&answer, found[i].end_column);
	}
	side_answer(side, buf_bytes(&answer), true);
	side_idle(side);
}

static int unpack(bytes in, size_t n, struct scan_origin *out, err *e)
{
	if (in.n == 0)
		return err_set(e, ERR_FORMAT, 0, "no FROM in it");
	for (size_t i = 0; i < n; i++)
		if (!pack_take_u32(&in, LIMIT_DOCKERFILE + 1, &out[i].line) ||
		    !pack_take_u32(&in, LIMIT_DOCKERFILE + 1, &out[i].end_line) ||
		    !pack_take_u32(&in, LIMIT_DOCKERFILE + 1, &out[i].end_column))
			return err_set(e, ERR_BUG, 0, "the parsing process answered nonsense");
	return 0;
}

int origins_find(const char *path, const struct image *image, struct arena *a,
                 struct scan_origin **out, err *e)
{
	struct served served = { .image = image };
	struct worker_options options = { .serve = serve, .arg = &served, .keep = { -1, -1 } };
	buf answer = BUF_INIT(ANSWER_MOST);
	struct scan_origin *found = arena_array(a, struct scan_origin, image->layers.len);
	struct worker *w;
	bool landlock;

	if (file_read_all(path, LIMIT_DOCKERFILE, a, &served.text, e) < 0)
		return -1;
	options.deadline = deadline_in(LIMIT_CHECK_MS);
	if (worker_start(&options, &w, &landlock, e) < 0)
		return -1;
	int result = worker_take_answer(w, &answer, e);

	worker_stop(w);
	if (result == 0 && image->layers.len > 0)
		result = unpack(buf_bytes(&answer), image->layers.len, found, e);
	buf_done(&answer);
	if (result < 0)
		return err_wrap(e, "%s", SHOW(bytes_str(path)));
	*out = found;
	return 0;
}
