/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "unit.h"

#include <stdalign.h>
#include <sys/wait.h>
#include <unistd.h>

static void blocks_are_aligned_and_apart(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	uint8_t *seen[300];

	for (size_t i = 0; i < 300; i++) {
		seen[i] = arena_alloc(&a, i);
		assert_int_equal((uintptr_t)seen[i] % alignof(max_align_t), 0);
		memset(seen[i], (int)(i & 0xff), i);
	}
	for (size_t i = 0; i < 300; i++)
		for (size_t j = 0; j < i; j++)
			assert_int_equal(seen[i][j], i & 0xff);
	assert_ptr_not_equal(seen[0], seen[1]); /* a block of nothing is a block */
	assert_true(a.used >= 300 * 299 / 2);
	arena_done(&a);
	assert_null(a.head);
	assert_int_equal(a.used, 0);
	arena_done(&a);
}

static void large_blocks_fit(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	uint8_t *small = arena_zero(&a, 1), *large = arena_zero(&a, 5u << 20);

	for (size_t i = 0; i < 5u << 20; i += 4093)
		assert_int_equal(large[i], 0);
	large[(5u << 20) - 1] = 1;
	uint8_t *after = arena_alloc(&a, 100);

	memset(after, 2, 100);
	assert_int_equal(small[0], 0);
	assert_int_equal(large[(5u << 20) - 1], 1);
	arena_done(&a);
}

static void reset_gives_the_memory_again(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;

	arena_reset(&a);
	void *first = arena_alloc(&a, 64);

	arena_reset(&a);
	assert_int_equal(a.used, 0);
	assert_ptr_equal(arena_alloc(&a, 64), first);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 1000; i++)
			memset(arena_alloc(&a, 1000), round, 1000);
		arena_reset(&a);
	}
	uint8_t *zero = arena_zero(&a, 4096); /* what it holds from before is cleared */

	for (size_t i = 0; i < 4096; i++)
		assert_int_equal(zero[i], 0);
	arena_done(&a);
}

struct item {
	uint64_t value;
	uint8_t fill[40];
};

static void lists_grow(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	struct { struct item *items; size_t len, cap; } list = { 0 };

	for (uint64_t i = 0; i < 1000; i++) {
		struct item *item = ARENA_PUSH(&a, &list);

		for (size_t j = 0; j < sizeof(item->fill); j++)
			assert_int_equal(item->fill[j], 0);
		item->value = i;
		memset(item->fill, 0xaa, sizeof(item->fill));
	}
	assert_int_equal(list.len, 1000);
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(list.items[i].value, i);
	arena_done(&a);
}

static void copies_are_our_own(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	char text[] = "abc";
	bytes copy = arena_bytes(&a, bytes_of(text, 3));
	char *s = arena_str(&a, bytes_of(text, 2));

	memset(text, 'x', 3);
	assert_bytes(copy, "abc");
	assert_int_equal(copy.p[3], 0);
	assert_string_equal(s, "ab");
	assert_string_equal(arena_str(&a, bytes_of(NULL, 0)), "");
	assert_int_equal(arena_bytes(&a, bytes_of(NULL, 0)).n, 0);
	assert_string_equal(arena_printf(&a, "%s-%d", "x", 7), "x-7");
	assert_string_equal(arena_printf(&a, "%s", ""), "");
	char *wide = arena_printf(&a, "%20000d", 1);

	assert_int_equal(strlen(wide), 20000);
	arena_done(&a);
}

/* What was handed out stays where it is, whoever owns it; both can go on handing out. */
static void adopted_memory_stays(void **state)
{
	struct arena a = ARENA_INIT, b = ARENA_INIT, none = ARENA_INIT;

	(void)state;
	char *first = arena_printf(&b, "first");
	char *large = arena_printf(&b, "%5000d", 7);

	arena_adopt(&a, &none);
	assert_null(a.head);
	arena_adopt(&a, &b); /* into one that is empty */
	assert_null(b.head);
	assert_int_equal(b.used, 0);
	char *second = arena_printf(&b, "second");
	size_t before = a.used;

	arena_adopt(&a, &b); /* into one that is not */
	assert_true(a.used > before);
	char *third = arena_printf(&a, "third");

	assert_string_equal(first, "first");
	assert_int_equal(strlen(large), 5000);
	assert_string_equal(second, "second");
	assert_string_equal(third, "third");
	arena_done(&b);
	arena_done(&a); /* frees it all: LeakSanitizer sees what is left */
}

static void overflow_count(void)
{
	struct arena a = ARENA_INIT;

	arena_zero_array(&a, SIZE_MAX / 2, 4);
}

static void overflow_size(void)
{
	struct arena a = ARENA_INIT;

	arena_bytes(&a, bytes_of("", SIZE_MAX - 20));
}

/* ends(f): f ends the process as one without memory ends. */
static bool ends(void (*f)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		f();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_MEMORY;
}

static void impossible_sizes_end(void **state)
{
	(void)state;
	assert_true(ends(overflow_count));
	assert_true(ends(overflow_size));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_aligned_and_apart),
		cmocka_unit_test(large_blocks_fit),
		cmocka_unit_test(reset_gives_the_memory_again),
		cmocka_unit_test(lists_grow),
		cmocka_unit_test(copies_are_our_own),
		cmocka_unit_test(adopted_memory_stays),
		cmocka_unit_test(impossible_sizes_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
