/* SPDX-License-Identifier: Apache-2.0 */
/* What comes of what was learned. That a program is seen right is test/interop/learn.t's. */
#include "runtime/learn.h"

#include "confine/syscalls.h"
#include "fmt/json.h"
#include "unit.h"

#include <sys/syscall.h>

/* -- the profile ------------------------------------------------------------------------------- */

static const char *profile_of(const char **calls, size_t len, struct arena *a)
{
	const struct learned l = { .calls = calls, .calls_len = len };
	buf text = BUF_INIT(1 << 20);
	struct stream out;
	err e = { 0 };

	stream_init(&out, stream_to_buf, &text);
	learn_profile(&l, &out);
	assert_int_equal(stream_finish(&out, &e), 0);
	const char *copy = arena_str(a, buf_bytes(&text));

	buf_done(&text);
	return copy;
}

static void test_profile(void **state)
{
	const char *calls[] = { "listen", "clone", "mount", "no_such_call" };
	struct arena a = ARENA_INIT;
	const char *with = profile_of(calls, 4, &a), *without = profile_of(calls, 0, &a);

	(void)state;
	assert_non_null(strstr(with, "\"defaultAction\": \"SCMP_ACT_ERRNO\""));
	assert_non_null(strstr(with, "\"listen\""));
	assert_null(strstr(without, "\"listen\""));
	/* upon its condition: the bits of flags that make namespaces */
	assert_non_null(strstr(with, "\"clone\""));
	assert_non_null(strstr(with, "2114060288"));
	assert_null(strstr(without, "\"clone\""));
	/* what the default refuses stays refused */
	assert_null(strstr(with, "\"mount\""));
	assert_null(strstr(with, "no_such_call"));
	/* what runtimes need, and C libraries expect */
	assert_non_null(strstr(without, "\"execve\""));
	assert_non_null(strstr(without, "\"clone3\""));
	arena_done(&a);
}

/* -- and never more ---------------------------------------------------------------------------- */

static bool has_name(json names, bytes name, struct arena *a)
{
	for (json v = json_first(names); json_type(v) != JSON_NONE; v = json_next(v))
		if (bytes_equal(json_bytes(v, a), name))
			return true;
	return false;
}

/* The standard has a rule for the same call with the same action upon the same condition. */
static bool has_rule(json rules, json rule, bytes name, struct arena *a)
{
	static const char *const members[] = { "action", "args", "includes", "excludes" };

	for (json v = json_first(rules); json_type(v) != JSON_NONE; v = json_next(v)) {
		bool same = has_name(json_get(v, "names"), name, a);

		for (size_t i = 0; i < 4; i++)
			same = same && bytes_equal(json_raw(json_get(rule, members[i])),
			                           json_raw(json_get(v, members[i])));
		if (same)
			return true;
	}
	return false;
}

/* What the profile allows and the standard does not: how many. */
static size_t loosens(const char *profile, const char *standard, struct arena *a)
{
	static const char *const members[] = { "defaultAction", "architectures", "flags" };
	struct json_doc one, other;
	size_t n = 0;
	err e = { 0 };

	assert_int_equal(json_parse(bytes_str(profile), a, &one, &e), 0);
	assert_int_equal(json_parse(bytes_str(standard), a, &other, &e), 0);
	json ours = json_root(&one), theirs = json_root(&other), rules = json_get(theirs, "syscalls");

	for (size_t i = 0; i < 3; i++)
		n += !bytes_equal(json_raw(json_get(ours, members[i])),
		                  json_raw(json_get(theirs, members[i])));
	ours = json_get(ours, "syscalls");
	for (json v = json_first(ours); json_type(v) != JSON_NONE; v = json_next(v)) {
		json names = json_get(v, "names");

		for (json name = json_first(names); json_type(name) != JSON_NONE; name = json_next(name))
			n += !has_rule(rules, v, json_bytes(name, a), a);
	}
	return n;
}

static const char *standard_profile(struct arena *a)
{
	buf text = BUF_INIT(1 << 20);
	struct json_writer w;
	struct stream out;
	err e = { 0 };

	stream_init(&out, stream_to_buf, &text);
	json_write_init(&w, &out);
	syscalls_write(&w, NULL, 0);
	assert_int_equal(stream_finish(&out, &e), 0);
	const char *copy = arena_str(a, buf_bytes(&text));

	buf_done(&text);
	return copy;
}

/* From nothing to everything that there is a name for; and that a looser one is seen. */
static void test_never_more(void **state)
{
	static const char *const looser[] = {
		"{\"defaultAction\": \"SCMP_ACT_ALLOW\"}",
		"{\"syscalls\": [{\"names\": [\"mount\"], \"action\": \"SCMP_ACT_ALLOW\"}]}",
		"{\"syscalls\": [{\"names\": [\"clone\"], \"action\": \"SCMP_ACT_ALLOW\"}]}",
		"{\"syscalls\": [{\"names\": [\"read\"], \"action\": \"SCMP_ACT_NOTIFY\"}]}",
	};
	struct arena a = ARENA_INIT;
	const char *standard = standard_profile(&a), **calls;
	size_t len = 0, same = loosens("{}", standard, &a);

	(void)state;
	while (syscalls_numbers[len].name)
		len++;
	calls = arena_array(&a, const char *, len + 3);
	for (size_t i = 0; i < len; i++)
		calls[i] = syscalls_numbers[i].name;
	for (size_t i = 0; syscalls_grants[i].name; i++) {
		calls[len] = syscalls_grants[i].name;
		assert_int_equal(loosens(profile_of(calls, len + 1, &a), standard, &a), 0);
	}
	assert_int_equal(loosens(profile_of(calls, 0, &a), standard, &a), 0);
	assert_true(strlen(profile_of(calls, len, &a)) > 5 * strlen(profile_of(calls, 0, &a)));
	for (size_t i = 0; i < sizeof(looser) / sizeof(*looser); i++)
		assert_int_equal(loosens(looser[i], standard, &a), same + (i > 0));
	arena_done(&a);
}

static void test_numbers(void **state)
{
	size_t listens = 0, len = 0;

	(void)state;
	for (const struct syscalls_number *n = syscalls_numbers; n->name; n++, len++) {
		for (const struct syscalls_number *m = syscalls_numbers; m != n; m++)
			assert_string_not_equal(m->name, n->name);
		listens += strcmp(n->name, "listen") == 0;
		if (strcmp(n->name, "listen") == 0)
			assert_int_equal(n->number, SYS_listen);
		if (strcmp(n->name, "socketcall") == 0) /* of 32-bit architectures */
			assert_int_equal(n->number, -1);
	}
	assert_int_equal(listens, 1);
	assert_true(learn_most() > 250 && learn_most() <= len);
}

/* -- folders ----------------------------------------------------------------------------------- */

#define MB ((uint64_t)1 << 20)

static uint64_t size_of(const struct hardening *h, const char *path)
{
	for (size_t i = 0; i < h->folders.len; i++)
		if (strcmp(h->folders.items[i].path, path) == 0)
			return h->folders.items[i].size;
	return 0;
}

static void test_folders(void **state)
{
	const struct learned_folder seen[] = {
		{ BYTES_INIT("tmp/a"), 3 * MB, false },    { BYTES_INIT("tmp"), 1, false },
		{ BYTES_INIT("var/log/x"), MB, false },    { BYTES_INIT("app"), 5, true },
		{ BYTES_INIT("app/made"), 0, false },      { BYTES_INIT("var/log"), 2 * MB, false },
		{ BYTES_INIT("big"), 4096 * MB, false },   { BYTES_INIT("a:b"), 1, false },
		{ BYTES_INIT("new\nline"), 1, false },     { BYTES_INIT("small/x"), 9 * MB, false },
		{ BYTES_INIT("var/logs"), MB / 4, false }, { BYTES_INIT(""), 1, true },
	};
	struct arena a = ARENA_INIT;
	struct hardening h = { 0 };
	struct learned l = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(seen) / sizeof(*seen); i++)
		*ARENA_PUSH(&a, &l.folders) = seen[i];
	*ARENA_PUSH(&a, &h.folders) = (struct hardening_folder){ "/tmp", 64 * MB };
	*ARENA_PUSH(&a, &h.folders) = (struct hardening_folder){ "/small", 2 * MB };
	*ARENA_PUSH(&a, &h.folders) = (struct hardening_folder){ "/unused", 8 * MB };
	learn_tighten(&l, &a, &h);
	assert_int_equal(size_of(&h, "/tmp"), 16 * MB); /* 4 * 3 MiB, and an octet: a power of two */
	assert_int_equal(size_of(&h, "/small"), 2 * MB);
	assert_int_equal(size_of(&h, "/unused"), MB);
	assert_int_equal(size_of(&h, "/var/log"), 16 * MB); /* with what lies below it: 4 * 3 MiB */
	assert_int_equal(size_of(&h, "/var/logs"), MB);
	assert_int_equal(size_of(&h, "/big"), HARDENING_MEMORY);
	assert_int_equal(size_of(&h, "/app/made"), MB);
	assert_int_equal(h.folders.len, 7);
	for (size_t i = 0; i < l.folders.len; i++) {
		bytes path = l.folders.items[i].path;

		assert_int_equal(learn_is_left(&l.folders.items[i], &h),
		                 bytes_is(path, "app") || bytes_is(path, "") || bytes_is(path, "a:b") ||
		                     bytes_is(path, "new\nline"));
	}
	arena_done(&a);
}

/* -- the observer ------------------------------------------------------------------------------ */

static void test_nobody(void **state)
{
	struct arena a = ARENA_INIT;
	struct learned l;
	struct learner learner;
	err e = { 0 };

	(void)state;
	assert_int_equal(learn_begin(&learner, &e), 0);
	assert_int_equal(learn_end(&learner, &a, &l, &e), 0);
	assert_int_equal(l.calls_len + l.folders.len + l.ports.len, 0);
	assert_int_equal(learn_begin(&learner, &e), 0);
	kill(learner.observer, SIGKILL);
	assert_int_equal(learn_end(&learner, &a, &l, &e), -1);
	assert_int_equal(e.kind, ERR_BUG);
	arena_done(&a);
}

/* A process of this root is the runtime, as far as anybody knows: it goes on, and nothing of it
 * counts. */
static void test_runtime(void **state)
{
	struct arena a = ARENA_INIT;
	struct learned l;
	struct learner learner;
	err e = { 0 };
	int status = 0;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(learn_begin(&learner, &e), 0);
	pid_t child = fork();

	if (child == 0) {
		if (learn_attach(learner.socket) < 0)
			_exit(9);
		execl("/bin/sh", "sh", "-c", "exit 7", (char *)NULL);
		_exit(8);
	}
	assert_true(waitpid(child, &status, 0) == child);
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(learn_end(&learner, &a, &l, &e), 0);
	assert_int_equal(l.calls_len, 0);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_profile), cmocka_unit_test(test_never_more),
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_folders),
		cmocka_unit_test(test_nobody),  cmocka_unit_test(test_runtime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
