/* SPDX-License-Identifier: Apache-2.0 */
/* Entries, layers and whiteouts. */
#include "tree_fixture.h"

static void keeps_what_entries_say(void **state)
{
	struct fixture *f = *state;
	uint32_t uid, gid;

	DIR_(f, "etc");
	FILE_(f, "etc/passwd");
	const struct tree_node *n = tree_get(f->t, f->node);

	assert_int_equal(n->mode, 0640);
	assert_int_equal(n->size, 3);
	assert_int_equal(n->type, ENTRY_FILE);
	assert_int_equal(n->kind, KIND_ELF);
	assert_int_equal(n->flags, 0);
	tree_ids(f->t, f->node, &uid, &gid);
	assert_int_equal(uid, 1);
	assert_int_equal(gid, 2);
	assert_bytes(tree_name(f->t, f->node), "passwd");
	assert_bytes(tree_path(f->t, f->node, &f->a), "etc/passwd");
	assert_bytes(tree_path(f->t, 0, &f->a), "");
	assert_int_equal(tree_child(f->t, 0, BYTES("etc")), n->parent);
	assert_int_equal(tree_child(f->t, 0, BYTES("ETC")), TREE_NONE);
	assert_int_equal(find(f, ""), 0);
	assert_int_equal(find(f, "etc/passwd/x"), TREE_NONE);
	DIR_(f, "");
	assert_int_equal(f->node, 0);
	assert_int_equal(tree_get(f->t, 0)->flags, 0);
	REFUSED_(f, ENTRY_FILE, "", NULL);
	REFUSED_(f, ENTRY_SYMLINK, "", "etc");
}

static void names_differ_in_case(void **state)
{
	struct fixture *f = *state;

	FILE_(f, "a");
	FILE_(f, "A");
	tree_layer(f->t, 1);
	WIPE_(f, ".wh.A");
	assert_visible(f, "a");
}

static void implies_parents(void **state)
{
	struct fixture *f = *state;
	uint32_t uid, gid;

	FILE_(f, "a/b/c");
	assert_visible(f, "a/ a/b/ a/b/c");
	const struct tree_node *n = tree_get(f->t, find(f, "a/b"));

	assert_int_equal(n->flags, TREE_IMPLIED);
	assert_int_equal(n->mode, 0755);
	tree_ids(f->t, find(f, "a/b"), &uid, &gid);
	assert_int_equal(uid, 0);
	DIR_(f, "a/b");
	assert_int_equal(n->flags, 0);
	assert_int_equal(n->mode, 0640);
	assert_visible(f, "a/ a/b/ a/b/c");
}

static void a_folder_listed_again_keeps_its_children(void **state)
{
	struct fixture *f = *state;

	FILE_(f, "a/b");
	uint32_t dir = find(f, "a");

	tree_layer(f->t, 1);
	DIR_(f, "a");
	assert_int_equal(f->node, dir);
	assert_int_equal(tree_get(f->t, dir)->layer, 1);
	assert_int_equal(tree_get(f->t, find(f, "a/b"))->layer, 0);
	assert_visible(f, "a/ a/b");
}

static void anything_else_replaces(void **state)
{
	struct fixture *f = *state;

	FILE_(f, "a/b/c");
	uint32_t c = f->node;

	tree_layer(f->t, 1);
	FILE_(f, "a");
	assert_visible(f, "a");
	assert_true(tree_get(f->t, c)->flags & TREE_HIDDEN);
	assert_false(tree_seen(f->t, c));
	assert_bytes(tree_path(f->t, c, &f->a), "a/b/c");
	REFUSED_(f, ENTRY_FILE, "a/x", NULL);
	DIR_(f, "a");
	assert_visible(f, "a/");
	FILE_(f, "a/x");
	tree_layer(f->t, 2);
	LINK_(f, "a", "x");
	assert_visible(f, "a@");
	FILE_(f, "a");
	assert_visible(f, "a");
	assert_int_equal(tree_get(f->t, f->node)->layer, 2);
}

static void whiteouts_hide_lower_layers(void **state)
{
	struct fixture *f = *state;

	FILE_(f, "a/file");
	FILE_(f, "a/dir/x");
	FILE_(f, "b");
	WIPE_(f, ".wh.b"); /* the same layer: hides nothing */
	assert_visible(f, "a/ a/dir/ a/dir/x a/file b");
	tree_layer(f->t, 1);
	WIPE_(f, "a/.wh.file");
	WIPE_(f, "a/.wh.dir");
	WIPE_(f, "a/.wh.never");
	WIPE_(f, "nowhere/.wh.b");
	assert_visible(f, "a/ b");
	WIPE_(f, ".wh.a");
	assert_visible(f, "b");
	tree_layer(f->t, 2);
	FILE_(f, "a/dir/y");
	assert_visible(f, "a/ a/dir/ a/dir/y b");
}

/* The real layers of shared test data: a/.wh.a_file.txt, .wh.a_root_file.txt, .wh.b;
 * etc/.wh.profile; a/.wh..wh..opq beside b/not.a.wh..wh..opq. */
static void real_layers(void **state)
{
	struct fixture *f = *state;

	FILE_(f, "etc/profile");
	FILE_(f, "a/a_file.txt");
	FILE_(f, "a_root_file.txt");
	FILE_(f, "b/c/d");
	tree_layer(f->t, 1);
	DIR_(f, "a");
	WIPE_(f, "a/.wh.a_file.txt");
	WIPE_(f, ".wh.a_root_file.txt");
	WIPE_(f, ".wh.b");
	WIPE_(f, "etc/.wh.profile");
	assert_visible(f, "a/ etc/");
	FILE_(f, "a/1");
	FILE_(f, "b/1");
	tree_layer(f->t, 2);
	DIR_(f, "a");
	WIPE_(f, "a/.wh..wh..opq");
	FILE_(f, "b/not.a.wh..wh..opq");
	assert_visible(f, "a/ b/ b/1 b/not.a.wh..wh..opq etc/");
}

/* layer.md: "Files that are present in the same layer as a whiteout file can only be hidden by
 * whiteout files in subsequent layers." */
static void order_in_a_layer_does_not_matter(void **state)
{
	for (int first = 0; first < 2; first++) {
		struct fixture *f = *state;

		tree_free(f->t);
		f->t = tree_new();
		FILE_(f, "f");
		FILE_(f, "d/old");
		DIR_(f, "d/sub/deep/old");
		tree_layer(f->t, 1);
		if (first) {
			WIPE_(f, ".wh.f");
			WIPE_(f, ".wh.d");
		}
		FILE_(f, "f");
		FILE_(f, "d/sub/deep/new");
		if (!first) {
			WIPE_(f, ".wh.f");
			WIPE_(f, ".wh.d");
			WIPE_(f, ".wh.d");
		}
		assert_visible(f, "d/ d/sub/ d/sub/deep/ d/sub/deep/new f");
		assert_int_equal(tree_get(f->t, find(f, "d"))->flags, TREE_IMPLIED);
		assert_int_equal(tree_get(f->t, find(f, "d"))->layer, 1);
		assert_int_equal(tree_get(f->t, find(f, "f"))->layer, 1);
	}
}

static void opaque_folders(void **state)
{
	struct fixture *f = *state;

	FILE_(f, "d/old");
	FILE_(f, "d/sub/old");
	FILE_(f, "d/gone/old");
	tree_layer(f->t, 1);
	FILE_(f, "d/before");
	FILE_(f, "d/sub/before");
	WIPE_(f, "d/.wh..wh..opq");
	FILE_(f, "d/after");
	WIPE_(f, "d/.wh..wh..opq");
	WIPE_(f, "d/sub/.wh..wh..opq");
	assert_visible(f, "d/ d/after d/before d/sub/ d/sub/before");
	tree_layer(f->t, 2);
	WIPE_(f, ".wh..wh..opq");
	assert_visible(f, "");
	FILE_(f, "x");
	WIPE_(f, ".wh..wh..opq");
	WIPE_(f, "none/.wh..wh..opq");
	assert_visible(f, "x");
}

static void odd_whiteouts(void **state)
{
	struct fixture *f = *state;

	FILE_(f, "d/x");
	tree_layer(f->t, 1);
	REFUSED_(f, ENTRY_FILE, "d/.wh.", NULL);
	REFUSED_(f, ENTRY_FILE, "d/.wh..", NULL);
	REFUSED_(f, ENTRY_FILE, "d/.wh...", NULL);
	REFUSED_(f, ENTRY_FILE, ".wh.", NULL);
	REFUSED_(f, ENTRY_FILE, "d/x/.wh.y", NULL);
	WIPE_(f, ".wh..wh.plnk");
	WIPE_(f, ".wh..wh.plnk/1.2");
	WIPE_(f, ".wh..wh.aufs");
	WIPE_(f, "d/.wh..wh.orph");
	REFUSED_(f, ENTRY_HARDLINK, "d/y", ".wh..wh.plnk/1.2");
	assert_visible(f, "d/ d/x");
	DIR_(f, "d/.wh.x"); /* only the name counts */
	assert_visible(f, "d/");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keeps_what_entries_say),
		TEST(names_differ_in_case),
		TEST(implies_parents),
		TEST(a_folder_listed_again_keeps_its_children),
		TEST(anything_else_replaces),
		TEST(whiteouts_hide_lower_layers),
		TEST(real_layers),
		TEST(order_in_a_layer_does_not_matter),
		TEST(opaque_folders),
		TEST(odd_whiteouts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
