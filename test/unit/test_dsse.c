/* SPDX-License-Identifier: Apache-2.0 */
/* Envelopes: vectors with known verdicts over keys of RFC 8032, what a strict reader refuses. */
#include "trust/dsse.h"

#include "base/base64.h"
#include "base/text.h"
#include "catalog_fixture.h"

#define LITTLE "{\"payload\":\"aGk=\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AAA=\"}]}"

static struct arena arena;

/* RFC 8410 §4: an Ed25519 key as SubjectPublicKeyInfo. */
static struct public_key *ed25519(bytes hex)
{
	uint8_t der[44] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
	struct public_key *key;
	err e = { 0 };

	assert_true(text_from_hex(hex, der + 12, 32));
	assert_int_equal(public_key_read(bytes_of(der, sizeof(der)), &key, &e), 0);
	return key;
}

static bool is_supported(json vector, bytes type)
{
	json list = json_get(vector, "supportedPayloadTypes");

	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		if (bytes_equal(json_bytes(v, &arena), type))
			return true;
	return false;
}

static bool accepts(json vector, json keys, struct dsse *out)
{
	const struct public_key *trusted[8];
	json names = json_get(vector, "trustedKeys");
	uint64_t threshold = 0;
	size_t n = 0;
	err e = { 0 };

	if (dsse_read(json_get(vector, "envelope"), &arena, out, &e) < 0)
		return false;
	for (json v = json_first(names); json_type(v) != JSON_NONE; v = json_next(v)) {
		json key = json_get(keys, arena_str(&arena, json_bytes(v, &arena)));

		trusted[n++] = ed25519(json_bytes(json_get(key, "public"), &arena));
	}
	assert_true(json_u64(json_get(vector, "threshold"), &threshold));
	bool holds = is_supported(vector, out->payload_type) &&
	             dsse_verify(out, trusted, n, (size_t)threshold, &arena, &e) == 0;

	while (n > 0)
		public_key_free((struct public_key *)(uintptr_t)trusted[--n]);
	return holds;
}

static void vectors(void **state)
{
	char *text = fixture_shared("sigstore/dsse/vectors.json");
	struct json_doc doc;
	size_t seen = 0, wrong = 0;
	err e = { 0 };

	(void)state;
	if (!text)
		skip();
	assert_int_equal(json_parse(bytes_str(text), &arena, &doc, &e), 0);
	json list = json_get(json_root(&doc), "vectors"), keys = json_get(json_root(&doc), "keys");

	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v), seen++) {
		bool want = bytes_is(json_bytes(json_get(v, "expect"), &arena), "accept");
		buf pae = BUF_INIT(4096);
		struct dsse d;

		if (accepts(v, keys, &d) != want) {
			print_error("%s\n", arena_str(&arena, json_bytes(json_get(v, "id"), &arena)));
			wrong++;
		}
		if (d.signatures_len > 0) {
			text_hex(&pae, dsse_pae(d.payload_type, d.payload, &arena));
			assert_true(bytes_equal(buf_bytes(&pae), json_bytes(json_get(v, "pae"), &arena)));
		}
		buf_done(&pae);
	}
	assert_int_equal(wrong, 0);
	assert_true(seen >= 8);
	free(text);
	arena_done(&arena);
}

/* -- keys that are made here ------------------------------------------------------------------- */

struct signer {
	struct private_key *key;
	const struct public_key *public;
};

static struct signer signer_of(enum key_kind kind)
{
	struct signer s;
	err e = { 0 };

	assert_int_equal(private_key_new(kind, &s.key, &e), 0);
	s.public = private_key_public(s.key);
	return s;
}

static bytes signature_of(const struct signer *s, bytes message)
{
	struct key_message m = { message, NULL };
	bytes out;
	err e = { 0 };

	assert_int_equal(private_key_sign(s->key, public_key_hash(s->public), &m, &arena, &out, &e), 0);
	return out;
}

static bytes base64(bytes b)
{
	return base64_encode(b, &arena);
}

static struct dsse envelope(const bytes *signatures, size_t n)
{
	buf text = BUF_INIT(65536);
	struct dsse d;
	err e = { 0 };

	buf_put(&text, BYTES("{\"payloadType\":\"t\",\"payload\":\"aGk=\",\"signatures\":["));
	for (size_t i = 0; i < n; i++) {
		buf_put(&text, bytes_str(i > 0 ? ",{\"sig\":\"" : "{\"sig\":\""));
		buf_put(&text, base64(signatures[i]));
		buf_put(&text, BYTES("\"}"));
	}
	buf_put(&text, BYTES("]}"));
	assert_int_equal(dsse_parse(arena_bytes(&arena, buf_bytes(&text)), &arena, &d, &e), 0);
	buf_done(&text);
	return d;
}

static bool holds(const struct dsse *d, const struct public_key *const *keys, size_t n,
                  size_t least)
{
	err e = { 0 };

	return dsse_verify(d, keys, n, least, &arena, &e) == 0;
}

/* One key is one voice: however often it signed, and however often it is trusted. */
static void thresholds(void **state)
{
	struct signer a = signer_of(KEY_P256), b = signer_of(KEY_ED25519), c = signer_of(KEY_P384);
	const struct public_key *ab[] = { a.public, b.public }, *aa[] = { a.public, a.public };
	bytes pae = dsse_pae(BYTES("t"), BYTES("hi"), &arena);
	bytes by_a = signature_of(&a, pae), by_b = signature_of(&b, pae), by_c = signature_of(&c, pae);
	struct dsse one = envelope((bytes[]){ by_a }, 1), two = envelope((bytes[]){ by_a, by_a }, 2);
	struct dsse both = envelope((bytes[]){ by_b, by_a }, 2);
	struct dsse mixed = envelope((bytes[]){ by_c, by_a }, 2), other = envelope(&by_c, 1);

	(void)state;
	assert_true(holds(&one, ab, 2, 1));
	assert_false(holds(&one, ab, 2, 2));
	assert_false(holds(&two, ab, 2, 2));
	assert_false(holds(&two, aa, 2, 2));
	assert_true(holds(&both, ab, 2, 2));
	assert_true(holds(&mixed, ab, 2, 1));
	assert_false(holds(&mixed, ab, 2, 2));
	assert_false(holds(&other, ab, 2, 1));
	assert_false(holds(&both, ab, 2, 0));
	assert_false(holds(&both, ab, 0, 1));
	private_key_free(a.key);
	private_key_free(b.key);
	private_key_free(c.key);
	arena_done(&arena);
}

/* -- raw numbers ------------------------------------------------------------------------------- */

/* take_number(der, to, size): an INTEGER, right-aligned. */
static void take_number(bytes *der, uint8_t *to, size_t size)
{
	uint8_t tag = 0, n = 0;
	bytes number;

	assert_true(bytes_take_u8(der, &tag) && tag == 2 && bytes_take_u8(der, &n));
	assert_true(bytes_take(der, n, &number));
	while (number.n > size)
		number = bytes_skip(number, 1);
	memset(to, 0, size);
	memcpy(to + size - number.n, number.p, number.n);
}

static void raw_of(bytes der, uint8_t *to, size_t size)
{
	uint8_t tag = 0, n = 0;

	assert_true(bytes_take_u8(&der, &tag) && tag == 0x30 && bytes_take_u8(&der, &n));
	if (n == 0x81)
		assert_true(bytes_take_u8(&der, &n));
	take_number(&der, to, size);
	take_number(&der, to + size, size);
}

/* IEEE P1363, many times: numbers with leading zeros and with a leading bit come by. */
static void raw_numbers(void **state)
{
	static const struct {
		enum key_kind kind;
		size_t size;
	} curves[] = { { KEY_P256, 32 }, { KEY_P384, 48 }, { KEY_P521, 66 } };
	uint8_t raw[132];

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct signer s = signer_of(curves[k].kind);

		for (int i = 0; i < 300; i++) {
			raw_of(signature_of(&s, BYTES("hi")), raw, curves[k].size);
			assert_true(dsse_signs(bytes_of(raw, 2 * curves[k].size), s.public, BYTES("hi")));
			assert_false(dsse_signs(bytes_of(raw, 2 * curves[k].size), s.public, BYTES("ho")));
			assert_false(dsse_signs(bytes_of(raw, 2 * curves[k].size - 1), s.public, BYTES("hi")));
		}
		memset(raw, 0, sizeof(raw));
		assert_false(dsse_signs(bytes_of(raw, 2 * curves[k].size), s.public, BYTES("hi")));
		private_key_free(s.key);
		arena_done(&arena);
	}
}

/* -- reading ----------------------------------------------------------------------------------- */

static void strictness(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"null",
		LITTLE "x",
		"{\"payload\":\"aGk=\",\"payloadType\":\"t\"}",
		"{\"payload\":\"aGk=\",\"payloadType\":\"t\",\"signatures\":[]}",
		"{\"payload\":\"aGk=\",\"payloadType\":\"t\",\"signatures\":{}}",
		"{\"payload\":\"aGk=\",\"payloadType\":\"t\",\"signatures\":[{}]}",
		"{\"payload\":\"aGk=\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":1}]}",
		"{\"payload\":\"aGk=\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"a b\"}]}",
		"{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA\",\"keyid\":1}]}",
		"{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA\",\"sig\":\"AA\"}]}",
		"{\"payload\":\"?\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA\"}]}",
		"{\"payload\":1,\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA\"}]}",
		"{\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA\"}]}",
		"{\"payload\":\"aGk=\",\"payloadType\":1,\"signatures\":[{\"sig\":\"AA\"}]}",
		"{\"payload\":\"aGk=\",\"signatures\":[{\"sig\":\"AA\"}]}",
		"{\"payload\":\"\",\"payload\":\"\",\"payloadType\":\"\",\"signatures\":[{\"sig\":\"\"}]}",
	};
	struct dsse d;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (dsse_parse(bytes_str(bad[i]), &arena, &d, &e) == 0)
			print_error("%s\n", bad[i]);
		assert_failed(&e, ERR_FORMAT);
	}
	assert_int_equal(dsse_parse(BYTES(LITTLE), &arena, &d, &e), 0);
	assert_bytes(d.payload, "hi");
	assert_bytes(d.payload_type, "t");
	/* What the specification does not name is passed over; a key id may be null. */
	assert_int_equal(
		dsse_parse(BYTES("{\"payload\":\"\",\"payloadType\":\"\",\"more\":[],\"signatures\":"
	                     "[{\"sig\":\"-_A\",\"keyid\":null,\"cert\":\"C\",\"x\":1}]}"),
	               &arena, &d, &e),
		0);
	assert_int_equal(d.payload.n, 0);
	assert_bytes(d.signatures[0].certificate, "C");
	arena_done(&arena);
}

static void limits(void **state)
{
	buf text = BUF_INIT(65536);
	struct dsse d;
	err e = { 0 };

	(void)state;
	buf_put(&text, BYTES("{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"\"}"));
	for (int i = 0; i < 32; i++)
		buf_put(&text, BYTES(",{\"sig\":\"\"}"));
	buf_put(&text, BYTES("]}"));
	assert_int_equal(dsse_parse(buf_bytes(&text), &arena, &d, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	buf_done(&text);
	arena_done(&arena);
}

/* A NUL in a type must not shorten what is signed. */
static void nul_in_type(void **state)
{
	bytes pae = dsse_pae(bytes_of("a\0b", 3), BYTES("x"), &arena);

	(void)state;
	assert_int_equal(pae.n, 16);
	assert_memory_equal(pae.p, "DSSEv1 3 a\0b 1 x", 16);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),    cmocka_unit_test(thresholds), cmocka_unit_test(raw_numbers),
		cmocka_unit_test(strictness), cmocka_unit_test(limits),     cmocka_unit_test(nul_in_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
