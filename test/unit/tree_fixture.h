/* SPDX-License-Identifier: Apache-2.0 */
/* tree_fixture - one tree under test, and what the container would see of it as text. */
#pragma once

#include "unit.h"

#include "base/limits.h"
#include "image/tree.h"

/* One tree under test. Expected trees follow image-spec 1.1 layer.md and, where it is silent, what
 * containerd's and umoci's unpacking does (test/interop/tree.sh compares with the latter). */
struct fixture {
	struct tree *t;
	struct arena a;
	err e;
	uint32_t node; /* of the last entry */
};

static inline int set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .t = tree_new() };
	*state = &f;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	tree_free(f->t);
	arena_done(&f->a);
	return 0;
}

static inline int add(struct fixture *f, enum entry_type type, const char *path, const char *link)
{
	struct entry entry = { .type = type,
		                   .path = bytes_str(path),
		                   .link = bytes_str(link),
		                   .mode = 0640,
		                   .uid = 1,
		                   .gid = 2,
		                   .size = 3,
		                   .kind = KIND_ELF };

	err_clear(&f->e);
	return tree_apply(f->t, &entry, &f->node, &f->e);
}

#define FILE_(f, path) assert_int_equal(add((f), ENTRY_FILE, (path), NULL), 0)
#define DIR_(f, path) assert_int_equal(add((f), ENTRY_DIR, (path), NULL), 0)
#define LINK_(f, path, text) assert_int_equal(add((f), ENTRY_SYMLINK, (path), (text)), 0)
#define HARD_(f, path, to) assert_int_equal(add((f), ENTRY_HARDLINK, (path), (to)), 0)
/* A whiteout: a file by its name alone. */
#define WIPE_(f, path) \
	do { \
		FILE_(f, path); \
		assert_int_equal((f)->node, TREE_NONE); \
	} while (0)
#define REFUSED_(f, type, path, link) \
	do { \
		size_t count_ = tree_count((f)->t); \
		const char *seen_ = visible(f); \
		assert_int_equal(add((f), (type), (path), (link)), -1); \
		assert_failed(&(f)->e, ERR_FORMAT); \
		assert_int_equal(tree_count((f)->t), count_); \
		assert_string_equal(visible(f), seen_); \
	} while (0)

static inline int by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Every path a container sees, sorted: folders end in '/', links in '@', other names of a file in
 * '='. */
static inline const char *visible(struct fixture *f)
{
	const char *paths[64], *all = "";
	size_t n = 0;

	for (uint32_t i = 1; i < tree_count(f->t); i++) {
		const struct tree_node *node = tree_get(f->t, i);
		bytes path = tree_path(f->t, i, &f->a);

		if (node->flags & TREE_HIDDEN)
			continue;
		assert_int_equal(tree_find(f->t, path, false), i);
		assert_true(n < 64);
		paths[n++] = arena_printf(&f->a, PRIb "%s%s", BYTESF(path),
		                          node->flags & TREE_HARDLINK ? "=" : "",
		                          node->type == ENTRY_DIR       ? "/"
		                          : node->type == ENTRY_SYMLINK ? "@"
		                                                        : "");
	}
	qsort(paths, n, sizeof(paths[0]), by_text);
	for (size_t i = 0; i < n; i++)
		all = arena_printf(&f->a, "%s%s%s", all, i ? " " : "", paths[i]);
	return all;
}

#define assert_visible(f, expected) assert_string_equal(visible(f), (expected))

static inline uint32_t find(struct fixture *f, const char *path)
{
	return tree_find(f->t, bytes_str(path), false);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
