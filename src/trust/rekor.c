/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/rekor.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"
#include "crypto/pem.h"
#include "trust/bundle_text.h"
#include "trust/compact.h"
#include "trust/dsse.h"
#include "trust/protojson.h"

/* SHA-256, SHA-384, SHA-512, or whatever comes. */
#define HEX_OCTETS_MOST 64

const char *rekor_path(unsigned version)
{
	return version == 1 ? "/api/v1/log/entries" : "/api/v2/log/entries";
}

/* -- requests ---------------------------------------------------------------------------------- */

static bytes signer_pem(const struct bundle *b, const struct public_key *key, struct arena *a)
{
	return key ? public_key_pem(key, a) : pem_text("CERTIFICATE", b->certificate, a);
}

static const char *const hash_names[] = {
	[BUNDLE_SHA256] = "sha256",
	[BUNDLE_SHA384] = "sha384",
	[BUNDLE_SHA512] = "sha512",
};

static void put_hashedrekord(struct compact *c, const struct bundle *b,
                             const struct public_key *key, struct arena *a)
{
	buf hex = BUF_INIT(2 * b->message_digest.n);

	text_hex(&hex, b->message_digest);
	json_write_object(&c->json, "data");
	json_write_object(&c->json, "hash");
	json_write_text(&c->json, "algorithm", hash_names[b->message_hash]);
	json_write_str(&c->json, "value", buf_bytes(&hex));
	json_write_end(&c->json);
	json_write_end(&c->json);
	json_write_object(&c->json, "signature");
	compact_base64(c, "content", b->signature, a);
	json_write_object(&c->json, "publicKey");
	compact_base64(c, "content", signer_pem(b, key, a), a);
	json_write_end(&c->json);
	json_write_end(&c->json);
	buf_done(&hex);
}

static void put_dsse(struct compact *c, const struct bundle *b, const struct public_key *key,
                     struct arena *a)
{
	json_write_object(&c->json, "proposedContent");
	json_write_str(&c->json, "envelope", bundle_envelope(b, a));
	json_write_array(&c->json, "verifiers");
	compact_base64(c, NULL, signer_pem(b, key, a), a);
	json_write_end(&c->json);
	json_write_end(&c->json);
}

static bytes request_v1(const struct bundle *b, const struct public_key *key, struct arena *a)
{
	struct compact c;

	compact_begin(&c);
	json_write_object(&c.json, NULL);
	json_write_text(&c.json, "apiVersion", "0.0.1");
	json_write_text(&c.json, "kind", b->is_envelope ? "dsse" : "hashedrekord");
	json_write_object(&c.json, "spec");
	if (b->is_envelope)
		put_dsse(&c, b, key, a);
	else
		put_hashedrekord(&c, b, key, a);
	json_write_end(&c.json);
	json_write_end(&c.json);
	return compact_end(&c, a);
}

/* key_details(key, b): sigstore_common.proto, PublicKeyDetails; NULL: none that a hashedrekord can
 * be of, such as Ed25519 over a whole envelope. An RSA signature is as long as the modulus. */
static const char *key_details(const struct public_key *key, const struct bundle *b)
{
	switch (key ? public_key_kind(key) : KEY_P256) {
	case KEY_P256: return "PKIX_ECDSA_P256_SHA_256";
	case KEY_P384: return "PKIX_ECDSA_P384_SHA_384";
	case KEY_P521: return "PKIX_ECDSA_P521_SHA_512";
	case KEY_ED25519: return b->is_envelope ? NULL : "PKIX_ED25519_PH";
	case KEY_RSA:
		return b->signature.n == 2048 / 8   ? "PKIX_RSA_PKCS1V15_2048_SHA256"
		       : b->signature.n == 3072 / 8 ? "PKIX_RSA_PKCS1V15_3072_SHA256"
		       : b->signature.n == 4096 / 8 ? "PKIX_RSA_PKCS1V15_4096_SHA256"
		                                    : NULL;
	case KEY_NONE: break;
	}
	return NULL;
}

/* What the signature covers, by the hash of the key. */
static bytes digest_of_v2(const struct bundle *b, const struct public_key *key, struct arena *a)
{
	if (!b->is_envelope)
		return b->message_digest;
	return key_digest(key ? public_key_hash(key) : KEY_SHA256,
	                  dsse_pae(b->payload_type, b->payload, a), a);
}

static bytes request_v2(const struct bundle *b, const struct public_key *key, struct arena *a)
{
	struct compact c;

	compact_begin(&c);
	json_write_object(&c.json, NULL);
	json_write_object(&c.json, "hashedRekordRequestV002");
	compact_base64(&c, "digest", digest_of_v2(b, key, a), a);
	json_write_object(&c.json, "signature");
	compact_base64(&c, "content", b->signature, a);
	json_write_object(&c.json, "verifier");
	json_write_text(&c.json, "keyDetails", key_details(key, b));
	json_write_object(&c.json, key ? "publicKey" : "x509Certificate");
	compact_base64(&c, "rawBytes", key ? public_key_der(key) : b->certificate, a);
	json_write_end(&c.json);
	json_write_end(&c.json);
	json_write_end(&c.json);
	json_write_end(&c.json);
	json_write_end(&c.json);
	return compact_end(&c, a);
}

int rekor_request(unsigned version, const struct bundle *b, const struct public_key *key,
                  struct arena *a, bytes *out, err *e)
{
	if (!b->is_envelope && b->message_hash == BUNDLE_HASH_NONE)
		return err_set(e, ERR_USAGE, 0, "a message without its digest: no log takes it");
	if (version > 1 && !key_details(key, b))
		return err_set(e, ERR_USAGE, 0,
		               "logs of version 2 take no such key: no Ed25519 for envelopes, RSA of 2048, "
		               "3072 or 4096 bits");
	*out = version == 1 ? request_v1(b, key, a) : request_v2(b, key, a);
	return 0;
}

/* -- answers ----------------------------------------------------------------------------------- */

static int broken(err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, 0, "the answer of a log without its %s", what);
}

static bool hex_octets(json v, struct arena *a, bytes *out)
{
	bytes text;
	uint8_t octets[HEX_OCTETS_MOST];

	if (!json_str(v, a, &text) || text.n == 0 || text.n % 2 != 0 || text.n / 2 > sizeof(octets) ||
	    !text_from_hex(text, octets, text.n / 2))
		return false;
	*out = arena_bytes(a, bytes_of(octets, text.n / 2));
	return true;
}

static int read_hashes(json list, struct arena *a, struct bundle_proof *out, err *e)
{
	size_t n = json_count(list);

	if (json_type(list) != JSON_ARRAY || n > LIMIT_PROOF_HASHES)
		return broken(e, "hashes");
	out->hashes = arena_array(a, bytes, n);
	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (!hex_octets(v, a, &out->hashes[out->hashes_len++]))
			return broken(e, "hashes");
	return 0;
}

static int read_proof(json proof, struct arena *a, struct bundle_proof *out, err *e)
{
	out->there = true;
	if (!json_u64(json_get(proof, "logIndex"), &out->index) ||
	    !json_u64(json_get(proof, "treeSize"), &out->size) ||
	    !hex_octets(json_get(proof, "rootHash"), a, &out->root) ||
	    !json_str(json_get(proof, "checkpoint"), a, &out->checkpoint))
		return broken(e, "inclusion proof");
	return read_hashes(json_get(proof, "hashes"), a, out, e);
}

/* What a bundle says beside the body stands in the body, too. */
static int read_kind(struct bundle_entry *out, struct arena *a, err *e)
{
	struct json_doc doc;

	if (json_parse(out->body, a, &doc, e) < 0)
		return err_wrap(e, "the body of the log entry");
	json root = json_root(&doc);

	if (!json_str(json_get(root, "kind"), a, &out->kind) ||
	    !json_str(json_get(root, "apiVersion"), a, &out->version))
		return broken(e, "kind");
	return 0;
}

static int read_entry_v1(json v, struct arena *a, struct bundle_entry *out, err *e)
{
	json verification = json_get(v, "verification");
	bytes body, promise;

	if (!json_str(json_get(v, "body"), a, &body) || !base64_decode(body, a, &out->body))
		return broken(e, "body");
	if (!json_u64(json_get(v, "logIndex"), &out->index) ||
	    !json_i64(json_get(v, "integratedTime"), &out->time) || out->time <= 0 ||
	    !hex_octets(json_get(v, "logID"), a, &out->log_id))
		return broken(e, "index, time or log");
	if (!json_str(json_get(verification, "signedEntryTimestamp"), a, &promise) ||
	    !base64_decode(promise, a, &out->promise) || out->promise.n == 0)
		return broken(e, "signed entry timestamp");
	if (read_proof(json_get(verification, "inclusionProof"), a, &out->proof, e) < 0)
		return -1;
	return read_kind(out, a, e);
}

int rekor_answer(unsigned version, bytes text, struct arena *a, struct bundle_entry *out, err *e)
{
	struct bundle_entry entry = { 0 };
	struct json_doc doc;

	if (text.n > LIMIT_SERVICE_ANSWER)
		return err_set(e, ERR_LIMIT, 0, "an answer of %zu bytes", text.n);
	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc);

	/* Version 1: one entry, under the name that it has in the log. */
	if (version == 1 && (json_type(root) != JSON_OBJECT || json_count(root) != 1))
		return err_set(e, ERR_FORMAT, 0, "not one log entry in the answer");
	int status = version == 1 ? read_entry_v1(json_first(root), a, &entry, e)
	                          : bundle_read_entry(root, a, &entry, e);

	if (status == 0)
		*out = entry;
	return status;
}
