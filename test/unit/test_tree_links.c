/* SPDX-License-Identifier: Apache-2.0 */
/* Links of both kinds, and the limits of a tree. */
#include "tree_fixture.h"

static void parents_may_be_links(void **state)
{
	struct fixture *f = *state;

	DIR_(f, "usr/bin");
	LINK_(f, "bin", "usr/bin");
	LINK_(f, "abs", "/usr/./bin/");
	LINK_(f, "up", "../../usr/../usr");
	FILE_(f, "bin/here");
	tree_layer(f->t, 1);
	FILE_(f, "bin/a");
	FILE_(f, "abs/b");
	FILE_(f, "up/bin/c");
	assert_visible(f, "abs@ bin@ up@ usr/ usr/bin/ usr/bin/a usr/bin/b usr/bin/c usr/bin/here");
	WIPE_(f, "bin/.wh.here");
	WIPE_(f, "bin/.wh.a");
	assert_visible(f, "abs@ bin@ up@ usr/ usr/bin/ usr/bin/a usr/bin/b usr/bin/c");
	tree_layer(f->t, 2);
	WIPE_(f, "abs/.wh..wh..opq");
	DIR_(f, "bin"); /* a folder replaces the link */
	FILE_(f, "bin/d");
	assert_visible(f, "abs@ bin/ bin/d up@ usr/ usr/bin/");
}

/* Entries in the same folder are found fast, but not through a link that is gone. */
static void a_link_may_lead_to_its_own_end(void **state)
{
	struct fixture *f = *state;

	LINK_(f, "a", "/");
	FILE_(f, "a/x");
	FILE_(f, "a/a");
	assert_visible(f, "a x");
	REFUSED_(f, ENTRY_FILE, "a/y", NULL);
	tree_layer(f->t, 1);
	LINK_(f, "a", "d");
	FILE_(f, "a/x");
	WIPE_(f, "a/.wh.x");
	tree_layer(f->t, 2);
	FILE_(f, "a/y");
	WIPE_(f, ".wh.a");
	FILE_(f, "a/z");
	assert_visible(f, "a/ a/z d/ d/x d/y x");
}

static void dangling_and_looping_parents(void **state)
{
	struct fixture *f = *state;

	LINK_(f, "dangling", "x/../y/z");
	LINK_(f, "loop", "loop2/q");
	LINK_(f, "loop2", "loop");
	LINK_(f, "self", ".");
	FILE_(f, "file");
	LINK_(f, "tofile", "file");
	FILE_(f, "dangling/f");
	FILE_(f, "self/self/self/g");
	assert_visible(f, "dangling@ file g loop2@ loop@ self@ tofile@ y/ y/z/ y/z/f");
	REFUSED_(f, ENTRY_FILE, "loop/f", NULL);
	REFUSED_(f, ENTRY_FILE, "tofile/f", NULL);
	REFUSED_(f, ENTRY_FILE, "file/a/b", NULL);
	REFUSED_(f, ENTRY_SYMLINK, "empty", "");
	REFUSED_(f, ENTRY_NONE, "none", NULL);
	LINK_(f, "loop", "y");
	FILE_(f, "loop2/h");
	assert_int_not_equal(find(f, "y/h"), TREE_NONE);
}

static void links_are_followed_to_a_limit(void **state)
{
	struct fixture *f = *state;

	FILE_(f, "0");
	for (int i = 1; i <= LIMIT_LINKS + 1; i++)
		LINK_(f, arena_printf(&f->a, "%d", i), arena_printf(&f->a, "%d", i - 1));
	assert_int_equal(tree_find(f->t, BYTES("40"), true), find(f, "0"));
	assert_int_equal(tree_find(f->t, BYTES("41"), true), TREE_NONE);
	assert_int_equal(tree_find(f->t, BYTES("41"), false), find(f, "41"));
	assert_int_equal(tree_find(f->t, BYTES("absent"), true), TREE_NONE);
}

static void hard_links(void **state)
{
	struct fixture *f = *state;

	FILE_(f, "a");
	uint32_t a = f->node, b, c;

	HARD_(f, "b", "a");
	b = f->node;
	tree_layer(f->t, 1);
	HARD_(f, "d/c", "b"); /* of a link, in a lower layer */
	c = f->node;
	assert_int_equal(tree_content(f->t, b), a);
	assert_int_equal(tree_content(f->t, c), a);
	assert_int_equal(tree_get(f->t, c)->type, ENTRY_FILE);
	assert_int_equal(tree_get(f->t, c)->size, 3);
	assert_visible(f, "a b= d/ d/c=");
	FILE_(f, "a"); /* a new file: the others keep the old content */
	assert_true(tree_get(f->t, a)->flags & TREE_HIDDEN);
	assert_true(tree_seen(f->t, a));
	assert_int_equal(tree_content(f->t, b), a);
	HARD_(f, "a", "b"); /* and back: what it replaces is another file */
	assert_int_equal(tree_content(f->t, f->node), a);
	tree_layer(f->t, 2);
	WIPE_(f, ".wh.b");
	WIPE_(f, ".wh.d");
	assert_true(tree_seen(f->t, a));
	WIPE_(f, ".wh.a");
	assert_false(tree_seen(f->t, a));
	assert_visible(f, "");
}

static void hard_links_share_an_inode(void **state)
{
	struct fixture *f = *state;
	struct entry link = { .type = ENTRY_HARDLINK,
		                  .path = BYTES("b"),
		                  .link = BYTES("a"),
		                  .mode = 04755,
		                  .capability = BYTES("x") };
	uint32_t uid, gid;

	FILE_(f, "a");
	uint32_t a = f->node;

	assert_int_equal(tree_apply(f->t, &link, &f->node, &f->e), 0);
	assert_int_equal(tree_get(f->t, a)->mode, 04755);
	assert_int_equal(tree_get(f->t, a)->flags, TREE_CAPABILITY);
	tree_ids(f->t, a, &uid, &gid);
	assert_int_equal(uid, 0);
}

static void hard_links_to_what_cannot_be(void **state)
{
	struct fixture *f = *state;

	DIR_(f, "d");
	FILE_(f, "d/f");
	LINK_(f, "l", "d/f");
	REFUSED_(f, ENTRY_HARDLINK, "x", "nothing");
	REFUSED_(f, ENTRY_HARDLINK, "x", "d");
	REFUSED_(f, ENTRY_HARDLINK, "x", "");
	REFUSED_(f, ENTRY_HARDLINK, "d/f", "d/f");
	REFUSED_(f, ENTRY_HARDLINK, "d", "d/f");
	REFUSED_(f, ENTRY_HARDLINK, "x", "d/f/g");
	HARD_(f, "m", "l"); /* a second name of the link itself */
	assert_visible(f, "d/ d/f l@ m=@");
	assert_bytes(tree_symlink(f->t, f->node), "d/f");
	assert_bytes(tree_symlink(f->t, find(f, "d")), "");
	FILE_(f, "x");
	WIPE_(f, ".wh.x");
	tree_layer(f->t, 1);
	WIPE_(f, ".wh.x");
	REFUSED_(f, ENTRY_HARDLINK, "y", "x"); /* gone */
}

static void long_names_are_refused(void **state)
{
	struct fixture *f = *state;
	char name[LIMIT_PATH + 2] = { 0 };

	memset(name, 'n', LIMIT_PATH + 1);
	name[LIMIT_NAME] = '\0';
	FILE_(f, name);
	assert_bytes(tree_name(f->t, f->node), name);
	name[LIMIT_NAME] = 'n';
	name[LIMIT_NAME + 1] = '\0';
	REFUSED_(f, ENTRY_FILE, name, NULL);
	REFUSED_(f, ENTRY_FILE, arena_printf(&f->a, "%s/x", name), NULL);
	name[LIMIT_NAME + 1] = 'n';
	name[LIMIT_PATH + 1] = '\0';
	REFUSED_(f, ENTRY_FILE, name, NULL);
	REFUSED_(f, ENTRY_SYMLINK, "l", name);
}

/* A path grows through links, but never above PATH_MAX: tree_path stays bounded. */
static void links_do_not_make_endless_paths(void **state)
{
	struct fixture *f = *state;
	char *deep = arena_alloc(&f->a, 4001);

	for (size_t i = 0; i < 4000; i++)
		deep[i] = i % 2 ? '/' : 'd';
	deep[3999] = '\0';
	DIR_(f, deep);
	LINK_(f, "in", deep);
	FILE_(f, "in/short");
	char *more = arena_alloc(&f->a, 201);

	memset(more, 'x', 200);
	more[200] = '\0';
	assert_int_equal(add(f, ENTRY_FILE, arena_printf(&f->a, "in/%s", more), NULL), -1);
	assert_failed(&f->e, ERR_FORMAT);
}

/* More walking than any image needs: an average of 64 parts an entry beyond four million. */
static void endless_walking_is_a_limit(void **state)
{
	struct fixture *f = *state;
	char *odd = arena_alloc(&f->a, 4096), *even = arena_alloc(&f->a, 4096);
	int done = 0;

	for (size_t i = 0; i < 4000; i++)
		odd[i] = even[i] = i % 2 ? '/' : 'd';
	odd[3998] = 'o';
	even[3998] = 'e';
	odd[3999] = even[3999] = '\0';
	DIR_(f, odd);
	DIR_(f, even);
	for (int i = 0; i < 4000 && done == 0; i++)
		done = add(f, ENTRY_FILE, arena_printf(&f->a, "%s/f", i % 2 ? odd : even), NULL);
	assert_int_equal(done, -1);
	assert_failed(&f->e, ERR_LIMIT);
}

static void owners_are_limited(void **state)
{
	struct fixture *f = *state;
	struct entry file = { .type = ENTRY_FILE, .path = BYTES("a") };

	for (uint32_t i = 0; i < LIMIT_TREE_OWNERS; i++) {
		file.uid = i;
		assert_int_equal(tree_apply(f->t, &file, &f->node, &f->e), 0);
	}
	file.gid = 1;
	assert_int_equal(tree_apply(f->t, &file, &f->node, &f->e), -1);
	assert_failed(&f->e, ERR_LIMIT);
	file.gid = 0;
	assert_int_equal(tree_apply(f->t, &file, &f->node, &f->e), 0);
}

/* A name that comes and goes many times stays quick to find; so does a folder that is emptied
 * often. */
static void churn_leaves_the_newest(void **state)
{
	struct fixture *f = *state;

	for (uint16_t layer = 0; layer < 500; layer++) {
		tree_layer(f->t, layer);
		for (int i = 0; i < 200; i++)
			FILE_(f, "d/x");
		for (int i = 0; i < 200; i++)
			FILE_(f, arena_printf(&f->a, "d/%d", i));
		for (int i = 0; i < 200; i++)
			WIPE_(f, "d/.wh..wh..opq");
	}
	assert_int_equal(tree_count(f->t), 2 + 500 * 400);
	uint32_t seen = 0;

	for (uint32_t i = 0; i < tree_count(f->t); i++)
		seen += !(tree_get(f->t, i)->flags & TREE_HIDDEN);
	assert_int_equal(seen, 2 + 201);
}

/* Enough names that the index divides many times. */
static void many_files_are_found(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < 100000; i++) {
		arena_reset(&f->a);
		FILE_(f, arena_printf(&f->a, "d%u/file%u", i % 100, i));
	}
	for (uint32_t i = 1; i < tree_count(f->t); i++) {
		arena_reset(&f->a);
		assert_int_equal(tree_find(f->t, tree_path(f->t, i, &f->a), false), i);
	}
	assert_int_equal(find(f, "d0/file1"), TREE_NONE);
	assert_int_equal(tree_count(f->t), 100101);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(parents_may_be_links),
		TEST(a_link_may_lead_to_its_own_end),
		TEST(dangling_and_looping_parents),
		TEST(links_are_followed_to_a_limit),
		TEST(hard_links),
		TEST(hard_links_share_an_inode),
		TEST(hard_links_to_what_cannot_be),
		TEST(long_names_are_refused),
		TEST(links_do_not_make_endless_paths),
		TEST(endless_walking_is_a_limit),
		TEST(owners_are_limited),
		TEST(churn_leaves_the_newest),
		TEST(many_files_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
