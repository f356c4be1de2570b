/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/diff.h"

#include <stdlib.h>

#define CONTEXT 3

struct side {
	bytes *lines; /* each with its end */
	size_t len;
};

/* A run of old lines that is replaced by a run of new ones. */
struct run {
	size_t from, to, new_from, new_to;
};

struct runs {
	struct run *items;
	size_t len, cap;
};

static struct side split(bytes text, struct arena *a)
{
	struct {
		bytes *items;
		size_t len, cap;
	} list = { 0 };

	while (text.n > 0) {
		size_t i = bytes_find(text, '\n');

		*ARENA_PUSH(a, &list) = bytes_slice(text, 0, i + 1);
		text = bytes_skip(text, i + 1);
	}
	return (struct side){ list.items, list.len };
}

/* One step back or forth of the edit script; neighbouring steps make one run. */
static void note(struct runs *runs, struct arena *a, size_t old, size_t new, bool removed)
{
	struct run *last = runs->len ? &runs->items[runs->len - 1] : NULL;

	/* Steps come from the end of the texts to their beginning. */
	if (!last || last->from != old + removed || last->new_from != new + !removed) {
		last = ARENA_PUSH(a, runs);
		*last = (struct run){ old + removed, old + removed, new + !removed, new + !removed };
	}
	last->from = old;
	last->new_from = new;
}

/* Which diagonal came before: down (an insertion) or right (a removal). */
static bool came_down(const ptrdiff_t *furthest, ptrdiff_t k, ptrdiff_t d)
{
	return k == -d || (k != d && furthest[k - 1] < furthest[k + 1]);
}

/* Walk the trace back: v[d] are the furthest points of round d, each 2d+1 wide. */
static void walk_back(ptrdiff_t *const *trace, ptrdiff_t d, ptrdiff_t x, ptrdiff_t y,
                      struct runs *runs, struct arena *a)
{
	for (; d > 0; d--) {
		const ptrdiff_t *before = trace[d - 1] + (d - 1) + 1;
		ptrdiff_t k = x - y;
		bool down = came_down(before, k, d);
		ptrdiff_t from_k = down ? k + 1 : k - 1, from_x = before[from_k], from_y = from_x - from_k;

		note(runs, a, (size_t)from_x, (size_t)from_y, !down);
		x = from_x;
		y = from_y;
	}
}

/* Myers, section 3: round d holds for every diagonal k the furthest x that d steps reach. */
static bool compare(struct side old, struct side new, struct runs *runs, struct arena *a)
{
	ptrdiff_t n = (ptrdiff_t)old.len, m = (ptrdiff_t) new.len;
	ptrdiff_t most = n + m < DIFF_MOST ? n + m : DIFF_MOST;
	ptrdiff_t **trace = arena_array(a, ptrdiff_t *, (size_t)most + 1);

	for (ptrdiff_t d = 0; d <= most; d++) {
		/* One cell more at each end, which the next round reads. */
		trace[d] = arena_array(a, ptrdiff_t, (size_t)(2 * d + 3));
		ptrdiff_t *now = trace[d] + d + 1;
		const ptrdiff_t *before = d > 0 ? trace[d - 1] + d : NULL;

		now[-d - 1] = now[d + 1] = -1;
		for (ptrdiff_t k = -d; k <= d; k += 2) {
			ptrdiff_t x = 0;

			if (before)
				x = came_down(before, k, d) ? before[k + 1] : before[k - 1] + 1;
			while (x < n && x - k < m && x - k >= 0 && bytes_equal(old.lines[x], new.lines[x - k]))
				x++;
			now[k] = x;
			if (x >= n && x - k >= m) {
				walk_back(trace, d, x, x - k, runs, a);
				return true;
			}
		}
	}
	return false;
}

static void put_line(struct stream *out, char mark, bytes line)
{
	stream_put(out, bytes_of(&mark, 1));
	stream_put(out, line);
	if (line.n == 0 || line.p[line.n - 1] != '\n')
		stream_puts(out, "\n\\ No newline at end of file\n");
}

static void put_range(struct stream *out, char mark, size_t from, size_t to)
{
	/* An empty range is named by the line before it. */
	stream_printf(out, "%c%zu", mark, to > from ? from + 1 : from);
	if (to - from != 1)
		stream_printf(out, ",%zu", to - from);
}

/* Runs i..last stand so close that their context meets. */
static void put_hunk(struct stream *out, struct side old, struct side new, const struct run *runs,
                     size_t len)
{
	const struct run *first = &runs[0], *last = &runs[len - 1];
	size_t lead = first->from < CONTEXT ? first->from : CONTEXT;
	size_t rest = old.len - last->to, tail = rest < CONTEXT ? rest : CONTEXT;
	size_t at = first->from - lead;

	stream_puts(out, "@@ ");
	put_range(out, '-', at, last->to + tail);
	stream_puts(out, " ");
	put_range(out, '+', first->new_from - lead, last->new_to + tail);
	stream_puts(out, " @@\n");
	for (size_t i = 0; i < len; i++) {
		for (; at < runs[i].from; at++)
			put_line(out, ' ', old.lines[at]);
		for (; at < runs[i].to; at++)
			put_line(out, '-', old.lines[at]);
		for (size_t k = runs[i].new_from; k < runs[i].new_to; k++)
			put_line(out, '+', new.lines[k]);
	}
	for (size_t end = at + tail; at < end; at++)
		put_line(out, ' ', old.lines[at]);
}

static void put_name(struct stream *out, const char *before, bytes name)
{
	stream_puts(out, before);
	stream_show(out, name);
	stream_puts(out, "\n");
}

void diff_write(struct stream *out, bytes name, bytes before, bytes after)
{
	struct arena a = ARENA_INIT;
	struct side old = split(before, &a), new = split(after, &a);
	struct runs runs = { 0 };

	if (!compare(old, new, &runs, &a)) {
		runs.len = 0;
		*ARENA_PUSH(&a, &runs) = (struct run){ 0, old.len, 0, new.len };
	}
	for (size_t i = 0; i < runs.len / 2; i++) { /* they came from the end */
		struct run kept = runs.items[i];

		runs.items[i] = runs.items[runs.len - 1 - i];
		runs.items[runs.len - 1 - i] = kept;
	}
	if (runs.len > 0) {
		put_name(out, "--- a/", name);
		put_name(out, "+++ b/", name);
	}
	for (size_t i = 0, next; i < runs.len; i = next) {
		next = i + 1;
		while (next < runs.len && runs.items[next].from - runs.items[next - 1].to <= 2 * CONTEXT)
			next++;
		put_hunk(out, old, new, &runs.items[i], next - i);
	}
	arena_done(&a);
}
