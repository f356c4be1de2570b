/* SPDX-License-Identifier: Apache-2.0 */
/* Google Cloud Build: provenance as gcloud describes an image with it. Google's keys sign it, no
 * certificate; beside the envelope stands the same as a text, which must not differ from it. */
#include "base/limits.h"
#include "base/text.h"
#include "trust/slsa_keys.h"
#include "trust/slsa_own.h"

#define WORKER "https://cloudbuild.googleapis.com/GoogleHostedWorker"

struct question {
	const struct slsa_request *request;
	const digest *image;
	struct dsse envelope;
	struct statement statement;
	struct provenance p;
	struct arena *arena;
	err *e;
};

/* -- signatures -------------------------------------------------------------------------------- */

/* region_of(id, out): ".../locations/REGION/keyRings/attestor/cryptoKeys/builtByGCB/...". */
static bool region_of(bytes id, bytes *out)
{
	return bytes_take_prefix(&id, BYTES("projects/verified-builder/locations/")) &&
	       bytes_take_until(&id, '/', out) &&
	       bytes_is(id, "keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1");
}

static bool is_signed(const struct question *q, const struct dsse_signature *s)
{
	const struct dsse *d = &q->envelope;
	const struct slsa_key *known = slsa_key_find(SLSA_KEY_GOOGLE, s->key_id);
	bytes region, message = dsse_pae(d->payload_type, d->payload, q->arena);
	struct public_key *key;
	err ignored = { 0 }; /* a key that cannot be read signs nothing */
	bool holds;

	if (!known && region_of(s->key_id, &region)) {
		known = slsa_key_find(SLSA_KEY_GOOGLE_REGION, region);
		message = d->payload; /* before Google took up the encoding */
	}
	if (!known || slsa_key_read(known, q->arena, &key, &ignored) < 0)
		return false;
	holds = dsse_signs(s->octets, key, message);
	public_key_free(key);
	return holds;
}

/* take_signed(q, provenance): false: nobody whom we know signed it. */
static bool take_signed(struct question *q, json provenance)
{
	err ignored = { 0 }; /* another one may hold */

	if (dsse_read(json_get(provenance, "envelope"), q->arena, &q->envelope, &ignored) < 0 ||
	    !bytes_is(q->envelope.payload_type, STATEMENT_MEDIA_TYPE))
		return false;
	for (size_t i = 0; i < q->envelope.signatures_len; i++)
		if (is_signed(q, &q->envelope.signatures[i]))
			return true;
	return false;
}

/* -- the text beside it ------------------------------------------------------------------------ */

static bool same_value(const struct question *q, json a, json b);

static bool same_object(const struct question *q, json a, json b)
{
	if (json_count(a) != json_count(b) || json_count(a) > LIMIT_PROVENANCE_MEMBERS)
		return false;
	for (json v = json_first(a); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes name = json_name(v, q->arena);

		/* A name that C cannot hold is in no build of Google's. */
		if (bytes_find(name, 0) < name.n ||
		    !same_value(q, v, json_get(b, arena_str(q->arena, name))))
			return false;
	}
	return true;
}

static bool same_list(const struct question *q, json a, json b)
{
	json w = json_first(b);

	for (json v = json_first(a); json_type(v) != JSON_NONE; v = json_next(v), w = json_next(w))
		if (!same_value(q, v, w))
			return false;
	return json_type(w) == JSON_NONE;
}

/* The reader's limit of depth bounds the recursion. */
static bool same_value(const struct question *q, json a, json b)
{
	if (json_type(a) != json_type(b))
		return false;
	switch (json_type(a)) {
	case JSON_OBJECT: return same_object(q, a, b);
	case JSON_ARRAY: return same_list(q, a, b);
	case JSON_STRING: return bytes_equal(json_bytes(a, q->arena), json_bytes(b, q->arena));
	case JSON_NUMBER:
	case JSON_BOOL: return bytes_equal(json_raw(a), json_raw(b));
	case JSON_NONE:
	case JSON_NULL: break;
	}
	return true;
}

/* Version 0.1 calls the predicate otherwise in its text. */
static int check_text(const struct question *q, json build)
{
	bool is_v1 = q->p.version == PROVENANCE_V1;
	json text = json_get(build, is_v1 ? "inTotoSlsaProvenanceV1" : "intotoStatement");
	struct json_doc doc;

	if (json_parse(q->envelope.payload, q->arena, &doc, q->e) < 0)
		return -1;
	json is = json_root(&doc);

	if (same_value(q, json_get(text, is_v1 ? "predicate" : "slsaProvenance"),
	               json_get(is, "predicate")) &&
	    same_value(q, json_get(text, "subject"), json_get(is, "subject")) &&
	    same_value(q, json_get(text, "_type"), json_get(is, "_type")) &&
	    same_value(q, json_get(text, "predicateType"), json_get(is, "predicateType")))
		return 0;
	return slsa_refuse(q->e, "the text beside the envelope is not what was signed");
}

/* -- whom and what ----------------------------------------------------------------------------- */

static bool is_of(bytes name, const struct question *q)
{
	return bytes_ends(name, bytes_str(DIGEST_TEXT(q->image)));
}

static int check_described(const struct question *q, json described, json provenance)
{
	json summary = json_get(described, "image_summary");

	if (!bytes_is(json_bytes(json_get(summary, "digest"), q->arena), DIGEST_TEXT(q->image)) ||
	    !is_of(json_bytes(json_get(summary, "fully_qualified_digest"), q->arena), q))
		return slsa_refuse(q->e, "the summary is of another image");
	if (!is_of(json_bytes(json_get(provenance, "resourceUri"), q->arena), q) ||
	    !statement_is_about(&q->statement, q->image))
		return slsa_refuse(q->e, "the provenance is about another image");
	if (!bytes_is(json_bytes(json_get(provenance, "kind"), q->arena), "BUILD"))
		return slsa_refuse(q->e, "the provenance's kind is not BUILD");
	return 0;
}

/* In its first versions the build's type hung on how it was described. */
static bool is_type_of(bytes builder, bytes type)
{
	if (bytes_is(builder, WORKER))
		return bytes_is(type, "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1");
	if (bytes_is(builder, WORKER "@v0.2"))
		return bytes_equal(type, builder);
	return bytes_is(builder, WORKER "@v0.3") &&
	       (bytes_starts(type, BYTES("https://cloudbuild.googleapis.com/CloudBuildYaml@")) ||
	        bytes_starts(type, BYTES("https://cloudbuild.googleapis.com/CloudBuildSteps@")));
}

static int check_builder(const struct question *q)
{
	const struct provenance *p = &q->p;
	bytes asked = q->request->builder;

	if (!is_type_of(p->builder, p->build_type) ||
	    (p->version == PROVENANCE_V1) != bytes_is(p->builder, WORKER))
		return err_set(q->e, ERR_UNTRUSTED, 0, "'%s' with '%s' is no builder of Google's",
		               SHOW(p->builder), SHOW(p->build_type));
	if (asked.n == 0 || slsa_builder_fits(p->builder, asked))
		return 0;
	return err_set(q->e, ERR_UNTRUSTED, 0, "not the builder that is asked for: built by '%s'",
	               SHOW(p->builder));
}

static int check_source(const struct question *q)
{
	bytes uri = q->p.materials_len > 0 ? q->p.materials[0].uri : (bytes){ 0 };
	size_t commit = bytes_search(uri, BYTES("/commit/"));

	if (bytes_ends(q->p.builder, BYTES("@v0.2")))
		uri = bytes_slice(uri, 0, commit);
	if (slsa_same_source(uri, q->request->source))
		return 0;
	return err_set(q->e, ERR_UNTRUSTED, 0, "built from source '%s', not '%s'", SHOW(uri),
	               SHOW(q->request->source));
}

static int judge(struct question *q, json described, json provenance)
{
	if (statement_parse(q->envelope.payload, q->arena, &q->statement, q->e) < 0 ||
	    provenance_parse(&q->statement, q->arena, &q->p, q->e) < 0 ||
	    check_described(q, described, provenance) < 0 ||
	    check_text(q, json_get(provenance, "build")) < 0 || check_builder(q) < 0 ||
	    check_source(q) < 0)
		return -1;
	/* Whoever submits a build by hand names its branch as he likes. */
	if (q->request->branch.n > 0)
		return slsa_refuse(q->e, "Google Cloud Build vouches for no branch");
	return slsa_check_wishes(q->request, &q->p, q->e);
}

int slsa_check_google(json described, const struct slsa_request *request, const digest *image,
                      struct arena *a, struct slsa_finding *out, bytes *out_statement, err *e)
{
	struct question q = { .request = request, .image = image, .arena = a, .e = e };
	json list = json_get(json_get(described, "provenance_summary"), "provenance");

	if (json_count(list) > LIMIT_BUNDLE_ITEMS)
		return err_set(e, ERR_LIMIT, 0, "%zu provenances of one image; at most %d",
		               json_count(list), LIMIT_BUNDLE_ITEMS);
	json v = json_first(list);

	while (json_type(v) != JSON_NONE && !take_signed(&q, v))
		v = json_next(v);
	if (json_type(v) == JSON_NONE)
		return slsa_refuse(e, "no signature of Google Cloud Build's keys holds");
	if (judge(&q, described, v) < 0)
		return -1;
	*out = (struct slsa_finding){ .builder = q.p.builder,
		                          .source = q.p.source.uri,
		                          .ref = q.p.source.ref,
		                          .commit = q.p.source.digest,
		                          .build_type = q.p.build_type };
	*out_statement = q.envelope.payload;
	return 0;
}
