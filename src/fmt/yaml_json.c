/* SPDX-License-Identifier: Apache-2.0 */
/* JSON texts as trees of YAML: what fmt/json read, told to the builder. */
#include "fmt/json.h"
#include "fmt/json_stream.h"
#include "fmt/yaml_build.h"
#include "fmt/yaml_items.h"

#define PIECE ((size_t)(64 * KIB))

/* Where the string that ends with the quote at text[end - 1] begins. */
static size_t string_start(bytes text, size_t end)
{
	for (size_t i = end - 1; i-- > 0;) {
		size_t slashes = 0;

		if (text.p[i] != '"')
			continue;
		while (slashes < i && text.p[i - 1 - slashes] == '\\')
			slashes++;
		if (slashes % 2 == 0)
			return i;
	}
	return 0;
}

/* The name stands before the value, behind it a colon with space on either side. */
static int add_key(struct yaml_builder *b, json member, size_t value)
{
	bytes text = b->file->text;
	size_t end = value;

	while (end > 0 && text.p[end - 1] != '"')
		end--;
	struct yaml_node *key = yaml_node_new(b, YAML_SCALAR, string_start(text, end), end);

	if (!key)
		return -1;
	key->style = YAML_DOUBLE;
	key->text = json_name(member, b->arena);
	return yaml_add(b, key);
}

static int add_scalar(struct yaml_builder *b, json v, bytes raw, size_t from)
{
	struct yaml_node *n = yaml_node_new(b, YAML_SCALAR, from, from + raw.n);

	if (!n)
		return -1;
	n->style = json_type(v) == JSON_STRING ? YAML_DOUBLE : YAML_PLAIN;
	n->typed = n->style == YAML_PLAIN;
	n->text = n->typed ? raw : json_bytes(v, b->arena);
	return yaml_add(b, n);
}

/* A member of the root, or of one of its members. */
static bool is_passed_over(const struct yaml_builder *b, json member)
{
	struct arena scratch = ARENA_INIT;
	bool found = false;

	for (const char *const *name = b->passed_over; name && *name && b->depth <= 2; name++)
		found |= bytes_is(json_name(member, &scratch), *name);
	arena_done(&scratch);
	return found;
}

/* fmt/json bounds the depth: LIMIT_JSON_DEPTH. */
static int add_value(struct yaml_builder *b, json v)
{
	bytes raw = json_raw(v);
	size_t from = (size_t)(raw.p - b->file->text.p);
	bool object = json_type(v) == JSON_OBJECT;

	if (!object && json_type(v) != JSON_ARRAY)
		return add_scalar(b, v, raw, from);
	struct yaml_node *n = yaml_node_new(b, object ? YAML_MAPPING : YAML_SEQUENCE, from,
	                                    from + raw.n);

	if (!n || yaml_open(b, n) < 0)
		return -1;
	n->style = YAML_FLOW;
	for (json child = json_first(v); json_type(child) != JSON_NONE; child = json_next(child)) {
		if (object && is_passed_over(b, child))
			continue;
		if (object && add_key(b, child, (size_t)(json_raw(child).p - b->file->text.p)) < 0)
			return -1;
		if (add_value(b, child) < 0)
			return -1;
	}
	return yaml_close(b);
}

/* Octets of the object or array that the text begins with; whether it is one, json_parse says. */
static size_t value_length(bytes text)
{
	size_t depth = 0;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c == '"') {
			for (i++; i < text.n && text.p[i] != '"'; i++)
				i += text.p[i] == '\\';
		} else if (c == '{' || c == '[') {
			depth++;
		} else if ((c == '}' || c == ']') && --depth == 0) {
			return i + 1;
		}
	}
	return text.n;
}

static int read_value(struct yaml_builder *b, bytes text)
{
	struct arena scratch = ARENA_INIT;
	struct json_doc doc;
	err e = { 0 };
	int result = 0;

	if (json_parse(text, &scratch, &doc, &e) < 0) {
		result = 1;
		if (e.kind == ERR_LIMIT) {
			*b->e = e;
			result = -1;
		}
	} else {
		b->root = NULL;
		result = add_value(b, json_root(&doc));
	}
	if (result == 0)
		ARENA_PUSH(b->arena, &b->file->documents)->root = b->root;
	arena_done(&scratch);
	return result;
}

int yaml_json_parse(struct yaml_builder *b, bytes text)
{
	int result = 0;

	for (bytes rest = bytes_trim(text); rest.n > 0 && result == 0; rest = bytes_trim(rest)) {
		size_t n = value_length(rest);

		result = rest.p[0] == '{' || rest.p[0] == '[' ? read_value(b, bytes_slice(rest, 0, n)) : 1;
		rest = bytes_skip(rest, n);
	}
	return result;
}

/* -- long lists ------------------------------------------------------------------------------- */

struct pieces {
	bytes rest;
};

static int next_piece(void *ctx, bytes *out, err *e)
{
	struct pieces *p = ctx;

	(void)e;
	*out = bytes_slice(p->rest, 0, PIECE);
	p->rest = bytes_skip(p->rest, PIECE);
	return 0;
}

/* An item is read for the sieve first, and again when it is kept. */
static int add_item(struct yaml_builder *b, const struct yaml_sieve *sieve, json item,
                    struct arena *scratch)
{
	struct yaml_file draft = { .text = b->file->text };
	struct yaml_builder first = { .arena = scratch, .file = &draft, .e = b->e };

	first.passed_over = b->passed_over;
	if (add_value(&first, item) < 0)
		return -1;
	if (!sieve->keep(sieve->ctx, first.root))
		return 0;
	b->root = NULL;
	if (add_value(b, item) < 0)
		return -1;
	ARENA_PUSH(b->arena, &b->file->documents)->root = b->root;
	return 0;
}

/* The item whose text ends at octet `end`. */
static int take_item(struct yaml_builder *b, const struct yaml_sieve *sieve, size_t end, size_t n)
{
	bytes text = bytes_slice(b->file->text, end - n, n);
	struct arena scratch = ARENA_INIT;
	struct json_doc doc;
	int result = json_parse(text, &scratch, &doc, b->e);

	if (result == 0)
		result = add_item(b, sieve, json_root(&doc), &scratch);
	arena_done(&scratch);
	return result;
}

static int take_items(struct yaml_builder *b, const struct yaml_sieve *sieve,
                      struct json_stream *s)
{
	buf item = BUF_INIT(LIMIT_JSON_TOKEN);
	int result = json_stream_enter(s, false, b->e);

	while (result > 0 && (result = json_stream_item(s, b->e)) > 0) {
		buf_clear(&item);
		if (json_stream_value(s, &item, b->e) < 0 ||
		    take_item(b, sieve, (size_t)s->gone + s->at, item.n) < 0)
			result = -1;
	}
	buf_done(&item);
	return result;
}

/* A member of the list itself: a text is kept. */
static int take_text(struct yaml_builder *b, struct json_stream *s, bytes *out)
{
	buf value = BUF_INIT(LIMIT_JSON_TOKEN);
	struct arena scratch = ARENA_INIT;
	struct json_doc doc;
	int result = json_stream_value(s, &value, b->e) < 0
	                 ? -1
	                 : json_parse(buf_bytes(&value), &scratch, &doc, b->e);

	if (result == 0 && json_type(json_root(&doc)) == JSON_STRING)
		*out = arena_bytes(b->arena, json_bytes(json_root(&doc), &scratch));
	arena_done(&scratch);
	buf_done(&value);
	return result;
}

static int take_member(struct yaml_builder *b, const struct yaml_sieve *sieve,
                       struct json_stream *s)
{
	if (json_stream_is(s, "items"))
		return take_items(b, sieve, s);
	if (json_stream_is(s, "kind"))
		return take_text(b, s, &b->file->list_kind);
	if (json_stream_is(s, "apiVersion"))
		return take_text(b, s, &b->file->list_api);
	return json_stream_skip(s, b->e);
}

int yaml_parse_items(bytes text, const struct yaml_sieve *sieve, struct arena *a,
                     struct yaml_file *out, err *e)
{
	struct yaml_builder builder = { .arena = a, .file = out, .e = e };
	struct pieces pieces = { text };
	struct json_stream s;
	bool found = false;

	*out = (struct yaml_file){ .text = text, .is_json = true };
	builder.passed_over = sieve->passed_over;
	if (!bytes_starts(bytes_trim(text), BYTES("{")))
		return 1;
	json_stream_init(&s, next_piece, &pieces);
	int result = json_stream_enter(&s, true, e);

	while (result > 0 && (result = json_stream_item(&s, e)) > 0) {
		found |= json_stream_is(&s, "items");
		if (take_member(&builder, sieve, &s) < 0)
			result = -1;
	}
	if (result == 0)
		result = json_stream_close(&s, e);
	json_stream_done(&s);
	return result < 0 ? -1 : found ? 0 : 1;
}
