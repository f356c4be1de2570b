/* SPDX-License-Identifier: Apache-2.0 */
/* What Debian's copyright files say: copyright-format 1.0, and the prose that came before it. */
#include "catalog_fixture.h"

#include "model/licence.h"

#define FORMAT "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
#define LATER \
	"either version 2 of the License, or (at your option) any\n later version.\n\n" \
	"On Debian systems, the full text is in\n"

static const struct {
	const char *text, *licence;
} cases[] = {
	/* Each Files paragraph's; a paragraph of its own only has the text. */
	{ FORMAT "\nFiles: *\nCopyright: x\nLicense: GPL-2+\n words\n\nFiles: debian/*\n"
	         "License: Expat\n\nFiles: c/*\nlicense:  GPL-2.0+\n\nLicense: GPL-2+\n words\n"
	         " .\n License: BSD-3-clause\n",
	  "GPL-2.0-or-later AND MIT" },
	{ FORMAT "\nFiles: *\nLicense: Expat and BSD-2-clause\n\nFiles: x\n"
	         "License: MIT or Apache-2.0\n",
	  "MIT AND BSD-2-Clause AND (MIT OR Apache-2.0)" },
	{ FORMAT "\nFiles: *\nLicense: MIT or Apache-2.0\n", "MIT OR Apache-2.0" },
	{ FORMAT "\nFiles: *\r\nLicense: Zlib\r\n", "Zlib" },
	{ FORMAT "\nFiles: *\nLicense: public-domain\n", "public-domain" },
	/* A text where its name belongs names nothing. */
	{ FORMAT "\nFiles: *\nLicense: Permission to use, copy, modify, and distribute this "
	         "software and its\n documentation\n\nFiles: b\nLicense: ISC\n",
	  "ISC" },
	/* No Files at all: what is named. */
	{ FORMAT "License: BSD-2-clause\n", "BSD-2-Clause" },
	{ FORMAT "\nFiles: *\nLicense:\n words\n", "" },
	/* Prose. */
	{ "This is tar.\n" LATER "/usr/share/common-licenses/GPL-2.\n", "GPL-2.0-or-later" },
	{ "Under version 2 of the License, see `/usr/share/common-licenses/GPL-2'.\n", "GPL-2.0-only" },
	{ LATER "/usr/share/common-licenses/GPL\n", "GPL-2.0-or-later" },
	{ "the GPL, see /usr/share/common-licenses/GPL\n", "GPL" },
	{ "exception, version 3.1\n\nSee /usr/share/common-licenses/GPL.\n", "GPL" },
	/* What was said of one text is not said of the next. */
	{ LATER "/usr/share/common-licenses/GPL-3\n\n"
	        "The manual: /usr/share/common-licenses/GFDL-1.2\n\n"
	        "Scripts: /usr/share/common-licenses/Apache-2.0, or so\n",
	  "GPL-3.0-or-later AND GFDL-1.2 AND Apache-2.0" },
	{ "Do what you like.\n", "" },
	{ "", "" },
};

/* licence(text): of a package whose copyright file this is; as it is written in bills. */
static bytes licence(struct fixture *f, const char *text)
{
	fixture_init(f);
	fixture_layer(f, (struct fixture_file[]){
						 { .path = "etc/os-release", .body = "ID=debian\n" },
						 { .path = "var/lib/dpkg/status",
	                       .body = "Package: a\nStatus: install ok installed\nVersion: 1\n\n"
	                               "Package: b\nStatus: install ok installed\nVersion: 1\n" },
						 { .path = "usr/share/doc/a/copyright", .body = text },
						 { .path = "usr/share/doc/b", .link = "a" },
						 { .path = "usr/share/doc/a/sub/copyright",
	                       .body = FORMAT "License: X11\n" },
						 { 0 },
					 });
	fixture_collect(f);
	assert_int_equal(f->image.gaps.len + f->facts.gaps.len, 0);
	const struct package *a = fixture_package(f, "a"), *b = fixture_package(f, "b");

	assert_true(a && b);
	assert_true(bytes_equal(a->licence, b->licence)); /* the folder is a link */
	return licence_of(a->licence, &f->arena).text;
}

static void test_cases(void **state)
{
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_bytes(licence(&f, cases[i].text), cases[i].licence);
		fixture_done(&f);
	}
}

/* A list of names that no bill could hold is a stated gap. */
static void test_too_many(void **state)
{
	buf text = BUF_INIT(MIB);
	struct fixture f;

	(void)state;
	buf_puts(&text, FORMAT);
	for (unsigned i = 0; i < 2000; i++)
		buf_printf(&text, "\nFiles: %u\nLicense: own-%u\n", i, i);
	buf_putc(&text, '\0');
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
						  { .path = "var/lib/dpkg/status.d/a",
	                        .body = "Package: a\nVersion: 1\n" },
						  { .path = "usr/share/doc/a/copyright", .body = (const char *)text.p },
						  { 0 },
					  });
	fixture_collect(&f);
	assert_int_equal(fixture_package(&f, "a")->licence.n, 0);
	assert_int_equal(fixture_gaps(&f, "licence names"), 1);
	fixture_done(&f);
	buf_done(&text);
}

/* Items come from the worker, which may have been taken over. */
static void test_hostile(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	fixture_layer(&f, (struct fixture_file[]){
						  { .path = "var/lib/dpkg/status.d/a",
	                        .body = "Package: a\nVersion: 1\n" },
						  { .path = "usr/share/doc/a/copyright", .body = FORMAT "License: MIT\n" },
						  { 0 },
					  });
	for (size_t i = 0; i < f.image.items.len; i++)
		if (f.image.items.items[i].inspector == 6)
			f.image.items.items[i].payload.n--;
	fixture_collect(&f);
	assert_int_equal(fixture_package(&f, "a")->licence.n, 0);
	assert_int_equal(fixture_gaps(&f, "cannot be read"), 1);
	fixture_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
