/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/schema.h"

#include "base/limits.h"
#include "base/text.h"
#include "fmt/json.h"
#include "fmt/json_stream.h"
#include "sbom/index.h"
#include "sbom/schema_form.h"

#include <math.h>
#include <stdlib.h>

/* The deepest value of a document bounds every recursion here: LIMIT_JSON_DEPTH. */

static bytes word(unsigned i)
{
	unsigned from = schema_word_starts[i];

	return bytes_of((const uint8_t *)schema_words + from, schema_word_starts[i + 1] - from);
}

/* How many numbers an operation has, its own included. */
static size_t size_of(const uint16_t *op)
{
	switch (op[0]) {
	case SCHEMA_MEMBERS: return 2 + 2 * (size_t)op[1];
	case SCHEMA_REQUIRED:
	case SCHEMA_ENUM:
	case SCHEMA_ONE_OF:
	case SCHEMA_ANY_OF:
	case SCHEMA_ALL_OF: return 2 + (size_t)op[1];
	case SCHEMA_IF: return 4;
	case SCHEMA_FALSE: return 1;
	default: return 2;
	}
}

/* -- values ------------------------------------------------------------------------------------ */

static double number_of(json v, struct arena *a)
{
	return strtod(arena_str(a, json_raw(v)), NULL);
}

static unsigned type_of(json v, struct arena *a)
{
	switch (json_type(v)) {
	case JSON_NULL: return SCHEMA_NULL;
	case JSON_BOOL: return SCHEMA_BOOL;
	case JSON_STRING: return SCHEMA_STRING;
	case JSON_ARRAY: return SCHEMA_ARRAY;
	case JSON_OBJECT: return SCHEMA_OBJECT;
	case JSON_NONE: return 0;
	case JSON_NUMBER: break;
	}
	double n = number_of(v, a);

	return isfinite(n) && n != floor(n) ? SCHEMA_NUMBER : SCHEMA_NUMBER | SCHEMA_INTEGER;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	const uint64_t both[] = { a, b };

	return hash_bytes(bytes_of((const uint8_t *)both, sizeof(both)));
}

/* Of equal values equal: members in any order, 1 as 1.0. */
static uint64_t hash_value(json v, struct arena *a)
{
	uint64_t sum = json_type(v);
	bool truth = false;
	double n;

	switch (json_type(v)) {
	case JSON_OBJECT:
		for (json m = json_first(v); json_type(m) != JSON_NONE; m = json_next(m))
			sum += mix(hash_bytes(json_name(m, a)), hash_value(m, a));
		break;
	case JSON_ARRAY:
		for (json i = json_first(v); json_type(i) != JSON_NONE; i = json_next(i))
			sum = mix(sum, hash_value(i, a));
		break;
	case JSON_STRING: return mix(sum, hash_bytes(json_bytes(v, a)));
	case JSON_NUMBER:
		n = number_of(v, a);
		return mix(sum, hash_bytes(bytes_of((const uint8_t *)&n, sizeof(n))));
	case JSON_BOOL: (void)json_bool(v, &truth); return mix(sum, truth); /* it is one */
	case JSON_NULL:
	case JSON_NONE: break;
	}
	return mix(sum, 0);
}

static bool is_new(struct index *seen, json v, struct arena *a)
{
	uint32_t *times = index_put(seen, hash_value(v, a));

	return (*times)++ == 0;
}

static int are_unique(json list, struct arena *a, err *e)
{
	struct index seen = { 0 };
	int result = 0;
	size_t at = 0;

	for (json i = json_first(list); json_type(i) != JSON_NONE && result == 0; i = json_next(i)) {
		if (!is_new(&seen, i, a))
			result = err_set(e, ERR_FORMAT, 0, "[%zu] is there twice", at);
		at++;
	}
	index_done(&seen);
	return result;
}

/* As the schemas count: code points. */
static size_t length_of(bytes s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

/* -- operations -------------------------------------------------------------------------------- */

static int fits(unsigned node, json v, struct arena *a, err *e);

static bool is_fit(unsigned node, json v, struct arena *a)
{
	err ignored = { 0 }; /* one of several alternatives */

	return fits(node, v, a, &ignored) == 0;
}

static bool has_member(json object, bytes name, struct arena *a)
{
	for (json m = json_first(object); json_type(m) != JSON_NONE; m = json_next(m))
		if (bytes_equal(json_name(m, a), name))
			return true;
	return false;
}

static int check_required(const uint16_t *op, json v, struct arena *a, err *e)
{
	for (unsigned i = 0; i < op[1] && json_type(v) == JSON_OBJECT; i++)
		if (!has_member(v, word(op[2 + i]), a))
			return err_set(e, ERR_FORMAT, 0, "'%s' is missing", SHOW(word(op[2 + i])));
	return 0;
}

/* member_node(op, name): the node of a member that SCHEMA_MEMBERS names; -1 when it does not. */
static int member_node(const uint16_t *op, bytes name)
{
	for (unsigned i = 0; i < op[1]; i++)
		if (bytes_equal(word(op[2 + 2 * i]), name))
			return op[3 + 2 * i];
	return -1;
}

static int unknown(bytes name, err *e)
{
	return err_set(e, ERR_FORMAT, 0, "'%s' is no member that may be here", SHOW(name));
}

static int check_members(const uint16_t *op, bool closed, json v, struct arena *a, err *e)
{
	if (json_type(v) != JSON_OBJECT)
		return 0;
	for (json m = json_first(v); json_type(m) != JSON_NONE; m = json_next(m)) {
		bytes name = json_name(m, a);
		int node = member_node(op, name);

		if (node < 0 && closed)
			return unknown(name, e);
		if (node >= 0 && fits((unsigned)node, m, a, e) < 0)
			return err_wrap(e, "%s", SHOW(name));
	}
	return 0;
}

static int check_items(unsigned node, json v, struct arena *a, err *e)
{
	size_t at = 0;

	if (json_type(v) != JSON_ARRAY)
		return 0;
	for (json i = json_first(v); json_type(i) != JSON_NONE; i = json_next(i), at++)
		if (fits(node, i, a, e) < 0)
			return err_wrap(e, "[%zu]", at);
	return 0;
}

static int check_enum(const uint16_t *op, json v, struct arena *a, err *e)
{
	bytes text = json_bytes(v, a);

	for (unsigned i = 0; i < op[1] && json_type(v) == JSON_STRING; i++)
		if (bytes_equal(word(op[2 + i]), text))
			return 0;
	return err_set(e, ERR_FORMAT, 0, "%s is none of the words that may be here",
	               SHOW(bytes_slice(json_raw(v), 0, 80)));
}

static int check_alternatives(const uint16_t *op, json v, struct arena *a, err *e)
{
	unsigned fit = 0;

	if (op[0] == SCHEMA_ALL_OF) {
		for (unsigned i = 0; i < op[1]; i++)
			if (fits(op[2 + i], v, a, e) < 0)
				return -1;
		return 0;
	}
	for (unsigned i = 0; i < op[1]; i++)
		fit += is_fit(op[2 + i], v, a);
	if (fit == 1 || (fit > 1 && op[0] == SCHEMA_ANY_OF))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "%s of the %u forms that it may have",
	               fit == 0 ? "none" : "more than one", op[1]);
}

static int check_bound(const uint16_t *op, json v, struct arena *a, err *e)
{
	static const struct {
		enum json_type type;
		const char *what;
	} bounds[] = {
		[SCHEMA_MINIMUM] = { JSON_NUMBER, "less than" },
		[SCHEMA_MAXIMUM] = { JSON_NUMBER, "more than" },
		[SCHEMA_MIN_LENGTH] = { JSON_STRING, "shorter than" },
		[SCHEMA_MAX_LENGTH] = { JSON_STRING, "longer than" },
		[SCHEMA_MIN_ITEMS] = { JSON_ARRAY, "fewer items than" },
		[SCHEMA_MAX_ITEMS] = { JSON_ARRAY, "more items than" },
	};
	enum json_type type = bounds[op[0]].type;
	bool is_least = op[0] == SCHEMA_MINIMUM || op[0] == SCHEMA_MIN_LENGTH ||
	                op[0] == SCHEMA_MIN_ITEMS;

	if (json_type(v) != type)
		return 0;
	double have = type == JSON_NUMBER   ? number_of(v, a)
	              : type == JSON_STRING ? (double)length_of(json_bytes(v, a))
	                                    : (double)json_count(v);

	if (is_least ? have >= op[1] : have <= op[1])
		return 0;
	return err_set(e, ERR_FORMAT, 0, "%s %u", bounds[op[0]].what, op[1]);
}

static int check_form(const uint16_t *op, json v, struct arena *a, err *e)
{
	if (json_type(v) != JSON_STRING || schema_fits((enum schema_form)op[1], json_bytes(v, a)))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "%s has not the form that is asked for",
	               SHOW(bytes_slice(json_raw(v), 0, 80)));
}

static int check(const uint16_t *op, unsigned flags, json v, struct arena *a, err *e)
{
	bool truth = true;

	switch ((enum schema_op)op[0]) {
	case SCHEMA_REQUIRED: return check_required(op, v, a, e);
	case SCHEMA_MEMBERS: return check_members(op, flags & SCHEMA_CLOSED, v, a, e);
	case SCHEMA_ITEMS: return check_items(op[1], v, a, e);
	case SCHEMA_ENUM: return check_enum(op, v, a, e);
	case SCHEMA_FORM: return check_form(op, v, a, e);
	case SCHEMA_ONE_OF:
	case SCHEMA_ANY_OF:
	case SCHEMA_ALL_OF: return check_alternatives(op, v, a, e);
	case SCHEMA_NOT:
		return is_fit(op[1], v, a) ? err_set(e, ERR_FORMAT, 0, "members that exclude each other")
		                           : 0;
	case SCHEMA_IF: return fits(is_fit(op[1], v, a) ? op[2] : op[3], v, a, e);
	case SCHEMA_REF: return fits(op[1], v, a, e);
	case SCHEMA_FALSE:
		return json_bool(v, &truth) && !truth ? 0 : err_set(e, ERR_FORMAT, 0, "not false");
	case SCHEMA_MINIMUM:
	case SCHEMA_MAXIMUM:
	case SCHEMA_MIN_LENGTH:
	case SCHEMA_MAX_LENGTH:
	case SCHEMA_MIN_ITEMS:
	case SCHEMA_MAX_ITEMS: return check_bound(op, v, a, e);
	case SCHEMA_END: break;
	}
	return 0;
}

static int fits(unsigned node, json v, struct arena *a, err *e)
{
	unsigned flags = schema_code[node];

	if (flags & SCHEMA_NEVER)
		return err_set(e, ERR_FORMAT, 0, "must not be here");
	if (flags & SCHEMA_TYPES && !(flags & type_of(v, a)))
		return err_set(e, ERR_FORMAT, 0, "%s is of another type than is asked for",
		               SHOW(bytes_slice(json_raw(v), 0, 40)));
	for (const uint16_t *op = &schema_code[node + 1]; *op != SCHEMA_END; op += size_of(op))
		if (check(op, flags, v, a, e) < 0)
			return -1;
	if (flags & SCHEMA_UNIQUE && json_type(v) == JSON_ARRAY)
		return are_unique(v, a, e);
	return 0;
}

/* -- the document ------------------------------------------------------------------------------ */

struct walk {
	struct json_stream *stream;
	struct arena arena; /* of the item in hand */
	buf item;
};

static int take_value(struct walk *w, json *out, err *e)
{
	struct json_doc *doc;

	arena_reset(&w->arena);
	buf_clear(&w->item);
	doc = arena_new(&w->arena, struct json_doc);
	if (json_stream_value(w->stream, &w->item, e) < 0 ||
	    json_parse(buf_bytes(&w->item), &w->arena, doc, e) < 0)
		return -1;
	*out = json_root(doc);
	return 0;
}

/* The node of the items of a list that can be looked at one by one; -1 when it is no such list. */
static int items_of(unsigned node)
{
	const uint16_t *op = &schema_code[node + 1];

	if ((schema_code[node] & SCHEMA_TYPES) != SCHEMA_ARRAY || op[0] != SCHEMA_ITEMS ||
	    op[2] != SCHEMA_END)
		return -1;
	return op[1];
}

static int walk_items(struct walk *w, unsigned list, unsigned node, err *e)
{
	struct index seen = { 0 };
	int more = json_stream_enter(w->stream, false, e), result = 0;
	json v;

	if (more == 0)
		return err_set(e, ERR_FORMAT, 0, "an array is asked for");
	for (size_t at = 0; more > 0 && result == 0; at++) {
		more = json_stream_item(w->stream, e);
		if (more <= 0)
			break;
		if (take_value(w, &v, e) < 0)
			result = -1;
		else if (fits(node, v, &w->arena, e) < 0)
			result = err_wrap(e, "[%zu]", at);
		else if (schema_code[list] & SCHEMA_UNIQUE && !is_new(&seen, v, &w->arena))
			result = err_set(e, ERR_FORMAT, 0, "[%zu] is there twice", at);
	}
	index_done(&seen);
	return more < 0 ? -1 : result;
}

static int walk_member(struct walk *w, unsigned node, err *e)
{
	int items = items_of(node);
	json v;

	if (items >= 0)
		return walk_items(w, node, (unsigned)items, e);
	return take_value(w, &v, e) < 0 ? -1 : fits(node, v, &w->arena, e);
}

static const uint16_t *find_op(unsigned node, enum schema_op what)
{
	const uint16_t *op = &schema_code[node + 1];

	while (*op != SCHEMA_END && *op != what)
		op += size_of(op);
	return op;
}

/* The roots of all schemas are objects with members and what is required of them, nothing else. */
static int walk_document(struct walk *w, unsigned root, err *e)
{
	const uint16_t *members = find_op(root, SCHEMA_MEMBERS);
	const uint16_t *required = find_op(root, SCHEMA_REQUIRED);
	int more = json_stream_enter(w->stream, true, e);
	uint32_t seen = 0;

	if (more == 0)
		return err_set(e, ERR_FORMAT, 0, "no object");
	while (more > 0 && (more = json_stream_item(w->stream, e)) > 0) {
		arena_reset(&w->arena);
		bytes name = json_stream_text(w->stream, &w->arena);
		int node = member_node(members, name);

		for (unsigned i = 0; i < required[1]; i++)
			seen |= bytes_equal(word(required[2 + i]), name) ? UINT32_C(1) << i : 0;
		if (node < 0 && schema_code[root] & SCHEMA_CLOSED)
			return unknown(name, e);
		const char *shown = SHOW(name); /* the arena is another one after the next line */

		if (node < 0 ? json_stream_skip(w->stream, e) < 0 : walk_member(w, (unsigned)node, e) < 0)
			return err_wrap(e, "%s", shown);
	}
	for (unsigned i = 0; i < required[1] && more == 0; i++)
		if (!(seen & UINT32_C(1) << i))
			return err_set(e, ERR_FORMAT, 0, "'%s' is missing", SHOW(word(required[2 + i])));
	return more;
}

/* The predicate of a statement (read.h). */
static int walk_statement(struct walk *w, unsigned root, err *e)
{
	int more = json_stream_enter(w->stream, true, e);

	while (more > 0 && (more = json_stream_item(w->stream, e)) > 0)
		if (json_stream_is(w->stream, "predicate"))
			return walk_document(w, root, e);
		else if (json_stream_skip(w->stream, e) < 0)
			return -1;
	return more < 0 ? -1
	                : err_set(e, ERR_FORMAT, 0,
	                          "a bill in an envelope is not looked at; take its payload out");
}

int schema_check(const struct sbom_source *source, bytes version, bool in_statement, err *e)
{
	const struct schema_root *root = schema_roots;
	struct json_stream stream;
	struct walk w = { .stream = &stream, .item = BUF_INIT(LIMIT_SBOM_CHECKED) };

	while (root->version && !bytes_is(version, root->version))
		root++;
	if (!root->version)
		return err_set(e, ERR_FORMAT, 0, "'%s': no schema of this version is known", SHOW(version));
	json_stream_init(&stream, source->more, source->ctx);
	int result = in_statement ? walk_statement(&w, root->node, e)
	                          : walk_document(&w, root->node, e);

	json_stream_done(&stream);
	arena_done(&w.arena);
	buf_done(&w.item);
	return result;
}
