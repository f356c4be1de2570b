/* SPDX-License-Identifier: Apache-2.0 */
/* The other documents of trust: the first octet says which one. */
#include "crypto/timestamp.h"
#include "trust/root.h"
#include "trust/statement.h"

static void try_certificate(bytes in, struct arena *a)
{
	struct certificate *c;
	bytes value;
	err e = { 0 };

	if (certificate_read(in, &c, &e) < 0)
		return;
	struct certificate_chain chain = { &c, 1 };
	struct ct_log log = { .id = BYTES("none"), .key = NULL };

	(void)certificate_names_of(c, a);
	(void)certificate_extension(c, "1.3.6.1.4.1.57264.1.8", &value);
	(void)certificate_valid_at(c, 1);
	(void)certificate_leads_to(c, &chain, USE_CODE_SIGNING, 1700000000, NULL);
	(void)certificate_is_logged(c, c, &log, 0);
	certificate_free(c);
}

static void try_key(bytes in)
{
	struct public_key *public;
	struct private_key *private;
	err e = { 0 };

	if (public_key_read(in, &public, &e) == 0) {
		struct key_message m = { BYTES("message"), NULL };

		(void)public_key_verify(public, public_key_hash(public), &m, BYTES("signature"));
		public_key_free(public);
	}
	err_clear(&e);
	if (private_key_pem(in, &private, &e) == 0)
		private_key_free(private);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct trust_root root = { 0 };
	struct certificate_chain none = { 0 };
	struct statement statement;
	bytes in = { data, size };
	uint8_t which = 0;
	int64_t time;
	err e = { 0 };

	(void)bytes_take_u8(&in, &which);
	switch (which) {
	case 'c': try_certificate(in, &arena); break;
	case 'k': try_key(in); break;
	case 'r': (void)!trust_root_parse(in, &arena, &root, &e); break;
	case 's': (void)!statement_parse(in, &arena, &statement, &e); break;
	case 't': (void)!timestamp_verify(in, BYTES("x"), &none, &time, &e); break;
	default: break;
	}
	trust_root_free(&root);
	arena_done(&arena);
	return 0;
}
