/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/record.h"

#include "base/limits.h"
#include "base/pack.h"

/* -- lists ------------------------------------------------------------------------------------- */

static void pack_words(buf *out, const struct word_list *list)
{
	pack_u64(out, list->len);
	for (size_t i = 0; i < list->len; i++)
		pack_bytes(out, list->items[i]);
}

static bool take_text(bytes *in, bytes *out)
{
	return pack_take_bytes(in, LIMIT_ADVISORY_TEXT, out);
}

static bool take_count(bytes *in, uint32_t *out)
{
	/* Each item has at least one octet: a count above what is left is a lie. */
	return pack_take_u32(in, LIMIT_ADVISORY_ITEMS, out) && *out <= in->n;
}

static bool take_words(bytes *in, struct arena *a, struct word_list *out)
{
	uint32_t n;

	if (!take_count(in, &n))
		return false;
	*out = (struct word_list){ n > 0 ? arena_array(a, bytes, n) : NULL, n, n };
	for (uint32_t i = 0; i < n; i++)
		if (!take_text(in, &out->items[i]))
			return false;
	return true;
}

/* -- advisories -------------------------------------------------------------------------------- */

void advisory_pack(const struct advisory *v, buf *out)
{
	pack_bytes(out, v->id);
	pack_bytes(out, v->source);
	pack_u64(out, v->status);
	pack_u64(out, v->severity);
	pack_u64(out, v->flags);
	pack_u64(out, v->ranges.len);
	for (size_t i = 0; i < v->ranges.len; i++) {
		const struct version_interval *r = &v->ranges.items[i];

		pack_u64(out, r->from_open);
		pack_bytes(out, r->from);
		pack_bytes(out, r->to);
		pack_bytes(out, r->last);
	}
	pack_words(out, &v->versions);
	pack_words(out, &v->fixes);
	pack_words(out, &v->vendor_ids);
	pack_words(out, &v->architectures);
	pack_bytes(out, v->module);
	pack_bytes(out, v->product);
}

static bool take_ranges(bytes *in, struct arena *a, struct advisory *out)
{
	uint32_t n;

	if (!take_count(in, &n))
		return false;
	out->ranges.items = n > 0 ? arena_array(a, struct version_interval, n) : NULL;
	out->ranges.len = out->ranges.cap = n;
	for (uint32_t i = 0; i < n; i++) {
		struct version_interval *r = &out->ranges.items[i];

		if (!pack_take_bool(in, &r->from_open) || !take_text(in, &r->from) ||
		    !take_text(in, &r->to) || !take_text(in, &r->last))
			return false;
	}
	return true;
}

bool advisory_unpack(bytes *in, struct arena *a, struct advisory *out)
{
	uint32_t status, severity;

	*out = (struct advisory){ 0 };
	if (!take_text(in, &out->id) || !take_text(in, &out->source) ||
	    !pack_take_u32(in, ADVISORY_END_OF_LIFE, &status) ||
	    !pack_take_u32(in, SEVERITY_CRITICAL, &severity) ||
	    !pack_take_u32(in, UINT32_MAX, &out->flags))
		return false;
	out->status = status;
	out->severity = severity;
	return take_ranges(in, a, out) && take_words(in, a, &out->versions) &&
	       take_words(in, a, &out->fixes) && take_words(in, a, &out->vendor_ids) &&
	       take_words(in, a, &out->architectures) && take_text(in, &out->module) &&
	       take_text(in, &out->product);
}

/* -- vulnerabilities --------------------------------------------------------------------------- */

static void pack_score(buf *out, const struct vulnerability_score *s)
{
	pack_bytes(out, s->source);
	pack_u64(out, s->severity);
	pack_bytes(out, s->v2_vector);
	pack_bytes(out, s->v3_vector);
	pack_bytes(out, s->v4_vector);
	pack_u64(out, s->v2_score);
	pack_u64(out, s->v3_score);
	pack_u64(out, s->v4_score);
}

void vulnerability_pack(const struct vulnerability *v, buf *out)
{
	pack_bytes(out, v->id);
	pack_words(out, &v->aliases);
	pack_bytes(out, v->title);
	pack_bytes(out, v->description);
	pack_words(out, &v->cwes);
	pack_words(out, &v->references);
	pack_u64(out, v->scores.len);
	for (size_t i = 0; i < v->scores.len; i++)
		pack_score(out, &v->scores.items[i]);
	pack_bytes(out, v->published);
	pack_bytes(out, v->modified);
	pack_bytes(out, v->kev_added);
	pack_bytes(out, v->kev_due);
	pack_u64(out, v->kev_ransomware);
	pack_u64(out, v->epss);
	pack_u64(out, v->epss_percentile);
	pack_bytes(out, v->epss_date);
	pack_u64(out, v->withdrawn);
}

static bool take_tenths(bytes *in, uint16_t *out)
{
	uint32_t v;

	if (!pack_take_u32(in, 100, &v))
		return false;
	*out = (uint16_t)v;
	return true;
}

static bool take_score(bytes *in, struct vulnerability_score *s)
{
	uint32_t severity;

	if (!take_text(in, &s->source) || !pack_take_u32(in, SEVERITY_CRITICAL, &severity))
		return false;
	s->severity = severity;
	return take_text(in, &s->v2_vector) && take_text(in, &s->v3_vector) &&
	       take_text(in, &s->v4_vector) && take_tenths(in, &s->v2_score) &&
	       take_tenths(in, &s->v3_score) && take_tenths(in, &s->v4_score);
}

static bool take_scores(bytes *in, struct arena *a, struct vulnerability *out)
{
	uint32_t n;

	if (!take_count(in, &n))
		return false;
	out->scores.items = arena_array(a, struct vulnerability_score, n);
	out->scores.len = out->scores.cap = n;
	for (uint32_t i = 0; i < n; i++)
		if (!take_score(in, &out->scores.items[i]))
			return false;
	return true;
}

static bool take_dates(bytes *in, struct vulnerability *out)
{
	return take_text(in, &out->published) && take_text(in, &out->modified) &&
	       take_text(in, &out->kev_added) && take_text(in, &out->kev_due);
}

bool vulnerability_unpack(bytes *in, struct arena *a, struct vulnerability *out)
{
	*out = (struct vulnerability){ 0 };
	return take_text(in, &out->id) && take_words(in, a, &out->aliases) &&
	       take_text(in, &out->title) && take_text(in, &out->description) &&
	       take_words(in, a, &out->cwes) && take_words(in, a, &out->references) &&
	       take_scores(in, a, out) && take_dates(in, out) &&
	       pack_take_bool(in, &out->kev_ransomware) && pack_take_u32(in, UINT32_MAX, &out->epss) &&
	       pack_take_u32(in, UINT32_MAX, &out->epss_percentile) && take_text(in, &out->epss_date) &&
	       pack_take_bool(in, &out->withdrawn);
}

/* -- end of life ------------------------------------------------------------------------------- */

void end_of_life_pack(const struct end_of_life *v, buf *out)
{
	pack_bytes(out, v->product);
	pack_bytes(out, v->release);
	pack_bytes(out, v->date);
	pack_bytes(out, v->extended);
}

bool end_of_life_unpack(bytes *in, struct end_of_life *out)
{
	return take_text(in, &out->product) && take_text(in, &out->release) &&
	       take_text(in, &out->date) && take_text(in, &out->extended);
}

/* -- joining ----------------------------------------------------------------------------------- */

static void join_words(struct word_list *into, const struct word_list *more, struct arena *a)
{
	for (size_t i = 0; i < more->len; i++) {
		bool there = false;

		for (size_t k = 0; k < into->len && !there; k++)
			there = bytes_equal(into->items[k], more->items[i]);
		if (!there && into->len < LIMIT_ADVISORY_ITEMS)
			*ARENA_PUSH(a, into) = more->items[i];
	}
}

static void fill(bytes *into, bytes more)
{
	if (into->n == 0)
		*into = more;
}

/* One feed may give a severity, another the vector, of the same source. */
static void join_score(struct vulnerability *into, const struct vulnerability_score *more,
                       struct arena *a)
{
	struct vulnerability_score *s = NULL;

	for (size_t i = 0; i < into->scores.len && !s; i++)
		if (bytes_equal(into->scores.items[i].source, more->source))
			s = &into->scores.items[i];
	if (!s) {
		if (into->scores.len < LIMIT_ADVISORY_ITEMS)
			*ARENA_PUSH(a, &into->scores) = *more;
		return;
	}
	fill(&s->v2_vector, more->v2_vector);
	fill(&s->v3_vector, more->v3_vector);
	fill(&s->v4_vector, more->v4_vector);
	s->v2_score = s->v2_score ? s->v2_score : more->v2_score;
	s->v3_score = s->v3_score ? s->v3_score : more->v3_score;
	s->v4_score = s->v4_score ? s->v4_score : more->v4_score;
	s->severity = s->severity ? s->severity : more->severity;
}

void vulnerability_merge(struct vulnerability *into, const struct vulnerability *more,
                         struct arena *a)
{
	join_words(&into->aliases, &more->aliases, a);
	join_words(&into->cwes, &more->cwes, a);
	join_words(&into->references, &more->references, a);
	for (size_t i = 0; i < more->scores.len; i++)
		join_score(into, &more->scores.items[i], a);
	fill(&into->title, more->title);
	fill(&into->description, more->description);
	fill(&into->published, more->published);
	fill(&into->modified, more->modified);
	fill(&into->kev_added, more->kev_added);
	fill(&into->kev_due, more->kev_due);
	into->kev_ransomware |= more->kev_ransomware;
	if (into->epss == UINT32_MAX && more->epss != UINT32_MAX) {
		into->epss = more->epss;
		into->epss_percentile = more->epss_percentile;
		into->epss_date = more->epss_date;
	}
	/* Withdrawn by one source is not withdrawn by all. */
	into->withdrawn &= more->withdrawn;
}
