/* SPDX-License-Identifier: Apache-2.0 */
/* NVD's API 2.0 and its yearly files: what is said of a CVE, and NVD's own scores. The products
 * that it names (CPE) are not used: they are no packages. One record alone is read too, as mirrors
 * keep them. */
#include "fmt/json_stream.h"
#include "vuln/feed_parts.h"

/* The English one of a list of { "lang", "value" }. */
static bytes english(const struct feed_job *j, json list)
{
	for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x))
		if (bytes_is(feed_text(j, x, "lang"), "en"))
			return feed_text(j, x, "value");
	return BYTES("");
}

static const struct metric {
	const char *name;
	size_t vector, score;
} metrics[] = {
#define METRIC(name, of) \
	{ \
		name, offsetof(struct vulnerability_score, of##_vector), \
			offsetof(struct vulnerability_score, of##_score) \
	}
	METRIC("cvssMetricV40", v4),
	METRIC("cvssMetricV31", v3),
	METRIC("cvssMetricV30", v3),
	METRIC("cvssMetricV2", v2),
#undef METRIC
};

static bool is_primary(const struct feed_job *j, json entry)
{
	return bytes_is(feed_text(j, entry, "type"), "Primary") ||
	       bytes_is(feed_text(j, entry, "source"), "nvd@nist.gov");
}

/* The word of the newest version that has one; of CVSS 2 it stands outside of "cvssData". */
static void read_metric(const struct feed_job *j, const struct metric *m, json list,
                        struct vulnerability_score *s)
{
	bytes *vector = (bytes *)(void *)((char *)s + m->vector);
	uint16_t *score = (uint16_t *)(void *)((char *)s + m->score);

	for (json x = json_first(list); json_type(x) != JSON_NONE && vector->n == 0; x = json_next(x)) {
		json data = json_get(x, "cvssData");
		bytes word = feed_text(j, data, "baseSeverity");

		if (!is_primary(j, x))
			continue;
		*vector = feed_text(j, data, "vectorString");
		(void)feed_tenths(json_get(data, "baseScore"), score); /* none: 0 */
		if (s->severity == SEVERITY_UNKNOWN)
			s->severity = feed_severity(word.n > 0 ? word : feed_text(j, x, "baseSeverity"));
	}
}

static int read_cve(const struct feed_job *j, json cve)
{
	struct vulnerability v = { .id = feed_text(j, cve, "id"),
		                       .description = english(j, json_get(cve, "descriptions")),
		                       .published = feed_text(j, cve, "published"),
		                       .modified = feed_text(j, cve, "lastModified"),
		                       .epss = UINT32_MAX,
		                       .epss_percentile = UINT32_MAX };
	json list = json_get(cve, "weaknesses");

	v.withdrawn = bytes_is(feed_text(j, cve, "vulnStatus"), "Rejected");
	for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x)) {
		bytes cwe = english(j, json_get(x, "description"));

		if (bytes_starts(cwe, BYTES("CWE-")))
			feed_word(cwe, j->arena, &v.cwes);
	}
	list = json_get(cve, "references");
	for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x))
		feed_word(feed_text(j, x, "url"), j->arena, &v.references);
	for (size_t i = 0; i < sizeof(metrics) / sizeof(*metrics); i++) {
		list = json_get(json_get(cve, "metrics"), metrics[i].name);
		if (json_count(list) > 0)
			read_metric(j, &metrics[i], list, feed_score(&v, BYTES("nvd"), j->arena));
	}
	return feed_emit_vulnerability(j, &v);
}

/* -- a year has 40,000 records: one at a time -------------------------------------------------- */

static int read_text(const struct feed_sink *sink, bytes text, bool wrapped, err *e)
{
	struct arena a = ARENA_INIT;
	const struct feed_job j = { sink, &a, e };
	struct json_doc doc;
	int result = json_parse(text, &a, &doc, e);

	if (result == 0 && !wrapped &&
	    json_type(json_get(json_root(&doc), "descriptions")) != JSON_ARRAY)
		result = err_set(e, ERR_FORMAT, 0,
		                 "no record of NVD: no \"vulnerabilities\", no \"descriptions\"");
	if (result == 0)
		result = read_cve(&j, wrapped ? json_get(json_root(&doc), "cve") : json_root(&doc));
	arena_done(&a);
	return result;
}

static int more(void *ctx, bytes *out, err *e)
{
	bytes *rest = ctx;

	(void)e;
	*out = bytes_slice(*rest, 0, 65536);
	*rest = bytes_skip(*rest, out->n);
	return 0;
}

static int read_list(struct json_stream *s, const struct feed_sink *sink, err *e)
{
	buf text = BUF_INIT(LIMIT_FEED_RECORD);
	int r = json_stream_enter(s, false, e);

	while (r > 0 && (r = json_stream_item(s, e)) > 0) {
		buf_clear(&text);
		r = json_stream_value(s, &text, e) < 0 || read_text(sink, buf_bytes(&text), true, e) < 0
		        ? -1
		        : 1;
	}
	buf_done(&text);
	return r;
}

static int read_date(struct json_stream *s, const struct feed_sink *sink, err *e)
{
	buf text = BUF_INIT(LIMIT_FEED_RECORD);
	int result = json_stream_value(s, &text, e);
	bytes date = bytes_slice(bytes_skip(buf_bytes(&text), 1), 0, 10); /* behind the quote */

	if (result == 0 && date.n > 0)
		result = sink->date(sink->ctx, date, e);
	buf_done(&text);
	return result;
}

/* read_page(s, sink, out_page, e): a page or a year; *out_page: it is one. */
static int read_page(struct json_stream *s, const struct feed_sink *sink, bool *out_page, err *e)
{
	int r = json_stream_enter(s, true, e);

	while (r > 0 && (r = json_stream_item(s, e)) > 0) {
		bool list = json_stream_is(s, "vulnerabilities");
		bool date = json_stream_is(s, "timestamp");

		*out_page |= list;
		r = list   ? read_list(s, sink, e)
		    : date ? read_date(s, sink, e)
		           : json_stream_skip(s, e);
		r = r < 0 ? -1 : 1;
	}
	return r < 0 ? -1 : json_stream_close(s, e);
}

int feed_nvd(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	struct json_stream s;
	bytes rest = document;
	bool page = false;

	(void)name;
	(void)a; /* each record has one of its own */
	json_stream_init(&s, more, &rest);
	int result = read_page(&s, sink, &page, e);

	json_stream_done(&s);
	if (result == 0 && !page)
		return read_text(sink, document, false, e);
	return result;
}
