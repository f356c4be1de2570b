/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles with known verdicts: sigstore's conformance suite, and cases that were made against
 * authorities whose keys we hold, so that they are validly signed and yet wrong. */
#include "trust/verify.h"

#include "catalog_fixture.h"

#include <dirent.h>
#include <openssl/x509v3.h>

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

/* What a test changes before the verdict. */
typedef void change_fn(struct trust_root *root, struct bundle *bundle, bytes artifact);

static int judge(const char *folder, bool by_path, change_fn *change, err *e)
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
	if (status == 0 && change)
		change(&root, &bundle, artifact);
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
			int status = judge(arena_printf(&arena, "%s/%s", parent, d->d_name), by_path, NULL, &e);

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

/* -- what others edit -------------------------------------------------------------------------- */

#define JANUARY_2020 1577836800
#define YEAR_2035 2051222400

static void end_logs(struct trust_root *root, struct bundle *bundle, bytes artifact)
{
	(void)bundle, (void)artifact;
	for (size_t i = 0; i < root->logs_len; i++)
		root->logs[i].until = JANUARY_2020;
}

static void forget_promises(struct trust_root *root, struct bundle *bundle, bytes artifact)
{
	(void)root, (void)artifact;
	for (size_t i = 0; i < bundle->entries_len; i++)
		bundle->entries[i].promise = (bytes){ 0 };
}

static void forget_and_end(struct trust_root *root, struct bundle *bundle, bytes artifact)
{
	forget_promises(root, bundle, artifact);
	end_logs(root, bundle, artifact);
}

static void forget_and_begin_later(struct trust_root *root, struct bundle *bundle, bytes artifact)
{
	forget_promises(root, bundle, artifact);
	for (size_t i = 0; i < root->logs_len; i++)
		root->logs[i].from = YEAR_2035;
}

static void move_entry(struct trust_root *root, struct bundle *bundle, bytes artifact)
{
	(void)root, (void)artifact;
	bundle->entries[0].index++;
}

static void hint_right(struct trust_root *root, struct bundle *bundle, bytes artifact)
{
	(void)root;
	bundle->message_hash = BUNDLE_SHA384;
	bundle->message_digest = key_digest(KEY_SHA384, artifact, &arena);
}

static void hint_wrong(struct trust_root *root, struct bundle *bundle, bytes artifact)
{
	hint_right(root, bundle, artifact);
	bundle->message_digest = BYTES("\0\0\0");
}

static void after_an_edit(void **state)
{
	static const struct {
		const char *folder;
		change_fn *change;
		const char *why; /* NULL: trusted */
	} cases[] = {
		{ "conformance/rekor2-happy-path", NULL, NULL },
		{ "conformance/rekor2-happy-path", end_logs, "its log was none" },
		{ "conformance/rekor2-happy-path", move_entry, "another index than its inclusion proof" },
		{ "conformance/rekor2-dsse-happy-path", move_entry, "another index" },
		{ "generated/g-msg-rekor1-tsa", forget_promises, NULL },
		{ "generated/g-msg-rekor1-tsa", forget_and_end, "its log was none" },
		{ "generated/g-msg-rekor1-tsa", forget_and_begin_later, "its log was none" },
		{ "generated/g-msg-rekor1", hint_right, NULL },
		{ "generated/g-msg-rekor1", hint_wrong, "of another artifact" },
	};

	(void)state;
	if (file_of("sigstore", "README.md", NULL).n == 0)
		skip();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		err e = { 0 };
		int status = judge(arena_printf(&arena, "sigstore/%s", cases[i].folder), true,
		                   cases[i].change, &e);

		if ((status == 0) != !cases[i].why || !strstr(e.text, cases[i].why ? cases[i].why : ""))
			fail_msg("%zu: %s", i, e.text);
	}
}

/* -- certificates that nobody should have issued ----------------------------------------------- */

#define ID "https://ci.example/team/shop"
#define ISSUER "https://issuer.example"
#define NEW_ISSUER { "8", "\x0c\x16" ISSUER }

struct made {
	const char *names; /* as OpenSSL's configuration spells them */
	struct {
		const char *last, *octets; /* of 1.3.6.1.4.1.57264.1.LAST */
	} claims[3];
	const char *why; /* NULL: the identity holds */
};

static void add_claim(X509 *x509, const char *last, const char *octets)
{
	ASN1_OBJECT *o = OBJ_txt2obj(arena_printf(&arena, "1.3.6.1.4.1.57264.1.%s", last), 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();

	assert_int_equal(ASN1_OCTET_STRING_set(value, (const uint8_t *)octets, (int)strlen(octets)), 1);
	X509_EXTENSION *x = X509_EXTENSION_create_by_OBJ(NULL, o, 0, value);

	assert_int_equal(X509_add_ext(x509, x, -1), 1);
	X509_EXTENSION_free(x);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(o);
}

static bytes certificate_made(const struct made *m)
{
	X509 *x509 = X509_new();
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, m->names);
	uint8_t *der = NULL;

	assert_int_equal(X509_add_ext(x509, names, -1), 1);
	for (size_t i = 0; i < 3 && m->claims[i].last; i++)
		add_claim(x509, m->claims[i].last, m->claims[i].octets);
	X509_gmtime_adj(X509_getm_notBefore(x509), 0);
	X509_gmtime_adj(X509_getm_notAfter(x509), 600);
	X509_set_version(x509, X509_VERSION_3);
	X509_set_pubkey(x509, key);
	assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
	int n = i2d_X509(x509, &der);
	bytes out = arena_bytes(&arena, bytes_of(der, (size_t)n));

	OPENSSL_free(der);
	X509_EXTENSION_free(names);
	EVP_PKEY_free(key);
	X509_free(x509);
	return out;
}

static const struct made made[] = {
	{ "URI:" ID, { NEW_ISSUER }, NULL },
	{ "URI:" ID, { { "1", ISSUER }, NEW_ISSUER }, NULL },
	{ "URI:" ID, { { "1", ISSUER } }, NULL },
	{ "email:" ID, { NEW_ISSUER }, NULL },
	{ "IP:97.98.99.100", { NEW_ISSUER }, "vouches for '97.98.99.100'" },
	{ "IP:2001:db8::1", { NEW_ISSUER }, "vouches for '2001:db8::1'" },
	{ "RID:1.2.3", { NEW_ISSUER }, "of a kind that names nobody" },
	{ "URI:" ID ",URI:https://other.example", { NEW_ISSUER }, "names one identity" },
	{ "URI:" ID ",RID:1.2.3", { NEW_ISSUER }, "names one identity" },
	{ "URI:" ID ",otherName:1.2.3.4;UTF8:x", { NEW_ISSUER }, "names one identity" },
	/* Two issuers, one of them wrong, hide behind the right one of the old form. */
	{ "URI:" ID,
	  { { "1", ISSUER }, { "8", "\x0c\x01x" }, { "8", "\x0c\x01y" } },
	  "makes a claim twice" },
	{ "URI:" ID, { NEW_ISSUER, NEW_ISSUER }, "makes a claim twice" },
	{ "URI:" ID, { NEW_ISSUER, { "14", "\x0c\x01x" }, { "14", "\x0c\x01y" } }, "claim twice" },
	{ "URI:" ID, { { "1", ISSUER }, { "8", "\x0c" } }, "issuer cannot be read" },
	{ "URI:" ID, { { "1", ISSUER }, { "8", "\x16\x16" ISSUER } }, "issuer cannot be read" },
	{ "URI:" ID, { { "1", "" }, NEW_ISSUER }, "issuer cannot be read" },
	{ "URI:" ID, { { "1", "https://evil.example" }, NEW_ISSUER }, "names two issuers" },
};

static void certificates_that_say_two_things(void **state)
{
	static const struct identity who[] = {
		{ { BYTES_INIT(ID), NULL }, { BYTES_INIT(ISSUER), NULL } },
		{ { BYTES_INIT("abcd"), NULL }, { BYTES_INIT(ISSUER), NULL } }, /* the octets of the IP */
	};
	const struct verify_request request = { .identities = who, .identities_len = 2 };

	(void)state;
	for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++) {
		const char *want = made[i].why ? made[i].why : "";
		struct bundle bundle = { .certificate = certificate_made(&made[i]) };
		struct verify_step steps[VERIFY_STEPS];
		struct verify_result result;

		verify_explain(&bundle, &request, &arena, steps, &result);
		const struct verify_step *step = &steps[STEP_IDENTITY];

		if ((step->status == STEP_HOLDS) != !made[i].why || !strstr(step->why, want))
			fail_msg("%zu: %s", i, step->why);
	}
}

/* -- statements that others read otherwise ----------------------------------------------------- */

#define TYPE "\"_type\":\"" STATEMENT_V1 "\""
#define KIND "\"predicateType\":\"" PREDICATE_SIGN "\""
#define SUBJECT "{\"digest\":{\"sha256\":\"00\"}"

static void statements(void **state)
{
	static const struct {
		const char *text;
		int status;
	} cases[] = {
		{ "{" TYPE "," KIND ",\"subject\":[" SUBJECT "}],\"predicate\":{}}", 0 },
		{ "{" TYPE "," KIND ",\"subject\":[" SUBJECT "}],\"predicate\":{\"Subject\":1}}", 0 },
		{ "{" TYPE "," KIND ",\"subject\":[" SUBJECT "}],\"Subject\":[]}", -1 },
		{ "{" TYPE "," KIND ",\"subject\":[" SUBJECT "}],\"\u017fubject\":[]}", -1 },
		{ "{" TYPE "," KIND ",\"subject\":[" SUBJECT "}],\"PredicateType\":\"x\"}", -1 },
		{ "{" TYPE "," KIND ",\"subject\":[" SUBJECT "}],\"_Type\":\"x\"}", -1 },
		{ "{" TYPE "," KIND ",\"subject\":[" SUBJECT "}],\"Predicate\":{}}", -1 },
		{ "{" TYPE "," KIND ",\"subject\":[" SUBJECT ",\"Digest\":{}}]}", -1 },
		{ "{" TYPE "," KIND ",\"subject\":[" SUBJECT ",\"Annotations\":{}}]}", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct statement s;
		err e = { 0 };

		if (statement_parse(bytes_str(cases[i].text), &arena, &s, &e) != cases[i].status)
			fail_msg("%s: %s", cases[i].text, e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_conformance_suite_says),
		cmocka_unit_test(as_the_cases_of_our_own_say),
		cmocka_unit_test(after_an_edit),
		cmocka_unit_test(certificates_that_say_two_things),
		cmocka_unit_test(statements),
	};
	int failures = cmocka_run_group_tests(tests, NULL, NULL);

	arena_done(&arena);
	return failures;
}
