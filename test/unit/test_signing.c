/* SPDX-License-Identifier: Apache-2.0 */
/* What is written when something is signed: key files, payloads, bundles, the tag scheme's
 * manifest. */
#include "base/text.h"
#include "crypto/pem.h"
#include "oci/append.h"
#include "trust/bundle_text.h"
#include "trust/claim.h"
#include "trust/dsse.h"
#include "trust/keyfile.h"
#include "trust/signer.h"
#include "unit.h"

static struct arena arena;

static const char digits[] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

static digest image(void)
{
	return digest_of(DIGEST_SHA256, BYTES("test")); /* `printf test | sha256sum`: the digits */
}

/* -- key files --------------------------------------------------------------------------------- */

static void a_key_file_opens_with_its_password_alone(void **state)
{
	struct private_key *k, *again;
	bytes shut;
	err e = { 0 };

	(void)state;
	assert_int_equal(private_key_new(KEY_P256, &k, &e), 0);
	assert_int_equal(keyfile_shut(k, BYTES("geheim"), &arena, &shut, &e), 0);
	assert_true(bytes_starts(shut, BYTES("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n")));
	assert_true(keyfile_is_shut(shut));
	assert_int_equal(keyfile_open(shut, BYTES("geheim"), &again, &e), 0);
	assert_true(public_key_equal(private_key_public(k), private_key_public(again)));
	private_key_free(again);
	assert_int_equal(keyfile_open(shut, BYTES("Geheim"), &again, &e), -1);
	assert_failed(&e, ERR_UNTRUSTED);
	assert_int_equal(keyfile_open(shut, BYTES(""), &again, &e), -1);
	assert_failed(&e, ERR_UNTRUSTED);

	bytes plain = pem_text("PRIVATE KEY", private_key_text(k, &arena), &arena);

	assert_false(keyfile_is_shut(plain));
	assert_int_equal(keyfile_open(plain, BYTES("whatever"), &again, &e), 0);
	assert_true(public_key_equal(private_key_public(k), private_key_public(again)));
	private_key_free(again);
	private_key_free(k);
}

/* A file with these JSON octets under the label. */
static bytes file_of(const char *text)
{
	return pem_text("ENCRYPTED SIGSTORE PRIVATE KEY", bytes_str(text), &arena);
}

#define SALT "\"salt\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""
#define NONCE "\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""
#define CIPHER(name) "\"cipher\":{\"name\":\"" name "\"," NONCE "}"
#define COSTS(n, r) "\"params\":{\"N\":" n ",\"r\":" r ",\"p\":1}"
#define KDF(name, n, r) "\"kdf\":{\"name\":\"" name "\"," COSTS(n, r) "," SALT "}"
#define TEXT "\"ciphertext\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""

static void another_key_file_is_refused_before_it_costs_anything(void **state)
{
	static const char *const wrong[] = {
		"{" KDF("scrypt", "1073741824", "8") "," CIPHER("nacl/secretbox") "," TEXT "}",
		"{" KDF("scrypt", "65536", "1024") "," CIPHER("nacl/secretbox") "," TEXT "}",
		"{" KDF("argon2", "65536", "8") "," CIPHER("nacl/secretbox") "," TEXT "}",
		"{" KDF("scrypt", "65536", "8") "," CIPHER("aes") "," TEXT "}",
		"{" KDF("scrypt", "65536", "8") "," CIPHER("nacl/secretbox") "}",
		"{" KDF("scrypt", "65536", "8") "," CIPHER("nacl/secretbox") "," TEXT "," TEXT "}",
		"{}",
		"[]",
		"no JSON",
	};
	struct private_key *k;
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(keyfile_open(file_of(wrong[i]), BYTES(""), &k, &e), -1);
		assert_failed(&e, ERR_FORMAT);
	}
	/* The same with all in place has only the wrong password. */
	const char *right = "{" KDF("scrypt", "32768", "8") "," CIPHER("nacl/secretbox") "," TEXT "}";

	assert_int_equal(keyfile_open(file_of(right), BYTES(""), &k, &e), -1);
	assert_failed(&e, ERR_UNTRUSTED);
}

/* -- what is signed ---------------------------------------------------------------------------- */

static void claims_are_cosigns_own_octets(void **state)
{
	struct oci_label pair[] = { { BYTES_INIT("who"), BYTES_INIT("me & \"you\"") } };
	const struct oci_labels none = { 0 }, one = { pair, 1, 1 };
	digest d = image();

	(void)state;
	/* cosign, specs/SIGNATURE_SPEC.md, "Payloads", and what cosign 2 writes. */
	assert_bytes(claim_simple(BYTES("ghcr.io/team/shop"), &d, &none, &arena),
	             arena_printf(&arena,
	                          "{\"critical\":{\"identity\":{\"docker-reference\":"
	                          "\"ghcr.io/team/shop\"},\"image\":{\"docker-manifest-digest\":"
	                          "\"sha256:%s\"},\"type\":\"cosign container image signature\"},"
	                          "\"optional\":null}",
	                          digits));
	assert_bytes(claim_simple(BYTES(""), &d, &one, &arena),
	             arena_printf(&arena,
	                          "{\"critical\":{\"identity\":{\"docker-reference\":\"\"},\"image\":"
	                          "{\"docker-manifest-digest\":\"sha256:%s\"},\"type\":"
	                          "\"cosign container image signature\"},\"optional\":"
	                          "{\"who\":\"me & \\\"you\\\"\"}}",
	                          digits));
	assert_bytes(claim_signed(&d, &none, &arena),
	             arena_printf(&arena,
	                          "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":"
	                          "[{\"digest\":{\"sha256\":\"%s\"}}],\"predicateType\":"
	                          "\"https://sigstore.dev/cosign/sign/v1\",\"predicate\":{}}",
	                          digits));
}

static void predicates_have_their_types_form(void **state)
{
	static const struct {
		const char *type, *content, *predicate; /* NULL: refused */
	} cases[] = {
		{ "custom", "a \"b\"\n",
		  "{\"Data\":\"a \\\"b\\\"\\n\",\"Timestamp\":\"2026-11-22T01:02:03Z\"}" },
		{ "spdx", "SPDXVersion: SPDX-2.3\n", "\"SPDXVersion: SPDX-2.3\\n\"" },
		{ "spdxjson", " {\"a\": 1}\n", "{\"a\": 1}" },
		{ "test-result", "{\"result\":\"PASSED\"}", "{\"result\":\"PASSED\"}" },
		{ "https://example.com/x", "{}", "{}" },
		{ "spdxjson", "{},\"subject\":[]", NULL },
		{ "spdxjson", "{\"a\":1,\"a\":2}", NULL },
		{ "spdxjson", "[]", NULL },
		{ "custom", "\xff", NULL },
	};
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct claim c = { .name = BYTES("shop"), .subject = image(), .now = 1795309323 };

		assert_int_equal(predicate_type_of(cases[i].type, &c.type, &e), 0);
		c.content = bytes_str(cases[i].content);
		if (!cases[i].predicate) {
			assert_int_equal(claim_check(&c, &e), -1);
			assert_failed(&e, ERR_FORMAT);
			continue;
		}
		assert_int_equal(claim_check(&c, &e), 0);
		assert_bytes(claim_statement(&c, &arena),
		             arena_printf(&arena,
		                          "{\"_type\":\"https://in-toto.io/Statement/v1\","
		                          "\"predicateType\":\"%s\",\"subject\":[{\"name\":\"shop\","
		                          "\"digest\":{\"sha256\":\"%s\"}}],\"predicate\":%s}",
		                          c.type.uri, digits, cases[i].predicate));
	}
	struct predicate_type type;

	assert_int_equal(predicate_type_of("spdx-json", &type, &e), -1);
	assert_failed(&e, ERR_USAGE);
	assert_int_equal(predicate_type_of("a b:c", &type, &e), -1);
	assert_failed(&e, ERR_USAGE);
}

/* -- bundles ----------------------------------------------------------------------------------- */

static struct bundle full_bundle(void)
{
	static bytes hashes[] = { BYTES_INIT("hash one"), BYTES_INIT("hash two") };
	static bytes stamps[] = { BYTES_INIT("a stamp") };
	static struct bundle_entry entry = {
		.index = UINT64_C(9007199254740993), /* more than a double holds */
		.log_id = BYTES_INIT("\x01\xff"),
		.kind = BYTES_INIT("hashedrekord"),
		.version = BYTES_INIT("0.0.1"),
		.time = 1700000000,
		.promise = BYTES_INIT("promised"),
		.proof = { .there = true,
		           .index = 7,
		           .size = 9,
		           .root = BYTES_INIT("root"),
		           .hashes = hashes,
		           .hashes_len = 2,
		           .checkpoint = BYTES_INIT("log\n9\nroot\n\n\xe2\x80\x94 log sig\n") },
		.body = BYTES_INIT("{\"body\":1}"),
	};

	return (struct bundle){ .version = BUNDLE_V3,
		                    .certificate = BYTES("a certificate"),
		                    .entries = &entry,
		                    .entries_len = 1,
		                    .timestamps = stamps,
		                    .timestamps_len = 1,
		                    .signature = BYTES("a signature"),
		                    .message_hash = BUNDLE_SHA256,
		                    .message_digest = BYTES("a digest") };
}

/* What is written is read back by the reader that agrees with Sigstore's conformance suite. */
static void a_bundle_reads_as_it_was_written(void **state)
{
	struct bundle b = full_bundle(), r;
	err e = { 0 };

	(void)state;
	assert_int_equal(bundle_parse(bundle_text(&b, &arena), &arena, &r, &e), 0);
	assert_int_equal(r.version, BUNDLE_V3);
	assert_bytes(r.certificate, "a certificate");
	assert_bytes(r.signature, "a signature");
	assert_int_equal(r.message_hash, BUNDLE_SHA256);
	assert_bytes(r.message_digest, "a digest");
	assert_bytes(r.timestamps[0], "a stamp");
	assert_int_equal(r.entries_len, 1);
	assert_true(r.entries[0].index == UINT64_C(9007199254740993));
	assert_true(bytes_equal(r.entries[0].log_id, b.entries[0].log_id));
	assert_bytes(r.entries[0].kind, "hashedrekord");
	assert_int_equal(r.entries[0].time, 1700000000);
	assert_bytes(r.entries[0].promise, "promised");
	assert_int_equal(r.entries[0].proof.index, 7);
	assert_int_equal(r.entries[0].proof.size, 9);
	assert_bytes(r.entries[0].proof.hashes[1], "hash two");
	assert_true(bytes_equal(r.entries[0].proof.checkpoint, b.entries[0].proof.checkpoint));
	assert_bytes(r.entries[0].body, "{\"body\":1}");

	struct bundle key = { .hint = BYTES("hint"),
		                  .signature = BYTES("s"),
		                  .is_envelope = true,
		                  .payload = BYTES("{}"),
		                  .payload_type = BYTES(STATEMENT_MEDIA_TYPE) };

	assert_int_equal(bundle_parse(bundle_text(&key, &arena), &arena, &r, &e), 0);
	assert_bytes(r.hint, "hint");
	assert_bytes(r.payload, "{}");
	assert_bytes(r.payload_type, STATEMENT_MEDIA_TYPE);
	assert_int_equal(r.entries_len, 0);
}

static void an_envelope_is_one(void **state)
{
	struct bundle b = { .signature = BYTES("s"),
		                .is_envelope = true,
		                .payload = BYTES("{}"),
		                .payload_type = BYTES("t") };
	struct dsse d;
	err e = { 0 };

	(void)state;
	assert_bytes(bundle_envelope(&b, &arena),
	             "{\"payloadType\":\"t\",\"payload\":\"e30=\","
	             "\"signatures\":[{\"sig\":\"cw==\"}]}");
	assert_int_equal(dsse_parse(bundle_envelope(&b, &arena), &arena, &d, &e), 0);
	assert_bytes(d.payload, "{}");
	assert_bytes(d.signatures[0].octets, "s");
}

static void annotations_are_those_of_the_tag_scheme(void **state)
{
	struct bundle b = full_bundle();
	struct oci_labels l;
	err e = { 0 };

	(void)state;
	assert_int_equal(bundle_annotations(&b, BYTES("the chain"), &arena, &l, &e), 0);
	assert_bytes(oci_labels_get(&l, "dev.cosignproject.cosign/signature"), "YSBzaWduYXR1cmU=");
	assert_bytes(oci_labels_get(&l, "dev.sigstore.cosign/certificate"),
	             "-----BEGIN CERTIFICATE-----\nYSBjZXJ0aWZpY2F0ZQ==\n-----END CERTIFICATE-----\n");
	assert_bytes(oci_labels_get(&l, "dev.sigstore.cosign/chain"), "the chain");
	assert_bytes(oci_labels_get(&l, "dev.sigstore.cosign/bundle"),
	             "{\"SignedEntryTimestamp\":\"cHJvbWlzZWQ=\",\"Payload\":{\"body\":"
	             "\"eyJib2R5IjoxfQ==\",\"integratedTime\":1700000000,\"logIndex\":9007199254740993,"
	             "\"logID\":\"01ff\"}}");
	assert_bytes(oci_labels_get(&l, "dev.sigstore.cosign/rfc3161timestamp"),
	             "{\"SignedRFC3161Timestamp\":\"YSBzdGFtcA==\"}");

	struct bundle_entry silent = b.entries[0];

	silent.promise = BYTES("");
	b.entries = &silent;
	assert_int_equal(bundle_annotations(&b, BYTES(""), &arena, &l, &e), -1);
	assert_failed(&e, ERR_USAGE);
	b.entries_len = 0;
	b.is_envelope = true;
	assert_int_equal(bundle_annotations(&b, BYTES(""), &arena, &l, &e), -1);
	assert_failed(&e, ERR_USAGE);
}

/* -- who signs --------------------------------------------------------------------------------- */

/* What cosign 2.5 signs without a log, what logs of version 1 and 2 take. */
static void every_kind_of_key_signs_both(void **state)
{
	static const struct {
		enum key_kind kind;
		enum key_hash message[3], envelope[3]; /* by the log's version */
	} kinds[] = { { KEY_P256,
		            { KEY_SHA256, KEY_SHA256, KEY_SHA256 },
		            { KEY_SHA256, KEY_SHA256, KEY_SHA256 } },
		          { KEY_P384,
		            { KEY_SHA256, KEY_SHA256, KEY_SHA384 },
		            { KEY_SHA256, KEY_SHA256, KEY_SHA384 } },
		          { KEY_P521,
		            { KEY_SHA256, KEY_SHA256, KEY_SHA512 },
		            { KEY_SHA256, KEY_SHA256, KEY_SHA512 } },
		          { KEY_ED25519,
		            { KEY_HASH_NONE, KEY_SHA512, KEY_SHA512 },
		            { KEY_HASH_NONE, KEY_HASH_NONE, KEY_HASH_NONE } } };
	const struct key_message text = { BYTES("what is signed"), NULL };
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct private_key *k;
		struct signer s;
		bytes signature;

		assert_int_equal(private_key_new(kinds[i].kind, &k, &e), 0);
		signer_of_key(k, &s);
		for (unsigned log = 0; log < 3; log++) {
			assert_int_equal(signer_hash(&s, true, log), kinds[i].message[log]);
			assert_int_equal(signer_hash(&s, false, log), kinds[i].envelope[log]);
			assert_int_equal(
				signer_sign(&s, kinds[i].message[log], &text, &arena, &signature, &e), 0);
			assert_true(public_key_verify(s.public, kinds[i].message[log], &text, signature));
		}
		s.program = "of a service";
		assert_int_equal(signer_hash(&s, true, 0), public_key_hash(s.public));
		s.program = NULL;
		signer_done(&s);
	}
}

/* -- the tag scheme's manifest ----------------------------------------------------------------- */

#define ENTRY "{\"mediaType\": \"m\", \"digest\": \"sha256:%s\", \"size\": 1}"

static bytes entry_of(char c, digest *out)
{
	char hex[65] = { 0 };
	err e = { 0 };

	memset(hex, c, 64);
	assert_int_equal(digest_parse(bytes_str(arena_printf(&arena, "sha256:%s", hex)), out, &e), 0);
	return bytes_str(arena_printf(&arena, ENTRY, hex));
}

static void a_layer_is_appended_and_the_rest_stays(void **state)
{
	static const char old[] =
		"{ \"schemaVersion\" : 2, \"layers\":[ {\"digest\":\"sha256:"
		"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc\", \"x\":1,"
		"\"annotations\":{\"predicateType\":\"p\"}},{\"digest\":\"sha256:"
		"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\"}],\"config\":{},"
		"\"other\": [1] }";
	struct append in = { 0 };
	struct appended out, back;
	buf packed = BUF_INIT(1 << 20);
	err e = { 0 };

	(void)state;
	in.entry = entry_of('a', &in.layer);
	assert_int_equal(append_make(&in, &arena, &out, &e), 0);
	assert_false(out.is_there);
	in.old = out.manifest;
	assert_int_equal(append_make(&in, &arena, &out, &e), 0);
	assert_true(out.is_there);

	in.old = BYTES(old);
	assert_int_equal(append_make(&in, &arena, &out, &e), 0);
	assert_bytes(out.manifest,
	             arena_printf(&arena,
	                          "{ \"schemaVersion\" : 2, \"layers\":[{\"digest\":\"sha256:"
	                          "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc\", "
	                          "\"x\":1,\"annotations\":{\"predicateType\":\"p\"}},"
	                          "{\"digest\":\"sha256:"
	                          "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\"},"
	                          PRIb "],\"config\":{\"mediaType\":"
	                          "\"application/vnd.oci.image.config.v1+json\",\"size\":%zu,"
	                          "\"digest\":\"%s\"},\"other\": [1] }",
	                          BYTESF(in.entry), out.config_text.n,
	                          DIGEST_TEXT(&out.config.digest)));
	appended_pack(&out, &packed);
	assert_int_equal(appended_unpack(buf_bytes(&packed), &arena, &back, &e), 0);
	assert_true(bytes_equal(back.manifest, out.manifest));
	assert_true(digest_equal(&back.config.digest, &out.config.digest));

	in.replace = BYTES("p"); /* the first one goes, the second stays */
	assert_int_equal(append_make(&in, &arena, &out, &e), 0);
	assert_true(bytes_search(out.manifest, BYTES("cccc")) == out.manifest.n);
	assert_true(bytes_search(out.manifest, BYTES("dddd")) < out.manifest.n);
	buf_done(&packed);
}

static void what_is_no_manifest_gets_no_layer(void **state)
{
	static const char *const wrong[] = { "[]", "{}", "{\"config\":{}}", "{\"layers\":[]}",
		                                 "{\"config\":{},\"layers\":{}}",
		                                 "{\"config\":{},\"layers\":[{}]}",
		                                 "{\"config\":{},\"layers\":[],\"layers\":[]}" };
	struct append in = { 0 };
	struct appended out;
	err e = { 0 };

	(void)state;
	in.entry = entry_of('a', &in.layer);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		in.old = bytes_str(wrong[i]);
		assert_int_equal(append_make(&in, &arena, &out, &e), -1);
		assert_failed(&e, ERR_FORMAT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_file_opens_with_its_password_alone),
		cmocka_unit_test(another_key_file_is_refused_before_it_costs_anything),
		cmocka_unit_test(claims_are_cosigns_own_octets),
		cmocka_unit_test(predicates_have_their_types_form),
		cmocka_unit_test(a_bundle_reads_as_it_was_written),
		cmocka_unit_test(an_envelope_is_one),
		cmocka_unit_test(annotations_are_those_of_the_tag_scheme),
		cmocka_unit_test(every_kind_of_key_signs_both),
		cmocka_unit_test(a_layer_is_appended_and_the_rest_stays),
		cmocka_unit_test(what_is_no_manifest_gets_no_layer),
	};
	int failures = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return failures;
}
