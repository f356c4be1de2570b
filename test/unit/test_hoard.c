/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/hoard.h"

#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

static struct hoard *open_hoard(uint64_t largest)
{
	const char *dir = getenv("TMPDIR");
	struct hoard *h = NULL;
	err e = { 0 };

	assert_int_equal(hoard_open(dir ? dir : "/tmp", largest, &h, &e), 0);
	return h;
}

static void put(struct hoard *h, bytes content, bytes media_type)
{
	const digest d = digest_of(DIGEST_SHA256, content);
	struct hoard_hold hold;

	assert_true(hoard_begin(h, &d, content.n, &hold));
	assert_true(hoard_write(&hold, 0, bytes_slice(content, 0, 2)));
	assert_true(hoard_write(&hold, 2, bytes_skip(content, 2)));
	hoard_keep(&hold, media_type);
}

/* is_here(h, content): found, of this size, with these octets and none behind them. */
static bool is_here(struct hoard *h, bytes content)
{
	const digest d = digest_of(DIGEST_SHA256, content);
	struct hoard_hold hold;
	uint8_t room[64];
	err e = { 0 };

	if (!hoard_find(h, &d, &hold))
		return false;
	assert_int_equal(hold.size, content.n);
	assert_int_equal(hoard_read(&hold, 0, room, sizeof(room), &e), content.n);
	assert_memory_equal(room, content.p, content.n);
	assert_int_equal(hoard_read(&hold, 1, room, 1, &e), 1);
	assert_int_equal(room[0], content.p[1]);
	assert_int_equal(hoard_read(&hold, content.n, room, sizeof(room), &e), 0);
	return true;
}

static void what_was_kept_is_found(void **state)
{
	const bytes one = BYTES("one"), two = BYTES("number two"), four = BYTES("four");
	const digest d = digest_of(DIGEST_SHA256, one);
	struct hoard *h = open_hoard(10);
	struct hoard_hold hold, again;

	(void)state;
	put(h, one, BYTES("text/plain"));
	put(h, two, BYTES(""));
	assert_true(is_here(h, one));
	assert_true(is_here(h, two));
	assert_false(is_here(h, four));
	assert_true(hoard_find(h, &d, &hold));
	assert_true(bytes_is(hold.media_type, "text/plain"));
	assert_false(hoard_begin(h, &d, one.n, &again)); /* it is here */
	hoard_close(h);
}

static void what_was_not_is_not(void **state)
{
	const bytes one = BYTES("one");
	const digest d = digest_of(DIGEST_SHA256, one), none = { 0 };
	struct hoard *h = open_hoard(10);
	struct hoard_hold first, second;

	(void)state;
	assert_false(hoard_begin(h, &d, 11, &first)); /* too large */
	assert_true(hoard_begin(h, &d, one.n, &first));
	assert_true(hoard_write(&first, 0, BYTES("???")));
	assert_false(is_here(h, one)); /* it stopped here */
	assert_true(hoard_begin(h, &d, one.n, &second));
	assert_true(hoard_write(&second, 0, one));
	hoard_keep(&second, BYTES(""));
	assert_true(is_here(h, one));
	hoard_keep(&first, BYTES("")); /* the first that was whole stays */
	assert_true(is_here(h, one));
	assert_false(hoard_find(h, &none, &first));
	assert_false(hoard_find(NULL, &d, &first));
	assert_false(hoard_begin(NULL, &d, one.n, &first));
	hoard_close(h);
	hoard_close(NULL);
}

static void no_room(void **state)
{
	const bytes one = BYTES("one");
	const digest d = digest_of(DIGEST_SHA256, one);
	struct rlimit before, none;
	struct hoard_hold hold;
	err e = { 0 };

	(void)state;
	struct hoard *h = open_hoard(10);

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = (struct rlimit){ 0, before.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_true(hoard_begin(h, &d, one.n, &hold));
	bool status = hoard_write(&hold, 0, one);

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_false(status);
	assert_false(is_here(h, one));
	hoard_close(h);
	assert_int_equal(hoard_open("/nowhere", 10, &h, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_kept_is_found),
		cmocka_unit_test(what_was_not_is_not),
		cmocka_unit_test(no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
