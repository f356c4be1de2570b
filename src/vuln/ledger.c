/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/ledger.h"

#include "base/map.h"
#include "base/text.h"
#include "fmt/json.h"
#include "fmt/json_write.h"

#include <stdlib.h>

#define SCHEMA "oakum.ledger/1"
#define SECONDS_OF_DAY 86400

/* -- reading ----------------------------------------------------------------------------------- */

static bool is_date(bytes text)
{
	int64_t day;

	return text.n == 0 || (text.n == strlen("2026-12-31") && text_from_date(text, &day));
}

/* A date that nobody can read would accept a finding for ever, or never. */
static int check_entry(const struct ledger_entry *x, err *e)
{
	if (x->id.n == 0 || x->package.n == 0)
		return err_set(e, ERR_FORMAT, 0, "an entry without id or package");
	if (is_date(x->first_seen) && is_date(x->became_fixable) && is_date(x->closed) &&
	    is_date(x->expires))
		return 0;
	return err_set(e, ERR_FORMAT, 0, "%s of %s: a date is not YYYY-MM-DD", SHOW(x->id),
	               SHOW(x->package));
}

int ledger_read(bytes text, struct arena *a, struct ledger *out, err *e)
{
	struct json_doc doc;

	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	json list = json_get(json_root(&doc), "findings");

	if (!bytes_is(json_bytes(json_get(json_root(&doc), "schema"), a), SCHEMA))
		return err_set(e, ERR_FORMAT, 0, "no ledger (schema " SCHEMA ")");
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		struct ledger_entry x;

#define X(field) x.field = json_bytes(json_get(v, #field), a);
		LEDGER_FIELDS(X)
#undef X
		if (check_entry(&x, e) < 0)
			return -1;
		*ARENA_PUSH(a, out) = x;
	}
	return 0;
}

/* -- bringing it up to date -------------------------------------------------------------------- */

/* The package whatever its version: "pkg:deb/debian/openssl". */
static bytes package_of(const char *purl)
{
	bytes text = bytes_str(purl);

	text = bytes_slice(text, 0, bytes_find(text, '?'));
	return bytes_slice(text, 0, bytes_find(text, '@'));
}

static bytes key_of(bytes target, bytes id, bytes package, struct arena *a)
{
	return bytes_str(arena_printf(a, PRIb "\t" PRIb "\t" PRIb, BYTESF(gate_text(target)),
	                              BYTESF(gate_text(id)), BYTESF(gate_text(package))));
}

/* The last day counts whole (UTC). */
static bool is_past(bytes date, int64_t now)
{
	int64_t last;

	return !text_from_date(date, &last) || now >= last + SECONDS_OF_DAY;
}

struct update {
	struct ledger *ledger;
	struct arena *arena;
	struct map known; /* key_of to the entry's index + 1 */
	bytes target, today;
	int64_t now;
	struct ledger_change *change;
};

static struct ledger_entry *entry_of(struct update *u, const struct finding *f)
{
	bytes package = package_of(f->purl_text);
	void **at = map_put(&u->known, key_of(u->target, f->match.id, package, u->arena));

	if (!*at) {
		*ARENA_PUSH(u->arena, u->ledger) =
			(struct ledger_entry){ .target = arena_bytes(u->arena, u->target),
			                       .id = arena_bytes(u->arena, f->match.id),
			                       .package = arena_bytes(u->arena, package),
			                       .first_seen = u->today };
		*at = (void *)(uintptr_t)u->ledger->len;
		u->change->added++;
	}
	return &u->ledger->items[(uintptr_t)*at - 1];
}

static void note_finding(struct update *u, struct finding *f)
{
	struct ledger_entry *x = entry_of(u, f);
	bool past = x->expires.n > 0 && is_past(x->expires, u->now);

	x->severity = bytes_str(severity_name(f->rating.severity));
	x->installed = arena_bytes(u->arena, f->match.installed);
	x->fixed = arena_bytes(u->arena, f->match.fixed);
	x->closed = BYTES("");
	if (x->fixed.n == 0) {
		x->became_fixable = BYTES("");
	} else if (x->became_fixable.n == 0) {
		x->became_fixable = u->today;
		u->change->fixable++;
	}
	f->accepted = x->fixed.n == 0 && x->expires.n > 0 && !past;
	u->change->accepted += f->accepted;
	u->change->expired += past;
}

static void close_gone(struct update *u, const struct matches *matches)
{
	struct map there;

	map_init(&there, u->arena);
	for (size_t i = 0; i < matches->found.len; i++) {
		const struct match *m = &matches->found.items[i];
		bytes package = package_of(package_purl(m->package, u->arena));

		*map_put(&there, key_of(u->target, m->id, package, u->arena)) = u;
	}
	for (size_t i = 0; i < u->ledger->len; i++) {
		struct ledger_entry *x = &u->ledger->items[i];

		if (!bytes_equal(x->target, u->target) || x->closed.n > 0 ||
		    map_get(&there, key_of(x->target, x->id, x->package, u->arena)))
			continue;
		x->closed = u->today;
		u->change->closed++;
	}
}

void ledger_update(struct ledger *l, const struct ledger_run *run, struct arena *a,
                   struct ledger_change *out)
{
	struct update u = {
		.ledger = l, .arena = a, .target = run->target, .now = run->now, .change = out
	};

	u.today = arena_bytes(a, bytes_str(DATE_TEXT(run->now)));
	map_init(&u.known, a);
	for (size_t i = 0; i < l->len; i++) {
		const struct ledger_entry *x = &l->items[i];

		*map_put(&u.known, key_of(x->target, x->id, x->package, a)) = (void *)(uintptr_t)(i + 1);
	}
	for (size_t i = 0; i < run->gate->found.len; i++)
		note_finding(&u, &run->gate->found.items[i]);
	close_gone(&u, run->matches);
}

/* -- writing ----------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
	const struct ledger_entry *l = left, *r = right;
	int c = bytes_compare(l->target, r->target);

	c = c ? c : bytes_compare(l->id, r->id);
	return c ? c : bytes_compare(l->package, r->package);
}

void ledger_write(struct ledger *l, struct stream *out)
{
	struct json_writer w;

	if (l->len > 1)
		qsort(l->items, l->len, sizeof(*l->items), compare);
	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", SCHEMA);
	json_write_array(&w, "findings");
	for (size_t i = 0; i < l->len; i++) {
		json_write_object(&w, NULL);
#define X(field) json_write_str(&w, #field, l->items[i].field);
		LEDGER_FIELDS(X)
#undef X
		json_write_end(&w);
	}
	json_write_end(&w);
	json_write_end(&w);
}
