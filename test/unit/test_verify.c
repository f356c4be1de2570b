/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles with known verdicts: sigstore's conformance suite, and cases that were made against
 * authorities whose keys we hold, so that they are validly signed and yet wrong. */
#include "trust/verify.h"

#include "catalog_fixture.h"

#include <dirent.h>

#define PUBLIC_GOOD "sigstore/public-good/targets/trusted_root.json"
#define BEACON \
	"https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/" \
	"workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
#define GITHUB "https://token.actions.githubusercontent.com"

static struct arena arena;

/* The file of the case, else what all cases share; empty when there is none. */
static bytes file_of(const char *folder, const char *name, const char *otherwise)
{
	size_t n = 0;
	char *text = fixture_shared_n(arena_printf(&arena, "%s/%s", folder, name), &n);

	if (!text && otherwise)
		text = fixture_shared_n(otherwise, &n);
	bytes out = arena_bytes(&arena, bytes_of(text, text ? n : 0));

	free(text);
	return out;
}

static bytes line_of(const char *folder, const char *name, const char *otherwise)
{
	bytes text = file_of(folder, name, NULL), line;

	return bytes_take_until(&text, '\n', &line) ? line : bytes_str(otherwise);
}

static int judge(const char *folder, bool by_path, err *e)
{
	struct trust_root root = { 0 };
	struct public_key *key = NULL;
	struct bundle bundle;
	struct verify_result result;
	bytes artifact = file_of(folder, "artifact", "sigstore/conformance/a.txt");
	bytes pem = file_of(folder, "key.pub", NULL);
	struct identity who = { { line_of(folder, "identity", BEACON), NULL },
		                    { line_of(folder, "issuer", GITHUB), NULL } };
	struct verify_request request = { .root = &root,
		                              .identities = &who,
		                              .identities_len = 1,
		                              .has_artifact = by_path,
		                              .artifact = artifact,
		                              .sha256 = digest_of(DIGEST_SHA256, artifact) };
	int status = trust_root_parse(file_of(folder, "trusted_root.json", PUBLIC_GOOD), &arena, &root,
	                              e);

	if (status == 0 && pem.n > 0)
		status = public_key_read(pem, &key, e);
	request.key = key;
	if (status == 0)
		status = bundle_parse(file_of(folder, "bundle.sigstore.json", NULL), &arena, &bundle, e);
	if (status == 0)
		status = verify_bundle(&bundle, &request, &arena, &result, e);
	public_key_free(key);
	trust_root_free(&root);
	return status;
}

static void each_folder(const char *parent, size_t least)
{
	const char *shared = getenv("OAKUM_SHARED");
	DIR *dir = opendir(arena_printf(&arena, "%s/%s", shared ? shared : "../shared/data", parent));
	size_t seen = 0, wrong = 0;

	if (!dir)
		skip();
	for (struct dirent *d; (d = readdir(dir)) != NULL;) {
		bool refuse = bytes_ends(bytes_str(d->d_name), BYTES("_fail"));

		if (d->d_type != DT_DIR || d->d_name[0] == '.')
			continue;
		for (int by_path = 0; by_path < 2; by_path++) {
			err e = { 0 };
			int status = judge(arena_printf(&arena, "%s/%s", parent, d->d_name), by_path, &e);

			if ((status < 0) != refuse) {
				print_error("%s, by %s: %s\n", d->d_name, by_path ? "path" : "digest",
				            refuse ? "was believed" : e.text);
				wrong++;
			}
			if (getenv("OAKUM_SHOW"))
				print_message("%s: %s\n", d->d_name, status < 0 ? e.text : "trusted");
			seen++;
		}
	}
	closedir(dir);
	assert_true(seen >= least);
	assert_int_equal(wrong, 0);
}

static void as_the_conformance_suite_says(void **state)
{
	(void)state;
	each_folder("sigstore/conformance", 66);
}

static void as_the_cases_of_our_own_say(void **state)
{
	(void)state;
	each_folder("sigstore/generated", 62);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_conformance_suite_says),
		cmocka_unit_test(as_the_cases_of_our_own_say),
	};
	int failures = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return failures;
}
