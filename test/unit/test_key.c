/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/key.h"

#include "base/text.h"
#include "crypto/pem.h"
#include "crypto/secretbox.h"
#include "unit.h"

static struct arena arena;

static bytes hex(const char *text)
{
	size_t n = strlen(text) / 2;
	uint8_t *p = arena_alloc(&arena, n + 1);

	assert_true(text_from_hex(bytes_str(text), p, n));
	return bytes_of(p, n);
}

static struct public_key *key_of(bytes text)
{
	struct public_key *k;
	err e = { 0 };

	if (public_key_read(text, &k, &e) < 0)
		fail_msg("%s", e.text);
	return k;
}

/* RFC 8410 §4: the octets of an Ed25519 key behind a fixed head. */
static struct public_key *ed25519_of(const char *octets)
{
	return key_of(hex(arena_printf(&arena, "302a300506032b6570032100%s", octets)));
}

/* RFC 8032 §7.1, TEST 3, and §7.3, "abc". */
static const struct {
	enum key_hash hash;
	const char *public, *message, *signature;
} rfc8032[] = {
	{ KEY_HASH_NONE, "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	  "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
	{ KEY_SHA512, "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf", "616263",
	  "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
	  "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406" },
};

static void ed25519_as_the_rfc_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rfc8032) / sizeof(*rfc8032); i++) {
		struct public_key *k = ed25519_of(rfc8032[i].public);
		struct key_message m = { hex(rfc8032[i].message), NULL };
		bytes signature = hex(rfc8032[i].signature), other = arena_bytes(&arena, signature);
		enum key_hash wrong = rfc8032[i].hash == KEY_SHA512 ? KEY_HASH_NONE : KEY_SHA512;

		assert_true(public_key_verify(k, rfc8032[i].hash, &m, signature));
		assert_false(public_key_verify(k, wrong, &m, signature));
		((uint8_t *)(uintptr_t)other.p)[3] ^= 1;
		assert_false(public_key_verify(k, rfc8032[i].hash, &m, other));
		assert_false(public_key_verify(k, rfc8032[i].hash, &m, bytes_slice(signature, 0, 63)));
		public_key_free(k);
	}
}

/* RFC 6979 §A.2.5 and §A.2.6: the points, and the signatures of "sample" as two numbers. */
static const struct {
	enum key_kind kind;
	const char *point, *signature;
} rfc6979[] = {
	{ KEY_P256,
	  "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
	  "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
	  "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
	  "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" },
	{ KEY_P384,
	  "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02"
	  "e06aae5286b300c64def8f0ea9055866064a254515480bc13"
	  "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9"
	  "f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
	  "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa7"
	  "3d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46"
	  "99ef4aeb15f178cea1fe40db2603138f130e740a19624526"
	  "203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8" },
};

static void two_numbers_verify_as_the_rfc_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rfc6979) / sizeof(*rfc6979); i++) {
		struct key_message m = { BYTES("sample"), NULL }, other = { BYTES("simple"), NULL };
		bytes point = hex(rfc6979[i].point), signature = hex(rfc6979[i].signature);
		enum key_kind wrong = rfc6979[i].kind == KEY_P256 ? KEY_P384 : KEY_P256;
		struct public_key *k;
		err e = { 0 };

		assert_int_equal(public_key_raw(rfc6979[i].kind, point, &k, &e), 0);
		enum key_hash hash = public_key_hash(k);

		assert_int_equal(public_key_kind(k), rfc6979[i].kind);
		assert_true(public_key_verify_raw(k, hash, &m, signature));
		assert_false(public_key_verify_raw(k, hash, &other, signature));
		assert_false(public_key_verify_raw(k, hash, &m, bytes_skip(signature, 1)));
		assert_false(public_key_verify(k, hash, &m, signature));
		public_key_free(k);
		assert_int_equal(public_key_raw(wrong, point, &k, &e), -1);
		assert_failed(&e, ERR_FORMAT);
		assert_int_equal(public_key_raw(rfc6979[i].kind, hex(rfc6979[i].signature), &k, &e), -1);
		assert_failed(&e, ERR_FORMAT);
	}
}

static void what_is_signed_verifies(void **state)
{
	static const enum key_kind all[] = { KEY_P256, KEY_P384, KEY_P521, KEY_ED25519 };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct key_message m = { BYTES("message"), NULL }, other = { BYTES("massage"), NULL };
		struct private_key *k, *again;
		bytes signature;
		err e = { 0 };

		assert_int_equal(private_key_new(all[i], &k, &e), 0);
		assert_int_equal(private_key_der(private_key_text(k, &arena), &again, &e), 0);
		const struct public_key *public = private_key_public(again);
		enum key_hash hash = public_key_hash(public);

		assert_true(public_key_equal(public, private_key_public(k)));
		assert_int_equal(public_key_kind(public), all[i]);
		assert_int_equal(private_key_sign(k, hash, &m, &arena, &signature, &e), 0);
		assert_true(public_key_verify(public, hash, &m, signature));
		assert_false(public_key_verify(public, hash, &other, signature));
		struct public_key *read = key_of(public_key_pem(public, &arena));

		assert_true(public_key_equal(read, public));
		public_key_free(read);
		private_key_free(k);
		private_key_free(again);
	}
}

static void a_digest_is_enough_where_it_can_be(void **state)
{
	struct private_key *k;
	digest sha256 = digest_of(DIGEST_SHA256, BYTES("message"));
	digest sha512 = digest_of(DIGEST_SHA512, BYTES("message"));
	struct key_message m = { BYTES("message"), NULL }, known = { .hash = &sha256 },
	                   other = { .hash = &sha512 };
	bytes signature;
	err e = { 0 };

	(void)state;
	assert_int_equal(private_key_new(KEY_P256, &k, &e), 0);
	const struct public_key *public = private_key_public(k);

	assert_int_equal(private_key_sign(k, KEY_SHA256, &known, &arena, &signature, &e), 0);
	assert_true(public_key_verify(public, KEY_SHA256, &m, signature));
	assert_false(public_key_verify(public, KEY_SHA256, &other, signature));
	assert_false(public_key_verify(public, KEY_HASH_NONE, &m, signature));
	private_key_free(k);
	assert_int_equal(private_key_new(KEY_ED25519, &k, &e), 0);
	assert_int_equal(private_key_sign(k, KEY_SHA512, &other, &arena, &signature, &e), -1);
	assert_failed(&e, ERR_USAGE);
	private_key_free(k);
}

static void what_is_no_key_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
		"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
		"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
		"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
		"ssh-ed25519 AAAA",
		"0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct public_key *k;
		err e = { 0 };

		assert_int_equal(public_key_read(bytes_str(bad[i]), &k, &e), -1);
		assert_failed(&e, ERR_FORMAT);
	}
}

static void nothing_may_follow_a_key(void **state)
{
	struct private_key *k;
	struct public_key *out;
	err e = { 0 };

	(void)state;
	assert_int_equal(private_key_new(KEY_P256, &k, &e), 0);
	bytes der = public_key_der(private_key_public(k)), pem = public_key_pem(private_key_public(k),
	                                                                        &arena);
	const char *longer = arena_printf(&arena, PRIb "x", BYTESF(pem));
	uint8_t *p = arena_alloc(&arena, der.n + 1);

	memcpy(p, der.p, der.n);
	p[der.n] = 0;
	assert_int_equal(public_key_read(bytes_of(p, der.n + 1), &out, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	assert_int_equal(public_key_read(bytes_str(longer), &out, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	private_key_free(k);
}

static void a_box_opens_with_its_password_alone(void **state)
{
	struct secretbox box = secretbox_new();
	bytes shut, open;
	err e = { 0 };

	(void)state;
	box.cost = 32768;
	bytes in = BYTES("what is inside");

	assert_int_equal(secretbox_shut(&box, BYTES("a"), in, &arena, &shut, &e), 0);
	assert_int_equal(secretbox_open(&box, BYTES("a"), shut, &arena, &open, &e), 0);
	assert_true(bytes_is(open, "what is inside"));
	assert_int_equal(secretbox_open(&box, BYTES("b"), shut, &arena, &open, &e), -1);
	assert_failed(&e, ERR_UNTRUSTED);
	bytes cut = bytes_slice(shut, 0, 15);

	assert_int_equal(secretbox_open(&box, BYTES("a"), cut, &arena, &open, &e), -1);
	assert_failed(&e, ERR_FORMAT);
	box.cost = 1 << 30;
	assert_int_equal(secretbox_open(&box, BYTES("a"), shut, &arena, &open, &e), -1);
	assert_failed(&e, ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ed25519_as_the_rfc_says),
		cmocka_unit_test(two_numbers_verify_as_the_rfc_says),
		cmocka_unit_test(what_is_signed_verifies),
		cmocka_unit_test(a_digest_is_enough_where_it_can_be),
		cmocka_unit_test(what_is_no_key_is_refused),
		cmocka_unit_test(nothing_may_follow_a_key),
		cmocka_unit_test(a_box_opens_with_its_password_alone),
	};
	int failures = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return failures;
}
