/* SPDX-License-Identifier: Apache-2.0 */
/* What programs and archives carry: Go's build information, cargo-auditable's section,
 * Java archives. Programs are written here from the System V ABI; real ones in test/interop. */
#include "catalog_fixture.h"
#include "zip_writer.h"

#define PROGRAM ((size_t)600 << 10) /* above what an inspector takes for a program at all */
#define LAST (PROGRAM - 3 * 64) /* section headers at the end, as the system's linker puts them */

static void put(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void segment(uint8_t *p, uint32_t flags, uint64_t offset, uint64_t address, uint64_t n)
{
	put(p, 1, 4); /* PT_LOAD */
	put(p + 4, flags, 4);
	put(p + 8, offset, 8);
	put(p + 16, address, 8);
	put(p + 32, n, 8);
}

/* A 64-bit little-endian program: code in the first half, at address 0x400000, writable data from
 * `data` on, at 0x800000; section headers at `sections`. */
static uint8_t *program(size_t data, size_t sections)
{
	uint8_t *p = calloc(1, PROGRAM);

	assert_non_null(p);
	memcpy(p, "\177ELF\2\1\1", 7);
	p[16] = 2;
	put(p + 32, 64, 8);
	put(p + 40, sections, 8);
	put(p + 54, 56, 2);
	put(p + 56, 2, 2);
	put(p + 58, 64, 2);
	put(p + 60, 3, 2);
	segment(p + 64, 5, 0, 0x400000, data);
	segment(p + 120, 6, data, 0x800000, PROGRAM - data);
	return p;
}

static void collect_body(struct fixture *f, const char *path, const uint8_t *body, size_t n)
{
	fixture_init(f);
	fixture_layer(f,
	              (struct fixture_file[]){ { .path = "etc/os-release", .body = "ID=x\n" },
	                                       { .path = path, .body = (const char *)body, .size = n },
	                                       { 0 } });
	fixture_collect(f);
}

static const char *names(const struct fixture *f)
{
	static char out[1024];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < f->facts.packages.len; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s" PRIb "@" PRIb, n ? " " : "",
		                      BYTESF(f->facts.packages.items[i].name),
		                      BYTESF(f->facts.packages.items[i].version));
	assert_true(n < sizeof(out));
	return out;
}

/* -- Go ---------------------------------------------------------------------------------------- */

#define FRAME "0123456789abcdef"
static const char modules[] = FRAME
	"path\texample.org/shop\nmod\texample.org/shop\t(devel)\t\n"
	"dep\tgithub.com/Masterminds/semver/v3\tv3.2.1\th1:x=\n"
	"dep\tgolang.org/x/net\tv0.1.0\n=>\tgolang.org/x/net\tv0.2.0\th1:y=\n"
	"dep\texample.org/local\tv1.0.0\n=>\t./local\t(devel)\t\n"
	"build\tCGO_ENABLED=0\n" FRAME;
#define MODULES \
	"example.org/local@ example.org/shop@ github.com/Masterminds/semver/v3@v3.2.1 " \
	"golang.org/x/net@v0.2.0 stdlib@1.22.5"

static size_t varint(uint8_t *p, uint64_t v)
{
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		p[n++] = (uint8_t)(v | 0x80);
	p[n++] = (uint8_t)v;
	return n;
}

/* The block of Go 1.18 and later. */
static void put_inline(uint8_t *p, const char *version, const char *list)
{
	memcpy(p, "\xff Go buildinf:\10\2", 16);
	p += 32;
	p += varint(p, strlen(version));
	p = (uint8_t *)memcpy(p, version, strlen(version)) + strlen(version);
	p += varint(p, strlen(list));
	memcpy(p, list, strlen(list));
}

static void test_go_inline(void **state)
{
	static const size_t sections[] = { 0x190, LAST }; /* by Go's linker, by the system's */

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint8_t *p = program(500 << 10, sections[i]);
		struct fixture f;

		memcpy(p + (500 << 10), "\xff Go buildinf:", 14); /* a constant of the program, alone */
		put_inline(p + (501 << 10), "go1.22.5 X:boringcrypto", modules);
		collect_body(&f, "usr/bin/shop", p, PROGRAM);
		assert_string_equal(names(&f), MODULES);
		assert_string_equal(
			package_purl(fixture_package(&f, "github.com/Masterminds/semver/v3"), &f.arena),
			"pkg:golang/github.com/masterminds/semver/v3@v3.2.1");
		uint32_t node = tree_find(f.image.tree, BYTES("usr/bin/shop"), false);

		assert_true(tree_get(f.image.tree, node)->flags & TREE_IDENTIFIED);
		assert_int_equal(f.image.gaps.len, 0);
		fixture_done(&f);
		free(p);
	}
}

/* Go 1.13 to 1.17: addresses of two strings, whose headers lie in data and whose text in code. */
static void put_pointed(uint8_t *p, size_t data)
{
	memcpy(p + data, "\xff Go buildinf:\10\0", 16);
	put(p + data + 16, 0x800040, 8);
	put(p + data + 24, 0x800050, 8);
	put(p + data + 0x40, 0x401000, 8);
	put(p + data + 0x48, 8, 8);
	put(p + data + 0x50, 0x402000, 8);
	put(p + data + 0x58, strlen(modules), 8);
	memcpy(p + 0x1000, "go1.16.7", 8);
	memcpy(p + 0x2000, modules, strlen(modules));
}

static void test_go_pointers(void **state)
{
	uint8_t *p = program(500 << 10, 0x190);
	struct fixture f;

	(void)state;
	put_pointed(p, 500 << 10);
	collect_body(&f, "usr/bin/shop", p, PROGRAM);
	assert_bytes(fixture_package(&f, "stdlib")->version, "1.16.7");
	assert_bytes(fixture_package(&f, "golang.org/x/net")->version, "v0.2.0");
	assert_int_equal(f.image.gaps.len, 0);
	fixture_done(&f);
	/* An address that leads nowhere: said, not silent. */
	put(p + (500 << 10) + 16, 0x900000, 8);
	collect_body(&f, "usr/bin/shop", p, PROGRAM);
	assert_string_equal(names(&f), "");
	assert_int_equal(fixture_gaps(&f, "its modules are unknown"), 1);
	fixture_done(&f);
	/* Linked by another linker only the data is kept. */
	put_pointed(p, 500 << 10);
	put(p + 40, LAST, 8);
	collect_body(&f, "usr/bin/shop", p, PROGRAM);
	assert_int_equal(fixture_gaps(&f, "its modules are unknown"), 1);
	fixture_done(&f);
	free(p);
}

static void test_go_none(void **state)
{
	uint8_t *p = program(500 << 10, 0x190);
	struct fixture f;

	(void)state;
	put_inline(p + (501 << 10) + 8, "go1.22.5", modules); /* not at a multiple of 16 */
	collect_body(&f, "usr/bin/shop", p, PROGRAM);
	assert_string_equal(names(&f), "");
	assert_int_equal(f.image.gaps.len, 0);
	fixture_done(&f);
	free(p);
}

/* -- Rust -------------------------------------------------------------------------------------- */

static const char crates[] =
	"{\"packages\":[{\"name\":\"shop\",\"version\":\"0.1.0\",\"source\":\"local\",\"root\":true,"
	"\"dependencies\":[1]},{\"name\":\"libc\",\"version\":\"0.2.150\",\"source\":\"crates.io\"},"
	"{\"name\":\"cc\",\"version\":\"1.0.0\",\"source\":\"crates.io\",\"kind\":\"build\"}]}";

/* Sections: none, .dep-v0 at 0x20000, names at 0x8f000. */
static uint8_t *rust_program(const char *text, size_t sections)
{
	uint8_t *p = program(500 << 10, sections);
	uLongf n = 4096;

	assert_int_equal(compress(p + 0x20000, &n, (const Bytef *)text, strlen(text)), Z_OK);
	put(p + 62, 2, 2);
	memcpy(p + sections - 100, "\0.dep-v0\0.shstrtab", 19);
	put(p + sections + 64, 1, 4);
	put(p + sections + 64 + 4, 1, 4);
	put(p + sections + 64 + 24, 0x20000, 8);
	put(p + sections + 64 + 32, n, 8);
	put(p + sections + 128, 9, 4);
	put(p + sections + 128 + 24, sections - 100, 8);
	put(p + sections + 128 + 32, 19, 8);
	return p;
}

static void test_rust(void **state)
{
	uint8_t *p = rust_program(crates, LAST);
	struct fixture f;

	(void)state;
	collect_body(&f, "usr/bin/shop", p, PROGRAM);
	assert_string_equal(names(&f), "libc@0.2.150 shop@0.1.0");
	assert_string_equal(package_purl(fixture_package(&f, "libc"), &f.arena),
	                    "pkg:cargo/libc@0.2.150");
	assert_int_equal(f.image.gaps.len, 0);
	fixture_done(&f);
	collect_body(&f, "usr/lib/libshop.so.1", p, PROGRAM);
	assert_string_equal(names(&f), "");
	assert_int_equal(fixture_gaps(&f, "the crates it names are not read"), 1);
	fixture_done(&f);
	p[0x20000] = 0;
	collect_body(&f, "usr/bin/shop", p, PROGRAM);
	assert_int_equal(fixture_gaps(&f, "no zlib stream"), 1);
	fixture_done(&f);
	free(p);
	p = rust_program("{\"packages\":", LAST);
	collect_body(&f, "usr/bin/shop", p, PROGRAM);
	assert_int_equal(fixture_gaps(&f, "cargo-auditable"), 1);
	fixture_done(&f);
	free(p);
}

/* -- Java -------------------------------------------------------------------------------------- */

#define POM "groupId=org.apache.logging.log4j\nartifactId=log4j-core\nversion=2.14.1\n"
#define POM_PATH "META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties"

static const struct zip_file log4j[] = {
	{ "META-INF/MANIFEST.MF", BYTES_INIT("Implementation-Version: 9\n"), false, false },
	{ POM_PATH, BYTES_INIT("# made by Maven\r\n" POM), true, false },
	{ 0 },
};
static const struct zip_file plain[] = {
	{ "META-INF/MANIFEST.MF",
	  BYTES_INIT("Manifest-Version: 1.0\r\nImplementation-Vendor-Id: org.example\r\n"
	             "Bundle-Version: 1.4.0\r\n\r\nName: x\r\nImplementation-Version: 7\r\n"),
	  true, false },
	{ 0 },
};

/* As java.util.Properties of OpenJDK 17 loads them: separators, comments, continued lines, escapes,
 * Latin-1, the last of two. */
static const struct zip_file escaped[] = {
	{ POM_PATH,
	  BYTES_INIT("! no\\\ngroupId : org.x\rartifact\\\n  \\\r\n\tId=\\u0065sc\\aped\n"
	             "version=0\n\n  version\t1\\u002E0-\xe9\\\\\n#version=2\n"),
	  true, false },
	{ 0 },
};
static const struct zip_file refused[] = {
	{ POM_PATH, BYTES_INIT("artifactId=x\nversion=\\u00g0\n"), true, false },
	{ 0 },
};
static const struct zip_file lower[] = {
	{ "meta-inf/manifest.mf", BYTES_INIT("implementation-version: 5\n"), true, false },
	{ 0 },
};

static void test_java(void **state)
{
	static const struct {
		const char *path;
		const struct zip_file *files;
		const char *want;
	} cases[] = {
		{ "app/whatever.jar", log4j, "org.apache.logging.log4j:log4j-core@2.14.1" },
		{ "app/guava.jar", plain, "org.example:guava@1.4.0" },
		{ "app/commons-io-2.11.0.jar", plain, "org.example:commons-io@2.11.0" },
		{ "app/commons-io-2.11.0.zip", plain, "" },
		{ "app/UPPER.JAR", log4j, "org.apache.logging.log4j:log4j-core@2.14.1" },
		{ "app/feature.kar", log4j, "org.apache.logging.log4j:log4j-core@2.14.1" },
		{ "app/e.jar", escaped, "org.x:escaped@1.0-\u00e9\\" },
		{ "app/low.jar", lower, "low@5" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf jar = BUF_INIT(1 << 20);
		struct fixture f;

		zip_write(cases[i].files, &jar);
		collect_body(&f, cases[i].path, jar.p, jar.n);
		assert_string_equal(names(&f), cases[i].want);
		assert_int_equal(f.image.gaps.len, 0);
		fixture_done(&f);
		buf_done(&jar);
	}
}

/* What Java itself refuses is a stated gap. A .zip holds archives and is none. */
static void test_java_odd(void **state)
{
	buf jar = BUF_INIT(1 << 20), bag = BUF_INIT(1 << 20);
	struct fixture f;

	(void)state;
	zip_write(refused, &jar);
	collect_body(&f, "app/r.jar", jar.p, jar.n);
	assert_string_equal(names(&f), "");
	assert_int_equal(fixture_gaps(&f, "which Java refuses"), 1);
	fixture_done(&f);
	buf_clear(&jar);
	zip_write(plain, &jar);
	zip_write((struct zip_file[]){ { "lib/guava.JAR", buf_bytes(&jar), true, false },
	                               { "lib/other-1.0.zip", buf_bytes(&jar), true, false },
	                               { 0 } },
	          &bag);
	collect_body(&f, "app/dist-1.0.zip", bag.p, bag.n);
	assert_string_equal(names(&f), "org.example:guava@1.4.0");
	assert_int_equal(f.image.gaps.len, 0);
	fixture_done(&f);
	buf_done(&jar);
	buf_done(&bag);
}

/* A WAR that deflates one library and stores one that holds another. */
static void test_java_nested(void **state)
{
	buf inner = BUF_INIT(1 << 20), outer = BUF_INIT(1 << 20), war = BUF_INIT(1 << 20);
	struct fixture f;

	(void)state;
	zip_write(log4j, &inner);
	zip_write((struct zip_file[]){ { "lib/a.jar", buf_bytes(&inner), true, false }, { 0 } },
	          &outer);
	zip_write((struct zip_file[]){ { "WEB-INF/lib/b-1.0.jar", buf_bytes(&outer), false, false },
	                               { "WEB-INF/lib/c-2.0.jar", BYTES("PK no archive"), true, false },
	                               { "WEB-INF/lib/d-3.0.jar", buf_bytes(&inner), true, true },
	                               { 0 } },
	          &war);
	collect_body(&f, "srv/app.war", war.p, war.n);
	assert_string_equal(names(&f), "b@1.0 org.apache.logging.log4j:log4j-core@2.14.1");
	assert_int_equal(fixture_gaps(&f, "WEB-INF/lib/c-2.0.jar"), 1);
	assert_int_equal(fixture_gaps(&f, "WEB-INF/lib/d-3.0.jar': zip: encrypted"), 1);
	fixture_done(&f);
	for (int depth = 0; depth < 4; depth++) { /* and deeper than is read */
		buf_clear(&outer);
		zip_write((struct zip_file[]){ { "x.jar", buf_bytes(&inner), true, false }, { 0 } },
		          &outer);
		buf_clear(&inner);
		buf_put(&inner, buf_bytes(&outer));
	}
	collect_body(&f, "srv/app.ear", inner.p, inner.n);
	assert_int_equal(fixture_gaps(&f, "archives in each other"), 0);
	assert_string_equal(names(&f), "org.apache.logging.log4j:log4j-core@2.14.1");
	fixture_done(&f);
	buf_clear(&outer);
	zip_write((struct zip_file[]){ { "x.jar", buf_bytes(&inner), true, false }, { 0 } }, &outer);
	collect_body(&f, "srv/app.ear", outer.p, outer.n);
	assert_int_equal(fixture_gaps(&f, "archives in each other"), 1);
	assert_string_equal(names(&f), "");
	fixture_done(&f);
	buf_done(&inner);
	buf_done(&outer);
	buf_done(&war);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_go_inline), cmocka_unit_test(test_go_pointers),
		cmocka_unit_test(test_go_none),   cmocka_unit_test(test_rust),
		cmocka_unit_test(test_java),      cmocka_unit_test(test_java_nested),
		cmocka_unit_test(test_java_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
