/* SPDX-License-Identifier: Apache-2.0 */
/* What cosign 1 and 2 wrote. The payloads are those of its specs/SIGNATURE_SPEC.md, with the digest
 * spelled as its programs do. */
#include "trust/legacy.h"

#include "base/base64.h"
#include "unit.h"

#define HEX "87ef60f558bad79beea6425a3b28989f01dd417164150ab3baab98dcbf04def8"
#define TYPE "\"type\":\"cosign container image signature\""
#define IMAGE "\"image\":{\"docker-manifest-digest\":\"sha256:" HEX "\"}"
#define NAME "\"identity\":{\"docker-reference\":\"testing/manifest\"}"

static struct arena arena;

static int read_payload(const char *text, struct legacy_payload *out, err *e)
{
	*e = (err){ 0 };
	return legacy_payload(bytes_str(text), &arena, out, e);
}

static void payloads(void **state)
{
	struct legacy_payload p;
	err e;

	(void)state;
	assert_int_equal(
		read_payload("{\"critical\":{" NAME "," IMAGE "," TYPE "},\"optional\":null}", &p, &e), 0);
	assert_true(bytes_is(p.reference, "testing/manifest"));
	assert_string_equal(DIGEST_TEXT(&p.image), "sha256:" HEX);
	assert_int_equal(p.optional.n, 0);
	assert_int_equal(
		read_payload("{\"critical\":{" IMAGE "," TYPE "},\"optional\":{\"a\":\"b\"}}", &p, &e), 0);
	assert_true(bytes_is(p.optional, "{\"a\":\"b\"}"));
}

static void payloads_that_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{}",
		"{\"critical\":{" IMAGE "}}",
		/* another type; another digest; no digest */
		"{\"critical\":{" IMAGE ",\"type\":\"atomic container signature\"}}",
		"{\"critical\":{\"image\":{\"docker-manifest-digest\":\"sha256:00\"}," TYPE "}}",
		"{\"critical\":{\"image\":{}," TYPE "}}",
		/* Go would take the second of these: each says another digest than it says to us */
		"{\"critical\":{\"image\":{\"docker-manifest-digest\":\"sha256:" HEX
		"\",\"Docker-Manifest-Digest\":\"sha256:" HEX "\"}," TYPE "}}",
		"{\"critical\":{\"image\":{\"Docker-manifest-digest\":\"sha256:" HEX "\"}," TYPE "}}",
		"{\"critical\":{" IMAGE ",\"Image\":{}," TYPE "}}",
		"{\"critical\":{" IMAGE "," TYPE "},\"Critical\":{}}",
		"{\"critical\":{" IMAGE "," TYPE "},\"optional\":{\"a\":\"b\"},\"Optional\":{\"a\":\"c\"}}",
		"{\"critical\":{" NAME "," IMAGE "," TYPE ",\"Identity\":{}}}",
		/* U+212A, which folds to a k */
		"{\"critical\":{\"image\":{\"docker-manifest-digest\":\"sha256:" HEX
		"\",\"doc\u212aer-manifest-digest\":\"sha256:" HEX "\"}," TYPE "}}",
		"{\"critical\":{" IMAGE "," IMAGE "," TYPE "}}",
		"{\"critical\":{" IMAGE "," TYPE "}} ,",
	};
	struct legacy_payload p;
	err e;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(read_payload(texts[i], &p, &e), -1);
		assert_int_equal(e.kind, ERR_FORMAT);
	}
}

static int read_parts(struct legacy_parts parts, struct bundle *out, err *e)
{
	*e = (err){ 0 };
	return legacy_bundle(&parts, &arena, out, e);
}

#define LOG(body) \
	"{\"SignedEntryTimestamp\":\"AQID\",\"Payload\":{\"body\":\"" body \
	"\",\"integratedTime\":1700000000,\"logIndex\":7,\"logID\":\"" HEX "\"}}"
/* {"kind":"hashedrekord","apiVersion":"0.0.1"} */
#define BODY "eyJraW5kIjoiaGFzaGVkcmVrb3JkIiwiYXBpVmVyc2lvbiI6IjAuMC4xIn0="

static void parts(void **state)
{
	struct bundle b;
	err e;

	(void)state;
	assert_int_equal(
		read_parts((struct legacy_parts){ .signature = BYTES("AQID\n"), .log = BYTES(LOG(BODY)) },
	               &b, &e),
		0);
	assert_int_equal(b.version, BUNDLE_NONE);
	assert_true(bytes_is(b.signature, "\1\2\3"));
	assert_int_equal(b.entries_len, 1);
	assert_int_equal(b.entries[0].index, 7);
	assert_int_equal(b.entries[0].time, 1700000000);
	assert_int_equal(b.entries[0].log_id.n, 32);
	assert_true(bytes_is(b.entries[0].kind, "hashedrekord"));
	assert_true(bytes_is(b.entries[0].version, "0.0.1"));
	assert_int_equal(
		read_parts(
			(struct legacy_parts){
				.envelope = BYTES("{\"payloadType\":\"t\",\"payload\":\"AQID\","
	                              "\"signatures\":[{\"keyid\":\"\",\"sig\":\"AQID\"}]}") },
			&b, &e),
		0);
	assert_true(b.is_envelope && bytes_is(b.payload, "\1\2\3") && b.stored.n > 0);
}

static void parts_that_are_refused(void **state)
{
	static const struct legacy_parts all[] = {
		{ .signature = BYTES_INIT("") },
		{ .signature = BYTES_INIT("*") },
		{ .signature = BYTES_INIT("AQID"), .log = BYTES_INIT("{}") },
		{ .signature = BYTES_INIT("AQID"), .log = BYTES_INIT(LOG("")) },
		{ .signature = BYTES_INIT("AQID"), .log = BYTES_INIT(LOG("AQID")) },
		{ .signature = BYTES_INIT("AQID"), .timestamp = BYTES_INIT("{}") },
		{ .signature = BYTES_INIT("AQID"), .certificate = BYTES_INIT("AQID") },
		{ .signature = BYTES_INIT("AQID"),
		  .certificate = BYTES_INIT(
			  "-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----\n") },
		{ .envelope = BYTES_INIT(
			  "{\"payloadType\":\"t\",\"payload\":\"AQID\",\"signatures\":[]}") },
		{ .envelope = BYTES_INIT("{\"payloadType\":\"t\",\"payload\":\"AQID\",\"signatures\":["
		                         "{\"sig\":\"AQID\"},{\"sig\":\"AQID\"}]}") },
	};
	struct bundle b;
	err e;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		assert_int_equal(read_parts(all[i], &b, &e), -1);
		assert_int_equal(e.kind, ERR_FORMAT);
	}
}

static void documents_beside_files(void **state)
{
	bytes text = BYTES(
		"{\"base64Signature\":\"AQID\",\"cert\":\"\",\"rekorBundle\":" LOG(BODY) "}");
	bytes pem = base64_encode(BYTES("-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----\n"),
	                          &arena);
	struct bundle b;
	err e = { 0 };

	(void)state;
	assert_true(legacy_is_blob(text));
	assert_false(legacy_is_blob(BYTES("{\"mediaType\":\"x\"}")));
	assert_int_equal(legacy_blob(text, &arena, &b, &e), 0);
	assert_int_equal(b.entries_len, 1);
	text = bytes_str(
		arena_printf(&arena, "{\"base64Signature\":\"AQID\",\"cert\":\"" PRIb "\"}", BYTESF(pem)));
	assert_int_equal(legacy_blob(text, &arena, &b, &e), -1);
	assert_int_equal(e.kind, ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payloads),
		cmocka_unit_test(payloads_that_are_refused),
		cmocka_unit_test(parts),
		cmocka_unit_test(parts_that_are_refused),
		cmocka_unit_test(documents_beside_files),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return failed;
}
