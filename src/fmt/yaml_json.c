/* SPDX-License-Identifier: Apache-2.0 */
/* JSON texts as trees of YAML: what fmt/json read, told to the builder. */
#include "fmt/json.h"
#include "fmt/yaml_build.h"

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
