/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/elf_dynamic.h"

#include "elf_writer.h"

/* What is kept of a stream: the two places that the first page names. */
static bool open_parts(bytes file, struct elf_dynamic *out)
{
	struct elf_place front, section;
	struct elf_map map;

	if (!elf_map_open(bytes_slice(file, 0, 4096), &map))
		return false;
	elf_dynamic_places(&map, &front, &section);
	assert_int_equal(front.from, 0);
	return elf_dynamic_open(
		bytes_slice(file, 0, (size_t)front.to),
		bytes_slice(file, (size_t)section.from, (size_t)(section.to - section.from)), out);
}

static const char *texts_of(const struct elf_dynamic *d, enum elf_tag tag)
{
	static char out[256];
	uint32_t at = 0;
	bytes text;

	out[0] = '\0';
	while (elf_dynamic_text(d, tag, &at, &text))
		snprintf(out + strlen(out), sizeof(out) - strlen(out), PRIb ";", BYTESF(text));
	return out;
}

static const char *imports_of(const struct elf_dynamic *d)
{
	static char out[256];
	uint32_t at = 0;
	bytes name;

	out[0] = '\0';
	while (elf_dynamic_import(d, &at, &name))
		snprintf(out + strlen(out), sizeof(out) - strlen(out), PRIb ";", BYTESF(name));
	return out;
}

static void program(void **state)
{
	const struct elf_options o = { .loader = "/lib64/ld-linux-x86-64.so.2",
		                           .needs = { "libz.so.1", "libc.so.6" },
		                           .runpath = "$ORIGIN/lib:/opt/lib",
		                           .imports = { "dlopen", "puts" } };
	buf file = BUF_INIT(64 * KIB);
	struct elf_dynamic d;

	(void)state;
	elf_write(&o, &file);
	assert_true(open_parts(buf_bytes(&file), &d));
	assert_int_equal(d.kind, ELF_PROGRAM);
	assert_int_equal(d.machine, EM_X86_64);
	assert_false(d.broken);
	assert_true(bytes_is(d.loader, o.loader));
	assert_string_equal(texts_of(&d, ELF_NEEDED), "libz.so.1;libc.so.6;");
	assert_string_equal(texts_of(&d, ELF_RUNPATH), "$ORIGIN/lib:/opt/lib;");
	assert_string_equal(texts_of(&d, ELF_RPATH), "");
	assert_string_equal(imports_of(&d), "dlopen;puts;"); /* not what it brings itself */
	buf_done(&file);
}

static void library(void **state)
{
	const struct elf_options o = { .soname = "liba.so.1",
		                           .rpath = "/opt/a",
		                           .needs = { "libb.so" } };
	buf file = BUF_INIT(64 * KIB);
	struct elf_dynamic d;

	(void)state;
	elf_write(&o, &file);
	assert_true(open_parts(buf_bytes(&file), &d));
	assert_int_equal(d.kind, ELF_LIBRARY);
	assert_string_equal(texts_of(&d, ELF_SONAME), "liba.so.1;");
	assert_string_equal(texts_of(&d, ELF_RPATH), "/opt/a;");
	assert_string_equal(imports_of(&d), "");
	buf_done(&file);
}

static void without_section(void **state)
{
	const struct elf_options o = { .is_static = true };
	buf file = BUF_INIT(64 * KIB);
	struct elf_dynamic d;

	(void)state;
	elf_write(&o, &file);
	assert_true(open_parts(buf_bytes(&file), &d));
	assert_int_equal(d.kind, ELF_STATIC);
	file.p[16] = ET_REL;
	assert_true(open_parts(buf_bytes(&file), &d));
	assert_int_equal(d.kind, ELF_OTHER);
	assert_false(elf_dynamic_open(BYTES("MZ"), BYTES(""), &d));
	buf_done(&file);
}

/* Texts that are not where they can be seen are not "no texts". */
static void elsewhere(void **state)
{
	const struct elf_options far = { .needs = { "libz.so.1" }, .is_far = true };
	buf file = BUF_INIT(64 * KIB);
	struct elf_dynamic d;

	(void)state;
	elf_write(&far, &file);
	assert_true(open_parts(buf_bytes(&file), &d));
	assert_true(d.broken);
	assert_true(elf_dynamic_open(buf_bytes(&file), BYTES(""), &d)); /* the section was not kept */
	assert_true(d.broken);
	buf_done(&file);
}

/* A real program, where there is one: this test itself, as readelf -d would have it. */
static void itself(void **state)
{
	buf file = BUF_INIT(64 * MIB);
	struct elf_dynamic d;
	FILE *in = fopen("/proc/self/exe", "rb");
	size_t n = 0;

	(void)state;
	assert_non_null(in);
	while ((n = fread(buf_room(&file, 64 * KIB), 1, 64 * KIB, in)) > 0)
		file.n += n;
	fclose(in);
	assert_true(open_parts(buf_bytes(&file), &d));
	assert_false(d.broken);
	assert_non_null(strstr(texts_of(&d, ELF_NEEDED), "libcmocka.so"));
	buf_done(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program),   cmocka_unit_test(library), cmocka_unit_test(without_section),
		cmocka_unit_test(elsewhere), cmocka_unit_test(itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
