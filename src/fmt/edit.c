/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/edit.h"

#include <stdlib.h>

void edits_add(struct edits *list, struct arena *a, size_t from, size_t to, bytes text)
{
	*ARENA_PUSH(a, list) = (struct edit){ from, to, text };
}

static bool same(const struct edit *x, const struct edit *y)
{
	return x->from == y->from && x->to == y->to && bytes_equal(x->text, y->text);
}

/* Spans that only touch do meet when one of them inserts there: the order would be open. */
static bool meet(const struct edit *x, const struct edit *y)
{
	if (x->from == x->to || y->from == y->to)
		return x->from <= y->to && y->from <= x->to;
	return x->from < y->to && y->from < x->to;
}

bool edits_meet(const struct edits *x, const struct edits *y)
{
	for (size_t i = 0; i < x->len; i++)
		for (size_t k = 0; k < y->len; k++)
			if (meet(&x->items[i], &y->items[k]) && !same(&x->items[i], &y->items[k]))
				return true;
	return false;
}

/* In the order of the text; edits at one place stay in the order in which they were added, which
 * their addresses in the list tell. */
static int in_order(const void *left, const void *right)
{
	const struct edit *x = *(const struct edit *const *)left;
	const struct edit *y = *(const struct edit *const *)right;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return (x > y) - (x < y);
}

bytes edits_apply(bytes text, const struct edits *list, struct arena *a)
{
	const struct edit **sorted = arena_array(a, const struct edit *, list->len);
	size_t length = text.n, at = 0, n = 0;

	for (size_t i = 0; i < list->len; i++) {
		sorted[i] = &list->items[i];
		length += list->items[i].text.n;
	}
	if (list->len > 1)
		qsort(sorted, list->len, sizeof(*sorted), in_order);
	uint8_t *out = arena_alloc(a, length + 1);

	for (size_t i = 0; i < list->len; i++) {
		const struct edit *edit = sorted[i];

		if (edit->from < at || edit->to > text.n || (i > 0 && same(sorted[i - 1], edit)))
			continue;
		if (edit->from > at)
			memcpy(out + n, text.p + at, edit->from - at);
		n += edit->from - at;
		if (edit->text.n > 0)
			memcpy(out + n, edit->text.p, edit->text.n);
		n += edit->text.n;
		at = edit->to;
	}
	if (text.n > at)
		memcpy(out + n, text.p + at, text.n - at);
	return bytes_of(out, n + text.n - at);
}
