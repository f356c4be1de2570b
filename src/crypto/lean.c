/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/lean.h"

#include <openssl/crypto.h>

void lean_begin(void)
{
	/* It fails only where memory is gone, and the next call says so. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS, NULL);
}
