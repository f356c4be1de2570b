/* SPDX-License-Identifier: Apache-2.0 */
/* Verification summaries (slsa.dev/spec/v1.0/verification_summary): somebody whose key we have says
 * that he verified, what, and how well it was built. */
#include "base/text.h"
#include "trust/slsa_own.h"

struct question {
	const struct slsa_summary_request *request;
	struct arena *arena;
	err *e;
};

/* -- the signature ----------------------------------------------------------------------------- */

static bool has_key_id(const struct dsse *d, bytes id)
{
	for (size_t i = 0; i < d->signatures_len; i++)
		if (bytes_equal(d->signatures[i].key_id, id))
			return true;
	return false;
}

static int check_signature(const struct question *q, const struct dsse *d)
{
	const struct slsa_summary_request *r = q->request;

	if (!has_key_id(d, r->key_id))
		return err_set(q->e, ERR_UNTRUSTED, 0,
		               "signed under the key id '%s', not '%s' (--public-key-id)",
		               SHOW(d->signatures[0].key_id), SHOW(r->key_id));
	return dsse_verify(d, &r->key, 1, 1, q->arena, q->e) < 0
	           ? err_wrap(q->e, "no signature of the key holds")
	           : 0;
}

/* -- subjects ---------------------------------------------------------------------------------- */

static bool is_subject(const struct statement *s, bytes algorithm, bytes value)
{
	for (size_t i = 0; i < s->subjects_len; i++)
		for (size_t k = 0; k < s->subjects[i].digests_len; k++)
			if (bytes_equal(s->subjects[i].digests[k].algorithm, algorithm) &&
			    bytes_equal(s->subjects[i].digests[k].hex, value))
				return true;
	return false;
}

static int check_subjects(const struct question *q, const struct statement *s)
{
	const struct slsa_summary_request *r = q->request;

	for (size_t i = 0; i < r->subjects_len; i++) {
		size_t colon = bytes_find(r->subjects[i], ':');

		if (colon == r->subjects[i].n)
			return err_set(q->e, ERR_USAGE, 0, "a subject is ALGORITHM:DIGEST, not '%s'",
			               SHOW(r->subjects[i]));
		if (!is_subject(s, bytes_slice(r->subjects[i], 0, colon),
		                bytes_skip(r->subjects[i], colon + 1)))
			return err_set(q->e, ERR_UNTRUSTED, 0, "the summary is not about '%s'",
			               SHOW(r->subjects[i]));
	}
	return r->subjects_len > 0 ? 0 : slsa_refuse(q->e, "no subject is asked for");
}

/* -- levels ------------------------------------------------------------------------------------ */

/* level_of(word, track, level): "SLSA_BUILD_LEVEL_3": "SLSA_BUILD_LEVEL_", 3. */
static bool level_of(bytes word, bytes *out_track, uint64_t *out_level)
{
	size_t last = bytes_rfind(word, '_');

	*out_track = bytes_slice(word, 0, last + 1);
	return bytes_starts(word, BYTES("SLSA_")) && bytes_ends(*out_track, BYTES("_LEVEL_")) &&
	       text_take_u64(bytes_skip(word, last + 1), 10, 100, out_level);
}

static bool is_reached(json list, bytes asked, struct arena *a)
{
	bytes track, has_track;
	uint64_t level, has;
	bool is_level = level_of(asked, &track, &level);

	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v)) {
		bytes word = json_bytes(v, a);

		if (bytes_equal(word, asked) || (is_level && level_of(word, &has_track, &has) &&
		                                 bytes_equal(track, has_track) && has >= level))
			return true;
	}
	return false;
}

/* -- the predicate ----------------------------------------------------------------------------- */

static int expect(const struct question *q, json v, bytes asked, const char *what)
{
	bytes have = json_bytes(v, q->arena);

	if (asked.n > 0 && bytes_equal(have, asked))
		return 0;
	return err_set(q->e, ERR_UNTRUSTED, 0, "the summary's %s is '%s', not '%s'", what, SHOW(have),
	               SHOW(asked));
}

static int check_predicate(const struct question *q, const struct statement *s)
{
	const struct slsa_summary_request *r = q->request;
	struct json_doc doc;

	if (!bytes_is(s->predicate_type, PREDICATE_SUMMARY))
		return err_set(q->e, ERR_UNTRUSTED, 0, "a statement of type '%s', no verification summary",
		               SHOW(s->predicate_type));
	if (json_parse(s->predicate, q->arena, &doc, q->e) < 0)
		return -1;
	json root = json_root(&doc);

	if (expect(q, json_get(json_get(root, "verifier"), "id"), r->verifier, "verifier") < 0 ||
	    expect(q, json_get(root, "resourceUri"), r->resource, "resource") < 0 ||
	    expect(q, json_get(root, "verificationResult"), BYTES("PASSED"), "result") < 0)
		return -1;
	for (size_t i = 0; i < r->levels_len; i++)
		if (!is_reached(json_get(root, "verifiedLevels"), r->levels[i], q->arena))
			return err_set(q->e, ERR_UNTRUSTED, 0, "the summary does not reach the level '%s'",
			               SHOW(r->levels[i]));
	return 0;
}

int slsa_check_summary(const struct dsse *envelope, const struct slsa_summary_request *request,
                       struct arena *a, err *e)
{
	const struct question q = { request, a, e };
	struct statement s;

	if (check_signature(&q, envelope) < 0)
		return -1;
	if (!bytes_is(envelope->payload_type, STATEMENT_MEDIA_TYPE))
		return slsa_refuse(e, "the envelope holds no in-toto statement");
	if (statement_parse(envelope->payload, a, &s, e) < 0 || check_subjects(&q, &s) < 0)
		return -1;
	return check_predicate(&q, &s);
}
