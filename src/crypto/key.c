/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/key_own.h"

#include "base/limits.h"
#include "base/text.h"
#include "crypto/pem.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <stdlib.h>
#include <strings.h>

#define ED25519_OCTETS 32

struct public_key {
	EVP_PKEY *pkey;
	enum key_kind kind;
	bytes der; /* OpenSSL's memory */
};

struct private_key {
	struct public_key *public;
};

static const struct {
	const char *curve; /* OpenSSL's name */
	enum key_hash hash;
} kinds[] = {
	[KEY_P256] = { "prime256v1", KEY_SHA256 },
	[KEY_P384] = { "secp384r1", KEY_SHA384 },
	[KEY_P521] = { "secp521r1", KEY_SHA512 },
	[KEY_RSA] = { NULL, KEY_SHA256 },
	[KEY_ED25519] = { NULL, KEY_HASH_NONE },
};

static _Noreturn void no_memory(void)
{
	fputs("oakum: OpenSSL cannot work with keys (out of memory, or a broken openssl.cnf)\n",
	      stderr);
	abort();
}

/* -- reading ----------------------------------------------------------------------------------- */

static enum key_kind kind_of_curve(const EVP_PKEY *pkey)
{
	char name[64];
	size_t n;

	if (EVP_PKEY_get_group_name(pkey, name, sizeof(name), &n) != 1)
		return KEY_NONE;
	for (enum key_kind k = KEY_P256; k <= KEY_P521; k++)
		if (strcmp(name, kinds[k].curve) == 0)
			return k;
	return KEY_NONE;
}

static enum key_kind kind_of(const EVP_PKEY *pkey)
{
	int bits = EVP_PKEY_get_bits(pkey);

	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_EC: return kind_of_curve(pkey);
	case EVP_PKEY_RSA:
		return bits >= LIMIT_RSA_LEAST && bits <= LIMIT_RSA_MOST ? KEY_RSA : KEY_NONE;
	case EVP_PKEY_ED25519: return KEY_ED25519;
	default: return KEY_NONE;
	}
}

int public_key_take(EVP_PKEY *pkey, bytes from, struct public_key **out, err *e)
{
	enum key_kind kind = pkey ? kind_of(pkey) : KEY_NONE;
	unsigned char *der = NULL;

	ERR_clear_error(); /* what was wrong is told below, in the words of who asked */
	if (kind == KEY_NONE) {
		EVP_PKEY_free(pkey);
		return err_set(e, ERR_FORMAT, 0,
		               pkey ? "a kind of key that nobody signs with here: P-256, P-384, P-521, "
		                      "Ed25519 or RSA of 2048 bits and more"
		                    : "no key");
	}
	int n = (int)from.n;

	if (n > 0)
		der = OPENSSL_memdup(from.p, from.n);
	else
		n = i2d_PUBKEY(pkey, &der);
	struct public_key *k = malloc(sizeof(*k));

	if (n <= 0 || !der || !k)
		no_memory();
	*k = (struct public_key){ pkey, kind, bytes_of(der, (size_t)n) };
	*out = k;
	return 0;
}

/* How nearly every SubjectPublicKeyInfo begins (RFC 5480 §2, RFC 8410 §4); a point, uncompressed,
 * or the 32 octets of Ed25519 follow. OpenSSL's own reader takes five times as long. */
#define OID_EC "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
static const struct {
	enum key_kind kind;
	bytes head;
	size_t rest;
	const char *group; /* NULL: Ed25519 */
} plain_keys[] = {
	{ KEY_P256,
	  BYTES_INIT("\x30\x59\x30\x13" OID_EC "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"),
	  65, "P-256" },
	{ KEY_P384,
	  BYTES_INIT("\x30\x76\x30\x10" OID_EC "\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00"),
	  97, "P-384" },
	{ KEY_P521,
	  BYTES_INIT("\x30\x81\x9b\x30\x10" OID_EC "\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00"),
	  133, "P-521" },
	{ KEY_ED25519, BYTES_INIT("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"),
	  ED25519_OCTETS, NULL },
};
#define PLAIN_KEYS (sizeof(plain_keys) / sizeof(*plain_keys))
#define PLAIN_MOST 160 /* octets of a head and what follows */

static EVP_PKEY *of_point(const char *group, bytes point)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point.p,
		                                  point.n),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *pkey = NULL;

	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL; /* no point of the curve */
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

/* plain_public(der): NULL: not of these forms. */
static EVP_PKEY *plain_public(bytes der)
{
	for (size_t i = 0; i < PLAIN_KEYS; i++) {
		bytes rest = der;

		if (!bytes_take_prefix(&rest, plain_keys[i].head) || rest.n != plain_keys[i].rest)
			continue;
		if (!plain_keys[i].group)
			return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, rest.p, rest.n);
		return rest.p[0] == 4 ? of_point(plain_keys[i].group, rest) : NULL;
	}
	return NULL;
}

/* der_public(der): SubjectPublicKeyInfo, or PKCS #1 of RSA. */
static EVP_PKEY *der_public(bytes der)
{
	const unsigned char *p = der.p;
	EVP_PKEY *pkey;

	if (der.n > LIMIT_KEY)
		return NULL;
	pkey = d2i_PUBKEY(NULL, &p, (long)der.n);
	if (!pkey) {
		p = der.p;
		pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long)der.n);
	}
	if (pkey && p == der.p + der.n)
		return pkey;
	EVP_PKEY_free(pkey);
	return NULL;
}

int public_key_read(bytes text, struct public_key **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct pem pem = { .der = text };
	int status = 0;

	if (text.n == 0 || text.n > LIMIT_KEY)
		return err_set(e, ERR_FORMAT, 0, "no key: %zu bytes", text.n);
	if (text.p[0] != 0x30) /* a SEQUENCE */
		status = pem_only(text, &a, &pem, e);
	if (status == 0 && pem.label.n > 0 && !bytes_is(pem.label, "PUBLIC KEY") &&
	    !bytes_is(pem.label, "RSA PUBLIC KEY"))
		status = err_set(e, ERR_FORMAT, 0, "a %s is no public key", SHOW(pem.label));
	EVP_PKEY *plain = status == 0 ? plain_public(pem.der) : NULL;

	if (plain)
		status = public_key_take(plain, pem.der, out, e);
	else if (status == 0)
		status = public_key_take(der_public(pem.der), bytes_of(NULL, 0), out, e);
	arena_done(&a);
	return status;
}

int public_key_raw(enum key_kind kind, bytes octets, struct public_key **out, err *e)
{
	for (size_t i = 0; i < PLAIN_KEYS; i++) {
		bytes head = plain_keys[i].head;
		uint8_t der[PLAIN_MOST];

		if (plain_keys[i].kind != kind || plain_keys[i].rest != octets.n)
			continue;
		memcpy(der, head.p, head.n);
		memcpy(der + head.n, octets.p, octets.n);
		return public_key_read(bytes_of(der, head.n + octets.n), out, e);
	}
	return err_set(e, ERR_FORMAT, 0, "no key: %zu bytes", octets.n);
}

void public_key_free(struct public_key *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->pkey);
	OPENSSL_free((void *)(uintptr_t)k->der.p);
	free(k);
}

enum key_kind public_key_kind(const struct public_key *k)
{
	return k->kind;
}

enum key_hash public_key_hash(const struct public_key *k)
{
	return kinds[k->kind].hash;
}

bytes public_key_der(const struct public_key *k)
{
	return k->der;
}

bytes public_key_pem(const struct public_key *k, struct arena *a)
{
	return pem_text("PUBLIC KEY", k->der, a);
}

digest public_key_id(const struct public_key *k)
{
	return digest_of(DIGEST_SHA256, k->der);
}

bool public_key_equal(const struct public_key *a, const struct public_key *b)
{
	return bytes_equal(a->der, b->der);
}

/* -- signatures -------------------------------------------------------------------------------- */

static const EVP_MD *md_of(enum key_hash hash)
{
	switch (hash) {
	case KEY_SHA256: return EVP_sha256();
	case KEY_SHA384: return EVP_sha384();
	case KEY_SHA512: return EVP_sha512();
	case KEY_HASH_NONE: break;
	}
	return NULL;
}

bytes key_digest(enum key_hash hash, bytes text, struct arena *a)
{
	uint8_t *value = arena_alloc(a, EVP_MAX_MD_SIZE);
	unsigned n;

	if (EVP_Digest(text.p, text.n, value, &n, md_of(hash), NULL) != 1)
		no_memory();
	return bytes_of(value, n);
}

static bool is_of(const digest *d, enum key_hash hash)
{
	return (hash == KEY_SHA256 && d->algorithm == DIGEST_SHA256) ||
	       (hash == KEY_SHA512 && d->algorithm == DIGEST_SHA512);
}

/* octets(m, hash, out): what an ECDSA or RSA operation works on. */
static bool octets(const struct key_message *m, enum key_hash hash, uint8_t out[EVP_MAX_MD_SIZE],
                   size_t *out_n)
{
	unsigned n;

	if (m->hash) {
		*out_n = digest_size(m->hash);
		memcpy(out, m->hash->value, *out_n);
		return is_of(m->hash, hash);
	}
	if (EVP_Digest(m->text.p, m->text.n, out, &n, md_of(hash), NULL) != 1)
		no_memory();
	*out_n = n;
	return true;
}

/* Ed25519ph signs the SHA-512 of the message with a prefix of its own (RFC 8032 §5.1). libsodium's
 * state holds that hash; a digest given from outside cannot be put into it. */
static bool ed25519ph_verify(const struct public_key *k, bytes text, bytes signature)
{
	crypto_sign_ed25519ph_state state;
	uint8_t key[ED25519_OCTETS];
	size_t n = sizeof(key);

	return EVP_PKEY_get_raw_public_key(k->pkey, key, &n) == 1 && n == sizeof(key) &&
	       crypto_sign_ed25519ph_init(&state) == 0 &&
	       crypto_sign_ed25519ph_update(&state, text.p, text.n) == 0 &&
	       crypto_sign_ed25519ph_final_verify(&state, signature.p, key) == 0;
}

static bool ed25519_verify(const struct public_key *k, enum key_hash hash,
                           const struct key_message *m, bytes signature)
{
	if (signature.n != crypto_sign_ed25519_BYTES || m->hash)
		return false;
	if (hash == KEY_SHA512)
		return ed25519ph_verify(k, m->text, signature);
	if (hash != KEY_HASH_NONE)
		return false;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool holds = ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, k->pkey) == 1 &&
	             EVP_DigestVerify(ctx, signature.p, signature.n, m->text.p, m->text.n) == 1;

	EVP_MD_CTX_free(ctx);
	return holds;
}

static bool hashed_verify(const struct public_key *k, enum key_hash hash,
                          const struct key_message *m, bytes signature)
{
	uint8_t value[EVP_MAX_MD_SIZE];
	size_t n;

	if (hash == KEY_HASH_NONE || !octets(m, hash, value, &n))
		return false;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k->pkey, NULL);
	bool holds = ctx && EVP_PKEY_verify_init(ctx) == 1 &&
	             (k->kind != KEY_RSA ||
	              EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1) &&
	             EVP_PKEY_CTX_set_signature_md(ctx, md_of(hash)) == 1 &&
	             EVP_PKEY_verify(ctx, signature.p, signature.n, value, n) == 1;

	EVP_PKEY_CTX_free(ctx);
	return holds;
}

bool public_key_verify(const struct public_key *k, enum key_hash hash,
                       const struct key_message *message, bytes signature)
{
	bool holds = signature.n > 0 && (k->kind == KEY_ED25519
	                                     ? ed25519_verify(k, hash, message, signature)
	                                     : hashed_verify(k, hash, message, signature));

	ERR_clear_error(); /* a signature that does not hold is an answer */
	return holds;
}

bool public_key_verify_pss(const struct public_key *k, bytes text, bytes signature)
{
	if (k->kind != KEY_RSA)
		return false;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *settings = NULL; /* ctx's own */
	bool holds = ctx && EVP_DigestVerifyInit(ctx, &settings, EVP_sha256(), NULL, k->pkey) == 1 &&
	             EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1 &&
	             EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_AUTO) == 1 &&
	             EVP_DigestVerify(ctx, signature.p, signature.n, text.p, text.n) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error(); /* a signature that does not hold is an answer */
	return holds;
}

bool public_key_verify_raw(const struct public_key *k, enum key_hash hash,
                           const struct key_message *message, bytes signature)
{
	int half = (EVP_PKEY_get_bits(k->pkey) + 7) / 8, n;
	unsigned char *der = NULL;

	if (k->kind == KEY_RSA || k->kind == KEY_ED25519 || signature.n != 2 * (size_t)half)
		return false;
	ECDSA_SIG *numbers = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(signature.p, half, NULL), *s = BN_bin2bn(signature.p + half, half, NULL);

	if (!numbers || !r || !s || ECDSA_SIG_set0(numbers, r, s) != 1 ||
	    (n = i2d_ECDSA_SIG(numbers, &der)) <= 0)
		no_memory();
	bool holds = public_key_verify(k, hash, message, bytes_of(der, (size_t)n));

	OPENSSL_free(der);
	ECDSA_SIG_free(numbers);
	return holds;
}

/* -- private ----------------------------------------------------------------------------------- */

int private_key_take(EVP_PKEY *pkey, struct private_key **out, err *e)
{
	struct public_key *public;

	if (public_key_take(pkey, bytes_of(NULL, 0), &public, e) < 0)
		return -1;
	struct private_key *k = malloc(sizeof(*k));

	if (!k)
		no_memory();
	k->public = public;
	*out = k;
	return 0;
}

int private_key_new(enum key_kind kind, struct private_key **out, err *e)
{
	EVP_PKEY *pkey = kind == KEY_ED25519 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
	                                     : EVP_EC_gen(kinds[kind].curve);

	if (!pkey)
		return err_set(e, ERR_BUG, 0, "OpenSSL makes no key here");
	return private_key_take(pkey, out, e);
}

void private_key_free(struct private_key *k)
{
	if (!k)
		return;
	public_key_free(k->public); /* OpenSSL overwrites the secret half */
	free(k);
}

int private_key_der(bytes der, struct private_key **out, err *e)
{
	const unsigned char *p = der.p;
	PKCS8_PRIV_KEY_INFO *info = der.n <= LIMIT_KEY
	                                ? d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)der.n)
	                                : NULL;
	EVP_PKEY *pkey = info && p == der.p + der.n ? EVP_PKCS82PKEY(info) : NULL;

	PKCS8_PRIV_KEY_INFO_free(info);
	return private_key_take(pkey, out, e);
}

static int der_of_kind(bytes label, bytes der, struct private_key **out, err *e)
{
	const unsigned char *p = der.p;
	int type = bytes_is(label, "EC PRIVATE KEY") ? EVP_PKEY_EC : EVP_PKEY_RSA;

	if (bytes_is(label, "PRIVATE KEY"))
		return private_key_der(der, out, e);
	if (type == EVP_PKEY_RSA && !bytes_is(label, "RSA PRIVATE KEY"))
		return err_set(e, ERR_FORMAT, 0, "a %s is no private key that is known", SHOW(label));
	EVP_PKEY *pkey = d2i_PrivateKey(type, NULL, &p, (long)der.n);

	if (pkey && p != der.p + der.n) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return private_key_take(pkey, out, e);
}

int private_key_pem(bytes text, struct private_key **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct pem pem;
	int status = text.n > LIMIT_KEY ? err_set(e, ERR_FORMAT, 0, "no key: %zu bytes", text.n)
	                                : pem_only(text, &a, &pem, e);

	if (status == 0)
		status = der_of_kind(pem.label, pem.der, out, e);
	arena_wipe(&a);
	return status;
}

bytes private_key_text(const struct private_key *k, struct arena *a)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(k->public->pkey);
	unsigned char *der = NULL;
	int n = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;

	PKCS8_PRIV_KEY_INFO_free(info);
	if (n <= 0)
		no_memory();
	bytes out = arena_bytes(a, bytes_of(der, (size_t)n));

	OPENSSL_clear_free(der, (size_t)n);
	return out;
}

const struct public_key *private_key_public(const struct private_key *k)
{
	return k->public;
}

static bool ed25519ph_sign(EVP_PKEY *pkey, bytes text, uint8_t *out)
{
	crypto_sign_ed25519ph_state state;
	uint8_t seed[ED25519_OCTETS], public[ED25519_OCTETS];
	uint8_t secret[crypto_sign_ed25519_SECRETKEYBYTES];
	size_t n = sizeof(seed);
	bool made = EVP_PKEY_get_raw_private_key(pkey, seed, &n) == 1 &&
	            crypto_sign_ed25519_seed_keypair(public, secret, seed) == 0 &&
	            crypto_sign_ed25519ph_init(&state) == 0 &&
	            crypto_sign_ed25519ph_update(&state, text.p, text.n) == 0 &&
	            crypto_sign_ed25519ph_final_create(&state, out, NULL, secret) == 0;

	explicit_bzero(seed, sizeof(seed));
	explicit_bzero(secret, sizeof(secret));
	return made;
}

static bool ed25519_sign(EVP_PKEY *pkey, enum key_hash hash, const struct key_message *m,
                         uint8_t *out, size_t *out_n)
{
	if (m->hash || (hash != KEY_HASH_NONE && hash != KEY_SHA512))
		return false;
	if (hash == KEY_SHA512) {
		*out_n = crypto_sign_ed25519_BYTES;
		return ed25519ph_sign(pkey, m->text, out);
	}
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool made = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
	            EVP_DigestSign(ctx, out, out_n, m->text.p, m->text.n) == 1;

	EVP_MD_CTX_free(ctx);
	return made;
}

static bool hashed_sign(const struct public_key *k, enum key_hash hash,
                        const struct key_message *m, uint8_t *out, size_t *out_n)
{
	uint8_t value[EVP_MAX_MD_SIZE];
	size_t n;

	if (hash == KEY_HASH_NONE || !octets(m, hash, value, &n))
		return false;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k->pkey, NULL);
	bool made = ctx && EVP_PKEY_sign_init(ctx) == 1 &&
	            (k->kind != KEY_RSA ||
	             EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1) &&
	            EVP_PKEY_CTX_set_signature_md(ctx, md_of(hash)) == 1 &&
	            EVP_PKEY_sign(ctx, out, out_n, value, n) == 1;

	EVP_PKEY_CTX_free(ctx);
	return made;
}

int private_key_sign(const struct private_key *k, enum key_hash hash,
                     const struct key_message *message, struct arena *a, bytes *out, err *e)
{
	size_t n = (size_t)EVP_PKEY_get_size(k->public->pkey);
	uint8_t *signature = arena_alloc(a, n);
	bool made = k->public->kind == KEY_ED25519
	                ? ed25519_sign(k->public->pkey, hash, message, signature, &n)
	                : hashed_sign(k->public, hash, message, signature, &n);

	ERR_clear_error();
	if (!made)
		return err_set(e, ERR_USAGE, 0, "this key cannot sign that: its hash is another");
	*out = bytes_of(signature, n);
	return 0;
}
