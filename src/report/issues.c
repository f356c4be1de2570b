/* SPDX-License-Identifier: Apache-2.0 */
#include "report/issues.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>

static const struct {
	const char *name;
	void (*write)(const struct issues *all, struct stream *out);
} formats[] = {
	{ "sarif", issues_sarif },             { "junit", issues_junit },
	{ "gitlab", issues_gitlab },           { "annotations", issues_annotations },
	{ "markdown", issues_markdown },       { "html", issues_html },
};

bool issues_is_format(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return true;
	return false;
}

void issues_write(const struct issues *all, const char *format, struct stream *out)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (strcmp(formats[i].name, format) == 0)
			formats[i].write(all, out);
}

/* -- collecting -------------------------------------------------------------------------------- */

void issues_init(struct issues *all, enum issues_subject subject, int64_t now)
{
	*all = (struct issues){ .subject = subject, .now = now };
	map_init(&all->rules, &all->arena);
	map_init(&all->seen, &all->arena);
}

void issues_done(struct issues *all)
{
	arena_done(&all->arena);
}

struct issue_target *issues_target(struct issues *all, bytes name)
{
	size_t n = all->targets.len;

	if (n > 0 && bytes_equal(all->targets.items[n - 1].name, name))
		return &all->targets.items[n - 1];
	struct issue_target *t = ARENA_PUSH(&all->arena, &all->targets);

	t->name = arena_bytes(&all->arena, name);
	return t;
}

void issues_add_failure(struct issues *all, bytes name, const err *e)
{
	issues_target(all, name)->failed = true;
	issues_note(all, e->text);
}

void issues_note(struct issues *all, const char *text)
{
	struct issue_target *t = &all->targets.items[all->targets.len - 1];

	*ARENA_PUSH(&all->arena, &t->notes) = arena_str(&all->arena, bytes_str(text));
}

static void keep(struct arena *a, bytes *text)
{
	*text = text->n > 0 ? arena_bytes(a, *text) : BYTES("");
}

static const struct issue_rule *keep_rule(struct issues *all, const struct issue_rule *rule)
{
	struct arena *a = &all->arena;
	struct issue_rule *kept = map_get(&all->rules, rule->id);

	if (kept)
		return kept;
	kept = arena_new(a, struct issue_rule);
	*kept = *rule;
	bytes *const texts[] = { &kept->id,   &kept->title, &kept->about,
		                     &kept->mend, &kept->refs,  &kept->link };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		keep(a, texts[i]);
	*map_put(&all->rules, kept->id) = kept;
	return kept;
}

/* put_fingerprint(all, key, out): a digest of the key, and of its number where it comes again. */
static void put_fingerprint(struct issues *all, bytes key, char *out)
{
	digest d = digest_of(DIGEST_SHA256, key);
	uint64_t **count = (uint64_t **)map_put(&all->seen, arena_bytes(&all->arena,
	                                                                bytes_of(d.value, 32)));

	if (!*count)
		*count = arena_new(&all->arena, uint64_t);
	else
		d = digest_of(DIGEST_SHA256,
		              bytes_str(arena_printf(&all->arena, "%s\n%llu", DIGEST_TEXT(&d),
		                                     (unsigned long long)**count)));
	++**count;
	memcpy(out, DIGEST_TEXT(&d) + strlen("sha256:"), 65);
}

void issues_add(struct issues *all, const struct issue_rule *rule, const struct issue *issue,
                bytes key)
{
	struct arena *a = &all->arena;

	if (all->len == LIMIT_ISSUES || a->used > LIMIT_ISSUES_OCTETS) {
		all->left_out++;
		return;
	}
	struct issue *kept = ARENA_PUSH(a, all);

	*kept = *issue;
	kept->rule = keep_rule(all, rule);
	kept->target = all->targets.len - 1;
	bytes *const texts[] = { &kept->file,
		                     &kept->where,
		                     &kept->message,
		                     &kept->package,
		                     &kept->version,
		                     &kept->fixed,
		                     &kept->purl,
		                     &kept->score.v2_vector,
		                     &kept->score.v3_vector,
		                     &kept->score.v4_vector };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		keep(a, texts[i]);
	put_fingerprint(all, key, kept->fingerprint);
}

/* -- what the writers share -------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
	const struct issue *l = *(const struct issue *const *)left,
					   *r = *(const struct issue *const *)right;
	int c = (int)r->severity - (int)l->severity;

	return c ? c : (l > r) - (l < r); /* they lie in one array */
}

const struct issue **issues_ranked(const struct issues *all, struct arena *a)
{
	const struct issue **ranked = arena_array(a, const struct issue *, all->len);

	for (size_t i = 0; i < all->len; i++)
		ranked[i] = &all->items[i];
	if (all->len > 1)
		qsort(ranked, all->len, sizeof(*ranked), compare);
	return ranked;
}

bytes issue_path(const char *folder, bytes path, struct arena *a)
{
	bytes front = bytes_str(folder);

	while (bytes_take_prefix(&front, BYTES("./")))
		continue;
	while (bytes_ends(front, BYTES("/")) && front.n > 1)
		front.n--;
	if (front.n == 0 || bytes_is(front, "."))
		return path;
	return bytes_str(arena_printf(a, PRIb "%s" PRIb, BYTESF(front),
	                              bytes_is(front, "/") ? "" : "/", BYTESF(path)));
}

bytes issue_place(const struct issues *all, const struct issue *i)
{
	return i->file.n > 0 ? i->file : all->targets.items[i->target].name;
}

bytes issue_remedy(const struct issue *i, struct arena *a)
{
	if (i->package.n == 0)
		return i->rule->mend;
	if (i->fixed.n == 0)
		return bytes_str(i->status ? arena_printf(a, "No fix: %s.", i->status) : "");
	return bytes_str(arena_printf(a, "Update " PRIb " to " PRIb ".", BYTESF(i->package),
	                              BYTESF(i->fixed)));
}

bytes issue_message(const struct issue *i, struct arena *a)
{
	bytes title = i->rule->title;

	if (i->package.n == 0)
		return i->message;
	return bytes_str(arena_printf(a, PRIb " " PRIb " has " PRIb "%s%s" PRIb, BYTESF(i->package),
	                              BYTESF(i->version), BYTESF(i->rule->id),
	                              i->exploited ? ", which is exploited" : "",
	                              title.n > 0 ? ": " : "", BYTESF(title)));
}

const char *issues_summary(const struct issues *all, struct arena *a)
{
	size_t by[SEVERITY_CRITICAL + 1] = { 0 };
	const char *text = arena_printf(a, "%zu finding%s", all->len, all->len == 1 ? "" : "s");
	const char *divider = " (";

	for (size_t i = 0; i < all->len; i++)
		by[all->items[i].severity]++;
	for (unsigned s = SEVERITY_CRITICAL + 1; s-- > 0;)
		if (by[s] > 0) {
			text = arena_printf(a, "%s%s%zu %s", text, divider, by[s],
			                    severity_name((enum severity)s));
			divider = ", ";
		}
	return all->len > 0 ? arena_printf(a, "%s)", text) : text;
}

const char *issue_level(enum severity s)
{
	return s >= SEVERITY_HIGH ? "error" : s == SEVERITY_MEDIUM ? "warning" : "note";
}

bytes issue_cut(bytes text, size_t n)
{
	if (text.n <= n)
		return text;
	while (n > 0 && (text.p[n] & 0xc0) == 0x80)
		n--;
	return bytes_slice(text, 0, n);
}
