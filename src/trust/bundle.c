/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/bundle.h"

#include "base/limits.h"
#include "base/text.h"
#include "trust/protojson.h"

struct reader {
	struct arena *arena;
	err *e;
};

static int fault(const struct reader *r, const char *what)
{
	return err_set(r->e, ERR_FORMAT, 0, "%s", what);
}

static int octets(const struct reader *r, json object, const char *name, bytes *out)
{
	if (protojson_octets(protojson_get(object, name), r->arena, out))
		return 0;
	return err_set(r->e, ERR_FORMAT, 0, "'%s' is not base64", name);
}

static int unsigned_of(const struct reader *r, json object, const char *name, uint64_t *out)
{
	int64_t v;

	if (!protojson_i64(protojson_get(object, name), &v) || v < 0)
		return err_set(r->e, ERR_FORMAT, 0, "'%s' is no number from 0 on", name);
	*out = (uint64_t)v;
	return 0;
}

static int text_member(const struct reader *r, json object, const char *name, bytes *out)
{
	json v = protojson_get(object, name);

	*out = (bytes){ 0 };
	if (json_type(v) == JSON_NONE || json_str(v, r->arena, out))
		return 0;
	return err_set(r->e, ERR_FORMAT, 0, "'%s' is no text", name);
}

/* array(r, object, name, most, out): its length. */
static int array(const struct reader *r, json object, const char *name, size_t most, json *out,
                 size_t *out_n)
{
	*out = protojson_get(object, name);
	*out_n = json_count(*out);
	if (json_type(*out) != JSON_NONE && json_type(*out) != JSON_ARRAY)
		return err_set(r->e, ERR_FORMAT, 0, "'%s' is no list", name);
	if (*out_n > most)
		return err_set(r->e, ERR_LIMIT, 0, "'%s' has %zu items; at most %zu", name, *out_n, most);
	return 0;
}

/* -- log entries ------------------------------------------------------------------------------- */

static int read_hashes(const struct reader *r, json proof, struct bundle_proof *out)
{
	json list;
	size_t n;

	if (array(r, proof, "hashes", LIMIT_PROOF_HASHES, &list, &n) < 0)
		return -1;
	out->hashes = arena_array(r->arena, bytes, n);
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (!protojson_octets(v, r->arena, &out->hashes[out->hashes_len++]))
			return fault(r, "a hash of the inclusion proof is not base64");
	return 0;
}

static int read_proof(const struct reader *r, json entry, struct bundle_proof *out)
{
	static const char *const known[] = { "logIndex", "rootHash", "treeSize", "hashes", "checkpoint",
		                                 NULL };
	static const char *const checkpoint_known[] = { "envelope", NULL };
	json proof = protojson_get(entry, "inclusionProof");
	json checkpoint = protojson_get(proof, "checkpoint");

	out->there = json_type(proof) != JSON_NONE;
	if (protojson_known(proof, known, r->e) < 0 ||
	    protojson_known(checkpoint, checkpoint_known, r->e) < 0 ||
	    unsigned_of(r, proof, "logIndex", &out->index) < 0 ||
	    unsigned_of(r, proof, "treeSize", &out->size) < 0 ||
	    octets(r, proof, "rootHash", &out->root) < 0 || read_hashes(r, proof, out) < 0)
		return -1;
	return text_member(r, checkpoint, "envelope", &out->checkpoint);
}

static int check_members(const struct reader *r, json v)
{
	static const char *const known[] = { "logIndex",          "logId",
		                                 "kindVersion",       "integratedTime",
		                                 "inclusionPromise",  "inclusionProof",
		                                 "canonicalizedBody", NULL };
	static const char *const id_known[] = { "keyId", NULL };
	static const char *const kind_known[] = { "kind", "version", NULL };
	static const char *const promise_known[] = { "signedEntryTimestamp", NULL };

	if (json_type(v) != JSON_OBJECT)
		return fault(r, "a log entry that is no object");
	if (protojson_known(v, known, r->e) < 0 ||
	    protojson_known(protojson_get(v, "logId"), id_known, r->e) < 0 ||
	    protojson_known(protojson_get(v, "kindVersion"), kind_known, r->e) < 0)
		return -1;
	return protojson_known(protojson_get(v, "inclusionPromise"), promise_known, r->e);
}

static int read_entry(const struct reader *r, json v, struct bundle_entry *out)
{
	json id = protojson_get(v, "logId"), kind = protojson_get(v, "kindVersion");
	json promise = protojson_get(v, "inclusionPromise");

	if (check_members(r, v) < 0)
		return -1;
	if (!protojson_i64(protojson_get(v, "integratedTime"), &out->time) || out->time < 0)
		return fault(r, "'integratedTime' is no time");
	if (unsigned_of(r, v, "logIndex", &out->index) < 0 ||
	    octets(r, id, "keyId", &out->log_id) < 0 || text_member(r, kind, "kind", &out->kind) < 0 ||
	    text_member(r, kind, "version", &out->version) < 0 ||
	    octets(r, promise, "signedEntryTimestamp", &out->promise) < 0 ||
	    octets(r, v, "canonicalizedBody", &out->body) < 0 || read_proof(r, v, &out->proof) < 0)
		return -1;
	if (out->body.n == 0 || out->log_id.n == 0)
		return fault(r, "a log entry without its body or its log");
	return 0;
}

static int read_entries(const struct reader *r, json material, struct bundle *b)
{
	json list;
	size_t n;

	if (array(r, material, "tlogEntries", LIMIT_BUNDLE_ITEMS, &list, &n) < 0)
		return -1;
	b->entries = arena_array(r->arena, struct bundle_entry, n);
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (read_entry(r, v, &b->entries[b->entries_len++]) < 0)
			return err_wrap(r->e, "log entry %zu", b->entries_len);
	return 0;
}

/* -- who signed, and when ---------------------------------------------------------------------- */

static int read_certificate(const struct reader *r, json v, bytes *out)
{
	static const char *const known[] = { "rawBytes", NULL };

	if (protojson_known(v, known, r->e) < 0 || octets(r, v, "rawBytes", out) < 0)
		return -1;
	return out->n > 0 ? 0 : fault(r, "an empty certificate");
}

static int read_chain(const struct reader *r, json chain, struct bundle *b)
{
	static const char *const known[] = { "certificates", NULL };
	json list;
	size_t n;

	b->has_chain = true;
	if (b->version == BUNDLE_V3)
		return fault(r, "a bundle of version 0.3 holds one certificate, never a chain");
	if (protojson_known(chain, known, r->e) < 0 ||
	    array(r, chain, "certificates", LIMIT_CERTIFICATE_CHAIN, &list, &n) < 0)
		return -1;
	if (n == 0)
		return fault(r, "an empty chain of certificates");
	/* The leaf stands first; what else is there is never used: the trusted root says it. */
	return read_certificate(r, json_first(list), &b->certificate);
}

static int read_timestamps(const struct reader *r, json material, struct bundle *b)
{
	static const char *const known[] = { "rfc3161Timestamps", NULL };
	static const char *const stamp_known[] = { "signedTimestamp", NULL };
	json data = protojson_get(material, "timestampVerificationData"), list;
	size_t n;

	if (protojson_known(data, known, r->e) < 0 ||
	    array(r, data, "rfc3161Timestamps", LIMIT_BUNDLE_ITEMS, &list, &n) < 0)
		return -1;
	b->timestamps = arena_array(r->arena, bytes, n);
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (protojson_known(v, stamp_known, r->e) < 0 ||
		    octets(r, v, "signedTimestamp", &b->timestamps[b->timestamps_len++]) < 0)
			return -1;
	return 0;
}

static int read_material(const struct reader *r, json root, struct bundle *b)
{
	static const char *const known[] = { "certificate", "x509CertificateChain", "publicKey",
		                                 "tlogEntries", "timestampVerificationData", NULL };
	static const char *const key_known[] = { "hint", NULL };
	json material = protojson_get(root, "verificationMaterial");
	json one = protojson_get(material, "certificate");
	json chain = protojson_get(material, "x509CertificateChain");
	json key = protojson_get(material, "publicKey");
	int kinds = (json_type(one) != JSON_NONE) + (json_type(chain) != JSON_NONE) +
	            (json_type(key) != JSON_NONE);

	if (json_type(material) != JSON_OBJECT)
		return fault(r, "no verificationMaterial");
	if (protojson_known(material, known, r->e) < 0 || protojson_known(key, key_known, r->e) < 0)
		return -1;
	if (kinds != 1)
		return fault(r, "one certificate, one chain or one key signs, not none or several");
	if (json_type(one) != JSON_NONE && read_certificate(r, one, &b->certificate) < 0)
		return -1;
	if (json_type(chain) != JSON_NONE && read_chain(r, chain, b) < 0)
		return -1;
	if (text_member(r, key, "hint", &b->hint) < 0 || read_entries(r, material, b) < 0)
		return -1;
	return read_timestamps(r, material, b);
}

/* -- what was signed --------------------------------------------------------------------------- */

static int read_message(const struct reader *r, json message, struct bundle *b)
{
	static const char *const known[] = { "messageDigest", "signature", NULL };
	static const char *const digest_known[] = { "algorithm", "digest", NULL };
	static const char *const hashes[] = { "", "SHA2_256", "SHA2_384", "SHA2_512" };
	json digest = protojson_get(message, "messageDigest");
	bytes algorithm;

	if (protojson_known(message, known, r->e) < 0 ||
	    protojson_known(digest, digest_known, r->e) < 0 ||
	    octets(r, message, "signature", &b->signature) < 0 ||
	    octets(r, digest, "digest", &b->message_digest) < 0 ||
	    text_member(r, digest, "algorithm", &algorithm) < 0)
		return -1;
	for (enum bundle_hash h = BUNDLE_HASH_NONE; h <= BUNDLE_SHA512; h++)
		if (bytes_is(algorithm, hashes[h])) {
			b->message_hash = h;
			return 0;
		}
	return fault(r, "the digest of a message is SHA2_256, SHA2_384 or SHA2_512");
}

static int read_envelope(const struct reader *r, json envelope, struct bundle *b)
{
	static const char *const known[] = { "payload", "payloadType", "signatures", NULL };
	static const char *const signature_known[] = { "sig", "keyid", NULL };
	json list, signature;
	size_t n;

	b->is_envelope = true;
	if (protojson_known(envelope, known, r->e) < 0 ||
	    octets(r, envelope, "payload", &b->payload) < 0 ||
	    text_member(r, envelope, "payloadType", &b->payload_type) < 0 ||
	    array(r, envelope, "signatures", LIMIT_BUNDLE_ITEMS, &list, &n) < 0)
		return -1;
	if (n != 1)
		return fault(r, "the envelope of a bundle has one signature");
	signature = json_first(list);
	if (protojson_known(signature, signature_known, r->e) < 0)
		return -1;
	return octets(r, signature, "sig", &b->signature);
}

static int read_content(const struct reader *r, json root, struct bundle *b)
{
	json message = protojson_get(root, "messageSignature");
	json envelope = protojson_get(root, "dsseEnvelope");
	bool is_message = json_type(message) != JSON_NONE;

	if (is_message == (json_type(envelope) != JSON_NONE))
		return fault(r, "a message or an envelope is signed, not none or both");
	if ((is_message ? read_message(r, message, b) : read_envelope(r, envelope, b)) < 0)
		return -1;
	return b->signature.n > 0 ? 0 : fault(r, "no signature");
}

/* -- versions ---------------------------------------------------------------------------------- */

static enum bundle_version version_of(bytes type)
{
	static const struct {
		const char *type;
		enum bundle_version version;
	} types[] = {
		{ "application/vnd.dev.sigstore.bundle+json;version=0.1", BUNDLE_V1 },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.2", BUNDLE_V2 },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.3", BUNDLE_V3 },
		{ "application/vnd.dev.sigstore.bundle.v0.3+json", BUNDLE_V3 },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (bytes_is(type, types[i].type))
			return types[i].version;
	return BUNDLE_NONE;
}

/* What an entry must bring along: a promise at first, a proof since (sigstore_bundle.proto). */
static int check_entries(const struct reader *r, const struct bundle *b)
{
	for (size_t i = 0; i < b->entries_len; i++) {
		const struct bundle_entry *entry = &b->entries[i];
		bool proven = entry->proof.there && entry->proof.checkpoint.n > 0;

		if (b->version == BUNDLE_V1 ? entry->promise.n == 0 : !proven)
			return fault(r, b->version == BUNDLE_V1
			                    ? "version 0.1: a log entry without its inclusion promise"
			                    : "a log entry without inclusion proof and checkpoint");
		for (size_t k = 0; k < i; k++)
			if (b->entries[k].index == entry->index &&
			    bytes_equal(b->entries[k].log_id, entry->log_id))
				return fault(r, "one log entry stands there twice");
	}
	return 0;
}

int bundle_parse(bytes text, struct arena *a, struct bundle *out, err *e)
{
	static const char *const known[] = { "mediaType", "verificationMaterial", "messageSignature",
		                                 "dsseEnvelope", NULL };
	const struct reader r = { a, e };
	struct json_doc doc;
	bytes type;

	*out = (struct bundle){ 0 };
	if (text.n > LIMIT_BUNDLE)
		return err_set(e, ERR_LIMIT, 0, "a bundle of %zu bytes; at most %zu", text.n, LIMIT_BUNDLE);
	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);

	if (json_type(root) != JSON_OBJECT)
		return fault(&r, "no bundle");
	if (text_member(&r, root, "mediaType", &type) < 0)
		return -1;
	out->version = version_of(type);
	if (out->version == BUNDLE_NONE)
		return err_set(e, ERR_FORMAT, 0, "no bundle of version 0.1, 0.2 or 0.3: mediaType '%s'",
		               SHOW(type));
	if (protojson_known(root, known, e) < 0 || read_material(&r, root, out) < 0 ||
	    read_content(&r, root, out) < 0)
		return -1;
	return check_entries(&r, out);
}

int bundle_read_entry(json v, struct arena *a, struct bundle_entry *out, err *e)
{
	const struct reader r = { a, e };

	*out = (struct bundle_entry){ 0 };
	return read_entry(&r, v, out);
}
