/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feed_grype.h"

#include "base/text.h"
#include "vuln/space.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/* -- names ------------------------------------------------------------------------------------- */

static const char *const systems[][2] = {
	/* theirs, ID of os-release */
	{ "redhat", "rhel" },    { "rhel", "rhel" },        { "amazonlinux", "amzn" },
	{ "oraclelinux", "ol" }, { "rockylinux", "rocky" }, { "opensuseleap", "opensuse-leap" },
};

/* Types of Syft's packages, and GitHub's words. */
static const char *const types[][2] = {
	{ "dotnet", "nuget" },          { "nuget", "nuget" },       { "npm", "npm" },
	{ "python", "pypi" },           { "pypi", "pypi" },         { "java-archive", "maven" },
	{ "maven", "maven" },           { "gem", "gem" },           { "rubygems", "gem" },
	{ "go-module", "golang" },      { "go", "golang" },         { "rust-crate", "cargo" },
	{ "php-composer", "composer" }, { "composer", "composer" },
};

static const char *const providers[][2] = {
	{ "github", "ghsa" },    { "rhel", "redhat" },         { "oracle", "oracle-oval" },
	{ "sles", "suse-cvrf" }, { "mariner", "cbl-mariner" }, { "govulndb", "govulndb" },
};

static bytes mapped(const char *const table[][2], size_t n, bytes word)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_is(word, table[i][0]))
			return bytes_str(table[i][1]);
	return BYTES("");
}

static bytes source_of(bytes provider)
{
	bytes source = mapped(providers, COUNT(providers), provider);

	return source.n > 0 ? source : provider;
}

struct grype_system grype_system_of(bytes name, bytes major, bytes minor, bytes label,
                                    bytes channel, struct arena *a)
{
	bytes id = mapped(systems, COUNT(systems), name), version = label.n > 0 ? label : major;
	struct grype_system s = { 0 };

	if (bytes_is(channel, "esm") && minor.n > 0)
		minor = bytes_str(arena_printf(a, PRIb "-ESM", BYTESF(minor)));
	else if (channel.n > 0 && !(bytes_is(channel, "eus") && minor.n > 0))
		return s; /* of what an image does not show */
	if (minor.n > 0)
		version = bytes_str(arena_printf(a, PRIb "." PRIb, BYTESF(major), BYTESF(minor)));
	s.space = space_of_distribution(id.n > 0 ? id : name, version, a);
	if (bytes_is(channel, "eus"))
		s.minor = version;
	s.space = arena_bytes(a, s.space);
	s.minor = arena_bytes(a, s.minor);
	return s;
}

/* The CVE of a GitHub advisory or a notice about one, else its own name. */
static bytes id_of(bytes name, json list, struct arena *a)
{
	bytes cve = BYTES("");

	for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x)) {
		bytes one = json_bytes(x, a);

		if (!bytes_starts(one, BYTES("CVE-")))
			continue;
		if (cve.n > 0 && !bytes_equal(cve, one))
			return name; /* several */
		cve = one;
	}
	return bytes_starts(name, BYTES("CVE-")) || cve.n == 0 ? name : cve;
}

/* -- vulnerabilities --------------------------------------------------------------------------- */

/* The word of the record's own source; of a score nobody else's. */
static enum severity severity_of(const struct feed_job *j, json list)
{
	for (json s = json_first(list); json_type(s) != JSON_NONE; s = json_next(s)) {
		bytes word = json_bytes(json_get(s, "value"), j->arena);
		enum severity severity = feed_severity(word);

		if (bytes_equal_nocase(word, BYTES("negligible")))
			return SEVERITY_LOW;
		if (severity != SEVERITY_UNKNOWN)
			return severity;
	}
	return SEVERITY_UNKNOWN;
}

/* "nvd@nist.gov" is nvd; what others say in their own database is theirs. */
static bytes scorer_of(bytes source, bytes own)
{
	return bytes_is(source, "nvd@nist.gov") ? BYTES("nvd") : own;
}

static void read_scores(const struct feed_job *j, json list, bytes own, struct vulnerability *v)
{
	for (json s = json_first(list); json_type(s) != JSON_NONE; s = json_next(s)) {
		bytes vector = feed_text(j, json_get(s, "value"), "vector");

		if (vector.n > 0)
			feed_vector(feed_score(v, scorer_of(feed_text(j, s, "source"), own), j->arena), vector);
	}
}

int grype_vulnerability(struct grype_reader *r, const struct grype_vulnerability *v)
{
	const struct feed_job *j = &r->job;
	json root = json_root(&v->blob), aliases = json_get(root, "aliases"),
		 list = json_get(root, "severities"), refs = json_get(root, "refs");
	bytes own = source_of(v->provider);
	struct vulnerability out = {
		.id = id_of(v->name, aliases, j->arena),
		.description = feed_text(j, root, "description"),
		.published = bytes_slice(v->published, 0, bytes_find(v->published, ' ')),
		.modified = bytes_slice(v->modified, 0, bytes_find(v->modified, ' ')),
		.withdrawn = v->rejected,
		.epss = UINT32_MAX,
		.epss_percentile = UINT32_MAX,
	};
	enum severity severity = severity_of(j, list);

	if (!bytes_equal(out.id, v->name))
		feed_word(v->name, j->arena, &out.aliases);
	for (json x = json_first(refs); json_type(x) != JSON_NONE; x = json_next(x))
		feed_word(feed_text(j, x, "url"), j->arena, &out.references);
	read_scores(j, list, own, &out);
	if (severity != SEVERITY_UNKNOWN)
		feed_score(&out, own, j->arena)->severity = severity;
	return feed_emit_vulnerability(j, &out);
}

/* CISA's catalogue: a list of one. */
int grype_kev(struct grype_reader *r, bytes cve, json blob)
{
	const struct feed_job *j = &r->job;
	struct vulnerability v = {
		.id = cve,
		.title = feed_text(j, blob, "vulnerability_name"),
		.kev_added = bytes_slice(feed_text(j, blob, "date_added"), 0, 10),
		.kev_due = bytes_slice(feed_text(j, blob, "due_date"), 0, 10),
		.kev_ransomware = bytes_equal_nocase(feed_text(j, blob, "known_ransomware_campaign_use"),
		                                     BYTES("known")),
		.epss = UINT32_MAX,
		.epss_percentile = UINT32_MAX,
	};

	return feed_emit_vulnerability(j, &v);
}

/* -- packages ---------------------------------------------------------------------------------- */

static enum advisory_status status_of(bytes state)
{
	return bytes_is(state, "fixed")          ? ADVISORY_FIXED
	       : bytes_is(state, "wont-fix")     ? ADVISORY_WILL_NOT_FIX
	       : bytes_is(state, "not-affected") ? ADVISORY_NOT_AFFECTED
	                                         : ADVISORY_AFFECTED;
}

/* read_range(r, range, a): one range with what is said of its fix; false when it cannot be read. */
static bool read_range(const struct feed_job *j, json range, struct advisory *a)
{
	bytes constraint = feed_text(j, json_get(range, "version"), "constraint"),
		  fix = feed_text(j, json_get(range, "fix"), "version"),
		  state = feed_text(j, json_get(range, "fix"), "state");
	err failure = { 0 };

	if (constraint.n == 0 || bytes_is(constraint, "none (unknown)"))
		*ARENA_PUSH(j->arena, &a->ranges) = (struct version_interval){ 0 };
	else if (range_parse(RANGE_PLAIN, space_ordering(a->space), constraint, j->arena, &a->ranges,
	                     &failure) < 0)
		return false;
	if (fix.n > 0 && bytes_is(state, "fixed"))
		feed_word(fix, j->arena, &a->fixes);
	if (a->status == ADVISORY_UNKNOWN || bytes_is(state, "fixed"))
		a->status = status_of(state);
	return true;
}

static bytes space_of(const struct grype_row *row)
{
	return row->system ? row->system->space : mapped(types, COUNT(types), row->package->type);
}

/* The same was told of another minor release. */
static bool was_told(struct grype_reader *r, const struct advisory *a)
{
	bytes key = bytes_str(
		arena_printf(&r->about, PRIb "\t" PRIb "\t" PRIb "\t" PRIb "\t" PRIb "\t%d",
	                 BYTESF(a->space), BYTESF(a->package), BYTESF(a->module), BYTESF(a->product),
	                 BYTESF(a->fixes.len > 0 ? a->fixes.items[0] : BYTES("")), (int)a->status));
	void **place = map_put(&r->told, key);
	bool told = *place;

	*place = r;
	return told;
}

static bool read_ranges(const struct feed_job *j, json ranges, struct advisory *a)
{
	for (json x = json_first(ranges); json_type(x) != JSON_NONE; x = json_next(x))
		if (!read_range(j, x, a))
			return false;
	return a->ranges.len > 0;
}

int grype_package(struct grype_reader *r, const struct grype_row *row)
{
	const struct feed_job *j = &r->job;
	json root = json_root(&row->blob), about = json_root(&r->current.blob);
	struct advisory a = {
		.space = space_of(row),
		.id = id_of(r->current.name, json_get(root, "cves"), j->arena),
		.source = source_of(r->current.provider),
		.product = row->system ? row->system->minor : BYTES(""),
		.module = feed_text(j, json_get(root, "qualifiers"), "rpm_modularity"),
		.severity = severity_of(j, json_get(about, "severities")),
		.flags = r->current.rejected ? ADVISORY_FLAG_WITHDRAWN : 0,
	};

	/* What is wrong with a system has been said where it was read. */
	if (a.space.n == 0)
		return row->system ? 0 : feed_fault(j, a.id, "a package of an ecosystem that is not known");
	a.package = space_package(a.space, row->package->name, j->arena);
	if (!bytes_equal(a.id, r->current.name))
		feed_word(r->current.name, j->arena, &a.vendor_ids);
	if (!read_ranges(j, json_get(root, "ranges"), &a))
		return feed_fault(j, a.id, "a range that cannot be read");
	if (!row->affected)
		a.status = ADVISORY_NOT_AFFECTED;
	bool red_hat = bytes_starts(a.space, BYTES("redhat "));

	return (a.product.n > 0 && a.fixes.len == 0) || (red_hat && was_told(r, &a)) ? 0
	                                                                             : feed_emit(j, &a);
}
