/* SPDX-License-Identifier: Apache-2.0 */
#include "version/range.h"
#include "base/text.h"
#include "version/key.h"
#include "version/range_set.h"

/* -- questions -------------------------------------------------------------------------------- */

/* compare_bound(v, bound, out): v against the bound; 0 when there is none. */
static bool compare_bound(const struct version_subject *v, bytes bound, int *out)
{
	*out = 0;
	if (bound.n == 0)
		return true;
	if (v->ordering == VERSION_PEP440 && bytes_find(bound, '+') == bound.n) {
		size_t local = bytes_find(v->text, '+');

		if (local > 0 && local < v->text.n)
			return version_compare(v->ordering, bytes_slice(v->text, 0, local), bound, out);
	}
	return version_against(v, bound, out);
}

int interval_holds_subject(const struct version_interval *i, const struct version_subject *v)
{
	int from, to, last;

	if (i->from.n + i->to.n + i->last.n == 0)
		return v->is_valid ? 1 : -1;
	if (!compare_bound(v, i->from, &from) || !compare_bound(v, i->to, &to) ||
	    !compare_bound(v, i->last, &last))
		return -1;
	return from >= (i->from.n > 0 && i->from_open) && (i->to.n == 0 || to < 0) && last <= 0;
}

int interval_holds(enum version_ordering ordering, const struct version_interval *i, bytes v)
{
	__attribute__((uninitialized)) struct version_subject s;

	version_subject(ordering, v, &s);
	return interval_holds_subject(i, &s);
}

bool range_holds(enum version_ordering ordering, const struct version_range *range, bytes v,
                 bool *out)
{
	__attribute__((uninitialized)) struct version_subject s;

	version_subject(ordering, v, &s);
	int holds = s.is_valid ? 0 : -1;

	for (size_t i = 0; i < range->len && holds == 0; i++)
		holds = interval_holds_subject(&range->items[i], &s);
	if (holds < 0)
		return false;
	*out = holds > 0;
	return true;
}

/* -- narrowing -------------------------------------------------------------------------------- */

static int compare(const struct range_job *j, bytes a, bytes b)
{
	int c = 0;

	(void)!version_compare(j->ordering, a, b, &c); /* both were checked */
	return c;
}

static int check_bound(struct range_job *j, bytes bound)
{
	if (bound.n == 0 || version_is_valid(j->ordering, bound))
		return 0;
	return err_set(j->e, ERR_FORMAT, 0, "range: '%s' is no %s version", SHOW(bound),
	               version_ordering_name(j->ordering));
}

static bytes end_of(const struct version_interval *i)
{
	return i->to.n > 0 ? i->to : i->last;
}

/* The later of the two beginnings and the earlier of the two ends. */
static struct version_interval common(const struct range_job *j, struct version_interval a,
                                      const struct version_interval *b)
{
	int c = a.from.n == 0 ? -1 : b->from.n == 0 ? 1 : compare(j, a.from, b->from);

	if (c < 0)
		a.from_open = false;
	if (c < 0)
		a.from = b->from;
	if (c <= 0)
		a.from_open = a.from_open || b->from_open;
	bytes x = end_of(&a), y = end_of(b);

	c = y.n == 0 ? -1 : x.n == 0 ? 1 : compare(j, x, y);
	if (c > 0 || (c == 0 && b->to.n > 0)) {
		a.to = b->to;
		a.last = b->last;
	}
	return a;
}

static bool is_empty(const struct range_job *j, const struct version_interval *i)
{
	if (i->from.n == 0 || end_of(i).n == 0)
		return false;
	int c = compare(j, i->from, end_of(i));

	return c > 0 || (c == 0 && (i->from_open || i->to.n > 0));
}

static int add(struct range_job *j, struct version_range *range, struct version_interval i)
{
	if (is_empty(j, &i))
		return 0;
	if (range->len == LIMIT_RANGE_INTERVALS)
		return err_set(j->e, ERR_LIMIT, 0, "range: more than %d intervals", LIMIT_RANGE_INTERVALS);
	*ARENA_PUSH(j->arena, range) = i;
	return 0;
}

int range_begin(struct range_job *j)
{
	j->here.len = 0;
	return add(j, &j->here, (struct version_interval){ 0 });
}

int range_end(struct range_job *j)
{
	for (size_t i = 0; i < j->here.len; i++)
		if (add(j, &j->all, j->here.items[i]) < 0)
			return -1;
	return 0;
}

/* Keep what is in one of the n (which do not overlap). */
static int narrow(struct range_job *j, const struct version_interval *with, size_t n)
{
	struct version_range kept = { 0 };

	for (size_t i = 0; i < j->here.len; i++)
		for (size_t k = 0; k < n; k++)
			if (add(j, &kept, common(j, j->here.items[i], &with[k])) < 0)
				return -1;
	j->here = kept;
	return 0;
}

int range_narrow(struct range_job *j, struct version_interval i)
{
	if (check_bound(j, i.from) < 0 || check_bound(j, end_of(&i)) < 0)
		return -1;
	return narrow(j, &i, 1);
}

int range_exclude(struct range_job *j, struct version_interval i)
{
	const struct version_interval around[] = {
		{ .to = i.from_open ? (bytes){ NULL, 0 } : i.from,
		  .last = i.from_open ? i.from : (bytes){ NULL, 0 } },
		{ .from = end_of(&i), .from_open = i.to.n == 0 },
	};

	if (check_bound(j, i.from) < 0 || check_bound(j, end_of(&i)) < 0)
		return -1;
	return narrow(j, around, end_of(&i).n > 0 ? 2 : 1);
}

/* What is in none of them: before its beginning or behind its end, for each. */
static int complement(struct range_job *j, const struct version_range *range)
{
	if (range_begin(j) < 0)
		return -1;
	for (size_t k = 0; k < range->len; k++) {
		const struct version_interval *i = &range->items[k];
		struct version_interval around[2];
		size_t n = 0;

		if (i->from.n > 0)
			around[n++] = i->from_open ? (struct version_interval){ .last = i->from }
			                           : (struct version_interval){ .to = i->from };
		if (end_of(i).n > 0)
			around[n++] = (struct version_interval){ .from = end_of(i), .from_open = i->to.n == 0 };
		if (narrow(j, around, n) < 0)
			return -1;
	}
	return range_end(j);
}

int range_complement(enum version_ordering ordering, const struct version_range *range,
                     struct arena *a, struct version_range *out, err *e)
{
	struct range_job j = { .ordering = ordering, .arena = a, .e = e, .all = *out };

	if (complement(&j, range) < 0)
		return -1;
	*out = j.all;
	return 0;
}

/* -- texts ------------------------------------------------------------------------------------ */

static bool is_sign(uint8_t c)
{
	return c == '=' || c == '<' || c == '>' || c == '!' || c == '~' || c == '^';
}

static bool divides(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',';
}

static bool is_word(uint8_t c)
{
	return !divides(c);
}

/* One comparison, or npm's hyphen between two versions. */
static int read_comparison(struct range_job *j, enum range_syntax syntax, bytes *text)
{
	static int (*const compare_by[])(struct range_job *, bytes, bytes) = {
		[RANGE_PLAIN] = range_compare_plain,
		[RANGE_NPM] = range_compare_npm,
		[RANGE_PEP440] = range_compare_pep440,
		[RANGE_GEM] = range_compare_gem,
	};
	bytes op = take_while(text, is_sign);

	(void)take_while(text, divides);
	bytes v = take_while(text, is_word), rest = *text;

	if (v.n == 0)
		return err_set(j->e, ERR_FORMAT, 0, "range: no version behind '%s'", SHOW(op));
	(void)take_while(&rest, divides);
	if (syntax == RANGE_NPM && op.n == 0 && bytes_is(take_while(&rest, is_word), "-")) {
		(void)take_while(&rest, divides);
		bytes last = take_while(&rest, is_word);

		*text = rest;
		if (last.n == 0)
			return err_set(j->e, ERR_FORMAT, 0, "range: no version behind '-'");
		return range_hyphen(j, v, last);
	}
	return compare_by[syntax](j, op, v);
}

static int read_alternative(struct range_job *j, enum range_syntax syntax, bytes text)
{
	if (range_begin(j) < 0)
		return -1;
	if (bytes_trim(text).n == 0 && syntax != RANGE_NPM) /* npm: "" is every version */
		return err_set(j->e, ERR_FORMAT, 0, "range: empty");
	for ((void)take_while(&text, divides); text.n > 0; (void)take_while(&text, divides))
		if (read_comparison(j, syntax, &text) < 0)
			return -1;
	return range_end(j);
}

static int read_text(struct range_job *j, enum range_syntax syntax, bytes text)
{
	bytes bars = BYTES("||");

	if (syntax == RANGE_BRACES)
		return range_parse_braces(j, text);
	for (;;) {
		size_t at = bytes_search(text, bars);

		if (read_alternative(j, syntax, bytes_slice(text, 0, at)) < 0)
			return -1;
		if (at == text.n)
			return 0;
		text = bytes_skip(text, at + bars.n);
	}
}

int range_parse(enum range_syntax syntax, enum version_ordering ordering, bytes text,
                struct arena *a, struct version_range *out, err *e)
{
	struct range_job j = { .ordering = ordering, .arena = a, .e = e, .all = *out };

	if (text.n > LIMIT_RANGE)
		return err_set(e, ERR_LIMIT, 0, "range: more than %d octets", LIMIT_RANGE);
	if (read_text(&j, syntax, text) < 0)
		return -1;
	*out = j.all;
	return 0;
}

/* -- events ----------------------------------------------------------------------------------- */

/* "0" comes before every version (OSV schema, "introduced"). */
static bool is_first(const struct range_event *event)
{
	return event->kind == RANGE_INTRODUCED && bytes_is(event->version, "0");
}

static int compare_events(const struct range_job *j, const struct range_event *a,
                          const struct range_event *b)
{
	/* A fix and an introduction at one version: it is affected again from there. A version that is
	 * introduced and last affected is affected alone. */
	static const int ranks[] = {
		[RANGE_FIXED] = 0, [RANGE_INTRODUCED] = 1, [RANGE_LAST_AFFECTED] = 2, [RANGE_LIMIT] = 3
	};

	if (is_first(a) || is_first(b))
		return is_first(b) - is_first(a);
	int c = compare(j, a->version, b->version);

	return c != 0 ? c : ranks[a->kind] - ranks[b->kind];
}

/* Feeds write them nearly in order. */
static void sort_events(const struct range_job *j, struct range_event *events, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct range_event event = events[i];
		size_t k = i;

		for (; k > 0 && compare_events(j, &event, &events[k - 1]) < 0; k--)
			events[k] = events[k - 1];
		events[k] = event;
	}
}

static int check_event(struct range_job *j, const struct range_event *event)
{
	if (is_first(event) || (event->kind == RANGE_LIMIT && bytes_is(event->version, "*")))
		return 0;
	if (event->version.n == 0)
		return err_set(j->e, ERR_FORMAT, 0, "range: an event without a version");
	return check_bound(j, event->version);
}

/* What may be affected at all: OSV joins limits by or, so the last one decides. */
static bytes find_limit(const struct range_job *j, const struct range_event *events, size_t n)
{
	bytes limit = { NULL, 0 };

	for (size_t i = 0; i < n; i++) {
		if (events[i].kind != RANGE_LIMIT)
			continue;
		if (bytes_is(events[i].version, "*"))
			return (bytes){ NULL, 0 };
		if (limit.n == 0 || compare(j, events[i].version, limit) > 0)
			limit = events[i].version;
	}
	return limit;
}

/* An introduction at the version of a fix that ends nothing else: it is mended where it begins. */
static bool is_mended_at_once(const struct range_job *j, const struct range_event *events, size_t i,
                              bytes ended)
{
	return i > 0 && events[i - 1].kind == RANGE_FIXED && !is_first(&events[i]) &&
	       compare(j, events[i - 1].version, events[i].version) == 0 &&
	       (ended.n == 0 || compare(j, ended, events[i].version) != 0);
}

static int walk_events(struct range_job *j, const struct range_event *events, size_t n,
                       const struct version_interval *within)
{
	struct version_interval open = { 0 };
	bytes ended = { 0 }; /* where the last one ended */
	bool is_open = false;

	for (size_t i = 0; i < n; i++) {
		switch (events[i].kind) {
		case RANGE_LIMIT: continue;
		case RANGE_INTRODUCED:
			if (!is_open && is_mended_at_once(j, events, i, ended))
				continue;
			if (!is_open)
				open = (struct version_interval){ .from = is_first(&events[i])
					                                          ? (bytes){ NULL, 0 }
					                                          : events[i].version };
			is_open = true;
			continue;
		case RANGE_FIXED: open.to = events[i].version; break;
		case RANGE_LAST_AFFECTED: open.last = events[i].version; break;
		}
		if (is_open && add(j, &j->all, common(j, open, within)) < 0)
			return -1;
		if (is_open)
			ended = events[i].version;
		is_open = false;
		open = (struct version_interval){ 0 };
	}
	return is_open ? add(j, &j->all, common(j, open, within)) : 0;
}

int range_events(enum version_ordering ordering, struct range_event *events, size_t n,
                 struct arena *a, struct version_range *out, err *e)
{
	struct range_job j = { .ordering = ordering, .arena = a, .e = e, .all = *out };
	size_t kept = 0;

	if (n > LIMIT_RANGE_INTERVALS)
		return err_set(e, ERR_LIMIT, 0, "range: more than %d events", LIMIT_RANGE_INTERVALS);
	for (size_t i = 0; i < n; i++)
		if (check_event(&j, &events[i]) < 0)
			return -1;
	const struct version_interval within = { .to = find_limit(&j, events, n) };

	for (size_t i = 0; i < n; i++)
		if (events[i].kind != RANGE_LIMIT)
			events[kept++] = events[i];
	sort_events(&j, events, kept);
	if (walk_events(&j, events, kept, &within) < 0)
		return -1;
	*out = j.all;
	return 0;
}
