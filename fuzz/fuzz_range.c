/* SPDX-License-Identifier: Apache-2.0 */
/* A range and a version, divided by a newline: reading gives a range or an error of its kinds;
 * every interval's bounds are versions in their order; a range holds what one of its intervals
 * holds, and its ends as they say. */
#include "version/range.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void check_interval(enum version_ordering o, const struct version_interval *i)
{
	must(i->to.n == 0 || i->last.n == 0);
	must(i->from.n > 0 || !i->from_open);
	if (i->from.n > 0)
		must(version_is_valid(o, i->from) && interval_holds(o, i, i->from) == !i->from_open);
	if (i->last.n > 0)
		must(version_is_valid(o, i->last) && interval_holds(o, i, i->last));
	if (i->to.n > 0)
		must(version_is_valid(o, i->to) && !interval_holds(o, i, i->to));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum version_ordering orderings[] = {
		[RANGE_PLAIN] = VERSION_NUGET,   [RANGE_NPM] = VERSION_SEMVER,
		[RANGE_PEP440] = VERSION_PEP440, [RANGE_GEM] = VERSION_GEM,
		[RANGE_BRACES] = VERSION_MAVEN,
	};
	bytes rest = bytes_of(data, size), text = { NULL, 0 };

	(void)bytes_take_until(&rest, '\n', &text);
	for (int s = RANGE_PLAIN; s <= RANGE_BRACES; s++) {
		enum version_ordering o = orderings[s];
		struct version_range range = { 0 };
		struct arena a = ARENA_INIT;
		err e = { 0 };
		bool holds = false, any = false;

		if (range_parse((enum range_syntax)s, o, text, &a, &range, &e) < 0) {
			must((e.kind == ERR_FORMAT || e.kind == ERR_LIMIT) && range.len == 0);
		} else if (range_holds(o, &range, rest, &holds)) {
			for (size_t i = 0; i < range.len; i++) {
				/* Maven's is no order (version.h), a local part counts against some bounds only. */
				if (o != VERSION_MAVEN && bytes_find(text, '+') == text.n)
					check_interval(o, &range.items[i]);
				any = any || interval_holds(o, &range.items[i], rest);
			}
			must(any == holds);
		}
		arena_done(&a);
	}
	return 0;
}
