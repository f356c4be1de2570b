/* SPDX-License-Identifier: Apache-2.0 */
/* suggest - which known word a mistyped one was meant to be.
 *
 * Distance: insertions, deletions, replacements and swaps of neighbours (Damerau, optimal string
 * alignment). Threading: values. */
#pragma once

#include <stddef.h>

struct suggest {
	const char *typed, *best;
	unsigned distance;
};

/* suggest_begin(s, typed); suggest_offer(s, word) for each known word; then s->best is the
 * nearest one (borrows), or NULL when none is near: more than a third of the letters differ. */
void suggest_begin(struct suggest *s, const char *typed);
void suggest_offer(struct suggest *s, const char *word);
