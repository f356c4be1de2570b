/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/verify.h"

#include "base/limits.h"
#include "base/text.h"
#include "crypto/timestamp.h"
#include "trust/dsse.h"
#include "trust/entry.h"
#include "trust/log.h"

#include <stdio.h>

#define OID_CLAIM "1.3.6.1.4.1.57264.1."
#define TIMES_MOST (2 * LIMIT_BUNDLE_ITEMS)

struct verification {
	const struct bundle *bundle;
	const struct verify_request *request;
	const struct trust_root *root;
	struct verify_result *out;
	struct arena *arena;
	err *e;
	struct certificate *certificate;  /* NULL: a key */
	const struct certificate *issuer; /* of the certificate, once it is known */
	const struct public_key *key;     /* who signs */
	int64_t times[TIMES_MOST];       /* that are believed */
	size_t times_len;
};

static int refuse(const struct verification *v, const char *why)
{
	return err_set(v->e, ERR_UNTRUSTED, 0, "%s", why);
}

/* -- who signs --------------------------------------------------------------------------------- */

static int take_signer(struct verification *v)
{
	const struct bundle *b = v->bundle;

	if (v->request->key) {
		if (b->certificate.n > 0)
			return refuse(v, "a certificate signed it, not the key");
		v->key = v->request->key;
		return 0;
	}
	if (b->certificate.n == 0)
		return refuse(v, "a key signed it, nobody with a certificate");
	if (certificate_read(b->certificate, &v->certificate, v->e) < 0)
		return -1;
	v->key = certificate_key(v->certificate);
	return v->key ? 0 : refuse(v, "the certificate's key is of a kind that nobody signs with here");
}

/* -- the signature ----------------------------------------------------------------------------- */

/* signs(v, hash, text): text is of an envelope, or the artifact where its octets are known. */
static bool signs(const struct verification *v, enum key_hash hash, bytes text)
{
	const struct verify_request *r = v->request;
	bool known = v->bundle->is_envelope || r->has_artifact;
	struct key_message m = { text, hash == KEY_SHA512 ? &r->sha512 : &r->sha256 };

	if (known)
		m.hash = NULL;
	return public_key_verify(v->key, hash, &m, v->bundle->signature);
}

/* Clients differ: many hash with SHA-256 whatever the curve, and sign as Ed25519 or as Ed25519ph.
 * Each is a signature of this key over this text, and none can be taken for another (RFC 8032
 * §5.1: dom2). */
static bool signs_somehow(const struct verification *v, bytes text)
{
	enum key_kind kind = public_key_kind(v->key);

	if (signs(v, public_key_hash(v->key), text))
		return true;
	if (kind == KEY_ED25519)
		return signs(v, KEY_SHA512, text);
	return (kind == KEY_P384 || kind == KEY_P521) && signs(v, KEY_SHA256, text);
}

static int check_envelope(struct verification *v)
{
	const struct bundle *b = v->bundle;
	bytes text = dsse_pae(b->payload_type, b->payload, v->arena);

	return signs_somehow(v, text) ? 0 : refuse(v, "the signature does not hold");
}

/* The digest in the bundle is a hint: it must not say another artifact. */
static bool hint_fits(const struct verification *v)
{
	const struct verify_request *r = v->request;
	const struct bundle *b = v->bundle;
	const digest *known = b->message_hash == BUNDLE_SHA512 ? &r->sha512 : &r->sha256;

	if (b->message_digest.n == 0)
		return true;
	if (b->message_hash == BUNDLE_SHA384)
		return bytes_equal(b->message_digest, key_digest(KEY_SHA384, r->artifact, v->arena));
	return known->algorithm == DIGEST_NONE ||
	       bytes_equal(b->message_digest, bytes_of(known->value, digest_size(known)));
}

/* Could it be judged by what is known of the artifact? */
static bool is_decided(const struct verification *v)
{
	const struct verify_request *r = v->request;

	if (r->has_artifact)
		return true;
	switch (public_key_kind(v->key)) {
	case KEY_P256:
	case KEY_RSA: return r->sha256.algorithm != DIGEST_NONE;
	case KEY_P521: return r->sha512.algorithm != DIGEST_NONE;
	case KEY_P384:
	case KEY_ED25519:
	case KEY_NONE: break;
	}
	return false;
}

static int ask_for_artifact(const struct verification *v)
{
	v->out->wants_artifact = true;
	return refuse(v, "this digest is not enough for a signature of this kind: the file is needed");
}

static int check_message(struct verification *v)
{
	if (v->bundle->message_hash == BUNDLE_SHA384 && !v->request->has_artifact)
		return ask_for_artifact(v); /* no request names that digest */
	if (!hint_fits(v))
		return refuse(v, "the bundle is of another artifact");
	if (signs_somehow(v, v->request->artifact))
		return 0;
	if (is_decided(v))
		return refuse(v, "the signature does not hold");
	return ask_for_artifact(v);
}

/* -- times ------------------------------------------------------------------------------------- */

static void believe(struct verification *v, int64_t time)
{
	struct verify_result *out = v->out;

	if (v->times_len == 0 || time < out->times[0])
		out->times[0] = time;
	if (v->times_len == 0 || time > out->times[1])
		out->times[1] = time;
	v->times[v->times_len++] = time;
}

/* An authority may stand in the root several times, with other chains for other years. */
static bool clock_says(const struct verification *v, bytes stamp, int64_t *out)
{
	const struct trust_root *root = v->root;
	const struct bundle *b = v->bundle;
	bytes covered = b->stored.n > 0 ? b->stored : b->signature;

	for (size_t i = 0; i < root->clocks_len; i++) {
		const struct trust_authority *clock = &root->clocks[i];
		err ignored = { 0 }; /* another may have signed it */
		int64_t time;

		if (timestamp_verify(stamp, covered, trust_chain(clock), &time, &ignored) == 0 &&
		    time >= clock->from && time <= clock->until) {
			*out = time;
			return true;
		}
	}
	return false;
}

static int check_timestamps(struct verification *v)
{
	for (size_t i = 0; i < v->bundle->timestamps_len; i++) {
		int64_t time;

		if (!clock_says(v, v->bundle->timestamps[i], &time))
			return refuse(v, "a time stamp is of no authority that is trusted");
		believe(v, time);
	}
	if (v->request->needs_timestamp && v->bundle->timestamps_len == 0)
		return refuse(v, "no signed time stamp");
	return 0;
}

/* -- logs -------------------------------------------------------------------------------------- */

/* Is the entry in the log? */
static int check_witness(const struct verification *v, const struct trust_log *log,
                         const struct bundle_entry *entry, bool is_v2)
{
	if (entry->promise.n > 0 && !is_v2 && !log_promise_holds(log, entry))
		return refuse(v, "the log did not promise this entry at this time");
	if (entry->proof.there && log_proof_holds(log, entry, v->e) < 0)
		return -1;
	if (!entry->proof.there && (entry->promise.n == 0 || is_v2))
		return refuse(v, "a log entry that nothing proves");
	/* Version 1 counts over all its shards, and promises that number; version 2 has one. */
	if (is_v2 && entry->index != entry->proof.index)
		return refuse(v, "the log entry has another index than its inclusion proof");
	return 0;
}

static int check_entry(struct verification *v, const struct trust_log *log,
                       const struct bundle_entry *entry)
{
	struct entry_facts facts = { .bundle = v->bundle,
		                         .has_artifact = v->request->has_artifact,
		                         .artifact = v->request->artifact,
		                         .sha256 = v->request->sha256,
		                         .sha512 = v->request->sha512,
		                         .certificate = v->bundle->certificate,
		                         .key = v->key };
	bool is_v2 = entry_is_v2(entry);

	if (check_witness(v, log, entry, is_v2) < 0)
		return -1;
	if (entry_speaks_of(entry, &facts, v->arena, v->e) < 0) {
		/* A log may know the artifact by SHA-384, which is known of its octets alone. */
		v->out->wants_artifact = !v->bundle->is_envelope && !is_decided(v);
		return -1;
	}
	/* A time that only stands beside a proof is signed by nobody. */
	if (entry->promise.n > 0 && !is_v2 && entry->time > 0)
		believe(v, entry->time);
	return 0;
}

/* was_log(v, log): at a time that is believed. A proof tells none, so that whoever got hold of the
 * key of a log that has ended could still make one; where nobody tells a time (a key alone), there
 * is nothing to compare. */
static bool was_log(const struct verification *v, const struct trust_log *log)
{
	bool was = v->times_len == 0;

	for (size_t i = 0; i < v->times_len && !was; i++)
		was = v->times[i] >= log->from && v->times[i] <= log->until;
	return was;
}

/* check_log_times(v): when all times are known, whichever entry brought them. */
static int check_log_times(const struct verification *v)
{
	for (size_t i = 0; i < v->bundle->entries_len; i++) {
		const struct trust_log *log = trust_log_of(v->root, &v->bundle->entries[i]);

		if (log && !was_log(v, log))
			return err_set(v->e, ERR_UNTRUSTED, 0, "log entry %zu: signed when its log was none",
			               i + 1);
	}
	return 0;
}

static int check_logs(struct verification *v)
{
	size_t known = 0;

	for (size_t i = 0; i < v->bundle->entries_len; i++) {
		const struct bundle_entry *entry = &v->bundle->entries[i];
		const struct trust_log *log = trust_log_of(v->root, entry);

		if (!log)
			continue; /* of a log that nobody trusts here: says nothing */
		if (check_entry(v, log, entry) < 0)
			return err_wrap(v->e, "log entry %zu", i + 1);
		v->out->log_index = entry->index;
		v->out->log_kind = arena_str(v->arena, entry->kind); /* one of those that are known */
		known++;
	}
	if (check_log_times(v) < 0)
		return -1;
	if (known > 0 || (v->certificate ? v->request->ignore_log : !v->request->key_needs_log))
		return 0;
	return refuse(v, "no entry of a log that is trusted");
}

/* -- the certificate --------------------------------------------------------------------------- */

static bool led_to(const struct verification *v, int64_t time, const struct certificate **out)
{
	const struct trust_root *root = v->root;

	for (size_t i = 0; i < root->issuers_len; i++) {
		const struct trust_authority *issuer = &root->issuers[i];

		if (time >= issuer->from && time <= issuer->until &&
		    certificate_leads_to(v->certificate, trust_chain(issuer), USE_CODE_SIGNING, time, out))
			return true;
	}
	return false;
}

static int check_chain(struct verification *v)
{
	if (v->times_len == 0)
		return refuse(v, "no time that can be believed: the certificate may have been long dead");
	for (size_t i = 0; i < v->times_len; i++)
		if (!certificate_valid_at(v->certificate, v->times[i]))
			return refuse(v, "signed when the certificate was not valid");
		else if (!led_to(v, v->times[i], &v->issuer))
			return refuse(v, "the certificate leads to no authority that is trusted");
	return 0;
}

static int check_logged(struct verification *v)
{
	const struct trust_root *root = v->root;

	if (!v->request->ignore_sct &&
	    !certificate_is_logged(v->certificate, v->issuer, root->ct_logs, root->ct_logs_len))
		return refuse(v, "no certificate log that is trusted has the certificate");
	return 0;
}

/* What cannot be read is not said, but who vouches: there nothing may be passed over. What is said
 * twice others read otherwise. */
static int read_claims(const struct verification *v)
{
	bytes *items = v->out->claims.items, octets;

	for (int n = 1; n < CLAIMS_MOST; n++) {
		char oid[sizeof(OID_CLAIM) + 4];

		snprintf(oid, sizeof(oid), OID_CLAIM "%d", n);
		enum certificate_count count = certificate_extension(v->certificate, oid, &octets);

		if (count == COUNT_SEVERAL)
			return err_set(v->e, ERR_UNTRUSTED, 0, "the certificate makes a claim twice (%s)", oid);
		if (count == COUNT_ONE && (n < CLAIM_ISSUER || certificate_text(octets, &octets)))
			items[n] = arena_bytes(v->arena, octets);
		if (count == COUNT_ONE && items[n].n == 0 && (n == CLAIM_ISSUER || n == CLAIM_ISSUER_OLD))
			return refuse(v, "the certificate's issuer cannot be read");
	}
	return 0;
}

/* The two forms of the issuer must not tell two stories. */
static int take_issuer(const struct verification *v)
{
	const bytes *items = v->out->claims.items;
	bytes text = items[CLAIM_ISSUER], old = items[CLAIM_ISSUER_OLD];

	if (text.n > 0 && old.n > 0 && !bytes_equal(text, old))
		return refuse(v, "the certificate names two issuers");
	v->out->issuer = text.n > 0 ? text : old;
	return 0;
}

static int check_claims(const struct verification *v)
{
	const bytes *wanted = v->request->claims.items, *made = v->out->claims.items;

	for (int n = 0; n < CLAIMS_MOST; n++)
		if (wanted[n].n > 0 && !bytes_equal(wanted[n], made[n]))
			return err_set(v->e, ERR_UNTRUSTED, 0,
			               "the certificate says '%s' where '%s' is asked for (" OID_CLAIM "%d)",
			               SHOW(made[n]), SHOW(wanted[n]), n);
	return 0;
}

static int check_identity(struct verification *v)
{
	const struct verify_request *r = v->request;
	struct certificate_names names = certificate_names_of(v->certificate, v->arena);
	struct verify_result *out = v->out;
	int64_t until;
	bool fits = false;

	if (names.len != 1)
		return refuse(v, "a certificate names one identity, not none or several");
	if (names.items[0].value.n == 0)
		return refuse(v, "the certificate's identity is of a kind that names nobody here");
	if (!certificate_times(v->certificate, &out->since, &until))
		return refuse(v, "the certificate's times cannot be read");
	out->identity = names.items[0].value;
	if (read_claims(v) < 0 || take_issuer(v) < 0)
		return -1;
	for (size_t i = 0; i < r->identities_len && !fits; i++)
		fits = identity_fits(&r->identities[i], out->identity, out->issuer);
	if (!fits)
		return err_set(v->e, ERR_UNTRUSTED, 0,
		               "not who is asked for: '%s' vouches for '%s'", SHOW(out->issuer),
		               SHOW(out->identity)); /* the longer one last: it may be cut */
	return check_claims(v);
}

/* -- the statement ----------------------------------------------------------------------------- */

static int check_statement(struct verification *v)
{
	const struct verify_request *r = v->request;
	const struct bundle *b = v->bundle;
	struct verify_result *out = v->out;

	if (!b->is_envelope)
		return r->predicate_type.n == 0 ? 0 : refuse(v, "a signature, no statement");
	if (!bytes_is(b->payload_type, STATEMENT_MEDIA_TYPE))
		return refuse(v, "the envelope holds no in-toto statement");
	if (statement_parse(b->payload, v->arena, &out->statement, v->e) < 0)
		return -1;
	out->is_statement = true;
	if (!statement_is_about(&out->statement, &r->sha256) &&
	    !statement_is_about(&out->statement, &r->sha512))
		return refuse(v, "the statement is about another artifact");
	if (r->predicate_type.n > 0 && !bytes_equal(out->statement.predicate_type, r->predicate_type))
		return err_set(v->e, ERR_UNTRUSTED, 0, "a statement of type '%s', not '%s'",
		               SHOW(out->statement.predicate_type), SHOW(r->predicate_type));
	return 0;
}

static int check_signature(struct verification *v)
{
	return v->bundle->is_envelope ? check_envelope(v) : check_message(v);
}

/* -- all of it --------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*check)(struct verification *v);
	bool of_certificate;
} steps[VERIFY_STEPS] = {
	[STEP_SIGNER] = { "signer", take_signer, false },
	[STEP_TIMESTAMPS] = { "time stamps", check_timestamps, false },
	[STEP_LOGS] = { "log entries", check_logs, false },
	[STEP_CHAIN] = { "certificate chain", check_chain, true },
	[STEP_LOGGED] = { "certificate log", check_logged, true },
	[STEP_IDENTITY] = { "identity", check_identity, true },
	[STEP_SIGNATURE] = { "signature", check_signature, false },
	[STEP_STATEMENT] = { "statement", check_statement, false },
};

static int check_all(struct verification *v)
{
	for (size_t i = 0; i < VERIFY_STEPS; i++)
		if ((v->certificate || !steps[i].of_certificate) && steps[i].check(v) < 0)
			return -1;
	return 0;
}

static struct verification begin(const struct bundle *b, const struct verify_request *request,
                                 struct arena *a, struct verify_result *out, err *e)
{
	static const struct trust_root nobody = { 0 };

	*out = (struct verify_result){ 0 };
	return (struct verification){ .bundle = b,
		                          .request = request,
		                          .root = request->root ? request->root : &nobody,
		                          .out = out,
		                          .arena = a,
		                          .e = e };
}

int verify_bundle(const struct bundle *b, const struct verify_request *request, struct arena *a,
                  struct verify_result *out, err *e)
{
	struct verification v = begin(b, request, a, out, e);
	int status = check_all(&v);

	certificate_free(v.certificate);
	return status; /* 0: trusted, and only here */
}

/* Nothing of that kind is there, and none is asked for. */
static bool is_needless(const struct verification *v, enum verify_step_name step)
{
	const struct bundle *b = v->bundle;

	if (step == STEP_TIMESTAMPS)
		return b->timestamps_len == 0 && !v->request->needs_timestamp;
	return step == STEP_LOGS && b->entries_len == 0 && !v->certificate &&
	       !v->request->key_needs_log;
}

/* missing(v, step): why it cannot be told whether the step holds; NULL: it can. */
static const char *missing(const struct verification *v, enum verify_step_name step)
{
	const struct bundle *b = v->bundle;

	if (steps[step].of_certificate && !v->certificate)
		return "there is no certificate";
	if (!v->key && (step == STEP_LOGS || step == STEP_SIGNATURE))
		return "the key is not known";
	if (is_needless(v, step))
		return "there is none";
	if (step == STEP_LOGGED && !v->issuer)
		return "its issuer is not known";
	return step == STEP_STATEMENT && !b->is_envelope ? "it is a signature alone" : NULL;
}

void verify_explain(const struct bundle *b, const struct verify_request *request, struct arena *a,
                    struct verify_step out_steps[VERIFY_STEPS], struct verify_result *out)
{
	err e = { 0 };
	struct verification v = begin(b, request, a, out, &e);

	for (size_t i = 0; i < VERIFY_STEPS; i++) {
		struct verify_step step = { .name = steps[i].name,
			                        .why = missing(&v, (enum verify_step_name)i) };

		if (!step.why) {
			step.status = steps[i].check(&v) == 0 ? STEP_HOLDS : STEP_FAILS;
			step.why = step.status == STEP_FAILS ? arena_printf(a, "%s", e.text) : "";
			err_clear(&e); /* told */
		}
		out_steps[i] = step;
	}
	certificate_free(v.certificate);
}
