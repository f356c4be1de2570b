/* SPDX-License-Identifier: Apache-2.0 */
/* Every file of the real package databases with known answers (vuln/os-db in the folder of data):
 * accepted with what it holds, or refused with a gap that says why. Answers come from dpkg-query
 * 1.21, from the records of apk's file, from rpm, and from what the files themselves say. */
#include "catalog_fixture.h"

#include <dirent.h>
#include <sys/stat.h>

#define STATUS "var/lib/dpkg/status"
#define STATUS_D "var/lib/dpkg/status.d/"
#define APK "lib/apk/db/installed"
#define WALL "var/lib/chisel/manifest.wall"
#define NOTHING "no package database that names a package"

struct sample {
	const char *file, *part, *place;
	size_t packages, gaps; /* gaps: of the file; facts about the image as a whole left aside */
	const char *gap;       /* one of them */
	const char *name, *version, *source, *source_version, *vendor;
	const char *edges; /* all of them, when not NULL */
};

static const struct sample samples[] = {
	{ "apk/syft-corrupt.installed", NULL, APK, 1, 1, "line 1: no field", "alpine-baselayout-data",
	  "3.2.0-r22", "alpine-baselayout", "3.2.0-r22", "", "" },
	{ "apk/syft-multiple.installed", NULL, APK, 14, 0, NULL, "libssl1.1", "1.1.1q-r0", "openssl",
	  "1.1.1q-r0", "Timo Teras <timo.teras@iki.fi>", NULL },
	{ "apk/trivy.installed", NULL, APK, 15, 1, "a package without version", "ada-libs", "2.7.4-r0",
	  "ada", "2.7.4-r0", NULL, NULL },
	{ "chisel/invalid.wall", NULL, WALL, 0, 3, "line 1: no JSON", NULL, NULL, NULL, NULL, NULL,
	  "" },
	{ "chisel/openssl.wall", NULL, WALL, 4, 0, NULL, "openssl", "3.0.13-0ubuntu3.5", "openssl",
	  "3.0.13-0ubuntu3.5", "", "" },
	{ "dpkg/distroless-status.d/libsqlite3-0", NULL, STATUS_D "libsqlite3-0", 1, 0, NULL,
	  "libsqlite3-0", "3.34.1-3", "sqlite3", "3.34.1-3",
	  "Laszlo Boszormenyi (GCS) <gcs@debian.org>", "" },
	{ "dpkg/distroless-status.d/libsqlite3-0.md5sums", NULL, STATUS_D "libsqlite3-0.md5sums", 0, 0,
	  NULL, NULL, NULL, NULL, NULL, NULL, "" },
	{ "dpkg/status.d/coreutils-relationships", NULL, STATUS, 9, 0, NULL, "coreutils", NULL, NULL,
	  NULL, NULL,
	  "coreutils>libacl1 coreutils>libattr1 coreutils>libc6 coreutils>libgmp10 "
	  "coreutils>libselinux1 libacl1>libc6 libattr1>libc6 libc6>libgcc-s1 libgcc-s1>gcc-12-base "
	  "libgcc-s1>libc6 libgmp10>libc6 libpcre2-8-0>libc6 libselinux1>libc6 "
	  "libselinux1>libpcre2-8-0" },
	{ "dpkg/status.d/corrupt", NULL, STATUS, 0, 1, "line 5: no field", NULL, NULL, NULL, NULL, NULL,
	  "" },
	{ "dpkg/status.d/deinstall", NULL, STATUS, 1, 0, NULL, "linux-image-6.14.0-1012-aws",
	  "6.14.0-1012.12~24.04.1", "linux-signed-aws-6.14", "6.14.0-1012.12~24.04.1", NULL, "" },
	/* Most of its packages have no version: dpkg refuses the file, we take what is whole. */
	{ "dpkg/status.d/doc-examples", NULL, STATUS_D "x", 5, 11, "a package without Version",
	  "made-up-package-1", "1.0.0", "glibc", "1.0.0", "", "" },
	{ "dpkg/status.d/empty", NULL, STATUS, 0, 1, "a paragraph without Package", NULL, NULL, NULL,
	  NULL, NULL, "" },
	{ "dpkg/status.d/installed-size-4KB", NULL, STATUS, 1, 0, NULL, "apt", "1.8.2", "apt-dev",
	  "1.8.2", "APT Development Team <deity@lists.debian.org>", "" },
	{ "dpkg/status.d/libpam-runtime", NULL, STATUS, 1, 5, "a package without Version",
	  "libpam-runtime", "1.5.2-6+deb12u1", "pam", "1.5.2-6+deb12u1",
	  "Sam Hartman <hartmans@debian.org>", "" },
	{ "dpkg/status.d/multiple", NULL, STATUS, 2, 2, NULL, "tzdata", "2020a-0+deb10u1", "tzdata-dev",
	  "2020a-0+deb10u1", "GNU Libc Maintainers <debian-glibc@lists.debian.org>", "" },
	{ "dpkg/status.d/single", NULL, STATUS, 1, 0, NULL, "apt", "1.8.2", "apt-dev", "1.8.2",
	  "APT Development Team <deity@lists.debian.org>", "" },
	{ "dpkg/syft.status", NULL, STATUS, 1, 0, NULL, "apt", "1.8.2", "apt-dev", "1.8.2",
	  "APT Development Team <deity@lists.debian.org>", "" },
	/* Its last paragraph has no Status, which dpkg reads as not installed and we count. */
	{ "dpkg/trivy-corrupsed.txtar", STATUS, STATUS, 5, 2, "a package without Status", "libgcc1",
	  "1:5.1.1-12ubuntu1", "gcc-5", "5.1.1-12ubuntu1", NULL, NULL },
	{ "dpkg/trivy-digest.txtar", STATUS, STATUS, 2, 0, NULL, "sed", "4.4-2", "sed", "4.4-2", NULL,
	  "" },
	{ "dpkg/trivy-md5sums.txtar", STATUS, STATUS, 1, 0, NULL, "tar", "1.29b-2", "tar", "1.29b-2",
	  "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>", "" },
	{ "dpkg/trivy-only-apt.txtar", STATUS, STATUS, 1, 0, NULL, "apt", "1.6.3ubuntu0.1", "apt",
	  "1.6.3ubuntu0.1", "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>", "" },
	{ "dpkg/trivy-third-party.txtar", STATUS, STATUS, 2, 0, NULL, "docker-ce",
	  "5:20.10.7~3-0~debian-buster", "docker-ce", "5:20.10.7~3-0~debian-buster",
	  "Docker <support@docker.com>", "" },
	{ "dpkg/trivy-valid.txtar", STATUS, STATUS, 90, 0, NULL, "libgcc1", "1:8-20180414-1ubuntu2",
	  "gcc-8", "8-20180414-1ubuntu2", NULL, NULL },
	{ "rpm/bdb/dive-and-one.Packages", NULL, "var/lib/rpm/Packages", 1, 0, NULL, "dive", "0.9.2-1",
	  "dive", "0.9.2-1", NULL, "" },
	{ "rpm/container-manifest-2", NULL, "var/lib/rpmmanifest/container-manifest-2", 0, 1,
	  "fewer than ten fields", NULL, NULL, NULL, NULL, NULL, "" },
	/* What Red Hat publishes beside an image: no database of the image. */
	{ "rpm/nodejs.rpm-manifest.json.gz", NULL, "root/rpm-manifest.json.gz", 0, 0, NULL, NULL, NULL,
	  NULL, NULL, NULL, "" },
};

static void check_package(const struct fixture *f, const struct sample *s)
{
	const struct package *p = fixture_package(f, s->name);

	if (!p)
		fail_msg("%s: no package %s", s->file, s->name);
	if (s->version)
		assert_bytes(p->version, s->version);
	if (s->source)
		assert_bytes(p->source_name, s->source);
	if (s->source_version)
		assert_bytes(p->source_version, s->source_version);
	if (s->vendor)
		assert_bytes(p->vendor, s->vendor);
}

static void show_gaps(const struct fixture *f)
{
	for (size_t i = 0; i < f->image.gaps.len; i++)
		print_error("gap: " PRIb "\n", BYTESF(f->image.gaps.items[i].text));
}

static void check_sample(const struct sample *s, bytes body)
{
	struct fixture f;

	fixture_database(&f, "ID=x\nVERSION_ID=1\n", s->place, body);
	if (f.facts.packages.len != s->packages || f.image.gaps.len != s->gaps ||
	    (s->gap && fixture_gaps(&f, s->gap) == 0))
		show_gaps(&f);
	if (f.facts.packages.len != s->packages || f.image.gaps.len != s->gaps)
		fail_msg("%s: %zu packages, %zu gaps", s->file, f.facts.packages.len, f.image.gaps.len);
	assert_int_equal(fixture_gaps(&f, NOTHING), s->packages == 0);
	if (s->gap && fixture_gaps(&f, s->gap) == 0)
		fail_msg("%s: no gap says '%s'", s->file, s->gap);
	if (s->name)
		check_package(&f, s);
	if (s->edges)
		assert_string_equal(fixture_edges(&f), s->edges);
	fixture_done(&f);
}

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		const struct sample *s = &samples[i];
		char path[256];
		size_t n = 0;

		snprintf(path, sizeof(path), "vuln/os-db/%s", s->file);
		char *file = fixture_shared_n(path, &n);

		if (!file) {
			print_message("%zu files of vuln/os-db are absent\n",
			              sizeof(samples) / sizeof(*samples));
			skip();
		}
		char *part = s->part ? fixture_part(file, s->part) : NULL;

		assert_true(!s->part == !part);
		check_sample(s, part ? bytes_str(part) : bytes_of(file, n));
		free(part);
		free(file);
	}
}

/* -- none is left out -------------------------------------------------------------------------- */

static bool is_named(const char *file)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
		if (strcmp(file, samples[i].file) == 0)
			return true;
	return strncmp(file, "os-release/", 11) == 0; /* test_os_release.c reads those */
}

/* count_files(root, folder, depth): files below a folder of the data; each must be named above. */
static size_t count_files(const char *root, const char *folder, unsigned depth)
{
	char path[512], name[300];
	struct dirent *entry;
	size_t n = 0;

	assert_true(depth < 8);
	snprintf(path, sizeof(path), "%s/%s", root, folder);
	DIR *dir = opendir(path);

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s%s%.200s", folder, *folder ? "/" : "", entry->d_name);
		snprintf(path, sizeof(path), "%s/%s", root, name);
		assert_int_equal(stat(path, &st), 0);
		if (S_ISDIR(st.st_mode)) {
			n += count_files(root, name, depth + 1);
			continue;
		}
		n++;
		if (!is_named(name))
			fail_msg("no test reads %s", name);
	}
	closedir(dir);
	return n;
}

static void test_complete(void **state)
{
	const char *dir = getenv("OAKUM_SHARED");
	struct stat st;
	char root[200];

	(void)state;
	snprintf(root, sizeof(root), "%s/vuln/os-db", dir ? dir : "../shared/data");
	if (stat(root, &st) != 0)
		skip();
	assert_true(count_files(root, "", 0) >= sizeof(samples) / sizeof(*samples));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
