/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/match.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/pack.h"
#include "vuln/record.h"
#include "vuln/stream.h"

#include <stdlib.h>

/* An advisory that may decide, and where it was found. */
struct candidate {
	const struct advisory *advisory;
	const struct space *space;
	size_t order; /* of its space: those that come first count more */
	int in;       /* does it concern the package? 1, 0; -1 when its ranges cannot be read */
};

struct candidates {
	struct candidate *items;
	size_t len, cap;
};

/* -- versions ---------------------------------------------------------------------------------- */

/* in_range(r, v): 1, 0, -1 unreadable. "0" as a beginning is OSV's word for the first one. */
static int in_range(const struct version_interval *r, const struct version_subject *v)
{
	struct version_interval i = *r;

	if (bytes_is(i.from, "0"))
		i.from = BYTES("");
	return interval_holds_subject(&i, v);
}

static int affects(const struct advisory *v, const struct version_subject *version)
{
	int undecided = 0, c;

	for (size_t i = 0; i < v->versions.len; i++)
		if (version_against(version, v->versions.items[i], &c) && c == 0)
			return 1;
	for (size_t i = 0; i < v->ranges.len; i++) {
		int in = in_range(&v->ranges.items[i], version);

		if (in > 0)
			return 1;
		undecided |= in;
	}
	return undecided ? -1 : 0;
}

/* show_fixes(v, space, a): those fixes that are newer than what is installed; when none is, all but
 * what is installed, which is affected. */
static bytes show_fixes(const struct advisory *v, const struct space *space, struct arena *a)
{
	buf out = BUF_INIT(SIZE_MAX);

	for (int all = 0; all < 2 && out.n == 0; all++)
		for (size_t i = 0; i < v->fixes.len; i++) {
			int c = -1;

			if ((!version_compare(space->ordering, v->fixes.items[i], space->version, &c) ||
			     c <= 0) && (!all || c == 0))
				continue;
			if (out.n > 0)
				buf_puts(&out, ", ");
			buf_put(&out, v->fixes.items[i]);
		}
	bytes text = arena_bytes(a, buf_bytes(&out));

	buf_done(&out);
	return text;
}

/* -- what limits an advisory ------------------------------------------------------------------- */

static bool has_word(const struct word_list *list, bytes word)
{
	for (size_t i = 0; i < list->len; i++)
		if (bytes_equal(list->items[i], word))
			return true;
	return false;
}

/* A module stream: "nodejs:18" limits to packages of "nodejs:18:9020…"; no stream, to none. */
static bool same_module(const struct advisory *v, const struct package *p)
{
	if (v->module.n == 0)
		return p->module.n == 0 || v->source.n == 0 || !bytes_is(v->source, "redhat");
	return bytes_starts(p->module, v->module) &&
	       (p->module.n == v->module.n || p->module.p[v->module.n] == ':');
}

static bool concerns(const struct advisory *v, const struct package *p)
{
	if (v->architectures.len > 0 && p->architecture.n > 0 &&
	    !has_word(&v->architectures, p->architecture) &&
	    !has_word(&v->architectures, BYTES("noarch")))
		return false;
	return same_module(v, p) && !(v->flags & ADVISORY_FLAG_WITHDRAWN);
}

/* -- one vulnerability ------------------------------------------------------------------------- */

static void doubt(struct matches *out, struct arena *a, const struct package *p, bytes id,
                  const char *what)
{
	*ARENA_PUSH(a, &out->doubts) = (struct match_doubt){ p, id, what };
}

static bool is_of_others(const struct advisory *v)
{
	return v->flags & (ADVISORY_FLAG_ONLY_WINDOWS | ADVISORY_FLAG_ONLY_MACOS) &&
	       !(v->flags & ADVISORY_FLAG_ONLY_LINUX);
}

/* The group says that it is not for Linux: Microsoft's word on its own packages counts for what
 * others repeat of them without the platform. */
static bool is_elsewhere(const struct candidate *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_of_others(c[i].advisory))
			return true;
	return false;
}

static void report(const struct candidate *c, const struct package *p, struct arena *a,
                   struct matches *out)
{
	const struct advisory *v = c->advisory;
	struct match *m = ARENA_PUSH(a, &out->found);

	*m = (struct match){ .package = p,
		                 .id = v->id,
		                 .space = c->space,
		                 .advisory = v,
		                 .installed = c->space->version,
		                 .fixed = show_fixes(v, c->space, a),
		                 .status = v->status };
	if (m->status == ADVISORY_UNKNOWN || m->status == ADVISORY_NOT_AFFECTED ||
	    (m->fixed.n == 0 && v->fixes.len > 0))
		m->status = m->fixed.n > 0 ? ADVISORY_FIXED : ADVISORY_AFFECTED;
}

/* A more particular space has a word of its own: it alone counts. */
static size_t keep_particular(struct candidate *c, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n && c[0].space->instead; i++)
		kept += c[i].order == c[0].order;
	return c[0].space->instead ? kept : n;
}

static bool has_streams(const struct space *space)
{
	return bytes_starts(space->name, BYTES("redhat "));
}

/* Of RHEL's fixes those that count for the system's minor release. */
static size_t keep_stream(struct candidate *c, size_t n, const struct package *p, struct arena *a)
{
	struct stream_row *rows = arena_array(a, struct stream_row, n);
	size_t fixes = 0, kept = 0, k = 0;

	for (size_t i = 0; i < n; i++)
		if (c[i].advisory->fixes.len > 0 && concerns(c[i].advisory, p))
			rows[fixes++] = (struct stream_row){ c[i].advisory->fixes.items[0],
				                                 c[i].advisory->product, false };
	if (!stream_choose(rows, fixes, p->distro_version, c[0].space->version))
		return 0;
	for (size_t i = 0; i < n; i++) {
		bool fix = c[i].advisory->fixes.len > 0 && concerns(c[i].advisory, p);

		if (fix ? rows[k++].counts : c[i].advisory->product.n == 0)
			c[kept++] = c[i];
	}
	return kept;
}

/* judge(c, n, p, a, out): n advisories of one vulnerability, the most trusted first. */
static void judge(struct candidate *c, size_t n, const struct package *p, struct arena *a,
                  struct matches *out)
{
	bool undecided = false;

	n = keep_particular(c, n);
	if (has_streams(c->space))
		n = keep_stream(c, n, p, a);

	for (size_t i = 0; i < n; i++) {
		/* A vendor's "not affected" is said of what it ships, the same as its fixes. */
		if (c[i].advisory->status == ADVISORY_NOT_AFFECTED && c[i].in > 0)
			return;
		undecided |= c[i].in < 0;
		if (c[i].in <= 0)
			continue;
		if (is_elsewhere(c, n))
			out->elsewhere++;
		else
			report(&c[i], p, a, out);
		return;
	}
	if (undecided)
		doubt(out, a, p, c->advisory->id, "a version of its range");
}

/* Where p would stand; of a system that nobody publishes for, what it calls itself. */
static bytes place_of(const struct package *p, const struct space *spaces, size_t n,
                      struct arena *a)
{
	if (n > 0)
		return spaces[0].name;
	if (p->ecosystem == ECO_NONE)
		return BYTES("");
	if (p->distro_id.n == 0)
		return BYTES("a system without a name");
	return bytes_str(arena_printf(a, PRIb " " PRIb, BYTESF(p->distro_id),
	                              BYTESF(p->distro_version.n > 0 ? p->distro_version
	                                                             : BYTES("without a release"))));
}

/* A bill may invent distributions; the first ones tell as much. */
static void without(struct matches *out, struct arena *a, bytes place)
{
	out->without++;
	if (place.n > 0 && out->uncovered.len < LIMIT_UNCOVERED && !has_word(&out->uncovered, place))
		*ARENA_PUSH(a, &out->uncovered) = place;
}

/* -- one package ------------------------------------------------------------------------------- */

static int compare_candidates(const void *left, const void *right)
{
	const struct candidate *l = left, *r = right;
	int c = bytes_compare(l->advisory->id, r->advisory->id);

	c = c ? c : (l->order > r->order) - (l->order < r->order);
	return c ? c : bytes_compare(l->advisory->source, r->advisory->source);
}

struct question {
	struct database *db;
	const struct package *package;
	const struct space *spaces;
	size_t n;
	bool is_readable; /* the version that advisories of the first space speak of */
	struct arena *arena;
};

/* Most of what is known of a package was mended long ago. What concerns it, what others of the
 * same vulnerability hang on, and what may keep others from counting is looked at together. */
static bool may_decide(const struct question *q, const struct candidate *c)
{
	return c->in != 0 || is_of_others(c->advisory) || q->spaces[q->n - 1].instead ||
	       has_streams(c->space) || !q->is_readable;
}

static void keep(const struct question *q, struct candidate c, bytes packed,
                 struct arena *list, struct candidates *out)
{
	struct advisory *v = arena_alloc(q->arena, sizeof(*v));

	packed = arena_bytes(q->arena, packed);
	(void)advisory_unpack(&packed, q->arena, v); /* it was read before */
	v->space = c.space->name;
	v->package = c.space->package;
	c.advisory = v;
	*ARENA_PUSH(list, out) = c;
}

static int gather_from(const struct question *q, size_t at, struct arena *scratch,
                       struct arena *list, struct candidates *out, err *e)
{
	__attribute__((uninitialized)) struct version_subject version;
	const struct space *space = &q->spaces[at];
	bytes rest, before;

	if (database_advisories(q->db, space->name, space->package, &rest, e) < 0)
		return -1;
	version_subject(space->ordering, space->version, &version);
	for (; rest.n > 0; arena_reset(scratch)) {
		struct advisory v;

		before = rest;
		if (!advisory_unpack(&rest, scratch, &v))
			return err_set(e, ERR_FORMAT, 0,
			               "the database is damaged: an advisory cannot be read");
		/* Microsoft's own word (the last space) counts before what others say of it. */
		struct candidate c = { &v, space, q->n - at,
			                   concerns(&v, q->package) ? affects(&v, &version) : 0 };

		if (may_decide(q, &c))
			keep(q, c, bytes_slice(before, 0, before.n - rest.n), list, out);
	}
	return 0;
}

/* gather(q, list, out, e): what may decide, in memory of list. */
static int gather(const struct question *q, struct arena *list, struct candidates *out, err *e)
{
	struct arena scratch = ARENA_INIT;
	int result = 0;

	for (size_t i = 0; i < q->n && result == 0; i++)
		result = gather_from(q, i, &scratch, list, out, e);
	arena_done(&scratch);
	return result;
}

static void judge_all(const struct question *q, const struct candidates *all, struct matches *out)
{
	if (all->len > 0 && !q->is_readable) {
		doubt(out, q->arena, q->package, BYTES(""), "its own version");
		return;
	}
	if (all->len > 1)
		qsort(all->items, all->len, sizeof(*all->items), compare_candidates);
	for (size_t i = 0, next; i < all->len; i = next) {
		for (next = i + 1; next < all->len; next++)
			if (!bytes_equal(all->items[next].advisory->id, all->items[i].advisory->id))
				break;
		judge(&all->items[i], next - i, q->package, q->arena, out);
	}
}

static int answer(const struct question *q, struct matches *out, err *e)
{
	struct arena list = ARENA_INIT;
	struct candidates all = { 0 };
	int result = gather(q, &list, &all, e);

	if (result == 0)
		judge_all(q, &all, out);
	arena_done(&list);
	return result;
}

/* -- the same again ---------------------------------------------------------------------------- */

/* What a question added to the matches. */
struct match_answer {
	size_t found, found_n, doubts, doubts_n;
	uint64_t elsewhere;
};

/* All that an answer hangs on. */
static bytes key_of(const struct question *q)
{
	const struct package *p = q->package;
	buf key = BUF_INIT(SIZE_MAX / 2);

	for (size_t i = 0; i < q->n; i++) {
		pack_bytes(&key, q->spaces[i].name);
		pack_bytes(&key, q->spaces[i].package);
		pack_bytes(&key, q->spaces[i].version);
	}
	pack_bytes(&key, p->architecture);
	pack_bytes(&key, p->module);
	pack_bytes(&key, p->distro_version);
	bytes kept = arena_bytes(q->arena, buf_bytes(&key));

	buf_done(&key);
	return kept;
}

static void say_again(const struct match_answer *known, const struct package *p, struct arena *a,
                      struct matches *out)
{
	for (size_t i = 0; i < known->found_n; i++) {
		struct match again = out->found.items[known->found + i];

		again.package = p;
		*ARENA_PUSH(a, &out->found) = again;
	}
	for (size_t i = 0; i < known->doubts_n; i++) {
		struct match_doubt again = out->doubts.items[known->doubts + i];

		again.package = p;
		*ARENA_PUSH(a, &out->doubts) = again;
	}
	out->elsewhere += known->elsewhere;
}

/* ask(q, out, e): packages of one source have the same answer. */
static int ask(const struct question *q, struct matches *out, err *e)
{
	if (!out->asked.arena)
		map_init(&out->asked, q->arena);
	void **known = map_put(&out->asked, key_of(q));
	struct match_answer *said = *known;

	if (said) {
		say_again(said, q->package, q->arena, out);
		return 0;
	}
	said = *known = arena_new(q->arena, struct match_answer);
	said->found = out->found.len;
	said->doubts = out->doubts.len;
	said->elsewhere = out->elsewhere;
	if (answer(q, out, e) < 0)
		return -1;
	said->found_n = out->found.len - said->found;
	said->doubts_n = out->doubts.len - said->doubts;
	said->elsewhere = out->elsewhere - said->elsewhere;
	return 0;
}

int match_package(struct database *db, const struct package *p, struct arena *a,
                  struct matches *out, err *e)
{
	struct space *spaces = arena_array(a, struct space, SPACES_MOST);
	size_t n = spaces_of(p, a, spaces), covered = 0;

	for (size_t i = 0; i < n; i++)
		covered += database_covers(db, spaces[i].name);
	if (covered == 0) {
		without(out, a, place_of(p, spaces, n, a));
		return 0;
	}
	bool is_readable = version_is_valid(spaces[0].ordering, spaces[0].version);

	out->looked_at += is_readable;

	return ask(&(struct question){ db, p, spaces, n, is_readable, a }, out, e);
}
