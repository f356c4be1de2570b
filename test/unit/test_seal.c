/* SPDX-License-Identifier: Apache-2.0 */
/* What `oakum seal` keeps, and what its provenance says and proves: levels as slsa.dev/spec/v1.1/
 * levels has them. */
#include "flow/seal_build.h"
#include "flow/seal_keep.h"

#include "base/limits.h"
#include "fmt/json.h"
#include "sys/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/oakum-test-seal-XXXXXX";
static struct arena arena;
static size_t notes;

static void note(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
	notes++;
}

/* -- what is kept ------------------------------------------------------------------------------ */

static struct seal_keep keep_in(const char *dir)
{
	return (struct seal_keep){ dir, LIMIT_SEAL_CACHE, note, NULL };
}

/* Whatever lies there: `change` is done to every file. */
static void change_all(void (*change)(const char *path))
{
	char path[600];
	struct dirent *d;

	snprintf(path, sizeof(path), "%s/seal", folder);
	DIR *dir = opendir(path);

	assert_non_null(dir);
	while ((d = readdir(dir)))
		if (d->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/seal/%s", folder, d->d_name);
			change(path);
		}
	closedir(dir);
}

static void cut(const char *path)
{
	assert_int_equal(truncate(path, 60), 0);
}

static void flip(const char *path)
{
	FILE *f = fopen(path, "r+b");

	assert_non_null(f);
	fseek(f, -1, SEEK_END);
	int last = fgetc(f);

	fseek(f, -1, SEEK_END);
	fputc(last ^ 1, f);
	fclose(f);
}

static void is_text(bytes have, const char *want)
{
	assert_true(bytes_is(have, want));
}

/* said(k, what, now): when it was said first. */
static int64_t said(const struct seal_keep *k, const char *what, int64_t now)
{
	return seal_keep_time(k, bytes_str(what), now);
}

/* What lies there never becomes what is said: a time, and none that is still to come. */
static void times(void **state)
{
	const struct seal_keep k = keep_in(folder), none = keep_in(NULL);
	(void)state;

	assert_int_equal(said(&k, "says", 100), 100);
	assert_int_equal(said(&k, "says", 200), 100);
	assert_int_equal(said(&k, "more", 200), 200);
	assert_int_equal(said(&k, "more", 150), 150);
	assert_int_equal(said(&none, "says", 200), 200);
	change_all(flip);
	assert_int_equal(said(&k, "says", 300), 300);
	change_all(cut);
	assert_int_equal(said(&k, "says", 400), 400);
	assert_int_equal(notes, 0);
}

static size_t count_all(void)
{
	struct dirent *d;
	size_t n = 0;
	DIR *dir = opendir(arena_printf(&arena, "%s/seal", folder));

	assert_non_null(dir);
	while ((d = readdir(dir)))
		n += d->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void drop(const char *path)
{
	assert_int_equal(unlink(path), 0);
}

static void age(const char *path)
{
	static const struct timespec long_ago[2] = { { 1, 0 }, { 1, 0 } };

	assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
}

/* The folder stays small: what was not used for longest goes. */
static void bounded(void **state)
{
	struct seal_keep k = keep_in(folder);
	(void)state;

	change_all(drop);
	said(&k, "first", 1);
	said(&k, "second", 2);
	assert_int_equal(count_all(), 2);
	change_all(age);
	assert_int_equal(said(&k, "first", 9), 1); /* used */
	k.limit = 220;                             /* room for two: a line, a digest, a time */
	said(&k, "third", 3);
	assert_int_equal(count_all(), 2);
	assert_int_equal(said(&k, "first", 9), 1);
	assert_int_equal(said(&k, "second", 9), 9);
	k.limit = 1; /* what was written last stays, whatever the limit */
	said(&k, "fourth", 4);
	assert_int_equal(count_all(), 1);
	assert_int_equal(said(&k, "fourth", 9), 4);
}

static void no_place(void **state)
{
	const struct seal_keep k = keep_in("/proc/nowhere");
	(void)state;

	assert_int_equal(said(&k, "a", 1), 1);
	assert_int_equal(notes, 1); /* told, and nothing stops for it */
}

static void records(void **state)
{
	const struct seal_keep k = keep_in(folder);
	const digest image = digest_of(DIGEST_SHA256, BYTES("image")),
				 said = digest_of(DIGEST_SHA256, BYTES("said")),
				 other = digest_of(DIGEST_SHA512, BYTES("other"));
	const digest name = seal_keep_name("place", &image, BYTES("me"));
	struct seal_record r, back;
	(void)state;

	seal_keep_read(&k, &name, &arena, &r);
	assert_int_equal(r.attached.len, 0);
	*ARENA_PUSH(&arena, &r.attached) = (struct seal_attached){ image, said, other, { 0 } };
	seal_keep_write(&k, &r);
	seal_keep_read(&k, &name, &arena, &back);
	const struct seal_attached *at = seal_keep_find(&back, &image, &said);

	assert_non_null(at);
	assert_true(digest_equal(&at->manifest, &other));
	assert_int_equal(at->layer.algorithm, DIGEST_NONE);
	assert_null(seal_keep_find(&back, &image, &other));
	/* Another signer, another image, another place: another record. */
	const digest else_where[] = { seal_keep_name("place", &image, BYTES("you")),
		                          seal_keep_name("place", &other, BYTES("me")),
		                          seal_keep_name("places", &image, BYTES("me")) };

	for (size_t i = 0; i < 3; i++) {
		seal_keep_read(&k, &else_where[i], &arena, &back);
		assert_int_equal(back.attached.len, 0);
	}
	change_all(flip);
	seal_keep_read(&k, &name, &arena, &back);
	assert_int_equal(back.attached.len, 0);
}

/* -- provenance -------------------------------------------------------------------------------- */

static struct seal_build build_of(const char *const *environment, const struct seal_said *said)
{
	static const struct seal_said nothing;
	struct seal_build b;

	seal_build_find((char *const *)(uintptr_t)environment, said ? said : &nothing, &arena, &b);
	return b;
}

#define GITHUB \
	"GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://github.com", "GITHUB_REPOSITORY=team/shop", \
		"GITHUB_WORKFLOW_REF=team/shop/.github/workflows/ci.yml@refs/heads/main", \
		"GITHUB_REF=refs/heads/main", "GITHUB_SHA=89abcdef"
#define BUILDER "https://github.com/team/shop/.github/workflows/ci.yml@refs/heads/main"
#define ISSUER "https://token.actions.githubusercontent.com"

static void levels(void **state)
{
	static const char *const hosted[] = { GITHUB, "RUNNER_ENVIRONMENT=github-hosted", NULL };
	static const char *const own[] = { GITHUB, "RUNNER_ENVIRONMENT=self-hosted", NULL };
	static const char *const shell[] = { "HOME=/", NULL };
	static const struct seal_said said = { .source = "https://git.example/a", .commit = "01" };
	const struct {
		const char *const *environment;
		const struct seal_said *said;
		const char *identity, *issuer;
		unsigned level;
		const char *why;
	} table[] = {
		{ shell, NULL, "", "", 0, "no source" },
		{ shell, &said, "", "", 1, "a build service" },
		{ hosted, NULL, "", "", 1, "a key" },
		{ hosted, NULL, BUILDER, ISSUER, 2, "level 3" },
		{ hosted, NULL, BUILDER, "https://accounts.example", 1, "does not name the builder" },
		{ hosted, NULL, "https://github.com/team/bank", ISSUER, 1, "does not name the builder" },
		{ own, NULL, BUILDER, ISSUER, 1, "a machine of the user's" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		const struct seal_build b = build_of(table[i].environment, table[i].said);
		const char *why;

		assert_int_equal(
			seal_build_level(&b, bytes_str(table[i].identity), bytes_str(table[i].issuer), &why),
			table[i].level);
		assert_non_null(strstr(why, table[i].why));
	}
}

/* A variable is whatever somebody put into it. */
static void hostile_variables(void **state)
{
	static const char *const environment[] = { GITHUB, "GITHUB_EVENT_NAME=\"}]\\\n\x01\xff", NULL };
	const struct seal_build b = build_of(environment, NULL);
	const struct seal_materials m = { .base_name = BYTES("docker.io/library/debian"),
		                              .base_digest = BYTES("sha256:no digest"),
		                              .tool_version = "1" };
	struct json_doc doc;
	err e = { 0 };
	(void)state;

	assert_int_equal(json_parse(seal_build_paper(&b, &m, &arena), &arena, &doc, &e), 0);
	json definition = json_get(json_root(&doc), "buildDefinition");

	is_text(json_bytes(json_get(definition, "buildType"), &arena),
	        "https://actions.github.io/buildtypes/workflow/v1");
	/* What is no digest is no material. */
	assert_int_equal(json_count(json_get(definition, "resolvedDependencies")), 1);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int cleanup(void **state)
{
	char path[600];
	(void)state;

	change_all(drop);
	snprintf(path, sizeof(path), "%s/seal", folder);
	rmdir(path);
	arena_done(&arena);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),  cmocka_unit_test(bounded), cmocka_unit_test(no_place),
		cmocka_unit_test(records), cmocka_unit_test(levels),  cmocka_unit_test(hostile_variables),
	};

	return cmocka_run_group_tests(tests, setup, cleanup);
}
