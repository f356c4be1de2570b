/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json_stream.h"

#include "base/map.h"
#include "base/text.h"
#include "fmt/json_text.h"

/* A token that does not end in the window makes it grow; more is then asked for. */
#define WINDOW_MAX (2 * (size_t)LIMIT_JSON_TOKEN)

#define NAMES_MOST ((size_t)(LIMIT_JSON_DEPTH + 1) * LIMIT_JSON_MEMBERS)
#define SLOTS_FIRST 64

void json_stream_init(struct json_stream *s, int (*more)(void *ctx, bytes *out, err *e), void *ctx)
{
	*s = (struct json_stream){ .more = more, .ctx = ctx, .window = BUF_INIT(WINDOW_MAX) };
	s->names = (buf)BUF_INIT(NAMES_MOST * sizeof(uint64_t));
	s->slots = (buf)BUF_INIT(4 * NAMES_MOST * sizeof(uint32_t));
}

void json_stream_done(struct json_stream *s)
{
	buf_done(&s->window);
	buf_done(&s->names);
	buf_done(&s->slots);
}

/* -- the window -------------------------------------------------------------------------------- */

struct place {
	unsigned long long line, column;
};

static struct place place_of(const struct json_stream *s, size_t at)
{
	uint64_t lines = s->lines, start = s->line_start;

	for (size_t i = 0; i < at && i < s->window.n; i++)
		if (s->window.p[i] == '\n') {
			lines++;
			start = s->gone + i + 1;
		}
	return (struct place){ lines + 1, s->gone + at - start + 1 };
}

static int fail_at(struct json_stream *s, size_t at, enum err_kind kind, const char *what, err *e)
{
	struct place p = place_of(s, at);

	return err_set(e, kind, 0, "line %llu, column %llu: %s", p.line, p.column, what);
}

static int fail(struct json_stream *s, const char *what, err *e)
{
	return fail_at(s, s->at, ERR_FORMAT, what, e);
}

static int copy(struct json_stream *s, buf *into, bytes part, err *e)
{
	if (part.n <= into->max - into->n) {
		buf_put(into, part);
		return 0;
	}
	return fail_at(s, s->at, ERR_LIMIT, "this value is too large", e);
}

static int copy_taken(struct json_stream *s, err *e)
{
	bytes taken = bytes_slice(buf_bytes(&s->window), s->copied, s->at - s->copied);

	s->copied = s->at;
	return s->copy ? copy(s, s->copy, taken, e) : 0;
}

static void drop_taken(struct json_stream *s)
{
	bytes rest = bytes_slice(buf_bytes(&s->window), 0, s->at);

	for (size_t i; (i = bytes_find(rest, '\n')) < rest.n; rest = bytes_skip(rest, i + 1)) {
		s->lines++;
		s->line_start = s->gone + (size_t)(rest.p - s->window.p) + i + 1;
	}
	s->gone += s->at;
	s->window.n -= s->at;
	memmove(s->window.p, s->window.p + s->at, s->window.n);
	s->at = s->copied = 0;
}

/* fill(s, e): more octets behind those of the window; 1, or 0 at the end. */
static int fill(struct json_stream *s, err *e)
{
	bytes part = { NULL, 0 };

	if (s->drained)
		return 0;
	if (copy_taken(s, e) < 0)
		return -1;
	if (s->at > 0)
		drop_taken(s);
	if (s->window.n > LIMIT_JSON_TOKEN)
		return fail_at(s, s->at, ERR_LIMIT, "a word, string or number that is too long", e);
	if (s->more(s->ctx, &part, e) < 0)
		return -1;
	s->drained = part.n == 0;
	if (part.n > WINDOW_MAX - s->window.n)
		return fail_at(s, s->at, ERR_LIMIT, "a piece that is too large", e);
	buf_put(&s->window, part);
	return part.n > 0;
}

static inline bytes rest_of(const struct json_stream *s)
{
	return bytes_skip(buf_bytes(&s->window), s->at);
}

/* peek(s, out, e): the next octet that is no space; NUL, which begins nothing, at the end. */
static int peek(struct json_stream *s, uint8_t *out, err *e)
{
	for (;;) {
		while (s->at < s->window.n) {
			uint8_t c = s->window.p[s->at];

			if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
				*out = c;
				return 0;
			}
			s->at++;
		}
		int r = fill(s, e);

		if (r <= 0) {
			*out = 0;
			return r;
		}
	}
}

/* -- tokens ------------------------------------------------------------------------------------ */

/* scan_string(text, last, at): from *at, inside of the string at the front of text, to its closing
 * quote, or as far as can be told of what has come. NULL, or what is wrong at *at. */
static const char *scan_string(bytes text, bool last, size_t *at)
{
	for (;;) {
		bytes rest = bytes_skip(text, *at);
		uint32_t c;

		rest = bytes_skip(rest, json_text_plain(rest));
		*at = text.n - rest.n;
		if (rest.n == 0 || rest.p[0] == '"')
			return rest.n == 0 && last ? "a string without end" : NULL;
		if (rest.p[0] < ' ')
			return "a control character in a string";
		/* An escape of two halves has twelve octets: one that is shorter may go on. */
		if (rest.n < 12 && !last)
			return NULL;
		bool escape = rest.p[0] == '\\';

		if (escape ? !json_text_escape(&rest, &c) : !text_utf8_next(&rest, &c))
			return escape ? "no escape sequence is like this" : "a string is not UTF-8";
		*at = text.n - rest.n;
	}
}

static int take_string(struct json_stream *s, err *e)
{
	for (size_t n = 1;;) {
		bytes rest = rest_of(s);
		const char *wrong = scan_string(rest, s->drained, &n);

		if (wrong)
			return fail_at(s, s->at + n, ERR_FORMAT, wrong, e);
		if (n > LIMIT_JSON_TOKEN)
			return fail_at(s, s->at, ERR_LIMIT, "a string that is too long", e);
		if (n < rest.n && rest.p[n] == '"') {
			s->token = bytes_slice(rest, 0, n + 1);
			s->at += n + 1;
			return 0;
		}
		if (fill(s, e) < 0)
			return -1;
	}
}

static bool is_of_run(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '+' || c == '-' || c == '.' ||
	       c == 'E';
}

/* take_run(s, e): letters, digits and signs up to anything else: a number or a word. */
static int take_run(struct json_stream *s, err *e)
{
	size_t n = 0;

	for (;;) {
		bytes rest = rest_of(s);

		while (n < rest.n && is_of_run(rest.p[n]))
			n++;
		if (n > LIMIT_JSON_NUMBER)
			return fail_at(s, s->at, ERR_LIMIT, "a number that is too long", e);
		if (n < rest.n || s->drained)
			break;
		if (fill(s, e) < 0)
			return -1;
	}
	s->token = bytes_slice(rest_of(s), 0, n);
	s->at += n;
	return 0;
}

static bool take_digits(bytes *in)
{
	size_t n = 0;

	while (n < in->n && in->p[n] >= '0' && in->p[n] <= '9')
		n++;
	*in = bytes_skip(*in, n);
	return n > 0;
}

/* RFC 8259 section 6. */
static bool is_number(bytes s)
{
	(void)bytes_take_prefix(&s, BYTES("-"));
	if (!bytes_take_prefix(&s, BYTES("0")) && !take_digits(&s))
		return false;
	if (bytes_take_prefix(&s, BYTES(".")) && !take_digits(&s))
		return false;
	if (bytes_take_prefix(&s, BYTES("e")) || bytes_take_prefix(&s, BYTES("E"))) {
		if (!bytes_take_prefix(&s, BYTES("+")))
			(void)bytes_take_prefix(&s, BYTES("-"));
		if (!take_digits(&s))
			return false;
	}
	return s.n == 0;
}

/* The unescaped octets of the token; borrows when it holds no escape. */
static bytes unescaped(bytes token, buf *room)
{
	bytes in = bytes_slice(token, 1, token.n - 2);
	uint8_t unit[4];

	if (bytes_find(in, '\\') == in.n)
		return in;
	while (in.n > 0)
		buf_put(room, json_text_unit(&in, unit));
	return buf_bytes(room);
}

/* -- names ------------------------------------------------------------------------------------- */

static uint64_t *keys_of(const struct json_stream *s)
{
	return (uint64_t *)(void *)s->names.p;
}

static uint32_t *slots_of(const struct json_stream *s)
{
	return (uint32_t *)(void *)s->slots.p;
}

/* slot_of(s, key): where it is, or would be. A quarter of the slots at least is free. */
static uint32_t *slot_of(const struct json_stream *s, uint64_t key)
{
	size_t mask = s->slots.n / sizeof(uint32_t) - 1, i = (size_t)key & mask;
	uint32_t *slots = slots_of(s);

	while (slots[i] && keys_of(s)[slots[i] - 1] != key)
		i = (i + 1) & mask;
	return &slots[i];
}

static void make_slots(struct json_stream *s, size_t n)
{
	size_t names = s->names.n / sizeof(uint64_t);

	buf_clear(&s->slots);
	memset(buf_room(&s->slots, n * sizeof(uint32_t)), 0, n * sizeof(uint32_t));
	s->slots.n = n * sizeof(uint32_t);
	for (size_t i = 0; i < names; i++)
		*slot_of(s, keys_of(s)[i]) = (uint32_t)i + 1;
}

/* Names of all levels share one table: the level is part of the key. */
static int check_name(struct json_stream *s, err *e)
{
	buf room = BUF_INIT(LIMIT_JSON_TOKEN);
	uint64_t key = hash_bytes(unescaped(s->token, &room)) + s->depth;
	size_t n = s->names.n / sizeof(key), slots = s->slots.n / sizeof(uint32_t);

	buf_done(&room);
	if (s->names.n - s->levels[s->depth].names >= LIMIT_JSON_MEMBERS * sizeof(key))
		return fail_at(s, s->at, ERR_LIMIT, "an object of too many members", e);
	if (n >= slots / 4 * 3)
		make_slots(s, slots > 0 ? 2 * slots : SLOTS_FIRST);
	uint32_t *slot = slot_of(s, key);

	if (*slot)
		return fail(s, "this object has two members of one name", e);
	buf_put(&s->names, bytes_of(&key, sizeof(key)));
	*slot = (uint32_t)n + 1;
	return 0;
}

/* The last that came go first, so that no key is behind a gap that it did not see. */
static void forget_names(struct json_stream *s, size_t from)
{
	for (; s->names.n > from; s->names.n -= sizeof(uint64_t))
		*slot_of(s, keys_of(s)[s->names.n / sizeof(uint64_t) - 1]) = 0;
}

/* -- grammar ----------------------------------------------------------------------------------- */

static int open_level(struct json_stream *s, bool object, err *e)
{
	if (s->depth == LIMIT_JSON_DEPTH)
		return fail_at(s, s->at, ERR_LIMIT, "nested too deeply", e);
	s->token = bytes_slice(rest_of(s), 0, 1);
	s->at++;
	s->depth++;
	s->levels[s->depth].object = object;
	s->levels[s->depth].filled = false;
	s->levels[s->depth].names = (uint32_t)s->names.n;
	return 0;
}

static void close_level(struct json_stream *s)
{
	s->token = bytes_slice(rest_of(s), 0, 1);
	s->at++;
	forget_names(s, s->levels[s->depth].names);
	s->depth--;
}

static int take_value(struct json_stream *s, uint8_t first, enum json_token *out, err *e)
{
	s->named = false;
	s->levels[s->depth].filled = true;
	if (first == '{' || first == '[') {
		*out = first == '{' ? JSON_TOKEN_OBJECT : JSON_TOKEN_ARRAY;
		return open_level(s, first == '{', e);
	}
	if (first == '"') {
		*out = JSON_TOKEN_STRING;
		return take_string(s, e);
	}
	if (take_run(s, e) < 0)
		return -1;
	*out = JSON_TOKEN_NUMBER;
	if (is_number(s->token))
		return 0;
	*out = JSON_TOKEN_WORD;
	if (bytes_is(s->token, "true") || bytes_is(s->token, "false") || bytes_is(s->token, "null"))
		return 0;
	return fail_at(s, s->at - s->token.n, ERR_FORMAT,
	               first ? "no value begins like this" : "the document ends too early", e);
}

static int take_name(struct json_stream *s, enum json_token *out, err *e)
{
	*out = JSON_TOKEN_NAME;
	s->named = true;
	s->levels[s->depth].filled = true;
	return take_string(s, e) < 0 ? -1 : check_name(s, e);
}

/* expect(s, c, wrong, e): the octet c, and then *next is what follows it. */
static int expect(struct json_stream *s, uint8_t c, const char *wrong, uint8_t *next, err *e)
{
	if (*next != c)
		return fail(s, wrong, e);
	s->at++;
	return peek(s, next, e);
}

int json_stream_next(struct json_stream *s, enum json_token *out, err *e)
{
	bool object = s->levels[s->depth].object, filled = s->levels[s->depth].filled;
	uint8_t c;

	if (peek(s, &c, e) < 0)
		return -1;
	if (s->depth == 0) {
		if (!filled)
			return take_value(s, c, out, e);
		*out = JSON_TOKEN_END;
		return c || s->at < s->window.n ? fail(s, "something follows the document", e) : 0;
	}
	if (s->named)
		return expect(s, ':', "':' is missing here", &c, e) < 0 ? -1 : take_value(s, c, out, e);
	if (c == (object ? '}' : ']')) {
		*out = JSON_TOKEN_CLOSE;
		close_level(s);
		return 0;
	}
	if (filled &&
	    expect(s, ',', object ? "',' or '}' is missing here" : "',' or ']' is missing here", &c,
	           e) < 0)
		return -1;
	if (!object)
		return take_value(s, c, out, e);
	return c == '"' ? take_name(s, out, e) : fail(s, "a member's name is missing here", e);
}

int json_stream_close(struct json_stream *s, err *e)
{
	enum json_token token;

	return json_stream_next(s, &token, e);
}

int json_stream_fail(struct json_stream *s, const char *what, err *e)
{
	return fail_at(s, s->at - s->token.n, ERR_FORMAT, what, e);
}

int json_stream_wrap(struct json_stream *s, err *e)
{
	struct place p = place_of(s, s->at - s->token.n);

	return err_wrap(e, "line %llu, column %llu", p.line, p.column);
}

/* -- what callers want ------------------------------------------------------------------------- */

bool json_stream_is(const struct json_stream *s, const char *name)
{
	bytes in = bytes_slice(s->token, 1, s->token.n - 2), want = bytes_str(name);
	uint8_t unit[4];

	while (in.n > 0)
		if (!bytes_take_prefix(&want, json_text_unit(&in, unit)))
			return false;
	return want.n == 0;
}

bytes json_stream_text(const struct json_stream *s, struct arena *a)
{
	buf room = BUF_INIT(LIMIT_JSON_TOKEN);
	bytes text = arena_bytes(a, unescaped(s->token, &room));

	buf_done(&room);
	return text;
}

/* pass(s, token, e): the rest of the value whose first token this was. */
static int pass(struct json_stream *s, enum json_token token, err *e)
{
	unsigned around = s->depth - 1;

	if (token != JSON_TOKEN_OBJECT && token != JSON_TOKEN_ARRAY)
		return 0;
	while (s->depth > around)
		if (json_stream_next(s, &token, e) < 0)
			return -1;
	return 0;
}

int json_stream_skip(struct json_stream *s, err *e)
{
	enum json_token token;

	return json_stream_next(s, &token, e) < 0 ? -1 : pass(s, token, e);
}

/* The space and the ':' or ',' before the value are no part of it. */
int json_stream_value(struct json_stream *s, buf *into, err *e)
{
	enum json_token token;

	if (json_stream_next(s, &token, e) < 0)
		return -1;
	if (copy(s, into, s->token, e) < 0)
		return -1;
	s->copy = into;
	s->copied = s->at;
	int result = pass(s, token, e);

	if (result == 0)
		result = copy_taken(s, e);
	s->copy = NULL;
	return result;
}

int json_stream_enter(struct json_stream *s, bool object, err *e)
{
	enum json_token token;

	if (json_stream_next(s, &token, e) < 0)
		return -1;
	if (token == (object ? JSON_TOKEN_OBJECT : JSON_TOKEN_ARRAY))
		return 1;
	return pass(s, token, e);
}

int json_stream_item(struct json_stream *s, err *e)
{
	bool object = s->levels[s->depth].object;
	enum json_token token;
	uint8_t c;

	if (object)
		return json_stream_next(s, &token, e) < 0 ? -1 : token == JSON_TOKEN_NAME;
	if (peek(s, &c, e) < 0)
		return -1;
	if (c != ']')
		return 1;
	return json_stream_next(s, &token, e) < 0 ? -1 : 0;
}
