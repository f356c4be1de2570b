/* SPDX-License-Identifier: Apache-2.0 */
/* How things were built, as files say it; the first octet says which kind. What is signed by nobody
 * whom we know may never be believed. */
#include "flow/prover_wire.h"
#include "trust/slsa.h"

#include <stdlib.h>

#define GITHUB "https://github.com/team/app"

static const struct slsa_request request = { .source = BYTES("github.com/team/app"),
	                                         .builder = BYTES("https://github.com/actions/runner/"
	                                                          "github-hosted"),
	                                         .branch = BYTES("main"),
	                                         .versioned_tag = BYTES("v1.2"),
	                                         .package = BYTES("app") };

static void try_envelope(bytes in, struct arena *a)
{
	struct dsse d;
	struct public_key *key;
	err e = { 0 };

	if (dsse_parse(in, a, &d, &e) < 0)
		return;
	static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
							  "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
							  "-----END PUBLIC KEY-----\n";

	if (public_key_read(BYTES(pem), &key, &e) < 0)
		abort();
	const struct slsa_summary_request summary = { .key = key };

	if (slsa_check_summary(&d, &summary, a, &e) == 0)
		abort(); /* no subject was asked for */
	public_key_free(key);
}

static void try_statement(bytes in, struct arena *a)
{
	struct verify_result result = { .identity = BYTES(GITHUB
		                                              "/.github/workflows/w.yml@refs/tags/v1"),
		                            .issuer = BYTES(SLSA_ISSUER),
		                            .is_statement = true };
	struct slsa_finding finding;
	err e = { 0 };

	if (statement_parse(in, a, &result.statement, &e) < 0)
		return;
	result.claims.items[11] = BYTES("github-hosted");
	result.claims.items[12] = BYTES(GITHUB);
	result.claims.items[18] = result.identity;
	result.claims.items[21] = BYTES(GITHUB "/actions/runs/1/attempts/1");
	(void)!slsa_check_build(&request, &result, a, &finding, &e);
	err_clear(&e);
	(void)!slsa_check_package(&request, &result, &result.statement, a, &finding, &e);
}

static void try_google(bytes in, struct arena *a)
{
	digest image = digest_of(DIGEST_SHA256, BYTES("image"));
	struct slsa_finding finding;
	struct json_doc doc;
	bytes statement;
	err e = { 0 };

	if (json_parse(in, a, &doc, &e) == 0 &&
	    slsa_check_google(json_root(&doc), &request, &image, a, &finding, &statement, &e) == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	bytes in = { data, size };
	struct prover_finding answer;
	uint8_t which = 0;

	(void)bytes_take_u8(&in, &which);
	switch (which) {
	case 'a': (void)prover_finding_unpack(in, &answer); break;
	case 'd': try_envelope(in, &arena); break;
	case 'g': try_google(in, &arena); break;
	case 's': try_statement(in, &arena); break;
	default: break;
	}
	arena_done(&arena);
	return 0;
}
