/* SPDX-License-Identifier: Apache-2.0 */
/* stamp - what an authority answers that was asked for a time stamp over a signature (RFC 3161
 * §3.4; timestamp_request). A signature is made once: it needs no nonce beside it.
 * Threading: pure functions. */
#pragma once

#include "trust/root.h"

#define STAMP_QUERY_TYPE "application/timestamp-query"

/* stamp_answer(response, signature, root, e): one of the root's authorities granted it, over this
 * signature, for a time of its own. ERR_UNTRUSTED, ERR_FORMAT. */
int stamp_answer(bytes response, bytes signature, const struct trust_root *root, err *e);
