/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an image makes its program run as: image-spec 1.1, config.md "User"; passwd(5), group(5). */
#include "runtime/hardening.h"

#include "unit.h"

static const struct hardening_names known = {
	BYTES_INIT("root:x:0:0::/root:/bin/sh\n"
	           "app:x:1001:1002::/app:/bin/sh\n"
	           "short\n"
	           "huge:x:99999999999:1::/:\n"
	           "minus:x:-5:1::/:\n"
	           "nobody:x:65534:65534::/:/bin/false\r\n"
	           "7:x:7007:7007::/:/bin/sh\n"
	           "app:x:0:0::/second:/bin/sh\n"
	           "last:x:44:55"),
	BYTES_INIT("root:x:0:\nstaff:x:50:app\nodd\nwheel:x:zero:\n"),
};

/* takes(text, uid, gid): so; -1: refused. */
static void takes(const char *text, int64_t uid, int64_t gid)
{
	struct hardening h = { .uid = 12345, .gid = 12345 };
	err e = { 0 };
	int status = hardening_take_user(bytes_str(text), &known, &h, &e);

	if (uid < 0) {
		assert_int_equal(status, -1);
		assert_int_equal(e.kind, ERR_FORMAT);
		assert_int_equal(h.uid, 12345);
		return;
	}
	assert_int_equal(status, 0);
	assert_int_equal(h.uid, uid);
	assert_int_equal(h.gid, gid);
}

static void users(void **state)
{
	(void)state;
	takes("app", 1001, 1002);
	takes("app:staff", 1001, 50);
	takes("app:9", 1001, 9);
	takes("last", 44, 55); /* no newline behind it */
	takes("nobody", 65534, 65534);
	takes("1001", 1001, 1002); /* the account's group */
	takes("1654", 1654, 1654); /* nobody's */
	takes("1654:50", 1654, 50);
	takes("7", 7, 7); /* the number, not the account of that name */
	takes("0", 0, 0); /* who asks for it */
	takes("root", 0, 0);
	takes("4294967294", 4294967294, 4294967294);
}

static void hostile_users(void **state)
{
	static const char *const refused[] = {
		"",      "mallory", ":50",        "app:nogroup", "app:staff:root", "short", "huge",
		"minus", "-1",      "4294967295", "+0",          "app:wheel",      "app ",  "1654:-1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		takes(refused[i], -1, -1);
}

/* of(user): whom hardening_of makes of it. */
static struct hardening of(struct arena *a, bytes user, bytes folder)
{
	struct oci_config config = { .user = user, .working_dir = folder };
	struct hardening h;
	err e = { 0 };

	assert_int_equal(hardening_of(&config, &known, a, &h, &e), 0);
	return h;
}

static void never_root(void **state)
{
	static const char *const roots[] = { "", "0", "root", "0:0", "root:staff", "0:7" };
	struct arena a = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		struct hardening h = of(&a, bytes_str(roots[i]), BYTES(""));

		assert_int_equal(h.uid, 1654); /* "app" of Microsoft's images */
		assert_int_equal(h.gid, 1654);
	}
	assert_int_equal(of(&a, BYTES("app:root"), BYTES("")).gid, 1001);
	arena_done(&a);
}

static void folders(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "", "/" },        { "/", "/" },           { "/app", "/app" },
		{ "app/", "/app" }, { "/a/./b//", "/a/b" }, { "/../../etc", "/etc" },
		{ "a/../..", "/" },
	};
	struct arena a = ARENA_INIT;
	err e = { 0 };
	bytes out;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hardening h = of(&a, BYTES("app"), bytes_str(cases[i].text));

		assert_true(bytes_is(h.cwd, cases[i].want));
	}
	assert_int_equal(hardening_take_folder(BYTES("/a\0b"), &a, &out, &e), -1);
	assert_int_equal(e.kind, ERR_FORMAT);
	arena_done(&a);
}

static void environments(void **state)
{
	struct arena a = ARENA_INIT;
	struct oci_config config = { .user = BYTES("app") };
	struct hardening h;
	err e = { 0 };

	(void)state;
	*ARENA_PUSH(&a, &config.env) = BYTES("A=b\nc");
	assert_int_equal(hardening_of(&config, &known, &a, &h, &e), 0);
	assert_true(bytes_is(h.env.items[0], "A=b\nc"));
	assert_true(bytes_starts(h.env.items[1], BYTES("PATH=/usr/local/sbin:")));
	*ARENA_PUSH(&a, &config.env) = BYTES("A=b\0LD_PRELOAD=x");
	assert_int_equal(hardening_of(&config, &known, &a, &h, &e), -1);
	assert_int_equal(e.kind, ERR_FORMAT);
	arena_done(&a);
}

static void layers(void **state)
{
	(void)state;
	for (unsigned d = 0; d < DEFENCES; d++)
		assert_int_equal(defence_find(bytes_str(defence_name((enum defence)d))), d);
	assert_int_equal(defence_find(BYTES("moat")), DEFENCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users),   cmocka_unit_test(hostile_users), cmocka_unit_test(never_root),
		cmocka_unit_test(folders), cmocka_unit_test(environments),  cmocka_unit_test(layers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
