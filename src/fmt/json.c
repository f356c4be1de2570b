/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "fmt/json_text.h"

#include <assert.h>

/* One value, or the name of a member (which stands right before the member's value). Pre-order, so
 * that a container's first child follows it and `after` jumps over a whole subtree. */
struct json_node {
	uint32_t start, len; /* in the text; a string with its quotes */
	uint32_t after;      /* index of the node behind this value and all it holds */
	uint32_t count : 25; /* items or members: at most LIMIT_JSON_NODES */
	uint32_t type : 3;
	uint32_t escaped : 1; /* a string that holds a backslash */
	uint32_t member : 1;  /* a value with a name before it */
	uint32_t last : 1;    /* no sibling follows */
	uint32_t truth : 1;
};

static_assert(sizeof(struct json_node) == 16, "a node is 16 octets");
static_assert(LIMIT_JSON_NODES < 1 << 25, "count holds every number of children");

struct parser {
	bytes text;
	size_t at;
	struct arena *arena;
	struct json_node *nodes;
	size_t len, cap;
	struct arena scratch; /* for the names of one object while they are compared */
	err *e;
};

/* -- errors and nodes ------------------------------------------------------------------------- */

static int fail_at(struct parser *p, size_t at, enum err_kind kind, const char *what)
{
	bytes before = bytes_slice(p->text, 0, at);
	size_t lines = 1, newline = bytes_rfind(before, '\n');
	size_t column = newline < before.n ? before.n - newline : before.n + 1;

	for (size_t i = 0; i < before.n; i++)
		lines += before.p[i] == '\n';
	return err_set(p->e, kind, 0, "line %zu, column %zu: %s", lines, column, what);
}

static int fail(struct parser *p, const char *what)
{
	return fail_at(p, p->at, ERR_FORMAT, what);
}

static int nodes_grow(struct parser *p)
{
	if (p->len >= LIMIT_JSON_NODES)
		return fail_at(p, p->at, ERR_LIMIT, "too many values in one document");
	p->nodes = arena_grow(p->arena, p->nodes, p->len, &p->cap, sizeof(*p->nodes));
	if (p->cap > LIMIT_JSON_NODES)
		p->cap = LIMIT_JSON_NODES;
	return 0;
}

/* Append a node that covers the text from start up to where the parser stands. */
static inline int node_add(struct parser *p, size_t start, struct json_node node)
{
	if (p->len == p->cap && nodes_grow(p) < 0)
		return -1;
	node.start = (uint32_t)start;
	node.len = (uint32_t)(p->at - start);
	node.after = (uint32_t)p->len + 1;
	p->nodes[p->len++] = node;
	return 0;
}

/* -- tokens ----------------------------------------------------------------------------------- */

/* The octet at the parser, or NUL at the end: NUL is no token, so both are refused alike. */
static inline uint8_t peek(const struct parser *p)
{
	return p->at < p->text.n ? p->text.p[p->at] : 0;
}

static inline void skip_space(struct parser *p)
{
	for (uint8_t c = peek(p); c == ' ' || c == '\n' || c == '\r' || c == '\t'; c = peek(p))
		p->at++;
}

static inline bool take(struct parser *p, uint8_t c)
{
	if (peek(p) != c)
		return false;
	p->at++;
	return true;
}

/* A string whose opening quote the parser stands on. */
static int take_string(struct parser *p)
{
	size_t start = p->at++;
	struct json_node node = { .type = JSON_STRING };

	for (;;) {
		bytes rest = bytes_skip(p->text, p->at);
		uint32_t c;

		rest = bytes_skip(rest, json_text_plain(rest));
		p->at = p->text.n - rest.n;
		if (rest.n == 0)
			return fail_at(p, start, ERR_FORMAT, "a string without end");
		if (rest.p[0] == '"')
			break;
		if (rest.p[0] < ' ')
			return fail(p, "a control character in a string");
		bool escape = rest.p[0] == '\\';

		if (escape ? !json_text_escape(&rest, &c) : !text_utf8_next(&rest, &c))
			return fail(p, escape ? "no escape sequence is like this" : "a string is not UTF-8");
		node.escaped |= escape;
		p->at = p->text.n - rest.n;
	}
	p->at++;
	return node_add(p, start, node);
}

static inline bool take_digits(struct parser *p)
{
	size_t start = p->at;

	while (peek(p) >= '0' && peek(p) <= '9')
		p->at++;
	return p->at > start;
}

/* RFC 8259 section 6. */
static int take_number(struct parser *p)
{
	size_t start = p->at;

	take(p, '-');
	if (!take(p, '0') && !take_digits(p))
		return fail(p, "a number needs digits");
	if (take(p, '.') && !take_digits(p))
		return fail(p, "a fraction needs digits");
	if (take(p, 'e') || take(p, 'E')) {
		if (!take(p, '+'))
			take(p, '-');
		if (!take_digits(p))
			return fail(p, "an exponent needs digits");
	}
	return node_add(p, start, (struct json_node){ .type = JSON_NUMBER });
}

static int take_word(struct parser *p, bytes word, struct json_node node)
{
	size_t start = p->at;

	if (!bytes_starts(bytes_skip(p->text, start), word))
		return fail(p, "an unknown word");
	p->at += word.n;
	return node_add(p, start, node);
}

/* -- duplicate members ------------------------------------------------------------------------ */

static bytes string_of(bytes text, const struct json_node *node, struct arena *a);

/* Up to so many members every pair is compared; beyond that a hash table is cheaper. */
#define FEW_MEMBERS 16

/* Both: the second name that an object has twice, 0: there is none. */
static uint32_t few_twice(struct parser *p, uint32_t object)
{
	bytes names[FEW_MEMBERS];
	uint32_t at = object + 1;

	for (uint32_t i = 0; i < p->nodes[object].count; i++) {
		names[i] = string_of(p->text, &p->nodes[at], &p->scratch);
		for (uint32_t k = 0; k < i; k++)
			if (bytes_equal(names[k], names[i]))
				return at;
		at = p->nodes[at + 1].after;
	}
	return 0;
}

/* The hash is keyed (base/map.h): an enemy cannot choose names that collide. */
static uint32_t many_twice(struct parser *p, uint32_t object)
{
	struct slot {
		uint32_t hash, name; /* index of the name's node; never 0, which is the root */
	} * table;
	size_t mask = ((size_t)1 << (33 - __builtin_clz(p->nodes[object].count))) - 1;
	uint32_t at = object + 1;

	table = arena_array(&p->scratch, struct slot, mask + 1);
	for (uint32_t i = 0; i < p->nodes[object].count; i++) {
		bytes name = string_of(p->text, &p->nodes[at], &p->scratch);
		uint64_t full = hash_bytes(name);
		uint32_t hash = (uint32_t)(full >> 32);
		size_t s = full & mask;

		for (; table[s].name; s = (s + 1) & mask)
			if (table[s].hash == hash &&
			    bytes_equal(string_of(p->text, &p->nodes[table[s].name], &p->scratch), name))
				return at;
		table[s] = (struct slot){ hash, at };
		at = p->nodes[at + 1].after;
	}
	return 0;
}

static int check_unique(struct parser *p, uint32_t object)
{
	bool few = p->nodes[object].count <= FEW_MEMBERS;
	uint32_t twice = few ? few_twice(p, object) : many_twice(p, object);

	if (p->scratch.used > 0)
		arena_reset(&p->scratch);
	if (twice == 0)
		return 0;
	const char *what = arena_printf(&p->scratch, "this object has two members of one name: %s",
	                                SHOW(string_of(p->text, &p->nodes[twice], &p->scratch)));

	return fail_at(p, p->nodes[twice].start, ERR_FORMAT, what);
}

/* -- values ----------------------------------------------------------------------------------- */

static int take_value(struct parser *p, unsigned depth);

/* A member's name and its colon. */
static int take_name(struct parser *p)
{
	if (peek(p) != '"')
		return fail(p, "a member's name is missing here");
	if (take_string(p) < 0)
		return -1;
	skip_space(p);
	if (!take(p, ':'))
		return fail(p, "':' is missing here");
	skip_space(p);
	return 0;
}

/* An array or object from the octet behind its opening bracket up to the closing one. */
static int take_children(struct parser *p, unsigned depth, bool object, uint32_t *out_count)
{
	uint32_t value;

	skip_space(p);
	if (take(p, object ? '}' : ']'))
		return 0;
	do {
		skip_space(p);
		if (object && take_name(p) < 0)
			return -1;
		value = (uint32_t)p->len;
		if (take_value(p, depth) < 0)
			return -1;
		p->nodes[value].member = object;
		++*out_count;
		skip_space(p);
	} while (take(p, ','));
	p->nodes[value].last = 1;
	if (!take(p, object ? '}' : ']'))
		return fail(p, object ? "',' or '}' is missing here" : "',' or ']' is missing here");
	return 0;
}

static int take_container(struct parser *p, unsigned depth, bool object)
{
	size_t start = p->at++;
	uint32_t self = (uint32_t)p->len, count = 0;

	if (depth > LIMIT_JSON_DEPTH)
		return fail_at(p, start, ERR_LIMIT, "nested too deeply");
	if (node_add(p, start, (struct json_node){ .type = object ? JSON_OBJECT : JSON_ARRAY }) < 0 ||
	    take_children(p, depth, object, &count) < 0)
		return -1;
	p->nodes[self].len = (uint32_t)(p->at - start);
	p->nodes[self].after = (uint32_t)p->len;
	p->nodes[self].count = count & 0x1ffffff;
	return object && count > 1 ? check_unique(p, self) : 0;
}

/* depth: containers around the value. */
static int take_value(struct parser *p, unsigned depth)
{
	switch (peek(p)) {
	case '"': return take_string(p);
	case '{': return take_container(p, depth + 1, true);
	case '[': return take_container(p, depth + 1, false);
	case 't':
		return take_word(p, BYTES("true"), (struct json_node){ .type = JSON_BOOL, .truth = 1 });
	case 'f': return take_word(p, BYTES("false"), (struct json_node){ .type = JSON_BOOL });
	case 'n': return take_word(p, BYTES("null"), (struct json_node){ .type = JSON_NULL });
	case '-':
	case '0' ... '9': return take_number(p);
	default:
		return fail(p, p->at < p->text.n ? "no value begins like this"
		                                 : "the document ends too early");
	}
}

static int take_document(struct parser *p)
{
	skip_space(p);
	if (take_value(p, 0) < 0)
		return -1;
	p->nodes[0].last = 1;
	skip_space(p);
	if (p->at < p->text.n)
		return fail(p, "something follows the document");
	return 0;
}

int json_parse(bytes text, struct arena *a, struct json_doc *out, err *e)
{
	/* One value in twelve octets is what dense SBOMs hold; a wrong guess costs a copy. */
	size_t guess = text.n / 12 + 8;
	struct parser p = { .text = text, .arena = a, .scratch = ARENA_INIT, .e = e };

	if (text.n > UINT32_MAX)
		return err_set(e, ERR_LIMIT, 0, "a JSON document of %zu octets", text.n);
	p.cap = guess < LIMIT_JSON_NODES ? guess : LIMIT_JSON_NODES;
	p.nodes = arena_alloc(a, p.cap * sizeof(*p.nodes));
	int r = take_document(&p);

	arena_done(&p.scratch);
	if (r == 0)
		*out = (struct json_doc){ text, p.nodes, p.len };
	return r;
}

/* -- access ----------------------------------------------------------------------------------- */

static const struct json_node *node_of(json v)
{
	return v.at ? &v.doc->nodes[v.at - 1] : NULL;
}

static bytes raw_of(bytes text, const struct json_node *node)
{
	return bytes_slice(text, node->start, node->len);
}

/* The unescaped octets of a string node. */
static bytes string_of(bytes text, const struct json_node *node, struct arena *a)
{
	bytes in = bytes_slice(text, node->start + (size_t)1, node->len - (size_t)2);
	uint8_t unit[4];
	size_t n = 0;

	if (!node->escaped)
		return in;
	uint8_t *out = arena_alloc(a, in.n); /* an escape is never shorter than what it means */

	while (in.n > 0) {
		bytes b = json_text_unit(&in, unit);

		memcpy(out + n, b.p, b.n);
		n += b.n;
	}
	return bytes_of(out, n);
}

static bool string_is(bytes text, const struct json_node *node, bytes s)
{
	bytes in = bytes_slice(text, node->start + (size_t)1, node->len - (size_t)2);
	uint8_t unit[4];

	if (!node->escaped)
		return bytes_equal(in, s);
	while (in.n > 0)
		if (!bytes_take_prefix(&s, json_text_unit(&in, unit)))
			return false;
	return s.n == 0;
}

json json_root(const struct json_doc *doc)
{
	return (json){ doc, doc->len > 0 };
}

enum json_type json_type(json v)
{
	return v.at ? (enum json_type)node_of(v)->type : JSON_NONE;
}

size_t json_count(json v)
{
	return v.at ? node_of(v)->count : 0;
}

json json_first(json container)
{
	if (json_count(container) == 0)
		return (json){ container.doc, 0 };
	return (json){ container.doc, container.at + (json_type(container) == JSON_OBJECT ? 2 : 1) };
}

json json_next(json v)
{
	const struct json_node *node = node_of(v);

	if (!node || node->last)
		return (json){ v.doc, 0 };
	return (json){ v.doc, node->after + 1 + node->member };
}

json json_get(json object, const char *name)
{
	bytes wanted = bytes_str(name);
	json v = json_type(object) == JSON_OBJECT ? json_first(object) : (json){ object.doc, 0 };

	while (v.at && !string_is(v.doc->text, node_of(v) - 1, wanted))
		v = json_next(v);
	return v;
}

/* take_folded(rest): a character, folded (Unicode, CaseFolding.txt, status C); of those that are
 * not ASCII only the two that fold to it. */
static uint8_t take_folded(bytes *rest)
{
	uint8_t c = 0;

	if (bytes_take_prefix(rest, BYTES("\xe2\x84\xaa"))) /* U+212A KELVIN SIGN */
		return 'k';
	if (bytes_take_prefix(rest, BYTES("\xc5\xbf"))) /* U+017F LATIN SMALL LETTER LONG S */
		return 's';
	(void)bytes_take_u8(rest, &c);
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool is_alike(bytes a, bytes b)
{
	bool same = true;

	while (same && a.n > 0 && b.n > 0)
		same = take_folded(&a) == take_folded(&b);
	return same && a.n == 0 && b.n == 0;
}

bool json_is_clear(json object, const char *const *names, struct arena *a)
{
	if (json_type(object) != JSON_OBJECT)
		return true;
	for (json v = json_first(object); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes name = json_name(v, a);

		for (size_t i = 0; names[i]; i++)
			if (!bytes_is(name, names[i]) && is_alike(name, bytes_str(names[i])))
				return false;
	}
	return true;
}

json json_at(json array, size_t i)
{
	if (json_type(array) != JSON_ARRAY || i >= json_count(array))
		return (json){ array.doc, 0 };
	json v = json_first(array);

	while (i-- > 0)
		v = json_next(v);
	return v;
}

bytes json_name(json member, struct arena *a)
{
	const struct json_node *node = node_of(member);

	return node && node->member ? string_of(member.doc->text, node - 1, a) : (bytes){ NULL, 0 };
}

bool json_str(json v, struct arena *a, bytes *out)
{
	if (json_type(v) != JSON_STRING)
		return false;
	*out = string_of(v.doc->text, node_of(v), a);
	return true;
}

bytes json_bytes(json v, struct arena *a)
{
	bytes s = { NULL, 0 };

	(void)json_str(v, a, &s);
	return s;
}

bytes json_raw(json v)
{
	return v.at ? raw_of(v.doc->text, node_of(v)) : (bytes){ NULL, 0 };
}

bool json_bool(json v, bool *out)
{
	if (json_type(v) != JSON_BOOL)
		return false;
	*out = node_of(v)->truth;
	return true;
}

bool json_u64(json v, uint64_t *out)
{
	uint64_t n;
	bool minus;

	if (json_type(v) != JSON_NUMBER || !json_text_integer(json_raw(v), &minus, &n) ||
	    (minus && n > 0))
		return false;
	*out = n;
	return true;
}

bool json_i64(json v, int64_t *out)
{
	uint64_t n;
	bool minus;

	if (json_type(v) != JSON_NUMBER || !json_text_integer(json_raw(v), &minus, &n) ||
	    n > (uint64_t)INT64_MAX + minus)
		return false;
	*out = minus ? (int64_t)(0 - n) : (int64_t)n;
	return true;
}
