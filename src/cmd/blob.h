/* SPDX-License-Identifier: Apache-2.0 */
/* blob - what commands that verify a file share: the flags that say who must have signed, the file
 * or its digest. Threading: belongs to one thread. */
#pragma once

#include "cmd/applet.h"
#include "flow/verify.h"

struct blob_flags {
	const char *bundle, *key, *root;
	const char *identity, *identity_pattern, *issuer, *issuer_pattern;
	uint64_t timeout_ms;
	bool staging;
};

extern const struct flag blob_flags_table[];

/* blob_verify(job, flags, artifact, out, e): a path or "sha256:HEX". ERR_USAGE, and as
 * verify_sealed. */
int blob_verify(struct job *job, const struct blob_flags *flags, const char *artifact,
                struct verify_proof *out, err *e);
