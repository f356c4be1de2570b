/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0 (OASIS standard) as Trivy's users have it: one rule a vulnerability, one result a
 * package that has it. GitHub reads the front of a run alone, 5,000 results and 25,000 rules: the
 * worst come first, the rest is left out and a notification says so. */
#include "report/scan_page.h"

#include "base/map.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "fmt/json_write.h"
#include "report/scan_result.h"

#include <stdlib.h>

#define SARIF_SCHEMA \
	"https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/" \
	"sarif-schema-2.1.0.json"
#define RESULTS_MOST 5000

struct sarif {
	const struct scan_page *page;
	struct json_writer w;
	struct arena arena, scratch;
	struct {
		const struct finding **items;
		size_t len, cap;
	} found, rules; /* worst first */
	struct map index; /* id to a place in rules */
};

static const char *level_of(enum severity s)
{
	return s >= SEVERITY_HIGH ? "error" : s == SEVERITY_MEDIUM ? "warning" : "note";
}

static int compare(const void *left, const void *right)
{
	const struct finding *l = *(const struct finding *const *)left,
						 *r = *(const struct finding *const *)right;
	int c = (int)r->rating.severity - (int)l->rating.severity;

	/* They lie in one array in Trivy's order. */
	return c ? c : (l > r) - (l < r);
}

static void gather(struct sarif *s)
{
	const struct findings *list = &s->page->gate->found;

	map_init(&s->index, &s->arena);
	for (size_t i = 0; i < list->len; i++)
		*ARENA_PUSH(&s->arena, &s->found) = &list->items[i];
	if (s->found.len > 1)
		qsort(s->found.items, s->found.len, sizeof(*s->found.items), compare);
	if (s->found.len > RESULTS_MOST)
		s->found.len = RESULTS_MOST;
	for (size_t i = 0; i < s->found.len; i++) {
		void **place = map_put(&s->index, s->found.items[i]->match.id);

		if (*place) { /* Trivy's habit: the last package speaks for the rule */
			s->rules.items[*(size_t *)*place] = s->found.items[i];
			continue;
		}
		size_t *made = arena_new(&s->arena, size_t);

		*made = s->rules.len;
		*place = made;
		*ARENA_PUSH(&s->arena, &s->rules) = s->found.items[i];
	}
}

/* -- rules ------------------------------------------------------------------------------------- */

static void write_text(struct sarif *s, const char *name, bytes text)
{
	json_write_object(&s->w, name);
	json_write_str(&s->w, "text", text);
	json_write_end(&s->w);
}

/* What its user's tools sort by: the score that counts, else the middle of the word's range. */
static unsigned security_severity(const struct finding *f)
{
	static const unsigned words[] = { 0, 20, 20, 55, 80, 95 };
	unsigned score = f->rating.score ? f->rating.score->v3_score : 0;

	return score > 0 ? score : words[f->rating.severity];
}

static void write_properties(struct sarif *s, const struct finding *f)
{
	const struct vulnerability_score *score = f->rating.score;
	unsigned tenths = security_severity(f);

	json_write_object(&s->w, "properties");
	if (score && score->v2_score > 0) {
		json_write_tenths(&s->w, "cvssv2_score", score->v2_score);
		json_write_some(&s->w, "cvssv2_vector", score->v2_vector);
	}
	if (score && score->v3_score > 0) {
		json_write_tenths(&s->w, "cvssv3_baseScore", score->v3_score);
		json_write_some(&s->w, "cvssv3_vector", score->v3_vector);
	}
	if (score && score->v4_score > 0) {
		json_write_tenths(&s->w, "cvssv40_score", score->v4_score);
		json_write_some(&s->w, "cvssv40_vector", score->v4_vector);
	}
	json_write_text(&s->w, "precision", "very-high");
	json_write_text(&s->w, "security-severity",
	                arena_printf(&s->scratch, "%u.%u", tenths / 10, tenths % 10));
	json_write_array(&s->w, "tags");
	json_write_text(&s->w, NULL, "vulnerability");
	json_write_text(&s->w, NULL, "security");
	json_write_text(&s->w, NULL, result_severity(f->rating.severity));
	json_write_end(&s->w);
	json_write_end(&s->w);
}

static void write_help(struct sarif *s, const struct finding *f)
{
	const char *link = scan_link(f->match.id, &s->scratch),
			   *severity = result_severity(f->rating.severity);
	bytes id = f->match.id, name = f->match.package->name, fixed = gate_text(f->match.fixed);
	bytes about = gate_text(f->about.description.n > 0 ? f->about.description : f->about.title);

	json_write_object(&s->w, "help");
	json_write_text(&s->w, "text",
	                arena_printf(&s->scratch,
	                             "Vulnerability " PRIb "\nSeverity: %s\nPackage: " PRIb
	                             "\nFixed Version: " PRIb "\nLink: [" PRIb "](%s)\n" PRIb,
	                             BYTESF(id), severity, BYTESF(name), BYTESF(fixed), BYTESF(id),
	                             link, BYTESF(about)));
	json_write_text(&s->w, "markdown",
	                arena_printf(&s->scratch,
	                             "**Vulnerability " PRIb "**\n| Severity | Package | Fixed Version "
	                             "| Link |\n| --- | --- | --- | --- |\n|%s|" PRIb "|" PRIb "|[" PRIb
	                             "](%s)|\n\n" PRIb,
	                             BYTESF(id), severity, BYTESF(name), BYTESF(fixed), BYTESF(id),
	                             link, BYTESF(about)));
	json_write_end(&s->w);
}

static void write_rule(struct sarif *s, const struct finding *f)
{
	bytes title = scan_title(f), about = f->about.description;

	json_write_object(&s->w, NULL);
	json_write_str(&s->w, "id", f->match.id);
	json_write_text(&s->w, "name",
	                scan_is_system(f->match.package) ? "OsPackageVulnerability"
	                                                 : "LanguageSpecificPackageVulnerability");
	write_text(s, "shortDescription", title.n > 0 ? title : f->match.id);
	write_text(s, "fullDescription", about.n > 0 ? about : title.n > 0 ? title : f->match.id);
	json_write_object(&s->w, "defaultConfiguration");
	json_write_text(&s->w, "level", level_of(f->rating.severity));
	json_write_end(&s->w);
	json_write_text(&s->w, "helpUri", scan_link(f->match.id, &s->scratch));
	write_help(s, f);
	write_properties(s, f);
	json_write_end(&s->w);
	arena_reset(&s->scratch);
}

/* -- results ----------------------------------------------------------------------------------- */

/* What stays the same from build to build: not the layer, not the tag. */
static const char *fingerprint(const struct finding *f, struct arena *a)
{
	const char *text = arena_printf(a, PRIb "\n%s\n" PRIb, BYTESF(f->match.id), f->purl_text,
	                                BYTESF(gate_text(f->match.package->path)));
	digest d = digest_of(DIGEST_SHA256, bytes_str(text));

	return arena_printf(a, "%.64s", DIGEST_TEXT(&d) + strlen("sha256:"));
}

static void put_uri(buf *b, bytes path)
{
	for (size_t i = 0; i < path.n; i++) {
		uint8_t c = path.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    memchr("-._~/@+=", c, 8))
			buf_putc(b, c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

/* A system's package lies in no file that a person edits: the image itself is named. */
static void write_location(struct sarif *s, const struct finding *f)
{
	const struct package *p = f->match.package;
	bytes path = scan_is_system(p) || p->path.n == 0 ? s->page->target : p->path;
	buf uri = BUF_INIT(SIZE_MAX / 2);

	while (bytes_take_prefix(&path, BYTES("/")))
		continue;
	put_uri(&uri, path);
	json_write_array(&s->w, "locations");
	json_write_object(&s->w, NULL);
	json_write_object(&s->w, "physicalLocation");
	json_write_object(&s->w, "artifactLocation");
	json_write_str(&s->w, "uri", buf_bytes(&uri));
	json_write_text(&s->w, "uriBaseId", "ROOTPATH");
	json_write_end(&s->w);
	json_write_object(&s->w, "region");
	json_write_u64(&s->w, "startLine", 1);
	json_write_u64(&s->w, "startColumn", 1);
	json_write_u64(&s->w, "endLine", 1);
	json_write_u64(&s->w, "endColumn", 1);
	json_write_end(&s->w);
	json_write_end(&s->w);
	write_text(s, "message",
	           bytes_str(arena_printf(&s->scratch, PRIb ": %s", BYTESF(gate_text(path)),
	                                  result_id(p, &s->scratch))));
	json_write_end(&s->w);
	json_write_end(&s->w);
	buf_done(&uri);
}

static void write_finding(struct sarif *s, const struct finding *f)
{
	const struct package *p = f->match.package;
	const size_t *index = map_get(&s->index, f->match.id);

	json_write_object(&s->w, NULL);
	json_write_str(&s->w, "ruleId", f->match.id);
	json_write_u64(&s->w, "ruleIndex", *index);
	json_write_text(&s->w, "level", level_of(f->rating.severity));
	write_text(s, "message",
	           bytes_str(arena_printf(&s->scratch,
	                                  "Package: " PRIb "\nInstalled Version: " PRIb
	                                  "\nVulnerability " PRIb "\nSeverity: %s\nFixed Version: " PRIb
	                                  "\nLink: [" PRIb "](%s)",
	                                  BYTESF(p->name), BYTESF(gate_text(p->version)),
	                                  BYTESF(f->match.id), result_severity(f->rating.severity),
	                                  BYTESF(gate_text(f->match.fixed)),
	                                  BYTESF(f->match.id), scan_link(f->match.id, &s->scratch))));
	write_location(s, f);
	json_write_object(&s->w, "partialFingerprints");
	json_write_text(&s->w, "oakumFinding/v1", fingerprint(f, &s->scratch));
	json_write_end(&s->w);
	json_write_end(&s->w);
	arena_reset(&s->scratch);
}

/* -- the run ----------------------------------------------------------------------------------- */

static void write_driver(struct sarif *s)
{
	json_write_object(&s->w, "tool");
	json_write_object(&s->w, "driver");
	json_write_text(&s->w, "fullName", "Oakum vulnerability scan");
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
	const struct scan_page *page = s->page;
	int64_t age = scan_age(page);

	json_write_array(&s->w, "invocations");
	json_write_object(&s->w, NULL);
	json_write_bool(&s->w, "executionSuccessful", true);
	json_write_array(&s->w, "toolExecutionNotifications");
	if (age >= SCAN_STALE_DAYS)
		write_note(s, arena_printf(&s->scratch, "the database is %lld days old", (long long)age));
	if (page->gate->found.len > s->found.len)
		write_note(s, arena_printf(&s->scratch, "%zu lesser findings are left out",
		                           page->gate->found.len - s->found.len));
	if (page->matches->without > 0)
		write_note(s, arena_printf(&s->scratch, "%s packages could not be looked up",
		                           COUNT_TEXT(page->matches->without)));
	if (page->matches->doubts.len > 0)
		write_note(s, arena_printf(&s->scratch, "%zu versions could not be compared",
		                           page->matches->doubts.len));
	if (page->gaps > 0)
		write_note(s, arena_printf(&s->scratch, "%s things could not be read",
		                           COUNT_TEXT(page->gaps)));
	json_write_end(&s->w);
	json_write_end(&s->w);
	json_write_end(&s->w);
}

static void write_image(struct sarif *s)
{
	const struct image *image = s->page->image;

	json_write_object(&s->w, "properties");
	if (image && digest_size(&image->config_digest) > 0)
		json_write_text(&s->w, "imageID", DIGEST_TEXT(&image->config_digest));
	json_write_str(&s->w, "imageName", s->page->target);
	json_write_array(&s->w, "repoDigests");
	if (image && digest_size(&image->manifest) > 0)
		json_write_text(&s->w, NULL, DIGEST_TEXT(&image->manifest));
	json_write_end(&s->w);
	json_write_array(&s->w, "repoTags");
	if (image && image->reference.n > 0)
		json_write_str(&s->w, NULL, image->reference);
	json_write_end(&s->w);
	json_write_end(&s->w);
}

void scan_sarif(const struct scan_page *page, struct stream *out)
{
	struct sarif s = { .page = page };

	gather(&s);
	json_write_init(&s.w, out);
	json_write_object(&s.w, NULL);
	json_write_text(&s.w, "version", "2.1.0");
	json_write_text(&s.w, "$schema", SARIF_SCHEMA);
	json_write_array(&s.w, "runs");
	json_write_object(&s.w, NULL);
	write_driver(&s);
	write_invocation(&s);
	json_write_array(&s.w, "results");
	for (size_t i = 0; i < s.found.len; i++)
		write_finding(&s, s.found.items[i]);
	json_write_end(&s.w);
	json_write_text(&s.w, "columnKind", "utf16CodeUnits");
	json_write_object(&s.w, "originalUriBaseIds");
	json_write_object(&s.w, "ROOTPATH");
	json_write_text(&s.w, "uri", "file:///");
	json_write_end(&s.w);
	json_write_end(&s.w);
	write_image(&s);
	json_write_end(&s.w);
	json_write_end(&s.w);
	json_write_end(&s.w);
	arena_done(&s.scratch);
	arena_done(&s.arena);
}
