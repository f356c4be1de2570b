/* SPDX-License-Identifier: Apache-2.0 */
/* What services of Sigstore are told and answer: texts alone. The services themselves stand in
 * test/cli/keyless.t and test/interop/keyless.t. */
#include "base/base64.h"
#include "base/text.h"
#include "crypto/timestamp.h"
#include "flow/keyless_own.h"
#include "trust/oidc.h"
#include "trust/public_good.h"
#include "trust/rekor.h"
#include "trust/stamp.h"

#include "catalog_fixture.h"
#include "memory_search.h"

#define TARGETS "sigstore/public-good/targets/"
#define IN_2026 INT64_C(1790000000) /* 2026-09-21 */
#define IN_2024 INT64_C(1710000000)

static struct arena arena;

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

/* -- whom to ask ------------------------------------------------------------------------------- */

static void the_public_services_of_a_day(void **state)
{
	struct signing_config c;
	err e = { 0 };
	size_t n = 0;
	bytes built_in = bytes_of(signing_public_good, signing_public_good_len);

	(void)state;
	assert_int_equal(signing_config_parse(built_in, IN_2026, &arena, &c, &e), 0);
	assert_int_equal(c.authorities.len, 1);
	assert_bytes(c.authorities.items[0].url, "https://fulcio.sigstore.dev");
	assert_int_equal(c.logs.len, 1);
	assert_bytes(c.logs.items[0].url, "https://rekor.sigstore.dev");
	assert_int_equal(c.logs.items[0].version, 1);
	assert_bytes(c.clocks.items[0].url, "https://timestamp.sigstore.dev/api/v1/timestamp");
	/* Before the clock was there. */
	assert_int_equal(signing_config_parse(built_in, IN_2024, &arena, &c, &e), 0);
	assert_int_equal(c.clocks.len, 0);
	char *two = fixture_shared_n(TARGETS "signing_config_rekor_v2.v0.2.json", &n);

	if (!two)
		skip();
	assert_int_equal(signing_config_parse(bytes_of(two, n), IN_2026, &arena, &c, &e), 0);
	assert_bytes(c.logs.items[0].url, "https://log2025-1.rekor.sigstore.dev");
	assert_int_equal(c.logs.items[0].version, 2);
	assert_int_equal(signing_config_parse(bytes_of(two, n), IN_2024, &arena, &c, &e), 0);
	assert_bytes(c.logs.items[0].url, "https://rekor.sigstore.dev");
	free(two);
}

#define VERSION_1 "{\"mediaType\":\"application/vnd.dev.sigstore.signingconfig.v0.1+json\""

/* As scaffolding's script writes it, with addresses of examples. */
static void the_form_before(void **state)
{
	static const char *const bad[] = {
		VERSION_1 "}",
		VERSION_1 ",\"caUrls\":[{\"url\":\"https://ca.example\",\"majorApiVersion\":1}]}",
		VERSION_1 ",\"caUrl\":[\"https://ca.example\"]}",
		VERSION_1 ",\"caUrl\":\"http://ca.example\"}",
		VERSION_1 ",\"tlogUrls\":\"https://log.example\"}",
		VERSION_1 ",\"tlogUrls\":[{\"url\":\"https://log.example\"}]}",
		VERSION_1 ",\"tsaUrls\":[\"\"]}",
	};
	struct signing_config c;
	err e = { 0 };

	(void)state;
	assert_int_equal(
		signing_config_parse(BYTES(VERSION_1 ",\"caUrl\":\"https://ca.example\","
	                                         "\"oidcUrl\":\"https://login.example\","
	                                         "\"tlogUrls\":[\"https://log.example\","
	                                         "\"https://second.example\"]}"),
	                         IN_2026, &arena, &c, &e),
		0);
	assert_int_equal(c.authorities.len, 1);
	assert_bytes(c.authorities.items[0].url, "https://ca.example");
	assert_int_equal(c.logs.len, 1);
	assert_bytes(c.logs.items[0].url, "https://log.example");
	assert_int_equal(c.logs.items[0].version, 1);
	assert_int_equal(c.clocks.len, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(signing_config_parse(bytes_str(bad[i]), IN_2026, &arena, &c, &e), -1);
		err_clear(&e);
	}
}

static void only_tls_or_this_machine(void **state)
{
	static const char *const good[] = { "https://fulcio.example", "http://127.0.0.1:5000",
		                                "http://localhost/x", "http://[::1]:1" };
	static const char *const bad[] = {
		"http://fulcio.example", "http://127.0.0.1.example",       "ftp://x",
		"fulcio.example",        "https://me:word@fulcio.example", ""
	};
	err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_int_equal(signing_url_check(bytes_str(good[i]), &arena, &e), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(signing_url_check(bytes_str(bad[i]), &arena, &e), -1);
		err_clear(&e);
	}
	assert_int_equal(signing_url_check(BYTES("https://a\0.example"), &arena, &e), -1);
}

/* -- tokens ------------------------------------------------------------------------------------ */

static bytes token(const char *claims)
{
	char *letters = arena_str(&arena, base64_encode(bytes_str(claims), &arena));

	letters[strcspn(letters, "=")] = '\0';
	for (char *c = letters; *c; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	return bytes_str(arena_printf(&arena, "e30.%s.c2ln", letters));
}

static void a_token_says_who(void **state)
{
	struct oidc_claims c;
	err e = { 0 };

	(void)state;
	assert_int_equal(oidc_claims_of(token("{\"sub\":\"repo:o/r:ref:refs/heads/main\",\"iss\":"
	                                      "\"https://token.actions.githubusercontent.com\","
	                                      "\"exp\":1790000000}"),
	                                &arena, &c, &e),
	                 0);
	assert_bytes(c.subject, "repo:o/r:ref:refs/heads/main");
	assert_bytes(c.issuer, "https://token.actions.githubusercontent.com");
	assert_int_equal(c.expires, 1790000000);
	/* Fulcio takes the address as the subject, where there is one. */
	assert_int_equal(oidc_claims_of(token("{\"sub\":\"1\",\"iss\":\"i\",\"email\":\"a@b.example\","
	                                      "\"email_verified\":true}"),
	                                &arena, &c, &e),
	                 0);
	assert_bytes(c.subject, "a@b.example");
	/* RFC 7519 §3.1: Joe, of whom no subject is told. */
	assert_int_equal(
		oidc_claims_of(BYTES("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
	                         "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
	                         "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
	                         "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
	                   &arena, &c, &e),
		-1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(
		oidc_claims_of(token("{\"sub\":\"1\",\"sub\":\"2\",\"iss\":\"i\"}"), &arena, &c, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_true(oidc_is_token(BYTES("a.b-_9.c")));
	assert_false(oidc_is_token(BYTES("a.b")));
	assert_false(oidc_is_token(BYTES("a.b.c.d")));
	assert_false(oidc_is_token(BYTES("a..c")));
	assert_false(oidc_is_token(BYTES("./a.b.c")));
}

static void githubs_answer_holds_a_token(void **state)
{
	bytes t;
	err e = { 0 };

	(void)state;
	assert_int_equal(oidc_github_answer(BYTES("{\"count\":1,\"value\":\"a.b.c\"}"), &arena, &t, &e),
	                 0);
	assert_bytes(t, "a.b.c");
	assert_int_equal(oidc_github_answer(BYTES("{\"value\":\"a b c\"}"), &arena, &t, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(oidc_github_answer(BYTES("{}"), &arena, &t, &e), -1);
	assert_failed(&e, ERR_FORMAT);
}

/* A worker that is forked later, or a core file, shall not hold it. */
static void nothing_of_a_token_stays(void **state)
{
	static const size_t sizes[] = { 900, 5000, 60000 };
	uint64_t x = UINT64_C(0x9e3779b97f4a7c15);
	struct private_key *key;
	bytes request;
	err e = { 0 };

	(void)state;
	assert_int_equal(private_key_new(KEY_P256, &key, &e), 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct arena secrets = ARENA_INIT;
		uint8_t *letters = arena_alloc(&secrets, sizes[i]);

		for (size_t at = 0; at < sizes[i]; at++, x = x * UINT64_C(6364136223846793005) + 1)
			letters[at] = (uint8_t)('a' + (x >> 40) % 26);
		const struct memory_needle first = memory_needle_of(letters);
		const struct memory_needle last = memory_needle_of(letters + sizes[i] - MEMORY_NEEDLE);

		assert_int_equal(fulcio_request(bytes_of(letters, sizes[i]), BYTES("me"), key, &secrets,
		                                &request, &e),
		                 0);
		assert_true(bytes_search(request, bytes_of(letters, sizes[i])) < request.n);
		assert_int_equal(memory_holds(&first), 2); /* the token, the request */
		assert_int_equal(memory_holds(&last), 2);
		arena_wipe(&secrets);
		assert_int_equal(memory_holds(&first), 0);
		assert_int_equal(memory_holds(&last), 0);
	}
	private_key_free(key);
}

/* -- time stamps ------------------------------------------------------------------------------- */

/* openssl ts -query -data - -sha256 -cert -no_nonce, of "a signature". */
static void the_query_is_openssls(void **state)
{
	buf hex = BUF_INIT(1024);

	(void)state;
	text_hex(&hex, timestamp_request(BYTES("a signature"), &arena));
	assert_bytes(
		buf_bytes(&hex),
		"30390201013031300d060960864801650304020105000420804d0a048703df86f58c83c1a62fb2db84"
		"d001d9e819bb06bad4435f7f239fd10101ff");
	buf_done(&hex);
}

/* -- logs -------------------------------------------------------------------------------------- */

static void keys_that_no_entry_can_be_of_are_refused(void **state)
{
	struct bundle message = { .signature = BYTES("s") };
	struct bundle envelope = { .signature = BYTES("s"),
		                       .is_envelope = true,
		                       .payload = BYTES("p"),
		                       .payload_type = BYTES("t") };
	struct private_key *key;
	bytes text;
	err e = { 0 };

	(void)state;
	assert_int_equal(private_key_new(KEY_ED25519, &key, &e), 0);
	for (unsigned version = 1; version <= 2; version++) {
		assert_int_equal(
			rekor_request(version, &message, private_key_public(key), &arena, &text, &e), -1);
		assert_failed(&e, ERR_USAGE);
	}
	assert_int_equal(rekor_request(2, &envelope, private_key_public(key), &arena, &text, &e), -1);
	assert_failed(&e, ERR_USAGE);
	assert_int_equal(rekor_request(1, &envelope, private_key_public(key), &arena, &text, &e), 0);
	private_key_free(key);
}

#define PROOF \
	"\"verification\":{\"signedEntryTimestamp\":\"c2V0\",\"inclusionProof\":{" \
	"\"checkpoint\":\"note\",\"hashes\":[\"aa\",\"bb\"],\"logIndex\":3," \
	"\"rootHash\":\"cc\",\"treeSize\":4}}"
#define ENTRY(body, id) \
	"{\"24296f\":{\"body\":\"" body "\",\"integratedTime\":1790000000,\"logID\":\"" id "\"," \
	"\"logIndex\":1003," PROOF "}}"
#define KIND \
	"eyJraW5kIjoiZHNzZSIsImFwaVZlcnNpb24iOiIwLjAuMSJ9" /* {"kind":"dsse","apiVersion":"0.0.1"} */

static void an_entry_of_version_1(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"24296f\":{}}",
		ENTRY("bm8ganNvbg==", "dd"),
		ENTRY("e30=", "dd"),
		ENTRY(KIND, ""),
		ENTRY(KIND, "d"),
		ENTRY(KIND, "DD"),
		ENTRY("*", "dd"),
		"{\"a\":{},\"b\":{}}",
	};
	struct bundle_entry entry;
	err e = { 0 };

	(void)state;
	assert_int_equal(rekor_answer(1, BYTES(ENTRY(KIND, "dd")), &arena, &entry, &e), 0);
	assert_int_equal(entry.index, 1003);
	assert_int_equal(entry.time, 1790000000);
	assert_bytes(entry.kind, "dsse");
	assert_bytes(entry.version, "0.0.1");
	assert_bytes(entry.log_id, "\xdd");
	assert_bytes(entry.promise, "set");
	assert_true(entry.proof.there);
	assert_int_equal(entry.proof.index, 3);
	assert_int_equal(entry.proof.size, 4);
	assert_bytes(entry.proof.root, "\xcc");
	assert_bytes(entry.proof.checkpoint, "note");
	assert_int_equal(entry.proof.hashes_len, 2);
	assert_bytes(entry.proof.hashes[1], "\xbb");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(rekor_answer(1, bytes_str(bad[i]), &arena, &entry, &e), -1);
		assert_failed(&e, ERR_FORMAT);
	}
}

/* -- the worker's answers ---------------------------------------------------------------------- */

static void records_survive_and_cut_ones_are_refused(void **state)
{
	bytes hashes[] = { BYTES("one"), BYTES("two") };
	const struct bundle_entry entry = {
		.index = UINT64_MAX,
		.log_id = BYTES("id"),
		.kind = BYTES("k"),
		.version = BYTES("v"),
		.time = 7,
		.promise = BYTES("p"),
		.body = BYTES("b"),
		.proof = { true, 1, 2, BYTES("r"), hashes, 2, BYTES("c") },
	};
	buf packed = BUF_INIT(1 << 10);
	struct bundle_entry back;

	(void)state;
	keyless_pack_entry(&packed, &entry);
	bytes in = buf_bytes(&packed);

	assert_true(keyless_take_entry(&in, &arena, &back));
	assert_int_equal(back.index, UINT64_MAX);
	assert_int_equal(back.proof.hashes_len, 2);
	assert_bytes(back.proof.hashes[1], "two");
	assert_bytes(back.proof.checkpoint, "c");
	for (size_t cut = 0; cut < packed.n; cut++) {
		in = bytes_slice(buf_bytes(&packed), 0, cut);
		assert_false(keyless_take_entry(&in, &arena, &back));
	}
	buf_putc(&packed, 0);
	in = buf_bytes(&packed);
	assert_false(keyless_take_entry(&in, &arena, &back));
	buf_done(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_public_services_of_a_day),
		cmocka_unit_test(the_form_before),
		cmocka_unit_test(only_tls_or_this_machine),
		cmocka_unit_test(a_token_says_who),
		cmocka_unit_test(githubs_answer_holds_a_token),
		cmocka_unit_test(nothing_of_a_token_stays),
		cmocka_unit_test(the_query_is_openssls),
		cmocka_unit_test(keys_that_no_entry_can_be_of_are_refused),
		cmocka_unit_test(an_entry_of_version_1),
		cmocka_unit_test(records_survive_and_cut_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
