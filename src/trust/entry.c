/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/entry.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"
#include "crypto/pem.h"
#include "trust/dsse.h"
#include "trust/protojson.h"

struct question {
	const struct bundle_entry *entry;
	const struct entry_facts *facts;
	struct arena *arena;
	err *e;
};

static int differs(const struct question *q, const char *what)
{
	return err_set(q->e, ERR_UNTRUSTED, 0, "the log entry is of another %s", what);
}

/* -- who --------------------------------------------------------------------------------------- */

/* is_signer(q, der): a certificate, or a key, as DER. */
static bool is_signer(const struct question *q, bytes der)
{
	struct public_key *key;
	err ignored = { 0 }; /* what is no key is not this one */
	bool same;

	if (q->facts->certificate.n > 0)
		return bytes_equal(der, q->facts->certificate);
	if (public_key_read(der, &key, &ignored) < 0)
		return false;
	same = public_key_equal(key, q->facts->key);
	public_key_free(key);
	return same;
}

/* is_signer_text(q, v): base64 of PEM. */
static bool is_signer_text(const struct question *q, json v)
{
	struct pem pem;
	err ignored = { 0 }; /* as above */
	bytes text;

	return protojson_octets(v, q->arena, &text) && pem_only(text, q->arena, &pem, &ignored) == 0 &&
	       is_signer(q, pem.der);
}

static bool is_signature(const struct question *q, json v)
{
	bytes signature;

	return protojson_octets(v, q->arena, &signature) &&
	       bytes_equal(signature, q->facts->bundle->signature);
}

/* is_sha256(q, hash, of): {"algorithm": "sha256", "value": HEX}. */
static bool is_sha256(const struct question *q, json hash, const digest *of)
{
	const char *want = DIGEST_TEXT(of);
	bytes value = json_bytes(json_get(hash, "value"), q->arena);

	return bytes_is(json_bytes(json_get(hash, "algorithm"), q->arena), "sha256") &&
	       of->algorithm == DIGEST_SHA256 && bytes_is(value, want + strlen("sha256:"));
}

/* -- of what ----------------------------------------------------------------------------------- */

/* Logs name the hash that goes with the key. */
static enum key_hash hash_named(bytes name)
{
	static const struct {
		const char *v1, *v2;
		enum key_hash hash;
	} names[] = {
		{ "sha256", "SHA2_256", KEY_SHA256 },
		{ "sha384", "SHA2_384", KEY_SHA384 },
		{ "sha512", "SHA2_512", KEY_SHA512 },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bytes_is(name, names[i].v1) || bytes_is(name, names[i].v2))
			return names[i].hash;
	return KEY_HASH_NONE;
}

/* digest_of_artifact(q, hash, out): false where it cannot be known. */
static bool digest_of_artifact(const struct question *q, enum key_hash hash, bytes *out)
{
	const struct entry_facts *f = q->facts;
	const digest *known = hash == KEY_SHA256 ? &f->sha256 : &f->sha512;

	if (hash != KEY_SHA384 && known->algorithm != DIGEST_NONE)
		*out = bytes_of(known->value, digest_size(known));
	else if (f->has_artifact)
		*out = key_digest(hash, f->artifact, q->arena);
	else
		return false;
	return true;
}

/* is_covered(q, hash, value): the digest of what our signature covers. */
static bool is_covered(const struct question *q, enum key_hash hash, bytes value)
{
	const struct bundle *b = q->facts->bundle;
	bytes have;

	if (hash == KEY_HASH_NONE)
		return false;
	if (b->is_envelope)
		have = key_digest(hash, dsse_pae(b->payload_type, b->payload, q->arena), q->arena);
	else if (!digest_of_artifact(q, hash, &have))
		return false;
	return bytes_equal(have, value);
}

/* -- Rekor 1 ----------------------------------------------------------------------------------- */

static int check_hashedrekord(const struct question *q, json spec)
{
	json signature = json_get(spec, "signature"), hash = json_get(json_get(spec, "data"), "hash");
	bytes hex = json_bytes(json_get(hash, "value"), q->arena);
	uint8_t value[sizeof(((digest *)NULL)->value)];
	size_t n = hex.n / 2;

	if (q->facts->bundle->is_envelope || n > sizeof(value) || !text_from_hex(hex, value, n) ||
	    !is_covered(q, hash_named(json_bytes(json_get(hash, "algorithm"), q->arena)),
	                bytes_of(value, n)))
		return differs(q, "artifact");
	if (!is_signature(q, json_get(signature, "content")))
		return differs(q, "signature");
	if (!is_signer_text(q, json_get(json_get(signature, "publicKey"), "content")))
		return differs(q, "signer");
	return 0;
}

static int check_dsse(const struct question *q, json spec)
{
	json list = json_get(spec, "signatures"), one = json_first(list);
	digest payload = digest_of(DIGEST_SHA256, q->facts->bundle->payload);

	if (!q->facts->bundle->is_envelope || !is_sha256(q, json_get(spec, "payloadHash"), &payload))
		return differs(q, "payload");
	if (json_count(list) != 1 || !is_signature(q, json_get(one, "signature")))
		return differs(q, "signature");
	if (!is_signer_text(q, json_get(one, "verifier")))
		return differs(q, "signer");
	return 0;
}

/* Its signature is base64 of base64. */
static int check_intoto(const struct question *q, json spec)
{
	json content = json_get(spec, "content");
	json list = json_get(json_get(content, "envelope"), "signatures"), one = json_first(list);
	digest payload = digest_of(DIGEST_SHA256, q->facts->bundle->payload);
	bytes text, signature;

	if (!q->facts->bundle->is_envelope || !is_sha256(q, json_get(content, "payloadHash"), &payload))
		return differs(q, "payload");
	if (json_count(list) != 1 || !protojson_octets(json_get(one, "sig"), q->arena, &text) ||
	    !base64_decode(text, q->arena, &signature) ||
	    !bytes_equal(signature, q->facts->bundle->signature))
		return differs(q, "signature");
	if (!is_signer_text(q, json_get(one, "publicKey")))
		return differs(q, "signer");
	return 0;
}

/* It knows the envelope as a whole, by the octets that were sent to it. */
static int check_intoto_old(const struct question *q, json spec)
{
	const struct bundle *b = q->facts->bundle;
	json content = json_get(spec, "content");
	digest whole = digest_of(DIGEST_SHA256, b->stored);
	digest payload = digest_of(DIGEST_SHA256, b->payload);

	if (!b->is_envelope || b->stored.n == 0 || !is_sha256(q, json_get(content, "hash"), &whole) ||
	    !is_sha256(q, json_get(content, "payloadHash"), &payload))
		return differs(q, "envelope");
	return is_signer_text(q, json_get(spec, "publicKey")) ? 0 : differs(q, "signer");
}

/* -- Rekor 2 ----------------------------------------------------------------------------------- */

static bool is_verifier(const struct question *q, json verifier)
{
	const char *member = q->facts->certificate.n > 0 ? "x509Certificate" : "publicKey";
	bytes der;

	return protojson_octets(json_get(json_get(verifier, member), "rawBytes"), q->arena, &der) &&
	       is_signer(q, der);
}

static int check_signer_v2(const struct question *q, json signature)
{
	if (!is_signature(q, json_get(signature, "content")))
		return differs(q, "signature");
	return is_verifier(q, json_get(signature, "verifier")) ? 0 : differs(q, "signer");
}

/* Of an envelope the digest is that of what is signed. */
static int check_hashedrekord_v2(const struct question *q, json spec)
{
	json record = json_get(spec, "hashedRekordV002"), data = json_get(record, "data");
	bytes value;

	if (!protojson_octets(json_get(data, "digest"), q->arena, &value) ||
	    !is_covered(q, hash_named(json_bytes(json_get(data, "algorithm"), q->arena)), value))
		return differs(q, "artifact");
	return check_signer_v2(q, json_get(record, "signature"));
}

static int check_dsse_v2(const struct question *q, json spec)
{
	json record = json_get(spec, "dsseV002"), list = json_get(record, "signatures");
	json hash = json_get(record, "payloadHash");
	digest payload = digest_of(DIGEST_SHA256, q->facts->bundle->payload);
	bytes value;

	if (!q->facts->bundle->is_envelope || json_count(list) != 1 ||
	    !bytes_is(json_bytes(json_get(hash, "algorithm"), q->arena), "SHA2_256") ||
	    !protojson_octets(json_get(hash, "digest"), q->arena, &value) ||
	    !bytes_equal(value, bytes_of(payload.value, digest_size(&payload))))
		return differs(q, "payload");
	return check_signer_v2(q, json_first(list));
}

/* -- all --------------------------------------------------------------------------------------- */

static const struct {
	const char *kind, *version;
	bool is_v2;
	int (*check)(const struct question *q, json spec);
} kinds[] = {
	{ "hashedrekord", "0.0.1", false, check_hashedrekord },
	{ "dsse", "0.0.1", false, check_dsse },
	{ "intoto", "0.0.1", false, check_intoto_old },
	{ "intoto", "0.0.2", false, check_intoto },
	{ "hashedrekord", "0.0.2", true, check_hashedrekord_v2 },
	{ "dsse", "0.0.2", true, check_dsse_v2 },
};

bool entry_is_v2(const struct bundle_entry *entry)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (bytes_is(entry->kind, kinds[i].kind) && bytes_is(entry->version, kinds[i].version))
			return kinds[i].is_v2;
	return false;
}

int entry_speaks_of(const struct bundle_entry *entry, const struct entry_facts *facts,
                    struct arena *a, err *e)
{
	const struct question q = { entry, facts, a, e };
	struct json_doc doc;

	if (json_parse(entry->body, a, &doc, e) < 0)
		return err_wrap(e, "the body of a log entry");
	json root = json_root(&doc);
	bytes kind = json_bytes(json_get(root, "kind"), a);
	bytes version = json_bytes(json_get(root, "apiVersion"), a);

	/* What stands beside the body is not logged: it must say the same. */
	if (!bytes_equal(kind, entry->kind) || !bytes_equal(version, entry->version))
		return differs(&q, "kind than it says");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (bytes_is(kind, kinds[i].kind) && bytes_is(version, kinds[i].version))
			return kinds[i].check(&q, json_get(root, "spec"));
	return err_set(e, ERR_FORMAT, 0, "a log entry of kind '%s' %s, which nobody knows", SHOW(kind),
	               SHOW(version));
}
