/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0 (OASIS standard) as Trivy's users have it: one rule an id, one result a finding.
 * GitHub reads the front of a run alone: the worst come first, the rest is left out and a
 * notification says so. Several targets are one run, because GitHub refuses two of one tool. */
#include "report/issues.h"

#include "base/limits.h"
#include "fmt/json_write.h"
#include "report/scan_result.h"

#define SARIF_SCHEMA \
	"https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/" \
	"sarif-schema-2.1.0.json"

struct sarif {
	const struct issues *all;
	struct json_writer w;
	struct arena arena, scratch;
	const struct issue **found; /* worst first */
	size_t found_len;
	struct {
		const struct issue **items; /* the last of each id */
		size_t len, cap;
	} rules;
	struct map index; /* id to a place in rules */
	size_t share;     /* octets that each description may have */
};

static void gather(struct sarif *s)
{
	s->found = issues_ranked(s->all, &s->arena);
	s->found_len = s->all->len < LIMIT_SARIF_RESULTS ? s->all->len : LIMIT_SARIF_RESULTS;
	map_init(&s->index, &s->arena);
	for (size_t i = 0; i < s->found_len; i++) {
		void **place = map_put(&s->index, s->found[i]->rule->id);

		if (*place) { /* Trivy's habit: the last package speaks for the rule */
			s->rules.items[*(size_t *)*place] = s->found[i];
			continue;
		}
		size_t *made = arena_new(&s->arena, size_t);

		*made = s->rules.len;
		*place = made;
		*ARENA_PUSH(&s->arena, &s->rules) = s->found[i];
	}
	s->share = s->rules.len > 0 ? LIMIT_SARIF_TEXT / s->rules.len : 0;
}

/* -- rules ------------------------------------------------------------------------------------- */

static void write_text(struct sarif *s, const char *name, bytes text)
{
	json_write_object(&s->w, name);
	json_write_str(&s->w, "text", text);
	json_write_end(&s->w);
}

/* What its user's tools sort by: the score that counts, else the middle of the word's range. */
static unsigned security_severity(const struct issue *i)
{
	static const unsigned words[] = { 0, 20, 20, 55, 80, 95 };

	return i->score.v3 > 0 ? i->score.v3 : words[i->severity];
}

static void write_score(struct sarif *s, const char *const names[2], unsigned score, bytes vector)
{
	if (score == 0)
		return;
	json_write_tenths(&s->w, names[0], score);
	json_write_some(&s->w, names[1], vector);
}

static void write_properties(struct sarif *s, const struct issue *i)
{
	static const char *const tags[] = { "vulnerability", "vulnerability", "misconfiguration",
		                                "secret" };
	static const char *const v2[] = { "cvssv2_score", "cvssv2_vector" };
	static const char *const v3[] = { "cvssv3_baseScore", "cvssv3_vector" };
	static const char *const v4[] = { "cvssv40_score", "cvssv40_vector" };
	unsigned tenths = security_severity(i);

	json_write_object(&s->w, "properties");
	write_score(s, v2, i->score.v2, i->score.v2_vector);
	write_score(s, v3, i->score.v3, i->score.v3_vector);
	write_score(s, v4, i->score.v4, i->score.v4_vector);
	json_write_text(&s->w, "precision", "very-high");
	json_write_text(&s->w, "security-severity",
	                arena_printf(&s->scratch, "%u.%u", tenths / 10, tenths % 10));
	json_write_array(&s->w, "tags");
	json_write_text(&s->w, NULL, tags[i->kind]);
	json_write_text(&s->w, NULL, "security");
	json_write_text(&s->w, NULL, result_severity(i->severity));
	if (i->exploited)
		json_write_text(&s->w, NULL, "known-exploited");
	json_write_end(&s->w);
	json_write_end(&s->w);
}

static void write_package_help(struct sarif *s, const struct issue *i, bytes about)
{
	const char *severity = result_severity(i->severity);
	bytes id = i->rule->id, link = i->rule->link;

	json_write_text(&s->w, "text",
	                arena_printf(&s->scratch,
	                             "Vulnerability " PRIb "\nSeverity: %s\nPackage: " PRIb
	                             "\nFixed Version: " PRIb "\nLink: [" PRIb "](" PRIb ")\n" PRIb,
	                             BYTESF(id), severity, BYTESF(i->package), BYTESF(i->fixed),
	                             BYTESF(id), BYTESF(link), BYTESF(about)));
	json_write_text(&s->w, "markdown",
	                arena_printf(&s->scratch,
	                             "**Vulnerability " PRIb "**\n| Severity | Package | Fixed Version "
	                             "| Link |\n| --- | --- | --- | --- |\n|%s|" PRIb "|" PRIb "|[" PRIb
	                             "](" PRIb ")|\n\n" PRIb,
	                             BYTESF(id), severity, BYTESF(i->package), BYTESF(i->fixed),
	                             BYTESF(id), BYTESF(link), BYTESF(about)));
}

/* Rules of our own: why it matters, what mends it, what others call it. */
static void write_own_help(struct sarif *s, const struct issue_rule *r)
{
	const char *text = arena_printf(&s->scratch, PRIb "%s" PRIb "%s" PRIb, BYTESF(r->about),
	                                r->about.n > 0 ? "\n" : "", BYTESF(r->mend),
	                                r->refs.n > 0 ? "\nSee: " : "", BYTESF(r->refs));

	json_write_text(&s->w, "text", text);
	json_write_text(&s->w, "markdown",
	                arena_printf(&s->scratch, "**" PRIb "** " PRIb "\n\n%s", BYTESF(r->id),
	                             BYTESF(r->title), text));
}

static void write_rule(struct sarif *s, const struct issue *i)
{
	static const char *const names[] = { "OsPackageVulnerability",
		                                 "LanguageSpecificPackageVulnerability",
		                                 "Misconfiguration", "Secret" };
	const struct issue_rule *r = i->rule;
	bytes title = r->title.n > 0 ? r->title : r->id, about = issue_cut(r->about, s->share);

	json_write_object(&s->w, NULL);
	json_write_str(&s->w, "id", r->id);
	json_write_text(&s->w, "name", names[i->kind]);
	write_text(s, "shortDescription", issue_cut(title, s->share));
	write_text(s, "fullDescription", about.n > 0 ? about : issue_cut(title, s->share));
	json_write_object(&s->w, "defaultConfiguration");
	json_write_text(&s->w, "level", issue_level(i->severity));
	json_write_end(&s->w);
	if (r->link.n > 0)
		json_write_str(&s->w, "helpUri", r->link);
	json_write_object(&s->w, "help");
	if (i->kind <= ISSUE_LANGUAGE_PACKAGE)
		write_package_help(s, i, about.n > 0 ? about : issue_cut(r->title, s->share));
	else
		write_own_help(s, r);
	json_write_end(&s->w);
	write_properties(s, i);
	json_write_end(&s->w);
	arena_reset(&s->scratch);
}

/* -- results ----------------------------------------------------------------------------------- */

/* RFC 3986: what is no letter of a path is written in hex. */
static bytes uri_of(bytes path, struct arena *a)
{
	buf b = BUF_INIT(SIZE_MAX / 2);

	while (bytes_take_prefix(&path, BYTES("/")) || bytes_take_prefix(&path, BYTES("./")))
		continue;
	for (size_t i = 0; i < path.n; i++) {
		uint8_t c = path.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    memchr("-._~/@+=", c, 8))
			buf_putc(&b, c);
		else
			buf_printf(&b, "%%%02X", c);
	}
	bytes uri = arena_bytes(a, buf_bytes(&b));

	buf_done(&b);
	return uri;
}

/* GitHub wants a line: the first, when nobody knows better. */
static void write_region(struct sarif *s, const struct issue_region *r)
{
	bool exact = r->line == 0 || r->column > 0;

	json_write_object(&s->w, "region");
	json_write_u64(&s->w, "startLine", r->line ? r->line : 1);
	if (exact)
		json_write_u64(&s->w, "startColumn", r->line ? r->column : 1);
	json_write_u64(&s->w, "endLine", r->line ? r->end_line : 1);
	if (exact)
		json_write_u64(&s->w, "endColumn", r->line ? r->end_column : 1);
	json_write_end(&s->w);
}

static const char *location_text(struct sarif *s, const struct issue *i)
{
	bytes place = issue_place(s->all, i);

	if (i->package.n > 0)
		return arena_printf(&s->scratch, PRIb ": " PRIb "@" PRIb,
		                    BYTESF(i->where.n > 0 ? i->where : place), BYTESF(i->package),
		                    BYTESF(i->version));
	return arena_printf(&s->scratch, PRIb "%s" PRIb, BYTESF(place), i->where.n > 0 ? ": " : "",
	                    BYTESF(i->where));
}

static void write_location(struct sarif *s, const struct issue *i)
{
	json_write_array(&s->w, "locations");
	json_write_object(&s->w, NULL);
	json_write_object(&s->w, "physicalLocation");
	json_write_object(&s->w, "artifactLocation");
	json_write_str(&s->w, "uri", uri_of(issue_place(s->all, i), &s->scratch));
	json_write_text(&s->w, "uriBaseId", "ROOTPATH");
	json_write_end(&s->w);
	write_region(s, &i->region);
	json_write_end(&s->w);
	write_text(s, "message", bytes_str(location_text(s, i)));
	json_write_end(&s->w);
	json_write_end(&s->w);
}

static bytes message_of(struct sarif *s, const struct issue *i)
{
	bytes id = i->rule->id;

	if (i->package.n == 0)
		return i->message;
	return bytes_str(arena_printf(&s->scratch,
	                              "Package: " PRIb "\nInstalled Version: " PRIb
	                              "\nVulnerability " PRIb "\nSeverity: %s\nFixed Version: " PRIb
	                              "\nLink: [" PRIb "](" PRIb ")",
	                              BYTESF(i->package), BYTESF(i->version), BYTESF(id),
	                              result_severity(i->severity), BYTESF(i->fixed), BYTESF(id),
	                              BYTESF(i->rule->link)));
}

/* GitHub knows a finding again by primaryLocationLineHash alone. */
static void write_result(struct sarif *s, const struct issue *i)
{
	const size_t *index = map_get(&s->index, i->rule->id);

	json_write_object(&s->w, NULL);
	json_write_str(&s->w, "ruleId", i->rule->id);
	json_write_u64(&s->w, "ruleIndex", *index);
	json_write_text(&s->w, "level", issue_level(i->severity));
	write_text(s, "message", message_of(s, i));
	write_location(s, i);
	json_write_object(&s->w, "partialFingerprints");
	json_write_text(&s->w, "oakumFinding/v1", i->fingerprint);
	json_write_text(&s->w, "primaryLocationLineHash",
	                arena_printf(&s->scratch, "%.16s:1", i->fingerprint));
	json_write_end(&s->w);
	json_write_end(&s->w);
	arena_reset(&s->scratch);
}

/* -- the run ----------------------------------------------------------------------------------- */

static void write_driver(struct sarif *s)
{
	static const char *const names[] = { "Oakum vulnerability scan", "Oakum check of settings",
		                                 "Oakum search for secrets", "Oakum audit of images" };

	json_write_object(&s->w, "tool");
	json_write_object(&s->w, "driver");
	json_write_text(&s->w, "fullName", names[s->all->subject]);
	json_write_text(&s->w, "name", "Oakum");
	json_write_array(&s->w, "rules");
	for (size_t i = 0; i < s->rules.len; i++)
		write_rule(s, s->rules.items[i]);
	json_write_end(&s->w);
	json_write_text(&s->w, "version", OAKUM_VERSION);
	json_write_end(&s->w);
	json_write_end(&s->w);
}

static void write_note(struct sarif *s, const char *text)
{
	json_write_object(&s->w, NULL);
	json_write_text(&s->w, "level", "warning");
	write_text(s, "message", bytes_str(text));
	json_write_end(&s->w);
}

/* Section 3.20.21: what the tool has to say of its own run. */
static void write_invocation(struct sarif *s)
{
	uint64_t left_out = s->all->left_out + s->all->len - s->found_len;
	bool failed = false;

	for (size_t i = 0; i < s->all->targets.len; i++)
		failed |= s->all->targets.items[i].failed;
	json_write_array(&s->w, "invocations");
	json_write_object(&s->w, NULL);
	json_write_bool(&s->w, "executionSuccessful", !failed);
	json_write_array(&s->w, "toolExecutionNotifications");
	for (size_t i = 0; i < s->all->targets.len; i++) {
		const struct issue_target *t = &s->all->targets.items[i];

		for (size_t k = 0; k < t->notes.len; k++)
			write_note(s, arena_printf(&s->scratch, PRIb ": %s", BYTESF(t->name),
			                           t->notes.items[k]));
	}
	if (left_out > 0)
		write_note(s, arena_printf(&s->scratch, "%llu more findings are left out",
		                           (unsigned long long)left_out));
	json_write_end(&s->w);
	json_write_end(&s->w);
	json_write_end(&s->w);
}

/* Trivy's properties of an image; of several targets, lists of all. */
static void write_images(struct sarif *s)
{
	const struct issue_target *targets = s->all->targets.items;
	size_t n = s->all->targets.len;

	json_write_object(&s->w, "properties");
	if (n == 1 && digest_size(&targets->config) > 0)
		json_write_text(&s->w, "imageID", DIGEST_TEXT(&targets->config));
	if (n == 1)
		json_write_str(&s->w, "imageName", targets->name);
	json_write_array(&s->w, "repoDigests");
	for (size_t i = 0; i < n; i++)
		if (digest_size(&targets[i].manifest) > 0)
			json_write_text(&s->w, NULL, DIGEST_TEXT(&targets[i].manifest));
	json_write_end(&s->w);
	json_write_array(&s->w, "repoTags");
	for (size_t i = 0; i < n; i++)
		if (targets[i].reference.n > 0)
			json_write_str(&s->w, NULL, targets[i].reference);
	json_write_end(&s->w);
	json_write_end(&s->w);
}

static void write_run(struct sarif *s)
{
	json_write_object(&s->w, NULL);
	write_driver(s);
	write_invocation(s);
	json_write_array(&s->w, "results");
	for (size_t i = 0; i < s->found_len; i++)
		write_result(s, s->found[i]);
	json_write_end(&s->w);
	json_write_text(&s->w, "columnKind", "utf16CodeUnits");
	json_write_object(&s->w, "originalUriBaseIds");
	json_write_object(&s->w, "ROOTPATH");
	json_write_text(&s->w, "uri", "file:///");
	json_write_end(&s->w);
	json_write_end(&s->w);
	if (issues_name_packages(s->all))
		write_images(s);
	json_write_end(&s->w);
}

void issues_sarif(const struct issues *all, struct stream *out)
{
	struct sarif s = { .all = all };

	gather(&s);
	json_write_init(&s.w, out);
	json_write_object(&s.w, NULL);
	json_write_text(&s.w, "version", "2.1.0");
	json_write_text(&s.w, "$schema", SARIF_SCHEMA);
	json_write_array(&s.w, "runs");
	write_run(&s);
	json_write_end(&s.w);
	json_write_end(&s.w);
	arena_done(&s.scratch);
	arena_done(&s.arena);
}
