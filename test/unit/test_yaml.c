/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/yaml_items.h"

#include "base/buf.h"
#include "base/limits.h"

#include "unit.h"

static struct arena arena;

static struct yaml_file read_text(bytes text)
{
	struct yaml_file file;
	err e = { 0 };

	assert_int_equal(yaml_parse(text, &arena, &file, &e), 0);
	return file;
}

static struct yaml_file read_str(const char *text)
{
	return read_text(bytes_str(text));
}

static const struct yaml_node *root(const struct yaml_file *file)
{
	assert_int_equal(file->documents.len, 1);
	return file->documents.items[0].root;
}

/* The exact octets of a node. */
static void covers(const struct yaml_file *file, const struct yaml_node *n, const char *want)
{
	assert_non_null(n);
	bytes have = bytes_slice(file->text, n->from, n->to - n->from);

	assert_int_equal(have.n, strlen(want));
	assert_memory_equal(have.p, want, have.n);
}

/* libyaml counts code points; one that takes several octets moves all that follows. */
static void spans(void **state)
{
	(void)state;
	struct yaml_file f = read_str(
		"\xc3\xbc: \"\xe2\x82\xac\"\n# \xf0\x9f\x98\x80\n"
		"list: # why\n- &one {k: 'v'}\n- !!str 12\n- |\n   text\n\nlast:\n");
	const struct yaml_node *r = root(&f), *list = yaml_find(r, "list");

	covers(&f, yaml_find(r, "\xc3\xbc"), "\"\xe2\x82\xac\"");
	covers(&f, list, "- &one {k: 'v'}\n- !!str 12\n- |\n   text");
	covers(&f, list->first, "{k: 'v'}");
	covers(&f, list->first->first, "'v'");
	covers(&f, list->first->next, "12");
	assert_true(yaml_is_string(list->first->next));
	covers(&f, list->first->next->next, "|\n   text");
	covers(&f, yaml_find(r, "last"), "");
	covers(&f, yaml_find(r, "last")->key, "last");
	assert_null(yaml_get(r, "last"));
}

/* The table of code points is sampled; places on either side of a sample. */
static void many_code_points(void **state)
{
	(void)state;
	buf text = BUF_INIT(MIB);

	for (unsigned i = 0; i < 500; i++)
		buf_printf(&text, "k%u: \xc3\xa4\xc3\xb6\n", i);
	struct yaml_file f = read_text(buf_bytes(&text));
	size_t count = 0;

	for (const struct yaml_node *v = yaml_first(root(&f)); v; v = v->next, count++)
		covers(&f, v, "\xc3\xa4\xc3\xb6");
	assert_int_equal(count, 500);
	buf_done(&text);
}

static void types(void **state)
{
	(void)state;
	struct yaml_file f = read_str(
		"a: yes\nb: 'yes'\nc: 0x1F\nd: 0o17\ne: 017\nf: -1_0\ng: ~\nh: 1.5\n"
		"i: word\nj: Off\n");
	const struct yaml_node *r = root(&f);
	int64_t n;
	bool b;

	assert_true(yaml_bool(yaml_get(r, "a"), &b) && b);
	assert_false(yaml_bool(yaml_get(r, "b"), &b));
	assert_true(yaml_i64(yaml_get(r, "c"), &n) && n == 31);
	assert_true(yaml_i64(yaml_get(r, "d"), &n) && n == 15);
	assert_true(yaml_i64(yaml_get(r, "e"), &n) && n == 15);
	assert_true(yaml_i64(yaml_get(r, "f"), &n) && n == -10);
	assert_null(yaml_get(r, "g"));
	assert_non_null(yaml_find(r, "g"));
	assert_false(yaml_i64(yaml_get(r, "h"), &n) || yaml_is_string(yaml_get(r, "h")));
	assert_true(yaml_is_string(yaml_get(r, "i")));
	assert_true(yaml_bool(yaml_get(r, "j"), &b) && !b);
}

/* YAML 1.1 "merge": what is written wins, then the first of those that are merged. */
static void aliases_and_merges(void **state)
{
	(void)state;
	struct yaml_file f = read_str("x: &x {a: 1, b: 2}\ny: &y {a: 3, c: 4}\n"
	                              "one: {<<: *x, a: 5}\ntwo: {<<: [*y, *x]}\nsame: *x\n");
	const struct yaml_node *r = root(&f);

	assert_true(yaml_says(yaml_path(r, "one.a"), "5"));
	assert_true(yaml_says(yaml_path(r, "one.b"), "2"));
	assert_true(yaml_says(yaml_path(r, "two.a"), "3"));
	assert_true(yaml_says(yaml_path(r, "two.b"), "2"));
	assert_ptr_equal(yaml_real(yaml_get(r, "same")), yaml_get(r, "x"));
	assert_null(yaml_path(r, "two.d"));
}

static void documents_and_errors(void **state)
{
	(void)state;
	struct yaml_file f = read_str("a: 1\n---\nb: [\n---\nc: 3\nc: 4\n...\n---\n*d\n---\ne: 5\n");

	assert_int_equal(f.documents.len, 3);
	assert_int_equal(f.faults.len, 2);
	assert_int_equal(f.duplicates.len, 1);
	assert_true(yaml_says(yaml_get(f.documents.items[1].root, "c"), "4"));
	assert_true(yaml_says(yaml_get(f.documents.items[2].root, "e"), "5"));
}

static void json_texts(void **state)
{
	(void)state;
	struct yaml_file f = read_str("{\"a\\\"\": \"\\ud83d\\ude00\",\t\"b\" : [1, null]}\n");
	const struct yaml_node *r = root(&f);

	assert_true(f.is_json);
	covers(&f, r->first->key, "\"a\\\"\"");
	assert_true(yaml_says(r->first, "\xf0\x9f\x98\x80"));
	covers(&f, yaml_get(r, "b"), "[1, null]");
	f = read_str("{a: 1}");
	assert_false(f.is_json);
}

static void refuse(bytes text, enum err_kind kind)
{
	struct yaml_file file;
	err e = { 0 };

	assert_int_equal(yaml_parse(text, &arena, &file, &e), -1);
	assert_int_equal(e.kind, kind);
}

static void limits(void **state)
{
	(void)state;
	buf text = BUF_INIT(LIMIT_SETTINGS + 1);

	for (unsigned i = 0; i < 40000; i++)
		buf_putc(&text, '[');
	refuse(buf_bytes(&text), ERR_LIMIT);
	buf_clear(&text);
	buf_puts(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (unsigned i = 1; i < 10; i++)
		buf_printf(&text, "a%u: &a%u [*a%u, *a%u, *a%u, *a%u]\n", i, i, i - 1, i - 1, i - 1, i - 1);
	refuse(buf_bytes(&text), ERR_LIMIT);
	buf_clear(&text);
	memset(buf_room(&text, LIMIT_SETTINGS + 1), 'x', LIMIT_SETTINGS + 1);
	text.n = LIMIT_SETTINGS + 1;
	refuse(buf_bytes(&text), ERR_LIMIT);
	buf_done(&text);
}

static bool keep_others(void *ctx, json item)
{
	size_t *asked = ctx;

	++*asked;
	return !bytes_is(json_bytes(json_get(item, "kind"), &arena), "Pod");
}

/* What is kept knows its octets in the whole text; what is passed over is not there. */
static void items(void **state)
{
	static const char *const passed_over[] = { "status", NULL };
	size_t asked = 0;
	struct yaml_sieve sieve = { keep_others, &asked, passed_over };
	bytes text = BYTES("{\"kind\": \"List\", \"more\": [1, {\"items\": 2}],\n \"items\": ["
	                   "{\"kind\": \"Pod\"},\n {\"kind\": \"Job\", \"status\": {\"a\": 1}, "
	                   "\"spec\": {\"x\": {\"status\": 2}}}]}");
	struct yaml_file file;
	err e = { 0 };

	(void)state;
	assert_int_equal(yaml_parse_items(text, &sieve, &arena, &file, &e), 0);
	assert_int_equal(asked, 2);
	assert_int_equal(file.documents.len, 1);
	const struct yaml_node *root = file.documents.items[0].root;

	assert_true(bytes_starts(bytes_skip(text, root->from), BYTES("{\"kind\": \"Job\"")));
	assert_int_equal(root->to, text.n - 2);
	assert_null(yaml_get(root, "status"));
	assert_true(yaml_says(yaml_path(root, "spec.x.status"), "2"));
	assert_int_equal(yaml_parse_items(BYTES("{\"a\": []}"), &sieve, &arena, &file, &e), 1);
	assert_int_equal(yaml_parse_items(BYTES("items: []"), &sieve, &arena, &file, &e), 1);
	assert_int_equal(yaml_parse_items(BYTES("{\"items\": [1"), &sieve, &arena, &file, &e), -1);
	assert_int_equal(e.kind, ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans),      cmocka_unit_test(many_code_points),
		cmocka_unit_test(types),      cmocka_unit_test(aliases_and_merges),
		cmocka_unit_test(json_texts), cmocka_unit_test(documents_and_errors),
		cmocka_unit_test(limits),     cmocka_unit_test(items),
	};
	int r = cmocka_run_group_tests_name("yaml", tests, NULL, NULL);

	arena_done(&arena);
	return r;
}
