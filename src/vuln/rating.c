/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/rating.h"

enum severity rating_word(unsigned tenths)
{
	return tenths >= 90   ? SEVERITY_CRITICAL
	       : tenths >= 70 ? SEVERITY_HIGH
	       : tenths >= 40 ? SEVERITY_MEDIUM
	       : tenths > 0   ? SEVERITY_LOW
	                      : SEVERITY_UNKNOWN;
}

unsigned rating_score(const struct vulnerability_score *s)
{
	return s->v3_score ? s->v3_score : s->v4_score ? s->v4_score : s->v2_score;
}

static enum severity word_of(const struct vulnerability_score *s)
{
	return s->severity ? s->severity : rating_word(rating_score(s));
}

/* find(d, source): what this source says, if that is a severity. */
static const struct vulnerability_score *find(const struct vulnerability *d, bytes source)
{
	for (size_t i = 0; d && i < d->scores.len; i++)
		if (bytes_equal(d->scores.items[i].source, source) && word_of(&d->scores.items[i]))
			return &d->scores.items[i];
	return NULL;
}

struct rating rating_of(const struct advisory *v, const struct vulnerability *d)
{
	/* trivy-db's order of vendors; what a feed says in no source's name comes before them. */
	static const char *const order[] = { "",       "nvd",         "redhat",   "ubuntu",
		                                 "debian", "oracle-oval", "amazon",   "photon",
		                                 "ghsa",   "alpine",      "microsoft" };
	const struct vulnerability_score *s = find(d, v->source);
	bool named = true;

	if (v->severity)
		return (struct rating){ v->severity, v->source, s };
	if (!s && bytes_starts(v->id, BYTES("GHSA-")))
		s = find(d, BYTES("ghsa"));
	if (!s)
		s = find(d, BYTES("nvd"));
	for (size_t i = 0; !s && i < sizeof(order) / sizeof(*order); i++) {
		s = find(d, bytes_str(order[i]));
		named = false;
	}
	return s ? (struct rating){ word_of(s), named ? s->source : BYTES(""), s }
	         : (struct rating){ SEVERITY_UNKNOWN, BYTES(""), NULL };
}
