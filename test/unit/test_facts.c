/* SPDX-License-Identifier: Apache-2.0 */
/* What catalogers share, and what none of them reads. */
#include "catalog_fixture.h"

#include "base/limits.h"

/* Who comes after the last package that is kept gets none; that is said once. */
static void test_packages_full(void **state)
{
	const struct image_item where = { .node = TREE_NONE };
	const struct package package = { .name = BYTES("x"), .version = BYTES("1") };
	struct facts facts = { 0 };
	struct arena a = ARENA_INIT;

	(void)state;
	for (uint32_t i = 0; i < LIMIT_PACKAGES; i++)
		assert_int_equal(facts_package(&facts, &a, &where, &package), i + 1);
	assert_int_equal(facts.gaps.len, 0);
	assert_int_equal(facts_package(&facts, &a, &where, &package), 0);
	assert_int_equal(facts_package(&facts, &a, &where, &package), 0);
	assert_int_equal(facts.packages.len, LIMIT_PACKAGES);
	assert_int_equal(facts.gaps_total, 1);
	assert_bytes(facts.gaps.items[0].text,
	             "more than 65536 packages: further ones are not listed");
	arena_done(&a);
}

static void test_unread(void **state)
{
	static const struct {
		const char *path;
		const char *manager; /* NULL: nobody's */
	} cases[] = {
		{ "usr/lib/opkg/status", "opkg" },
		{ "var/lib/opkg/status", "opkg" },
		{ "var/lib/pacman/local/foo-1/desc", "pacman" },
		{ "var/db/pkg/app-misc/foo-1/CONTENTS", "Portage" },
		{ "nix/var/nix/db/db.sqlite", "Nix" },
		{ "opt/conda/envs/x/conda-meta/c-1.json", "conda" },
		{ "opt/conda/conda-meta/history", NULL },
		{ "var/lib/pacman/local/foo-1/files", NULL },
		{ "srv/var/lib/opkg/status", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *manager = cases[i].manager ? cases[i].manager : "of";
		struct fixture f;
		char text[64];

		fixture_database(&f, "ID=x\n", cases[i].path, BYTES("x"));
		snprintf(text, sizeof(text), "packages of %s: its database is not read", manager);
		assert_int_equal(fixture_gaps(&f, text), cases[i].manager != NULL);
		assert_int_equal(fixture_gaps(&f, "its database is not read"), cases[i].manager != NULL);
		fixture_done(&f);
	}
}

/* However many files it has, and none when an upper layer took them away. */
static void test_unread_once(void **state)
{
	const struct fixture_file packages[] = {
		{ .path = "opt/conda/conda-meta/a-1.json", .body = "{}" },
		{ .path = "opt/conda/conda-meta/b-1.json", .body = "{}" },
		{ .path = "var/lib/opkg/status", .body = "x" },
		{ .path = "usr/lib/opkg/status", .body = "x" },
		{ 0 },
	};
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, packages);
	fixture_collect(&f);
	assert_int_equal(fixture_gaps(&f, "of conda: its database is not read"), 1);
	assert_int_equal(fixture_gaps(&f, "of opkg: its database is not read"), 1);
	fixture_done(&f);

	fixture_init(&f);
	fixture_layer(&f, packages);
	fixture_layer(&f, (struct fixture_file[]){ { .path = "opt/.wh.conda", .body = "" }, { 0 } });
	fixture_collect(&f);
	assert_int_equal(fixture_gaps(&f, "conda"), 0);
	assert_int_equal(fixture_gaps(&f, "opkg"), 1);
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packages_full),
		cmocka_unit_test(test_unread),
		cmocka_unit_test(test_unread_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
