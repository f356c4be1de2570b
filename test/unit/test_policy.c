/* SPDX-License-Identifier: Apache-2.0 */
/* Policies: what is read, what is refused and where; patterns as policy-controller's own tests have
 * them; and what is decided, on verdicts of a judge of ours. */
#include "base/limits.h"
#include "base/text.h"
#include "trust/policy_judge.h"

#include "unit.h"

static struct arena arena;

#define PEM \
	"-----BEGIN PUBLIC KEY-----\\n" \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOz9FcbJM/oOkC26Wfo9paG2tYGBL\\n" \
	"usDLHze93DzgLaAPDsyJrygpVnL9M6SOyfyXEsjpBTUu6uFZqHua8hwAlA==\\n" \
	"-----END PUBLIC KEY-----\\n"
#define KEY "key: \"" PEM "\""
#define KEY2 "key: {data: \"" PEM "\"}"

/* -- reading ----------------------------------------------------------------------------------- */

#define OWN(rest) \
	"oakum-policy: 1\nsigners:\n  a: {" KEY "}\n  b: {identity: me, issuer: they}\n" \
	"rules:\n- images: x\n  require:\n" rest
#define CIP(rest) \
	"apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {name: p}\n" \
	"spec:\n  images: [{glob: \"**\"}]\n" rest
#define KYVERNO(rest) \
	"apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  rules:\n" \
	"  - name: r\n    verifyImages:\n    - imageReferences: [\"*\"]\n" rest
#define IVP(rest) \
	"apiVersion: policies.kyverno.io/v1\nkind: ImageValidatingPolicy\nmetadata: {name: p}\n" \
	"spec:\n  attestors: [{name: a, cosign: {key: {data: \"" PEM "\"}}}]\n" rest

static const struct {
	const char *text, *fault; /* NULL: it is read */
} readings[] = {
	{ OWN("  - signature: a\n"), NULL },
	{ OWN("  - signature: [a, b]\n  - any: [{sbom: a}, {all: [{scan: {by: b, max-age: 7d}}]}]\n"), NULL },
	{ OWN("  - at-least: 1\n    of: [{signature: a}, {signature: b}]\n"), NULL },
	{ OWN("  - provenance: {by: b, builder: x, source: y, tag: v*, max-age: 12h}\n"), NULL },
	{ OWN("  - attestation: {by: b, type: vsa, says: {verifier.id: z}}\n"), NULL },
	{ OWN("  - signature: c\n"), "line 8, column 16: 'c' is none of the signers" },
	{ OWN("  - signature: {by: a, since: 1}\n"), "line 8, column 24: 'since' is not understood" },
	{ OWN("  - signed: a\n"), "line 8, column 5: 'signed' is no need" },
	{ OWN("  - signature: a\n    sbom: a\n"), "line 8, column 5: one need" },
	{ OWN("  - signature: {max-age: 7d}\n"), "'by' says which" },
	{ OWN("  - sbom: {by: a, max-age: 7}\n"), "'7' is no age" },
	{ OWN("  - sbom: {by: a, max-age: 0d}\n"), "'0d' is no age" },
	{ OWN("  - sbom: {by: a, format: syft}\n"), "spdx or cyclonedx" },
	{ OWN("  - scan: {by: a, at-most: worse}\n"), "none, low, medium or high" },
	{ OWN("  - base: {by: a}\n"), "'images' says" },
	{ OWN("  - attestation: {by: a}\n"), "'type' says" },
	{ OWN("  - attestation: {by: a, type: nothing}\n"), "no type of predicate 'nothing'" },
	{ OWN("  - any: []\n"), "line 8, column 10: a list of needs" },
	{ OWN("  - at-least: 3\n    of: [{signature: a}]\n"), "from 1 to 1" },
	{ OWN("  - at-least: 0\n    of: [{signature: a}]\n"), "from 1 to 1" },
	{ OWN("  - all: [{all: [{all: [{all: [{all: [{all: [{all: [{all: [{signature: a}]}]}]}]}]}]}]}]\n"),
	  "more than 8 deep" },
	{ OWN("  - signature: a\n") "  mode: ask\n", "'ask' is no value of 'mode'" },
	{ OWN("  - signature: a\n") "  images: y\n", "stands twice" },
	{ OWN("  - signature: a\n") "---\na: b\n", "a file of its own" },
	{ "oakum-policy: 2\n", "the version of this form is 1" },
	{ "oakum-policy: 1\nsigners: {a: {key: ../k.pub}}\n", "does not lie beside" },
	{ "oakum-policy: 1\nsigners: {a: {key: /k.pub}}\n", "does not lie beside" },
	{ "oakum-policy: 1\nsigners: {a: {identity: x}}\n", "an 'identity' with its 'issuer'" },
	{ "oakum-policy: 1\nsigners: {a: {identity-regexp: ^x, issuer: y}}\n", "not anchored" },
	{ "oakum-policy: 1\nsigners: {a: {identity-regexp: ^x|y$, issuer: y}}\n", "not anchored" },
	{ "oakum-policy: 1\nsigners: {a: {identity-regexp: '^(x$', issuer: y}}\n", "expression" },
	{ "oakum-policy: 1\nsigners: {a: {key: k, identity: x}}\n", "column 23: 'identity'" },
	{ "oakum-policy: 1\nsigners: {a: {key: k}}\nrules: []\n", "'rules' is expected" },
	{ "oakum-policy: 1\nsigners: {a: {key: k}}\nrules: [{images: x}]\n", "'images' and 'require'" },
	{ "", "without rules" },
	{ "a: b", "neither" },
	{ "a: [", "line 1" },
	{ "apiVersion: v1\nkind: Namespace\n", "without rules" },
	{ "apiVersion: cert-manager.io/v1\nkind: Issuer\n", "'Issuer' of 'cert-manager.io/v1'" },

	{ CIP("  authorities: [{" KEY2 "}]\n"), NULL },
	{ CIP("  authorities: [{" KEY2 ", ctlog: {url: \"https://rekor.sigstore.dev/\"}}]\n"), NULL },
	{ CIP("  authorities: [{static: {action: pass}}]\n"), NULL },
	{ CIP("  authorities: [{" KEY2 ", attestations: [{name: x, predicateType: vuln}]}]\n"), NULL },
	{ CIP("  authorities: [{keyless: {identities: [{issuer: a, subject: b}]}}]\n"), NULL },
	{ CIP("  authorities: []\n"), "'authorities' is expected" },
	{ CIP("  authorities: [{key: {kms: \"awskms://x\"}}]\n"), "is not fetched" },
	{ CIP("  authorities: [{key: {secretRef: {name: x}}}]\n"), "is not fetched" },
	{ CIP("  authorities: [{" KEY2 ", ctlog: {url: \"http://rekor.svc\"}}]\n"), "another instance" },
	{ CIP("  authorities: [{keyless: {url: \"http://fulcio.svc\", identities: [{issuer: a, subject: b}]}}]\n"),
	  "another instance" },
	{ CIP("  authorities: [{keyless: {identities: [{issuer: a}]}}]\n"), "anybody's fits" },
	{ CIP("  authorities: [{keyless: {identities: [{issuer: a, subjectRegExp: .*x.*}]}}]\n"),
	  "not anchored" },
	{ CIP("  authorities: [{" KEY2 ", static: {action: pass}}]\n"), "is one of" },
	{ CIP("  authorities: [{static: {action: perhaps}}]\n"), "'perhaps'" },
	{ CIP("  authorities: [{" KEY2 ", source: [{oci: x}]}]\n"), "'source' is not understood" },
	{ CIP("  authorities: [{" KEY2 ", rfc3161timestamp: {}}]\n"), "'rfc3161timestamp' is not" },
	{ CIP("  authorities: [{" KEY2 "}]\n  policy: {type: cue}\n"), "CUE and Rego" },
	{ CIP("  authorities: [{" KEY2 ", attestations: [{name: x, predicateType: vuln, policy: {type: rego}}]}]\n"),
	  "CUE and Rego" },
	{ CIP("  authorities: [{" KEY2 "}]\n  mode: maybe\n"), "'maybe'" },

	{ KYVERNO("      attestors: [{entries: [{keys: {publicKeys: \"" PEM "\"}}]}]\n"), NULL },
	{ KYVERNO("      attestors: [{count: 1, entries: [{keys: {publicKeys: \"" PEM PEM "\"}}]}]\n"), NULL },
	{ KYVERNO("      attestors: [{count: 2, entries: [{keys: {publicKeys: \"" PEM PEM "\"}}]}]\n"), NULL },
	{ KYVERNO("      attestors: [{count: 3, entries: [{keys: {publicKeys: \"" PEM PEM "\"}}]}]\n"),
	  "'count' is a number from 1 to 2" },
	{ KYVERNO("      attestors: [{entries: [{keyless: {subject: \"x*\", issuer: y}}]}]\n"), NULL },
	{ KYVERNO("      attestors: [{entries: [{attestor: {count: 1, entries: [{keyless: {subject: x, issuer: y}}]}}]}]\n"),
	  NULL },
	{ KYVERNO("      attestors: [{entries: [{keyless: {subject: x, issuer: y, roots: z}}]}]\n"), "'roots'" },
	{ KYVERNO("      attestors: [{entries: [{certificates: {cert: z}}]}]\n"), "'certificates'" },
	{ KYVERNO("      attestors: [{entries: [{keys: {publicKeys: \"k8s://a/b\"}}]}]\n"), "no public key" },
	{ KYVERNO("      attestors: [{entries: [{keys: {kms: x}}]}]\n"), "'kms'" },
	{ KYVERNO("      type: Notary\n      attestors: [{entries: []}]\n"), "'Notary'" },
	{ KYVERNO("      attestors: [{entries: []}]\n"), "'entries' is expected" },
	{ KYVERNO("      required: true\n"), "neither 'attestors' nor" },
	{ KYVERNO("      repository: x\n"), "'repository' is not" },
	{ KYVERNO("      attestations: [{type: vuln}]\n"), "'attestors' who must sign" },
	{ KYVERNO("      attestations: [{type: vuln, attestors: [{entries: [{keyless: {subject: x, issuer: y}}]}],"
	          " conditions: [{all: [{key: \"{{ a.b }}\", operator: Equals, value: c}]}]}]\n"), NULL },
	{ KYVERNO("      attestations: [{type: vuln, attestors: [{entries: [{keyless: {subject: x, issuer: y}}]}],"
	          " conditions: [{all: [{key: \"{{ f(a) }}\", operator: Equals, value: c}]}]}]\n"), "JMESPath" },
	{ KYVERNO("      attestations: [{type: vuln, attestors: [{entries: [{keyless: {subject: x, issuer: y}}]}],"
	          " conditions: [{all: [{key: \"{{ a }}\", operator: GreaterThan, value: c}]}]}]\n"),
	  "'GreaterThan'" },
	{ "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec:\n  rules:\n  - name: r\n    validate: {}\n",
	  "line 6, column 5: 'validate'" },

	{ IVP("  validations: [{expression: \"images.containers.map(image, verifyImageSignatures(image, "
	      "[attestors.a])).all(e, e > 0)\"}]\n"), NULL },
	{ IVP("  validations: [{expression: \"images.containers.map(image, verifyImageSignatures(image, "
	      "[attestors.b])).all(e, e > 0)\"}]\n"), "CEL" },
	{ IVP("  validations: [{expression: \"images.containers.map(image, verifyImageSignatures(image, "
	      "[attestors.a])).all(e, e >= 0)\"}]\n"), "CEL" },
	{ IVP("  validations: [{expression: \"images.containers.map(image, verifyImageSignatures(other, "
	      "[attestors.a])).all(e, e > 0)\"}]\n"), "CEL" },
	{ IVP("  validations: [{expression: \"images.containers.map(image, verifyImageSignatures(image, "
	      "[attestors.a])).all(e, e > 0) || true\"}]\n"), "CEL" },
	{ IVP("  validations: [{expression: \"true\"}]\n"), "CEL" },
	{ IVP("  validations: []\n"), "'validations' is expected" },
	{ IVP("  attestations: [{name: s, intoto: {type: vuln}}]\n  validations: [{expression: "
	      "\"images.containers.map(i, extractPayload(i, attestations.s).predicate.a == 'b').all(e, e)\"}]\n"),
	  "CEL" }, /* nobody was asked to have signed it */
	{ IVP("  attestations: [{name: s, intoto: {type: vuln}}]\n  validations: [{expression: "
	      "\"images.containers.map(i, verifyAttestationSignatures(i, attestations.s, [attestors.a])).all(e, e > 0)"
	      " && images.containers.map(i, extractPayload(i, attestations.s).predicate.a == 'b').all(e, e)\"}]\n"),
	  NULL },
	{ IVP("  variables: []\n"), "'variables'" },
	{ IVP("  validationActions: [Log]\n"), "Deny, Warn or Audit" },
};

static void test_reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(readings) / sizeof(*readings); i++) {
		struct policy p;
		err e = { 0 };
		int status = policy_parse(bytes_str(readings[i].text), false, &arena, &p, &e);

		if ((status == 0) != !readings[i].fault ||
		    (readings[i].fault && !strstr(e.text, readings[i].fault)))
			fail_msg("%s\n-> %s, not %s", readings[i].text, e.text,
			         readings[i].fault ? readings[i].fault : "read");
		if (status == 0)
			policy_free(&p);
		arena_reset(&arena);
	}
}

static void test_another_instance(void **state)
{
	struct policy p;
	err e = { 0 };

	(void)state;
	assert_int_equal(policy_parse(BYTES(CIP("  match: [{resource: pods}]\n"
	                                        "  authorities: [{" KEY2 ", ctlog: {url: \"http://r.svc\"}}]\n")),
	                              true, &arena, &p, &e), 0);
	assert_int_equal(p.notes.len, 2);
	assert_true(p.signers.items[0].needs_log);
	policy_free(&p);
	assert_int_equal(policy_parse(BYTES(CIP("  authorities: [{" KEY2 ", ctlog: {}}]\n")), false, &arena, &p,
	                              &e), 0);
	assert_false(p.signers.items[0].needs_log);
	policy_free(&p);
	arena_reset(&arena);
}

static void test_too_much(void **state)
{
	buf text = BUF_INIT(2 * LIMIT_POLICY);
	struct policy p;
	err e = { 0 };

	(void)state;
	buf_puts(&text, "oakum-policy: 1\nsigners:\n");
	for (int i = 0; i <= LIMIT_POLICY_SIGNERS; i++)
		buf_printf(&text, "  s%d: {identity: a, issuer: b}\n", i);
	assert_int_equal(policy_parse(buf_bytes(&text), false, &arena, &p, &e), -1);
	assert_non_null(strstr(e.text, "more than 128 signers"));
	err_clear(&e);
	buf_clear(&text);
	buf_puts(&text, "oakum-policy: 1\nsigners: {s: {identity: a, issuer: b}}\nrules:\n- images: x\n  require:\n");
	for (int i = 0; i <= LIMIT_POLICY_NEEDS; i++)
		buf_puts(&text, "  - sbom: s\n");
	assert_int_equal(policy_parse(buf_bytes(&text), false, &arena, &p, &e), -1);
	assert_non_null(strstr(e.text, "more than 1024 needs"));
	err_clear(&e);
	while (text.n <= LIMIT_POLICY)
		buf_puts(&text, "# nothing but words\n");
	assert_int_equal(policy_parse(buf_bytes(&text), false, &arena, &p, &e), -1);
	assert_failed(&e, ERR_LIMIT);
	buf_done(&text);
	arena_reset(&arena);
}

/* -- patterns ---------------------------------------------------------------------------------- */

#define FOO "docker.io/library/foo", "latest"
#define APP "docker.io/myuser/myapp", "latest"

/* Those of GLOB_COSIGN: policy-controller, pkg/apis/glob/glob_test.go. Those of GLOB_KYVERNO: its
 * documentation of image references. */
static const struct {
	enum glob_kind kind;
	const char *name, *tag, *glob;
	bool fits;
} patterns[] = {
	{ GLOB_COSIGN, FOO, "index.docker.io/library/foo:latest", true },
	{ GLOB_COSIGN, FOO, "index.docker.io/library/foo:*", true },
	{ GLOB_COSIGN, FOO, "index.docker.io/library/*", true },
	{ GLOB_COSIGN, FOO, "index.docker.io/library/*:latest", true },
	{ GLOB_COSIGN, FOO, "index.docker.io/*/*", true },
	{ GLOB_COSIGN, FOO, "index.docker.**", true },
	{ GLOB_COSIGN, FOO, "inde**", true },
	{ GLOB_COSIGN, FOO, "**", true },
	{ GLOB_COSIGN, FOO, "foo", true },
	{ GLOB_COSIGN, FOO, "foo*", true },
	{ GLOB_COSIGN, APP, "index.docker.io/myuser/*:latest", true },
	{ GLOB_COSIGN, APP, "myuser/myapp", true },
	{ GLOB_COSIGN, APP, "index.docker.io/library/*", false },
	{ GLOB_COSIGN, "ghcr.io/foo/bar", "latest", "ghcr.io/*/*", true },
	{ GLOB_COSIGN, "ghcr.io/foo", "latest", "ghcr.io/*/*", false },
	{ GLOB_COSIGN, "ghcr.io/foo", "latest", "ghcr.io/**", true },
	{ GLOB_COSIGN, "ghcr.io/foo", "latest", "*/**", true },
	{ GLOB_COSIGN, "ghcr.io/foo", "latest", "ghcr.io/foo*", true },
	{ GLOB_COSIGN, "prefix-ghcr.io/foo", "latest", "ghcr.io/foo", false },
	{ GLOB_COSIGN, "ghcr.io/foo-suffix", "latest", "ghcr.io/foo", false },
	{ GLOB_COSIGN, "ghcrxio/foo", "latest", "ghcr.io/**", false },
	{ GLOB_OWN, "ghcr.io/acme/shop", "1", "ghcr.io/acme/*", true },
	{ GLOB_OWN, "ghcr.io/acme/shop/web", "1", "ghcr.io/acme/*", false },
	{ GLOB_OWN, "ghcr.io/acme/shop/web", "1", "ghcr.io/acme/**", true },
	{ GLOB_OWN, "ghcr.io/acme/shop", "1", "ghcr.io/acme/shop", true },
	{ GLOB_OWN, "ghcr.io/acme/shop", "1", "ghcr.io/acme/shop:1", true },
	{ GLOB_OWN, "ghcr.io/acme/shop", "2", "ghcr.io/acme/shop:1", false },
	{ GLOB_OWN, "ghcr.io/acme/shop", "", "ghcr.io/acme/shop:*", false },
	{ GLOB_OWN, "ghcr.io/acme/shop", "1", "ghcr.io/acme/shop@sha256:0*", true },
	{ GLOB_OWN, "ghcr.io/acme/shop", "1", "ghcr.io/acme/shop@sha256:1*", false },
	{ GLOB_OWN, "ghcr.io/acme/shop", "1", "ghcr.io/acme/sho?", false },
	{ GLOB_OWN, "ghcr.io:443/acme/shop", "1", "ghcr.io:443/acme/shop", true },
	{ GLOB_OWN, "ghcr.io/acme/shop", "1", "", false },
	{ GLOB_KYVERNO, "ghcr.io/acme/shop/web", "1", "ghcr.io/*", true },
	{ GLOB_KYVERNO, "ghcr.io/acme/shop", "1", "ghcr.io/acme/sho?:*", true },
	{ GLOB_KYVERNO, "ghcr.io/acme/shop", "1", "ghcr.io/acme/shop", false },
	{ GLOB_KYVERNO, "ghcr.io/acme/shop", "", "ghcr.io/acme/shop@*", true },
	{ GLOB_KYVERNO, "ghcr.io/acme/shop", "1", "*", true },
};

static void test_patterns(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		struct glob glob = { bytes_str(patterns[i].glob), patterns[i].kind };
		const struct globs globs = { &glob, 1, 1 };
		const struct image_name image = { bytes_str(patterns[i].name), bytes_str(patterns[i].tag),
			                              BYTES("sha256:0123") };

		if (globs_fit_image(&globs, &image) != patterns[i].fits)
			fail_msg("'%s' and %s:%s", patterns[i].glob, patterns[i].name, patterns[i].tag);
	}
}

/* No pattern takes long: this one would, tried one way after the other. */
static void test_pattern_of_stars(void **state)
{
	char pattern[400], text[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = i % 2 ? 'a' : '*';
	memset(text, 'a', sizeof(text));
	struct glob glob = { bytes_of(pattern, sizeof(pattern)), GLOB_KYVERNO };

	assert_true(glob_fits(&glob, bytes_of(text, sizeof(text))));
	text[sizeof(text) - 1] = 'b';
	assert_false(glob_fits(&glob, bytes_of(text, sizeof(text))));
	assert_false(glob_fits(&glob, bytes_of(text, 100)));
}

/* -- deciding ---------------------------------------------------------------------------------- */

#define NOW 1800000000
#define DAY 86400

/* What a fabricated attachment is: who signed it, of what type, when, saying what. */
struct made {
	int signer; /* index in the policy */
	const char *type; /* NULL: a signature */
	int64_t time;
	const char *predicate;
	const char *source; /* as the certificate claims it */
};

static const char marks[8]; /* keys that are told apart by their addresses */

static const struct public_key *key_of(size_t signer)
{
	return (const struct public_key *)(const void *)&marks[signer];
}

static void fake_judge(const struct attachment *at, const digest *subject,
                       const struct judge_question *q, struct arena *a, struct verdict *out)
{
	const struct made *m = (const struct made *)(const void *)at->content.p;

	(void)a;
	*out = (struct verdict){ .kind = VERDICT_ELSE };
	assert_true(digest_equal(&at->subject, subject));
	if ((q->wish == WISH_SIGNATURE) != !m->type ||
	    (m->type && !bytes_is(q->request->predicate_type, m->type)))
		return;
	out->kind = q->request->key == key_of((size_t)m->signer) ? VERDICT_HOLDS : VERDICT_REFUSED;
	out->why = "the signature does not hold";
	out->result.times[0] = out->result.times[1] = m->time;
	out->result.statement.type = BYTES("https://in-toto.io/Statement/v1");
	out->result.statement.predicate_type = bytes_str(m->type);
	out->result.statement.predicate = bytes_str(m->predicate);
	out->result.claims.items[12] = bytes_str(m->source);
	out->result.is_statement = m->type != NULL;
}

static digest digest_of_n(uint8_t n)
{
	return (digest){ .algorithm = DIGEST_SHA256, .value = { n } };
}

/* decide(text, made, n, out): of the image ghcr.io/acme/shop:1; made attachments are of its index
 * but for those of signer + 100, which are of its platform. */
static void decide(const char *text, const struct made *made, size_t n, struct decision *out)
{
	static struct made kept[4];
	struct attachment list[4] = { 0 };
	struct ready_signer signers[8];
	const struct policy_subject subjects[] = {
		{ .digests = { digest_of_n(1) } },
		{ .label = BYTES("linux/amd64"), .digests = { digest_of_n(2) } },
	};
	struct policy p;
	err e = { 0 };

	if (policy_parse(bytes_str(text), false, &arena, &p, &e) < 0)
		fail_msg("%s: %s", text, e.text);
	for (size_t i = 0; i < 8; i++)
		signers[i] = (struct ready_signer){ key_of(i), NULL };
	for (size_t i = 0; i < n; i++) {
		kept[i] = made[i];
		kept[i].signer %= 100;
		list[i].subject = digest_of_n(made[i].signer >= 100 ? 2 : 1);
		list[i].manifest = digest_of_n((uint8_t)(10 + i));
		list[i].content = bytes_of(&kept[i], sizeof(*kept));
	}
	const struct policy_question q = {
		.policy = &p, .signers = signers,
		.image = { BYTES("ghcr.io/acme/shop"), BYTES("1"), BYTES("sha256:01") },
		.subjects = subjects, .subjects_len = 2,
		.attachments = list, .attachments_len = n, .now = NOW, .judge = fake_judge,
	};

	assert_int_equal(policy_decide(&q, &arena, out, &e), 0);
	policy_free(&p);
}

#define POLICY(more, rule) \
	"oakum-policy: 1\n" more "signers:\n  a: {key: a}\n  b: {key: b}\nrules:\n" \
	"- images: ghcr.io/acme/*\n" rule

#define SLSA "https://slsa.dev/provenance/v1"
/* slsa.dev/spec/v1.0/provenance */
#define BUILT(builder, source, ref, base) \
	"{\"buildDefinition\": {\"buildType\": \"https://actions.github.io/buildtypes/workflow/v1\"," \
	"\"externalParameters\": {\"workflow\": {\"ref\": \"" ref "\", \"repository\": \"" source "\", \"path\": \"w.yml\"}}," \
	"\"resolvedDependencies\": [{\"uri\": \"git+" source "@" ref "\", \"digest\": {\"gitCommit\": \"abc\"}}," \
	"{\"uri\": \"" base "\", \"digest\": {\"sha256\": \"00\"}}]}," \
	"\"runDetails\": {\"builder\": {\"id\": \"" builder "\"}}}"
#define GOOD_BUILD BUILT("https://b.example/w@refs/tags/v1.0.0", "https://github.com/acme/shop", "refs/tags/v1.2", \
                         "pkg:docker/debian@12?platform=linux%2Famd64")

#define VULN "https://cosign.sigstore.dev/attestation/vuln/v1"
#define TRIVY(severity) \
	"{\"scanner\": {\"result\": {\"Results\": [{\"Vulnerabilities\": [{\"Severity\": \"" severity "\"}]}]}}}"
#define GRYPE(severity) \
	"{\"scanner\": {\"result\": {\"matches\": [{\"vulnerability\": {\"severity\": \"" severity "\"}}]}}}"
#define VULNS "https://in-toto.io/attestation/vulns/v0.2"
#define IN_TOTO(score) \
	"{\"scanner\": {\"result\": [{\"id\": \"CVE-1\", \"severity\": [{\"method\": \"CVSS_V3\", \"score\": \"" score "\"}]}]}}"
#define TEST "https://in-toto.io/attestation/test-result/v0.1"
#define SPDX "https://spdx.dev/Document"

/* One need of the policy, one attachment, what is decided. */
static const struct {
	const char *need;
	struct made made;
	enum decision_kind decision;
	const char *why; /* of the need's line */
} cases[] = {
	{ "signature: a", { 0, NULL, 0, NULL, NULL }, DECISION_PASSES, "signed by a" },
	{ "signature: b", { 0, NULL, 0, NULL, NULL }, DECISION_DENIED, "does not hold" },
	{ "signature: [b, a]", { 0, NULL, 0, NULL, NULL }, DECISION_PASSES, "signed by a" },
	{ "signature: a", { 0, SPDX, 0, "{}", NULL }, DECISION_LACKS, "nothing of that kind" },
	{ "signature: a", { 100, NULL, 0, NULL, NULL }, DECISION_LACKS, "nothing of that kind" },
	{ "signature: {by: a, max-age: 7d}", { 0, NULL, NOW - 6 * DAY, NULL, NULL }, DECISION_PASSES, "on 2027-01-09" },
	{ "signature: {by: a, max-age: 7d}", { 0, NULL, NOW - 8 * DAY, NULL, NULL }, DECISION_DENIED, "too old" },
	{ "signature: {by: a, max-age: 7d}", { 0, NULL, 0, NULL, NULL }, DECISION_DENIED, "no time that can be believed" },
	{ "sbom: a", { 0, SPDX, 0, "{}", NULL }, DECISION_PASSES, "signed by a" },
	{ "sbom: {by: a, format: cyclonedx}", { 0, SPDX, 0, "{}", NULL }, DECISION_LACKS, "nothing" },
	{ "sbom: {by: a, format: cyclonedx}", { 0, "https://cyclonedx.org/bom", 0, "{}", NULL }, DECISION_PASSES, "signed" },
	{ "sbom: b", { 0, SPDX, 0, "{}", NULL }, DECISION_DENIED, "does not hold" },
	{ "scan: {by: a, at-most: high}", { 0, VULN, 0, TRIVY("HIGH"), NULL }, DECISION_PASSES, "signed" },
	{ "scan: {by: a, at-most: high}", { 0, VULN, 0, TRIVY("CRITICAL"), NULL }, DECISION_DENIED, "severity 'CRITICAL'" },
	{ "scan: {by: a, at-most: none}", { 0, VULN, 0, TRIVY("UNKNOWN"), NULL }, DECISION_DENIED, "severity 'UNKNOWN'" },
	{ "scan: {by: a, at-most: none}", { 0, VULN, 0, "{\"scanner\": {\"result\": {\"Results\": []}}}", NULL },
	  DECISION_PASSES, "signed" },
	{ "scan: {by: a, at-most: low}", { 0, VULN, 0, GRYPE("Negligible"), NULL }, DECISION_PASSES, "signed" },
	{ "scan: {by: a, at-most: low}", { 0, VULN, 0, GRYPE("Medium"), NULL }, DECISION_DENIED, "severity 'Medium'" },
	{ "scan: {by: a, at-most: medium}", { 0, VULNS, 0, IN_TOTO("6.9"), NULL }, DECISION_PASSES, "signed" },
	{ "scan: {by: a, at-most: medium}", { 0, VULNS, 0, IN_TOTO("7.0"), NULL }, DECISION_DENIED, "severity 'high'" },
	{ "scan: {by: a, at-most: medium}", { 0, VULN, 0, "{\"scanner\": {\"result\": null}}", NULL }, DECISION_DENIED,
	  "no form that is understood" },
	{ "scan: {by: a, max-age: 1d}", { 0, VULN, NOW - 2 * DAY, "{}", NULL }, DECISION_DENIED, "too old" },
	{ "provenance: a", { 0, SLSA, 0, GOOD_BUILD, NULL }, DECISION_PASSES, "signed by a" },
	{ "provenance: {by: a, builder: \"https://b.example/w\"}", { 0, SLSA, 0, GOOD_BUILD, NULL }, DECISION_PASSES, "signed" },
	{ "provenance: {by: a, builder: \"https://b.example/w@refs/tags/v*\"}", { 0, SLSA, 0, GOOD_BUILD, NULL },
	  DECISION_PASSES, "signed" },
	{ "provenance: {by: a, builder: \"https://c.example/w\"}", { 0, SLSA, 0, GOOD_BUILD, NULL }, DECISION_DENIED,
	  "built by 'https://b.example/w@refs/tags/v1.0.0'" },
	{ "provenance: {by: a, source: github.com/acme/shop}", { 0, SLSA, 0, GOOD_BUILD, NULL }, DECISION_PASSES, "signed" },
	{ "provenance: {by: a, source: \"https://github.com/acme/*\"}", { 0, SLSA, 0, GOOD_BUILD,
	  "https://github.com/acme/shop" }, DECISION_PASSES, "signed" },
	{ "provenance: {by: a, source: github.com/acme/shop}", { 0, SLSA, 0, GOOD_BUILD, "https://github.com/evil/shop" },
	  DECISION_DENIED, "the certificate is of another source" },
	{ "provenance: {by: a, source: github.com/acme/sho}", { 0, SLSA, 0, GOOD_BUILD, NULL }, DECISION_DENIED, "built from" },
	{ "provenance: {by: a, tag: v1.*}", { 0, SLSA, 0, GOOD_BUILD, NULL }, DECISION_PASSES, "signed" },
	{ "provenance: {by: a, branch: main}", { 0, SLSA, 0, GOOD_BUILD, NULL }, DECISION_DENIED, "built from 'refs/tags/v1.2'" },
	{ "provenance: {by: a, branch: main, tag: v*}", { 0, SLSA, 0, GOOD_BUILD, NULL }, DECISION_PASSES, "signed" },
	{ "provenance: {by: a, builder: x}", { 0, SLSA, 0, "[]", NULL }, DECISION_DENIED, "" },
	{ "base: {by: a, images: \"docker.io/library/debian\"}", { 0, SLSA, 0, GOOD_BUILD, NULL }, DECISION_PASSES, "signed" },
	{ "base: {by: a, images: \"docker.io/library/debian:12\"}", { 0, SLSA, 0, GOOD_BUILD, NULL }, DECISION_PASSES, "signed" },
	{ "base: {by: a, images: \"docker.io/library/debian:13\"}", { 0, SLSA, 0, GOOD_BUILD, NULL }, DECISION_DENIED,
	  "what went in is not as asked for" },
	{ "base: {by: a, images: \"**\"}", { 0, SLSA, 0, BUILT("x", "https://y", "z", "https://w"), NULL }, DECISION_DENIED,
	  "names no image" },
	{ "test-result: a", { 0, TEST, 0, "{\"result\": \"PASSED\"}", NULL }, DECISION_PASSES, "signed" },
	{ "test-result: a", { 0, TEST, 0, "{\"result\": \"WARNED\"}", NULL }, DECISION_DENIED, "the result is 'WARNED'" },
	{ "test-result: a", { 0, TEST, 0, "{}", NULL }, DECISION_DENIED, "the result is" },
	{ "test-result: {by: a, configuration: settings}",
	  { 0, TEST, 0, "{\"result\": \"PASSED\", \"configuration\": [{\"name\": \"settings\"}]}", NULL }, DECISION_PASSES, "signed" },
	{ "test-result: {by: a, configuration: settings}",
	  { 0, TEST, 0, "{\"result\": \"PASSED\", \"configuration\": [{\"name\": \"units\"}]}", NULL }, DECISION_DENIED,
	  "another configuration" },
	{ "attestation: {by: a, type: \"https://x.example/t\", says: {a.b: c}}",
	  { 0, "https://x.example/t", 0, "{\"a\": {\"b\": \"c\"}}", NULL }, DECISION_PASSES, "signed" },
	{ "attestation: {by: a, type: \"https://x.example/t\", says: {a.b: c}}",
	  { 0, "https://x.example/t", 0, "{\"a\": {\"b\": \"d\"}}", NULL }, DECISION_DENIED, "a.b is '\"d\"'" },
	{ "attestation: {by: a, type: \"https://x.example/t\", says: {a.b: c}}",
	  { 0, "https://x.example/t", 0, "{\"a\": {\"b\": [\"c\"]}}", NULL }, DECISION_DENIED, "a.b is" },
	{ "attestation: {by: a, type: \"https://x.example/t\", says: {a.b: c}}",
	  { 0, "https://x.example/t", 0, "{\"a\": 1}", NULL }, DECISION_DENIED, "does not say 'a.b'" },
	{ "attestation: {by: a, type: \"https://x.example/t\", says: {a: 2}}",
	  { 0, "https://x.example/t", 0, "{\"a\": 2}", NULL }, DECISION_PASSES, "signed" },
};

static void test_needs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct decision d;
		const char *text = arena_printf(&arena, POLICY("", "  require:\n  - %s\n"), cases[i].need);

		decide(text, &cases[i].made, 1, &d);
		assert_true(d.lines.len >= 2);
		bytes why = d.lines.items[1].why;

		if (d.kind != cases[i].decision ||
		    bytes_search(why, bytes_str(cases[i].why)) == (cases[i].why[0] ? why.n : why.n + 1))
			fail_msg("%s: %s: %.*s", cases[i].need, decision_kind_name(d.kind), (int)why.n,
			         (const char *)why.p);
		arena_reset(&arena);
	}
}

static enum decision_kind decided(const char *text, const struct made *made, size_t n)
{
	struct decision d;

	decide(text, made, n, &d);
	arena_reset(&arena);
	return d.kind;
}

static void test_groups(void **state)
{
	const struct made a = { .signer = 0 }, b = { .signer = 1 };
	const struct made both[] = { a, b };
	const char *any = POLICY("", "  require: [{any: [{signature: a}, {signature: b}]}]\n");
	const char *all = POLICY("", "  require: [{signature: a}, {signature: b}]\n");
	const char *two = POLICY("", "  require: [{at-least: 2, of: [{signature: a}, {signature: b}, {sbom: a}]}]\n");

	(void)state;
	assert_int_equal(decided(any, &a, 1), DECISION_PASSES);
	assert_int_equal(decided(any, &b, 1), DECISION_PASSES);
	assert_int_equal(decided(any, NULL, 0), DECISION_LACKS);
	assert_int_equal(decided(all, &a, 1), DECISION_DENIED);
	assert_int_equal(decided(all, both, 2), DECISION_PASSES);
	assert_int_equal(decided(two, both, 2), DECISION_PASSES);
	assert_int_equal(decided(two, &a, 1), DECISION_DENIED);
	assert_int_equal(decided(two, NULL, 0), DECISION_LACKS);
}

static void test_rules(void **state)
{
	const struct made a = { .signer = 0 }, of_platform = { .signer = 100 };
	const struct made both[] = { a, of_platform };
	const char *warns = POLICY("", "  mode: warn\n  require: [{signature: b}]\n");
	const char *excepts = POLICY("", "  except: \"**/shop\"\n  require: [{signature: a}]\n");
	const char *allows = POLICY("default: allow\n", "  except: \"**/shop\"\n  require: [{signature: b}]\n");
	const char *default_warns = POLICY("default: warn\n", "  except: \"**/shop\"\n  require: [{signature: b}]\n");
	const char *two = POLICY("", "  require: [{signature: a}]\n- images: \"**\"\n  require: [{signature: b}]\n");
	const char *all = POLICY("", "  platforms: all\n  require: [{signature: a}]\n");

	(void)state;
	assert_int_equal(decided(warns, &a, 1), DECISION_WARNS);
	assert_int_equal(decided(excepts, &a, 1), DECISION_DENIED); /* no rule is about it */
	assert_int_equal(decided(allows, &a, 1), DECISION_PASSES);
	assert_int_equal(decided(default_warns, &a, 1), DECISION_WARNS);
	assert_int_equal(decided(two, &a, 1), DECISION_DENIED); /* all rules count */
	assert_int_equal(decided(all, &a, 1), DECISION_LACKS);
	assert_int_equal(decided(all, both, 2), DECISION_PASSES);
}

/* A worker's answer is read as hostile. */
static void test_wire(void **state)
{
	const struct made a = { .signer = 0 };
	buf text = BUF_INIT(64 << 10);
	struct decision d, back;
	err e = { 0 };

	(void)state;
	decide(POLICY("", "  require: [{signature: a}]\n"), &a, 1, &d);
	decision_pack(&d, &text);
	assert_int_equal(decision_unpack(buf_bytes(&text), &arena, &back, &e), 0);
	assert_int_equal(back.kind, DECISION_PASSES);
	assert_int_equal(back.lines.len, d.lines.len);
	assert_bytes(back.lines.items[1].what, "signature by a");
	for (size_t n = 0; n < text.n; n++) {
		assert_int_equal(decision_unpack(bytes_of(text.p, n), &arena, &back, &e), -1);
		assert_failed(&e, ERR_BUG);
	}
	d.lines.items[1].depth = 3; /* below nothing */
	buf_clear(&text);
	decision_pack(&d, &text);
	assert_int_equal(decision_unpack(buf_bytes(&text), &arena, &back, &e), -1);
	assert_failed(&e, ERR_BUG);
	buf_done(&text);
	arena_reset(&arena);
}

static int teardown(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),  cmocka_unit_test(test_another_instance),
		cmocka_unit_test(test_too_much), cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_pattern_of_stars), cmocka_unit_test(test_needs),
		cmocka_unit_test(test_groups),   cmocka_unit_test(test_rules),
		cmocka_unit_test(test_wire),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
