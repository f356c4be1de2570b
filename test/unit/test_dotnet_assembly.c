/* SPDX-License-Identifier: Apache-2.0 */
/* Assemblies that no document claims by their place, and programs of the NativeAOT compiler. Of the
 * latter there is no sample: they are written here from what dotnet/runtime's sources and those who
 * read such programs say of their sections (see catalog/dotnet_native.c). */
#include "catalog_fixture.h"
#include "pe_writer.h"

/* -- assemblies ------------------------------------------------------------------------------- */

static struct fixture_file assembly(struct fixture *f, const char *path, const struct pe_options *o)
{
	buf b = BUF_INIT(MIB);

	pe_write(&b, o);
	bytes body = arena_bytes(&f->arena, buf_bytes(&b));

	buf_done(&b);
	return (struct fixture_file){ .path = path, .body = (const char *)body.p, .size = body.n };
}

static const struct pe_options dapper = { .name = "Dapper",
	                                      .version = { 2, 0, 0, 0 },
	                                      .target = ".NETStandard,Version=v2.0" };
static const struct pe_options older = { .name = "Dapper", .version = { 1, 0, 0, 0 } };
static const struct pe_options translated = { .name = "Dapper.resources",
	                                          .version = { 2, 0, 0, 0 },
	                                          .culture = "de" };
static const struct pe_options compiled = { .name = "Fast", .compiled = true };

static bool is_identified(const struct fixture *f, const char *path)
{
	uint32_t node = tree_find(f->image.tree, bytes_str(path), false);

	assert_int_not_equal(node, TREE_NONE);
	return tree_get(f->image.tree, node)->flags & TREE_IDENTIFIED;
}

/* Without any document an assembly is known and no package. */
static void test_assembly_of_no_package(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	const struct fixture_file files[] = {
		assembly(&f, "opt/tool/Dapper.dll", &dapper),
		assembly(&f, "opt/tool/de/Dapper.resources.dll", &translated),
		assembly(&f, "opt/tool/Fast.dll", &compiled),
		{ .path = "opt/tool/native.dll", .body = "MZ, no more" },
		{ 0 },
	};

	fixture_layer(&f, files);
	const struct facts *facts = fixture_collect(&f);

	assert_int_equal(facts->packages.len, 0);
	assert_int_equal(facts->assemblies.len, 2);
	assert_bytes(facts->assemblies.items[0].name, "Dapper");
	assert_bytes(facts->assemblies.items[0].version, "2.0.0.0");
	assert_bytes(facts->assemblies.items[0].target, ".NETStandard,Version=v2.0");
	assert_bytes(facts->assemblies.items[0].path, "opt/tool/Dapper.dll");
	assert_false(facts->assemblies.items[0].ready_to_run);
	assert_true(facts->assemblies.items[1].ready_to_run);
	assert_true(is_identified(&f, files[0].path) && is_identified(&f, files[1].path));
	assert_false(is_identified(&f, files[3].path));
	assert_int_equal(fixture_gaps(&f, "2 .NET assemblies of no known package"), 1);
	assert_int_equal(f.image.gaps.len, 0);
	fixture_done(&f);
}

#define APP_DEPS \
	"{\"runtimeTarget\":\"t\",\"targets\":{\"t\":{\"Dapper/2.1.35\":{\"runtime\":{" \
	"\"lib/net7.0/Dapper.dll\":{\"assemblyVersion\":\"2.0.0.0\"," \
	"\"fileVersion\":\"2.1.35.1\"}}}}}," \
	"\"libraries\":{\"Dapper/2.1.35\":{\"type\":\"package\"}}}"

/* A copy in a folder of the application is the package's; another version, and one elsewhere, are
 * not. A translation is what the code above it is. */
static void test_assembly_copies(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	const struct fixture_file files[] = {
		{ .path = "app/a.deps.json", .body = APP_DEPS },
		assembly(&f, "app/Dapper.dll", &dapper),
		assembly(&f, "app/plugins/x/Dapper.dll", &dapper),
		assembly(&f, "app/plugins/x/de/Dapper.resources.dll", &translated),
		assembly(&f, "app/plugins/old/Dapper.dll", &older),
		assembly(&f, "srv/Dapper.dll", &dapper),
		{ 0 },
	};

	fixture_layer(&f, files);
	const struct facts *facts = fixture_collect(&f);

	assert_int_equal(facts->packages.len, 1);
	assert_bytes(fixture_owner(&f, "app/Dapper.dll"), "Dapper");
	assert_bytes(fixture_owner(&f, "app/plugins/x/Dapper.dll"), "Dapper");
	assert_bytes(fixture_owner(&f, "app/plugins/x/de/Dapper.resources.dll"), "Dapper");
	assert_bytes(fixture_owner(&f, "app/plugins/old/Dapper.dll"), "");
	assert_bytes(fixture_owner(&f, "srv/Dapper.dll"), "");
	assert_int_equal(facts->assemblies.len, 2);
	assert_bytes(facts->assemblies.items[0].version, "1.0.0.0");
	assert_bytes(facts->assemblies.items[1].path, "srv/Dapper.dll");
	fixture_done(&f);
}

/* The SDK is known as a whole; what an upper layer hid is not listed; broken metadata are told. */
static void test_assembly_elsewhere(void **state)
{
	static const struct fixture_file gone[] = { { .path = ".wh.old", .body = "" }, { 0 } };
	struct fixture f;

	(void)state;
	fixture_init(&f);
	struct fixture_file broken = assembly(&f, "opt/Broken.dll", &dapper);
	const struct fixture_file files[] = {
		{ .path = "usr/share/dotnet/sdk/9.0.304/dotnet.dll", .body = "MZ" },
		assembly(&f, "usr/share/dotnet/sdk/9.0.304/Sdks/x/Dapper.dll", &dapper),
		assembly(&f, "old/Dapper.dll", &dapper),
		{ .path = broken.path, .body = broken.body, .size = PE_SECTION + 80 },
		{ 0 },
	};

	fixture_layer(&f, files);
	fixture_layer(&f, gone);
	const struct facts *facts = fixture_collect(&f);

	assert_int_equal(facts->assemblies.len, 0);
	assert_true(is_identified(&f, files[1].path));
	assert_false(is_identified(&f, "opt/Broken.dll"));
	assert_int_equal(fixture_gaps(&f, "PE file: the CLI header or the metadata lie outside"), 1);
	assert_int_equal(fixture_gaps(&f, "of no known package"), 0);
	fixture_done(&f);
}

/* -- NativeAOT -------------------------------------------------------------------------------- */

#define PROGRAM ((size_t)700 << 10)

static void put(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* A 64-bit program with the names of its sections before their headers, at its end, as linkers put
 * them; names: "\0.text\0__managedcode\0...". text stands somewhere in its data, wide: in UTF-16.
 * */
static struct fixture_file program(struct fixture *f, const char *path, bytes names,
                                   const char *const *texts)
{
	uint8_t *p = arena_zero(&f->arena, PROGRAM);
	size_t headers = PROGRAM - 4 * 64, strings = headers - names.n, at = 4096;

	memcpy(p, "\177ELF\2\1\1", 7);
	put(p + 16, 3, 2);
	put(p + 32, 64, 8);
	put(p + 40, headers, 8);
	put(p + 54, 56, 2);
	put(p + 56, 1, 2);
	put(p + 58, 64, 2);
	put(p + 60, 4, 2);
	put(p + 62, 3, 2);
	put(p + 64, 1, 4); /* PT_LOAD of all */
	put(p + 96, PROGRAM, 8);
	memcpy(p + strings, names.p, names.n);
	put(p + headers + 3 * 64 + 24, strings, 8);
	put(p + headers + 3 * 64 + 32, names.n, 8);
	for (size_t i = 0; texts && texts[i]; i++, at += 4096) {
		bool wide = texts[i][0] == 'w';

		for (size_t k = 0; texts[i][k + 1]; k++)
			p[at + k * (wide ? 2 : 1)] = (uint8_t)texts[i][k + 1];
	}
	return (struct fixture_file){ .path = path, .body = (const char *)p, .size = PROGRAM };
}

static const bytes managed = BYTES_INIT(
	"\0.text\0__managedcode\0__unbox\0.dotnet_eh_table\0__modules\0.hydrated\0.shstrtab\0");

static void test_native_release(void **state)
{
	static const struct {
		const char *texts[4], *target;
		const char *gap;
	} cases[] = {
		{ { NULL }, "", "NativeAOT compiler, of an unknown release of .NET" },
		{ { "n.NETCoreApp,Version=v9.0" }, ".NETCoreApp,Version=v9.0", "compiler: which packages" },
		{ { "w.NETCoreApp,Version=v8.0" }, ".NETCoreApp,Version=v8.0", "compiler: which packages" },
		/* libraries were built for older ones */
		{ { "n.NETCoreApp,Version=v6.0", "w.NETCoreApp,Version=v10.0",
		    "n.NETCoreApp,Version=v9.0" },
		  ".NETCoreApp,Version=v10.0",
		  "compiler: which packages" },
		{ { "n.NETCoreApp,Version=vNext" }, "", "of an unknown release" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fixture f;

		fixture_init(&f);
		const struct fixture_file files[] = { program(&f, "app/shop", managed, cases[i].texts),
			                                  { 0 } };

		fixture_layer(&f, files);
		const struct facts *facts = fixture_collect(&f);

		assert_int_equal(facts->apps.len, 1);
		assert_int_equal(facts->apps.items[0].form, DOTNET_NATIVE_AOT);
		assert_bytes(facts->apps.items[0].path, "app/shop");
		assert_bytes(facts->apps.items[0].target, cases[i].target);
		assert_int_equal(fixture_gaps(&f, cases[i].gap), 1);
		assert_true(is_identified(&f, "app/shop"));
		assert_int_equal(facts->packages.len, 0);
		fixture_done(&f);
	}
}

/* Other programs, and those that only speak of such sections. */
static void test_native_others(void **state)
{
	static const bytes names[] = {
		BYTES_INIT("\0.text\0.data\0.shstrtab\0"),
		BYTES_INIT("\0.text\0__managedcode\0.shstrtab\0"),
		BYTES_INIT("\0.text\0my__managedcode\0__modules\0"),
		BYTES_INIT("\0__modules\0.hydrated\0__unbox\0"),
	};
	static const char *const texts[] = { "n__managedcode", "n.NETCoreApp,Version=v9.0", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct fixture f;

		fixture_init(&f);
		const struct fixture_file files[] = { program(&f, "app/shop", names[i], texts), { 0 } };

		fixture_layer(&f, files);
		assert_int_equal(fixture_collect(&f)->apps.len, 0);
		assert_int_equal(fixture_gaps(&f, "NativeAOT"), 0);
		fixture_done(&f);
	}
}

/* Of a library only the end is read: recognised, of an unknown release. A program that an upper
 * layer replaced is no gap any more. */
static void test_native_library_and_hidden(void **state)
{
	static const char *const texts[] = { "n.NETCoreApp,Version=v9.0", NULL };
	static const struct fixture_file gone[] = { { .path = "app/.wh.shop", .body = "" }, { 0 } };
	struct fixture f;

	(void)state;
	fixture_init(&f);
	const struct fixture_file files[] = { program(&f, "app/shop", managed, texts),
		                                  program(&f, "app/lib/shop.so", managed, texts),
		                                  { 0 } };

	fixture_layer(&f, files);
	fixture_layer(&f, gone);
	const struct facts *facts = fixture_collect(&f);

	assert_int_equal(facts->apps.len, 2);
	assert_true(facts->apps.items[0].hidden);
	assert_false(facts->apps.items[1].hidden);
	assert_bytes(facts->apps.items[1].target, "");
	assert_int_equal(fixture_gaps(&f, "NativeAOT"), 1);
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assembly_of_no_package),
		cmocka_unit_test(test_assembly_copies),
		cmocka_unit_test(test_assembly_elsewhere),
		cmocka_unit_test(test_native_release),
		cmocka_unit_test(test_native_others),
		cmocka_unit_test(test_native_library_and_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
