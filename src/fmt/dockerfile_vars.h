/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_vars - variables in the words of a Dockerfile: $name, ${name}, ${name:-word}, ...
 *
 * As BuildKit's reference has it, "Environment replacement": the modifiers -, + and ? with and
 * without a colon. The patterns of #, ##, %, %% and / are found; only prefixes and suffixes without
 * wildcards are applied. Threading: pure. */
#pragma once

#include "base/arena.h"

#define DOCKERFILE_VARS_DEPTH 8 /* ${a:-${b:-...}} */

struct dockerfile_var {
	bytes name, word; /* word: behind the modifier */
	size_t from, to;  /* in the text */
	uint8_t modifier; /* '-', '+', '?', '#', '%', '/' or 0 */
	bool colon;       /* ":-": an empty value counts as none */
	bool twice;       /* "##", "%%", "//" */
};

/* dockerfile_var_next(text, escape, at, out): the next variable from *at on; not in single quotes
 * and not escaped. */
bool dockerfile_var_next(bytes text, uint8_t escape, size_t *at, struct dockerfile_var *out);

/* A variable's value; false: it is not set. */
typedef bool dockerfile_lookup(const void *context, bytes name, bytes *out);

/* dockerfile_expand(text, escape, lookup, context, a): quotes removed and variables replaced; what
 * is not set is empty. Arena, or borrows text. */
bytes dockerfile_expand(bytes text, uint8_t escape, dockerfile_lookup *lookup, const void *context,
                        struct arena *a);
