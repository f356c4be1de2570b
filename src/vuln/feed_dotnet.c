/* SPDX-License-Identifier: Apache-2.0 */
/* Microsoft's two records of .NET vulnerabilities (dotnet/core): cve.json, one a month, with exact
 * ranges by product and package (its schema: dotnet-cves.schema.json), and releases.json, one a
 * channel, which is newer but says only which release mended what.
 * Known faults of cve.json: no max_vulnerable (then `fixed` is the end), a mistyped `fixed` (so
 * max_vulnerable is the end where it is there), blanks around versions. */
#include "vuln/feed_parts.h"
#include "vuln/space.h"

#define SPACE ".net"
#define SOURCE "microsoft"

static const struct product {
	const char *name, *package;
	/* Of a release in releases.json. NULL: not taken from there (the SDK has bands of its own, the
	 * desktop is none of Linux). */
	const char *member;
} products[] = {
	{ "dotnet-runtime", "Microsoft.NETCore.App", "runtime" },
	{ "dotnet-aspnetcore", "Microsoft.AspNetCore.App", "aspnetcore-runtime" },
	{ "dotnet-windows-desktop", "Microsoft.WindowsDesktop.App", NULL },
	{ "dotnet-sdk", "Microsoft.NET.Sdk", NULL },
};

struct reader {
	const struct feed_sink *sink;
	struct arena *arena;
	err *e;
	json disclosures; /* of cve.json */
};

static bytes text(const struct reader *r, json object, const char *name)
{
	return bytes_trim(json_bytes(json_get(object, name), r->arena));
}

static int fault(const struct reader *r, bytes where, const char *what)
{
	return r->sink->fault(r->sink->ctx, where, what, r->e);
}

static bool names(json list, const char *only, struct arena *a)
{
	return json_count(list) == 1 && bytes_is(json_bytes(json_first(list), a), only);
}

/* -- cve.json --------------------------------------------------------------------------------- */

static json disclosure_of(const struct reader *r, bytes id)
{
	for (json d = json_first(r->disclosures); json_type(d) != JSON_NONE; d = json_next(d))
		if (bytes_equal(text(r, d, "id"), id))
			return d;
	return (json){ NULL, 0 };
}

static uint32_t platforms_of(const struct reader *r, json disclosure)
{
	json list = json_get(disclosure, "platforms");

	if (names(list, "windows", r->arena))
		return ADVISORY_FLAG_ONLY_WINDOWS;
	if (names(list, "linux", r->arena))
		return ADVISORY_FLAG_ONLY_LINUX;
	return names(list, "macos", r->arena) ? ADVISORY_FLAG_ONLY_MACOS : 0;
}

/* One row of "products" or "packages". */
static int read_row(const struct reader *r, json row, bytes space, bytes package)
{
	bytes id = text(r, row, "cve_id"), fixed = text(r, row, "fixed");
	json disclosure = disclosure_of(r, id);
	struct version_interval range = { .from = text(r, row, "min_vulnerable"),
		                              .last = text(r, row, "max_vulnerable") };
	struct advisory a = { .space = space,
		                  .package = space_package(space, package, r->arena),
		                  .id = id,
		                  .source = BYTES(SOURCE),
		                  .status = fixed.n > 0 ? ADVISORY_FIXED : ADVISORY_AFFECTED,
		                  .severity = feed_severity(
							  text(r, json_get(disclosure, "cvss"), "severity")),
		                  .flags = platforms_of(r, disclosure) };

	if (range.last.n == 0)
		range.to = fixed;
	if (id.n == 0 || package.n == 0 || !version_is_valid(VERSION_NUGET, range.from) ||
	    !version_is_valid(VERSION_NUGET, range.last.n > 0 ? range.last : range.to))
		return fault(r, id, "a row without a package or a range of versions");
	*ARENA_PUSH(r->arena, &a.ranges) = range;
	feed_word(fixed, r->arena, &a.fixes);
	return r->sink->advisory(r->sink->ctx, &a, r->e);
}

static int read_product(const struct reader *r, json row)
{
	bytes name = text(r, row, "name");

	for (size_t i = 0; i < sizeof(products) / sizeof(*products); i++)
		if (bytes_is(name, products[i].name))
			return read_row(r, row, BYTES(SPACE), bytes_str(products[i].package));
	return fault(r, name, "an unknown product");
}

static int read_disclosure(const struct reader *r, json d, bytes modified)
{
	json cvss = json_get(d, "cvss");
	bytes vector = text(r, cvss, "vector");
	struct vulnerability v = {
		.id = text(r, d, "id"),
		.title = text(r, d, "problem"),
		.description = bytes_trim(json_bytes(json_first(json_get(d, "description")), r->arena)),
		.published = text(r, json_get(json_get(d, "timeline"), "disclosure"), "date"),
		.modified = modified,
		.epss = UINT32_MAX,
		.epss_percentile = UINT32_MAX,
	};
	struct vulnerability_score *score = feed_score(&v, BYTES(SOURCE), r->arena);

	if (v.id.n == 0)
		return fault(r, v.title, "a disclosure without an id");
	score->severity = feed_severity(text(r, cvss, "severity"));
	bool fourth = bytes_starts(vector, BYTES("CVSS:4."));

	*(fourth ? &score->v4_vector : &score->v3_vector) = vector;
	if (!feed_tenths(json_get(cvss, "score"), fourth ? &score->v4_score : &score->v3_score) &&
	    fault(r, v.id, "a score that is no number") < 0)
		return -1;
	feed_word(text(r, d, "weakness"), r->arena, &v.cwes);
	feed_words(json_get(d, "references"), r->arena, &v.references);
	return r->sink->vulnerability(r->sink->ctx, &v, r->e);
}

int feed_dotnet_cve(bytes document, bytes name, const struct feed_sink *sink, struct arena *a,
                    err *e)
{
	struct reader r = { .sink = sink, .arena = a, .e = e };
	struct json_doc doc;

	(void)name;
	if (json_parse(document, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);

	r.disclosures = json_get(root, "disclosures");
	if (json_type(r.disclosures) != JSON_ARRAY)
		return err_set(e, ERR_FORMAT, 0, "no cve.json: it has no \"disclosures\"");
	if (json_count(r.disclosures) > LIMIT_DOTNET_DISCLOSURES)
		return err_set(e, ERR_LIMIT, 0, "more than %d disclosures", LIMIT_DOTNET_DISCLOSURES);
	for (json d = json_first(r.disclosures); json_type(d) != JSON_NONE; d = json_next(d))
		if (read_disclosure(&r, d, text(&r, root, "last_updated")) < 0)
			return -1;
	json list = json_get(root, "products");

	for (json row = json_first(list); json_type(row) != JSON_NONE; row = json_next(row))
		if (read_product(&r, row) < 0)
			return -1;
	list = json_get(root, "packages");
	for (json row = json_first(list); json_type(row) != JSON_NONE; row = json_next(row))
		if (read_row(&r, row, BYTES("nuget"), text(&r, row, "name")) < 0)
			return -1;
	return 0;
}

/* -- releases.json ---------------------------------------------------------------------------- */

/* A release mends its vulnerabilities in whatever it brings; which part had them, only cve.json
 * says. All earlier versions of the channel have them, its previews too. */
static int read_mended(const struct reader *r, json release, bytes first, bytes id)
{
	for (size_t i = 0; i < sizeof(products) / sizeof(*products); i++) {
		if (!products[i].member)
			continue;
		bytes fixed = text(r, json_get(release, products[i].member), "version");
		struct advisory a = { .space = BYTES(SPACE),
			                  .package = space_package(BYTES(SPACE), bytes_str(products[i].package),
			                                           r->arena),
			                  .id = id,
			                  .source = BYTES(SOURCE "-releases"),
			                  .status = ADVISORY_FIXED };

		if (!version_is_valid(VERSION_NUGET, fixed))
			continue; /* releases of the SDK alone */
		*ARENA_PUSH(r->arena, &a.ranges) = (struct version_interval){ .from = first, .to = fixed };
		feed_word(fixed, r->arena, &a.fixes);
		if (r->sink->advisory(r->sink->ctx, &a, r->e) < 0)
			return -1;
	}
	return 0;
}

static int read_release(const struct reader *r, json release, bytes first)
{
	json list = json_get(release, "cve-list");

	for (json c = json_first(list); json_type(c) != JSON_NONE; c = json_next(c)) {
		bytes id = text(r, c, "cve-id");

		if (!bytes_starts(id, BYTES("CVE-"))) {
			if (fault(r, id, "no CVE id") < 0)
				return -1;
		} else if (read_mended(r, release, first, id) < 0) {
			return -1;
		}
	}
	return 0;
}

int feed_dotnet_releases(bytes document, bytes name, const struct feed_sink *sink, struct arena *a,
                         err *e)
{
	struct reader r = { .sink = sink, .arena = a, .e = e };
	const struct feed_job j = { sink, a, e };
	struct json_doc doc;

	(void)name;
	if (json_parse(document, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc), releases = json_get(root, "releases");
	struct end_of_life end = { .product = BYTES(SPACE),
		                       .release = text(&r, root, "channel-version"),
		                       .date = text(&r, root, "eol-date") };

	/* The first of the channel, its previews included. */
	bytes first = end.release.n == 0 ? end.release
	                                 : bytes_str(arena_printf(a, PRIb ".0-0", BYTESF(end.release)));

	if (json_type(releases) != JSON_ARRAY || !version_is_valid(VERSION_NUGET, first))
		return err_set(e, ERR_FORMAT, 0,
		               "no releases.json: no \"releases\" of a \"channel-version\"");
	if (feed_date(&j, text(&r, root, "latest-release-date")) < 0)
		return -1;
	if (end.date.n > 0 && sink->end_of_life(sink->ctx, &end, e) < 0)
		return -1;
	for (json x = json_first(releases); json_type(x) != JSON_NONE; x = json_next(x))
		if (read_release(&r, x, first) < 0)
			return -1;
	return 0;
}
