/* SPDX-License-Identifier: Apache-2.0 */
/* What services answer to one who signs, and the configuration that names them; the first octet
 * chooses the reader. None that a fuzzer writes may be a certificate of our key or a time stamp
 * that holds. */
#include "base/limits.h"
#include "flow/keyless_own.h"
#include "trust/oidc.h"
#include "trust/public_good.h"
#include "trust/rekor.h"
#include "trust/stamp.h"

#include <stdlib.h>

static void read_certificate(bytes text, struct arena *a)
{
	static struct private_key *key;
	struct fulcio_certificate certificate;
	err e = { 0 };

	if (!key && private_key_new(KEY_P256, &key, &e) < 0)
		abort();
	if (fulcio_answer(text, private_key_public(key), a, &certificate, &e) == 0)
		abort();
}

static void read_stamp(bytes text)
{
	static struct arena kept;
	static struct trust_root root;
	err e = { 0 };

	if (!root.arena &&
	    trust_root_parse(bytes_of(trust_public_good, trust_public_good_len), &kept, &root, &e) < 0)
		abort();
	if (stamp_answer(text, BYTES("signature"), &root, &e) == 0)
		abort();
}

static void read_tokens(bytes text, struct arena *a)
{
	struct oidc_claims claims;
	err e = { 0 }, other = { 0 };
	bytes token;

	(void)oidc_claims_of(text, a, &claims, &e);
	(void)oidc_github_answer(text, a, &token, &other);
}

static void read_records(bytes text, struct arena *a)
{
	struct signing_services services;
	struct bundle_entry entry;
	struct keyless_case one;
	bytes in = text;

	(void)keyless_take_entry(&in, a, &entry);
	in = text;
	(void)keyless_take_services(&in, a, &services);
	in = text;
	(void)keyless_take_case(&in, &one);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	bytes text = { data, size };
	struct signing_config config;
	struct bundle_entry entry;
	uint8_t letter = 0;
	err e = { 0 };

	(void)bytes_take_u8(&text, &letter);
	switch (letter) {
	case 'f': read_certificate(text, &a); break;
	case '1': (void)rekor_answer(1, text, &a, &entry, &e); break;
	case '2': (void)rekor_answer(2, text, &a, &entry, &e); break;
	case 's': read_stamp(text); break;
	case 't': read_tokens(text, &a); break;
	case 'w': read_records(text, &a); break;
	default: (void)signing_config_parse(text, 1790000000, &a, &config, &e); break;
	}
	arena_done(&a);
	return 0;
}
