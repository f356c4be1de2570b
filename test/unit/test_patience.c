/* SPDX-License-Identifier: Apache-2.0 */
#include "net/patience.h"

#include "base/limits.h"
#include "unit.h"

#include <errno.h>

/* RFC 9110 section 10.2.3. */
static void waiting_times(void **state)
{
	const char *then = "Sun, 06 Nov 1994 08:49:37 GMT";
	uint64_t ms = 7;

	(void)state;
	assert_true(retry_after("120", NULL, &ms));
	assert_int_equal(ms, 120000);
	assert_true(retry_after(then, "Sun, 06 Nov 1994 08:48:30 GMT", &ms));
	assert_int_equal(ms, 67000);
	assert_true(retry_after(then, "Mon, 07 Nov 1994 08:48:30 GMT", &ms));
	assert_int_equal(ms, 0);
	ms = 7;
	assert_false(retry_after(then, NULL, &ms));
	assert_false(retry_after(NULL, then, &ms));
	assert_false(retry_after("-1", then, &ms));
	assert_false(retry_after("99999999999999999999", then, &ms));
	assert_false(retry_after("Sun, 06 Foo 1994 08:49:37 GMT", then, &ms));
	assert_false(retry_after("Sunday, 06-Nov-94 08:49:37 GMT", then, &ms));
	assert_int_equal(ms, 7);
}

static struct http *client(uint64_t retry_wait_ms, uint64_t deadline_ms)
{
	struct http_options options = { .user_agent = "unit", .retry_wait_ms = retry_wait_ms };
	struct http *h = NULL;
	err e = { 0 };

	if (deadline_ms > 0)
		options.deadline = deadline_in(deadline_ms);
	assert_int_equal(http_open(&options, &h, &e), 0);
	return h;
}

static void tries_and_pauses_end(void **state)
{
	struct http *h = client(0, 0);
	struct patience p = { .tries = LIMIT_HTTP_TRIES - 1 };

	(void)state;
	assert_int_equal(patience_take(&p, h, 0), -1);
	p = (struct patience){ .waited_ms = LIMIT_RETRY_WAIT_MS - 100 };
	assert_int_equal(patience_take(&p, h, 0), -1);
	p = (struct patience){ 0 };
	assert_int_equal(patience_take(&p, h, LIMIT_RETRY_WAIT_MS + 1), -1);
	assert_int_equal(p.waited_ms, 0);
	p = (struct patience){ 0 };
	assert_int_equal(patience_take(&p, h, 0), 0);
	assert_in_range(p.waited_ms, 200, 300);
	assert_int_equal(p.tries, 1);
	assert_int_equal(patience_take(&p, h, 450), 0);
	assert_in_range(p.waited_ms, 650, 900);
	http_close(h);
}

/* The user's own bounds: --retry-time, --timeout. */
static void the_client_says_how_long(void **state)
{
	struct http *h = client(100, 0);
	struct patience p = { 0 };

	(void)state;
	assert_int_equal(patience_take(&p, h, 0), -1);
	http_close(h);
	h = client(60000, 5000);
	p = (struct patience){ 0 };
	assert_int_equal(patience_take(&p, h, 5000), -1);
	assert_int_equal(p.waited_ms, 0);
	p = (struct patience){ 0 };
	assert_int_equal(patience_take(&p, h, 1), 0);
	http_close(h);
}

static void what_may_be_tried_again(void **state)
{
	err e = { 0 };

	(void)state;
	assert_true(patience_is_busy(408) && patience_is_busy(429) && patience_is_busy(500) &&
	            patience_is_busy(503));
	assert_false(patience_is_busy(200) || patience_is_busy(404) || patience_is_busy(501));
	(void)err_set(&e, ERR_NET, ECONNRESET, "x");
	assert_true(patience_is_worth(&e));
	e.sys = EPROTO;
	assert_false(patience_is_worth(&e));
	e = (err){ 0 };
	(void)err_set(&e, ERR_LIMIT, ETIMEDOUT, "x");
	assert_false(patience_is_worth(&e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting_times),
		cmocka_unit_test(tries_and_pauses_end),
		cmocka_unit_test(the_client_says_how_long),
		cmocka_unit_test(what_may_be_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
