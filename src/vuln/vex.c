/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/vex.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"
#include "fmt/json.h"

struct reader {
	struct arena *arena;
	struct vex_list *out;
	struct map products; /* CSAF: product_id to struct csaf_product */
};

struct word {
	const char *word;
	enum vex_status status;
};

static enum vex_status status_from(const struct word *table, size_t n, bytes word)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_is(word, table[i].word))
			return table[i].status;
	return VEX_UNKNOWN;
}
#define STATUS_FROM(table, word) status_from(table, sizeof(table) / sizeof(*(table)), word)

static bytes text(const struct reader *r, json v, const char *name)
{
	return json_bytes(json_get(v, name), r->arena);
}

static bytes first_of(bytes a, bytes b)
{
	return a.n > 0 ? a : b;
}

static int64_t time_of(bytes date)
{
	int64_t seconds;

	return text_from_date(date, &seconds) ? seconds : 0;
}

static void add(const struct reader *r, const struct vex_statement *s)
{
	if (s->id.n > 0 && s->status != VEX_UNKNOWN)
		*ARENA_PUSH(r->arena, r->out) = *s;
}

/* -- OpenVEX 0.2 ------------------------------------------------------------------------------- */

static const struct word openvex_words[] = {
	{ "not_affected", VEX_NOT_AFFECTED },
	{ "affected", VEX_AFFECTED },
	{ "fixed", VEX_FIXED },
	{ "under_investigation", VEX_UNDER_INVESTIGATION },
};

/* "@id", or what `identifiers` says; 0.0 wrote the product as a string. */
static bytes openvex_purl(const struct reader *r, json product)
{
	if (json_type(product) == JSON_STRING)
		return json_bytes(product, r->arena);
	return first_of(text(r, json_get(product, "identifiers"), "purl"), text(r, product, "@id"));
}

static void openvex_product(const struct reader *r, json product, struct vex_statement s)
{
	json parts = json_get(product, "subcomponents");

	s.product = openvex_purl(r, product);
	if (json_count(parts) == 0)
		add(r, &s);
	for (json v = json_first(parts); json_type(v) != JSON_NONE; v = json_next(v)) {
		s.part = openvex_purl(r, v);
		add(r, &s);
	}
}

static void openvex_names(const struct reader *r, json statement, const struct vex_statement *s)
{
	json products = json_get(statement, "products");

	for (json v = json_first(products); json_type(v) != JSON_NONE; v = json_next(v))
		openvex_product(r, v, *s);
}

static void read_openvex(const struct reader *r, json root)
{
	bytes date = first_of(text(r, root, "last_updated"), text(r, root, "timestamp"));
	json list = json_get(root, "statements");

	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		json vulnerability = json_get(v, "vulnerability");
		bytes id = json_type(vulnerability) == JSON_STRING
		               ? json_bytes(vulnerability, r->arena)
		               : first_of(text(r, vulnerability, "name"), text(r, vulnerability, "@id"));
		struct vex_statement s = {
			.id = id,
			.status = STATUS_FROM(openvex_words, text(r, v, "status")),
			.why = first_of(text(r, v, "justification"), text(r, v, "impact_statement")),
			.time = time_of(first_of(text(r, v, "timestamp"), date)),
		};
		json aliases = json_get(vulnerability, "aliases");

		openvex_names(r, v, &s);
		for (json a = json_first(aliases); json_type(a) != JSON_NONE; a = json_next(a)) {
			s.id = json_bytes(a, r->arena);
			openvex_names(r, v, &s);
		}
	}
}

/* -- CycloneDX --------------------------------------------------------------------------------- */

static const struct word cyclonedx_words[] = {
	{ "not_affected", VEX_NOT_AFFECTED }, { "false_positive", VEX_NOT_AFFECTED },
	{ "exploitable", VEX_AFFECTED },      { "in_triage", VEX_UNDER_INVESTIGATION },
	{ "resolved", VEX_FIXED },            { "resolved_with_pedigree", VEX_FIXED },
};

/* A reference is a BOM-Link, "urn:cdx:SERIAL/1#pkg:…", or the ref itself, a purl by custom. */
static void read_cyclonedx(const struct reader *r, json root)
{
	bytes date = text(r, json_get(root, "metadata"), "timestamp");
	json list = json_get(root, "vulnerabilities");

	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		json analysis = json_get(v, "analysis"), affects = json_get(v, "affects");
		struct vex_statement s = {
			.id = text(r, v, "id"),
			.status = STATUS_FROM(cyclonedx_words, text(r, analysis, "state")),
			.why = first_of(text(r, analysis, "justification"), text(r, analysis, "detail")),
			.time = time_of(first_of(text(r, v, "updated"), date)),
		};

		for (json a = json_first(affects); json_type(a) != JSON_NONE; a = json_next(a)) {
			bytes ref = text(r, a, "ref");
			size_t at = bytes_search(ref, BYTES("#pkg:"));

			s.product = at < ref.n ? bytes_skip(ref, at + 1) : ref;
			add(r, &s);
		}
	}
}

/* -- CSAF 2.0 ---------------------------------------------------------------------------------- */

struct csaf_product {
	bytes purl;
	bytes within; /* product_id of the whole that it is a part of; empty: none */
	bytes as;     /* product_id of what it is there */
};

static void csaf_name(struct reader *r, json product)
{
	bytes id = text(r, product, "product_id");
	struct csaf_product *made = arena_new(r->arena, struct csaf_product);

	if (id.n == 0)
		return;
	made->purl = text(r, json_get(product, "product_identification_helper"), "purl");
	*map_put(&r->products, id) = made;
}

/* Section 3.1.2: branches of branches, as deep as fmt/json reads. */
static void csaf_branches(struct reader *r, json list, unsigned depth)
{
	for (json v = json_first(list); json_type(v) != JSON_NONE && depth > 0; v = json_next(v)) {
		csaf_name(r, json_get(v, "product"));
		csaf_branches(r, json_get(v, "branches"), depth - 1);
	}
}

static void csaf_tree(struct reader *r, json tree)
{
	json names = json_get(tree, "full_product_names"), relations = json_get(tree, "relationships");

	csaf_branches(r, json_get(tree, "branches"), LIMIT_JSON_DEPTH);
	for (json v = json_first(names); json_type(v) != JSON_NONE; v = json_next(v))
		csaf_name(r, v);
	for (json v = json_first(relations); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes id = text(r, json_get(v, "full_product_name"), "product_id");
		struct csaf_product *made = arena_new(r->arena, struct csaf_product);

		made->as = text(r, v, "product_reference");
		made->within = text(r, v, "relates_to_product_reference");
		if (id.n > 0)
			*map_put(&r->products, id) = made;
	}
}

static bytes csaf_purl(const struct reader *r, bytes id)
{
	const struct csaf_product *p = map_get(&r->products, id);

	return p ? p->purl : BYTES("");
}

static void csaf_status(const struct reader *r, json ids, struct vex_statement s)
{
	for (json v = json_first(ids); json_type(v) != JSON_NONE; v = json_next(v)) {
		const struct csaf_product *p = map_get(&r->products, json_bytes(v, r->arena));

		if (!p)
			continue;
		s.product = p->within.n > 0 ? csaf_purl(r, p->within) : p->purl;
		s.part = p->as.n > 0 ? csaf_purl(r, p->as) : BYTES("");
		add(r, &s);
	}
}

static void read_csaf(struct reader *r, json root)
{
	static const struct word words[] = {
		{ "known_not_affected", VEX_NOT_AFFECTED },
		{ "known_affected", VEX_AFFECTED },
		{ "fixed", VEX_FIXED },
		{ "under_investigation", VEX_UNDER_INVESTIGATION },
	};
	json tracking = json_get(json_get(root, "document"), "tracking");
	int64_t time = time_of(text(r, tracking, "current_release_date"));
	json list = json_get(root, "vulnerabilities");

	csaf_tree(r, json_get(root, "product_tree"));
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		json status = json_get(v, "product_status");
		struct vex_statement s = { .id = text(r, v, "cve"),
			                       .why = text(r, json_at(json_get(v, "flags"), 0), "label"),
			                       .time = time };

		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
			s.status = words[i].status;
			csaf_status(r, json_get(status, words[i].word), s);
		}
	}
}

/* -- all --------------------------------------------------------------------------------------- */

static int read_predicate(struct reader *r, json root, err *e)
{
	if (bytes_starts(text(r, root, "@context"), BYTES("https://openvex.dev/ns")))
		read_openvex(r, root);
	else if (bytes_is(text(r, root, "bomFormat"), "CycloneDX"))
		read_cyclonedx(r, root);
	else if (json_type(json_get(json_get(root, "document"), "csaf_version")) == JSON_STRING)
		read_csaf(r, root);
	else
		return err_set(e, ERR_FORMAT, 0, "neither OpenVEX nor CSAF nor CycloneDX");
	return 0;
}

/* in-toto attestation framework, statement: each subject has a set of digests by algorithm. */
static bool is_about(const struct reader *r, json statement, const digest *about)
{
	bytes have = bytes_str(DIGEST_TEXT(about)), algorithm = { 0 };
	json subjects = json_get(statement, "subject");

	if (!bytes_take_until(&have, ':', &algorithm))
		return true;
	for (json v = json_first(subjects); json_type(v) != JSON_NONE; v = json_next(v))
		if (bytes_equal(text(r, json_get(v, "digest"), arena_str(r->arena, algorithm)), have))
			return true;
	return false;
}

/* DSSE 1.0: the payload is base64, of the standard or the URL alphabet; cosign and BuildKit write
 * the first. */
static int open_envelope(const struct reader *r, json *root, err *e)
{
	struct json_doc *doc = arena_new(r->arena, struct json_doc);
	bytes payload;

	if (json_type(json_get(*root, "payloadType")) != JSON_STRING)
		return 0;
	if (!base64_decode(text(r, *root, "payload"), r->arena, &payload))
		return err_set(e, ERR_FORMAT, 0, "the envelope's payload is no base64");
	if (json_parse(payload, r->arena, doc, e) < 0)
		return err_wrap(e, "the envelope's payload");
	*root = json_root(doc);
	return 0;
}

int vex_read(bytes document, const digest *about, struct arena *a, struct vex_list *out, err *e)
{
	struct reader r = { .arena = a, .out = out };
	struct json_doc doc;

	if (json_parse(document, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);

	map_init(&r.products, a);
	if (open_envelope(&r, &root, e) < 0)
		return -1;
	if (!bytes_starts(text(&r, root, "_type"), BYTES("https://in-toto.io/Statement/")))
		return read_predicate(&r, root, e);
	if (digest_size(about) > 0 && !bytes_starts(text(&r, root, "predicateType"),
	                                            BYTES("https://openvex.dev/ns")))
		return 0; /* attached, but of another kind: cosign's manifests do not say before */
	if (!is_about(&r, root, about))
		return err_set(e, ERR_UNTRUSTED, 0, "the statement is not about %s", DIGEST_TEXT(about));
	return read_predicate(&r, json_get(root, "predicate"), e);
}

/* The image itself as the product: "pkg:oci/debian", or "pkg:oci/debian@sha256:…" for this one
 * alone. */
static bool is_image(const struct purl *product, const struct purl *image)
{
	return (bytes_is(product->type, "oci") || bytes_is(product->type, "docker")) &&
	       image->name.n > 0 && bytes_equal_nocase(product->name, image->name) &&
	       (product->version.n == 0 || bytes_equal(product->version, image->version));
}

static bool concerns(const struct vex_statement *s, const struct purl *purl,
                     const struct purl *image, struct arena *a)
{
	struct purl product, part;

	if (!purl_parse(s->product, a, &product))
		return false;
	if (s->part.n == 0)
		return is_image(&product, image) || purl_covers(&product, purl, a);
	return is_image(&product, image) && purl_parse(s->part, a, &part) &&
	       purl_covers(&part, purl, a);
}

const struct vex_statement *vex_find(const struct vex_list *list, bytes id, const struct purl *purl,
                                     const struct purl *image, struct arena *a)
{
	const struct vex_statement *found = NULL;

	for (size_t i = 0; i < list->len; i++) {
		const struct vex_statement *s = &list->items[i];

		if (bytes_equal_nocase(s->id, id) && (!found || s->time >= found->time) &&
		    concerns(s, purl, image, a))
			found = s;
	}
	return found;
}

const char *vex_status_name(enum vex_status status)
{
	static const char *const names[] = { "unknown", "not_affected", "affected", "fixed",
		                                 "under_investigation" };

	return names[status];
}
