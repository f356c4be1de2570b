/* SPDX-License-Identifier: Apache-2.0 */
/* OSV (schema 1.7): one record a document, of any ecosystem; GitHub's advisories are OSV as well.
 *
 * A record is about its CVEs: those of `aliases`, else those of `upstream` (Debian's and
 * Ubuntu's notices name several), else itself. `versions` that the ranges hold anyway are left
 * out. Where GitHub leaves a range open and says beside it up to which version it is known, that
 * is its end. */
#include "version/range.h"
#include "vuln/feed_parts.h"
#include "vuln/space.h"

struct reader {
	const struct feed_sink *sink;
	struct arena *arena;
	err *e;
	bytes id, source;
	struct word_list about; /* CVEs, or the one id there is */
	bool withdrawn;
	enum severity severity;
};

static bytes text(const struct reader *r, json object, const char *name)
{
	return bytes_trim(json_bytes(json_get(object, name), r->arena));
}

static int fault(const struct reader *r, const char *what)
{
	return r->sink->fault(r->sink->ctx, r->id, what, r->e);
}

/* fault_of_error: a part could not be read; the rest of the record goes on without it. */
static int fault_of_error(const struct reader *r, const char *what)
{
	const char *said = arena_printf(r->arena, "%s: %s", what, r->e->text);

	if (r->e->kind != ERR_FORMAT && r->e->kind != ERR_LIMIT)
		return -1;
	err_clear(r->e);
	return fault(r, said);
}

/* -- names ------------------------------------------------------------------------------------ */

static const struct {
	bytes prefix, source; /* who gives ids that begin so */
} sources[] = {
	{ BYTES_INIT("GHSA-"), BYTES_INIT("ghsa") },
	{ BYTES_INIT("DSA-"), BYTES_INIT("debian") },
	{ BYTES_INIT("DLA-"), BYTES_INIT("debian") },
	{ BYTES_INIT("DEBIAN-"), BYTES_INIT("debian") },
	{ BYTES_INIT("USN-"), BYTES_INIT("ubuntu") },
	{ BYTES_INIT("UBUNTU-"), BYTES_INIT("ubuntu") },
	{ BYTES_INIT("ALPINE-"), BYTES_INIT("alpine") },
	{ BYTES_INIT("RHSA-"), BYTES_INIT("redhat") },
	{ BYTES_INIT("RLSA-"), BYTES_INIT("rocky") },
	{ BYTES_INIT("RXSA-"), BYTES_INIT("rocky") },
	{ BYTES_INIT("ALSA-"), BYTES_INIT("alma") },
	{ BYTES_INIT("ALBA-"), BYTES_INIT("alma") },
	{ BYTES_INIT("ALEA-"), BYTES_INIT("alma") },
	{ BYTES_INIT("RHBA-"), BYTES_INIT("redhat") },
	{ BYTES_INIT("RHEA-"), BYTES_INIT("redhat") },
	{ BYTES_INIT("SUSE-"), BYTES_INIT("suse") },
	{ BYTES_INIT("openSUSE-"), BYTES_INIT("suse") },
	{ BYTES_INIT("AZL-"), BYTES_INIT("azure") },
	{ BYTES_INIT("PHSA-"), BYTES_INIT("photon") },
	{ BYTES_INIT("CGA-"), BYTES_INIT("chainguard") },
	{ BYTES_INIT("MGASA-"), BYTES_INIT("mageia") },
	{ BYTES_INIT("GO-"), BYTES_INIT("go") },
	{ BYTES_INIT("PYSEC-"), BYTES_INIT("pysec") },
	{ BYTES_INIT("RUSTSEC-"), BYTES_INIT("rustsec") },
};

static bytes source_of(bytes id)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++)
		if (bytes_starts(id, sources[i].prefix))
			return sources[i].source;
	return BYTES("osv");
}

static void find_cves(const struct reader *r, json list, struct word_list *out)
{
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes id = json_bytes(v, r->arena);

		if (bytes_starts(id, BYTES("CVE-")))
			feed_word(id, r->arena, out);
	}
}

static void find_ids(struct reader *r, json root)
{
	if (bytes_starts(r->id, BYTES("CVE-")))
		feed_word(r->id, r->arena, &r->about);
	if (r->about.len == 0)
		find_cves(r, json_get(root, "aliases"), &r->about);
	if (r->about.len == 0)
		find_cves(r, json_get(root, "upstream"), &r->about);
	if (r->about.len == 0)
		feed_word(r->id, r->arena, &r->about);
}

/* -- what is affected ------------------------------------------------------------------------- */

static const struct {
	const char *name;
	enum range_event_kind kind;
} events[] = {
	{ "introduced", RANGE_INTRODUCED },
	{ "fixed", RANGE_FIXED },
	{ "last_affected", RANGE_LAST_AFFECTED },
	{ "limit", RANGE_LIMIT },
};

/* The events of one range; how many, and the fixes to be shown. */
static size_t read_events(const struct reader *r, json list, struct range_event *out,
                          struct word_list *fixes)
{
	size_t n = 0;

	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++) {
			bytes version = text(r, v, events[i].name);

			if (version.n == 0)
				continue;
			out[n++] = (struct range_event){ events[i].kind, version };
			if (events[i].kind == RANGE_FIXED)
				feed_word(version, r->arena, fixes);
			break;
		}
	return n;
}

/* "last_known_affected_version_range": "<= 1.2.3" ends what is open. */
static int close_range(const struct reader *r, enum version_ordering ordering, json affected,
                       struct version_range *range)
{
	bytes known = text(r, json_get(affected, "database_specific"),
	                   "last_known_affected_version_range");
	struct version_range end = { 0 };

	if (known.n == 0 || range->len == 0)
		return 0;
	struct version_interval *last = &range->items[range->len - 1];

	if (last->to.n > 0 || last->last.n > 0)
		return 0;
	if (range_parse(RANGE_PLAIN, ordering, known, r->arena, &end, r->e) < 0)
		return -1;
	if (end.len == 1) {
		last->to = end.items[0].to;
		last->last = end.items[0].last;
	}
	return 0;
}

static int read_ranges(const struct reader *r, enum version_ordering ordering, json affected,
                       struct version_range *out, struct word_list *fixes)
{
	json list = json_get(affected, "ranges");

	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		json what = json_get(v, "events");
		struct version_range range = { 0 };

		if (bytes_is(text(r, v, "type"), "GIT"))
			continue; /* commits are no versions of packages */
		struct range_event *all = arena_array(r->arena, struct range_event, json_count(what));
		size_t n = read_events(r, what, all, fixes);

		if (range_events(ordering, all, n, r->arena, &range, r->e) < 0 ||
		    close_range(r, ordering, affected, &range) < 0) {
			if (fault_of_error(r, "a range") < 0)
				return -1;
			continue;
		}
		for (size_t i = 0; i < range.len && out->len < LIMIT_RANGE_INTERVALS; i++)
			*ARENA_PUSH(r->arena, out) = range.items[i];
	}
	return 0;
}

static void read_versions(const struct reader *r, enum version_ordering ordering, json list,
                          const struct version_range *range, struct advisory *out)
{
	bool few = json_count(list) * range->len <= LIMIT_ADVISORY_WORK, held = false;

	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes version = json_bytes(v, r->arena);

		if (!few || !range_holds(ordering, range, version, &held) || !held)
			*ARENA_PUSH(r->arena, &out->versions) = version;
	}
}

static int emit(const struct reader *r, struct advisory *a)
{
	for (size_t i = 0; i < r->about.len; i++) {
		a->id = r->about.items[i];
		if (r->sink->advisory(r->sink->ctx, a, r->e) < 0)
			return -1;
	}
	return 0;
}

static int read_affected(const struct reader *r, json affected)
{
	json package = json_get(affected, "package");
	bytes name = text(r, package, "name"), minor = BYTES(""),
		  space = feed_osv_space(text(r, package, "ecosystem"), r->arena, &minor);
	enum version_ordering ordering = space_ordering(space);
	struct version_range range = { 0 };
	struct advisory a = {
		.space = space, .source = r->source, .product = minor, .severity = r->severity
	};

	if (name.n == 0 || ordering == VERSION_UNKNOWN)
		return fault(r, "a package of an ecosystem that is not known");
	a.package = space_package(space, name, r->arena);
	a.flags = r->withdrawn ? ADVISORY_FLAG_WITHDRAWN : 0;
	if (read_ranges(r, ordering, affected, &range, &a.fixes) < 0)
		return -1;
	read_versions(r, ordering, json_get(affected, "versions"), &range, &a);
	if (range.len == 0 && a.versions.len == 0)
		return fault(r, "a package without versions");
	a.ranges = range;
	a.status = a.fixes.len > 0 ? ADVISORY_FIXED : ADVISORY_AFFECTED;
	if (!bytes_starts(r->id, BYTES("CVE-")))
		feed_word(r->id, r->arena, &a.vendor_ids);
	return emit(r, &a);
}

/* -- the vulnerability itself ----------------------------------------------------------------- */

static void read_scores(const struct reader *r, json list, struct vulnerability *v)
{
	struct vulnerability_score *score = feed_score(v, r->source, r->arena);

	score->severity = r->severity;
	for (json s = json_first(list); json_type(s) != JSON_NONE; s = json_next(s)) {
		bytes type = text(r, s, "type"), value = text(r, s, "score");

		if (bytes_starts(type, BYTES("CVSS_V")))
			feed_vector(score, value);
	}
}

/* The word: GitHub's, or what Ubuntu writes as a score. */
static enum severity read_severity(const struct reader *r, json root)
{
	enum severity s = feed_severity(text(r, json_get(root, "database_specific"), "severity"));
	json list = json_get(root, "severity");

	for (json v = json_first(list); s == SEVERITY_UNKNOWN && json_type(v) != JSON_NONE;
	     v = json_next(v))
		if (bytes_is(text(r, v, "type"), "Ubuntu"))
			s = feed_severity(text(r, v, "score"));
	return s;
}

static int read_vulnerability(const struct reader *r, json root, bytes id)
{
	struct vulnerability v = {
		.id = id,
		.title = text(r, root, "summary"),
		.description = text(r, root, "details"),
		.published = text(r, root, "published"),
		.modified = text(r, root, "modified"),
		.epss = UINT32_MAX,
		.epss_percentile = UINT32_MAX,
		.withdrawn = r->withdrawn,
	};
	json list = json_get(root, "references");

	if (!bytes_equal(r->id, id))
		feed_word(r->id, r->arena, &v.aliases);
	if (r->about.len == 1) /* of a notice about several, nobody says whose they are */
		for (json x = json_first(json_get(root, "aliases")); json_type(x) != JSON_NONE;
		     x = json_next(x))
			if (!bytes_equal(json_bytes(x, r->arena), id))
				feed_word(json_bytes(x, r->arena), r->arena, &v.aliases);
	for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x))
		feed_word(text(r, x, "url"), r->arena, &v.references);
	feed_words(json_get(json_get(root, "database_specific"), "cwe_ids"), r->arena, &v.cwes);
	read_scores(r, json_get(root, "severity"), &v);
	return r->sink->vulnerability(r->sink->ctx, &v, r->e);
}

int feed_osv(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	struct reader r = { .sink = sink, .arena = a, .e = e };
	struct json_doc doc;

	(void)name;
	if (json_parse(document, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc), affected = json_get(root, "affected");

	r.id = text(&r, root, "id");
	if (r.id.n == 0 || text(&r, root, "modified").n == 0)
		return err_set(e, ERR_FORMAT, 0, "no OSV record: \"id\" or \"modified\" is missing");
	r.source = source_of(r.id);
	r.withdrawn = text(&r, root, "withdrawn").n > 0;
	r.severity = read_severity(&r, root);
	find_ids(&r, root);
	for (size_t i = 0; i < r.about.len; i++)
		if (read_vulnerability(&r, root, r.about.items[i]) < 0)
			return -1;
	for (json v = json_first(affected); json_type(v) != JSON_NONE; v = json_next(v))
		if (read_affected(&r, v) < 0)
			return -1;
	return 0;
}
