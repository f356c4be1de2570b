/* SPDX-License-Identifier: Apache-2.0 */
/* java_properties - files of keys and values as java.util.Properties loads them (Java SE 21, class
 * Properties, load(Reader)): octets are Latin-1; '=', ':' or blanks part key and value; a backslash
 * escapes, and at the end of a line continues it; '#' and '!' begin comments.
 * Threading: one thread a reader. */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"

struct java_properties {
	bytes rest;
	struct arena *arena;
};

/* java_properties_next(p, key, value): 1 and the next pair, UTF-8, in the arena; 0 at the end; -1
 * for a \u without four hex digits, where Java refuses the file. O(n) in all. */
int java_properties_next(struct java_properties *p, bytes *out_key, bytes *out_value);
