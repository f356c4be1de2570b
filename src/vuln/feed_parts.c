/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feed_parts.h"

#include "base/text.h"
#include "model/cvss.h"
#include "vuln/space.h"

bytes feed_text(const struct feed_job *j, json object, const char *name)
{
	return bytes_trim(json_bytes(json_get(object, name), j->arena));
}

int feed_date(const struct feed_job *j, bytes date)
{
	return date.n == 0 ? 0 : j->sink->date(j->sink->ctx, date, j->e);
}

int feed_fault(const struct feed_job *j, bytes where, const char *what)
{
	return j->sink->fault(j->sink->ctx, where, what, j->e);
}

int feed_emit(const struct feed_job *j, const struct advisory *a)
{
	if (a->space.n == 0 || a->package.n == 0 || a->id.n == 0 || a->source.n == 0)
		return feed_fault(j, a->id, "a row without a package, an id or its source");
	return j->sink->advisory(j->sink->ctx, a, j->e);
}

int feed_emit_vulnerability(const struct feed_job *j, const struct vulnerability *v)
{
	if (v->id.n == 0)
		return feed_fault(j, v->title, "a vulnerability without an id");
	return j->sink->vulnerability(j->sink->ctx, v, j->e);
}

bool feed_fix(const struct feed_job *j, struct advisory *a, bytes version)
{
	if (version.n > 0 && !version_is_valid(space_ordering(a->space), version))
		return false;
	*ARENA_PUSH(j->arena, &a->ranges) = (struct version_interval){ .to = version };
	feed_word(version, j->arena, &a->fixes);
	return true;
}

void feed_word(bytes word, struct arena *a, struct word_list *out)
{
	if (word.n > 0 && out->len < LIMIT_ADVISORY_WORDS)
		*ARENA_PUSH(a, out) = word;
}

void feed_words(json list, struct arena *a, struct word_list *out)
{
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		feed_word(json_bytes(v, a), a, out);
}

bool feed_tenths(json number, uint16_t *out)
{
	return json_type(number) == JSON_NUMBER && feed_tenths_of(json_raw(number), out);
}

bool feed_tenths_of(bytes number, uint16_t *out)
{
	bytes rest = number, whole;
	uint64_t units = 0, tenths = 0;

	if (!bytes_take_until(&rest, '.', &whole) || !text_take_u64(whole, 10, 10, &units) ||
	    (rest.n > 0 && (rest.n > 1 || !text_take_u64(rest, 10, 9, &tenths))) ||
	    units * 10 + tenths > 100)
		return false;
	*out = (uint16_t)(units * 10 + tenths);
	return true;
}

enum severity feed_severity(bytes word)
{
	enum severity s = SEVERITY_UNKNOWN;

	if (bytes_equal_nocase(word, BYTES("moderate")))
		return SEVERITY_MEDIUM;
	if (bytes_equal_nocase(word, BYTES("important")))
		return SEVERITY_HIGH;
	return severity_from(word, &s) ? s : SEVERITY_UNKNOWN;
}

void feed_vector(struct vulnerability_score *s, bytes vector)
{
	bool fourth = bytes_starts(vector, BYTES("CVSS:4")),
		 third = bytes_starts(vector, BYTES("CVSS:3"));
	bytes *place = fourth ? &s->v4_vector : third ? &s->v3_vector : &s->v2_vector;
	uint16_t *score = fourth ? &s->v4_score : third ? &s->v3_score : &s->v2_score;
	struct cvss c;

	*place = vector;
	if (*score == 0 && cvss_score(vector, &c))
		*score = c.base;
}

struct vulnerability_score *feed_score(struct vulnerability *v, bytes source, struct arena *a)
{
	for (size_t i = 0; i < v->scores.len; i++)
		if (bytes_equal(v->scores.items[i].source, source))
			return &v->scores.items[i];
	struct vulnerability_score *score = ARENA_PUSH(a, &v->scores);

	score->source = source;
	return score;
}
