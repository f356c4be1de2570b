/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/secretbox.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <strings.h>

#define COST_NOW 65536

struct secretbox secretbox_new(void)
{
	struct secretbox box = { .cost = COST_NOW };

	randombytes_buf(box.salt, sizeof(box.salt));
	randombytes_buf(box.nonce, sizeof(box.nonce));
	return box;
}

/* A file that could choose the cost freely could ask for any memory. */
static int derive(const struct secretbox *box, bytes password,
                  uint8_t key[crypto_secretbox_KEYBYTES], err *e)
{
	uint64_t n = box->cost, memory = n * 8 * 128 + (UINT64_C(1) << 20);

	if (n != 32768 && n != 65536 && n != 131072)
		return err_set(e, ERR_FORMAT, 0, "a key file with scrypt N %u: 32768, 65536, 131072",
		               box->cost);
	if (EVP_PBE_scrypt((const char *)password.p, password.n, box->salt, sizeof(box->salt), n, 8, 1,
	                   memory, key, crypto_secretbox_KEYBYTES) != 1)
		return err_set(e, ERR_BUG, 0, "OpenSSL's scrypt fails");
	return 0;
}

int secretbox_shut(const struct secretbox *box, bytes password, bytes in, struct arena *a,
                   bytes *out, err *e)
{
	uint8_t key[crypto_secretbox_KEYBYTES];
	size_t n = in.n + crypto_secretbox_MACBYTES;

	if (derive(box, password, key, e) < 0)
		return -1;
	uint8_t *shut = arena_alloc(a, n);

	(void)crypto_secretbox_easy(shut, in.p, in.n, box->nonce, key); /* cannot fail at this size */
	explicit_bzero(key, sizeof(key));
	*out = bytes_of(shut, n);
	return 0;
}

int secretbox_open(const struct secretbox *box, bytes password, bytes in, struct arena *a,
                   bytes *out, err *e)
{
	uint8_t key[crypto_secretbox_KEYBYTES];

	if (in.n < crypto_secretbox_MACBYTES)
		return err_set(e, ERR_FORMAT, 0, "a key file that is cut");
	if (derive(box, password, key, e) < 0)
		return -1;
	uint8_t *open = arena_alloc(a, in.n - crypto_secretbox_MACBYTES + 1);
	int status = crypto_secretbox_open_easy(open, in.p, in.n, box->nonce, key);

	explicit_bzero(key, sizeof(key));
	if (status != 0)
		return err_set(e, ERR_UNTRUSTED, 0, "wrong password, or the key file was changed");
	*out = bytes_of(open, in.n - crypto_secretbox_MACBYTES);
	return 0;
}
