/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc/self/mountinfo says of cgroups: proc(5); lines as systemd, Docker and this kind of
 * machine have them. */
#include "runtime/host.h"

#include "unit.h"

#define TMPFS "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
#define MEMORY "35 31 0:32 / /nowhere/memory rw,nosuid shared:9 - cgroup cgroup rw,xattr,memory\n"
#define PIDS "40 31 0:36 / /nowhere/pids rw,relatime - cgroup cgroup rw,pids\n"
#define UNIFIED "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
#define SECOND \
	"30 24 0:26 / /sys/fs/cgroup rw,nosuid,nodev shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"

static void sees(const char *text, enum cgroups cgroups, size_t mounts)
{
	struct arena a = ARENA_INIT;
	struct host h = { .as_user = true };

	host_take_mounts(bytes_str(text), &a, &h);
	assert_int_equal(h.cgroups, cgroups);
	assert_int_equal(h.mounts.len, mounts);
	assert_false(h.limits_memory || h.limits_processes);
	arena_done(&a);
}

static void versions(void **state)
{
	(void)state;
	sees("", CGROUPS_NONE, 0);
	sees(TMPFS, CGROUPS_NONE, 0);
	sees(TMPFS MEMORY PIDS, CGROUPS_V1, 2);
	sees(SECOND, CGROUPS_V2, 1);
	sees(TMPFS MEMORY PIDS UNIFIED, CGROUPS_HYBRID, 3);
}

static void odd_lines(void **state)
{
	(void)state;
	sees("\n\n - cgroup\n1 2 3 - cgroup cgroup rw\n", CGROUPS_NONE, 0);
	sees("1 2 3 / /x\n", CGROUPS_NONE, 0);
	sees("1 2 0:1 / /a - - cgroup cgroup rw\n", CGROUPS_NONE, 0); /* the first dash counts */
	sees("30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", CGROUPS_V2, 1); /* no newline */
}

/* The places do not exist: nothing can be written there. */
static void unwritable(void **state)
{
	struct arena a = ARENA_INIT;
	struct host h = { 0 };

	(void)state;
	host_take_mounts(BYTES(MEMORY PIDS), &a, &h);
	assert_int_equal(h.cgroups, CGROUPS_V1);
	assert_false(h.limits_memory || h.limits_swap || h.limits_processes);
	arena_done(&a);
}

static void by_controller(void **state)
{
	struct arena a = ARENA_INIT;
	struct host h = { 0 };

	(void)state;
	host_take_mounts(BYTES("1 2 0:1 / /tmp rw - cgroup cgroup rw,cpu,pids\n"), &a, &h);
	assert_true(h.limits_processes);
	assert_false(h.limits_memory);
	arena_done(&a);
}

static void runtimes(void **state)
{
	char *const environment[] = { (char[]){ "PATH=:/nowhere" }, NULL };
	struct host_options o = { .environment = environment, .runtime = "/nowhere/crun" };
	struct arena a = ARENA_INIT;
	struct host h;
	err e = { 0 };

	(void)state;
	assert_int_equal(host_look(&o, &a, &h, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),      cmocka_unit_test(odd_lines), cmocka_unit_test(unwritable),
		cmocka_unit_test(by_controller), cmocka_unit_test(runtimes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
