/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include "base/text.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *name; /* of the registered algorithm, and OpenSSL's */
	bytes prefix;
	size_t size;
} algorithms[] = {
	[DIGEST_NONE] = { "none", BYTES_INIT(""), 0 },
	[DIGEST_SHA256] = { "SHA2-256", BYTES_INIT("sha256:"), 32 },
	[DIGEST_SHA512] = { "SHA2-512", BYTES_INIT("sha512:"), 64 },
	[DIGEST_SHA1] = { "SHA1", BYTES_INIT("sha1:"), 20 },
};

size_t digest_size(const digest *d)
{
	return algorithms[d->algorithm].size;
}

bool digest_equal(const digest *a, const digest *b)
{
	return a->algorithm != DIGEST_NONE && a->algorithm == b->algorithm &&
	       memcmp(a->value, b->value, digest_size(a)) == 0;
}

int digest_parse(bytes s, digest *out, err *e)
{
	static const enum digest_algorithm known[] = { DIGEST_SHA256, DIGEST_SHA512 };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		digest d = { .algorithm = known[i] };
		bytes hex = s;

		if (!bytes_take_prefix(&hex, algorithms[known[i]].prefix))
			continue;
		if (!text_from_hex(hex, d.value, digest_size(&d)))
			break;
		*out = d;
		return 0;
	}
	return err_set(e, ERR_FORMAT, 0, "'%s' is no sha256 or sha512 digest", SHOW(s));
}

const char *digest_text_into(struct digest_chars *out, const digest *d)
{
	static const char hex[] = "0123456789abcdef";
	bytes prefix = algorithms[d->algorithm].prefix;
	char *to = out->text + prefix.n;

	memcpy(out->text, prefix.p, prefix.n);
	for (size_t i = 0; i < digest_size(d); i++) {
		*to++ = hex[d->value[i] >> 4];
		*to++ = hex[d->value[i] & 15];
	}
	*to = '\0';
	return out->text;
}

struct hasher {
	enum digest_algorithm algorithm;
	EVP_MD *md;
	EVP_MD_CTX *ctx;
};

/* OpenSSL fails here only without memory or with a configuration that has no default provider. */
static void must(bool ok)
{
	if (!ok) {
		fputs("oakum: OpenSSL cannot hash (out of memory, or a broken openssl.cnf)\n", stderr);
		abort();
	}
}

struct hasher *hasher_new(enum digest_algorithm algorithm)
{
	assert(algorithm != DIGEST_NONE);
	struct hasher *h = calloc(1, sizeof(*h));

	must(h);
	h->algorithm = algorithm;
	h->md = EVP_MD_fetch(NULL, algorithms[algorithm].name, NULL);
	h->ctx = EVP_MD_CTX_new();
	must(h->md && h->ctx);
	hasher_reset(h);
	return h;
}

void hasher_free(struct hasher *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(h->md);
	free(h);
}

void hasher_reset(struct hasher *h)
{
	must(EVP_DigestInit_ex2(h->ctx, h->md, NULL) == 1);
}

void hasher_update(struct hasher *h, bytes data)
{
	must(EVP_DigestUpdate(h->ctx, data.p, data.n) == 1);
}

digest hasher_final(struct hasher *h)
{
	digest d = { .algorithm = h->algorithm };

	must(EVP_DigestFinal_ex(h->ctx, d.value, NULL) == 1);
	return d;
}

digest digest_of(enum digest_algorithm algorithm, bytes data)
{
	struct hasher *h = hasher_new(algorithm);

	hasher_update(h, data);
	digest d = hasher_final(h);

	hasher_free(h);
	return d;
}
