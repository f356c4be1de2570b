/* SPDX-License-Identifier: Apache-2.0 */
/* JSON texts as trees of YAML: what fmt/json read, told to the builder. */
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
	n->text = n->style == YAML_DOUBLE ? json_bytes(v, b->arena) : raw;
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

int yaml_json_parse(struct yaml_builder *b)
{
	struct arena scratch = ARENA_INIT;
	struct json_doc doc;
	err e = { 0 };
	int result = 0;

	if (json_parse(b->file->text, &scratch, &doc, &e) < 0) {
		result = 1;
		if (e.kind == ERR_LIMIT) {
			*b->e = e;
			result = -1;
		}
	} else {
		result = add_value(b, json_root(&doc));
	}
	arena_done(&scratch);
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

/* The item whose text ends at octet `end`. */
static int take_item(struct yaml_builder *b, const struct yaml_sieve *sieve, size_t end, size_t n)
{
	bytes text = bytes_slice(b->file->text, end - n, n);
	struct arena scratch = ARENA_INIT;
	struct json_doc doc;
	int result = json_parse(text, &scratch, &doc, b->e);

	if (result == 0 && sieve->keep(sieve->ctx, json_root(&doc))) {
		b->root = NULL;
		result = add_value(b, json_root(&doc));
		if (result == 0)
			ARENA_PUSH(b->arena, &b->file->documents)->root = b->root;
	}
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
		bool items = json_stream_is(&s, "items");

		found |= items;
		if ((items ? take_items(&builder, sieve, &s) : json_stream_skip(&s, e)) < 0)
			result = -1;
	}
	if (result == 0)
		result = json_stream_close(&s, e);
	json_stream_done(&s);
	return result < 0 ? -1 : found ? 0 : 1;
}
