/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/legacy.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"
#include "crypto/pem.h"
#include "fmt/json.h"
#include "trust/dsse.h"

#define SIMPLE_SIGNING "cosign container image signature"
#define IMAGE_DIGEST "docker-manifest-digest"
#define REFERENCE "docker-reference"
#define LOG_ID 32

static int fault(err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, 0, "%s", what);
}

/* document(text, what, a, out, e): a JSON object. */
static int document(bytes text, const char *what, struct arena *a, struct json_doc *out, err *e)
{
	if (text.n > LIMIT_BUNDLE)
		return err_set(e, ERR_LIMIT, 0, "%s of %zu bytes; at most %zu", what, text.n, LIMIT_BUNDLE);
	if (json_parse(text, a, out, e) < 0)
		return err_wrap(e, "%s", what);
	return json_type(json_root(out)) == JSON_OBJECT
	           ? 0
	           : err_set(e, ERR_FORMAT, 0, "%s is no object", what);
}

static bool octets(json v, struct arena *a, bytes *out)
{
	bytes text;

	return json_str(v, a, &text) && base64_decode(text, a, out) && out->n > 0;
}

/* -- parts ------------------------------------------------------------------------------------- */

static int take_certificate(bytes text, struct arena *a, struct bundle *out, err *e)
{
	struct pem pem;

	if (pem_only(text, a, &pem, e) < 0)
		return err_wrap(e, "certificate");
	if (!bytes_is(pem.label, "CERTIFICATE"))
		return err_set(e, ERR_FORMAT, 0, "a '%s' where the certificate belongs", SHOW(pem.label));
	out->certificate = pem.der;
	return 0;
}

/* What kind of entry it is only its body says. */
static int take_kind(struct bundle_entry *entry, struct arena *a, err *e)
{
	struct json_doc doc;

	if (document(entry->body, "the body of a log entry", a, &doc, e) < 0)
		return -1;
	entry->kind = json_bytes(json_get(json_root(&doc), "kind"), a);
	entry->version = json_bytes(json_get(json_root(&doc), "apiVersion"), a);
	return 0;
}

static int read_log(json log, struct arena *a, struct bundle *out, err *e)
{
	json payload = json_get(log, "Payload");
	struct bundle_entry *entry = arena_new(a, struct bundle_entry);
	uint8_t *id = arena_alloc(a, LOG_ID);
	uint64_t time;

	if (!octets(json_get(log, "SignedEntryTimestamp"), a, &entry->promise) ||
	    !octets(json_get(payload, "body"), a, &entry->body) ||
	    !json_u64(json_get(payload, "integratedTime"), &time) || time > INT64_MAX ||
	    !json_u64(json_get(payload, "logIndex"), &entry->index) ||
	    !text_from_hex(json_bytes(json_get(payload, "logID"), a), id, LOG_ID))
		return fault(e, "a log entry without signed time, body, index or log");
	entry->time = (int64_t)time;
	entry->log_id = bytes_of(id, LOG_ID);
	out->entries = entry;
	out->entries_len = 1;
	return take_kind(entry, a, e);
}

static int take_log(bytes text, struct arena *a, struct bundle *out, err *e)
{
	struct json_doc doc;

	if (document(text, "log entry", a, &doc, e) < 0)
		return -1;
	return read_log(json_root(&doc), a, out, e);
}

static int take_timestamp(bytes text, struct arena *a, struct bundle *out, err *e)
{
	struct json_doc doc;

	if (document(text, "time stamp", a, &doc, e) < 0)
		return -1;
	out->timestamps = arena_new(a, bytes);
	out->timestamps_len = 1;
	if (octets(json_get(json_root(&doc), "SignedRFC3161Timestamp"), a, out->timestamps))
		return 0;
	return fault(e, "a time stamp that is not base64");
}

static int take_envelope(bytes text, struct arena *a, struct bundle *out, err *e)
{
	struct dsse envelope;

	if (dsse_parse(text, a, &envelope, e) < 0)
		return err_wrap(e, "envelope");
	if (envelope.signatures_len != 1)
		return fault(e, "an envelope with several signatures");
	out->is_envelope = true;
	out->stored = text;
	out->payload = envelope.payload;
	out->payload_type = envelope.payload_type;
	out->signature = envelope.signatures[0].octets;
	return 0;
}

static int take_signature(const struct legacy_parts *parts, struct arena *a, struct bundle *out,
                          err *e)
{
	if (parts->envelope.n > 0)
		return take_envelope(parts->envelope, a, out, e);
	if (base64_decode(bytes_trim(parts->signature), a, &out->signature) && out->signature.n > 0)
		return 0;
	return fault(e, parts->signature.n > 0 ? "a signature that is not base64" : "no signature");
}

int legacy_bundle(const struct legacy_parts *parts, struct arena *a, struct bundle *out, err *e)
{
	*out = (struct bundle){ 0 };
	if (take_signature(parts, a, out, e) < 0)
		return -1;
	if (parts->certificate.n > 0 && take_certificate(parts->certificate, a, out, e) < 0)
		return -1;
	if (parts->log.n > 0 && take_log(parts->log, a, out, e) < 0)
		return -1;
	return parts->timestamp.n > 0 ? take_timestamp(parts->timestamp, a, out, e) : 0;
}

/* -- beside a file ----------------------------------------------------------------------------- */

bool legacy_is_blob(bytes text)
{
	return bytes_starts(bytes_trim(text), BYTES("{")) &&
	       bytes_search(text, BYTES("\"base64Signature\"")) < text.n;
}

int legacy_blob(bytes text, struct arena *a, struct bundle *out, err *e)
{
	struct legacy_parts parts = { 0 };
	struct json_doc doc;

	if (document(text, "bundle", a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc), cert = json_get(root, "cert"), log = json_get(root, "rekorBundle");

	parts.signature = json_bytes(json_get(root, "base64Signature"), a);
	if (json_type(cert) != JSON_NONE && json_bytes(cert, a).n > 0 &&
	    !octets(cert, a, &parts.certificate))
		return fault(e, "a certificate that is not base64");
	if (legacy_bundle(&parts, a, out, e) < 0)
		return -1;
	return json_type(log) == JSON_OBJECT ? read_log(log, a, out, e) : 0;
}

/* -- simple signing ---------------------------------------------------------------------------- */

/* Go takes a member whose case differs for the same one, and of several the last: what one reader
 * believes another would not. */
static bool is_clear(json root, json critical, struct arena *a)
{
	static const char *const of_root[] = { "critical", "optional", NULL };
	static const char *const of_critical[] = { "identity", "image", "type", NULL };
	static const char *const of_identity[] = { REFERENCE, NULL };
	static const char *const of_image[] = { IMAGE_DIGEST, NULL };

	return json_is_clear(root, of_root, a) && json_is_clear(critical, of_critical, a) &&
	       json_is_clear(json_get(critical, "identity"), of_identity, a) &&
	       json_is_clear(json_get(critical, "image"), of_image, a);
}

int legacy_payload(bytes text, struct arena *a, struct legacy_payload *out, err *e)
{
	struct json_doc doc;

	*out = (struct legacy_payload){ 0 };
	if (text.n > LIMIT_SIMPLE_SIGNING)
		return err_set(e, ERR_LIMIT, 0, "a payload of %zu bytes; at most %zu", text.n,
		               LIMIT_SIMPLE_SIGNING);
	if (document(text, "payload", a, &doc, e) < 0)
		return -1;
	json root = json_root(&doc), critical = json_get(root, "critical");
	json image = json_get(json_get(critical, "image"), IMAGE_DIGEST);
	json optional = json_get(root, "optional");

	if (!is_clear(root, critical, a))
		return fault(e, "a payload with a member whose name differs by case alone from one that "
		                "counts: others read it otherwise");
	if (json_type(image) != JSON_STRING)
		return fault(e, "a payload without the digest of an image");
	if (!bytes_is(json_bytes(json_get(critical, "type"), a), SIMPLE_SIGNING))
		return fault(e, "a payload that is no signature of an image");
	if (digest_parse(json_bytes(image, a), &out->image, e) < 0)
		return err_wrap(e, "payload");
	out->reference = json_bytes(json_get(json_get(critical, "identity"), REFERENCE), a);
	if (json_type(optional) == JSON_OBJECT)
		out->optional = json_raw(optional);
	return 0;
}
