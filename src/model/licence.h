/* SPDX-License-Identifier: Apache-2.0 */
/* licence - what a package database calls a licence, in the words of SPDX where that is certain.
 *
 * Databases write SPDX expressions (SPDX 2.3, annex D), Fedora's old short names ("GPLv2+ and
 * MIT"), the short names of Debian's copyright files ("GPL-2+", "Expat"), or prose. An expression
 * whose every part is known comes back in the spelling of the licence list; anything else stays as
 * it was written, for a guess would be a false statement about rights. Names that mean several
 * licences ("BSD", "Artistic") are such. Threading: pure functions. */
#pragma once

#include "base/arena.h"

/* The licence list that the identifiers are from. */
#define LICENCE_LIST_VERSION "3.28"

enum licence_kind {
	LICENCE_NONE,       /* nothing was written */
	LICENCE_ID,         /* one identifier of the list: Apache-2.0 */
	LICENCE_EXPRESSION, /* identifiers joined: MIT AND (BSD-2-Clause OR Zlib) */
	LICENCE_TEXT,       /* words that SPDX does not know */
};

struct licence {
	enum licence_kind kind;
	bytes text; /* in the spelling of the list, or as it was written */
};

/* licence_of(written, a): what these words are. Arena, or a view of written. O(n log list). */
struct licence licence_of(bytes written, struct arena *a);

/* licence_ref(text, a): a name for words that SPDX does not know, "LicenseRef-BSD-like-3f29c1d2":
 * equal for equal words, different for different ones. Arena. */
const char *licence_ref(bytes text, struct arena *a);
