/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/deadline.h"

#include <inttypes.h>
#include <time.h>

uint64_t deadline_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

struct deadline deadline_in(uint64_t ms)
{
	return (struct deadline){ deadline_now_ms() + ms, ms };
}

uint64_t deadline_left(const struct deadline *d)
{
	uint64_t now = deadline_now_ms();

	return now < d->at_ms ? d->at_ms - now : 0;
}

int deadline_check(const struct deadline *d, err *e)
{
	if (deadline_left(d) > 0)
		return 0;
	return err_set(e, ERR_LIMIT, 0, "not done within %" PRIu64 ".%03u s (--timeout)",
	               d->given_ms / 1000, (unsigned)(d->given_ms % 1000));
}
