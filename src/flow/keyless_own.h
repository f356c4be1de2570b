/* SPDX-License-Identifier: Apache-2.0 */
/* keyless_own - what flow/keyless*.c share: how the parent asks its worker. A request is a letter
 * and fields (base/pack.h), at most LIMIT_KEYLESS_QUESTION octets; an answer an error and, where
 * there is none, fields, at most LIMIT_KEYLESS_FIELDS.
 * Threading: none of its own. */
#pragma once

#include "base/pack.h"
#include "flow/keyless.h"
#include "sys/worker.h"
#include "trust/fulcio.h"
#include "trust/signing_config.h"

enum keyless_ask {
	KEYLESS_OPEN = 'o',        /* -> services */
	KEYLESS_CERTIFICATE = 'c', /* key (DER), answer -> leaf, chain */
	KEYLESS_ENTRY = 'e',       /* version, answer -> entry */
	KEYLESS_STAMP = 's',       /* signature, answer */
	KEYLESS_JUDGE = 'j',       /* struct keyless_case -> proof */
};

/* What is judged: pack_case writes it, in this order. */
struct keyless_case {
	bytes bundle;
	bytes key; /* DER; empty: a certificate */
	bool in_no_log;
	bool has_artifact;
	bytes artifact;
	bytes sha256, sha512; /* octets; empty: unknown */
};

void keyless_pack_case(buf *b, const struct keyless_case *c);
bool keyless_take_case(bytes *in, struct keyless_case *out);
void keyless_pack_entry(buf *b, const struct bundle_entry *entry);
/* Arena; views of *in. */
bool keyless_take_entry(bytes *in, struct arena *a, struct bundle_entry *out);
void keyless_pack_services(buf *b, const struct signing_services *s);
bool keyless_take_services(bytes *in, struct arena *a, struct signing_services *out);

/* The worker's main; arg: struct keyless_options *. */
_Noreturn int keyless_serve(struct worker_side *side, void *arg);
