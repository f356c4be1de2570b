/* SPDX-License-Identifier: Apache-2.0 */
/* What a folder takes on the disk, against du(1): however deep it is, wherever its links lead. */
#include "sys/weigh.h"

#include "sys/removal.h"
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>

#define DEPTH 3000 /* times "folder/": five times what a path may have */

static char top[] = "/tmp/oakum-test-weigh-XXXXXX";
static int dir = -1;

static uint64_t du(const char *name)
{
	char path[256], line[64] = "";
	int ends[2], status;

	(void)snprintf(path, sizeof(path), "%s/%s", top, name);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execlp("du", "du", "-s", "--block-size=1", path, NULL);
		_exit(127);
	}
	close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(read(ends[0], line, sizeof(line) - 1) > 0);
	close(ends[0]);
	return strtoull(line, NULL, 10);
}

static uint64_t weight(const char *name)
{
	uint64_t octets = 0;

	assert_int_equal(weigh(dir, name, &octets), 0);
	return octets;
}

static void write_file(const char *name, size_t n)
{
	char *text = calloc(1, n);
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	memset(text, 'x', n);
	assert_int_equal(write(fd, text, n), n);
	assert_int_equal(fsync(fd), 0); /* blocks are given late */
	close(fd);
	free(text);
}

static void what_it_holds(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(dir, "all", 0700), 0);
	assert_int_equal(mkdirat(dir, "all/below", 0700), 0);
	write_file("all/file", 100000);
	write_file("all/below/\n", 70000);
	assert_int_equal(linkat(dir, "all/file", dir, "all/below/again", 0), 0);
	assert_int_equal(linkat(dir, "all/file", dir, "all/third", 0), 0);
	assert_int_equal(symlinkat("/", dir, "all/out"), 0);
	assert_int_equal(mkfifoat(dir, "all/pipe", 0600), 0);
	assert_in_range(weight("all"), du("all") - 2, du("all")); /* a third of it, three times */
	assert_int_equal(weight("all/out"), du("all/out"));
	assert_true(weight("all/out") < 100000);
	assert_int_equal(weight("nothing"), 0);
}

static void however_deep(void **state)
{
	int at = dup(dir);

	(void)state;
	for (int i = 0; i < DEPTH; i++) {
		assert_int_equal(mkdirat(at, "folder", 0700), 0);
		assert_int_equal(mkdirat(at, "beside", 0700), 0); /* the way up is gone, too */
		int next = openat(at, "folder", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		assert_true(next >= 0);
		close(at);
		at = next;
	}
	close(at);
	assert_int_equal(weight("folder"), du("folder"));
}

static void what_cannot_be_read_is_empty(void **state)
{
	(void)state;
	assert_int_equal(mkdirat(dir, "shut", 0700), 0);
	write_file("shut/file", 50000);
	assert_int_equal(fchmodat(dir, "shut", 0, 0), 0);
	assert_int_equal(weight("shut") >= 50000, geteuid() == 0);
}

static int set_up(void **state)
{
	(void)state;
	dir = mkdtemp(top) ? open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	return dir >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	close(dir);
	return removal_all(AT_FDCWD, top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_holds),
		cmocka_unit_test(however_deep),
		cmocka_unit_test(what_cannot_be_read_is_empty),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
