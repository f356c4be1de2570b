/* SPDX-License-Identifier: Apache-2.0 */
/* maven - the order of Maven's ComparableVersion (POM reference, "Version Order Specification"):
 * numbers and words, in lists that "-" and a change between digits and letters open. A list
 * lasts to the end of the version, so that a version is one row of items in which "open" is one
 * more kind. Nulls (0, final) at the end of a list do not count; what is missing is compared as
 * null. Maven 3.8.7 took 1.rc for 1-rc where nothing follows; other releases and the reference
 * differ. */
#include "version/key.h"

enum kind { WORD, OPEN, NUMBER }; /* where kinds differ, this is the order */
enum { RANK_RELEASE = 5, RANK_UNKNOWN = 7 };

static const struct {
	bytes name;
	uint8_t rank;
} words[] = {
	{ BYTES_INIT("alpha"), 0 },
	{ BYTES_INIT("beta"), 1 },
	{ BYTES_INIT("milestone"), 2 },
	{ BYTES_INIT("rc"), 3 },
	{ BYTES_INIT("cr"), 3 },
	{ BYTES_INIT("snapshot"), 4 },
	{ BYTES_INIT("ga"), RANK_RELEASE },
	{ BYTES_INIT("final"), RANK_RELEASE },
	{ BYTES_INIT("release"), RANK_RELEASE },
	{ BYTES_INIT("sp"), 6 },
};

struct item {
	uint8_t kind, rank; /* rank: of a word */
	uint16_t from, len;
};

/* An octet ends an item and opens a list at most. */
struct row {
	bytes text;
	size_t n;
	struct item items[2 * LIMIT_VERSION + 2];
};

static bytes text_of(const struct row *row, const struct item *item)
{
	return bytes_slice(row->text, item->from, item->len);
}

static bool is_null(const struct row *row, const struct item *item)
{
	if (item->kind == WORD)
		return item->rank == RANK_RELEASE;
	return item->kind == NUMBER && without_zeros(text_of(row, item)).n == 0;
}

static void push(struct row *row, enum kind kind, uint8_t rank, size_t from, size_t len)
{
	row->items[row->n++] = (struct item){ (uint8_t)kind, rank, (uint16_t)from, (uint16_t)len };
}

static void push_open(struct row *row)
{
	push(row, OPEN, 0, 0, 0);
}

static uint8_t rank_of(bytes word, bool before_digit)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (bytes_equal_nocase(word, words[i].name))
			return words[i].rank;
	/* a1, b2 and m3 are short for alpha, beta and milestone */
	if (before_digit && word.n == 1)
		switch (to_lower(word.p[0])) {
		case 'a': return 0;
		case 'b': return 1;
		case 'm': return 2;
		}
	return RANK_UNKNOWN;
}

/* The item [from, to); an empty one is 0. */
static void push_item(struct row *row, size_t from, size_t to, bool before_digit)
{
	bytes text = bytes_slice(row->text, from, to - from);

	if (text.n == 0 || is_digit(text.p[0])) {
		push(row, NUMBER, 0, from, text.n);
		return;
	}
	push(row, WORD, rank_of(text, before_digit), from, text.n);
}

/* Drop the nulls at the end of each list, and lists that hold nothing but a list then. */
static void trim(struct row *row)
{
	size_t kept = sizeof(row->items) / sizeof(*row->items), top = kept;
	bool at_end = true;

	for (size_t i = row->n; i > 0; i--) {
		const struct item item = row->items[i - 1];
		bool drop = item.kind == OPEN ? kept == top || row->items[kept].kind == OPEN
		                              : at_end && is_null(row, &item);

		at_end = item.kind == OPEN || (at_end && drop);
		if (!drop)
			row->items[--kept] = item;
	}
	row->n = top - kept;
	memmove(row->items, row->items + kept, row->n * sizeof(*row->items));
}

static void read_row(struct row *row, bytes v)
{
	size_t from = 0;

	row->text = v;
	row->n = 0;
	for (size_t i = 0; i < v.n; i++) {
		bool digit = is_digit(v.p[i]), divides = v.p[i] == '.' || v.p[i] == '-';

		if (divides) {
			push_item(row, from, i, false);
			if (v.p[i] == '-')
				push_open(row);
			from = i + 1;
		} else if (i > from && digit != is_digit(v.p[i - 1])) {
			push_item(row, from, i, digit);
			push_open(row);
			from = i;
		}
	}
	if (from < v.n)
		push_item(row, from, v.n, false);
	trim(row);
}

static int compare_numbers(bytes a, bytes b)
{
	a = without_zeros(a);
	b = without_zeros(b);
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return bytes_compare(a, b);
}

static int compare_lower(bytes a, bytes b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++)
		if (to_lower(a.p[i]) != to_lower(b.p[i]))
			return to_lower(a.p[i]) < to_lower(b.p[i]) ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

static int compare_items(const struct row *a, const struct item *x, const struct row *b,
                         const struct item *y)
{
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->kind == NUMBER)
		return compare_numbers(text_of(a, x), text_of(b, y));
	if (x->kind == OPEN)
		return 0;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->rank == RANK_UNKNOWN ? compare_lower(text_of(a, x), text_of(b, y)) : 0;
}

/* What is left of a row, against nothing. */
static int compare_rest(const struct row *row, size_t i)
{
	for (; i < row->n; i++) {
		const struct item *item = &row->items[i];

		if (item->kind == WORD && item->rank != RANK_RELEASE)
			return item->rank < RANK_RELEASE ? -1 : 1;
		if (item->kind == NUMBER && !is_null(row, item))
			return 1;
	}
	return 0;
}

int version_compare_maven(bytes a, bytes b)
{
	struct row x, y;
	size_t i = 0;

	read_row(&x, a);
	read_row(&y, b);
	for (; i < x.n && i < y.n; i++) {
		int c = compare_items(&x, &x.items[i], &y, &y.items[i]);

		if (c != 0)
			return c < 0 ? -1 : 1;
	}
	return compare_rest(&x, i) - compare_rest(&y, i);
}
