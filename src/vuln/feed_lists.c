/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds that are one list: what is exploited (CISA's KEV), how likely that is (FIRST's EPSS), and
 * when releases end (endoflife.date, API v1). */
#include "base/text.h"
#include "vuln/feed_parts.h"

static struct vulnerability vulnerability_of(bytes id)
{
	return (struct vulnerability){ .id = id, .epss = UINT32_MAX, .epss_percentile = UINT32_MAX };
}

/* -- KEV --------------------------------------------------------------------------------------- */

int feed_kev(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	const struct feed_job j = { sink, a, e };
	struct json_doc doc;

	(void)name;
	if (json_parse(document, a, &doc, e) < 0)
		return -1;
	json list = json_get(json_root(&doc), "vulnerabilities");

	if (json_type(list) != JSON_ARRAY)
		return err_set(e, ERR_FORMAT, 0, "no KEV catalogue: it has no \"vulnerabilities\"");
	if (feed_date(&j, feed_text(&j, json_root(&doc), "dateReleased")) < 0)
		return -1;
	for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x)) {
		struct vulnerability v = vulnerability_of(feed_text(&j, x, "cveID"));

		v.kev_added = feed_text(&j, x, "dateAdded");
		v.kev_due = feed_text(&j, x, "dueDate");
		v.kev_ransomware = bytes_is(feed_text(&j, x, "knownRansomwareCampaignUse"), "Known");
		feed_words(json_get(x, "cwes"), a, &v.cwes);
		if (v.id.n == 0 || v.kev_added.n == 0) {
			if (feed_fault(&j, v.id, "an entry without id or date") < 0)
				return -1;
		} else if (feed_emit_vulnerability(&j, &v) < 0) {
			return -1;
		}
	}
	return 0;
}

/* -- EPSS -------------------------------------------------------------------------------------- */

/* "0.00383" is 3,830 millionths; what is finer is cut off. */
static bool take_millionths(bytes text, uint32_t *out)
{
	bytes whole, rest = bytes_trim(text);
	uint64_t units = 0, part = 0;

	if (!bytes_take_until(&rest, '.', &whole) || !text_take_u64(whole, 10, 1, &units))
		return false;
	rest = bytes_slice(rest, 0, 6);
	if (rest.n > 0 && !text_take_u64(rest, 10, 999999, &part))
		return false;
	for (size_t i = rest.n; i < 6; i++)
		part *= 10;
	*out = (uint32_t)(units * 1000000 + part);
	return *out <= 1000000;
}

static bytes date_of(bytes heading)
{
	bytes mark = BYTES("score_date:");

	return bytes_slice(bytes_skip(heading, bytes_search(heading, mark) + mark.n), 0, 10);
}

int feed_epss(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	const struct feed_job j = { sink, a, e };
	bytes line, id, score, date = BYTES("");
	bool columns = false;

	(void)name;
	while (!columns && bytes_line(&document, &line)) {
		if (bytes_starts(line, BYTES("#")))
			date = date_of(line);
		else if (!(columns = bytes_is(line, "cve,epss,percentile")))
			break;
	}
	if (!columns)
		return err_set(e, ERR_FORMAT, 0, "no EPSS table: no line \"cve,epss,percentile\"");
	if (feed_date(&j, date) < 0)
		return -1;
	while (bytes_line(&document, &line)) {
		if (!bytes_take_until(&line, ',', &id))
			continue; /* an empty line */
		struct vulnerability v = vulnerability_of(id);

		v.epss_date = date;
		bool good = bytes_take_until(&line, ',', &score) && take_millionths(score, &v.epss) &&
		            take_millionths(line, &v.epss_percentile);

		if ((good ? feed_emit_vulnerability(&j, &v)
		          : feed_fault(&j, id, "a line without two numbers from 0 to 1")) < 0)
			return -1;
	}
	return 0;
}

/* -- end of life ------------------------------------------------------------------------------- */

/* Their names, and what the spaces of advisories call the same. */
static const char *const products[][2] = {
	{ "dotnet", ".net" },         { "alpine-linux", "alpine" }, { "rhel", "redhat" },
	{ "rocky-linux", "rocky" },   { "almalinux", "alma" },      { "oracle-linux", "oracle" },
	{ "amazon-linux", "amazon" }, { "sles", "suse" },           { "azure-linux", "azurelinux" },
	{ "opensuse", "opensuse" },
};

static bytes product_of(bytes name)
{
	for (size_t i = 0; i < sizeof(products) / sizeof(*products); i++)
		if (bytes_is(name, products[i][0]))
			return bytes_str(products[i][1]);
	return name;
}

static int read_end(const struct feed_job *j, bytes product, json release)
{
	struct end_of_life x = { .product = product,
		                     .release = feed_text(j, release, "name"),
		                     .date = feed_text(j, release, "eolFrom"),
		                     .extended = feed_text(j, release, "eoesFrom") };

	/* Their .NET channels are "8", ours "8.0". */
	if (bytes_is(product, ".net") && x.release.n > 0 && bytes_find(x.release, '.') == x.release.n)
		x.release = bytes_str(arena_printf(j->arena, PRIb ".0", BYTESF(x.release)));
	if (x.release.n == 0)
		return feed_fault(j, product, "a release without a name");
	return x.date.n == 0 ? 0 /* none is announced */
	                     : j->sink->end_of_life(j->sink->ctx, &x, j->e);
}

int feed_eol(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	const struct feed_job j = { sink, a, e };
	struct json_doc doc;

	(void)name;
	if (json_parse(document, a, &doc, e) < 0)
		return -1;
	json list = json_get(json_root(&doc), "result");

	if (json_type(list) != JSON_ARRAY)
		return err_set(e, ERR_FORMAT, 0, "no table of ends of life: it has no \"result\"");
	if (feed_date(&j, feed_text(&j, json_root(&doc), "generated_at")) < 0)
		return -1;
	for (json p = json_first(list); json_type(p) != JSON_NONE; p = json_next(p)) {
		json releases = json_get(p, "releases");

		for (json r = json_first(releases); json_type(r) != JSON_NONE; r = json_next(r))
			if (read_end(&j, product_of(feed_text(&j, p, "name")), r) < 0)
				return -1;
	}
	return 0;
}
