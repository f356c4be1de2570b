/* SPDX-License-Identifier: Apache-2.0 */
/* Each case runs in a child that seals itself, does one thing and ends by _exit; what it saw comes
 * back through shared memory. */
#include "sys/sandbox.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

struct report {
	bool sealed;
	struct sandbox_state state;
	struct sandbox_probe_result probes;
	int numbers[8];
	char text[480];
};

static struct report *report;

static int set_up(void **state)
{
	(void)state;
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return report == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	return munmap(report, sizeof(*report));
}

static const struct sandbox_options with_everything = { .keep = { -1, -1 } };

/* Run f in a child that is sealed with o (NULL: not at all). Returns its wait status. */
static int in_child(const struct sandbox_options *o, void (*f)(void))
{
	int status = 0;

	memset(report, 0, sizeof(*report));
	fflush(NULL);
	pid_t child = fork();

	if (child == 0) {
		err e = { 0 };

		signal(SIGSEGV, SIG_DFL); /* cmocka would go on with the next test, in the child */
		report->sealed = o && sandbox_seal(o, &report->state, &e) == 0;
		memcpy(report->text, e.text, sizeof(report->text));
		if (!o || report->sealed)
			f();
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (o && !report->sealed)
		print_error("%s\n", report->text);
	assert_true(!o || report->sealed);
	return status;
}

static void probe(void)
{
	sandbox_probe(&report->probes);
}

static const struct sandbox_probe *probe_named(const char *name)
{
	for (size_t i = 0; i < report->probes.len; i++)
		if (strcmp(report->probes.items[i].name, name) == 0)
			return &report->probes.items[i];
	fail_msg("no probe '%s'", name);
	return NULL;
}

static void assert_all_refused(void)
{
	assert_int_equal(report->probes.len, SANDBOX_PROBES);
	for (size_t i = 0; i < SANDBOX_PROBES; i++) {
		if (!report->probes.items[i].refused)
			print_error("%s: ALLOWED\n", report->probes.items[i].name);
		assert_int_equal(report->probes.items[i].refused, EPERM);
		assert_string_equal(report->probes.items[i].name, sandbox_probe_name(i));
	}
	assert_null(sandbox_probe_name(SANDBOX_PROBES));
}

static void every_probe_is_refused(void **state)
{
	(void)state;
	assert_int_equal(in_child(&with_everything, probe), 0);
	assert_all_refused();
	assert_true(report->state.seccomp);
}

static void every_probe_is_refused_without_landlock(void **state)
{
	(void)state;
	struct sandbox_options o = with_everything;

	o.no_landlock = true;
	assert_int_equal(in_child(&o, probe), 0);
	assert_int_equal(report->state.landlock, 0);
	assert_all_refused();
}

/* A relay of TCP makes sockets of IPv4 and connects them: those two probes, and no other. */
static void a_relay_may_connect(void **state)
{
	(void)state;
	static const char *const gained[] = { "socket (internet)", "connect" };
	struct sandbox_options o = with_everything;
	size_t allowed = 0;

	o.relays = true;
	o.descriptors = 16;
	assert_int_equal(in_child(&o, probe), 0);
	for (size_t i = 0; i < report->probes.len; i++)
		allowed += report->probes.items[i].refused == 0;
	for (size_t i = 0; i < sizeof(gained) / sizeof(gained[0]); i++)
		assert_int_equal(probe_named(gained[i])->refused, 0);
	assert_int_equal(allowed, sizeof(gained) / sizeof(gained[0]));
}

/* The probes that any user may do: what the two tests above would say if nothing was sealed. */
static void outside_the_same_probes_are_allowed(void **state)
{
	(void)state;
	static const char *const anyone[] = {
		"open",
		"openat",
		"unlink",
		"socket (local)",
		"connect",
		"sendmsg",
		"execve",
		"fork",
		"vfork",
		"clone",
		"kill (parent)",
		"tgkill (self)",
		"prctl",
		"mmap (executable)",
		"mprotect (executable)",
	};

	assert_int_equal(in_child(NULL, probe), 0);
	for (size_t i = 0; i < sizeof(anyone) / sizeof(anyone[0]); i++) {
		if (probe_named(anyone[i])->refused)
			print_error("%s: %s\n", anyone[i], strerror(probe_named(anyone[i])->refused));
		assert_int_equal(probe_named(anyone[i])->refused, 0);
	}
}

static char folder[] = "/tmp/oakum-test-sandbox-XXXXXX";

static void make_folder(void)
{
	report->numbers[0] = mkdir(folder, 0700) < 0 ? errno : 0;
	report->numbers[1] = kill(getppid(), 0) < 0 ? errno : 0;
}

/* Without seccomp it must be Landlock that answers. */
static void landlock_refuses_alone(void **state)
{
	(void)state;
	struct sandbox_options o = with_everything;

	assert_true(mkdtemp(folder) && rmdir(folder) == 0);
	o.no_seccomp = true;
	assert_int_equal(in_child(&o, make_folder), 0);
	if (report->state.landlock == 0)
		skip();
	assert_int_equal(report->numbers[0], EACCES);
	if (report->state.landlock >= 6)
		assert_int_equal(report->numbers[1], EPERM);
	o.no_landlock = true;
	assert_int_equal(in_child(&o, make_folder), 0);
	assert_int_equal(report->numbers[0], 0);
	assert_int_equal(report->numbers[1], 0);
	assert_int_equal(rmdir(folder), 0);
}

/* -- what the kernel says of a sealed process ------------------------------------------------- */

static void wait_to_be_seen(void)
{
	char c;

	(void)!read(report->numbers[0], &c, 1);
}

static void status_shows_the_seal(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"\nSeccomp:\t2\n",
		"\nNoNewPrivs:\t1\n",
		"\nCapInh:\t0000000000000000\n",
		"\nCapPrm:\t0000000000000000\n",
		"\nCapEff:\t0000000000000000\n",
		"\nCapAmb:\t0000000000000000\n",
	};
	int to_child[2], from_child[2];
	char path[64], text[8192], ready;

	assert_true(pipe2(to_child, O_CLOEXEC) == 0 && pipe2(from_child, O_CLOEXEC) == 0);
	memset(report, 0, sizeof(*report));
	fflush(NULL);
	pid_t child = fork();

	if (child == 0) {
		struct sandbox_options o = { .keep = { to_child[0], from_child[1] } };
		err e = { 0 };

		report->numbers[0] = to_child[0];
		if (sandbox_seal(&o, &report->state, &e) == 0 && write(from_child[1], "s", 1) == 1)
			wait_to_be_seen();
		_exit(0);
	}
	close(from_child[1]);
	assert_int_equal(read(from_child[0], &ready, 1), 1);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)child);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	assert_true(n > 0);
	text[n] = '\0';
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_non_null(strstr(text, lines[i]));
	if (geteuid() == 0)
		assert_non_null(strstr(text, "\nCapBnd:\t0000000000000000\n"));
	close(fd);
	close(from_child[0]);
	close(to_child[0]);
	close(to_child[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* -- what still works, and what ends ---------------------------------------------------------- */

static void touch_memory_and_files(void)
{
	static const char *const pages = "0123456789";
	_Atomic uint32_t word = 1;
	struct timespec short_time = { 0, 1000 };
	char back[16];
	uint8_t *p = malloc(3 << 20);

	memset(p, 7, 3 << 20);
	p = realloc(p, 9 << 20);
	report->numbers[0] = p && p[100] == 7;
	free(p);
	report->numbers[1] = (int)pwrite(3, pages, 10, 0);
	report->numbers[2] = (int)pread(3, back, sizeof(back), 0);
	report->numbers[3] = (int)syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0);
	report->numbers[4] = nanosleep(&short_time, NULL);
	errno = 0;
	report->numbers[5] = pwrite(3, pages, 10, 4096) < 0 ? errno : 0;
	report->numbers[6] = write(4, "x", 1) < 0 ? errno : 0;
	errno = 0;
	report->numbers[7] = syscall(SYS_futex, &word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) < 0 ? errno : 0;
}

static void work_goes_on_inside(void **state)
{
	(void)state;
	struct sandbox_options o = { .keep = { 3, -1 }, .file_size = 4096 };
	char name[] = "/tmp/oakum-test-sandbox-XXXXXX";
	int fd = mkostemp(name, O_CLOEXEC), saved3 = dup(3), saved4 = dup(4);

	assert_true(fd >= 0 && unlink(name) == 0);
	assert_true(dup2(fd, 3) == 3 && dup2(fd, 4) == 4);
	assert_int_equal(in_child(&o, touch_memory_and_files), 0);
	assert_int_equal(report->numbers[0], 1);
	assert_int_equal(report->numbers[1], 10);
	assert_int_equal(report->numbers[2], 10);
	assert_int_equal(report->numbers[3], 0);
	assert_int_equal(report->numbers[4], 0);
	assert_int_equal(report->numbers[5], EFBIG); /* beyond file_size */
	assert_int_equal(report->numbers[6], EBADF); /* not kept, so closed */
	assert_int_equal(report->numbers[7], EPERM); /* the other futex operations */
	dup2(saved3, 3);
	dup2(saved4, 4);
	close(saved3);
	close(saved4);
}

static void take_all_memory(void)
{
	report->numbers[0] = mmap(NULL, (size_t)1 << 30, PROT_READ | PROT_WRITE,
	                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static void memory_is_bounded(void **state)
{
	(void)state;
	struct sandbox_options o = { .keep = { -1, -1 }, .memory = (uint64_t)1 << 29 };

	assert_int_equal(in_child(&with_everything, take_all_memory), 0);
	assert_int_equal(report->numbers[0], 1);
	assert_int_equal(in_child(&o, take_all_memory), 0);
	assert_int_equal(report->numbers[0], SANITIZED); /* no bound with AddressSanitizer */
}

static void die_by_abort(void)
{
	abort();
}

static void abort_still_ends_it(void **state)
{
	(void)state;
	int status = in_child(&with_everything, die_by_abort);

	/* The signal that abort() sends is refused; its trap remains: hlt on x86, brk on arm. */
#ifdef __aarch64__
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTRAP);
#else
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
#endif
}

#ifdef __x86_64__
static void call_x32(void)
{
	(void)syscall(0x40000000 | SYS_getpid);
}

static void call_i386(void)
{
	int number = 20; /* getpid of i386 */

	__asm__ volatile("int $0x80" : "+a"(number) : : "memory");
}

static void foreign_calls_kill(void **state)
{
	(void)state;
	int status = in_child(&with_everything, call_x32);

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	status = in_child(&with_everything, call_i386);
	/* SIGSEGV: a kernel without 32-bit calls. */
	assert_true(WIFSIGNALED(status) && (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV));
	assert_int_equal(in_child(NULL, call_x32), 0);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_probe_is_refused),
		cmocka_unit_test(every_probe_is_refused_without_landlock),
		cmocka_unit_test(a_relay_may_connect),
		cmocka_unit_test(outside_the_same_probes_are_allowed),
		cmocka_unit_test(landlock_refuses_alone),
		cmocka_unit_test(status_shows_the_seal),
		cmocka_unit_test(work_goes_on_inside),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(abort_still_ends_it),
#ifdef __x86_64__
		cmocka_unit_test(foreign_calls_kill),
#endif
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
