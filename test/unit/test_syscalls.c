/* SPDX-License-Identifier: Apache-2.0 */
/* Our rules against the profile that they are said to be (moby/profiles, in the folder of real
 * data), for no capability, each one and all; and the compiled filter, in force in a child. */
#include "confine/syscalls.h"

#include "base/limits.h"
#include "confine/capabilities.h"
#include "fmt/json.h"
#include "sys/file.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define RULES_MOST 2048

static struct arena arena;

struct rules {
	const char *items[RULES_MOST]; /* "clone ALLOW 0 MASKED_EQ 2114060288 0" */
	size_t len;
};

/* -- the profile, resolved --------------------------------------------------------------------- */

static bool has_text(json array, const char *text)
{
	for (json v = json_first(array); json_type(v) != JSON_NONE; v = json_next(v))
		if (bytes_is(json_bytes(v, &arena), text))
			return true;
	return false;
}

static bool is_ours(json arches)
{
	return has_text(arches, "amd64") || has_text(arches, "arm64");
}

static bool has_all(json capabilities, uint64_t held)
{
	for (json v = json_first(capabilities); json_type(v) != JSON_NONE; v = json_next(v))
		if ((held >> capability_find(json_bytes(v, &arena)) & 1) == 0)
			return false;
	return true;
}

static bool has_any(json capabilities, uint64_t held)
{
	for (json v = json_first(capabilities); json_type(v) != JSON_NONE; v = json_next(v))
		if (held >> capability_find(json_bytes(v, &arena)) & 1)
			return true;
	return false;
}

/* Every minimum of a kernel in the profile is older than what Oakum needs (openat2: 5.6). */
static bool holds(json group, uint64_t held)
{
	json includes = json_get(group, "includes"), excludes = json_get(group, "excludes");
	json arches = json_get(includes, "arches");

	return (json_count(arches) == 0 || is_ours(arches)) &&
	       has_all(json_get(includes, "caps"), held) &&
	       !has_any(json_get(excludes, "caps"), held) && !is_ours(json_get(excludes, "arches"));
}

static uint64_t number(json object, const char *name)
{
	uint64_t out = 0;

	(void)json_u64(json_get(object, name), &out); /* absent is 0 */
	return out;
}

static void add_group(struct rules *r, json group)
{
	json names = json_get(group, "names"), args = json_get(group, "args");
	bytes action = json_bytes(json_get(group, "action"), &arena);

	for (json v = json_first(names); json_type(v) != JSON_NONE; v = json_next(v)) {
		const char *text = arena_printf(&arena, "%s %s %d",
		                                arena_str(&arena, json_bytes(v, &arena)),
		                                arena_str(&arena, action), (int)number(group, "errnoRet"));

		assert_true(json_count(args) <= 1);
		for (json a = json_first(args); json_type(a) != JSON_NONE; a = json_next(a))
			text = arena_printf(&arena, "%s %d %s %llu %llu", text, (int)number(a, "index"),
			                    arena_str(&arena, json_bytes(json_get(a, "op"), &arena)),
			                    (unsigned long long)number(a, "value"),
			                    (unsigned long long)number(a, "valueTwo"));
		assert_true(r->len < RULES_MOST);
		r->items[r->len++] = text;
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct rules *r)
{
	size_t kept = 0;

	qsort(r->items, r->len, sizeof(*r->items), compare);
	for (size_t i = 0; i < r->len; i++)
		if (kept == 0 || strcmp(r->items[kept - 1], r->items[i]) != 0)
			r->items[kept++] = r->items[i];
	r->len = kept;
}

static void take(json profile, bool is_mobys, uint64_t held, struct rules *out)
{
	out->len = 0;
	json groups = json_get(profile, "syscalls");

	for (json v = json_first(groups); json_type(v) != JSON_NONE; v = json_next(v))
		if (!is_mobys || holds(v, held))
			add_group(out, v);
	sort(out);
}

/* -- ours -------------------------------------------------------------------------------------- */

static json written(uint64_t capabilities, buf *text, struct json_doc *doc)
{
	struct json_writer w;
	struct stream out;
	err e = { 0 };

	buf_clear(text);
	stream_init(&out, stream_to_buf, text);
	json_write_init(&w, &out);
	json_write_object(&w, NULL);
	syscalls_write(&w, "seccomp", capabilities);
	json_write_end(&w);
	assert_int_equal(stream_finish(&out, &e), 0);
	assert_int_equal(json_parse(buf_bytes(text), &arena, doc, &e), 0);
	return json_get(json_root(doc), "seccomp");
}

static size_t differences(const struct rules *want, const struct rules *have, uint64_t held)
{
	size_t i = 0, k = 0, n = 0;

	while (i < want->len || k < have->len) {
		int order = i == want->len   ? 1
		            : k == have->len ? -1
		                             : strcmp(want->items[i], have->items[k]);

		if (order != 0) {
			print_error("%s: '%s' (capabilities %llx)\n", order < 0 ? "missing" : "too much",
			            order < 0 ? want->items[i] : have->items[k], (unsigned long long)held);
			n++;
		}
		i += order <= 0;
		k += order >= 0;
	}
	return n;
}

static bool read_profile(struct json_doc *out)
{
	const char *dir = getenv("OAKUM_SHARED");
	const char *path = arena_printf(&arena, "%s/seccomp/moby-default.json",
	                                dir ? dir : "../shared/data");
	bytes text;
	err e = { 0 };

	if (file_read_all(path, MIB, &arena, &text, &e) < 0)
		return false;
	assert_int_equal(json_parse(text, &arena, out, &e), 0);
	return true;
}

static void rules_are_those_of_the_profile(void **state)
{
	static struct rules want, have;
	struct json_doc theirs, ours;
	buf text = BUF_INIT(MIB);

	(void)state;
	if (!read_profile(&theirs))
		skip();
	for (unsigned i = 0; i <= CAPABILITIES + 1; i++) {
		uint64_t held = i < CAPABILITIES    ? UINT64_C(1) << i
		                : i == CAPABILITIES ? 0
		                                    : CAPABILITIES_ALL;
		json mine = written(held, &text, &ours);

		take(json_root(&theirs), true, held, &want);
		take(mine, false, held, &have);
		assert_int_equal(differences(&want, &have, held), 0);
		assert_true(have.len > 300);
		assert_bytes(json_bytes(json_get(mine, "defaultAction"), &arena), "SCMP_ACT_ERRNO");
		assert_int_equal(number(mine, "defaultErrnoRet"), EPERM);
		assert_int_equal(json_count(json_get(mine, "architectures")), 1);
	}
	buf_done(&text);
	arena_done(&arena);
}

/* -- the compiled filter ----------------------------------------------------------------------- */

static int refused(long result)
{
	return result < 0 ? errno : 0;
}

/* Each number is a line of its own in the failure: the child's exit status. */
static int judge(void)
{
	static const char nowhere[] = "/nonexistent/oakum";
	struct sock_fprog program = {
		.len = (unsigned short)(syscalls_filter_len / sizeof(struct sock_filter)),
		.filter = (struct sock_filter *)(uintptr_t)syscalls_filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		return 1;
	const struct {
		int have, want;
	} cases[] = {
		{ refused(syscall(SYS_mount, "none", nowhere, "tmpfs", 0, NULL)), EPERM },
		{ refused(syscall(SYS_unshare, CLONE_NEWUSER)), EPERM },
		{ refused(syscall(SYS_setns, -1, 0)), EPERM },
		{ refused(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)), EPERM },
		{ refused(syscall(SYS_clone3, NULL, 0)), ENOSYS },
		{ refused(syscall(SYS_bpf, 0, NULL, 0)), EPERM },
		{ refused(syscall(SYS_keyctl, 0, 0, 0)), EPERM },
		{ refused(syscall(SYS_socket, 38, SOCK_SEQPACKET, 0)), EPERM }, /* AF_ALG */
		{ refused(syscall(SYS_socket, 40, SOCK_STREAM, 0)), EPERM },    /* AF_VSOCK */
		{ refused(syscall(SYS_personality, ADDR_NO_RANDOMIZE)), EPERM },
		{ refused(syscall(SYS_io_uring_setup, 1, NULL)), EPERM },
		{ refused(syscall(SYS_userfaultfd, 0)), EPERM },
		{ refused(syscall(SYS_reboot, 0, 0, 0, NULL)), EPERM },
		{ refused(syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0)), 0 },
		{ refused(syscall(SYS_personality, 0xffffffff)), 0 },
		{ refused(syscall(SYS_getpid)), 0 },
		{ refused(syscall(SYS_openat, AT_FDCWD, nowhere, 0)), ENOENT },
		{ refused(syscall(0xfff)), EPERM },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (cases[i].have != cases[i].want)
			return 10 + (int)i;
	return 0;
}

static void the_filter_holds(void **state)
{
	int status = 0;

	(void)state;
	fflush(NULL);
	pid_t child = fork();

	if (child == 0)
		_exit(judge());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_those_of_the_profile),
		cmocka_unit_test(the_filter_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
