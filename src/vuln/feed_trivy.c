/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feed_trivy.h"

#include "base/text.h"
#include "vuln/space.h"
#include "vuln/stream.h"

/* -- names ------------------------------------------------------------------------------------- */

/* The front of a bucket's name; the space, with what follows as its release; the source's id. */
static const struct distribution {
	const char *bucket, *space, *source;
} distributions[] = {
	{ "debian ", "debian ", "debian" },
	{ "ubuntu ", "ubuntu ", "ubuntu" },
	{ "alpine ", "alpine ", "alpine" },
	{ "alma ", "alma ", "alma" },
	{ "wolfi", "wolfi", "wolfi" },
	{ "chainguard", "chainguard", "chainguard" },
	{ "minimos", "minimos", "minimos" },
	{ "amazon linux ", "amazon ", "amazon" },
	{ "Oracle Linux ", "oracle ", "oracle-oval" },
	{ "Photon OS ", "photon ", "photon" },
	{ "CBL-Mariner ", "azurelinux ", "cbl-mariner" },
	{ "Azure Linux ", "azurelinux ", "azure" },
	{ "openSUSE Leap ", "opensuse ", "suse-cvrf" },
	{ "openSUSE Tumbleweed", "opensuse-tumbleweed", "suse-cvrf" },
	{ "SUSE Linux Enterprise Micro ", "suse-micro ", "suse-cvrf" },
	{ "SUSE Linux Enterprise ", "suse ", "suse-cvrf" },
};

static const struct {
	const char *bucket, *space;
	enum range_syntax syntax; /* of others than GitHub */
} ecosystems[] = {
	{ "nuget", "nuget", RANGE_PLAIN },  { "npm", "npm", RANGE_NPM },
	{ "pip", "pypi", RANGE_PEP440 },    { "go", "golang", RANGE_PLAIN },
	{ "maven", "maven", RANGE_BRACES }, { "cargo", "cargo", RANGE_NPM },
	{ "rubygems", "gem", RANGE_GEM },   { "composer", "composer", RANGE_NPM },
};

static const char *const sources[][2] = {
	{ "GitHub Security Advisory", "ghsa" },
	{ "GitLab Advisory Database", "glad" },
	{ "Ruby Advisory Database", "ruby-advisory-db" },
	{ "PHP Security Advisories Database", "php-security-advisories" },
	{ "Node.js Ecosystem Security Working Group", "nodejs-security-wg" },
	{ "ruby-advisory-db", "ruby-advisory-db" },
	{ "php-security-advisories", "php-security-advisories" },
	{ "nodejs-security-wg", "nodejs-security-wg" },
	{ "The Go Vulnerability Database", "govulndb" },
};

static bytes source_of(bytes name)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++)
		if (bytes_starts(name, bytes_str(sources[i][0])))
			return bytes_str(sources[i][1]);
	return BYTES("osv");
}

/* "nuget::GitHub Security Advisory Nuget" */
static bool find_ecosystem(struct trivy_reader *r, bytes bucket)
{
	size_t at = bytes_search(bucket, BYTES("::"));

	for (size_t i = 0; i < sizeof(ecosystems) / sizeof(*ecosystems); i++) {
		if (!bytes_is(bytes_slice(bucket, 0, at), ecosystems[i].bucket))
			continue;
		r->source = source_of(bytes_skip(bucket, at + 2));
		r->space = bytes_str(ecosystems[i].space);
		r->syntax = bytes_is(r->source, "ghsa") ? RANGE_PLAIN : ecosystems[i].syntax;
		return true;
	}
	return false;
}

bool trivy_bucket(struct trivy_reader *r, bytes bucket)
{
	r->red_hat = bytes_is(bucket, "Red Hat");
	if (r->red_hat) {
		r->source = BYTES("redhat");
		return true;
	}
	if (bytes_search(bucket, BYTES("::")) < bucket.n)
		return find_ecosystem(r, bucket);
	if (bytes_starts(bucket, BYTES("rocky "))) {
		/* "rocky 8.5": advisories of all its minor releases are one list. */
		r->source = BYTES("rocky");
		r->space = space_of_distribution(r->source, bytes_skip(bucket, 6), r->job.arena);
		return true;
	}
	for (size_t i = 0; i < sizeof(distributions) / sizeof(*distributions); i++) {
		bytes release = bucket;

		if (!bytes_take_prefix(&release, bytes_str(distributions[i].bucket)))
			continue;
		r->source = bytes_str(distributions[i].source);
		r->space = bytes_str(
			arena_printf(r->job.arena, "%s" PRIb, distributions[i].space, BYTESF(release)));
		return true;
	}
	return false;
}

/* -- advisories -------------------------------------------------------------------------------- */

static void words(const struct trivy_reader *r, const struct yaml_node *list, struct word_list *out)
{
	for (const struct yaml_node *n = yaml_items(list); n; n = n->next)
		feed_word(bytes_trim(yaml_text(n)), r->job.arena, out);
}

/* number_of(n, max): "2", or "2.0" as their exporter writes it; 0 for others. */
static unsigned number_of(const struct yaml_node *n, unsigned max)
{
	bytes text = yaml_text(n), whole;
	uint64_t v = 0;

	return bytes_take_until(&text, '.', &whole) && text_take_u64(whole, 10, max, &v) ? (unsigned)v
	                                                                                 : 0;
}

static enum severity severity_of(const struct yaml_node *n)
{
	static const enum severity severities[] = { SEVERITY_UNKNOWN, SEVERITY_LOW, SEVERITY_MEDIUM,
		                                        SEVERITY_HIGH, SEVERITY_CRITICAL };

	return severities[number_of(n, 4)];
}

/* read_list(r, list, syntax, a, out): the ranges of a list, each of which is one alternative. */
static bool read_list(const struct trivy_reader *r, const struct yaml_node *list,
                      enum range_syntax syntax, struct version_range *out)
{
	err failure = { 0 };

	for (const struct yaml_node *n = yaml_items(list); n; n = n->next)
		if (range_parse(syntax, space_ordering(r->space), yaml_text(n), r->job.arena, out,
		                &failure) < 0)
			return false;
	return true;
}

/* An ecosystem's row says what is vulnerable, or only what is not. */
static bool read_ranges(const struct trivy_reader *r, const struct yaml_node *value,
                        struct advisory *a)
{
	const struct yaml_node *list = yaml_get(value, "VulnerableVersions"),
						   *patched = yaml_get(value, "PatchedVersions");
	struct version_range safe = { 0 };
	err failure = { 0 };

	words(r, patched, &a->fixes);
	if (list)
		return read_list(r, list, r->syntax, &a->ranges) && a->ranges.len > 0;
	return read_list(r, patched, r->syntax, &safe) &&
	       read_list(r, yaml_get(value, "UnaffectedVersions"), r->syntax, &safe) &&
	       range_complement(space_ordering(r->space), &safe, r->job.arena, &a->ranges, &failure) ==
	           0 &&
	       a->ranges.len > 0;
}

static struct advisory row_of(const struct trivy_reader *r, bytes id, const struct yaml_node *value)
{
	struct advisory a = {
		.space = r->space,
		.package = space_package(r->space, r->package, r->job.arena),
		.id = id,
		.source = r->source,
		.status = (enum advisory_status)number_of(yaml_get(value, "Status"), ADVISORY_END_OF_LIFE),
		.severity = severity_of(yaml_get(value, "Severity")),
	};

	words(r, yaml_get(value, "VendorIDs"), &a.vendor_ids);
	words(r, yaml_get(value, "Arches"), &a.architectures);
	return a;
}

static int read_row(const struct trivy_reader *r, bytes id, const struct yaml_node *value)
{
	struct advisory a = row_of(r, id, value);
	bool ranges = yaml_get(value, "VulnerableVersions") || yaml_get(value, "PatchedVersions") ||
	              yaml_get(value, "UnaffectedVersions");
	bool good = ranges ? read_ranges(r, value, &a)
	                   : feed_fix(&r->job, &a, yaml_text(yaml_get(value, "FixedVersion")));

	return good ? feed_emit(&r->job, &a) : feed_fault(&r->job, id, "versions that cannot be read");
}

/* -- Red Hat ----------------------------------------------------------------------------------- */

/* Releases and extended streams that one row may name; RHEL has had some sixty. */
#define STREAMS_MOST 128

struct stream {
	bytes space, minor;
};

/* The releases that a row's products belong to, each once. */
static size_t streams_of(const struct trivy_reader *r, const struct yaml_node *list,
                         struct stream out[STREAMS_MOST])
{
	size_t n = 0;

	for (const struct yaml_node *v = yaml_items(list); v && n < STREAMS_MOST; v = v->next) {
		bytes number = bytes_slice(yaml_text(v), 0, bytes_find(yaml_text(v), '.'));
		const bytes *product = map_get(&r->products, number);
		struct stream s;
		bool there = !product || !stream_of_product(*product, r->job.arena, &s.space, &s.minor);

		for (size_t i = 0; i < n && !there; i++)
			there = bytes_equal(out[i].space, s.space) && bytes_equal(out[i].minor, s.minor);
		if (!there)
			out[n++] = s;
	}
	return n;
}

/* "nodejs:18::npm" is npm of that module. */
static void split_module(struct advisory *a)
{
	size_t at = bytes_search(a->package, BYTES("::"));

	if (at == a->package.n)
		return;
	a->module = bytes_slice(a->package, 0, at);
	a->package = bytes_skip(a->package, at + 2);
}

/* The CVEs of a notice ("RHSA-2019:2304"), or the CVE that is the key. */
static int emit_cves(const struct trivy_reader *r, struct advisory *a, bytes id,
                     const struct yaml_node *entry)
{
	for (const struct yaml_node *n = yaml_items(yaml_get(entry, "Cves")); n; n = n->next) {
		bytes cve = yaml_text(yaml_get(n, "ID"));

		a->id = cve.n > 0 ? cve : id;
		a->severity = severity_of(yaml_get(n, "Severity"));
		if (feed_emit(&r->job, a) < 0)
			return -1;
	}
	return 0;
}

static int read_entry(struct trivy_reader *r, bytes id, const struct yaml_node *entry)
{
	struct stream streams[STREAMS_MOST];
	size_t n = streams_of(r, yaml_get(entry, "Affected"), streams);
	struct advisory a = row_of(r, id, entry);
	bytes fixed = yaml_text(yaml_get(entry, "FixedVersion"));

	split_module(&a);
	if (!bytes_starts(id, BYTES("CVE-")))
		feed_word(id, r->job.arena, &a.vendor_ids);
	if (a.status == ADVISORY_UNKNOWN)
		a.status = fixed.n > 0 ? ADVISORY_FIXED : ADVISORY_AFFECTED;
	if (a.status == ADVISORY_NOT_AFFECTED || a.status == ADVISORY_UNDER_INVESTIGATION)
		return 0; /* not reported */
	for (size_t i = 0; i < n; i++) {
		a.space = streams[i].space;
		a.product = streams[i].minor;
		a.ranges = (struct version_range){ 0 };
		a.fixes = (struct word_list){ 0 };
		if (a.product.n > 0 && fixed.n == 0)
			continue;
		if ((feed_fix(&r->job, &a, fixed)
		         ? emit_cves(r, &a, id, entry)
		         : feed_fault(&r->job, id, "a fixed version that is none")) < 0)
			return -1;
	}
	return 0;
}

int trivy_advisory(struct trivy_reader *r, bytes id, const struct yaml_node *value)
{
	const struct yaml_node *entries = yaml_items(yaml_get(value, "Entries"));

	if (r->package.n == 0 || id.n == 0)
		return feed_fault(&r->job, r->package, "a pair without a package or an id");
	if (!entries && !r->red_hat)
		return read_row(r, id, value);
	for (const struct yaml_node *n = entries; n; n = n->next)
		if ((r->red_hat ? read_entry(r, id, n) : read_row(r, id, n)) < 0)
			return -1;
	return 0;
}

/* -- Red Hat's products ------------------------------------------------------------------------ */

void trivy_product(struct trivy_reader *r, bytes number, bytes cpe, struct arena *a)
{
	if (map_get(&r->products, number))
		return;
	bytes *product = arena_new(a, bytes);

	*product = arena_bytes(a, cpe);
	*map_put(&r->products, arena_bytes(a, number)) = product;
}

void trivy_learn(struct trivy_reader *r, const struct yaml_node *value, struct arena *a)
{
	for (const struct yaml_node *n = yaml_items(yaml_get(value, "Entries")); n; n = n->next) {
		bytes fixed = yaml_text(yaml_get(n, "FixedVersion"));
		int release = stream_release(fixed);

		if (release < 0)
			continue;
		bytes product = bytes_str(arena_printf(a, "enterprise_linux:%d", release));

		for (const struct yaml_node *v = yaml_items(yaml_get(n, "Affected")); v; v = v->next)
			trivy_product(r, bytes_slice(yaml_text(v), 0, bytes_find(yaml_text(v), '.')), product,
			              a);
	}
}

/* -- vulnerabilities --------------------------------------------------------------------------- */

static void read_scores(const struct trivy_reader *r, const struct yaml_node *value,
                        struct vulnerability *v)
{
	bytes word = yaml_text(yaml_get(value, "Severity"));

	if (word.n > 0) /* of no vendor */
		feed_score(v, BYTES(""), r->job.arena)->severity = feed_severity(word);
	for (const struct yaml_node *n = yaml_first(yaml_get(value, "VendorSeverity")); n; n = n->next)
		feed_score(v, yaml_text(n->key), r->job.arena)->severity = severity_of(n);
	for (const struct yaml_node *n = yaml_first(yaml_get(value, "CVSS")); n; n = n->next) {
		struct vulnerability_score *s = feed_score(v, yaml_text(n->key), r->job.arena);

		s->v2_vector = yaml_text(yaml_get(n, "V2Vector"));
		s->v3_vector = yaml_text(yaml_get(n, "V3Vector"));
		s->v4_vector = yaml_text(yaml_get(n, "V40Vector"));
		(void)feed_tenths_of(yaml_text(yaml_get(n, "V2Score")), &s->v2_score); /* absent: 0 */
		(void)feed_tenths_of(yaml_text(yaml_get(n, "V3Score")), &s->v3_score);
		(void)feed_tenths_of(yaml_text(yaml_get(n, "V40Score")), &s->v4_score);
	}
}

int trivy_vulnerability(struct trivy_reader *r, bytes id, const struct yaml_node *value)
{
	struct vulnerability v = {
		.id = id,
		.title = yaml_text(yaml_get(value, "Title")),
		.description = yaml_text(yaml_get(value, "Description")),
		.published = yaml_text(yaml_get(value, "PublishedDate")),
		.modified = yaml_text(yaml_get(value, "LastModifiedDate")),
		.epss = UINT32_MAX,
		.epss_percentile = UINT32_MAX,
	};

	words(r, yaml_get(value, "CweIDs"), &v.cwes);
	words(r, yaml_get(value, "References"), &v.references);
	read_scores(r, value, &v);
	return feed_emit_vulnerability(&r->job, &v);
}

void trivy_begin(struct trivy_reader *r, const struct feed_sink *sink, struct arena *a, err *e)
{
	*r = (struct trivy_reader){ .job = { sink, a, e } };
	map_init(&r->products, a);
}
