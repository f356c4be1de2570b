/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/bundle_text.h"

#include "base/base64.h"
#include "base/text.h"
#include "crypto/pem.h"
#include "trust/compact.h"

#include <inttypes.h>

bytes bundle_hint(const struct public_key *k, struct arena *a)
{
	digest id = public_key_id(k);

	return base64_encode(bytes_of(id.value, digest_size(&id)), a);
}

/* The mapping writes numbers of 64 bits as text. */
static void put_number(struct compact *c, const char *name, uint64_t v, struct arena *a)
{
	json_write_text(&c->json, name, arena_printf(a, "%" PRIu64, v));
}

static void put_proof(struct compact *c, const struct bundle_proof *p, struct arena *a)
{
	if (!p->there)
		return;
	json_write_object(&c->json, "inclusionProof");
	put_number(c, "logIndex", p->index, a);
	compact_base64(c, "rootHash", p->root, a);
	put_number(c, "treeSize", p->size, a);
	json_write_array(&c->json, "hashes");
	for (size_t i = 0; i < p->hashes_len; i++)
		compact_base64(c, NULL, p->hashes[i], a);
	json_write_end(&c->json);
	json_write_object(&c->json, "checkpoint");
	json_write_str(&c->json, "envelope", p->checkpoint);
	json_write_end(&c->json);
	json_write_end(&c->json);
}

static void put_entry(struct compact *c, const struct bundle_entry *entry, struct arena *a)
{
	json_write_object(&c->json, NULL);
	put_number(c, "logIndex", entry->index, a);
	json_write_object(&c->json, "logId");
	compact_base64(c, "keyId", entry->log_id, a);
	json_write_end(&c->json);
	json_write_object(&c->json, "kindVersion");
	json_write_str(&c->json, "kind", entry->kind);
	json_write_str(&c->json, "version", entry->version);
	json_write_end(&c->json);
	if (entry->time > 0)
		put_number(c, "integratedTime", (uint64_t)entry->time, a);
	if (entry->promise.n > 0) {
		json_write_object(&c->json, "inclusionPromise");
		compact_base64(c, "signedEntryTimestamp", entry->promise, a);
		json_write_end(&c->json);
	}
	put_proof(c, &entry->proof, a);
	compact_base64(c, "canonicalizedBody", entry->body, a);
	json_write_end(&c->json);
}

static void put_material(struct compact *c, const struct bundle *b, struct arena *a)
{
	json_write_object(&c->json, "verificationMaterial");
	json_write_object(&c->json, b->certificate.n > 0 ? "certificate" : "publicKey");
	if (b->certificate.n > 0)
		compact_base64(c, "rawBytes", b->certificate, a);
	else
		json_write_str(&c->json, "hint", b->hint);
	json_write_end(&c->json);
	if (b->entries_len > 0) {
		json_write_array(&c->json, "tlogEntries");
		for (size_t i = 0; i < b->entries_len; i++)
			put_entry(c, &b->entries[i], a);
		json_write_end(&c->json);
	}
	if (b->timestamps_len > 0) {
		json_write_object(&c->json, "timestampVerificationData");
		json_write_array(&c->json, "rfc3161Timestamps");
		for (size_t i = 0; i < b->timestamps_len; i++) {
			json_write_object(&c->json, NULL);
			compact_base64(c, "signedTimestamp", b->timestamps[i], a);
			json_write_end(&c->json);
		}
		json_write_end(&c->json);
		json_write_end(&c->json);
	}
	json_write_end(&c->json);
}

static void put_envelope(struct compact *c, const char *name, const struct bundle *b,
                         struct arena *a)
{
	json_write_object(&c->json, name);
	json_write_str(&c->json, "payloadType", b->payload_type);
	compact_base64(c, "payload", b->payload, a);
	json_write_array(&c->json, "signatures");
	json_write_object(&c->json, NULL);
	compact_base64(c, "sig", b->signature, a);
	json_write_end(&c->json);
	json_write_end(&c->json);
	json_write_end(&c->json);
}

static void put_message(struct compact *c, const struct bundle *b, struct arena *a)
{
	static const char *const names[] = { [BUNDLE_SHA256] = "SHA2_256",
		                                 [BUNDLE_SHA384] = "SHA2_384",
		                                 [BUNDLE_SHA512] = "SHA2_512" };

	json_write_object(&c->json, "messageSignature");
	if (b->message_hash != BUNDLE_HASH_NONE) {
		json_write_object(&c->json, "messageDigest");
		json_write_text(&c->json, "algorithm", names[b->message_hash]);
		compact_base64(c, "digest", b->message_digest, a);
		json_write_end(&c->json);
	}
	compact_base64(c, "signature", b->signature, a);
	json_write_end(&c->json);
}

bytes bundle_text(const struct bundle *b, struct arena *a)
{
	struct compact c;

	compact_begin(&c);
	json_write_object(&c.json, NULL);
	json_write_text(&c.json, "mediaType", BUNDLE_MEDIA_TYPE);
	put_material(&c, b, a);
	if (b->is_envelope)
		put_envelope(&c, "dsseEnvelope", b, a);
	else
		put_message(&c, b, a);
	json_write_end(&c.json);
	return compact_end(&c, a);
}

bytes bundle_envelope(const struct bundle *b, struct arena *a)
{
	struct compact c;

	compact_begin(&c);
	put_envelope(&c, NULL, b, a);
	return compact_end(&c, a);
}

/* -- annotations ------------------------------------------------------------------------------- */

static void put_label(struct oci_labels *list, const char *name, bytes value, struct arena *a)
{
	*ARENA_PUSH(a, list) = (struct oci_label){ bytes_str(name), value };
}

/* What Rekor 1 signed, in the order of cosign's own struct. */
static bytes promise_text(const struct bundle_entry *entry, struct arena *a)
{
	struct compact c;
	buf id = BUF_INIT(2 * entry->log_id.n);

	text_hex(&id, entry->log_id);
	compact_begin(&c);
	json_write_object(&c.json, NULL);
	compact_base64(&c, "SignedEntryTimestamp", entry->promise, a);
	json_write_object(&c.json, "Payload");
	compact_base64(&c, "body", entry->body, a);
	json_write_i64(&c.json, "integratedTime", entry->time);
	json_write_u64(&c.json, "logIndex", entry->index);
	json_write_str(&c.json, "logID", buf_bytes(&id));
	json_write_end(&c.json);
	json_write_end(&c.json);
	buf_done(&id);
	return compact_end(&c, a);
}

static bytes stamp_text(bytes stamp, struct arena *a)
{
	struct compact c;

	compact_begin(&c);
	json_write_object(&c.json, NULL);
	compact_base64(&c, "SignedRFC3161Timestamp", stamp, a);
	json_write_end(&c.json);
	return compact_end(&c, a);
}

int bundle_annotations(const struct bundle *b, bytes chain, struct arena *a,
                       struct oci_labels *out, err *e)
{
	struct oci_labels list = { 0 };

	if (b->entries_len > 0 && b->entries[0].promise.n == 0)
		return err_set(e, ERR_USAGE, 0,
		               "the log makes no promises (Rekor 2), which the tag scheme needs: write a "
		               "bundle (--format bundle)");
	/* cosign's readers want the time stamp of an envelope over the whole layer; ours is over the
	 * signature, so it stays in bundles. */
	if (b->is_envelope && b->timestamps_len > 0 && b->entries_len == 0)
		return err_set(e, ERR_USAGE, 0,
		               "an attestation with a time stamp alone has no place in the tag scheme: "
		               "write a bundle (--format bundle)");
	put_label(&list, "dev.cosignproject.cosign/signature",
	          b->is_envelope ? BYTES("") : base64_encode(b->signature, a), a);
	if (b->certificate.n > 0)
		put_label(&list, "dev.sigstore.cosign/certificate",
		          pem_text("CERTIFICATE", b->certificate, a), a);
	if (b->certificate.n > 0 && chain.n > 0)
		put_label(&list, "dev.sigstore.cosign/chain", chain, a);
	if (b->entries_len > 0)
		put_label(&list, "dev.sigstore.cosign/bundle", promise_text(&b->entries[0], a), a);
	if (b->timestamps_len > 0 && !b->is_envelope)
		put_label(&list, "dev.sigstore.cosign/rfc3161timestamp",
		          stamp_text(b->timestamps[0], a), a);
	*out = list;
	return 0;
}
