/* SPDX-License-Identifier: Apache-2.0 */
/* vunnel's normalised records, which Grype's database is made from: "item" holds a "Vulnerability"
 * of a distribution or an "Advisory" of GitHub. Version "None": no fix is known; "0": never
 * affected. */
#include "vuln/feed_parts.h"
#include "vuln/space.h"

static const struct {
	const char *name, *id; /* before the colon of "debian:12"; of os-release */
} distributions[] = {
	{ "debian", "debian" }, { "ubuntu", "ubuntu" },   { "alpine", "alpine" },
	{ "rhel", "rhel" },     { "amzn", "amzn" },       { "ol", "ol" },
	{ "sles", "sles" },     { "mariner", "mariner" }, { "azurelinux", "azurelinux" },
	{ "photon", "photon" }, { "wolfi", "wolfi" },     { "chainguard", "chainguard" },
};

static const char *const ecosystems[][2] = {
	{ "npm", "npm" }, { "nuget", "nuget" }, { "python", "pypi" }, { "java", "maven" },
	{ "gem", "gem" }, { "go", "golang" },   { "rust", "cargo" },  { "composer", "composer" },
};

static bytes space_of(bytes namespace, struct arena *a)
{
	bytes name;

	if (!bytes_take_until(&namespace, ':', &name))
		return BYTES("");
	if (bytes_is(name, "github"))
		for (size_t i = 0; i < sizeof(ecosystems) / sizeof(*ecosystems); i++)
			if (bytes_is(namespace, ecosystems[i][0]))
				return bytes_str(ecosystems[i][1]);
	for (size_t i = 0; i < sizeof(distributions) / sizeof(*distributions); i++)
		if (bytes_is(name, distributions[i].name))
			return space_of_distribution(bytes_str(distributions[i].id), namespace, a);
	return BYTES("");
}

/* -- distributions ----------------------------------------------------------------------------- */

static int read_fix(const struct feed_job *j, json fix, bytes id, enum severity severity)
{
	bytes namespace = feed_text(j, fix, "NamespaceName"), version = feed_text(j, fix, "Version");
	json advisory = json_get(fix, "VendorAdvisory"), list = json_get(advisory, "AdvisorySummary");
	struct advisory a = { .space = space_of(namespace, j->arena),
		                  .package = feed_text(j, fix, "Name"),
		                  .id = id,
		                  .source = bytes_slice(namespace, 0, bytes_find(namespace, ':')),
		                  .status = ADVISORY_FIXED,
		                  .severity = severity };
	bool none = bytes_is(version, "None"), never = bytes_is(version, "0"), refused = false;

	if (bytes_ends(a.space, BYTES(" unstable")))
		return 0; /* no image names it */
	if (a.space.n == 0 || a.package.n == 0)
		return feed_fault(j, id, "a package of a space that is not known");
	(void)json_bool(json_get(advisory, "NoAdvisory"), &refused); /* else false */
	if (none)
		a.status = refused ? ADVISORY_WILL_NOT_FIX : ADVISORY_AFFECTED;
	if (never)
		a.status = ADVISORY_NOT_AFFECTED;
	for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x))
		feed_word(feed_text(j, x, "ID"), j->arena, &a.vendor_ids);
	if (!feed_fix(j, &a, none || never ? BYTES("") : version))
		return feed_fault(j, id, "a fixed version that is none");
	return feed_emit(j, &a);
}

static int read_vulnerability(const struct feed_job *j, json item)
{
	bytes namespace = feed_text(j, item, "NamespaceName");
	struct vulnerability v = { .id = feed_text(j, item, "Name"),
		                       .description = feed_text(j, item, "Description"),
		                       .epss = UINT32_MAX,
		                       .epss_percentile = UINT32_MAX };
	enum severity severity = feed_severity(feed_text(j, item, "Severity"));
	json list = json_get(item, "FixedIn");

	if (v.id.n == 0)
		return feed_fault(j, namespace, "a vulnerability without a name");
	feed_word(feed_text(j, item, "Link"), j->arena, &v.references);
	feed_score(&v, bytes_slice(namespace, 0, bytes_find(namespace, ':')), j->arena)->severity =
		severity;
	if (feed_emit_vulnerability(j, &v) < 0)
		return -1;
	for (json fix = json_first(list); json_type(fix) != JSON_NONE; fix = json_next(fix))
		if (read_fix(j, fix, v.id, severity) < 0)
			return -1;
	return 0;
}

/* -- GitHub ------------------------------------------------------------------------------------ */

static int read_range(const struct feed_job *j, json fix, struct advisory *a)
{
	bytes range = feed_text(j, fix, "range"), fixed = feed_text(j, fix, "identifier");
	err failure = { 0 };

	a->space = space_of(feed_text(j, fix, "namespace"), j->arena);
	a->package = space_package(a->space, feed_text(j, fix, "name"), j->arena);
	a->ranges = (struct version_range){ 0 };
	a->fixes = (struct word_list){ 0 };
	if (a->space.n == 0 || a->package.n == 0)
		return feed_fault(j, a->id, "a package of a space that is not known");
	if (range.n == 0) /* all versions */
		*ARENA_PUSH(j->arena, &a->ranges) = (struct version_interval){ 0 };
	else if (range_parse(RANGE_PLAIN, space_ordering(a->space), range, j->arena, &a->ranges,
	                     &failure) < 0 ||
	         a->ranges.len == 0)
		return feed_fault(j, a->id, "a range that cannot be read");
	if (!bytes_is(fixed, "None"))
		feed_word(fixed, j->arena, &a->fixes);
	a->status = a->fixes.len > 0 ? ADVISORY_FIXED : ADVISORY_AFFECTED;
	return feed_emit(j, a);
}

static int read_advisory(const struct feed_job *j, json item)
{
	bytes ghsa = feed_text(j, item, "ghsaId"),
		  cve = bytes_trim(json_bytes(json_first(json_get(item, "CVE")), j->arena));
	struct vulnerability v = { .id = cve.n > 0 ? cve : ghsa,
		                       .title = feed_text(j, item, "Summary"),
		                       .published = feed_text(j, item, "published"),
		                       .modified = feed_text(j, item, "updated"),
		                       .withdrawn = feed_text(j, item, "withdrawn").n > 0,
		                       .epss = UINT32_MAX,
		                       .epss_percentile = UINT32_MAX };
	struct advisory a = { .id = v.id,
		                  .source = BYTES("ghsa"),
		                  .severity = feed_severity(feed_text(j, item, "Severity")),
		                  .flags = v.withdrawn ? ADVISORY_FLAG_WITHDRAWN : 0 };
	json list = json_get(item, "FixedIn");

	if (v.id.n == 0)
		return feed_fault(j, v.title, "an advisory without an id");
	if (cve.n > 0) {
		feed_word(ghsa, j->arena, &v.aliases);
		feed_word(ghsa, j->arena, &a.vendor_ids);
	}
	feed_score(&v, a.source, j->arena)->severity = a.severity;
	if (feed_emit_vulnerability(j, &v) < 0)
		return -1;
	for (json fix = json_first(list); json_type(fix) != JSON_NONE; fix = json_next(fix))
		if (read_range(j, fix, &a) < 0)
			return -1;
	return 0;
}

int feed_vunnel(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	const struct feed_job j = { sink, a, e };
	struct json_doc doc;

	(void)name;
	if (json_parse(document, a, &doc, e) < 0)
		return -1;
	json item = json_get(json_root(&doc), "item"), github = json_get(item, "Advisory"),
		 vulnerability = json_get(item, "Vulnerability");

	if (json_type(item) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "no record of vunnel: it has no \"item\"");
	if (json_type(github) == JSON_OBJECT)
		return read_advisory(&j, github);
	if (json_type(vulnerability) == JSON_OBJECT)
		return read_vulnerability(&j, vulnerability);
	return feed_fault(&j, feed_text(&j, json_root(&doc), "identifier"),
	                  "a record of another provider: give its own feed");
}
