/* SPDX-License-Identifier: Apache-2.0 */
/* edit - changes of a text by splicing: octets outside of the edited spans stay as they are.
 *
 * An edit replaces the octets [from, to) of the old text; from == to inserts. All offsets are those
 * of the old text. Threading: pure. */
#pragma once

#include "base/arena.h"

struct edit {
	size_t from, to;
	bytes text; /* borrows */
};

struct edits {
	struct edit *items;
	size_t len, cap;
};

/* edits_add(list, a, from, to, text): one more. The list's memory is a's; text is borrowed. */
void edits_add(struct edits *list, struct arena *a, size_t from, size_t to, bytes text);

/* edits_meet(x, y): some edit of x and some edit of y touch the same octets or insert at the same
 * place, and they are not one and the same edit. Lists that do not meet may be joined.
 * O(x * y): for the few edits of one fix. */
bool edits_meet(const struct edits *x, const struct edits *y);

/* edits_apply(text, list, a): the new text. Equal edits count once; of two that overlap the one
 * that was added first stays (join lists with edits_meet to have none). O(n + k log k). Arena. */
bytes edits_apply(bytes text, const struct edits *list, struct arena *a);
