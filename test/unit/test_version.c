/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"
#include "version/version.h"

struct pair {
	const char *older, *newer;
};

static int compare(enum version_ordering o, const char *a, const char *b)
{
	int c = 99;

	if (!version_compare(o, bytes_str(a), bytes_str(b), &c))
		fail_msg("%s: '%s' or '%s' is invalid", version_ordering_name(o), a, b);
	return c;
}

/* Each pair both ways; the older one of a pair is no newer than itself. */
static void check_order(enum version_ordering o, const struct pair *pairs)
{
	for (; pairs->older; pairs++)
		if (compare(o, pairs->older, pairs->newer) != -1 ||
		    compare(o, pairs->newer, pairs->older) != 1 || compare(o, pairs->older, pairs->older))
			fail_msg("%s: '%s' < '%s' does not hold", version_ordering_name(o), pairs->older,
			         pairs->newer);
}

static void check_same(enum version_ordering o, const struct pair *pairs)
{
	for (; pairs->older; pairs++)
		if (compare(o, pairs->older, pairs->newer) != 0)
			fail_msg("%s: '%s' = '%s' does not hold", version_ordering_name(o), pairs->older,
			         pairs->newer);
}

static void check_invalid(enum version_ordering o, const char *const *texts)
{
	int c = 99;

	for (; *texts; texts++) {
		if (version_is_valid(o, bytes_str(*texts)))
			fail_msg("%s: '%s' is valid", version_ordering_name(o), *texts);
		assert_false(version_compare(o, bytes_str(*texts), BYTES("1.0.0"), &c));
		assert_false(version_compare(o, BYTES("1.0.0"), bytes_str(*texts), &c));
		assert_int_equal(c, 99);
	}
}

#define ORDER(o, ...) check_order(o, (const struct pair[]){ __VA_ARGS__, { NULL, NULL } })
#define SAME(o, ...) check_same(o, (const struct pair[]){ __VA_ARGS__, { NULL, NULL } })
#define INVALID(o, ...) check_invalid(o, (const char *const[]){ __VA_ARGS__, NULL })

/* deb-version(7); the answers of dpkg --compare-versions. */
static void dpkg(void **state)
{
	(void)state;
	ORDER(VERSION_DPKG, { "1.0~rc1", "1.0" }, { "1.0~~", "1.0~" }, { "1.0", "1.0a" },
	      { "1.0a", "1.0+" }, { "1.9", "1.10" }, { "9", "1:1" }, { "1.0-1", "1.0-1+b1" },
	      { "1-2-3", "1-2-4" }, { "1.0-1~deb12u1", "1.0-1" }, { "1.0", "1.0-0a" });
	SAME(VERSION_DPKG, { "1.0", "0:1.0-0" }, { "1.", "1.0" }, { "1.01", "1.1" }, { "a", "a0" });
	INVALID(VERSION_DPKG, "1.0-", "x:1", ":1", "1:", "2147483648:1", "-1", "1 0", "1\xc3\xa9");
}

/* apk-package(5). */
static void apk(void **state)
{
	(void)state;
	ORDER(VERSION_APK, { "1.2_alpha", "1.2_beta" }, { "1.2_rc1", "1.2" }, { "1.2", "1.2_git1" },
	      { "1.2_hg", "1.2_p" }, { "1.2", "1.2a" }, { "1.2-r1", "1.2-r10" },
	      { "1.2_p1", "1.2_p10" }, { "1.01", "1.1" }, { "1.09", "1.1" }, { "1.2", "1.2.0" },
	      { "1.2_p_rc1", "1.2_p" }, { "1.2X", "1.2" }, { "1.2~ab", "1.2~ac" },
	      { "1.2-foo", "1.2" });
	SAME(VERSION_APK, { "01.2", "1.2" }, { "1.2-r01", "1.2-r1" });
}

/* rpm-version(7), rpm's own test cases rpmvercmp.at. */
static void rpm(void **state)
{
	(void)state;
	ORDER(VERSION_RPM, { "1.0~rc1", "1.0" }, { "1.0", "1.0^git1" }, { "1.0^git1", "1.0.1" },
	      { "1.0^git1~pre", "1.0^git1" }, { "1.0a", "1.0.1" }, { "xyz.4", "2" }, { "9", "1:1" },
	      { "1-1", "1-1.1" }, { "1", "1-0" }, { "1.0-1.el8_4", "1.0-1.el8_10" });
	SAME(VERSION_RPM, { "2_0", "2.0" }, { "0:1", "1" }, { "1.001", "1.1" },
	     { "1.1.\xce\xb1", "1.1.\xce\xb2" });
}

/* NuGet's package versioning reference. */
static void nuget(void **state)
{
	(void)state;
	ORDER(VERSION_NUGET, { "1.0.0-alpha", "1.0.0" }, { "1.0.0-rc.9", "1.0.0-rc.10" },
	      { "1.0.0-1", "1.0.0-a" }, { "1.0", "1.0.0.1" }, { "8.0.0-rc.2.23480.2", "8.0.0" },
	      { "1.0.0-a", "1.0.0-a.1" });
	SAME(VERSION_NUGET, { "1", "1.0.0.0" }, { "1.0.0-RC", "1.0.0-rc" }, { "1.0+x", "1.0+y" },
	     { "01.0", "1.0" });
	INVALID(VERSION_NUGET, "1.2.3.4.5", "v1", "1..2", "1-", "1-a..b", "1+", "a", "1.", "1-a_b");
}

/* semver.org 2.0.0 section 11. */
static void semver(void **state)
{
	(void)state;
	ORDER(VERSION_SEMVER, { "1.0.0-alpha", "1.0.0-alpha.1" },
	      { "1.0.0-alpha.1", "1.0.0-alpha.beta" }, { "1.0.0-alpha.beta", "1.0.0-beta" },
	      { "1.0.0-beta.2", "1.0.0-beta.11" }, { "1.0.0-rc.1", "1.0.0" }, { "1.0.0-A", "1.0.0-a" });
	SAME(VERSION_SEMVER, { "v1.0.0", "1.0.0" }, { "1", "1.0.0+b" });
	INVALID(VERSION_SEMVER, "", "x", "1.0.0-", "1.0.0-a.", "1.0.0-\xc3\xa4", "1.x");
}

/* PEP 440; the old forms as in setuptools' test_resources. */
static void pep440(void **state)
{
	(void)state;
	ORDER(VERSION_PEP440, { "1.dev0", "1.0.dev456" }, { "1.0.dev456", "1.0a1" },
	      { "1.0a2.dev456", "1.0a12.dev456" }, { "1.0a12", "1.0b1.dev456" },
	      { "1.0b2.post345", "1.0rc1.dev456" }, { "1.0rc1", "1.0" }, { "1.0", "1.0+abc.5" },
	      { "1.0+abc.5", "1.0+abc.7" }, { "1.0+5", "1.0.post456.dev34" },
	      { "1.0.post456", "1.1.dev1" }, { "9", "1!0" }, { "1.0+a", "1.0+1" },
	      { "2004d-old", "0" });
	SAME(VERSION_PEP440, { "1.0-1", "1.0.post1" }, { "v1.0ALPHA", "1a0" }, { "1.0.C_3", "1rc3" },
	     { "1.0.0", "1" }, { "1.0+A-1", "1+a.1" });
}

/* POM reference, "Version Order Specification". */
static void maven(void **state)
{
	(void)state;
	assert_false(version_has_key(VERSION_MAVEN));
	ORDER(VERSION_MAVEN, { "1-alpha", "1-beta" }, { "1-rc", "1-SNAPSHOT" }, { "1-SNAPSHOT", "1" },
	      { "1", "1-sp" }, { "1-sp", "1-foo" }, { "1-foo", "1-1" }, { "1-1", "1.1" },
	      { "1-foo2", "1-foo10" }, { "1.foo", "1-1" });
	SAME(VERSION_MAVEN, { "1-ga", "1" }, { "1-a1", "1-alpha-1" }, { "1.0.0.RELEASE", "1" },
	     { "1-cr2", "1-rc2" });
}

/* The documentation of Gem::Version. */
static void gem(void **state)
{
	(void)state;
	ORDER(VERSION_GEM, { "1.0.b1", "1.0" }, { "1.0.a.2", "1.0.b1" }, { "1.a", "1.0.1" },
	      { "1-1", "1" }, { "1.a.b", "1.a.0.b" }, { "1.a.0.b", "1.a" }, { "1", "1.0.0.1" });
	SAME(VERSION_GEM, { "1.0", "1" }, { "1.0.a", "1.a" }, { "1-1", "1.pre.1" }, { "1.a.0", "1.a" });
	INVALID(VERSION_GEM, "a", "1_2", "1+2", ".1");
}

/* Go modules reference, "Versions"; go.dev/doc/toolchain. */
static void go(void **state)
{
	(void)state;
	ORDER(VERSION_GO,
	      { "v0.0.0-20200101000000-aaaaaaaaaaaa", "v0.0.0-20210101000000-aaaaaaaaaaaa" },
	      { "v1.2.4-0.20200101000000-aaaaaaaaaaaa", "v1.2.4" }, { "go1.21rc2", "go1.21.0" },
	      { "go1.21rc9", "go1.21rc10" }, { "go1.9.7", "1.21.0" });
	SAME(VERSION_GO, { "v2.0.0+incompatible", "2.0.0" }, { "go1.20", "1.20.0" },
	     { "go1.21rc2", "1.21.0-rc.2" });
	INVALID(VERSION_GO, "v1.2.3.4", "(devel)", "go", "rc1", "vv1");
}

static void names(void **state)
{
	(void)state;
	for (int o = VERSION_DPKG; o <= VERSION_GO; o++)
		assert_int_equal(
			version_ordering_named(bytes_str(version_ordering_name((enum version_ordering)o))), o);
	assert_int_equal(version_ordering_named(BYTES("unknown")), VERSION_UNKNOWN);
	assert_int_equal(version_ordering_named(BYTES("DPKG")), VERSION_UNKNOWN);
	assert_false(version_is_valid(VERSION_UNKNOWN, BYTES("1")));
}

/* The gate of all orderings: empty, blanks inside, controls, too long. */
static void bounds(void **state)
{
	char most[LIMIT_VERSION + 2];

	(void)state;
	memset(most, '1', sizeof(most));
	for (int i = VERSION_DPKG; i <= VERSION_GO; i++) {
		enum version_ordering o = (enum version_ordering)i;

		INVALID(o, "", " ", "1 2", "1\t2", "1\x01", "1\x7f");
		assert_true(version_is_valid(o, BYTES(" 1.2\r\n")));
		assert_true(version_is_valid(o, bytes_of(most, LIMIT_VERSION)));
		assert_false(version_is_valid(o, bytes_of(most, LIMIT_VERSION + 1)));
	}
	assert_int_equal(compare(VERSION_SEMVER, "99999999999999999999", "100000000000000000000"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dpkg),  cmocka_unit_test(apk),    cmocka_unit_test(rpm),
		cmocka_unit_test(nuget), cmocka_unit_test(semver), cmocka_unit_test(pep440),
		cmocka_unit_test(maven), cmocka_unit_test(gem),    cmocka_unit_test(go),
		cmocka_unit_test(names), cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
