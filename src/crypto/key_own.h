/* SPDX-License-Identifier: Apache-2.0 */
/* key_own - keys that OpenSSL holds. Private to this room. */
#pragma once

#include "crypto/key.h"

#include <openssl/evp.h>

/* public_key_take(pkey, der, out, e): takes pkey, NULL too, and copies the SubjectPublicKeyInfo
 * that it was read from; empty: it is made. ERR_FORMAT: of no kind that signs here. */
int public_key_take(EVP_PKEY *pkey, bytes der, struct public_key **out, err *e);

/* private_key_take(pkey, out, e): takes pkey, NULL too. ERR_FORMAT: of no kind that signs here. */
int private_key_take(EVP_PKEY *pkey, struct private_key **out, err *e);
