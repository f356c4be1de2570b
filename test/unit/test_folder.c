/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of one process: who lives keeps his, what the dead left goes, whatever is in it. */
#include "sys/folder.h"

#include "base/text.h"
#include "sys/removal.h"
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>

static struct arena a = ARENA_INIT;
static char top[] = "/tmp/oakum-test-folder-XXXXXX";
static char left[256];

static void leave(const void *ctx, const char *id)
{
	(void)snprintf(left, sizeof(left), "%s %s", (const char *)ctx, id);
}

static const struct folder_kind kind = { top, "work-", leave, "gone:" };

static bool is_there(const char *name)
{
	struct stat st;

	return lstat(arena_printf(&a, "%s/%s", top, name), &st) == 0;
}

static void one_comes_and_goes(void **state)
{
	struct folder f;
	struct stat st;
	err e = { 0 };

	(void)state;
	assert_int_equal(folder_make(&kind, &a, &f, &e), 0);
	assert_int_equal(stat(f.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_string_equal(f.path, arena_printf(&a, "%s/work-%s", top, f.id));
	assert_int_equal(strlen(f.id), FOLDER_ID);
	assert_int_equal(mkdir(arena_printf(&a, "%s/shut", f.path), 0700), 0);
	assert_int_equal(mkdir(arena_printf(&a, "%s/shut/in", f.path), 0), 0);
	assert_int_equal(chmod(arena_printf(&a, "%s/shut", f.path), 0555), 0);
	folder_remove(&f);
	assert_int_equal(stat(f.path, &st), -1);
	assert_string_equal(left, arena_printf(&a, "gone: %s", f.id));
	folder_remove(&f); /* there is none */
}

static void who_lives_keeps_his(void **state)
{
	struct folder mine, next;
	err e = { 0 };

	(void)state;
	assert_int_equal(folder_make(&kind, &a, &mine, &e), 0);
	assert_int_equal(folder_make(&kind, &a, &next, &e), 0);
	folder_remove(&next);
	assert_int_equal(access(mine.path, F_OK), 0);
	struct removed done = { 0 };

	folder_sweep(&kind, false, &done);
	assert_true(done.count == 0 && done.kept == 1);
	close(mine.lock); /* as the kernel does when its process is killed */
	folder_sweep(&kind, true, &done);
	assert_true(done.count == 1 && done.octets > 0 && done.kept == 1);
	assert_int_equal(access(mine.path, F_OK), 0);
	assert_int_equal(folder_make(&kind, &a, &next, &e), 0);
	assert_int_equal(access(mine.path, F_OK), -1);
	assert_string_equal(left, arena_printf(&a, "gone: %s", mine.id));
	folder_remove(&next);
}

/* In /tmp somebody else may have made what is named nearly, or just so. */
static void what_is_not_ours_stays(void **state)
{
	static const char *const names[] = { "work-", "work-0123", "work-0123456789abcdeg", "other",
		                                 "work-0123456789abcdef0" };
	const char *link = arena_printf(&a, "%s/work-1111111111111111", top);
	const char *others = arena_printf(&a, "%s/work-2222222222222222", top);
	struct folder f;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(mkdir(arena_printf(&a, "%s/%s", top, names[i]), 0700), 0);
	assert_int_equal(symlink("other", link), 0);
	assert_int_equal(mkdir(others, 0777), 0);
	bool is_others = chown(others, 65534, 65534) == 0; /* root alone can */

	assert_int_equal(folder_make(&kind, &a, &f, &e), 0);
	folder_remove(&f);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_true(is_there(names[i]));
	assert_true(is_there("work-1111111111111111"));
	assert_int_equal(is_there("work-2222222222222222"), is_others);
}

static void no_place_for_it(void **state)
{
	const struct folder_kind nowhere = { "/nonexistent", "work-", NULL, NULL };
	struct folder f;
	err e = { 0 };

	(void)state;
	assert_int_equal(folder_make(&nowhere, &a, &f, &e), -1);
	assert_failed(&e, ERR_IO);
	folder_remove(&f);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&a);
	return removal_all(AT_FDCWD, top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_comes_and_goes),
		cmocka_unit_test(who_lives_keeps_his),
		cmocka_unit_test(what_is_not_ours_stays),
		cmocka_unit_test(no_place_for_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
