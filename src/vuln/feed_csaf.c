/* SPDX-License-Identifier: Apache-2.0 */
/* Red Hat's CSAF 2.0 documents, VEX (one CVE) and advisories: sections 3.2.2 (product tree) and
 * 3.2.3 (vulnerabilities). Remedies and statuses name pairs of a product and a package (documents
 * have either or both); the product's CPE tells the release, the package's purl its name, version,
 * architecture and module. A package without a purl is called as its id.
 * Modules are written in two ways: rpmmod=NAME:STREAM:... in the package's purl, or a purl of the
 * type rpmmod, which is redhat/NAME@STREAM:... of what stands between package and release (a pair
 * of a pair), redhat/NAME:STREAM/PACKAGE of a package that has no fix.
 * Kept are the main streams, "enterprise_linux:N", and the fixes of the extended ones (EUS, AUS,
 * E4S, TUS: stream.h); layered products are no distribution. Not kept either: what is not affected
 * or under investigation, and source packages (an image has binary ones). */
#include "base/map.h"
#include "model/purl.h"
#include "vuln/feed_parts.h"
#include "vuln/stream.h"

#define SOURCE "redhat"
#define NESTED_MOST 32

struct product {
	bytes cpe, purl;       /* of a branch */
	bytes package, within; /* of a relationship: the ids of its two parts */
	bytes told;            /* the vulnerability that it was last told about */
};

struct reader {
	struct feed_job job;
	struct map products; /* by id */
	struct map rows;     /* advisories, by what makes them one */
	bytes id;
	enum severity severity;
};

static struct product *product_of(struct reader *r, bytes id)
{
	void **place = map_put(&r->products, id);

	if (!*place)
		*place = arena_new(r->job.arena, struct product);
	return *place;
}

/* -- the product tree -------------------------------------------------------------------------- */

static void read_branches(struct reader *r, json list, unsigned depth)
{
	for (json b = json_first(list); json_type(b) != JSON_NONE; b = json_next(b)) {
		json product = json_get(b, "product"),
			 helper = json_get(product, "product_identification_helper");
		bytes id = feed_text(&r->job, product, "product_id");

		if (id.n > 0) {
			struct product *p = product_of(r, id);

			p->cpe = feed_text(&r->job, helper, "cpe");
			p->purl = feed_text(&r->job, helper, "purl");
		}
		if (depth > 0)
			read_branches(r, json_get(b, "branches"), depth - 1);
	}
}

static void read_relationships(struct reader *r, json list)
{
	for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x)) {
		struct product *p = product_of(
			r, feed_text(&r->job, json_get(x, "full_product_name"), "product_id"));

		p->package = feed_text(&r->job, x, "product_reference");
		p->within = feed_text(&r->job, x, "relates_to_product_reference");
	}
}

/* -- what a vulnerability says of products ----------------------------------------------------- */

struct word {
	bool fixed; /* the package's version mends */
	enum advisory_status status;
	bytes notice;
};

static enum advisory_status status_of(bytes category, bytes details)
{
	if (bytes_is(category, "no_fix_planned"))
		return bytes_is(details, "Out of support scope") ? ADVISORY_END_OF_LIFE
		                                                 : ADVISORY_WILL_NOT_FIX;
	return bytes_is(details, "Fix deferred") ? ADVISORY_FIX_DEFERRED : ADVISORY_AFFECTED;
}

/* row_of(r, a, version): the advisory that differs in architectures alone, made when there is
 * none. */
static struct advisory *row_of(struct reader *r, const struct advisory *a, bytes version)
{
	bytes key = bytes_str(arena_printf(r->job.arena,
	                                   PRIb "\t" PRIb "\t" PRIb "\t" PRIb "\t" PRIb "\t%d",
	                                   BYTESF(a->space), BYTESF(a->product), BYTESF(a->package),
	                                   BYTESF(version), BYTESF(a->module), (int)a->status));
	void **place = map_put(&r->rows, key);
	struct advisory *row = *place;

	if (!row) {
		row = arena_new(r->job.arena, struct advisory);
		*row = *a;
		*place = row;
	}
	return row;
}

/* "nodejs:18:8100020240612:489197e6": name and stream. */
static bytes module_of(bytes label)
{
	size_t first = bytes_find(label, ':');
	bytes stream = bytes_skip(label, first + 1);

	return bytes_slice(label, 0, first + 1 + bytes_find(stream, ':'));
}

/* of_module(purl, a): of "pkg:rpmmod/redhat/nodejs@18:8100…", and of the package
 * "pkg:rpmmod/redhat/nodejs:18/npm"; empty when it is no rpmmod. */
static bytes of_module(const struct purl *purl, struct arena *a)
{
	size_t slash = bytes_find(purl->space, '/');

	if (!bytes_is(purl->type, "rpmmod"))
		return BYTES("");
	return slash < purl->space.n
	           ? module_of(bytes_skip(purl->space, slash + 1))
	           : module_of(bytes_str(arena_printf(a, PRIb ":" PRIb, BYTESF(purl->name),
	                                              BYTESF(purl->version))));
}

/* purl_of(r, id, out): of a package; false when the document does not describe it. */
static bool purl_of(const struct reader *r, bytes id, struct purl *out)
{
	const struct product *package = map_get(&r->products, id);

	*out = (struct purl){ .type = BYTES("rpm"), .name = id };
	return package && (package->purl.n == 0 || purl_parse(package->purl, r->job.arena, out));
}

/* cpe_of(r, pair, out_module): of the release that the pair is within, and the module between the
 * two; empty when the document does not describe it. */
static bytes cpe_of(const struct reader *r, const struct product *pair, bytes *out_module)
{
	const struct product *within = map_get(&r->products, pair->within);
	struct purl purl;

	for (unsigned i = 0; within && within->cpe.n == 0 && i < NESTED_MOST; i++) {
		if (purl_of(r, within->package, &purl) && bytes_is(purl.type, "rpmmod"))
			*out_module = of_module(&purl, r->job.arena);
		within = map_get(&r->products, within->within);
	}
	return within ? within->cpe : BYTES("");
}

/* What a package is: false for one that is not kept. A module as a whole is none: its packages are
 * named, too. */
static bool describe(const struct purl *purl, bool fixed, struct arena *a, struct advisory *row,
                     bytes *version, bytes *arch)
{
	bytes epoch = purl_qualifier(purl, "epoch", a), label = purl_qualifier(purl, "rpmmod", a);

	*arch = purl_qualifier(purl, "arch", a);
	*version = fixed ? purl->version : BYTES("");
	if (fixed && epoch.n > 0)
		*version = bytes_str(arena_printf(a, PRIb ":" PRIb, BYTESF(epoch), BYTESF(*version)));
	row->package = purl->name;
	if (bytes_is(purl->type, "rpmmod"))
		row->module = of_module(purl, a);
	else if (label.n > 0)
		row->module = module_of(label);
	return (bytes_is(purl->type, "rpm") ||
	        (row->module.n > 0 && bytes_find(purl->space, '/') < purl->space.n)) &&
	       !bytes_is(*arch, "src") && (!fixed || version->n > 0);
}

static int read_pair(struct reader *r, bytes id, const struct word *what)
{
	struct product *pair = map_get(&r->products, id);
	struct arena *a = r->job.arena;
	bytes version, arch, cpe;
	struct purl purl;

	if (!pair)
		return feed_fault(&r->job, r->id, "a product that the document does not describe");
	if (bytes_equal(pair->told, r->id) || pair->within.n == 0)
		return 0; /* a product as a whole */
	pair->told = r->id;
	struct advisory row = { .id = r->id,
		                    .source = BYTES(SOURCE),
		                    .severity = r->severity,
		                    .status = what->fixed ? ADVISORY_FIXED : what->status };

	if ((cpe = cpe_of(r, pair, &row.module)).n == 0)
		return feed_fault(&r->job, r->id, "a release that the document does not describe");
	/* Else a layered product, what an extended stream has not mended. */
	if (!stream_of_product(cpe, a, &row.space, &row.product) ||
	    (row.product.n > 0 && !what->fixed))
		return 0;
	if (!purl_of(r, pair->package, &purl))
		return feed_fault(&r->job, r->id, "a package that the document does not describe");
	if (!describe(&purl, what->fixed, a, &row, &version, &arch))
		return 0; /* else a container */
	struct advisory *kept = row_of(r, &row, version);

	if (kept->ranges.len == 0) {
		if (!feed_fix(&r->job, kept, version))
			return feed_fault(&r->job, r->id, "a fixed version that is none");
		feed_word(what->notice, a, &kept->vendor_ids);
	}
	feed_word(arch, a, &kept->architectures);
	return 0;
}

static int read_pairs(struct reader *r, json ids, const struct word *what)
{
	for (json id = json_first(ids); json_type(id) != JSON_NONE; id = json_next(id))
		if (read_pair(r, json_bytes(id, r->job.arena), what) < 0)
			return -1;
	return 0;
}

/* "https://access.redhat.com/errata/RHSA-2024:1234" */
static bytes notice_of(bytes url)
{
	bytes last = bytes_skip(url, bytes_rfind(url, '/') + 1);

	return bytes_starts(last, BYTES("RH")) ? last : BYTES("");
}

static int read_remedies(struct reader *r, json list)
{
	for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x)) {
		bytes category = feed_text(&r->job, x, "category");
		const struct word what = {
			.fixed = bytes_is(category, "vendor_fix"),
			.status = status_of(category, feed_text(&r->job, x, "details")),
			.notice = notice_of(feed_text(&r->job, x, "url")),
		};

		if (!bytes_is(category, "workaround") &&
		    read_pairs(r, json_get(x, "product_ids"), &what) < 0)
			return -1;
	}
	return 0;
}

/* -- the vulnerability itself ------------------------------------------------------------------ */

static bytes first_of(const struct reader *r, json list, const char *category, const char *member)
{
	for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x))
		if (bytes_is(feed_text(&r->job, x, "category"), category))
			return feed_text(&r->job, x, member);
	return BYTES("");
}

static int read_about(const struct reader *r, json x)
{
	json cvss = json_get(json_first(json_get(x, "scores")), "cvss_v3"),
		 list = json_get(x, "references");
	struct vulnerability v = { .id = r->id,
		                       .title = feed_text(&r->job, x, "title"),
		                       .description = first_of(r, json_get(x, "notes"), "description",
		                                               "text"),
		                       .published = feed_text(&r->job, x, "release_date"),
		                       .epss = UINT32_MAX,
		                       .epss_percentile = UINT32_MAX };
	struct vulnerability_score *s = feed_score(&v, BYTES(SOURCE), r->job.arena);

	s->severity = r->severity;
	s->v3_vector = feed_text(&r->job, cvss, "vectorString");
	(void)feed_tenths(json_get(cvss, "baseScore"), &s->v3_score); /* none: 0 */
	feed_word(feed_text(&r->job, json_get(x, "cwe"), "id"), r->job.arena, &v.cwes);
	for (json u = json_first(list); json_type(u) != JSON_NONE; u = json_next(u))
		feed_word(feed_text(&r->job, u, "url"), r->job.arena, &v.references);
	return feed_emit_vulnerability(&r->job, &v);
}

static int read_vulnerability(struct reader *r, json x)
{
	static const struct word fixed = { .fixed = true }, affected = { .status = ADVISORY_AFFECTED };
	json status = json_get(x, "product_status");

	r->id = feed_text(&r->job, x, "cve");
	if (r->id.n == 0)
		return feed_fault(&r->job, feed_text(&r->job, x, "title"), "a vulnerability without a CVE");
	r->severity = feed_severity(first_of(r, json_get(x, "threats"), "impact", "details"));
	map_init(&r->rows, r->job.arena);
	if (read_about(r, x) < 0 || read_remedies(r, json_get(x, "remediations")) < 0 ||
	    read_pairs(r, json_get(status, "fixed"), &fixed) < 0 ||
	    read_pairs(r, json_get(status, "known_affected"), &affected) < 0)
		return -1;
	for (size_t i = 0; i < r->rows.len; i++) {
		const struct advisory *row = r->rows.items[i].value;

		if (row->ranges.len > 0 && feed_emit(&r->job, row) < 0)
			return -1;
	}
	return 0;
}

int feed_csaf(bytes document, bytes name, const struct feed_sink *sink, struct arena *a, err *e)
{
	struct reader r = { .job = { sink, a, e } };
	struct json_doc doc;

	(void)name;
	if (json_parse(document, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc), tree = json_get(root, "product_tree"),
		 list = json_get(root, "vulnerabilities"), head = json_get(root, "document");

	if (!bytes_starts(feed_text(&r.job, json_get(head, "publisher"), "name"), BYTES("Red Hat")) ||
	    json_type(tree) != JSON_OBJECT)
		return err_set(e, ERR_FORMAT, 0, "no CSAF document of Red Hat");
	if (feed_date(&r.job, feed_text(&r.job, json_get(head, "tracking"), "current_release_date")) <
	    0)
		return -1;
	map_init(&r.products, a);
	read_branches(&r, json_get(tree, "branches"), NESTED_MOST);
	read_relationships(&r, json_get(tree, "relationships"));
	for (json x = json_first(list); json_type(x) != JSON_NONE; x = json_next(x))
		if (read_vulnerability(&r, x) < 0)
			return -1;
	return 0;
}
