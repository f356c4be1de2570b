/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/process.h"
#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>

static struct arena a = ARENA_INIT;
static char path[] = "PATH=/usr/bin:/bin", greeting[] = "GREETING=hello";
static char *const environment[] = { path, greeting, NULL };

static int run(const char *script, bytes input, size_t most, uint64_t ms,
               struct process_result *out, err *e)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	const struct process p = { .argv = argv,
		                       .environment = environment,
		                       .input = input,
		                       .output_max = most,
		                       .timeout_ms = ms };

	return process_run(&p, &a, out, e);
}

static void what_goes_in_and_comes_out(void **state)
{
	struct process_result r;
	err e = { 0 };

	(void)state;
	assert_int_equal(
		run("cat; echo \"$GREETING $HOME\"; echo no >&2; exit 3", BYTES("in "), 100, 5000, &r, &e),
		0);
	assert_int_equal(r.status, 3);
	assert_bytes(r.output, "in hello \n");
	assert_bytes(r.message, "no\n");
	assert_int_equal(run("kill -9 $$", BYTES(""), 100, 5000, &r, &e), 0);
	assert_int_equal(r.status, PROCESS_STATUS_SIGNAL + SIGKILL);
}

/* No word of an argument is read by a shell. */
static void arguments_stay_as_they_are(void **state)
{
	const char *const argv[] = { "printf", "[%s]", "a b; $(echo x) '\"*", "", NULL };
	const struct process p = {
		.argv = argv, .environment = environment, .output_max = 100, .timeout_ms = 5000
	};
	struct process_result r;
	err e = { 0 };

	(void)state;
	assert_int_equal(process_run(&p, &a, &r, &e), 0);
	assert_bytes(r.output, "[a b; $(echo x) '\"*][]");
}

/* More than a pipe holds, to one who reads nothing: no SIGPIPE, no hang. */
static void input_that_nobody_reads(void **state)
{
	bytes large = bytes_of(arena_zero(&a, 1 << 20), 1 << 20);
	struct process_result r;
	err e = { 0 };

	(void)state;
	assert_int_equal(run("exec true", large, 0, 5000, &r, &e), 0);
	assert_int_equal(r.status, 0);
	assert_int_equal(run("wc -c", large, 100, 5000, &r, &e), 0);
	assert_bytes(r.output, "1048576\n");
}

static void output_is_bounded(void **state)
{
	struct process_result r;
	err e = { 0 };

	(void)state;
	assert_int_equal(run("printf 12345", BYTES(""), 5, 5000, &r, &e), 0);
	assert_bytes(r.output, "12345");
	assert_int_equal(run("printf 123456", BYTES(""), 5, 5000, &r, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	assert_int_equal(run("exec cat /dev/zero", BYTES(""), 100000, 20000, &r, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	/* A complaint is cut, however long; it is no failure of ours. */
	assert_int_equal(run("head -c 300000 /dev/zero >&2", BYTES(""), 5, 5000, &r, &e), 0);
	assert_in_range(r.message.n, 1, 4096);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void time_is_bounded(void **state)
{
	uint64_t begun = now_ms();
	struct process_result r;
	err e = { 0 };

	(void)state;
	assert_int_equal(
		run("printf 'touch it\\033[2J' >&2; exec sleep 60", BYTES(""), 5, 2000, &r, &e), -1);
	assert_non_null(strstr(e.text, "not done within 2 s: touch it\\x1b[2J"));
	assert_failed(&e, ERR_LIMIT);
	assert_in_range(now_ms() - begun, 2000, 30000);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left unreaped */
}

/* A helper may start an agent that keeps its standard output. */
static void who_outlives_the_program_is_not_waited_for(void **state)
{
	uint64_t begun = now_ms();
	struct process_result r;
	err e = { 0 };

	(void)state;
	assert_int_equal(run("sleep 20 & echo done", BYTES(""), 5, 10000, &r, &e), 0);
	assert_bytes(r.output, "done\n");
	assert_in_range(now_ms() - begun, 0, 5000);
}

/* Whoever holds the pipe for writing has ended once it says so; the program's own children, too. */
static void it_ends_with_us(void **state)
{
	char folder[] = "/tmp/oakum-test-process-XXXXXX";
	char script[] = "exec >pipe; echo here; sleep 600 & wait";
	struct process_result r;
	err e = { 0 };
	char heard[8];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	pid_t us = fork();

	if (us == 0) {
		(void)run(script, BYTES(""), 5, 600000, &r, &e);
		_exit(0);
	}
	int fd = open("pipe", O_RDONLY);
	struct pollfd end = { fd, POLLIN, 0 };

	assert_int_equal(read(fd, heard, sizeof(heard)), 5);
	assert_int_equal(poll(&end, 1, 0), 0); /* it runs */
	assert_int_equal(kill(us, SIGKILL), 0);
	assert_int_equal(waitpid(us, NULL, 0), us);
	assert_int_equal(poll(&end, 1, 60000), 1);
	assert_int_equal(read(fd, heard, sizeof(heard)), 0);
	close(fd);
	assert_int_equal(unlink("pipe") + rmdir(folder), 0);
}

/* An octet, where somebody says that he does not wait any longer. */
static void who_is_not_waited_for_ends(void **state)
{
	const char *const argv[] = { "sh", "-c", "exec sleep 600", NULL };
	int ends[2];
	const struct process p = { .argv = argv,
		                       .environment = environment,
		                       .output_max = 5,
		                       .timeout_ms = 600000,
		                       .stop = &ends[0] };
	struct process_result r;
	err e = { 0 };

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "", 1), 1);
	assert_int_equal(process_run(&p, &a, &r, &e), -1);
	assert_failed(&e, ERR_IO);
	close(ends[0]);
	close(ends[1]);
}

static void descriptors_stay_here(void **state)
{
	int fd = open("/dev/null", O_RDONLY); /* without O_CLOEXEC, as a library may */
	struct process_result r;
	err e = { 0 };

	(void)state;
	assert_true(fd > 2);
	assert_int_equal(run("ls /proc/self/fd | tr '\\n' ' '", BYTES(""), 100, 5000, &r, &e), 0);
	assert_bytes(r.output, "0 1 2 3 "); /* 3: ls reads the folder */
	close(fd);
}

static void programs_are_looked_up_in_the_path_given(void **state)
{
	static char nowhere[] = "PATH=:/nonexistent";
	char *const poor[] = { nowhere, NULL };
	const char *const argv[] = { "sh", NULL };
	const struct process lost = {
		.argv = argv, .environment = poor, .output_max = 5, .timeout_ms = 5000
	};
	const char *const folder[] = { "/etc", NULL };
	const struct process none = {
		.argv = folder, .environment = environment, .output_max = 5, .timeout_ms = 5000
	};
	struct process_result r;
	err e = { 0 };

	(void)state;
	assert_int_equal(process_run(&lost, &a, &r, &e), -1);
	assert_non_null(strstr(e.text, "there is no program 'sh' on PATH"));
	assert_failed(&e, ERR_ABSENT);
	assert_int_equal(process_run(&none, &a, &r, &e), -1);
	assert_failed(&e, ERR_ABSENT);
}

static void what_is_found(void **state)
{
	char here[] = "/tmp/oakum-test-process-XXXXXX";

	(void)state;
	assert_string_equal(process_find("sh", "/nonexistent:/bin:/usr/bin", &a), "/bin/sh");
	assert_string_equal(process_find("/bin/sh", NULL, &a), "/bin/sh");
	assert_null(process_find("sh", NULL, &a));
	assert_null(process_find("sh", "/nonexistent", &a));
	assert_null(process_find("passwd", "/etc", &a)); /* nobody may execute it */
	assert_null(process_find("init.d", "/etc", &a)); /* a folder */
	assert_int_equal(chdir("/"), 0);
	assert_null(process_find("sh", "bin:./bin::", &a)); /* somebody's working directory */
	assert_non_null(mkdtemp(here));
	assert_int_equal(chdir(here), 0);
	assert_int_equal(symlink("/bin/sh", "sh"), 0);
	assert_string_equal(process_find("./sh", "/bin", &a), "./sh");
	assert_null(process_find("sh", ":.", &a));
	assert_int_equal(unlink("sh") + rmdir(here), 0);
}

/* What we ignore or block is nothing for another program (the first 28 signals: the C library keeps
 * two real-time ones to itself). */
static void signals_are_as_new(void **state)
{
	struct process_result r;
	err e = { 0 };

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(
		run("grep -E '^Sig(Blk|Ign)' /proc/self/status | grep -oE '.{7}$' | tr '\\n' ' '",
	        BYTES(""), 100, 5000, &r, &e),
		0);
	signal(SIGPIPE, SIG_DFL);
	assert_bytes(r.output, "0000000 0000000 ");
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_in_and_comes_out),
		cmocka_unit_test(arguments_stay_as_they_are),
		cmocka_unit_test(input_that_nobody_reads),
		cmocka_unit_test(output_is_bounded),
		cmocka_unit_test(time_is_bounded),
		cmocka_unit_test(who_outlives_the_program_is_not_waited_for),
		cmocka_unit_test(it_ends_with_us),
		cmocka_unit_test(who_is_not_waited_for_ends),
		cmocka_unit_test(descriptors_stay_here),
		cmocka_unit_test(programs_are_looked_up_in_the_path_given),
		cmocka_unit_test(what_is_found),
		cmocka_unit_test(signals_are_as_new),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
