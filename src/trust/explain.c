/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/explain.h"

#include "base/limits.h"
#include "base/text.h"
#include "trust/claim.h"
#include "trust/dsse.h"
#include "trust/legacy.h"
#include "trust/log.h"
#include "trust/protojson.h"

#include <inttypes.h>

/* Subjects that are told one by one. */
#define SUBJECTS_TOLD 16

static const char *const claim_names[CLAIMS_MOST] = {
	[CLAIM_ISSUER_OLD] = "issuer (old form)",
	[CLAIM_TRIGGER_OLD] = "GitHub trigger",
	[CLAIM_COMMIT_OLD] = "GitHub commit",
	[CLAIM_WORKFLOW_OLD] = "GitHub workflow",
	[CLAIM_REPOSITORY_OLD] = "GitHub repository",
	[CLAIM_REF_OLD] = "GitHub ref",
	[CLAIM_USER_NAME] = "user name",
	[CLAIM_ISSUER] = "issuer",
	[CLAIM_SIGNER] = "build signer",
	[CLAIM_SIGNER_DIGEST] = "build signer digest",
	[CLAIM_RUNNER] = "runner environment",
	[CLAIM_SOURCE] = "source repository",
	[CLAIM_COMMIT] = "source commit",
	[CLAIM_REF] = "source ref",
	[CLAIM_SOURCE_ID] = "source repository id",
	[CLAIM_OWNER] = "source owner",
	[CLAIM_OWNER_ID] = "source owner id",
	[CLAIM_CONFIG] = "build config",
	[CLAIM_CONFIG_DIGEST] = "build config digest",
	[CLAIM_TRIGGER] = "build trigger",
	[CLAIM_RUN] = "run",
	[CLAIM_VISIBILITY] = "repository visibility",
	[CLAIM_ENVIRONMENT] = "deployment environment",
};

struct telling {
	const struct bundle *bundle;
	const struct trust_root *root;
	struct arena *arena;
	struct explanation *out;
};

static void add(const struct telling *t, enum explain_part part, const char *name, bytes value)
{
	if (value.n > 0)
		*ARENA_PUSH(t->arena, &t->out->facts) = (struct explain_fact){ part, name, value };
}

static bytes number(const struct telling *t, uint64_t n)
{
	return bytes_str(arena_printf(t->arena, "%" PRIu64, n));
}

static bytes hex(const struct telling *t, bytes octets)
{
	buf letters = BUF_INIT(2 * LIMIT_IDENTITY);

	text_hex(&letters, bytes_slice(octets, 0, LIMIT_IDENTITY));
	bytes text = arena_bytes(t->arena, buf_bytes(&letters));

	buf_done(&letters);
	return text;
}

/* -- which form -------------------------------------------------------------------------------- */

static int read_envelope(bytes text, struct arena *a, struct bundle *out, err *e)
{
	struct legacy_parts parts = { .envelope = text };
	struct dsse d;

	if (dsse_parse(text, a, &d, e) < 0)
		return -1;
	parts.certificate = d.signatures[0].certificate;
	return legacy_bundle(&parts, a, out, e);
}

static const char *form_of(const struct bundle *b)
{
	switch (b->version) {
	case BUNDLE_V1: return "Sigstore bundle 0.1";
	case BUNDLE_V2: return "Sigstore bundle 0.2";
	case BUNDLE_V3: return "Sigstore bundle 0.3";
	case BUNDLE_NONE: break;
	}
	return b->is_envelope ? "DSSE envelope" : "blob bundle of cosign 1 or 2";
}

static int read_form(bytes text, struct arena *a, struct bundle *out, err *e)
{
	struct json_doc doc;

	if (text.n > LIMIT_BUNDLE)
		return err_set(e, ERR_LIMIT, 0, "%zu bytes", text.n);
	if (legacy_is_blob(text))
		return legacy_blob(text, a, out, e);
	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	if (json_type(json_get(json_root(&doc), "payloadType")) != JSON_NONE)
		return read_envelope(text, a, out, e);
	return bundle_parse(text, a, out, e);
}

/* -- what it claims ---------------------------------------------------------------------------- */

static void tell_certificate(const struct telling *t)
{
	struct certificate *c;
	int64_t from, until;
	err ignored = { 0 }; /* the step "signer" tells it */

	if (certificate_read(t->bundle->certificate, &c, &ignored) < 0)
		return;
	struct certificate_names names = certificate_names_of(c, t->arena);

	for (size_t i = 0; i < names.len && i < SUBJECTS_TOLD; i++)
		add(t, EXPLAIN_SIGNER, "certificate names", names.items[i].value);
	if (certificate_times(c, &from, &until)) {
		add(t, EXPLAIN_SIGNER, "valid from", claim_time(from, t->arena));
		add(t, EXPLAIN_SIGNER, "valid until", claim_time(until, t->arena));
	}
	certificate_free(c);
}

static void tell_signer(const struct telling *t, const struct verify_result *r)
{
	if (t->bundle->certificate.n == 0) {
		add(t, EXPLAIN_SIGNER, "signed by", BYTES("a key"));
		add(t, EXPLAIN_SIGNER, "hint at the key", t->bundle->hint);
		return;
	}
	tell_certificate(t);
	for (size_t i = 1; i < CLAIMS_MOST; i++)
		add(t, EXPLAIN_SIGNER, claim_names[i], r->claims.items[i]);
}

static void tell_entry(const struct telling *t, const struct bundle_entry *entry)
{
	const struct trust_log *log = trust_log_of(t->root, entry);
	bool promised = entry->promise.n > 0, proven = entry->proof.there;

	add(t, EXPLAIN_LOG, "log", log ? log->host : BYTES("not one of the trusted root"));
	add(t, EXPLAIN_LOG, "log id", hex(t, entry->log_id));
	add(t, EXPLAIN_LOG, "index", number(t, entry->index));
	add(t, EXPLAIN_LOG, "kind",
	    bytes_str(arena_printf(t->arena, PRIb " " PRIb, BYTESF(bytes_slice(entry->kind, 0, 64)),
	                           BYTESF(bytes_slice(entry->version, 0, 64)))));
	if (entry->time > 0)
		add(t, EXPLAIN_LOG, "logged at", claim_time(entry->time, t->arena));
	add(t, EXPLAIN_LOG, "brings",
	    promised && proven ? BYTES("promise, proof")
	    : promised         ? BYTES("promise")
	    : proven           ? BYTES("proof")
	                       : BYTES("neither promise nor proof"));
}

static void tell_times(const struct telling *t, const struct verify_result *r)
{
	if (t->bundle->timestamps_len > 0)
		add(t, EXPLAIN_TIME, "time stamps", number(t, t->bundle->timestamps_len));
	if (r->times[0] > 0)
		add(t, EXPLAIN_TIME, "signed not after", claim_time(r->times[0], t->arena));
	if (r->times[1] > r->times[0])
		add(t, EXPLAIN_TIME, "last seen", claim_time(r->times[1], t->arena));
}

static void tell_subjects(const struct telling *t, const struct statement *s)
{
	for (size_t i = 0; i < s->subjects_len && i < SUBJECTS_TOLD; i++) {
		const struct statement_subject *subject = &s->subjects[i];

		add(t, EXPLAIN_CONTENT, "subject", subject->name.n > 0 ? subject->name : subject->uri);
		for (size_t d = 0; d < subject->digests_len && d < SUBJECTS_TOLD; d++)
			add(t, EXPLAIN_CONTENT, "digest",
			    bytes_str(arena_printf(
					t->arena, PRIb ":" PRIb,
					BYTESF(bytes_slice(subject->digests[d].algorithm, 0, 64)),
					BYTESF(bytes_slice(subject->digests[d].hex, 0, LIMIT_IDENTITY)))));
	}
	if (s->subjects_len > SUBJECTS_TOLD)
		add(t, EXPLAIN_CONTENT, "further subjects", number(t, s->subjects_len - SUBJECTS_TOLD));
}

static void tell_content(const struct telling *t, const struct statement *s)
{
	const struct bundle *b = t->bundle;

	if (!b->is_envelope) {
		add(t, EXPLAIN_CONTENT, "signature of", BYTES("a file"));
		add(t, EXPLAIN_CONTENT, "digest", hex(t, b->message_digest));
		return;
	}
	add(t, EXPLAIN_CONTENT, "payload", b->payload_type);
	add(t, EXPLAIN_CONTENT, "statement", s->type);
	add(t, EXPLAIN_CONTENT, "predicate", s->predicate_type);
	tell_subjects(t, s);
}

/* -- which checks hold ------------------------------------------------------------------------- */

static bool knows_artifact(const struct verify_request *r)
{
	return r->has_artifact || r->sha256.algorithm != DIGEST_NONE ||
	       r->sha512.algorithm != DIGEST_NONE;
}

static void take_digest(bytes octets, enum digest_algorithm algorithm, digest *out)
{
	digest d = { .algorithm = algorithm };

	if (octets.n != digest_size(&d))
		return;
	memcpy(d.value, octets.p, octets.n);
	*out = d;
}

/* The digest that the bundle itself names. */
static void take_named(const struct bundle *b, const struct statement *s, struct verify_request *r)
{
	if (b->message_hash == BUNDLE_SHA512)
		take_digest(b->message_digest, DIGEST_SHA512, &r->sha512);
	else
		take_digest(b->message_digest, DIGEST_SHA256, &r->sha256);
	for (size_t i = 0; s->subjects_len > 0 && i < s->subjects[0].digests_len; i++) {
		bytes name = s->subjects[0].digests[i].algorithm, digits = s->subjects[0].digests[i].hex;
		uint8_t octets[64];
		size_t n = digits.n / 2;

		if (n > sizeof(octets) || !text_from_hex(digits, octets, n))
			continue;
		if (bytes_is(name, "sha256"))
			take_digest(bytes_of(octets, n), DIGEST_SHA256, &r->sha256);
		else if (bytes_is(name, "sha512"))
			take_digest(bytes_of(octets, n), DIGEST_SHA512, &r->sha512);
	}
}

static void untell(struct verify_step *step, const char *why)
{
	*step = (struct verify_step){ .name = step->name, .status = STEP_UNTOLD, .why = why };
}

static void judge(const struct telling *t, const struct statement *s,
                  const struct verify_request *given, struct verify_result *result)
{
	static const struct identity anybody = { 0 };
	struct verify_request r = *given;
	struct verify_step *steps = t->out->steps;

	t->out->knows_artifact = knows_artifact(given);
	if (!t->out->knows_artifact)
		take_named(t->bundle, s, &r);
	if (given->identities_len == 0) {
		r.identities = &anybody;
		r.identities_len = 1;
	}
	verify_explain(t->bundle, &r, t->arena, steps, result);
	if (given->identities_len == 0 && steps[STEP_IDENTITY].status == STEP_HOLDS)
		untell(&steps[STEP_IDENTITY], "nobody is asked for");
	if (!knows_artifact(&r) && !t->bundle->is_envelope &&
	    steps[STEP_SIGNATURE].status == STEP_FAILS)
		untell(&steps[STEP_SIGNATURE], "the file is needed");
}

int explain_bundle(bytes text, const struct verify_request *request, struct arena *a,
                   struct explanation *out, err *e)
{
	struct verify_result result;
	struct statement statement = { 0 };
	struct bundle b;
	struct telling t = { &b, request->root, a, out };
	err ignored = { 0 }; /* the step "statement" tells it */

	*out = (struct explanation){ 0 };
	if (read_form(text, a, &b, e) < 0)
		return -1;
	if (b.is_envelope && statement_parse(b.payload, a, &statement, &ignored) < 0)
		statement = (struct statement){ 0 };
	out->form = form_of(&b);
	judge(&t, &statement, request, &result);
	tell_signer(&t, &result);
	for (size_t i = 0; i < b.entries_len; i++)
		tell_entry(&t, &b.entries[i]);
	tell_times(&t, &result);
	tell_content(&t, &statement);
	return 0;
}

/* -- a trusted root ---------------------------------------------------------------------------- */

static void tell_times_of(json times, struct explain_entry *out)
{
	out->until = INT64_MAX;
	(void)protojson_time(protojson_get(times, "start"), &out->from);
	(void)protojson_time(protojson_get(times, "end"), &out->until);
}

static void tell_trusted(json v, enum explain_kind kind, struct arena *a,
                         struct explain_entries *out)
{
	bool is_log = kind == EXPLAIN_TLOG || kind == EXPLAIN_CTLOG;
	json subject = protojson_get(v, "subject"), key = protojson_get(v, "publicKey");
	struct explain_entry *entry = ARENA_PUSH(a, out);

	entry->kind = kind;
	entry->address = json_bytes(protojson_get(v, is_log ? "baseUrl" : "uri"), a);
	entry->subject = json_bytes(protojson_get(subject, "commonName"), a);
	(void)protojson_octets(protojson_get(protojson_get(v, "logId"), "keyId"), a, &entry->id);
	tell_times_of(protojson_get(is_log ? key : v, "validFor"), entry);
}

int explain_root(bytes text, struct arena *a, struct explain_entries *out, err *e)
{
	static const char *const lists[EXPLAIN_KINDS] = { "tlogs", "ctlogs", "certificateAuthorities",
		                                              "timestampAuthorities" };
	struct trust_root root = { 0 };
	struct json_doc doc;
	int status = trust_root_parse(text, a, &root, e);

	trust_root_free(&root);
	if (status < 0 || json_parse(text, a, &doc, e) < 0)
		return -1;
	for (enum explain_kind kind = EXPLAIN_TLOG; kind < EXPLAIN_KINDS; kind++) {
		json list = protojson_get(json_root(&doc), lists[kind]);

		for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
			tell_trusted(v, kind, a, out);
	}
	return 0;
}
