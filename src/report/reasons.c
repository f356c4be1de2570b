/* SPDX-License-Identifier: Apache-2.0 */
#include "report/reasons.h"

const char *reasons_count(size_t n, struct arena *a)
{
	return arena_printf(a, "%zu reason%s to stop", n, n == 1 ? "" : "s");
}
