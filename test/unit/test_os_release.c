/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog_fixture.h"

#include "fmt/json.h"

static void collect_one(struct fixture *f, const char *path, const char *body)
{
	fixture_init(f);
	fixture_layer(f, (struct fixture_file[]){ { .path = path, .body = body }, { 0 } });
	fixture_collect(f);
}

/* os-release(5): quoting and escapes as in a shell. */
static void test_quoting(void **state)
{
	static const struct {
		const char *line, *value;
	} cases[] = {
		{ "PRETTY_NAME=plain", "plain" },
		{ "PRETTY_NAME=\"two words\"", "two words" },
		{ "PRETTY_NAME='single \"inside\" \\n'", "single \"inside\" \\n" },
		{ "PRETTY_NAME=\"a \\\"quoted\\\" \\$HOME \\`x\\` \\\\ \\n\"",
		  "a \"quoted\" $HOME `x` \\ \\n" },
		{ "PRETTY_NAME='raw \\$x'", "raw \\$x" },
		{ "PRETTY_NAME=esc\\'aped", "esc'aped" },
		{ "  PRETTY_NAME=\"indented\"  ", "indented" },
		{ "PRETTY_NAME=\"windows line\"\r", "windows line" },
		{ "PRETTY_NAME=first\nPRETTY_NAME=last", "last" },
		{ "#PRETTY_NAME=comment\n\nPRETTY_NAME=x", "x" },
		{ "PRETTY_NAME=", "" },
		{ "PRETTY_NAME=a=b", "a=b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char body[256];
		struct fixture f;

		snprintf(body, sizeof(body), "ID=x\n%s\n", cases[i].line);
		collect_one(&f, "etc/os-release", body);
		assert_bytes(f.facts.os.pretty_name, cases[i].value);
		assert_bytes(f.facts.os.id, "x");
		assert_int_equal(f.image.gaps.len, 0);
		fixture_done(&f);
	}
}

static void test_malformed(void **state)
{
	static const struct {
		const char *body, *gap;
	} cases[] = {
		{ "ID=x\nno assignment here\n", "line 2: no assignment" },
		{ "ID=x\nVERSION=\"open\n", "line 2: a quote that does not end the value" },
		{ "ID=x\nVERSION=\"a\"b\n", "line 2: a quote that does not end the value" },
		{ "ID=x\n=value\n", "line 2: no assignment" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		collect_one(&f, "usr/lib/os-release", cases[i].body);
		assert_int_equal(fixture_gaps(&f, cases[i].gap), 1);
		assert_bytes(f.facts.os.id, "x");
		fixture_done(&f);
	}
}

/* A file of broken lines states a few gaps and a number, not a million gaps. */
static void test_many_faults(void **state)
{
	struct buf body = BUF_INIT(1 * MIB);
	struct fixture f;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_puts(&body, "broken\n");
	buf_putc(&body, '\0');
	collect_one(&f, "etc/os-release", (const char *)body.p);
	assert_int_equal(fixture_gaps(&f, "no assignment"), 20);
	assert_int_equal(fixture_gaps(&f, "980 more faults"), 1);
	assert_false(f.facts.os.known);
	fixture_done(&f);
	buf_done(&body);
}

static void test_precedence(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "usr/lib/os-release", .body = "ID=base\n" },
		{ .path = "etc/os-release", .link = "../usr/lib/os-release" }, { 0 } });
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "usr/lib/os-release", .body = "ID=above\n" }, { 0 } });
	fixture_collect(&f);
	assert_bytes(f.facts.os.id, "above");
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "etc/os-release", .body = "ID=etc\n" }, { 0 } });
	fixture_collect(&f);
	assert_bytes(f.facts.os.id, "etc");
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "etc/.wh.os-release", .body = "" }, { 0 } });
	fixture_collect(&f);
	assert_bytes(f.facts.os.id, "above");
	fixture_done(&f);
}

static void test_container_link(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "usr/lib/os.release.d/os-release-container",
		  .body = "ID=fedora\nVERSION_ID=30\n" },
		{ .path = "usr/lib/os-release", .link = "os.release.d/os-release-container" },
		{ .path = "etc/os-release", .link = "../usr/lib/os-release" }, { 0 } });
	fixture_collect(&f);
	assert_bytes(f.facts.os.id, "fedora");
	assert_bytes(f.facts.os.version_id, "30");
	fixture_done(&f);
}

/* NixOS: a link into a place that nobody would look at. */
static void test_far_link(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
		{ .path = "nix/store/release", .body = "ID=nixos\n" },
		{ .path = "etc/os-release", .link = "/nix/store/release" }, { 0 } });
	fixture_collect(&f);
	assert_bytes(f.facts.os.id, "nixos");
	fixture_done(&f);
}

static void test_supplement(void **state)
{
	static const struct {
		const char *os_release, *path, *line, *id, *version_id, *version;
	} cases[] = {
		/* Debian testing: base-files writes no VERSION_ID */
		{ "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux trixie/sid\"\n", "etc/debian_version",
		  "trixie/sid\n", "debian", "", "trixie/sid" },
		{ "ID=debian\nVERSION_ID=\"12\"\n", "etc/debian_version", "12.15\n", "debian", "12", "" },
		{ "", "etc/debian_version", "12.15\n", "debian", "12", "12.15" },
		{ "", "etc/alpine-release", "3.19.1\n", "alpine", "3.19.1", "" },
		{ "", "etc/debian_version", "bookworm/sid\n", "", "", "" },
		{ "ID=ubuntu\n", "etc/debian_version", "bookworm/sid\n", "ubuntu", "", "" },
		{ "NAME=x\nPRETTY_NAME=\"Some Linux\"\n", "etc/hostname", "x", "linux", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		fixture_init(&f);
		fixture_layer(&f, (struct fixture_file[]){
			{ .path = "etc/os-release", .body = cases[i].os_release },
			{ .path = cases[i].path, .body = cases[i].line }, { 0 } });
		fixture_collect(&f);
		assert_bytes(f.facts.os.id, cases[i].id);
		assert_bytes(f.facts.os.version_id, cases[i].version_id);
		assert_bytes(f.facts.os.version, cases[i].version);
		assert_int_equal(f.facts.os.known, cases[i].id[0] != '\0');
		fixture_done(&f);
	}
}

/* A manual page of that name is none. */
static void test_elsewhere(void **state)
{
	struct fixture f;

	(void)state;
	collect_one(&f, "usr/share/man/man5/os-release.5", "ID=x\nprose\n");
	assert_int_equal(f.image.items.len, 0);
	assert_int_equal(fixture_gaps(&f, "line "), 0);
	assert_int_equal(fixture_gaps(&f, "no os-release"), 1);
	fixture_done(&f);
}

/* Real files, with what other readers parse from them. */
static void test_real_files(void **state)
{
	static const char *const names[] = {
		"Alpine", "Bionic", "Buster", "DistrolessCorrupt", "DistrolessValid", "EmptyKey",
		"OpenSUSe", "Silverblue", "Toolbox", "Ubi8", "Vyos",
	};
	struct arena a = ARENA_INIT;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[128];
		struct fixture f;
		struct json_doc doc;

		snprintf(path, sizeof(path), "vuln/os-db/os-release/%s.txtar", names[i]);
		char *archive = fixture_shared(path);

		if (!archive)
			skip();
		char *body = fixture_part(archive, "os-release"), *parsed = fixture_part(archive, "Parsed");

		assert_non_null(body);
		assert_non_null(parsed);
		collect_one(&f, "etc/os-release", body);
		assert_int_equal(json_parse(bytes_str(parsed), &a, &doc, &e), 0);
		json root = json_root(&doc);
		const struct {
			const char *key;
			bytes value;
		} fields[] = {
			{ "ID", f.facts.os.id },
			{ "ID_LIKE", f.facts.os.id_like },
			{ "VERSION_ID", f.facts.os.version_id },
			{ "VERSION", f.facts.os.version },
			{ "VERSION_CODENAME", f.facts.os.version_codename },
			{ "PRETTY_NAME", f.facts.os.pretty_name },
			{ "VARIANT_ID", f.facts.os.variant_id },
		};

		for (size_t k = 0; k < sizeof(fields) / sizeof(*fields); k++)
			assert_bytes(fields[k].value,
			             arena_str(&a, json_bytes(json_get(root, fields[k].key), &a)));
		assert_int_equal(f.image.gaps.len, 0);
		fixture_done(&f);
		free(body);
		free(parsed);
		free(archive);
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quoting),      cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_many_faults),  cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_container_link), cmocka_unit_test(test_far_link),
		cmocka_unit_test(test_supplement),
		cmocka_unit_test(test_elsewhere),    cmocka_unit_test(test_real_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
