/* SPDX-License-Identifier: Apache-2.0 */
/* stamp - asking an authority for a time stamp over a signature (RFC 3161 §2.4.1, §3.4), and
 * reading its answer. A signature is made once: it needs no nonce beside it.
 * Threading: pure functions. */
#pragma once

#include "trust/root.h"

#define STAMP_QUERY_TYPE "application/timestamp-query"

/* stamp_request(signature, a): a TimeStampReq over its SHA-256, which asks for the certificate,
 * too. Arena. */
bytes stamp_request(bytes signature, struct arena *a);

/* stamp_answer(response, signature, root, e): one of the root's authorities granted it, over this
 * signature, for a time of its own. ERR_UNTRUSTED, ERR_FORMAT. */
int stamp_answer(bytes response, bytes signature, const struct trust_root *root, err *e);
