/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/yaml_edit.h"

#include "fmt/diff.h"

#include "unit.h"

static struct arena arena;

struct change {
	struct yaml_file file;
	struct source source;
	struct edits edits;
	struct yaml_editor editor;
	const struct yaml_node *root;
};

static struct change *begin(const char *text)
{
	struct change *c = arena_new(&arena, struct change);
	err e = { 0 };

	assert_int_equal(yaml_parse(bytes_str(text), &arena, &c->file, &e), 0);
	source_init(&c->source, c->file.text, &arena);
	c->editor = (struct yaml_editor){ &c->file, &c->source, &arena, &c->edits };
	c->root = c->file.documents.items[0].root;
	return c;
}

static void gives(struct change *c, const char *want)
{
	bytes have = edits_apply(c->file.text, &c->edits, &arena);

	assert_string_equal(arena_str(&arena, have), want);
}

static void put(const char *text, const char *path, const char *value, const char *want)
{
	struct change *c = begin(text);

	yaml_edit_put_path(&c->editor, c->root, path, value);
	gives(c, want);
}

static void puts_members(void **state)
{
	(void)state;
	put("a: 1 # one\nb: 2\n", "c", "3", "a: 1 # one\nb: 2\nc: 3\n");
	put("a: 1 # one\nb: 2\n", "a", "3", "a: 3 # one\nb: 2\n");
	put("a:\n    b: 1\n# end\n", "a.c.d", "- x",
	    "a:\n    b: 1\n    c:\n      d:\n        - x\n# end\n");
	put("a: # why\nb: 2\n", "a.c", "1", "a:\n  c: 1 # why\nb: 2\n");
	put("- \n", "a", "1", "- \n");
	put("a: {}\r\nb: 2\r\n", "a.c", "1", "a:\r\n  c: 1\r\nb: 2\r\n");
	put("a: {b: 1}\n", "a.c.d", "- x", "a: {b: 1, c: {d: [x]}}\n");
	put("a: 1", "b", "2", "a: 1\nb: 2");
	put("{\"a\": {\"b\": 1}}", "a.c", "d: ALL", "{\"a\": {\"b\": 1, \"c\": {\"d\": \"ALL\"}}}");
	put("{\n  \"a\": 1\n}\n", "b", "false", "{\n  \"a\": 1,\n  \"b\": false\n}\n");
	put("a: |\n  text\n\nb: 1\n", "a", "x", "a: x\n\nb: 1\n");
	put("x: &m {k: 1}\ny: *m\n", "y.n", "2", "x: &m {k: 1, n: 2}\ny: *m\n");
}

static void appends(void **state)
{
	(void)state;
	struct change *c = begin("a:\n- x # first\n- y\nb: 1\n");

	yaml_edit_append(&c->editor, yaml_get(c->root, "a"), "name: z\nvalue: 1");
	gives(c, "a:\n- x # first\n- y\n- name: z\n  value: 1\nb: 1\n");
	c = begin("a: [x, y]\n");
	yaml_edit_append(&c->editor, yaml_get(c->root, "a"), "z");
	gives(c, "a: [x, y, z]\n");
	c = begin("a: []\n");
	yaml_edit_append(&c->editor, yaml_get(c->root, "a"), "z");
	gives(c, "a: [z]\n");
}

static void delete_path(const char *text, const char *path, const char *want)
{
	struct change *c = begin(text);

	yaml_edit_delete(&c->editor, yaml_path(c->root, path));
	gives(c, want);
}

static void deletes(void **state)
{
	(void)state;
	delete_path("a: 1\nb: 2 # two\nc: 3\n", "b", "a: 1\nc: 3\n");
	delete_path("a: 1\nb: 2", "b", "a: 1");
	delete_path("a:\n  b:\n    c: 1\nd: 2\n", "a.b.c", "d: 2\n");
	delete_path("a: {b: 1, c: 2}\n", "a.b", "a: {c: 2}\n");
	delete_path("a: {b: 1, c: 2}\n", "a.c", "a: {b: 1}\n");
	delete_path("{\"a\": 1}", "a", "{}");
	struct change *c = begin("a:\n# of x\n- x\n# of y\n- y: 1\n  z: 2\n");
	const struct yaml_node *y = yaml_get(c->root, "a")->first->next;

	yaml_edit_delete(&c->editor, y->first);
	gives(c, "a:\n# of x\n- x\n# of y\n- z: 2\n");
	c = begin("a:\n# of x\n- x\n# of y\n- y: 1\n  z: 2\n");
	yaml_edit_delete(&c->editor, yaml_get(c->root, "a")->first->next);
	gives(c, "a:\n# of x\n- x\n# of y\n");
}

static void scalars(void **state)
{
	(void)state;
	struct change *c = begin("a: \"x\" # c\nb: 'y'\nserviceAccount: z\n");

	yaml_edit_scalar(&c->editor, yaml_get(c->root, "a"), "n");
	yaml_edit_scalar(&c->editor, yaml_get(c->root, "b"), "n");
	yaml_edit_rename(&c->editor, yaml_get(c->root, "serviceAccount"), "serviceAccountName");
	gives(c, "a: \"n\" # c\nb: 'n'\nserviceAccountName: z\n");
}

static void edits_that_meet(void **state)
{
	(void)state;
	struct edits x = { 0 }, y = { 0 };

	edits_add(&x, &arena, 2, 4, BYTES("X"));
	edits_add(&y, &arena, 4, 5, BYTES("Y"));
	assert_false(edits_meet(&x, &y));
	edits_add(&y, &arena, 4, 4, BYTES("+"));
	assert_true(edits_meet(&x, &y));
	y.len = 0;
	edits_add(&y, &arena, 2, 4, BYTES("X"));
	assert_false(edits_meet(&x, &y));
	edits_add(&x, &arena, 2, 4, BYTES("X"));
	assert_string_equal(arena_str(&arena, edits_apply(BYTES("abcdef"), &x, &arena)), "abXef");
}

/* A file that is made grows out of no text at all, not even a pointer to one. */
static void nothing_can_be_edited(void **state)
{
	struct edits x = { 0 };

	(void)state;
	edits_add(&x, &arena, 0, 0, BYTES("bin/\n"));
	edits_add(&x, &arena, 0, 0, BYTES("obj/\n"));
	assert_string_equal(arena_str(&arena, edits_apply((bytes){ 0 }, &x, &arena)), "bin/\nobj/\n");
}

/* Expected: what `diff -u` of GNU diffutils 3.8 prints behind the names. */
static void patches(void **state)
{
	(void)state;
	buf out = BUF_INIT(65536);
	struct stream s;
	err e = { 0 };

	stream_init(&s, stream_to_buf, &out);
	diff_write(&s, BYTES("f"), BYTES("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12"),
	           BYTES("1\n2\n3\n4\nx\n6\n7\n8\n9\n10\n11\n12\n13\n"));
	assert_int_equal(stream_finish(&s, &e), 0);
	assert_string_equal(arena_str(&arena, buf_bytes(&out)),
	                    "--- a/f\n+++ b/f\n@@ -2,11 +2,12 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"
	                    " 9\n 10\n 11\n-12\n\\ No newline at end of file\n+12\n+13\n");
	buf_clear(&out);
	stream_init(&s, stream_to_buf, &out);
	diff_write(&s, BYTES("f"), BYTES("same\n"), BYTES("same\n"));
	assert_int_equal(stream_finish(&s, &e), 0);
	assert_int_equal(out.n, 0);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_members), cmocka_unit_test(appends),
		cmocka_unit_test(deletes),      cmocka_unit_test(scalars),
		cmocka_unit_test(patches),      cmocka_unit_test(edits_that_meet),
		cmocka_unit_test(nothing_can_be_edited),
	};
	int r = cmocka_run_group_tests_name("yaml_edit", tests, NULL, NULL);

	arena_done(&arena);
	return r;
}
