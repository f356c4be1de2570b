/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/search.h"

#include "base/limits.h"
#include "base/path.h"

struct secret_search {
	struct arena arena, names; /* names: of the members in which something was found */
	struct secret_scanner *whole, *inner; /* inner: NULL before the first archive */
	struct unfold *unfold;
	bool begun;   /* octets of a file have come */
	bool in_file; /* inner has been begun for it */
	bytes path;   /* of the member in hand */
	uint8_t path_text[LIMIT_PATH];
	struct secret_finding *findings;
	size_t len, members_len; /* those of members come first */
	uint64_t left_out;
	struct unfold_missed missed;
};

/* -- members ----------------------------------------------------------------------------------- */

/* inner(s): the scanner for what is folded; NULL when there cannot be one. */
static struct secret_scanner *inner(struct secret_search *s)
{
	err e = { 0 };

	if (!s->inner)
		s->inner = secret_scanner_new(&e);
	if (!s->inner)
		return NULL;
	if (s->in_file)
		secret_scanner_next(s->inner);
	else
		secret_scanner_begin(s->inner);
	s->in_file = true;
	return s->inner;
}

/* take(s, member): what inner has found. */
static size_t take(struct secret_search *s, bytes member)
{
	size_t n;
	const struct secret_finding *found;

	secret_scanner_end(s->inner);
	found = secret_scanner_findings(s->inner, &n);
	if (n > 0)
		member = arena_bytes(&s->names, member);
	for (size_t i = 0; i < n; i++) {
		if (s->members_len == LIMIT_SECRETS_FILE) {
			s->left_out += n - i;
			break;
		}
		s->findings[s->members_len] = found[i];
		s->findings[s->members_len++].member = member;
	}
	return n;
}

/* A name that holds a secret is shown to nobody. */
static bool on_name(void *ctx, bytes name)
{
	struct secret_search *s = ctx;
	struct secret_scanner *scanner = inner(s);
	size_t from = s->members_len;

	if (!scanner)
		return false;
	secret_scanner_add(scanner, name);
	size_t n = take(s, BYTES("*"));

	for (size_t i = from; i < s->members_len; i++)
		s->findings[i].line = s->findings[i].column = 0;
	return n == 0;
}

static void on_begin(void *ctx, bytes path)
{
	struct secret_search *s = ctx;

	memcpy(s->path_text, path.p, path.n);
	s->path = bytes_of(s->path_text, path.n);
	if (!inner(s))
		s->left_out++;
}

static void on_data(void *ctx, bytes part)
{
	struct secret_search *s = ctx;

	if (s->inner)
		secret_scanner_add(s->inner, part);
}

static void on_end(void *ctx)
{
	struct secret_search *s = ctx;

	if (s->inner)
		(void)take(s, s->path);
}

static const struct unfold_events unfold_events = { on_name, on_begin, on_data, on_end };

/* -- a file ------------------------------------------------------------------------------------ */

/* begin(s): the findings of the file before are over. */
static void begin(struct secret_search *s)
{
	s->begun = true;
	s->in_file = false;
	s->len = s->members_len = 0;
	s->left_out = 0;
	arena_reset(&s->names);
	secret_scanner_begin(s->whole);
}

void secret_search_add(struct secret_search *s, bytes part)
{
	if (!s->begun)
		begin(s);
	secret_scanner_add(s->whole, part);
	unfold_add(s->unfold, part);
}

static bool is_same(const struct secret_finding *a, const struct secret_finding *b)
{
	return a->rule == b->rule && a->length == b->length &&
	       memcmp(a->fingerprint, b->fingerprint, sizeof(a->fingerprint)) == 0;
}

static bool is_in_member(const struct secret_search *s, const struct secret_finding *f)
{
	for (size_t i = 0; i < s->members_len; i++)
		if (is_same(&s->findings[i], f))
			return true;
	return false;
}

/* "dump.sql" of "dump.sql.gz". */
static bytes content_name(bytes name)
{
	bytes base = path_base(name);
	size_t dot = bytes_rfind(base, '.');

	return dot < base.n && dot > 0 ? bytes_slice(base, 0, dot) : BYTES("content");
}

/* What was found in a member, too, is told there. */
static void add_own(struct secret_search *s)
{
	size_t n;
	const struct secret_finding *found = secret_scanner_findings(s->whole, &n);

	s->len = s->members_len;
	for (size_t i = 0; i < n; i++)
		if (!is_in_member(s, &found[i]))
			s->findings[s->len++] = found[i];
}

void secret_search_end(struct secret_search *s, bytes name)
{
	if (!s->begun)
		begin(s);
	unfold_end(s->unfold, &s->missed);
	secret_scanner_end(s->whole);
	for (size_t i = 0; i < s->members_len; i++)
		if (s->findings[i].member.n == 0)
			s->findings[i].member = arena_bytes(&s->names, content_name(name));
	add_own(s);
	s->left_out += secret_scanner_left_out(s->whole);
	if (s->in_file)
		s->left_out += secret_scanner_left_out(s->inner);
	s->begun = false;
}

const struct secret_finding *secret_search_findings(const struct secret_search *s, size_t *out_len)
{
	*out_len = s->len;
	return s->findings;
}

uint64_t secret_search_left_out(const struct secret_search *s)
{
	return s->left_out;
}

struct unfold_missed secret_search_missed(const struct secret_search *s)
{
	return s->missed;
}

/* -- life -------------------------------------------------------------------------------------- */

struct secret_search *secret_search_new(err *e)
{
	struct secret_scanner *whole = secret_scanner_new(e);
	struct arena a = ARENA_INIT;
	struct secret_search *s;

	if (!whole)
		return NULL;
	s = arena_new(&a, struct secret_search);
	s->whole = whole;
	s->findings = arena_array(&a, struct secret_finding, 2 * LIMIT_SECRETS_FILE);
	s->arena = a;
	s->unfold = unfold_new(&s->arena, &unfold_events, s);
	return s;
}

void secret_search_free(struct secret_search *s)
{
	if (!s)
		return;
	secret_scanner_free(s->whole);
	secret_scanner_free(s->inner);
	unfold_done(s->unfold);
	arena_wipe(&s->names);
	struct arena a = s->arena;

	arena_wipe(&a);
}
