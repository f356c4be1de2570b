/* SPDX-License-Identifier: Apache-2.0 */
#include "model/cvss.h"

#include "catalog_fixture.h"

/* The specifications' own examples (2.0 section 3.3, 3.1 user guide) and corners. */
static void known(void **state)
{
	static const struct {
		const char *vector;
		unsigned version, base, score;
	} rows[] = {
		{ "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", 20, 78, 92 },
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H/E:U/RL:O/RC:C", 31, 75, 65 },
		{ "CVSS:3.1/S:U/AV:N/AC:L/PR:N/UI:N/C:H/I:H/A:H", 31, 98, 98 },
		{ "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 30, 100, 100 },
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 40, 100, 100 },
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 40, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cvss c = { 0 };

		assert_true(cvss_score(bytes_str(rows[i].vector), &c));
		assert_int_equal(c.version, rows[i].version);
		assert_int_equal(c.base, rows[i].base);
		assert_int_equal(c.score, rows[i].score);
	}
}

static void refused(void **state)
{
	static const char *const vectors[] = {
		"",
		"/",
		"AV:N",
		"CVSS:3.1/",
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",
		"CVSS:3.1//AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"cvss:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:5.0/AV:N",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		struct cvss c;

		if (cvss_score(bytes_str(vectors[i]), &c))
			fail_msg("'%s' is taken", vectors[i]);
	}
}

/* A line of the data: the vector, then its score ("7.8"), then a comment. */
static size_t check_list(const char *name, bool scores, bool errors)
{
	char path[64];
	size_t lines = 0;

	snprintf(path, sizeof(path), "vuln/cvss/%s.list", name);
	char *text = fixture_shared(path);
	bytes rest = bytes_str(text), line, vector, word;

	while (text && bytes_line(&rest, &line)) {
		struct cvss c = { 0 };
		bool ok = bytes_ends(line, BYTES("#OK")), read;

		line = bytes_slice(line, 0, bytes_find(line, '#'));
		vector = bytes_slice(line, 0, bytes_find(line, ' '));
		word = bytes_trim(bytes_skip(line, vector.n));
		read = cvss_score(vector, &c);
		if (read != (!errors || ok))
			fail_msg("%s: " PRIb " is %s", name, BYTESF(vector), read ? "taken" : "refused");
		if (scores && strtod((const char *)word.p, NULL) * 10 != c.score &&
		    (unsigned)(strtod((const char *)word.p, NULL) * 10 + 0.5) != c.score)
			fail_msg("%s: " PRIb " has %u", name, BYTESF(line), c.score);
		lines++;
	}
	free(text);
	return lines;
}

static void data(void **state)
{
	size_t n = check_list("v2_score", true, false) + check_list("v30_score", true, false) +
	           check_list("v31_score", true, false) + check_list("v4_score", true, false);

	(void)state;
	if (n == 0)
		skip();
	assert_true(n > 50);
	n = check_list("v2_error", false, true) + check_list("v3_error", false, true) +
	    check_list("v4_error", false, true);
	assert_true(n > 25);
	n = check_list("v2_roundtrip", false, false) + check_list("v3_roundtrip", false, false) +
	    check_list("v4_roundtrip", false, false);
	assert_true(n > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(refused),
		cmocka_unit_test(data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
