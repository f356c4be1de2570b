/* SPDX-License-Identifier: Apache-2.0 */
/* reasons - why an image does not pass a gate.
 *
 * Plain data: flow/passing fills it. Texts are untrusted octets. Threading: as its owner. */
#pragma once

#include "base/arena.h"
#include "model/severity.h"

struct reason {
	const char *judgement; /* "vulnerability", "secret", "setting", "end of life", "gap"; static */
	enum severity severity;
	const char *text;
};

struct reasons {
	struct reason *items;
	size_t len, cap;
};

/* reasons_count(n, a): "2 reasons to stop". Arena. */
const char *reasons_count(size_t n, struct arena *a);
