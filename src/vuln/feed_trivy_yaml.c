/* SPDX-License-Identifier: Apache-2.0 */
/* trivy-db's content as YAML, the form of its test data: buckets of buckets of pairs. "debian 12"
 * and the like hold packages, which hold vulnerabilities; "nuget::GitHub Security Advisory Nuget"
 * the same of an ecosystem; "vulnerability" says more about each. The numbers of severities and
 * status words are trivy-db's, which ours are too. */
#include "base/text.h"
#include "fmt/yaml.h"
#include "vuln/feed_parts.h"
#include "vuln/space.h"

struct reader {
	struct feed_job job;
	bytes space, package, source; /* of the bucket that is read */
	enum range_syntax syntax;
};

/* -- names ------------------------------------------------------------------------------------- */

/* The front of a bucket's name; the space, with what follows as its release; the source's id. */
static const struct distribution {
	const char *bucket, *space, *source;
} distributions[] = {
	{ "debian ", "debian ", "debian" },
	{ "ubuntu ", "ubuntu ", "ubuntu" },
	{ "alpine ", "alpine ", "alpine" },
	{ "alma ", "alma ", "alma" },
	{ "rocky ", "rocky ", "rocky" },
	{ "wolfi", "wolfi", "wolfi" },
	{ "chainguard", "chainguard", "chainguard" },
	{ "amazon linux ", "amazon ", "amazon" },
	{ "Oracle Linux ", "oracle ", "oracle-oval" },
	{ "Photon OS ", "photon ", "photon" },
	{ "CBL-Mariner ", "azurelinux ", "cbl-mariner" },
	{ "Azure Linux ", "azurelinux ", "azure" },
	{ "openSUSE Leap ", "opensuse ", "suse-cvrf" },
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
static bool find_ecosystem(struct reader *r, bytes bucket)
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

static bool find_space(struct reader *r, bytes bucket)
{
	if (bytes_search(bucket, BYTES("::")) < bucket.n)
		return find_ecosystem(r, bucket);
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

static void words(const struct reader *r, const struct yaml_node *list, struct word_list *out)
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

/* An ecosystem's row: a list of ranges, each of which is one alternative. */
static bool read_ranges(const struct reader *r, const struct yaml_node *value, struct advisory *a)
{
	err failure = { 0 };

	for (const struct yaml_node *n = yaml_items(yaml_get(value, "VulnerableVersions")); n;
	     n = n->next)
		if (range_parse(r->syntax, space_ordering(r->space), yaml_text(n), r->job.arena, &a->ranges,
		                &failure) < 0)
			return false;
	words(r, yaml_get(value, "PatchedVersions"), &a->fixes);
	return a->ranges.len > 0;
}

static int read_advisory(const struct reader *r, bytes id, const struct yaml_node *value)
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
	bool good = yaml_get(value, "VulnerableVersions")
	                ? read_ranges(r, value, &a)
	                : feed_fix(&r->job, &a, yaml_text(yaml_get(value, "FixedVersion")));

	return good ? feed_emit(&r->job, &a) : feed_fault(&r->job, id, "versions that cannot be read");
}

static int read_packages(struct reader *r, const struct yaml_node *packages)
{
	for (const struct yaml_node *p = yaml_items(packages); p; p = p->next) {
		r->package = yaml_text(yaml_get(p, "bucket"));
		for (const struct yaml_node *v = yaml_items(yaml_get(p, "pairs")); v; v = v->next) {
			bytes id = yaml_text(yaml_get(v, "key"));

			if ((r->package.n == 0 || id.n == 0
			         ? feed_fault(&r->job, r->package, "a pair without a package or an id")
			         : read_advisory(r, id, yaml_get(v, "value"))) < 0)
				return -1;
		}
	}
	return 0;
}

/* -- vulnerabilities --------------------------------------------------------------------------- */

static void read_scores(const struct reader *r, const struct yaml_node *value,
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

static int read_vulnerabilities(const struct reader *r, const struct yaml_node *pairs)
{
	for (const struct yaml_node *n = yaml_items(pairs); n; n = n->next) {
		const struct yaml_node *value = yaml_get(n, "value");
		struct vulnerability v = {
			.id = yaml_text(yaml_get(n, "key")),
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
		if ((v.id.n == 0 ? feed_fault(&r->job, v.title, "a vulnerability without an id")
		                 : feed_emit_vulnerability(&r->job, &v)) < 0)
			return -1;
	}
	return 0;
}

static int read_bucket(struct reader *r, const struct yaml_node *bucket)
{
	bytes name = yaml_text(yaml_get(bucket, "bucket"));
	const struct yaml_node *pairs = yaml_get(bucket, "pairs");

	if (bytes_is(name, "data-source"))
		return 0; /* names and addresses of sources: ours stand with them */
	if (bytes_is(name, "vulnerability"))
		return read_vulnerabilities(r, pairs);
	if (!find_space(r, name))
		return feed_fault(&r->job, name, "a bucket that is not known");
	return read_packages(r, pairs);
}

int feed_trivy_yaml(bytes document, bytes name, const struct feed_sink *sink, struct arena *a,
                    err *e)
{
	struct reader r = { .job = { sink, a, e } };
	struct yaml_file file;

	(void)name;
	if (yaml_parse(document, a, &file, e) < 0)
		return -1;
	const struct yaml_node *root = file.documents.len > 0 ? file.documents.items[0].root : NULL;

	if (file.faults.len > 0 || !yaml_get(yaml_items(root), "bucket"))
		return err_set(e, ERR_FORMAT, 0, "no list of trivy-db's buckets");
	for (const struct yaml_node *b = yaml_items(root); b; b = b->next)
		if (read_bucket(&r, b) < 0)
			return -1;
	return 0;
}
