/* SPDX-License-Identifier: Apache-2.0 */
/* x509_own - what a certificate is within crypto/. */
#pragma once

#include "crypto/x509.h"

#include <openssl/x509.h>

struct certificate {
	X509 *x509;
	struct public_key *key; /* NULL: of another kind */
};
