/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/file.h"

#include "memory_search.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

static char folder[] = "/tmp/oakum-test-file-XXXXXX";

static const char *at(struct arena *a, const char *name)
{
	return arena_printf(a, "%s/%s", folder, name);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

/* Removes what a test left, then the folder. */
static int tear_down(void **state)
{
	(void)state;
	char command[sizeof(folder) + 16];
	pid_t pid = fork();

	snprintf(command, sizeof(command), "%s", folder);
	if (pid == 0) {
		execlp("rm", "rm", "-rf", command, (char *)NULL);
		_exit(1);
	}
	return waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

static size_t count_entries(void)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2; /* "." and ".." */
}

static void a_file_is_written_and_read(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	const char *path = at(&a, "one");
	struct stat st;
	bytes back;
	err e = { 0 };

	assert_int_equal(file_write_atomic(path, BYTES("first"), 0640, &e), 0);
	assert_int_equal(file_write_atomic(path, BYTES("second\0end"), 0604, &e), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0604);
	assert_int_equal(file_read_all(path, 10, &a, &back, &e), 0);
	assert_true(bytes_equal(back, BYTES("second\0end")));
	assert_int_equal(count_entries(), 1); /* no temporary file stays */

	assert_int_equal(file_read_all(path, 9, &a, &back, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	assert_int_equal(file_write_atomic(path, BYTES(""), 0600, &e), 0);
	assert_int_equal(file_read_all(path, 0, &a, &back, &e), 0);
	assert_int_equal(back.n, 0);
	arena_done(&a);
}

/* It may be a key or a token. */
static void only_the_caller_has_what_a_file_holds(void **state)
{
	struct arena a = ARENA_INIT;
	uint8_t *letters = arena_alloc(&a, 900);
	uint64_t x = UINT64_C(0x9e3779b97f4a7c15);
	bytes back;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < 900; i++, x = x * UINT64_C(6364136223846793005) + 1)
		letters[i] = (uint8_t)('a' + (x >> 40) % 26);
	const struct memory_needle needle = memory_needle_of(letters + 100);

	assert_int_equal(file_write_atomic(at(&a, "secret"), bytes_of(letters, 900), 0600, &e), 0);
	assert_int_equal(file_read_all(at(&a, "secret"), 4096, &a, &back, &e), 0);
	assert_int_equal(memory_holds(&needle), 2); /* ours, the caller's */
	arena_wipe(&a);
	assert_int_equal(memory_holds(&needle), 0);
}

static void a_large_file_is_read_whole(void **state)
{
	(void)state;
	enum { SIZE = 300001 };
	struct arena a = ARENA_INIT;
	uint8_t *data = arena_alloc(&a, SIZE);
	bytes back;
	err e = { 0 };

	for (size_t i = 0; i < SIZE; i++)
		data[i] = (uint8_t)(i * 31 >> 3);
	assert_int_equal(file_write_atomic(at(&a, "large"), bytes_of(data, SIZE), 0600, &e), 0);
	assert_int_equal(file_read_all(at(&a, "large"), SIZE, &a, &back, &e), 0);
	assert_true(bytes_equal(back, bytes_of(data, SIZE)));
	assert_int_equal(file_read_all(at(&a, "large"), SIZE - 1, &a, &back, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	arena_done(&a);
}

static void a_link_is_replaced_not_followed(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	const char *link = at(&a, "link"), *target = at(&a, "target");
	struct stat st;
	bytes back;
	err e = { 0 };

	assert_int_equal(file_write_atomic(target, BYTES("mine"), 0600, &e), 0);
	assert_int_equal(symlink("target", link), 0);
	assert_int_equal(file_write_atomic(link, BYTES("new"), 0600, &e), 0);
	assert_true(lstat(link, &st) == 0 && S_ISREG(st.st_mode));
	assert_int_equal(file_read_all(target, 100, &a, &back, &e), 0);
	assert_bytes(back, "mine");
	arena_done(&a);
}

static void what_is_no_file_is_refused(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	bytes back;
	err e = { 0 };

	assert_int_equal(file_open_read(at(&a, "absent"), &e), -1);
	assert_failed(&e, ERR_ABSENT);
	assert_int_equal(file_open_read(folder, &e), -1);
	assert_failed(&e, ERR_IO);
	assert_int_equal(file_open_read("/dev/null", &e), -1);
	assert_failed(&e, ERR_IO);
	assert_int_equal(mkfifo(at(&a, "pipe"), 0600), 0);
	assert_int_equal(file_read_all(at(&a, "pipe"), 10, &a, &back, &e), -1); /* and does not wait */
	assert_failed(&e, ERR_IO);
	assert_int_equal(file_write_atomic(at(&a, "no/such"), BYTES("x"), 0600, &e), -1);
	assert_failed(&e, ERR_ABSENT);
	assert_int_equal(mkdir(at(&a, "folder"), 0700), 0);
	size_t before = count_entries();

	assert_int_equal(file_write_atomic(at(&a, "folder"), BYTES("x"), 0600, &e), -1);
	assert_failed(&e, ERR_IO);
	assert_int_equal(count_entries(), before);
	arena_done(&a);
}

static void descriptors_do_not_survive_exec(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	err e = { 0 };

	assert_int_equal(file_write_atomic(at(&a, "cloexec"), BYTES("x"), 0600, &e), 0);
	int fd = file_open_read(at(&a, "cloexec"), &e);

	assert_true(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC);
	{
		auto_fd own = fd;

		assert_true(own >= 0);
	}
	assert_int_equal(fcntl(fd, F_GETFD), -1); /* closed at the end of the block */
	arena_done(&a);
}

static void folders_are_made(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	struct stat st;
	err e = { 0 };

	assert_int_equal(file_make_dirs(at(&a, "a//b/c/"), 0700, &e), 0);
	assert_true(stat(at(&a, "a/b/c"), &st) == 0 && S_ISDIR(st.st_mode));
	assert_int_equal(file_make_dirs(at(&a, "a/b/c"), 0700, &e), 0);
	assert_int_equal(file_make_dirs("/", 0700, &e), 0);
	assert_int_equal(file_write_atomic(at(&a, "a/file"), BYTES("x"), 0600, &e), 0);
	assert_int_equal(file_make_dirs(at(&a, "a/file"), 0700, &e), -1);
	assert_failed(&e, ERR_IO);
	assert_int_equal(file_make_dirs(at(&a, "a/file/below"), 0700, &e), -1);
	err_clear(&e);
	arena_done(&a);
}

static void a_temporary_file_has_no_name(void **state)
{
	(void)state;
	err e = { 0 };
	size_t before = count_entries();
	auto_fd fd = file_temp_unlinked(folder, &e);
	struct stat st;
	char back[4];

	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(count_entries(), before);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(file_write_all(fd, "spool", BYTES("data"), &e), 0);
	assert_int_equal(pread(fd, back, 4, 0), 4);
	assert_memory_equal(back, "data", 4);
	assert_int_equal(file_temp_unlinked("/nonexistent", &e), -1);
	assert_failed(&e, ERR_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_written_and_read),
		cmocka_unit_test(only_the_caller_has_what_a_file_holds),
		cmocka_unit_test(a_large_file_is_read_whole),
		cmocka_unit_test(a_link_is_replaced_not_followed),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(descriptors_do_not_survive_exec),
		cmocka_unit_test(folders_are_made),
		cmocka_unit_test(a_temporary_file_has_no_name),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
