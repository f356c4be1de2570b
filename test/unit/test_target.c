/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/target.h"

#include "unit.h"

#include <sys/stat.h>

/* The texts below are seen from a folder of their own:
 *   layout/oci-layout  index/index.json  lay:out/oci-layout  plain/
 *   shop.tar  a:b.tar  shop  pipe */
static char home[] = "/tmp/oakum-target-XXXXXX";

static void make_file(const char *path)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fclose(f);
}

static int set_up(void **state)
{
	static const char *const folders[] = { "layout", "index", "lay:out", "plain" };
	static const char *const files[] = {
		"layout/oci-layout", "index/index.json", "lay:out/oci-layout", "shop.tar", "a:b.tar", "shop"
	};

	(void)state;
	if (!mkdtemp(home) || chdir(home) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (mkdir(folders[i], 0700) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		make_file(files[i]);
	return mkfifo("pipe", 0600);
}

static int tear_down(void **state)
{
	static const char *const paths[] = { "layout/oci-layout",
		                                 "index/index.json",
		                                 "lay:out/oci-layout",
		                                 "shop.tar",
		                                 "a:b.tar",
		                                 "shop",
		                                 "pipe",
		                                 "layout",
		                                 "index",
		                                 "lay:out",
		                                 "plain",
		                                 home };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (remove(paths[i]) < 0)
			return -1;
	return 0;
}

static const struct {
	const char *text;
	enum target_kind kind;
	const char *path, *tag;
} good[] = {
	/* containers-transports(5) */
	{ "docker://alpine:3", TARGET_REGISTRY, "", "alpine:3" },
	{ "docker-daemon:alpine:3", TARGET_DAEMON, "", "alpine:3" },
	{ "oci:layout", TARGET_LAYOUT, "layout", "" },
	{ "oci:layout:1.0", TARGET_LAYOUT, "layout", "1.0" },
	{ "oci:layout:sha256:abc", TARGET_LAYOUT, "layout", "sha256:abc" },
	{ "oci:layout@sha256:abc", TARGET_LAYOUT, "layout", "sha256:abc" },
	{ "oci:./layout/:example.invalid/shop:1", TARGET_LAYOUT, "./layout/",
	  "example.invalid/shop:1" },
	{ "oci:lay:out", TARGET_LAYOUT, "lay:out", "" },
	{ "oci:lay:out:1.0", TARGET_LAYOUT, "lay:out", "1.0" },
	{ "oci:absent:1.0", TARGET_LAYOUT, "absent", "1.0" },
	{ "oci:absent", TARGET_LAYOUT, "absent", "" },
	{ "oci-archive:shop.tar", TARGET_OCI_ARCHIVE, "shop.tar", "" },
	{ "oci-archive:shop.tar:1.0", TARGET_OCI_ARCHIVE, "shop.tar", "1.0" },
	{ "oci-archive:a:b.tar:c", TARGET_OCI_ARCHIVE, "a:b.tar", "c" },
	{ "docker-archive:shop.tar:example.invalid:5000/shop:1", TARGET_DOCKER_ARCHIVE, "shop.tar",
	  "example.invalid:5000/shop:1" },
	{ "docker-archive:/absent.tar:shop:1", TARGET_DOCKER_ARCHIVE, "/absent.tar", "shop:1" },
	/* ours */
	{ "rootfs:/", TARGET_ROOTFS, "/", "" },
	{ "rootfs:lay:out", TARGET_ROOTFS, "lay:out", "" },
	{ "sbom:a:b.json", TARGET_SBOM, "a:b.json", "" },
	/* recognised */
	{ "layout", TARGET_LAYOUT, "layout", "" },
	{ "./layout:1.0", TARGET_LAYOUT, "./layout", "1.0" },
	{ "layout:1.0", TARGET_LAYOUT, "layout", "1.0" },
	{ "index", TARGET_LAYOUT, "index", "" },
	{ "lay:out", TARGET_LAYOUT, "lay:out", "" },
	{ "plain", TARGET_ROOTFS, "plain", "" },
	{ "./plain/", TARGET_ROOTFS, "./plain/", "" },
	{ "/", TARGET_ROOTFS, "/", "" },
	{ "shop.tar", TARGET_ARCHIVE, "shop.tar", "" },
	{ "a:b.tar", TARGET_ARCHIVE, "a:b.tar", "" },
	{ "./shop", TARGET_ARCHIVE, "./shop", "" },
	{ "shop.tar:1.0", TARGET_ARCHIVE, "shop.tar", "1.0" },
	/* references, also beside a file or folder of that name */
	{ "alpine", TARGET_REGISTRY, "", "alpine" },
	{ "example.invalid:5000/a/b:1@sha256:abc", TARGET_REGISTRY, "",
	  "example.invalid:5000/a/b:1@sha256:abc" },
	{ "plain:1.0", TARGET_REGISTRY, "", "plain:1.0" },
	{ "shop:1.0", TARGET_REGISTRY, "", "shop:1.0" },
	{ "example.invalid/my.target:1", TARGET_REGISTRY, "", "example.invalid/my.target:1" },
};

static void targets_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct arena a = ARENA_INIT;
		struct target t;
		err e = { 0 };

		if (target_parse(good[i].text, &a, &t, &e) < 0)
			fail_msg("%s: %s", good[i].text, e.text);
		if (t.kind != good[i].kind || strcmp(t.path, good[i].path) || strcmp(t.tag, good[i].tag))
			fail_msg("%s: kind %d, path '%s', tag '%s'", good[i].text, t.kind, t.path, t.tag);
		assert_string_equal(t.text, good[i].text);
		arena_done(&a);
	}
}

/* Beside a layout, a folder and a file of that name. */
static void what_is_signed_is_told_by_its_text(void **state)
{
	static const struct {
		const char *text;
		enum target_kind kind;
		const char *path, *tag;
	} as[] = {
		{ "layout", TARGET_REGISTRY, "", "layout" },
		{ "layout:1.0", TARGET_REGISTRY, "", "layout:1.0" },
		{ "lay:out", TARGET_REGISTRY, "", "lay:out" },
		{ "plain", TARGET_REGISTRY, "", "plain" },
		{ "shop", TARGET_REGISTRY, "", "shop" },
		{ "docker://layout", TARGET_REGISTRY, "", "layout" },
		{ "oci:layout:1.0", TARGET_LAYOUT, "layout", "1.0" },
		{ "./layout:1.0", TARGET_LAYOUT, "./layout", "1.0" },
		{ "shop.tar", TARGET_ARCHIVE, "shop.tar", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++) {
		struct arena a = ARENA_INIT;
		struct target t;
		err e = { 0 };

		if (target_parse_signed(as[i].text, &a, &t, &e) < 0)
			fail_msg("%s: %s", as[i].text, e.text);
		if (t.kind != as[i].kind || strcmp(t.path, as[i].path) || strcmp(t.tag, as[i].tag))
			fail_msg("%s: kind %d, path '%s', tag '%s'", as[i].text, t.kind, t.path, t.tag);
		arena_done(&a);
	}
}

static void what_is_no_target_is_said(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "empty" },
		{ "oci:", "names nothing" },
		{ "oci::", "names nothing" },
		{ "oci::1.0", "names nothing" },
		{ "docker://", "names nothing" },
		{ "sbom:", "names nothing" },
		{ "./absent", "no such file" },
		{ "../absent/x", "no such file" },
		{ "/absent", "no such file" },
		{ "~/shop", "no such file" },
		{ "absent.tar", "no such file" },
		{ "absent.tar.gz:1", "no such file" },
		{ "./plain:1.0", "no such file" },
		{ "https://example.invalid/shop", "docker://" },
		{ "a\033[2J://b", "\\x1b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct arena a = ARENA_INIT;
		struct target t;
		err e = { 0 };

		if (target_parse(bad[i].text, &a, &t, &e) == 0)
			fail_msg("accepted: '%s'", bad[i].text);
		if (!strstr(e.text, bad[i].says))
			fail_msg("'%s' says '%s', not '%s'", bad[i].text, e.text, bad[i].says);
		/* A command line that means nothing, or one that means what is not there. */
		assert_failed(&e, strstr(bad[i].says, "no such") ? ERR_ABSENT : ERR_USAGE);
		arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_are_told_apart),
		cmocka_unit_test(what_is_signed_is_told_by_its_text),
		cmocka_unit_test(what_is_no_target_is_said),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
