/* SPDX-License-Identifier: Apache-2.0 */
/* data/dotnet-vulnerabilities.tsv, the record of .NET vulnerabilities that comes with the program:
 * lines of fields divided by tabs. Ranges are NuGet's intervals. */
#include "vuln/feed_parts.h"

#include "base/text.h"

#define FIELDS_MOST 10

static void fields_of(bytes line, bytes out[FIELDS_MOST])
{
	for (size_t i = 0; i < FIELDS_MOST; i++)
		if (!bytes_take_until(&line, '\t', &out[i]))
			out[i] = BYTES("");
}

static void words(const struct feed_job *j, bytes text, struct word_list *out)
{
	bytes word;

	while (bytes_take_until(&text, ',', &word))
		feed_word(word, j->arena, out);
}

static uint32_t flags_of(bytes system)
{
	return bytes_is(system, "windows") ? ADVISORY_FLAG_ONLY_WINDOWS
	       : bytes_is(system, "linux") ? ADVISORY_FLAG_ONLY_LINUX
	       : bytes_is(system, "macos") ? ADVISORY_FLAG_ONLY_MACOS
	                                   : 0;
}

/* a: space, package, id, source, range, fixes, severity, system, other ids */
static int read_advisory(const struct feed_job *j, const bytes f[FIELDS_MOST])
{
	struct advisory a = { .space = f[1],
		                  .package = f[2],
		                  .id = f[3],
		                  .source = f[4],
		                  .severity = feed_severity(f[7]),
		                  .flags = flags_of(f[8]) };
	err failure = { 0 };

	if (a.package.n == 0 || a.id.n == 0 || a.source.n == 0 ||
	    (!bytes_is(a.space, "nuget") && !bytes_is(a.space, ".net")) ||
	    range_parse(RANGE_BRACES, VERSION_NUGET, f[5], j->arena, &a.ranges, &failure) < 0 ||
	    a.ranges.len == 0)
		return feed_fault(j, a.id, "a row without a package or a range of versions");
	words(j, f[6], &a.fixes);
	words(j, f[9], &a.vendor_ids);
	a.status = a.fixes.len > 0 ? ADVISORY_FIXED : ADVISORY_AFFECTED;
	return feed_emit(j, &a);
}

/* v: id, other ids, source, vector, score, severity, date */
static int read_vulnerability(const struct feed_job *j, const bytes f[FIELDS_MOST])
{
	struct vulnerability v = {
		.id = f[1], .published = f[7], .epss = UINT32_MAX, .epss_percentile = UINT32_MAX
	};

	if (v.id.n == 0)
		return feed_fault(j, v.id, "a row without an id");
	words(j, f[2], &v.aliases);
	if (f[3].n > 0) {
		struct vulnerability_score *s = feed_score(&v, f[3], j->arena);

		s->severity = feed_severity(f[6]);
		if (bytes_starts(f[4], BYTES("CVSS:3.")))
			(void)feed_tenths_of(f[5], &s->v3_score); /* none: as the vector says */
		if (f[4].n > 0)
			feed_vector(s, f[4]);
	}
	return feed_emit_vulnerability(j, &v);
}

/* e: product, release, end */
static int read_end(const struct feed_job *j, const bytes f[FIELDS_MOST])
{
	const struct end_of_life x = { .product = f[1], .release = f[2], .date = f[3] };

	return x.release.n == 0 || x.date.n == 0 ? feed_fault(j, f[1], "a row without release or date")
	                                         : j->sink->end_of_life(j->sink->ctx, &x, j->e);
}

int feed_dotnet(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	const struct feed_job j = { sink, a, e };
	bytes line, f[FIELDS_MOST];
	bool any = false;
	int result = 0;

	(void)name;
	while (result == 0 && bytes_line(&document, &line)) {
		if (line.n == 0 || line.p[0] == '#')
			continue;
		fields_of(line, f);
		if (bytes_is(f[0], "a"))
			result = read_advisory(&j, f);
		else if (bytes_is(f[0], "v"))
			result = read_vulnerability(&j, f);
		else if (bytes_is(f[0], "e"))
			result = read_end(&j, f);
		else
			return err_set(e, ERR_FORMAT, 0, "no record of .NET: a line begins with '%s'",
			               SHOW(f[0]));
		any = true;
	}
	if (result == 0 && !any)
		return err_set(e, ERR_FORMAT, 0, "no record of .NET: it has no rows");
	return result;
}
