/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/scan.h"

#include "base/limits.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "secret/literals.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <hs/hs_runtime.h>
#include <pcre2.h>

#include <stdlib.h>

/* What is scanned in one go; it stays in the second-level cache. */
#define WINDOW (128 * KIB)
/* An expression sees so much before the literal and behind it: a key of 8192 bits in PEM. */
#define BEFORE 512
#define BEHIND 8192
/* As many of the findings before are looked at for the same place. */
#define NEIGHBOURS 16

struct secret_scanner {
	hs_database_t *literals;
	hs_scratch_t *scratch;
	pcre2_code **expressions; /* compiled when their literal is first met */
	pcre2_match_data *match;
	pcre2_match_context *limits;
	struct hasher *hasher;
	uint8_t *window, *narrow;
	size_t n;        /* octets in the window */
	size_t looked;   /* places before this are done */
	size_t until;    /* places from this on have not enough behind them yet */
	uint64_t base;   /* where the window begins in the text */
	uint32_t line;   /* in which line, from 1 */
	uint64_t before; /* octets of the texts that share their allowance with this one */
	uint64_t asked, left_out;
	uint32_t *asked_by; /* each rule, of what is its own */
	struct secret_finding *findings;
	size_t findings_len;
	struct arena arena, scratch_arena;
};

/* -- one place --------------------------------------------------------------------------------- */

/* The text around a place: part of the window as it is, or of UTF-16 made narrow. */
struct view {
	bytes text;
	size_t at;       /* of the literal in it */
	uint64_t origin; /* where the text begins in the file */
	unsigned step;   /* octets of the file a letter */
};

/* Letters of UTF-16LE that are ASCII. */
static bool is_wide(const struct secret_scanner *s, size_t i)
{
	uint8_t c = s->window[i];

	return (i + 1 >= s->n || s->window[i + 1] == 0) &&
	       ((c >= 0x20 && c < 0x7f) || (c >= '\t' && c <= '\r'));
}

static struct view view_wide(struct secret_scanner *s, size_t at)
{
	size_t from = at, n = 0;

	while (from >= 2 && at - from < BEFORE && is_wide(s, from - 2))
		from -= 2;
	for (size_t i = from; i < s->n && n < (BEFORE + BEHIND) / 2 && is_wide(s, i); i += 2)
		s->narrow[n++] = s->window[i];
	return (struct view){ bytes_of(s->narrow, n), (at - from) / 2, s->base + from, 2 };
}

static struct view view_narrow(const struct secret_scanner *s, size_t at)
{
	size_t from = at > BEFORE ? at - BEFORE : 0;

	return (struct view){ bytes_slice(bytes_of(s->window, s->n), from, at - from + BEHIND),
		                  at - from, s->base + from, 1 };
}

static pcre2_code *expression_of(struct secret_scanner *s, size_t rule)
{
	int error;
	PCRE2_SIZE where;

	if (!s->expressions[rule])
		s->expressions[rule] = pcre2_compile(
			(PCRE2_SPTR)secret_rules[rule].expression, PCRE2_ZERO_TERMINATED,
			PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT,
			&error, &where, NULL);
	return s->expressions[rule];
}

/* The same secret gives the same fingerprint under one rule; 32 bits tell apart what one image
 * holds and are too few to find a password by trying words. */
static void put_fingerprint(struct secret_scanner *s, const struct secret_rule *rule, bytes secret,
                            struct secret_finding *f)
{
	bytes key = bytes_of(rule->id, strlen(rule->id) + 1);

	hasher_reset(s->hasher);
	hasher_update(s->hasher, key);
	hasher_update(s->hasher, secret);
	digest inner = hasher_final(s->hasher);

	hasher_reset(s->hasher);
	hasher_update(s->hasher, key);
	hasher_update(s->hasher, bytes_of(inner.value, digest_size(&inner)));
	digest outer = hasher_final(s->hasher);

	memcpy(f->fingerprint, outer.value, SECRET_FINGERPRINT);
}

/* At most a quarter of the secret is shown. The front of a key is the name of its format. */
static void put_front(const struct secret_rule *rule, bytes secret, struct secret_finding *f)
{
	size_t n = secret.n / 4 < SECRET_FRONT ? secret.n / 4 : SECRET_FRONT;

	if (secret.n < 12 || rule->check == SECRET_CHECK_KEY || rule->check == SECRET_CHECK_DER)
		n = 0;
	f->front_len = (uint8_t)n;
	memcpy(f->front, secret.p, n);
}

static uint32_t lines_in(bytes text)
{
	uint32_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

/* place(s, at, line, column): of the octet `at` of the text, which is in the window. */
static void place(const struct secret_scanner *s, uint64_t at, uint32_t *line, uint32_t *column)
{
	bytes before = bytes_of(s->window, (size_t)(at - s->base));
	size_t newline = bytes_rfind(before, '\n');
	bytes front = newline < before.n ? bytes_skip(before, newline + 1) : before;
	bool whole = newline < before.n || s->base == 0;

	if (bytes_find(front, 0) < front.n)
		return; /* programs have no lines */
	*line = s->line + lines_in(before);
	*column = whole ? (uint32_t)text_utf16_units(front) + 1 : 0;
}

static void put_place(const struct secret_scanner *s, struct secret_finding *f)
{
	if (f->utf16)
		return;
	place(s, f->start, &f->line, &f->column);
	if (f->line > 0)
		place(s, f->end, &f->end_line, &f->end_column);
	if (f->end_line == 0 || f->end_column == 0)
		f->column = f->end_column = 0;
	f->line = f->end_line > 0 ? f->line : 0;
}

/* Where two rules see the same octets, the earlier one of the table is right. */
static void add_finding(struct secret_scanner *s, const struct secret_finding *f)
{
	size_t n = s->findings_len, first = n > NEIGHBOURS ? n - NEIGHBOURS : 0;

	for (size_t i = first; i < n; i++) {
		struct secret_finding *old = &s->findings[i];

		if (f->start >= old->end || old->start >= f->end)
			continue;
		if (f->rule < old->rule) {
			*old = *f;
			put_place(s, old);
		}
		return;
	}
	if (n == LIMIT_SECRETS_FILE) {
		s->left_out++;
		return;
	}
	s->findings[s->findings_len] = *f;
	put_place(s, &s->findings[s->findings_len++]);
}

static bool is_published(const struct secret_finding *f)
{
	bytes in = bytes_of(f->fingerprint, SECRET_FINGERPRINT);
	uint32_t fingerprint = 0;

	(void)bytes_take_be32(&in, &fingerprint);
	for (size_t i = 0; secret_published[i]; i++)
		if (secret_published[i] == fingerprint)
			return true;
	return false;
}

static void confirm(struct secret_scanner *s, size_t rule, const struct view *v, bytes secret)
{
	const struct secret_rule *r = &secret_rules[rule];

	if (!confirm_extent(r, &secret))
		return;
	size_t offset = (size_t)(secret.p - v->text.p);
	struct secret_finding f = { .rule = (uint16_t)rule,
		                        .utf16 = v->step == 2,
		                        .start = v->origin + offset * v->step,
		                        .end = v->origin + (offset + secret.n) * v->step,
		                        .length = (uint32_t)secret.n };

	/* The last letter of UTF-16BE is read as one of UTF-16LE whose second octet is yet to come. */
	if (f.end > s->base + s->n)
		f.end = s->base + s->n;
	size_t near = v->at > 300 ? v->at - 300 : 0;

	if (!confirm_stands_for_secret(r, secret, bytes_slice(v->text, near, 600)))
		return;
	f.confidence = confirm_grade(r, secret, &s->scratch_arena);
	put_front(r, secret, &f);
	put_fingerprint(s, r, secret, &f);
	if (!is_published(&f))
		add_finding(s, &f);
	arena_wipe(&s->scratch_arena);
}

/* try(s, expression, v, from, steps): a match that begins between from and the literal. */
static int try(struct secret_scanner *s, const pcre2_code *expression, const struct view *v,
               size_t from, uint32_t steps)
{
	pcre2_set_match_limit(s->limits, steps);
	pcre2_set_offset_limit(s->limits, v->at);
	return pcre2_match(expression, v->text.p, v->text.n, from, 0, s->match, s->limits);
}

/* afford(s, rule, price): a file may have so many places as its size allows; what takes many steps
 * or much copying is paid for by what it costs. Some of it is each rule's own, so that a flood of
 * one kind hides nothing of another. */
static bool afford(struct secret_scanner *s, size_t rule, unsigned price)
{
	uint64_t size = s->before + s->base + s->n;

	if (s->asked_by[rule] < LIMIT_SECRET_OWN + size / 1024) {
		s->asked_by[rule] += price;
		return true;
	}
	bool affordable = s->asked < LIMIT_SECRET_PLACES + size / 16;

	if (affordable)
		s->asked += price;
	else
		s->left_out++;
	return affordable;
}

/* PCRE2 counts the steps anew for each octet at which a match may begin. */
static unsigned price_of(const struct secret_rule *rule)
{
	return 1 + rule->back / 8;
}

/* Most places take few steps. */
static void ask(struct secret_scanner *s, size_t rule, const struct view *v)
{
	const struct secret_rule *r = &secret_rules[rule];
	size_t from = v->at > r->back ? v->at - r->back : 0;
	pcre2_code *expression = expression_of(s, rule);
	PCRE2_UCHAR *name = (PCRE2_UCHAR[]){ 's', '\0' };
	int found = expression ? try(s, expression, v, from, LIMIT_SECRET_STEPS / LIMIT_SECRET_PRICE)
	                       : PCRE2_ERROR_HEAPLIMIT;

	if (found == PCRE2_ERROR_MATCHLIMIT && afford(s, rule, price_of(r) * LIMIT_SECRET_PRICE)) {
		found = try(s, expression, v, from, LIMIT_SECRET_STEPS);
		s->left_out += found == PCRE2_ERROR_MATCHLIMIT;
	}
	s->left_out += found == PCRE2_ERROR_HEAPLIMIT;
	int group = found > 0 ? pcre2_substring_number_from_name(expression, name) : -1;

	if (group < 0)
		return;
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(s->match);
	size_t begin = ends[2 * group], end = ends[2 * group + 1];

	if (begin < end && end <= v->text.n && ends[0] <= v->at)
		confirm(s, rule, v, bytes_slice(v->text, begin, end - begin));
}

/* -- the window -------------------------------------------------------------------------------- */

static int on_literal(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                      void *ctx)
{
	struct secret_scanner *s = ctx;
	bool wide = id & 1;
	size_t rule = id / 2 / SECRET_LITERALS, which = id / 2 % SECRET_LITERALS;
	size_t n = strlen(secret_rules[rule].literals[which]);
	size_t at = s->looked + (size_t)to - (wide ? 2 * n - 1 : n);

	(void)from;
	(void)flags;
	if (at >= s->until ||
	    !afford(s, rule, price_of(&secret_rules[rule]) + (wide ? LIMIT_SECRET_PRICE / 4 : 0)))
		return 0;
	struct view v = wide ? view_wide(s, at) : view_narrow(s, at);

	ask(s, rule, &v);
	return 0;
}

/* look(s, last): all places that have enough text behind them, or all. */
static void look(struct secret_scanner *s, bool last)
{
	s->until = last ? s->n : s->n > BEHIND ? s->n - BEHIND : 0;
	if (s->until <= s->looked)
		return;
	if (hs_scan(s->literals, (const char *)s->window + s->looked, (unsigned)(s->n - s->looked), 0,
	            s->scratch, on_literal, s) != HS_SUCCESS)
		s->left_out++;
	size_t gone = s->until > BEFORE ? s->until - BEFORE : 0;

	s->line += lines_in(bytes_of(s->window, gone));
	s->n -= gone;
	s->base += gone;
	s->looked = s->until - gone;
	memmove(s->window, s->window + gone, s->n);
}

void secret_scanner_next(struct secret_scanner *s)
{
	s->before += s->base + s->n;
	s->n = s->looked = s->until = 0;
	s->base = 0;
	s->line = 1;
	s->findings_len = 0;
}

void secret_scanner_begin(struct secret_scanner *s)
{
	secret_scanner_next(s);
	s->before = s->asked = s->left_out = 0;
	memset(s->asked_by, 0, secret_rules_len * sizeof(*s->asked_by));
}

void secret_scanner_add(struct secret_scanner *s, bytes part)
{
	while (part.n > 0) {
		bytes some = bytes_slice(part, 0, WINDOW - s->n);

		memcpy(s->window + s->n, some.p, some.n);
		s->n += some.n;
		part = bytes_skip(part, some.n);
		if (s->n == WINDOW)
			look(s, false);
	}
}

static int compare_findings(const void *left, const void *right)
{
	const struct secret_finding *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

void secret_scanner_end(struct secret_scanner *s)
{
	look(s, true);
	qsort(s->findings, s->findings_len, sizeof(*s->findings), compare_findings);
}

const struct secret_finding *secret_scanner_findings(const struct secret_scanner *s,
                                                     size_t *out_len)
{
	*out_len = s->findings_len;
	return s->findings;
}

uint64_t secret_scanner_left_out(const struct secret_scanner *s)
{
	return s->left_out;
}

/* -- life -------------------------------------------------------------------------------------- */

struct secret_scanner *secret_scanner_new(err *e)
{
	struct arena a = ARENA_INIT;
	struct secret_scanner *s = arena_new(&a, struct secret_scanner);

	s->window = arena_alloc(&a, WINDOW);
	s->narrow = arena_alloc(&a, BEFORE + BEHIND);
	s->findings = arena_array(&a, struct secret_finding, LIMIT_SECRETS_FILE);
	s->expressions = arena_array(&a, pcre2_code *, secret_rules_len);
	s->asked_by = arena_array(&a, uint32_t, secret_rules_len);
	s->arena = a;
	s->hasher = hasher_new(DIGEST_SHA256);
	s->match = pcre2_match_data_create(8, NULL);
	s->limits = pcre2_match_context_create(NULL);
	if (!s->match || !s->limits ||
	    hs_deserialize_database((const char *)secret_literals, secret_literals_len, &s->literals) !=
	        HS_SUCCESS ||
	    hs_alloc_scratch(s->literals, &s->scratch) != HS_SUCCESS) {
		secret_scanner_free(s);
		(void)err_set(e, ERR_BUG, 0, "this processor lacks what the search for secrets needs");
		return NULL;
	}
	pcre2_set_heap_limit(s->limits, 4096); /* KiB */
	return s;
}

void secret_scanner_free(struct secret_scanner *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < secret_rules_len; i++)
		pcre2_code_free(s->expressions[i]);
	pcre2_match_data_free(s->match);
	pcre2_match_context_free(s->limits);
	hs_free_scratch(s->scratch);
	hs_free_database(s->literals);
	hasher_free(s->hasher);
	arena_done(&s->scratch_arena);
	struct arena a = s->arena;

	arena_wipe(&a);
}
