/* SPDX-License-Identifier: Apache-2.0 */
/* key_own - keys that OpenSSL holds. Private to this room. */
#pragma once

#include "crypto/key.h"

#include <openssl/evp.h>

/* private_key_take(pkey, out, e): takes pkey, NULL too. ERR_FORMAT: of no kind that signs here. */
int private_key_take(EVP_PKEY *pkey, struct private_key **out, err *e);
