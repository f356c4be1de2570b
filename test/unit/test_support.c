/* SPDX-License-Identifier: Apache-2.0 */
#include "model/support.h"

#include "base/text.h"
#include "unit.h"

static struct support on(const char *version, const char *date)
{
	int64_t now;

	assert_true(text_from_date(bytes_str(date), &now));
	return support_of(bytes_str(version), now);
}

/* The dates are those of the .NET support policy: 9.0 ends 2026-11-10, 10.0 2028-11-14,
 * 6.0 ended 2024-11-12. The last day is still supported. */
static void test_support_ends_behind_its_last_day(void **state)
{
	static const struct {
		const char *version, *date;
		enum support_state expected;
	} cases[] = {
		{ "9.0.7", "2026-11-09", SUPPORT_YES },
		{ "9.0.7", "2026-11-10T23:59:59Z", SUPPORT_YES },
		{ "9.0.7", "2026-11-11", SUPPORT_ENDED },
		{ "9.0.7", "2026-11-22", SUPPORT_ENDED },
		{ "10.0.9", "2026-11-22", SUPPORT_YES },
		{ "10.0.9", "2028-11-15", SUPPORT_ENDED },
		{ "6.0.36", "2024-11-12", SUPPORT_ENDED }, /* a table made later calls it "eol" */
		{ "6.0.36", "2024-11-13", SUPPORT_ENDED },
		{ "2.0.0", "2026-11-22", SUPPORT_ENDED },
		{ "10.0.0-rc.1.25451.107", "2026-11-22", SUPPORT_PREVIEW },
		{ "9.0.0-preview.1.24080.9", "2026-11-22", SUPPORT_ENDED },
		{ "11.0.0-preview.6.26359.118", "2026-11-22", SUPPORT_PREVIEW },
		{ "42.0.1", "2026-11-22", SUPPORT_UNKNOWN },
		{ "9.1.0", "2026-11-22", SUPPORT_UNKNOWN },
		{ "9.0", "2026-11-22", SUPPORT_UNKNOWN },
		{ "9.0.x", "2026-11-22", SUPPORT_UNKNOWN },
		{ "9.0.7.1", "2026-11-22", SUPPORT_UNKNOWN },
		{ "", "2026-11-22", SUPPORT_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct support s = on(cases[i].version, cases[i].date);

		if (s.state != cases[i].expected)
			fail_msg("%s on %s: %d", cases[i].version, cases[i].date, (int)s.state);
	}
}

static void test_support_of_a_channel(void **state)
{
	int64_t last, end;

	(void)state;
	assert_true(text_from_date(BYTES("2026-11-10T23:59:59Z"), &last));
	assert_true(text_from_date(BYTES("2026-11-11"), &end));
	assert_int_equal(support_of_channel(BYTES("9.0"), last).state, SUPPORT_YES);
	assert_int_equal(support_of_channel(BYTES("9.0"), end).state, SUPPORT_ENDED);
	assert_int_equal(support_of_channel(BYTES("3.1"), last).state, SUPPORT_ENDED);
	assert_int_equal(support_of_channel(BYTES("11.0"), last).state, SUPPORT_PREVIEW);
	assert_int_equal(support_of_channel(BYTES("9"), last).state, SUPPORT_UNKNOWN);
	assert_int_equal(support_of_channel(BYTES("9.0.7"), last).state, SUPPORT_UNKNOWN);
}

static void test_support_names_the_channel(void **state)
{
	struct support s = on("8.0.11", "2026-11-22");

	(void)state;
	assert_string_equal(s.channel->channel, "8.0");
	assert_string_equal(s.channel->type, "lts");
	assert_string_equal(s.channel->eol, "2026-11-10");
	assert_null(on("42.0.1", "2026-11-22").channel);
}

/* The patch that a table names as latest grows with each update: only what stays true is tested. */
static void test_support_knows_who_is_behind(void **state)
{
	(void)state;
	assert_true(on("6.0.35", "2026-11-22").behind);
	assert_false(on("6.0.36", "2026-11-22").behind);
	assert_true(on("6.0.36-servicing.1", "2026-11-22").behind);
	assert_true(on("10.0.9", "2026-11-22").behind);
	assert_false(on("10.0.4294967295", "2026-11-22").behind);
}

static void test_support_table_is_dated(void **state)
{
	int64_t date, release;

	(void)state;
	assert_true(text_from_date(bytes_str(support_table_date()), &date));
	for (const struct support_channel *c = support_channels; c->channel; c++) {
		assert_true(text_from_date(bytes_str(c->latest_date), &release));
		assert_true(release <= date);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_support_ends_behind_its_last_day),
		cmocka_unit_test(test_support_of_a_channel),
		cmocka_unit_test(test_support_names_the_channel),
		cmocka_unit_test(test_support_knows_who_is_behind),
		cmocka_unit_test(test_support_table_is_dated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
