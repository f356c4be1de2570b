/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/identity.h"

#include "base/limits.h"
#include "base/text.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct pattern {
	struct arena arena; /* holds the pattern itself */
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};

int pattern_new(const char *text, struct pattern **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct pattern *p = arena_new(&a, struct pattern);
	PCRE2_UCHAR why[128] = { 0 };
	PCRE2_SIZE where;
	int error;

	p->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
	                        PCRE2_NEVER_UCP | PCRE2_NEVER_UTF | PCRE2_DOLLAR_ENDONLY, &error,
	                        &where, NULL);
	p->match = pcre2_match_data_create(1, NULL);
	p->limits = pcre2_match_context_create(NULL);
	p->arena = a;
	if (!p->code || !p->match || !p->limits) {
		pcre2_get_error_message(error, why, sizeof(why));
		pattern_free(p);
		return err_set(e, ERR_USAGE, 0, "the expression '%s', at %zu: %s", SHOW(bytes_str(text)),
		               (size_t)where, (const char *)why);
	}
	pcre2_set_match_limit(p->limits, LIMIT_PATTERN_STEPS);
	pcre2_set_heap_limit(p->limits, LIMIT_PATTERN_HEAP_KIB);
	*out = p;
	return 0;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pcre2_code_free(p->code);
	pcre2_match_data_free(p->match);
	pcre2_match_context_free(p->limits);
	struct arena a = p->arena;

	arena_done(&a);
}

bool pattern_is_anchored(const char *text)
{
	size_t n = strlen(text);

	return n > 1 && text[0] == '^' && text[n - 1] == '$' && text[n - 2] != '\\' &&
	       !strchr(text, '|');
}

/* More matches than room for their places is a match, too (0). */
static bool matches(struct pattern *p, bytes s)
{
	return pcre2_match(p->code, s.p, s.n, 0, 0, p->match, p->limits) >= 0;
}

static bool part_fits(const struct identity_part *part, bytes s)
{
	if (part->pattern)
		return matches(part->pattern, s);
	return part->exact.n == 0 || bytes_equal(part->exact, s);
}

bool identity_fits(const struct identity *i, bytes subject, bytes issuer)
{
	return part_fits(&i->subject, subject) && part_fits(&i->issuer, issuer);
}
