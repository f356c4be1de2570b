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

/* YAML 1.1 "merge": the first of those that are merged wins. */
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

/* In the order of the text, as goyaml v2 does: kubectl's answers are the values wanted. */
static void merges_in_order(void **state)
{
	(void)state;
	buf chain = BUF_INIT(MIB);
	struct yaml_file f = read_str("x: &x {a: 1}\ny: &y {<<: *x}\nk: &k a\n"
	                              "seq: {<<: [*y]}\n"
	                              "two: {<<: *x, <<: {b: 2}}\n"
	                              "late: {a: 0, <<: *x}\n"
	                              "null: {<<: *x, a: ~}\n"
	                              "tag: {!!merge \"<<\": *x}\n"
	                              "quoted: {\"<<\": *x}\nkey: {*k : 7}\n");
	const struct yaml_node *r = root(&f);

	assert_true(yaml_says(yaml_path(r, "seq.a"), "1"));
	assert_true(yaml_says(yaml_path(r, "two.a"), "1"));
	assert_true(yaml_says(yaml_path(r, "two.b"), "2"));
	assert_true(yaml_says(yaml_path(r, "late.a"), "1"));
	assert_null(yaml_path(r, "null.a"));
	assert_true(yaml_says(yaml_path(r, "tag.a"), "1"));
	assert_null(yaml_path(r, "quoted.a"));
	assert_true(yaml_says(yaml_path(r, "key.a"), "7"));
	assert_int_equal(f.duplicates.len, 0);
	buf_puts(&chain, "x0: &x0 {a: 1}\n");
	for (unsigned i = 1; i <= 300; i++)
		buf_printf(&chain, "x%u: &x%u {<<: *x%u}\n", i, i, i - 1);
	f = read_text(buf_bytes(&chain));
	assert_true(yaml_says(yaml_path(root(&f), "x300.a"), "1"));
	buf_done(&chain);
}

/* What goyaml v2 resolves, and what it refuses. */
static void tags(void **state)
{
	static const char *const refused[] = {
		"a: !!bool \"maybe\"",   "a: !!int 1.5", "a: !!int x",      "a: !!null x",
		"a: !!binary \"cHJ\"",   "a: {<<: 1}",   "a: {<<: [b]}",    "a: {<<: }",
		"a: &a []\nb: {<<: *a}", "a: !!float x", "a: {<<: [[{}]]}",
	};
	struct yaml_file f = read_str("a: !!bool \"true\"\nb: !!int \"0\"\nc: ! \"yes\"\n"
	                              "d: !!float 0\ne: !!str true\nf: !!null \"\"\n"
	                              "!!binary cHJpdmlsZWdlZA==: !!binary |\n  UG\n  9k\n");
	const struct yaml_node *r = root(&f);
	int64_t n;
	bool b;

	(void)state;
	assert_true(yaml_bool(yaml_get(r, "a"), &b) && b);
	assert_true(yaml_i64(yaml_get(r, "b"), &n) && n == 0);
	assert_true(yaml_is_string(yaml_get(r, "c")));
	assert_true(yaml_i64(yaml_get(r, "d"), &n) && n == 0);
	assert_true(yaml_is_string(yaml_get(r, "e")));
	assert_null(yaml_get(r, "f"));
	assert_true(yaml_says(yaml_get(r, "privileged"), "Pod"));
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		f = read_str(refused[i]);
		assert_int_equal(f.documents.len, 0);
		assert_int_equal(f.faults.len, 1);
	}
}

/* All that kubectl gives as 0 or 10, and what it does not take for a whole number. */
static void numbers(void **state)
{
	static const char *const zeros[] = {
		"0",  "-0",  "+0",   "00",  "0b0",   "0B0",  "0X0",     "0x_0", "0o0",    "0_",
		".0", "0.0", "0e5",  "0E5", "-.0e1", "0.",   "1e-400",  "-0b0", "0000.0", "0_0.0_0",
		"00000000000000000000000000000000000000000000000000000000000000000000000000000000",
	};
	static const char *const tens[] = { "0b1010", "0XA", "1e1", "10.0", "012", "100e-1", "1_0." };
	static const char *const none[] = { "0b2", "0x", "0b", "_0",  "1.5",  "1e400", "1e19",
		                                "e1",  ".",  "-",  "0x1p0", "1.2.3", "1e", "0:0" };
	int64_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(zeros) / sizeof(*zeros); i++) {
		struct yaml_file f = read_str(zeros[i]);

		n = 1;
		assert_true(yaml_i64(root(&f), &n) && n == 0);
	}
	for (size_t i = 0; i < sizeof(tens) / sizeof(*tens); i++) {
		struct yaml_file f = read_str(tens[i]);

		assert_true(yaml_i64(root(&f), &n) && n == 10);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		struct yaml_file f = read_str(none[i]);

		assert_false(yaml_i64(root(&f), &n));
	}
}

static void encodings(void **state)
{
	static const bytes wide[] = { BYTES_INIT("\xff\xfe" "a\0:\0"), BYTES_INIT("\xfe\xff\0a"),
		                          BYTES_INIT("a\0:\0"), BYTES_INIT("\0a\0:") };

	(void)state;
	struct yaml_file f = read_str("\xef\xbb\xbf" "a:\n  b: \"\xe2\x82\xac\"\nc: 1\n");

	assert_int_equal(f.faults.len, 0);
	covers(&f, yaml_path(root(&f), "a.b"), "\"\xe2\x82\xac\"");
	covers(&f, yaml_get(root(&f), "c"), "1");
	f = read_str("\xef\xbb\xbf{\"a\": 1}");
	assert_true(f.is_json);
	covers(&f, yaml_get(root(&f), "a"), "1");
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++) {
		f = read_text(wide[i]);
		assert_int_equal(f.documents.len, 0);
		assert_int_equal(f.faults.len, 1);
		assert_non_null(strstr(f.faults.items[0].message, "UTF-16"));
	}
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
	f = read_str("{\"a\": \"}{\\\"\"}{\"b\": [{}]}\n[2]");
	assert_true(f.is_json);
	assert_int_equal(f.documents.len, 3);
	assert_true(yaml_says(yaml_get(f.documents.items[0].root, "a"), "}{\""));
	covers(&f, yaml_get(f.documents.items[1].root, "b"), "[{}]");
	covers(&f, f.documents.items[2].root, "[2]");
	f = read_str("{\"a\": 1}\n---\n{\"b\": 1}");
	assert_false(f.is_json);
	assert_int_equal(f.documents.len, 2);
	f = read_str("{\"a\": 1}{b: 1}");
	assert_int_equal(f.faults.len, 1);
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

static bool keep_others(void *ctx, const struct yaml_node *item)
{
	size_t *asked = ctx;

	++*asked;
	return !yaml_says(yaml_get(item, "kind"), "Pod");
}

/* What is kept knows its octets in the whole text; what is passed over is not there. */
static void items(void **state)
{
	static const char *const passed_over[] = { "status", NULL };
	size_t asked = 0;
	struct yaml_sieve sieve = { keep_others, &asked, passed_over };
	bytes text = BYTES("{\"kind\": \"PodList\", \"more\": [1, {\"items\": 2}],\n \"items\": ["
	                   "{\"kind\": \"Pod\"},\n {\"kind\": \"Job\", \"status\": {\"a\": 1}, "
	                   "\"spec\": {\"x\": {\"status\": 2}}}]}");
	struct yaml_file file;
	err e = { 0 };

	(void)state;
	assert_int_equal(yaml_parse_items(text, &sieve, &arena, &file, &e), 0);
	assert_int_equal(asked, 2);
	assert_int_equal(file.documents.len, 1);
	const struct yaml_node *root = file.documents.items[0].root;

	assert_true(bytes_is(file.list_kind, "PodList"));
	assert_int_equal(file.list_api.n, 0);
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
		cmocka_unit_test(tags),       cmocka_unit_test(merges_in_order),
		cmocka_unit_test(numbers),    cmocka_unit_test(encodings),
	};
	int r = cmocka_run_group_tests_name("yaml", tests, NULL, NULL);

	arena_done(&arena);
	return r;
}
