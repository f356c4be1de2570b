/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/lean.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

void lean_begin(void)
{
	/* It fails only where memory is gone, and the next call says so. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
	                              OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ATEXIT,
	                          NULL);
	/* Inverses are taken blinded, so even who only verifies needs random numbers. The usual
	 * generator brings in every cipher; this one of NIST SP 800-90A works with what is there. */
	(void)RAND_set_DRBG_type(NULL, "HASH-DRBG", NULL, NULL, "SHA256");
}
