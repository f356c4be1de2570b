/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/pe.h"

#include "pe_writer.h"

static const struct pe_options shop = { .name = "Shop",
	                                    .version = { 1, 20, 300, 4000 },
	                                    .target = ".NETCoreApp,Version=v9.0",
	                                    .references = { "System.Runtime", "Dapper" } };

static int read_made(const struct pe_options *o, struct pe *out, buf *file)
{
	err e = { 0 };

	buf_clear(file);
	pe_write(file, o);
	int status = pe_read(buf_bytes(file), out, &e);

	if (status < 0)
		print_message("%s\n", e.text);
	return status;
}

static void test_pe_identity(void **state)
{
	struct pe_identity reference;
	struct pe_options o = shop;
	buf file = BUF_INIT(MIB);
	struct pe pe;

	(void)state;
	for (int form = 0; form < 4; form++) {
		o.wide = form & 1;
		o.narrow_machine = form & 2;
		assert_int_equal(read_made(&o, &pe, &file), 0);
		assert_int_equal(pe.kind, PE_ASSEMBLY);
		assert_bytes(pe.assembly.name, "Shop");
		assert_bytes(pe.assembly.culture, "");
		for (int i = 0; i < 4; i++)
			assert_int_equal(pe.assembly.version[i], shop.version[i]);
		assert_bytes(pe.target, ".NETCoreApp,Version=v9.0");
		assert_bytes(pe.mvid, "0123456789abcdef");
		assert_false(pe.ready_to_run);
		assert_int_equal(pe.references, 2);
		assert_true(pe_reference(&pe, 1, &reference));
		assert_bytes(reference.name, "Dapper");
		assert_int_equal(reference.version[3], 4);
		assert_false(pe_reference(&pe, 2, &reference));
	}
	buf_done(&file);
}

static void test_pe_forms(void **state)
{
	static const struct pe_options translation = { .name = "Shop.resources", .culture = "de" };
	static const struct pe_options compiled = { .name = "Fast", .compiled = true };
	static const struct pe_options module = { .name = "Part", .module = true };
	buf file = BUF_INIT(MIB);
	struct pe pe;

	(void)state;
	assert_int_equal(read_made(&translation, &pe, &file), 0);
	assert_bytes(pe.assembly.culture, "de");
	assert_bytes(pe.target, "");
	assert_int_equal(read_made(&compiled, &pe, &file), 0);
	assert_true(pe.ready_to_run);
	assert_int_equal(pe.references, 0);
	assert_int_equal(read_made(&module, &pe, &file), 0);
	assert_int_equal(pe.kind, PE_MODULE);
	buf_done(&file);
}

/* Methods of other assemblies and functions of native libraries, by name. */
static void test_pe_members(void **state)
{
	struct pe_options o = { .name = "Shop",
		                    .references = { "System.Runtime" },
		                    .calls = { "System.Reflection", "Assembly", "LoadFrom" },
		                    .import = { "libssl", "SSL_new" } };
	buf file = BUF_INIT(MIB);
	struct pe_member member;
	bytes library, name;
	struct pe pe;

	(void)state;
	for (int form = 0; form < 2; form++) {
		o.wide = form;
		assert_int_equal(read_made(&o, &pe, &file), 0);
		assert_bytes(pe.assembly.name, "Shop"); /* behind the two tables more */
		assert_int_equal(pe.members, 2);
		assert_true(pe_member(&pe, 1, &member));
		assert_bytes(member.space, "System.Reflection");
		assert_bytes(member.type, "Assembly");
		assert_bytes(member.name, "LoadFrom");
		assert_int_equal(member.signature.n, 4);
		assert_false(pe_member(&pe, 2, &member));
		assert_int_equal(pe.imports, 1);
		assert_true(pe_import(&pe, 0, &library, &name));
		assert_bytes(library, "libssl");
		assert_bytes(name, "SSL_new");
		assert_false(pe_import(&pe, 1, &library, &name));
	}
	buf_done(&file);
}

/* What is no .NET file is no error: DOS programs, native libraries, anything. */
static void test_pe_others(void **state)
{
	static const bytes others[] = { BYTES_INIT(""), BYTES_INIT("M"), BYTES_INIT("MZ"),
		                            BYTES_INIT("\177ELF") };
	buf file = BUF_INIT(MIB);
	struct pe pe;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		assert_int_equal(pe_read(others[i], &pe, &e), 0);
		assert_int_equal(pe.kind, PE_NONE);
	}
	pe_write(&file, &shop);
	pe_patch(&file, 0x40 + 24 + 112 + 14 * 8, 0, 4); /* no CLI header */
	assert_int_equal(pe_read(buf_bytes(&file), &pe, &e), 0);
	assert_int_equal(pe.kind, PE_NATIVE);
	buf_done(&file);
}

static void test_pe_refuses(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *why;
	} cases[] = {
		{ 0x40 + 24 + 112 + 14 * 8, 0x9000, "CLI header" },     /* its address */
		{ 0x40 + 24 + 112 + 14 * 8 + 4, 8, "CLI header" },      /* its size */
		{ PE_SECTION + 8, 0x7fffffff, "metadata lie outside" }, /* their address */
		{ PE_SECTION + 12, 0x7fffffff, "metadata lie outside" },
		{ PE_SECTION + 72, 0, "streams" },                        /* the signature */
		{ PE_SECTION + 72 + 12, 0xfffffffc, "streams" },          /* length of the version */
		{ PE_SECTION + 72 + 32, 0xffffff00, "streams" },          /* offset of #~ */
		{ PE_SECTION + 72 + 32 + 64 + 24, 0x7fffffff, "tables" }, /* rows of Module */
	};
	buf file = BUF_INIT(MIB);
	struct pe pe;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_clear(&file);
		pe_write(&file, &shop);
		pe_patch(&file, cases[i].at, cases[i].value, 4);
		if (pe_read(buf_bytes(&file), &pe, &e) == 0)
			fail_msg("case %zu was taken", i);
		if (!strstr(e.text, cases[i].why))
			fail_msg("case %zu: %s", i, e.text);
		assert_failed(&e, ERR_FORMAT);
	}
	buf_done(&file);
}

/* Cut anywhere, it is refused or none; never read past the end (AddressSanitizer looks). */
static void test_pe_cut_off(void **state)
{
	buf file = BUF_INIT(MIB);
	struct pe pe;
	err e = { 0 };

	(void)state;
	pe_write(&file, &shop);
	for (size_t n = 0; n < file.n; n++) {
		uint8_t *copy = malloc(n + 1);

		assert_non_null(copy);
		memcpy(copy, file.p, n);
		if (pe_read(bytes_of(copy, n), &pe, &e) == 0)
			assert_int_equal(pe.kind, PE_NONE);
		else
			assert_failed(&e, ERR_FORMAT);
		free(copy);
	}
	buf_done(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pe_identity), cmocka_unit_test(test_pe_forms),
		cmocka_unit_test(test_pe_members),
		cmocka_unit_test(test_pe_others),   cmocka_unit_test(test_pe_refuses),
		cmocka_unit_test(test_pe_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
