/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dsse.h"

#include "base/limits.h"
#include "base/text.h"
#include "trust/protojson.h"

#include <string.h>

bytes dsse_pae(bytes type, bytes payload, struct arena *a)
{
	bytes start = bytes_str(arena_printf(a, "DSSEv1 %zu ", type.n));
	bytes middle = bytes_str(arena_printf(a, " %zu ", payload.n));
	const bytes parts[] = { start, type, middle, payload };
	uint8_t *text = arena_alloc(a, start.n + type.n + middle.n + payload.n);
	size_t n = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (parts[i].n > 0)
			memcpy(text + n, parts[i].p, parts[i].n);
		n += parts[i].n;
	}
	return bytes_of(text, n);
}

/* -- reading ----------------------------------------------------------------------------------- */

static int fault(err *e, const char *why)
{
	return err_set(e, ERR_FORMAT, 0, "envelope: %s", why);
}

/* text_of(v, a, out): a text, or nothing. */
static bool text_of(json v, struct arena *a, bytes *out)
{
	*out = (bytes){ 0 };
	return json_type(v) == JSON_NONE || json_type(v) == JSON_NULL || json_str(v, a, out);
}

static int read_signature(json v, struct arena *a, struct dsse_signature *out, err *e)
{
	json octets = json_get(v, "sig");

	if (json_type(octets) != JSON_STRING || !protojson_octets(octets, a, &out->octets))
		return fault(e, "a signature without 'sig' in base64");
	if (!text_of(json_get(v, "keyid"), a, &out->key_id) ||
	    !text_of(json_get(v, "cert"), a, &out->certificate))
		return fault(e, "'keyid' or 'cert' is no text");
	return 0;
}

int dsse_read(json v, struct arena *a, struct dsse *out, err *e)
{
	json payload = json_get(v, "payload"), list = json_get(v, "signatures");

	*out = (struct dsse){ 0 };
	if (json_type(v) != JSON_OBJECT)
		return fault(e, "no object");
	if (json_type(payload) != JSON_STRING || !protojson_octets(payload, a, &out->payload))
		return fault(e, "no 'payload' in base64");
	if (!json_str(json_get(v, "payloadType"), a, &out->payload_type))
		return fault(e, "no 'payloadType'");
	if (json_type(list) != JSON_ARRAY || json_count(list) == 0)
		return fault(e, "no signature");
	if (json_count(list) > LIMIT_BUNDLE_ITEMS)
		return err_set(e, ERR_LIMIT, 0, "envelope: %zu signatures; at most %d", json_count(list),
		               LIMIT_BUNDLE_ITEMS);
	out->signatures = arena_array(a, struct dsse_signature, json_count(list));
	for (json s = json_first(list); json_type(s) != JSON_NONE; s = json_next(s))
		if (read_signature(s, a, &out->signatures[out->signatures_len++], e) < 0)
			return -1;
	return 0;
}

int dsse_parse(bytes text, struct arena *a, struct dsse *out, err *e)
{
	struct json_doc *doc = arena_new(a, struct json_doc);

	*out = (struct dsse){ 0 };
	if (text.n > LIMIT_BUNDLE)
		return err_set(e, ERR_LIMIT, 0, "an envelope of %zu octets; at most %zu", text.n,
		               LIMIT_BUNDLE);
	if (json_parse(text, a, doc, e) < 0)
		return err_wrap(e, "envelope");
	return dsse_read(json_root(doc), a, out, e);
}

/* -- signatures -------------------------------------------------------------------------------- */

bool dsse_signs(bytes signature, const struct public_key *key, bytes message)
{
	enum key_hash hash = public_key_hash(key);
	struct key_message m = { message, NULL };

	return public_key_verify(key, hash, &m, signature) ||
	       public_key_verify_raw(key, hash, &m, signature);
}

static bool stands_before(const struct public_key *const *keys, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (public_key_equal(keys[k], keys[i]))
			return true;
	return false;
}

static bool is_signed_by(const struct dsse *d, const struct public_key *key, bytes message)
{
	for (size_t i = 0; i < d->signatures_len; i++)
		if (dsse_signs(d->signatures[i].octets, key, message))
			return true;
	return false;
}

int dsse_verify(const struct dsse *d, const struct public_key *const *keys, size_t n,
                size_t threshold, struct arena *a, err *e)
{
	bytes message = dsse_pae(d->payload_type, d->payload, a);
	size_t good = 0;

	for (size_t i = 0; i < n && good < threshold; i++)
		if (!stands_before(keys, i) && is_signed_by(d, keys[i], message))
			good++;
	/* None asked is no answer. */
	if (threshold > 0 && good >= threshold)
		return 0;
	return err_set(e, ERR_UNTRUSTED, 0, "%zu of the trusted keys signed the envelope; %zu must",
	               good, threshold);
}
