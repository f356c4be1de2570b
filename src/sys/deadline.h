/* SPDX-License-Identifier: Apache-2.0 */
/* deadline - until when a job may take, by the monotonic clock. Threading: values. */
#pragma once

#include "base/err.h"

struct deadline {
	uint64_t at_ms, given_ms;
};

/* deadline_in(ms): so many milliseconds from now. deadline_check(d, e): ERR_LIMIT once it has
 * passed. deadline_left(d): milliseconds, 0 then. deadline_now_ms(): the clock of at_ms. */
struct deadline deadline_in(uint64_t ms);
int deadline_check(const struct deadline *d, err *e);
uint64_t deadline_left(const struct deadline *d);
uint64_t deadline_now_ms(void);
