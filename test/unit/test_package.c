/* SPDX-License-Identifier: Apache-2.0 */
#include "model/package.h"

#include "unit.h"

/* Expected values: the examples of purl-spec (README, PURL-TYPES and test-suite-data.json), and its
 * rules applied by hand where it has no example. */
static void writes_what_the_specification_shows(void **state)
{
	(void)state;
	static const struct {
		struct package p;
		const char *purl;
	} cases[] = {
		{ { .ecosystem = ECO_DEB,
		    .name = BYTES_INIT("curl"),
		    .version = BYTES_INIT("7.50.3-1"),
		    .architecture = BYTES_INIT("i386"),
		    .distro_id = BYTES_INIT("debian"),
		    .distro_version = BYTES_INIT("jessie") },
		  "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=debian-jessie" },
		{ { .ecosystem = ECO_DEB,
		    .name = BYTES_INIT("libstdc++6"),
		    .version = BYTES_INIT("1:12.2.0-14+deb12u1~x"),
		    .distro_id = BYTES_INIT("debian") },
		  "pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14%2Bdeb12u1~x?distro=debian" },
		{ { .ecosystem = ECO_DEB, .name = BYTES_INIT("a") }, "pkg:deb/a" },
		{ { .ecosystem = ECO_APK,
		    .name = BYTES_INIT("apk"),
		    .version = BYTES_INIT("2.12.9-r3"),
		    .architecture = BYTES_INIT("x86"),
		    .distro_id = BYTES_INIT("alpine") },
		  "pkg:apk/alpine/apk@2.12.9-r3?arch=x86&distro=alpine" },
		{ { .ecosystem = ECO_RPM,
		    .name = BYTES_INIT("curl"),
		    .version = BYTES_INIT("7.50.3-1.fc25"),
		    .architecture = BYTES_INIT("i386"),
		    .distro_id = BYTES_INIT("fedora"),
		    .distro_version = BYTES_INIT("25") },
		  "pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&distro=fedora-25" },
		{ { .ecosystem = ECO_RPM,
		    .name = BYTES_INIT("ImageMagick"),
		    .version = BYTES_INIT("1:6-2"),
		    .architecture = BYTES_INIT("x86_64"),
		    .distro_id = BYTES_INIT("rhel") },
		  "pkg:rpm/redhat/ImageMagick@6-2?arch=x86_64&distro=rhel&epoch=1" },
		{ { .ecosystem = ECO_NUGET,
		    .name = BYTES_INIT("EnterpriseLibrary.Common"),
		    .version = BYTES_INIT("6.0.1304"),
		    .architecture = BYTES_INIT("ignored") },
		  "pkg:nuget/EnterpriseLibrary.Common@6.0.1304" },
		{ { .ecosystem = ECO_NPM,
		    .name = BYTES_INIT("@angular/animation"),
		    .version = BYTES_INIT("12.3.1") },
		  "pkg:npm/%40angular/animation@12.3.1" },
		{ { .ecosystem = ECO_NPM, .name = BYTES_INIT("foobar"), .version = BYTES_INIT("12.3.1") },
		  "pkg:npm/foobar@12.3.1" },
		{ { .ecosystem = ECO_PYPI,
		    .name = BYTES_INIT("Django_Package"),
		    .version = BYTES_INIT("1.11.1.dev1") },
		  "pkg:pypi/django-package@1.11.1.dev1" },
		{ { .ecosystem = ECO_GOLANG,
		    .name = BYTES_INIT("google.golang.org//GenProto"),
		    .version = BYTES_INIT("v1.0.0+incompatible") },
		  "pkg:golang/google.golang.org/genproto@v1.0.0%2Bincompatible" },
		{ { .ecosystem = ECO_MAVEN,
		    .name = BYTES_INIT("org.apache.xmlgraphics:batik-anim"),
		    .version = BYTES_INIT("1.9.1") },
		  "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1" },
		{ { .ecosystem = ECO_CARGO, .name = BYTES_INIT("Rand"), .version = BYTES_INIT("0.7.2") },
		  "pkg:cargo/Rand@0.7.2" },
		{ { .ecosystem = ECO_GEM,
		    .name = BYTES_INIT("ruby-advisory-db-check"),
		    .version = BYTES_INIT("0.12.4") },
		  "pkg:gem/ruby-advisory-db-check@0.12.4" },
		{ { .ecosystem = ECO_COMPOSER,
		    .name = BYTES_INIT("Guzzlehttp/Promises"),
		    .version = BYTES_INIT("2.0.2") },
		  "pkg:composer/guzzlehttp/promises@2.0.2" },
	};
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(package_purl(&cases[i].p, &a), cases[i].purl);
	arena_done(&a);
}

/* The qualifier `upstream` as Syft writes it (its packageURL of deb, apk and rpm): a source package
 * of another name or version, for rpm the source package's file. */
static void names_what_it_was_built_from(void **state)
{
	(void)state;
	static const struct {
		struct package p;
		const char *purl;
	} cases[] = {
		{ { .ecosystem = ECO_DEB,
		    .name = BYTES_INIT("libc6"),
		    .version = BYTES_INIT("2.36-9+deb12u4"),
		    .architecture = BYTES_INIT("amd64"),
		    .source_name = BYTES_INIT("glibc"),
		    .source_version = BYTES_INIT("2.36-9+deb12u4"),
		    .distro_id = BYTES_INIT("debian"),
		    .distro_version = BYTES_INIT("12") },
		  "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc" },
		{ { .ecosystem = ECO_DEB,
		    .name = BYTES_INIT("login"),
		    .version = BYTES_INIT("1:4.13+dfsg1-1+b1"),
		    .source_name = BYTES_INIT("shadow"),
		    .source_version = BYTES_INIT("1:4.13+dfsg1-1"),
		    .distro_id = BYTES_INIT("debian") },
		  "pkg:deb/debian/login@1:4.13%2Bdfsg1-1%2Bb1?distro=debian"
		  "&upstream=shadow%401:4.13%2Bdfsg1-1" },
		{ { .ecosystem = ECO_DEB,
		    .name = BYTES_INIT("bash"),
		    .version = BYTES_INIT("5.2"),
		    .source_name = BYTES_INIT("bash"),
		    .source_version = BYTES_INIT("5.2") },
		  "pkg:deb/bash@5.2" },
		{ { .ecosystem = ECO_APK,
		    .name = BYTES_INIT("libcrypto3"),
		    .version = BYTES_INIT("3.1.4-r5"),
		    .source_name = BYTES_INIT("openssl"),
		    .source_version = BYTES_INIT("3.1.4-r5"),
		    .distro_id = BYTES_INIT("alpine") },
		  "pkg:apk/alpine/libcrypto3@3.1.4-r5?distro=alpine&upstream=openssl" },
		{ { .ecosystem = ECO_RPM,
		    .name = BYTES_INIT("glibc-common"),
		    .version = BYTES_INIT("1:2.34-60.el9"),
		    .architecture = BYTES_INIT("x86_64"),
		    .source_name = BYTES_INIT("glibc"),
		    .source_version = BYTES_INIT("1:2.34-60.el9"),
		    .distro_id = BYTES_INIT("fedora") },
		  "pkg:rpm/fedora/glibc-common@2.34-60.el9?arch=x86_64&distro=fedora&epoch=1"
		  "&upstream=glibc-2.34-60.el9.src.rpm" },
	};
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(package_purl(&cases[i].p, &a), cases[i].purl);
	arena_done(&a);
}

/* What an enemy puts into a name stays inside it. */
static void encodes_what_would_mean_something(void **state)
{
	(void)state;
	struct arena a = ARENA_INIT;
	struct package p = { .ecosystem = ECO_NUGET,
		                 .name = BYTES("a/b@1?c=d&e#f%2F \"\n\xc3\xa9"),
		                 .version = BYTES("1@2?#/") };

	assert_string_equal(package_purl(&p, &a), "pkg:nuget/a%2Fb%401%3Fc%3Dd%26e%23f%252F%20%22%0A"
	                                          "%C3%A9@1%402%3F%23%2F");
	p = (struct package){ .ecosystem = ECO_DEB,
		                  .name = BYTES("x"),
		                  .architecture = BYTES("a&b=c"),
		                  .distro_id = BYTES("../Deb"),
		                  .distro_version = BYTES("1&2") };
	assert_string_equal(package_purl(&p, &a),
	                    "pkg:deb/../deb/x?arch=a%26b%3Dc&distro=..%2FDeb-1%262");
	arena_done(&a);
}

static void names_ecosystems(void **state)
{
	(void)state;
	assert_string_equal(ecosystem_name(ECO_DEB), "deb");
	assert_string_equal(ecosystem_name(ECO_COMPOSER), "composer");
	assert_string_equal(ecosystem_title(ECO_NUGET), "NuGet");
	for (int i = ECO_NONE; i <= ECO_COMPOSER; i++) {
		assert_non_null(ecosystem_name((enum ecosystem)i));
		assert_non_null(ecosystem_title((enum ecosystem)i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_the_specification_shows),
		cmocka_unit_test(names_what_it_was_built_from),
		cmocka_unit_test(encodes_what_would_mean_something),
		cmocka_unit_test(names_ecosystems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
