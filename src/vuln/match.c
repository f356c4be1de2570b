/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/match.h"

#include "base/buf.h"
#include "base/limits.h"
#include "vuln/stream.h"

#include <stdlib.h>

/* An advisory and where it was found. */
struct candidate {
	const struct advisory *advisory;
	const struct space *space;
	size_t order; /* of its space: those that come first count more */
};

struct candidates {
	struct candidate *items;
	size_t len, cap;
};

/* -- versions ---------------------------------------------------------------------------------- */

/* in_range(r, space): 1, 0, -1 unreadable. "0" as a beginning is OSV's word for the first one. */
static int in_range(const struct version_interval *r, const struct space *space)
{
	struct version_interval i = *r;

	if (bytes_is(i.from, "0"))
		i.from = BYTES("");
	return interval_holds(space->ordering, &i, space->version);
}

int match_affects(const struct advisory *v, const struct space *space)
{
	int undecided = 0, c;

	for (size_t i = 0; i < v->versions.len; i++)
		if (version_compare(space->ordering, space->version, v->versions.items[i], &c) && c == 0)
			return 1;
	for (size_t i = 0; i < v->ranges.len; i++) {
		int in = in_range(&v->ranges.items[i], space);

		if (in > 0)
			return 1;
		undecided |= in;
	}
	return undecided ? -1 : 0;
}

/* first_fix(v, space, a): those fixes that are newer than what is installed; all when none is. */
static bytes show_fixes(const struct advisory *v, const struct space *space, struct arena *a)
{
	buf out = BUF_INIT(SIZE_MAX);

	for (int all = 0; all < 2 && out.n == 0; all++)
		for (size_t i = 0; i < v->fixes.len; i++) {
			int c;

			if (!all && (!version_compare(space->ordering, v->fixes.items[i], space->version, &c) ||
			             c <= 0))
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

/* The group says that it is not for Linux: Microsoft's word on its own packages counts for what
 * others repeat of them without the platform. */
static bool is_elsewhere(const struct candidate *c, size_t n)
{
	const uint32_t other = ADVISORY_FLAG_ONLY_WINDOWS | ADVISORY_FLAG_ONLY_MACOS;

	for (size_t i = 0; i < n; i++)
		if (c[i].advisory->flags & other && !(c[i].advisory->flags & ADVISORY_FLAG_ONLY_LINUX))
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
	if (m->status == ADVISORY_UNKNOWN || m->status == ADVISORY_NOT_AFFECTED)
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
	if (bytes_starts(c->space->name, BYTES("redhat ")))
		n = keep_stream(c, n, p, a);

	for (size_t i = 0; i < n; i++) {
		const struct advisory *v = c[i].advisory;
		int in = concerns(v, p) ? match_affects(v, c[i].space) : 0;

		/* A vendor's "not affected" is said of what it ships, the same as its fixes. */
		if (v->status == ADVISORY_NOT_AFFECTED && in > 0)
			return;
		undecided |= in < 0;
		if (in <= 0)
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

/* A bill may invent distributions; the first ones tell as much. */
static void without(struct matches *out, struct arena *a, const struct space *spaces, size_t n)
{
	out->without++;
	if (n > 0 && out->uncovered.len < LIMIT_UNCOVERED && !has_word(&out->uncovered, spaces[0].name))
		*ARENA_PUSH(a, &out->uncovered) = spaces[0].name;
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
	struct arena *arena;
	struct map *asked; /* "space<tab>package" to struct advisories */
};

/* advisories_of(q, space, e): a distribution's source has several packages: it is asked for once.
 * NULL: *e. */
static const struct advisories *advisories_of(const struct question *q, const struct space *space,
                                              err *e)
{
	if (!q->asked->arena)
		map_init(q->asked, q->arena);
	bytes key = bytes_str(arena_printf(q->arena, PRIb "\t" PRIb, BYTESF(space->name),
	                                   BYTESF(space->package)));
	void **known = map_put(q->asked, key);
	struct advisories *list = *known;

	if (list)
		return list;
	list = arena_new(q->arena, struct advisories);
	if (database_advisories(q->db, space->name, space->package, q->arena, list, e) < 0)
		return NULL;
	return *known = list;
}

static int gather(const struct question *q, const struct space *spaces, size_t n,
                  struct candidates *out, err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct advisories *list = advisories_of(q, &spaces[i], e);

		if (!list)
			return -1;
		for (size_t k = 0; k < list->len; k++)
			/* Microsoft's own word (the last space) counts before what others say of it. */
			*ARENA_PUSH(q->arena, out) = (struct candidate){ list->items[k], &spaces[i], n - i };
	}
	return 0;
}

int match_package(struct database *db, const struct package *p, struct arena *a,
                  struct matches *out, err *e)
{
	struct space *spaces = arena_array(a, struct space, SPACES_MOST);
	size_t n = spaces_of(p, a, spaces), covered = 0;
	struct candidates all = { 0 };

	for (size_t i = 0; i < n; i++)
		covered += database_covers(db, spaces[i].name);
	if (covered == 0) {
		without(out, a, spaces, n);
		return 0;
	}
	out->looked_at++;
	if (gather(&(struct question){ db, a, &out->asked }, spaces, n, &all, e) < 0)
		return -1;
	if (all.len == 0)
		return 0;
	if (!version_is_valid(spaces[0].ordering, spaces[0].version)) {
		doubt(out, a, p, BYTES(""), "its own version");
		return 0;
	}
	qsort(all.items, all.len, sizeof(*all.items), compare_candidates);
	for (size_t i = 0, next; i < all.len; i = next) {
		for (next = i + 1; next < all.len; next++)
			if (!bytes_equal(all.items[next].advisory->id, all.items[i].advisory->id))
				break;
		judge(&all.items[i], next - i, p, a, out);
	}
	return 0;
}
