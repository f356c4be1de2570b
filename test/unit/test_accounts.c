/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog_fixture.h"

static void test_accounts(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "etc/passwd", .body = "old:x:1:1:::\n" },
		{ .path = "etc/group", .body = "old:x:1:\n" }, { 0 } });
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "etc/passwd",
		  .body = "root:x:0:0:root:/root:/bin/bash\napp:!:1654:1655::/home/app:/bin/sh\n"
		          "nobody:x:65534:65534:a gecos, field:/nonexistent:/usr/sbin/nologin\n" },
		{ .path = "etc/group", .body = "root:x:0:\napp:x:1655:root,app\n" }, { 0 } });
	fixture_collect(&f);
	assert_int_equal(f.facts.accounts.len, 3);
	const struct account *app = &f.facts.accounts.items[1];

	assert_bytes(app->name, "app");
	assert_int_equal(app->uid, 1654);
	assert_int_equal(app->gid, 1655);
	assert_bytes(app->home, "/home/app");
	assert_bytes(app->shell, "/bin/sh");
	assert_bytes(f.facts.accounts.items[2].shell, "/usr/sbin/nologin");
	assert_int_equal(f.facts.groups.len, 2);
	assert_bytes(f.facts.groups.items[1].name, "app");
	assert_int_equal(f.facts.groups.items[1].gid, 1655);
	assert_int_equal(f.image.gaps.len, 0);
	fixture_done(&f);
}

/* shadow(5): an empty second field lets anybody in; "!" and "*" let nobody. */
static void test_open(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "etc/passwd", .body = "root:x:0:0:::\nguest::1:1:::\n" },
		{ .path = "etc/shadow",
		  .body = "root:::0:::::\napp:!:19000:0:99999:7:::\nbin:*:1::::::\n" }, { 0 } });
	fixture_collect(&f);
	assert_int_equal(f.facts.accounts.len, 2);
	assert_int_equal(f.facts.open_accounts.len, 2);
	assert_bytes(f.facts.open_accounts.items[0], "guest");
	assert_bytes(f.facts.open_accounts.items[1], "root");
	assert_int_equal(f.image.gaps.len, 0);
	fixture_done(&f);
}

static void test_malformed(void **state)
{
	static const struct {
		const char *path, *line;
		size_t gaps;
	} cases[] = {
		{ "etc/passwd", "a:x:1:1:::", 0 },
		{ "etc/passwd", "+@netgroup::::::", 0 },
		{ "etc/passwd", "# comment", 0 },
		{ "etc/passwd", "a:x:1:1", 0 }, /* engines ask for no more */
		{ "etc/passwd", "a:x:1", 1 },
		{ "etc/passwd", "a:x:4294967295:1:::", 1 }, /* chown(2): as it is */
		{ "etc/passwd", "a:x:one:1:::", 1 },
		{ "etc/passwd", "a:x:-1:1:::", 1 },
		{ "etc/passwd", "a:x:4294967296:1:::", 1 },
		{ "etc/passwd", ":x:1:1:::", 1 },
		{ "etc/group", "g:x:1:", 0 },
		{ "etc/group", "g:x:1", 0 },
		{ "etc/group", "g:x:4294967295:", 1 },
		{ "etc/group", "g:x::", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		fixture_init(&f);
		fixture_layer(&f, (struct fixture_file[]){
			{ .path = cases[i].path, .body = cases[i].line }, { 0 } });
		fixture_collect(&f);
		assert_int_equal(f.image.gaps.len, cases[i].gaps);
		if (cases[i].gaps)
			assert_int_equal(fixture_gaps(&f, "line 1: no "), 1);
		fixture_done(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
