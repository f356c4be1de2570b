/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feed_parts.h"
#include "base/text.h"

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
	bytes rest = json_type(number) == JSON_NUMBER ? json_raw(number) : BYTES(""), whole;
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

struct vulnerability_score *feed_score(struct vulnerability *v, bytes source, struct arena *a)
{
	for (size_t i = 0; i < v->scores.len; i++)
		if (bytes_equal(v->scores.items[i].source, source))
			return &v->scores.items[i];
	struct vulnerability_score *score = ARENA_PUSH(a, &v->scores);

	score->source = source;
	return score;
}
