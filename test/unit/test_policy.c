/* SPDX-License-Identifier: Apache-2.0 */
/* Policies: what is read, what is refused and where; patterns as policy-controller's own tests have
 * them. */
#include "trust/policy.h"

#include "base/limits.h"

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
#define DEEP "all: [{"
#define CIP(rest) \
	"apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {name: p}\n" \
	"spec:\n  images: [{glob: \"**\"}]\n" rest
#define KYVERNO(rest) \
	"apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  rules:\n" \
	"  - name: r\n    verifyImages:\n    - imageReferences: [\"*\"]\n" rest
/* Someone, by certificate. */
#define ONE "entries: [{keyless: {subject: x, issuer: y}}]"
#define CONDITION(is) \
	KYVERNO("      attestations: [{type: vuln, attestors: [{" ONE "}],\n" \
	        "        conditions: [{all: [{" is "}]}]}]\n")
#define SIGNED(image, attestors, more) \
	IVP("  validations: [{expression: \"images.containers.map(image, verifyImageSignatures(" image \
	    ", [" attestors "])).all(e, e " more "\"}]\n")
#define IVP(rest) \
	"apiVersion: policies.kyverno.io/v1\nkind: ImageValidatingPolicy\nmetadata: {name: p}\n" \
	"spec:\n  attestors: [{name: a, cosign: {key: {data: \"" PEM "\"}}}]\n" rest

/* As an item of a list, and in a list of lists. */
#define LIST(items) "apiVersion: v1\nkind: List\nitems:\n" items
#define ITEM \
	"{apiVersion: policy.sigstore.dev/v1beta1, kind: ClusterImagePolicy, metadata: {name: p}, " \
	"spec: {images: [{glob: \"**\"}], authorities: [{" KEY2 "}]}}\n"

static const struct {
	const char *text, *fault; /* NULL: it is read */
} readings[] = {
	{ LIST("- " ITEM), NULL },
	{ LIST("- {apiVersion: v1, kind: Namespace}\n- " ITEM), NULL },
	{ LIST("- {apiVersion: v1, kind: Namespace}\n"), "without rules" },
	{ LIST("- {apiVersion: v1, kind: List, items: []}\n- " ITEM), "no policy that is understood" },
	{ LIST("- {apiVersion: kyverno.io/v2, kind: PolicyException}\n- " ITEM), "'PolicyException'" },
	{ LIST("- " ITEM) "more: 1\n", "'more'" },
	{ "apiVersion: v1\nkind: List\n", "'items' is expected" },
	{ "apiVersion: kyverno.io/v1\nkind: ClusterPolicyList\nitems: []\n", "'ClusterPolicyList'" },
	{ "apiVersion: config.openshift.io/v1\nkind: ClusterImagePolicy\nspec: {scopes: [\"*\"]}\n",
	  "of 'config.openshift.io/v1' is no policy" },
	/* What the upstream manuals show and is not understood here. */
	{ CIP("  authorities: [{" KEY2 ", source: [{oci: registry.example/sigs}]}]\n"), "'source'" },
	{ CIP("  authorities: [{" KEY2 ", rfc3161timestamp: {trustRootRef: x}}]\n"),
	  "'rfc3161timestamp'" },
	{ CIP("  authorities: [{" KEY2 ", attestations: [{name: a, predicateType: vuln,"
	      " policy: {type: cue, data: \"x: 1\"}}]}]\n"),
	  "CUE and Rego" },
	{ CIP("  authorities: [{" KEY2 "}]\n  policy: {type: rego, data: x}\n"), "CUE and Rego" },
	{ CIP("  authorities: [{<<: {" KEY2 "}}]\n"), "'<<'" },
	{ KYVERNO("      repository: registry.example/sigs\n      attestors: [{" ONE "}]\n"),
	  "'repository'" },
	{ KYVERNO("      type: Notary\n      attestors: [{" ONE "}]\n"), "'Notary'" },
	{ KYVERNO("      attestors: [{entries: [{keyless: {subject: x, issuer: y, roots: z}}]}]\n"),
	  "'roots'" },
	{ KYVERNO("      attestors: [{entries: [{keyless: {subject: x, issuer: y,"
	          " additionalExtensions: {githubWorkflowTrigger: push}}}]}]\n"),
	  "'additionalExtensions'" },
	{ KYVERNO("      attestors: [{entries: [{repository: x, keyless: {subject: x, issuer: y}}]}]"
	          "\n"),
	  "'repository'" },
	{ KYVERNO("      attestors: [{entries: [{certificates: {cert: x}}]}]\n"), "'certificates'" },
	{ KYVERNO("      attestors: [{" ONE "}]\n      validate: {deny: {}}\n"), "'validate'" },
	{ IVP("  matchImageReferences: [{expression: \"image.registry == 'ghcr.io'\"}]\n"),
	  "'expression'" },
	{ OWN("  - signature: a\n"), NULL },
	{ OWN("  - signature: {by: [b, a], max-age: 7d}\n"), "line 8, column 38: 'a' is a key" },
	{ OWN("  - signature: {by: b, max-age: }\n"), "line 8, column 24: 'max-age' says nothing" },
	{ OWN("  - signature: {by: b, max-age: ~}\n"), "'max-age' says nothing" },
	{ OWN("  - signature: {by: b, annotations: null}\n"), "'annotations' says nothing" },
	{ OWN("  - scan: {by: b, at-most: }\n"), "'at-most' says nothing" },
	{ OWN("  - provenance: {by: b, builder: }\n"), "'builder' says nothing" },
	{ OWN("  - provenance: {by: b, tag: }\n"), "'tag' says nothing" },
	{ OWN("  - attestation: {by: b, type: vsa, says: }\n"), "'says' says nothing" },
	{ OWN("  - signature: a\n") "  except:\n", "'except' says nothing" },
	{ OWN("  - signature: [a, b]\n  - any: [{sbom: a}, {all: [{scan: {by: b, max-age: 7d}}]}]\n"),
	  NULL },
	{ OWN("  - at-least: 1\n    of: [{signature: a}, {signature: b}]\n"), NULL },
	{ OWN("  - provenance: {by: b, builder: x, source: y, tag: v*, max-age: 12h}\n"), NULL },
	{ OWN("  - attestation: {by: b, type: vsa, says: {verifier.id: z}}\n"), NULL },
	{ OWN("  - signature: c\n"), "line 8, column 16: 'c' is none of the signers" },
	{ OWN("  - signature: {by: a, since: 1}\n"), "line 8, column 24: 'since' is not understood" },
	{ OWN("  - signed: a\n"), "line 8, column 5: 'signed' is no need" },
	{ OWN("  - signature: a\n    sbom: a\n"), "line 8, column 5: one need" },
	{ OWN("  - signature: {max-age: 7d}\n"), "'by' says which" },
	{ OWN("  - sbom: {by: b, max-age: 7}\n"), "'7' is no age" },
	{ OWN("  - sbom: {by: b, max-age: 0d}\n"), "'0d' is no age" },
	{ OWN("  - sbom: {by: a, format: syft}\n"), "spdx or cyclonedx" },
	{ OWN("  - scan: {by: a, at-most: worse}\n"), "none, low, medium or high" },
	{ OWN("  - base: {by: a}\n"), "'images' says" },
	{ OWN("  - attestation: {by: a}\n"), "'type' says" },
	{ OWN("  - attestation: {by: a, type: nothing}\n"), "no type of predicate 'nothing'" },
	{ OWN("  - any: []\n"), "line 8, column 10: a list of needs" },
	{ OWN("  - at-least: 3\n    of: [{signature: a}]\n"), "from 1 to 1" },
	{ OWN("  - at-least: 0\n    of: [{signature: a}]\n"), "from 1 to 1" },
	{ OWN("  - " DEEP DEEP DEEP DEEP DEEP DEEP DEEP DEEP "signature: a}]}]}]}]}]}]}]}]\n"),
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
	{ CIP("  authorities: [{" KEY2 ", attestations: }]\n"), "'attestations' says nothing" },
	{ CIP("  authorities: [{" KEY2 ", ctlog: {url: }}]\n"), "'url' says nothing" },
	{ CIP("  authorities: []\n"), "'authorities' is expected" },
	{ CIP("  authorities: [{key: {kms: \"awskms://x\"}}]\n"), "is not fetched" },
	{ CIP("  authorities: [{key: {secretRef: {name: x}}}]\n"), "is not fetched" },
	{ CIP("  authorities: [{" KEY2 ", ctlog: {url: \"http://rekor.svc\"}}]\n"),
	  "another instance" },
	{ CIP("  authorities: [{keyless: {url: \"http://fulcio.svc\", "
	      "identities: [{issuer: a, subject: b}]}}]\n"),
	  "another instance" },
	{ CIP("  authorities: [{keyless: {identities: [{issuer: a}]}}]\n"), "anybody's fits" },
	{ CIP("  authorities: [{keyless: {identities: [{issuer: a, subjectRegExp: .*x.*}]}}]\n"),
	  "not anchored" },
	{ CIP("  authorities: [{" KEY2 ", static: {action: pass}}]\n"), "is one of" },
	{ CIP("  authorities: [{static: {action: perhaps}}]\n"), "'perhaps'" },
	{ CIP("  authorities: [{" KEY2 ", source: [{oci: x}]}]\n"), "'source' is not understood" },
	{ CIP("  authorities: [{" KEY2 ", rfc3161timestamp: {}}]\n"), "'rfc3161timestamp' is not" },
	{ CIP("  authorities: [{" KEY2 "}]\n  policy: {type: cue}\n"), "CUE and Rego" },
	{ CIP("  authorities: [{" KEY2
	      ", attestations: [{name: x, predicateType: vuln, policy: {type: rego}}]}]\n"),
	  "CUE and Rego" },
	{ CIP("  authorities: [{" KEY2 "}]\n  mode: maybe\n"), "'maybe'" },

	{ KYVERNO("      attestors: [{entries: [{keys: {publicKeys: \"" PEM "\"}}]}]\n"), NULL },
	{ KYVERNO("      attestors: [{count: 1, entries: [{keys: {publicKeys: \"" PEM PEM "\"}}]}]\n"),
	  NULL },
	{ KYVERNO("      attestors: [{count: 2, entries: [{keys: {publicKeys: \"" PEM PEM "\"}}]}]\n"),
	  NULL },
	{ KYVERNO("      attestors: [{count: 3, entries: [{keys: {publicKeys: \"" PEM PEM "\"}}]}]\n"),
	  "'count' is a number from 1 to 2" },
	{ KYVERNO("      attestors: [{entries: [{keyless: {subject: \"x*\", issuer: y}}]}]\n"), NULL },
	{ KYVERNO("      attestors: [{entries: [{attestor: {count: 1, " ONE "}}]}]\n"), NULL },
	{ KYVERNO("      attestors: [{entries: [{keyless: {subject: x, issuer: y, roots: z}}]}]\n"),
	  "'roots'" },
	{ KYVERNO("      attestors: [{entries: [{certificates: {cert: z}}]}]\n"), "'certificates'" },
	{ KYVERNO("      attestors: [{entries: [{keys: {publicKeys: \"k8s://a/b\"}}]}]\n"),
	  "no public key" },
	{ KYVERNO("      attestors: [{entries: [{keys: {kms: x}}]}]\n"), "'kms'" },
	{ KYVERNO("      type: Notary\n      attestors: [{entries: []}]\n"), "'Notary'" },
	{ KYVERNO("      attestors: [{entries: []}]\n"), "'entries' is expected" },
	{ KYVERNO("      key: \"" PEM "\"\n"), NULL },
	{ KYVERNO("      key: \"" PEM "\"\n      attestations:\n"), "'attestations' says nothing" },
	{ CONDITION("key: \"{{ a }}\", operator: Equals, value: "), "'value' says nothing" },
	{ KYVERNO("      attestations: none\n"), "neither 'attestors' nor" },
	{ KYVERNO("      required: true\n"), "neither 'attestors' nor" },
	{ KYVERNO("      repository: x\n"), "'repository' is not" },
	{ KYVERNO("      attestations: [{type: vuln}]\n"), "'attestors' who must sign" },
	{ CONDITION("key: \"{{ a.b }}\", operator: Equals, value: c"), NULL },
	{ CONDITION("key: \"{{ f(a) }}\", operator: Equals, value: c"), "JMESPath" },
	{ CONDITION("key: \"{{ request.a }}\", operator: Equals, value: c"), "none of the predicate" },
	{ CONDITION("key: a, operator: Equals, value: c"), "one variable of the predicate" },
	{ CONDITION("key: \"{{ a }}\", operator: Equals, value: \"{{ b }}\""), "that is a variable" },
	{ CONDITION("key: \"{{ regex_match('^x$', '{{ a.b }}') }}\", operator: Equals, value: true"),
	  NULL },
	{ CONDITION("key: \"{{ regex_match('^x', '{{ a.b }}') }}\", operator: Equals, value: true"),
	  "not anchored" },
	{ CONDITION("key: \"{{ regex_match('^x$', '{{ a.b }}') }}\", operator: Equals, value: false"),
	  "only that it is true" },
	{ CONDITION("key: \"{{ regex_match('^x$', a.b) }}\", operator: Equals, value: true"),
	  "JMESPath" },
	{ CONDITION("key: \"{{ a }}\", operator: GreaterThan, value: c"), "'GreaterThan'" },
	{ "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec:\n  rules:\n  - validate: {}\n",
	  "line 5, column 5: 'validate'" },

	{ SIGNED("image", "attestors.a", "> 0)"), NULL },
	{ SIGNED("image", "attestors.b", "> 0)"), "CEL" },
	{ SIGNED("image", "attestors.a", ">= 0)"), "CEL" },
	{ SIGNED("other", "attestors.a", "> 0)"), "CEL" },
	{ SIGNED("image", "attestors.a", "> 0) || true"), "CEL" },
	{ IVP("  validations: [{expression: \"true\"}]\n"), "CEL" },
	{ IVP("  validations: []\n"), "'validations' is expected" },
	{ IVP("  attestations: [{name: s, intoto: {type: vuln}}]\n  validations: [{expression: "
	      "\"images.containers.map(i, extractPayload(i, attestations.s).predicate.a == 'b')"
	      ".all(e, e)\"}]\n"),
	  "CEL" }, /* nobody was asked to have signed it */
	{ IVP("  attestations: [{name: s, intoto: {type: vuln}}]\n  validations: [{expression: "
	      "\"images.containers.map(i, verifyAttestationSignatures(i, attestations.s, "
	      "[attestors.a])).all(e, e > 0) && images.containers.map(i, "
	      "extractPayload(i, attestations.s).predicate.a == 'b').all(e, e)\"}]\n"),
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
	assert_int_equal(
		policy_parse(BYTES(CIP("  match: [{resource: pods}]\n"
	                           "  authorities: [{" KEY2 ", ctlog: {url: \"http://r.svc\"}}]\n")),
	                 true, &arena, &p, &e),
		0);
	assert_int_equal(p.notes.len, 2);
	assert_true(p.signers.items[0].needs_log);
	policy_free(&p);
	assert_int_equal(
		policy_parse(BYTES(CIP("  authorities: [{" KEY2 ", ctlog: {}}]\n")), false, &arena, &p, &e),
		0);
	assert_false(p.signers.items[0].needs_log);
	policy_free(&p);
	arena_reset(&arena);
}

/* Of several keys that stand there each must be logged. */
static void test_single_key(void **state)
{
	struct policy p;
	err e = { 0 };

	(void)state;
	assert_int_equal(
		policy_parse(BYTES(KYVERNO("      key: \"" PEM PEM "\"\n")), false, &arena, &p, &e), 0);
	assert_int_equal(p.signers.len, 2);
	assert_true(p.signers.items[0].needs_log);
	assert_true(p.signers.items[1].needs_log);
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
	buf_puts(&text, "oakum-policy: 1\nsigners: {s: {identity: a, issuer: b}}\n"
	                "rules:\n- images: x\n  require:\n");
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
	{ GLOB_OWN, "ghcr.io/acme/shop", "1", "ghcr.io:443/acme/*", true },
	{ GLOB_OWN, "ghcr.io:443/acme/shop", "1", "ghcr.io/acme/*", true },
	{ GLOB_OWN, "ghcr.io:443/acme/shop", "1", "ghcr.io:443/acme/shop:1", true },
	{ GLOB_OWN, "ghcr.io:444/acme/shop", "1", "ghcr.io/acme/shop", false },
	{ GLOB_OWN, "ghcr.io/acme/shop", "1", "ghcr.io:444/acme/shop", false },
	{ GLOB_OWN, "ghcr.io:4430/acme/shop", "1", "ghcr.io:443/acme/shop", false },
	{ GLOB_OWN, "ghcr.io/acme/shop", "1", "*:443/acme/shop", true },
	{ GLOB_OWN, "ghcr.io:5000/acme/shop", "1", "*:443/acme/shop", false },
	{ GLOB_OWN, "[::1]:443/acme/shop", "1", "[::1]/acme/shop", true },
	{ GLOB_OWN, "[::443]/acme/shop", "1", "[::443]:443/acme/shop", true },
	{ GLOB_OWN, "build/shop", "1", "build:443/shop", false },
	{ GLOB_OWN, FOO, "index.docker.io/library/foo", true },
	{ GLOB_OWN, FOO, "registry-1.docker.io:443/library/*", true },
	{ GLOB_OWN, FOO, "docker.io:443/library/foo", true },
	{ GLOB_OWN, FOO, "mirror.docker.io/library/foo", false },
	{ GLOB_OWN, FOO, "*.docker.io/library/foo", false },
	{ GLOB_OWN, "index.docker.io.evil.example/foo", "1", "index.docker.io/foo", false },
	{ GLOB_OWN, "ghcr.io/acme/shop", "1", "", false },
	{ GLOB_KYVERNO, "ghcr.io/acme/shop/web", "1", "ghcr.io/*", true },
	{ GLOB_KYVERNO, "ghcr.io/acme/shop", "1", "ghcr.io/acme/sho?:*", true },
	{ GLOB_KYVERNO, "ghcr.io/acme/shop", "1", "ghcr.io/acme/shop", false },
	{ GLOB_KYVERNO, "ghcr.io/acme/shop", "", "ghcr.io/acme/shop@*", true },
	{ GLOB_KYVERNO, "ghcr.io/acme/shop", "1", "*", true },
	{ GLOB_KYVERNO, FOO, "docker.io/foo*", true }, /* its Test_GetImageInfo */
	{ GLOB_KYVERNO, FOO, "docker.io/library/foo:*", true },
	{ GLOB_KYVERNO, FOO, "docker.io/bar*", false },
	{ GLOB_KYVERNO, APP, "docker.io/myapp*", false },
	{ GLOB_KYVERNO, "ghcr.io/library/foo", "1", "ghcr.io/foo*", false },
	{ GLOB_KYVERNO, "ghcr.io/acme/shop", "1", "ghcr.io:443/acme/*", true },
	{ GLOB_KYVERNO, "ghcr.io:443/acme/shop", "1", "ghcr.io/acme/*", true },
	{ GLOB_KYVERNO, "ghcr.io:444/acme/shop", "1", "ghcr.io/acme/*", false },
	{ GLOB_COSIGN, "ghcr.io:443/acme/shop", "1", "ghcr.io/acme/*", true },
	{ GLOB_COSIGN, FOO, "index.docker.io:443/library/foo:latest", true },
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

static int teardown(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),    cmocka_unit_test(test_another_instance),
		cmocka_unit_test(test_single_key), cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_patterns),   cmocka_unit_test(test_pattern_of_stars),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
