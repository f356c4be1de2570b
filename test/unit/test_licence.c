/* SPDX-License-Identifier: Apache-2.0 */
/* Expected: SPDX 2.3 annex D (expressions), the licence list's own spellings; Fedora's table "Good
 * Licenses" and Debian's copyright-format 1.0 for the names that are not of SPDX. */
#include "unit.h"

#include "base/buf.h"
#include "model/licence.h"

static struct arena arena;

static void licence_is(const char *written, enum licence_kind kind, const char *expected)
{
	struct licence l = licence_of(bytes_str(written), &arena);

	assert_bytes(l.text, expected);
	assert_int_equal(l.kind, kind);
}

static void test_identifiers(void **state)
{
	(void)state;
	licence_is("MIT", LICENCE_ID, "MIT");
	licence_is("apache-2.0", LICENCE_ID, "Apache-2.0");
	licence_is(" 0BSD\n", LICENCE_ID, "0BSD"); /* the first of the list */
	licence_is("ZPL-2.1", LICENCE_ID, "ZPL-2.1");
	licence_is("GPL-2.0-only", LICENCE_ID, "GPL-2.0-only");
	licence_is("", LICENCE_NONE, "");
	licence_is(" \t", LICENCE_NONE, "");
	/* The list says of these deprecated ones which they mean. */
	licence_is("GPL-2.0", LICENCE_ID, "GPL-2.0-only");
	licence_is("LGPL-2.1+", LICENCE_ID, "LGPL-2.1-or-later");
	/* An identifier with the operator is no identifier of the list. */
	licence_is("cddl-1.0+", LICENCE_EXPRESSION, "CDDL-1.0+");
}

static void test_other_names(void **state)
{
	(void)state;
	licence_is("GPLv2+", LICENCE_ID, "GPL-2.0-or-later");
	licence_is("LGPLv2", LICENCE_ID, "LGPL-2.0-only");
	licence_is("AGPLv3+", LICENCE_ID, "AGPL-3.0-or-later");
	licence_is("GPL-3+", LICENCE_ID, "GPL-3.0-or-later");
	licence_is("LGPL2.1+", LICENCE_ID, "LGPL-2.1-or-later");
	licence_is("ASL 2.0", LICENCE_ID, "Apache-2.0");
	licence_is("Expat", LICENCE_ID, "MIT");
	licence_is("zlib", LICENCE_ID, "Zlib");
	/* There is no such version. */
	licence_is("GPLv9", LICENCE_TEXT, "GPLv9");
	licence_is("GPLv2x1", LICENCE_TEXT, "GPLv2x1");
	licence_is("GPL", LICENCE_TEXT, "GPL");
}

static void test_expressions(void **state)
{
	(void)state;
	licence_is("MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)", LICENCE_EXPRESSION,
	           "MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)");
	licence_is("( mit )", LICENCE_EXPRESSION, "(MIT)");
	licence_is("GPLv2+ and ASL 2.0 or (zlib and MIT)", LICENCE_EXPRESSION,
	           "GPL-2.0-or-later AND Apache-2.0 OR (Zlib AND MIT)");
	licence_is("GPL-3.0-or-later WITH gcc-exception-3.1", LICENCE_EXPRESSION,
	           "GPL-3.0-or-later WITH GCC-exception-3.1");
	licence_is("GPL-2.0-only WITH Linux-syscall-note AND MIT", LICENCE_EXPRESSION,
	           "GPL-2.0-only WITH Linux-syscall-note AND MIT");
}

/* What is not certain stays as it was written. */
static void test_uncertain(void **state)
{
	static const char *const texts[] = {
		"BSD",
		"Artistic or GPL",
		"custom",
		"MIT BSD",
		"MIT AND",
		"AND MIT",
		"(MIT",
		"MIT)",
		"()",
		"MIT WITH MIT",
		"MIT custom",
		"GPLv2+ with exceptions",
		"GCC-exception-3.1",
		"MIT AND custom",
		"MIT OR OR MIT",
		"(MIT OR Zlib) WITH GCC-exception-3.1",
		"GPL-2.0-only WITH GCC-exception-3.1 WITH GCC-exception-3.1",
		"LicenseRef-mine",
		"MIT, see file",
		"\xff\xfe",
		"+",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		licence_is(texts[i], LICENCE_TEXT, texts[i]);
	buf deep = BUF_INIT(1000);

	for (unsigned i = 0; i < 200; i++)
		buf_putc(&deep, '(');
	buf_puts(&deep, "MIT");
	for (unsigned i = 0; i < 200; i++)
		buf_putc(&deep, ')');
	assert_int_equal(licence_of(buf_bytes(&deep), &arena).kind, LICENCE_TEXT);
	buf_done(&deep);
}

/* Annex D.2: "LicenseRef-"[idstring], letters, numbers, '-' and '.'. Digests: sha256sum. */
static void test_refs(void **state)
{
	(void)state;
	assert_string_equal(licence_ref(BYTES("BSD"), &arena), "LicenseRef-BSD-49d9777d");
	assert_string_equal(licence_ref(BYTES("see file (1)"), &arena),
	                    "LicenseRef-see-file--1--36ab756c");
	assert_string_not_equal(licence_ref(BYTES("a b"), &arena), licence_ref(BYTES("a-b"), &arena));
}

static int done(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identifiers), cmocka_unit_test(test_other_names),
		cmocka_unit_test(test_expressions), cmocka_unit_test(test_uncertain),
		cmocka_unit_test(test_refs),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
