/* SPDX-License-Identifier: Apache-2.0 */
/* trust_wire - what the workers of trust_tell and trust_update say, as octets (base/pack.h); it
 * comes behind how it went (pack_err). LIMIT_TRUST_ANSWER octets at most. Threading: pure
 * functions. */
#pragma once

#include "base/buf.h"
#include "trust/explain.h"
#include "trust/tuf.h"

/* The verdict on a file of a walk, and what comes next. */
struct trust_step {
	bool keep, at_end;
	struct tuf_wish wish; /* unless it is at its end */
	uint64_t version[TUF_ROLES];
};

/* trust_X_pack(v, out), trust_X_unpack(in, a, out): false when malformed; a name of a file that
 * leads elsewhere is. Views of in, and arena. Texts are cut at LIMIT_IDENTITY when written. */
void trust_step_pack(const struct trust_step *v, buf *out);
bool trust_step_unpack(bytes in, struct arena *a, struct trust_step *out);
void trust_explanation_pack(const struct explanation *v, buf *out);
bool trust_explanation_unpack(bytes in, struct arena *a, struct explanation *out);
void trust_entries_pack(const struct explain_entries *v, buf *out);
bool trust_entries_unpack(bytes in, struct arena *a, struct explain_entries *out);
