/* SPDX-License-Identifier: Apache-2.0 */
/* timestamp - time-stamp tokens (RFC 3161): when did somebody we trust see these octets?
 *
 * The token's signer must lead to the authority's root at the time the token names, with the key
 * usage that is for time stamps alone, critical (RFC 3161 §2.3). Hashes weaker than SHA-256 are
 * refused. Threading: pure functions. */
#pragma once

#include "crypto/x509.h"

/* timestamp_request(message, a): a TimeStampReq (§2.4.1) over its SHA-256, which asks for the
 * certificate, too, without a nonce. Arena. */
bytes timestamp_request(bytes message, struct arena *a);

/* timestamp_verify(response, message, chain, out_time, e): a TimeStampResp over message (§2.4.2),
 * signed by the chain's authority; its certificate may lie in the token, or first in the chain.
 * Seconds since 1970, fractions cut. ERR_FORMAT no response; ERR_UNTRUSTED. */
int timestamp_verify(bytes response, bytes message, const struct certificate_chain *chain,
                     int64_t *out_time, err *e);
