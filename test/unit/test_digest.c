/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include "unit.h"

/* NIST, "SHA Test Vectors" (FIPS 180-4 examples): one block, two blocks, the empty message. */
static const struct {
	enum digest_algorithm algorithm;
	bytes message;
	const char *text;
} vectors[] = {
	{ DIGEST_SHA256, BYTES_INIT(""),
	  "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ DIGEST_SHA256, BYTES_INIT("abc"),
	  "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ DIGEST_SHA256, BYTES_INIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
	  "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ DIGEST_SHA512, BYTES_INIT(""),
	  "sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
	  "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
	{ DIGEST_SHA512, BYTES_INIT("abc"),
	  "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	{ DIGEST_SHA512,
	  BYTES_INIT("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	             "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
	  "sha512:8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
	  "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909" },
};

static void vectors_hold_in_one_call_and_in_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct hasher *h = hasher_new(vectors[i].algorithm);
		digest whole = digest_of(vectors[i].algorithm, vectors[i].message);

		assert_string_equal(DIGEST_TEXT(&whole), vectors[i].text);
		for (size_t cut = 0; cut <= vectors[i].message.n; cut++) {
			hasher_reset(h);
			hasher_update(h, bytes_slice(vectors[i].message, 0, cut));
			hasher_update(h, bytes_skip(vectors[i].message, cut));
			digest d = hasher_final(h);

			assert_string_equal(DIGEST_TEXT(&d), vectors[i].text);
			assert_true(digest_equal(&d, &whole));
		}
		hasher_free(h);
	}
}

/* FIPS 180-4 example: one million times "a". */
static void a_million_letters(void **state)
{
	(void)state;
	struct hasher *h = hasher_new(DIGEST_SHA256);
	char thousand[1000];

	memset(thousand, 'a', sizeof(thousand));
	for (int i = 0; i < 1000; i++)
		hasher_update(h, bytes_of(thousand, sizeof(thousand)));
	digest d = hasher_final(h);

	assert_string_equal(DIGEST_TEXT(&d),
	                    "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	hasher_free(h);
	hasher_free(NULL);
}

static void text_is_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		err e = { 0 };
		digest d, made = digest_of(vectors[i].algorithm, vectors[i].message);

		assert_int_equal(digest_parse(bytes_str(vectors[i].text), &d, &e), 0);
		assert_int_equal(digest_size(&d), vectors[i].algorithm == DIGEST_SHA256 ? 32 : 64);
		assert_true(digest_equal(&d, &made));
	}
}

static void other_text_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"sha256:",
		"sha256",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85",   /* short */
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8555", /* long */
		"sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",  /* upper case */
		"sha256:g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"sha384:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		" sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"sha256:../../../../etc/passwd\x1b[2J",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		digest d = { .algorithm = DIGEST_NONE };
		err e = { 0 };

		assert_int_equal(digest_parse(bytes_str(bad[i]), &d, &e), -1);
		assert_null(strchr(e.text, '\x1b'));
		assert_failed(&e, ERR_FORMAT);
		assert_int_equal(d.algorithm, DIGEST_NONE);
	}
}

static void none_equals_nothing(void **state)
{
	(void)state;
	digest none = { .algorithm = DIGEST_NONE }, a = digest_of(DIGEST_SHA256, BYTES("a"));
	digest b = a;

	assert_false(digest_equal(&none, &none));
	assert_false(digest_equal(&none, &a));
	assert_true(digest_equal(&a, &b));
	b.value[31] ^= 1;
	assert_false(digest_equal(&a, &b));
	b = a;
	b.algorithm = DIGEST_SHA512;
	assert_false(digest_equal(&a, &b));
	assert_int_equal(digest_size(&none), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_hold_in_one_call_and_in_pieces),
		cmocka_unit_test(a_million_letters),
		cmocka_unit_test(text_is_read_back),
		cmocka_unit_test(other_text_is_refused),
		cmocka_unit_test(none_equals_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
