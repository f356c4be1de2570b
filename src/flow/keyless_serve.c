/* SPDX-License-Identifier: Apache-2.0 */
/* The worker's end of flow/keyless: what services answered is read here, and what was made of it is
 * judged as whoever verifies it will. */
#include "base/limits.h"
#include "base/text.h"
#include "flow/keyless_own.h"
#include "trust/public_good.h"
#include "trust/rekor.h"
#include "trust/stamp.h"
#include "trust/verify.h"

struct server {
	const struct keyless_options *options;
	struct arena kept; /* of the root */
	struct trust_root root;
	struct arena arena; /* of one request */
	buf *fields;        /* of its answer */
};

static int open_all(struct server *s, err *e)
{
	const struct keyless_options *o = s->options;
	bytes text = o->config.n > 0 ? o->config
	                             : bytes_of(signing_public_good, signing_public_good_len);
	struct signing_config config = { .logs = { .len = 0 } };

	if (trust_root_open(o->root, &s->kept, &s->root, e) < 0)
		return -1;
	if (!o->only_named && signing_config_parse(text, o->now, &s->arena, &config, e) < 0)
		return err_wrap(e, "signing configuration");
	keyless_pack_services(s->fields, &config.authorities);
	keyless_pack_services(s->fields, &config.logs);
	keyless_pack_services(s->fields, &config.clocks);
	return 0;
}

static int read_certificate(struct server *s, bytes in, err *e)
{
	struct fulcio_certificate certificate;
	struct public_key *key;
	bytes der, text;

	if (!pack_take_bytes(&in, LIMIT_KEY, &der) ||
	    !pack_take_bytes(&in, LIMIT_SERVICE_ANSWER, &text))
		return side_unread(e);
	if (public_key_read(der, &key, e) < 0)
		return -1;
	int status = fulcio_answer(text, key, &s->arena, &certificate, e);

	public_key_free(key);
	if (status < 0)
		return -1;
	pack_bytes(s->fields, certificate.leaf);
	pack_bytes(s->fields, certificate.chain);
	return 0;
}

static int read_entry(struct server *s, bytes in, err *e)
{
	struct bundle_entry entry;
	uint64_t version;
	bytes text;

	if (!pack_take_u64(&in, 2, &version) || !pack_take_bytes(&in, LIMIT_SERVICE_ANSWER, &text))
		return side_unread(e);
	if (rekor_answer((unsigned)version, text, &s->arena, &entry, e) < 0)
		return -1;
	keyless_pack_entry(s->fields, &entry);
	return 0;
}

static int read_stamp(const struct server *s, bytes in, err *e)
{
	bytes signature, text;

	if (!pack_take_bytes(&in, LIMIT_KEY, &signature) ||
	    !pack_take_bytes(&in, LIMIT_SERVICE_ANSWER, &text))
		return side_unread(e);
	return stamp_answer(text, signature, &s->root, e);
}

/* -- the finished bundle ----------------------------------------------------------------------- */

static digest digest_from(enum digest_algorithm algorithm, bytes octets)
{
	digest d = { .algorithm = octets.n > 0 ? algorithm : DIGEST_NONE };

	if (octets.n > 0)
		memcpy(d.value, octets.p, octets.n < sizeof(d.value) ? octets.n : sizeof(d.value));
	return d;
}

/* own_subject(b, a, r, e): the statement's first subject, where the caller knows none. */
static int own_subject(const struct bundle *b, struct arena *a, struct verify_request *r, err *e)
{
	struct statement s;
	digest d = { .algorithm = DIGEST_SHA256 };

	if (!b->is_envelope || r->has_artifact || r->sha256.algorithm || r->sha512.algorithm)
		return 0;
	if (statement_parse(b->payload, a, &s, e) < 0)
		return err_wrap(e, "statement");
	for (size_t i = 0; s.subjects_len > 0 && i < s.subjects[0].digests_len; i++)
		if (bytes_is(s.subjects[0].digests[i].algorithm, "sha256") &&
		    text_from_hex(s.subjects[0].digests[i].hex, d.value, 32))
			r->sha256 = d;
	return 0;
}

/* Whoever has signed is right here: as whom, the proof tells. */
static int judge_case(struct server *s, const struct keyless_case *c, const struct public_key *key,
                      err *e)
{
	const struct identity anybody = { .subject = { .pattern = NULL } };
	struct verify_request request = {
		.root = &s->root,
		.key = key,
		.identities = &anybody,
		.identities_len = 1,
		.has_artifact = c->has_artifact,
		.artifact = c->artifact,
		.sha256 = digest_from(DIGEST_SHA256, c->sha256),
		.sha512 = digest_from(DIGEST_SHA512, c->sha512),
		.key_needs_log = !c->in_no_log,
		.ignore_log = c->in_no_log,
	};
	struct verify_result result;
	struct bundle bundle;

	if (bundle_parse(c->bundle, &s->arena, &bundle, e) < 0 ||
	    own_subject(&bundle, &s->arena, &request, e) < 0 ||
	    verify_bundle(&bundle, &request, &s->arena, &result, e) < 0)
		return -1;
	pack_bytes(s->fields, bytes_slice(result.identity, 0, LIMIT_IDENTITY));
	pack_bytes(s->fields, bytes_slice(result.issuer, 0, LIMIT_IDENTITY));
	pack_u64(s->fields, (uint64_t)result.times[0]);
	pack_u64(s->fields, result.log_index);
	return 0;
}

static int judge(struct server *s, bytes in, err *e)
{
	struct public_key *key = NULL;
	struct keyless_case c;

	if (!keyless_take_case(&in, &c))
		return side_unread(e);
	if (c.key.n > 0 && public_key_read(c.key, &key, e) < 0)
		return -1;
	int status = judge_case(s, &c, key, e);

	public_key_free(key);
	return status < 0 ? err_wrap(e, "what was signed would not be verified") : 0;
}

/* -- all --------------------------------------------------------------------------------------- */

static int answer(void *ctx, bytes request, buf *out, err *e)
{
	struct server *s = ctx;
	uint8_t letter = 0;

	arena_reset(&s->arena);
	s->fields = out;
	(void)bytes_take_u8(&request, &letter); /* none is no letter */
	switch (letter) {
	case KEYLESS_OPEN: return open_all(s, e);
	case KEYLESS_CERTIFICATE: return read_certificate(s, request, e);
	case KEYLESS_ENTRY: return read_entry(s, request, e);
	case KEYLESS_STAMP: return read_stamp(s, request, e);
	case KEYLESS_JUDGE: return judge(s, request, e);
	default: return side_unread(e);
	}
}

_Noreturn int keyless_serve(struct worker_side *side, void *arg)
{
	struct server s = { .options = arg };
	const struct side_service service = { .question_most = LIMIT_KEYLESS_QUESTION,
		                                  .answer_most = LIMIT_KEYLESS_FIELDS,
		                                  .answer = answer,
		                                  .ctx = &s };

	side_serve(side, &service);
}
