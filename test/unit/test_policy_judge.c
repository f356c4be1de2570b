/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy decides, on verdicts of a judge of ours: each need met and not met. */
#include "trust/policy_judge.h"

#include "base/limits.h"
#include "base/text.h"

#include "unit.h"

static struct arena arena;

#define NOW 1800000000
#define DAY 86400

/* What a fabricated attachment is: who signed it, of what type, when, saying what. */
struct made {
	int signer;       /* index in the policy */
	const char *type; /* NULL: a signature */
	int64_t since;    /* when the certificate began; 0: a key signed */
	const char *predicate;
	const char *source; /* as the certificate claims it */
	const char *ref, *commit, *old_source;
	int64_t witnessed; /* by whoever had it stamped */
};

static const char marks[8]; /* keys that are told apart by their addresses */

static const struct public_key *key_of(size_t signer)
{
	return (const struct public_key *)(const void *)&marks[signer];
}

static void fake_judge(const struct attachment *at, struct judge_content *content,
                       const digest *subject, const struct judge_question *q, struct arena *a,
                       struct verdict *out)
{
	const struct made *m = (const struct made *)(const void *)at->content.p;

	(void)content;
	(void)a;
	*out = (struct verdict){ .kind = VERDICT_ELSE };
	assert_true(digest_equal(&at->subject, subject));
	if ((q->wish == WISH_SIGNATURE) != !m->type ||
	    (m->type && !bytes_is(q->request->predicate_type, m->type)))
		return;
	out->kind = q->request->key == key_of((size_t)m->signer) ? VERDICT_HOLDS : VERDICT_REFUSED;
	out->why = "the signature does not hold";
	out->result.since = m->since;
	out->result.times[0] = out->result.times[1] = m->witnessed > 0 ? m->witnessed : m->since;
	out->result.statement.type = BYTES("https://in-toto.io/Statement/v1");
	out->result.statement.predicate_type = bytes_str(m->type);
	out->result.statement.predicate = bytes_str(m->predicate);
	out->result.claims.items[CLAIM_SOURCE] = bytes_str(m->source);
	out->result.claims.items[CLAIM_REF] = bytes_str(m->ref);
	out->result.claims.items[CLAIM_COMMIT] = bytes_str(m->commit);
	out->result.claims.items[CLAIM_REPOSITORY_OLD] = bytes_str(m->old_source);
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
		.policy = &p,
		.signers = signers,
		.image = { BYTES("ghcr.io/acme/shop"), BYTES("1"), BYTES("sha256:01") },
		.subjects = subjects,
		.subjects_len = 2,
		.attachments = list,
		.attachments_len = n,
		.now = NOW,
		.judge = fake_judge,
	};

	assert_int_equal(policy_decide(&q, &arena, out, &e), 0);
	policy_free(&p);
}

#define POLICY(more, rule) \
	"oakum-policy: 1\n" more "signers:\n  a: {key: a}\n  b: {key: b}\n" \
	"  c: {identity: me, issuer: they}\nrules:\n" \
	"- images: ghcr.io/acme/*\n" rule

#define SLSA "https://slsa.dev/provenance/v1"
/* slsa.dev/spec/v1.0/provenance */
#define BUILT(builder, source, ref, base) \
	"{\"buildDefinition\": {\"buildType\": \"https://actions.github.io/buildtypes/workflow/v1\"," \
	"\"externalParameters\": {\"workflow\": {\"ref\": \"" ref "\", \"repository\": \"" source \
	"\", \"path\": \"w.yml\"}}," \
	"\"resolvedDependencies\": [{\"uri\": \"git+" source "@" ref \
	"\", \"digest\": {\"gitCommit\": \"abc\"}}," \
	"{\"uri\": \"" base "\", \"digest\": {\"sha256\": \"00\"}}]}," \
	"\"runDetails\": {\"builder\": {\"id\": \"" builder "\"}}}"
#define GOOD_BUILD \
	BUILT("https://b.example/w@refs/tags/v1.0.0", "https://github.com/acme/shop", \
	      "refs/tags/v1.2", "pkg:docker/debian@12?platform=linux%2Famd64")

#define VULN "https://cosign.sigstore.dev/attestation/vuln/v1"
#define TRIVY(severity) \
	"{\"scanner\": {\"result\": {\"Results\": [{\"Vulnerabilities\": [{\"Severity\": \"" severity \
	"\"}]}]}}}"
#define GRYPE(severity) \
	"{\"scanner\": {\"result\": {\"matches\": [{\"vulnerability\": {\"severity\": \"" severity \
	"\"}}]}}}"
#define VULNS "https://in-toto.io/attestation/vulns/v0.2"
#define IN_TOTO(score) \
	"{\"scanner\": {\"result\": [{\"id\": \"CVE-1\", " \
	"\"severity\": [{\"method\": \"CVSS_V3\", \"score\": \"" score "\"}]}]}}"
#define TEST "https://in-toto.io/attestation/test-result/v0.1"
#define SPDX "https://spdx.dev/Document"
#define SPDX_BILL "{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[{\"name\":\"a\"}]}"

/* One need of the policy, one attachment, what is decided. */
static const struct {
	const char *need;
	struct made made;
	enum decision_kind decision;
	const char *why; /* of the need's line */
} cases[] = {
	{ "signature: a", { 0 }, DECISION_PASSES, "signed by a" },
	{ "signature: b", { 0 }, DECISION_DENIED, "does not hold" },
	{ "signature: [b, a]", { 0 }, DECISION_PASSES, "signed by a" },
	{ "signature: a", { .type = SPDX, .predicate = "{}" }, DECISION_LACKS, "nothing of that kind" },
	{ "signature: a", { .signer = 100 }, DECISION_LACKS, "nothing of that kind" },
	{ "signature: {by: c, max-age: 7d}",
	  { .signer = 2, .since = NOW - 6 * DAY },
	  DECISION_PASSES,
	  "on 2027-01-09" },
	{ "signature: {by: c, max-age: 7d}",
	  { .signer = 2, .since = NOW - 8 * DAY },
	  DECISION_DENIED,
	  "too old" },
	{ "signature: {by: c, max-age: 7d}",
	  { .signer = 2, .since = NOW - 8 * DAY, .witnessed = NOW },
	  DECISION_DENIED,
	  "too old" },
	{ "signature: {by: c, max-age: 7d}",
	  { .signer = 2, .witnessed = NOW },
	  DECISION_DENIED,
	  "may be of any age" },
	{ "signature: a", { .witnessed = NOW }, DECISION_PASSES, "on or before 2027-01-15" },
	{ "sbom: a", { .type = SPDX, .predicate = SPDX_BILL }, DECISION_PASSES, "signed by a" },
	{ "sbom: a", { .type = SPDX, .predicate = "\"SPDXVersion: SPDX-2.3\\nPackageName: a\"" },
	  DECISION_PASSES, "signed by a" },
	{ "sbom: a", { .type = SPDX, .predicate = "{}" }, DECISION_DENIED, "no bill of materials" },
	{ "sbom: a", { .type = SPDX, .predicate = "{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[]}" },
	  DECISION_DENIED, "lists nothing" },
	{ "sbom: {by: a, format: cyclonedx}",
	  { .type = SPDX, .predicate = "{}" },
	  DECISION_LACKS,
	  "nothing" },
	{ "sbom: {by: a, format: cyclonedx}",
	  { .type = "https://cyclonedx.org/bom",
	    .predicate = "{\"bomFormat\":\"CycloneDX\",\"components\":[{\"name\":\"a\"}]}" },
	  DECISION_PASSES,
	  "signed" },
	{ "sbom: b", { .type = SPDX, .predicate = "{}" }, DECISION_DENIED, "does not hold" },
	{ "scan: {by: a, at-most: high}",
	  { .type = VULN, .predicate = TRIVY("HIGH") },
	  DECISION_PASSES,
	  "signed" },
	{ "scan: {by: a, at-most: high}",
	  { .type = VULN, .predicate = TRIVY("CRITICAL") },
	  DECISION_DENIED,
	  "severity 'CRITICAL'" },
	{ "scan: {by: a, at-most: none}",
	  { .type = VULN, .predicate = TRIVY("UNKNOWN") },
	  DECISION_DENIED,
	  "severity 'UNKNOWN'" },
	{ "scan: {by: a, at-most: none}",
	  { .type = VULN, .predicate = "{\"scanner\": {\"result\": {\"Results\": []}}}" },
	  DECISION_PASSES,
	  "signed" },
	{ "scan: {by: a, at-most: low}",
	  { .type = VULN, .predicate = GRYPE("Negligible") },
	  DECISION_PASSES,
	  "signed" },
	{ "scan: {by: a, at-most: low}",
	  { .type = VULN, .predicate = GRYPE("Medium") },
	  DECISION_DENIED,
	  "severity 'Medium'" },
	{ "scan: {by: a, at-most: medium}",
	  { .type = VULNS, .predicate = IN_TOTO("6.9") },
	  DECISION_PASSES,
	  "signed" },
	{ "scan: {by: a, at-most: high}",
	  { .type = VULNS, .predicate = IN_TOTO("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H") },
	  DECISION_DENIED,
	  "severity 'critical'" }, /* 9.8 */
	{ "scan: {by: a, at-most: high}",
	  { .type = VULNS, .predicate = IN_TOTO("nan") },
	  DECISION_DENIED,
	  "severity 'nan'" },
	{ "scan: {by: a, at-most: high}",
	  { .type = VULNS, .predicate = IN_TOTO("10.0") },
	  DECISION_DENIED,
	  "severity 'critical'" },
	{ "scan: {by: a, at-most: medium}",
	  { .type = VULNS, .predicate = IN_TOTO("7.0") },
	  DECISION_DENIED,
	  "severity 'high'" },
	{ "scan: {by: a, at-most: medium}",
	  { .type = VULN, .predicate = "{\"scanner\": {\"result\": null}}" },
	  DECISION_DENIED,
	  "no form that is understood" },
	{ "scan: {by: c, max-age: 1d}",
	  { .signer = 2, .type = VULN, .since = NOW - 2 * DAY, .predicate = "{}" },
	  DECISION_DENIED,
	  "too old" },
	{ "provenance: a", { .type = SLSA, .predicate = GOOD_BUILD }, DECISION_PASSES, "signed by a" },
	{ "provenance: {by: a, builder: \"https://b.example/w\"}",
	  { .type = SLSA, .predicate = GOOD_BUILD },
	  DECISION_PASSES,
	  "signed" },
	{ "provenance: {by: a, builder: \"https://b.example/w\"}",
	  { .type = SLSA ".0", .predicate = GOOD_BUILD }, /* as Google Cloud Build names it */
	  DECISION_PASSES,
	  "signed" },
	{ "provenance: {by: a, builder: \"https://b.example/w@refs/tags/v*\"}",
	  { .type = SLSA, .predicate = GOOD_BUILD },
	  DECISION_PASSES,
	  "signed" },
	{ "provenance: {by: a, builder: \"https://c.example/w\"}",
	  { .type = SLSA, .predicate = GOOD_BUILD },
	  DECISION_DENIED,
	  "built by 'https://b.example/w@refs/tags/v1.0.0'" },
	{ "provenance: {by: a, source: github.com/acme/shop}",
	  { .type = SLSA, .predicate = GOOD_BUILD },
	  DECISION_PASSES,
	  "signed" },
	{ "provenance: {by: a, source: \"https://github.com/acme/*\"}",
	  { .type = SLSA, .predicate = GOOD_BUILD, .source = "https://github.com/acme/shop" },
	  DECISION_PASSES,
	  "signed" },
	{ "provenance: {by: a, source: github.com/acme/shop}",
	  { .type = SLSA, .predicate = GOOD_BUILD, .source = "https://github.com/evil/shop" },
	  DECISION_DENIED,
	  "the certificate is of another source" },
	{ "provenance: {by: a, source: github.com/acme/shop}",
	  { .type = SLSA, .predicate = GOOD_BUILD, .old_source = "acme/shop" },
	  DECISION_PASSES,
	  "signed" },
	{ "provenance: {by: a, source: github.com/acme/shop}",
	  { .type = SLSA, .predicate = GOOD_BUILD, .old_source = "evil/shop" },
	  DECISION_DENIED,
	  "the certificate is of another source" },
	{ "provenance: {by: a, source: \"**\"}",
	  { .type = SLSA, .predicate = GOOD_BUILD, .commit = "abd" },
	  DECISION_DENIED,
	  "the certificate is of another commit" },
	{ "provenance: {by: a, tag: v*}",
	  { .type = SLSA, .predicate = GOOD_BUILD, .ref = "refs/tags/v1.2", .commit = "abc" },
	  DECISION_PASSES,
	  "signed" },
	{ "provenance: {by: a, tag: v*}",
	  { .type = SLSA, .predicate = GOOD_BUILD, .ref = "refs/heads/evil" },
	  DECISION_DENIED,
	  "the certificate is of another ref than the provenance tells: 'refs/heads/evil'" },
	{ "provenance: {by: a, tag: v*}",
	  { .type = SLSA, .predicate = GOOD_BUILD, .ref = "refs/tags/v1.2", .commit = "abd" },
	  DECISION_DENIED,
	  "the certificate is of another commit" },
	{ "provenance: {by: a, source: github.com/acme/sho}",
	  { .type = SLSA, .predicate = GOOD_BUILD },
	  DECISION_DENIED,
	  "built from" },
	{ "provenance: {by: a, tag: v1.*}",
	  { .type = SLSA, .predicate = GOOD_BUILD },
	  DECISION_PASSES,
	  "signed" },
	{ "provenance: {by: a, branch: main}",
	  { .type = SLSA, .predicate = GOOD_BUILD },
	  DECISION_DENIED,
	  "built from 'refs/tags/v1.2'" },
	{ "provenance: {by: a, branch: main, tag: v*}",
	  { .type = SLSA, .predicate = GOOD_BUILD },
	  DECISION_PASSES,
	  "signed" },
	{ "provenance: {by: a, builder: x}", { .type = SLSA, .predicate = "[]" }, DECISION_DENIED, "" },
	{ "base: {by: a, images: \"docker.io/library/debian\"}",
	  { .type = SLSA, .predicate = GOOD_BUILD },
	  DECISION_PASSES,
	  "signed" },
	{ "base: {by: a, images: \"docker.io/library/debian:12\"}",
	  { .type = SLSA, .predicate = GOOD_BUILD },
	  DECISION_PASSES,
	  "signed" },
	{ "base: {by: a, images: \"docker.io/library/debian:13\"}",
	  { .type = SLSA, .predicate = GOOD_BUILD },
	  DECISION_DENIED,
	  "what went in is not as asked for" },
	{ "base: {by: a, images: \"**\"}",
	  { .type = SLSA, .predicate = BUILT("x", "https://y", "z", "https://w") },
	  DECISION_DENIED,
	  "names no image" },
	{ "base: {by: a, images: \"docker.io/library/debian\"}",
	  { .type = SLSA, .predicate = BUILT("x", "https://y", "z", "pkg:oci/debian@sha256%3A00") },
	  DECISION_DENIED,
	  "what went in" },
	{ "base: {by: a, images: \"docker.io/library/debian\"}",
	  { .type = SLSA,
	    .predicate = BUILT("x", "https://y", "z",
	                       "pkg:oci/debian@sha256%3A00?repository_url=docker.io/library/debian") },
	  DECISION_PASSES,
	  "signed" },
	{ "base: {by: a, images: \"docker.io/library/debian\"}",
	  { .type = SLSA,
	    .predicate = BUILT("x", "https://y", "z", "pkg:docker/evil.example/debian@12") },
	  DECISION_DENIED,
	  "what went in" },
	{ "base: {by: a, images: \"docker.io/library/debian\"}",
	  { .type = SLSA,
	    .predicate = BUILT("x", "https://y", "z", "docker-image://docker.io/library/debian:12") },
	  DECISION_PASSES,
	  "signed" },
	{ "base: {by: a, images: \"docker.io/library/debian\"}",
	  { .type = SLSA, .predicate = BUILT("x", "https://y", "z", "docker://debian\\u0000x") },
	  DECISION_DENIED,
	  "what went in" },
	{ "test-result: a",
	  { .type = TEST, .predicate = "{\"result\": \"PASSED\"}" },
	  DECISION_PASSES,
	  "signed" },
	{ "test-result: a",
	  { .type = TEST, .predicate = "{\"result\": \"WARNED\"}" },
	  DECISION_DENIED,
	  "the result is 'WARNED'" },
	{ "test-result: a", { .type = TEST, .predicate = "{}" }, DECISION_DENIED, "the result is" },
	{ "test-result: {by: a, configuration: settings}",
	  { .type = TEST,
	    .predicate = "{\"result\": \"PASSED\", \"configuration\": [{\"name\": \"settings\"}]}" },
	  DECISION_PASSES,
	  "signed" },
	{ "test-result: {by: a, configuration: settings}",
	  { .type = TEST,
	    .predicate = "{\"result\": \"PASSED\", \"configuration\": [{\"name\": \"units\"}]}" },
	  DECISION_DENIED,
	  "another configuration" },
	{ "attestation: {by: a, type: \"https://x.example/t\", says: {a.b: c}}",
	  { .type = "https://x.example/t", .predicate = "{\"a\": {\"b\": \"c\"}}" },
	  DECISION_PASSES,
	  "signed" },
	{ "attestation: {by: a, type: \"https://x.example/t\", says: {a.b: c}}",
	  { .type = "https://x.example/t", .predicate = "{\"a\": {\"b\": \"d\"}}" },
	  DECISION_DENIED,
	  "a.b is '\"d\"'" },
	{ "attestation: {by: a, type: \"https://x.example/t\", says: {a.b: c}}",
	  { .type = "https://x.example/t", .predicate = "{\"a\": {\"b\": [\"c\"]}}" },
	  DECISION_DENIED,
	  "a.b is" },
	{ "attestation: {by: a, type: \"https://x.example/t\", says: {a.b: c}}",
	  { .type = "https://x.example/t", .predicate = "{\"a\": 1}" },
	  DECISION_DENIED,
	  "does not say 'a.b'" },
	{ "attestation: {by: a, type: \"https://x.example/t\", says: {a: 2}}",
	  { .type = "https://x.example/t", .predicate = "{\"a\": 2}" },
	  DECISION_PASSES,
	  "signed" },
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
	const char *two = POLICY(
		"", "  require: [{at-least: 2, of: [{signature: a}, {signature: b}, {sbom: a}]}]\n");

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

/* The youngest scan decides, whatever older ones found and whenever they were stamped. */
static void test_newest(void **state)
{
	const char *scan = POLICY("", "  require: [{scan: {by: c, at-most: high}}]\n");
	struct made good = { .signer = 2, .type = VULN, .predicate = TRIVY("LOW"), .since = NOW - DAY };
	struct made bad = { .signer = 2, .type = VULN, .predicate = TRIVY("CRITICAL"), .since = NOW };
	struct made forged = {
		.signer = 1, .type = VULN, .predicate = TRIVY("LOW"), .since = NOW + DAY
	};

	(void)state;
	good.witnessed = NOW + DAY;
	const struct made both[] = { good, bad, forged }, turned[] = { forged, bad, good };

	assert_int_equal(decided(scan, both, 3), DECISION_DENIED);
	assert_int_equal(decided(scan, turned, 3), DECISION_DENIED);
	bad.since = good.since; /* by one certificate: nobody can say which was first */
	assert_int_equal(decided(scan, (const struct made[]){ bad, good }, 2), DECISION_DENIED);
	assert_int_equal(decided(scan, (const struct made[]){ good, bad }, 2), DECISION_DENIED);
	bad.since = NOW - 2 * DAY;
	assert_int_equal(decided(scan, (const struct made[]){ bad, good }, 2), DECISION_PASSES);
	assert_int_equal(decided(scan, (const struct made[]){ good, bad }, 2), DECISION_PASSES);
}

/* A stamp on what a key signed puts no scan before another: each must be good. */
static void test_newest_of_keys(void **state)
{
	const char *scan = POLICY("", "  require: [{scan: {by: [a, c], at-most: high}}]\n");
	struct made good = { .signer = 0, .type = VULN, .predicate = TRIVY("LOW"), .witnessed = NOW };
	struct made bad = { .signer = 0, .type = VULN, .predicate = TRIVY("CRITICAL") };
	const struct made forged = { .signer = 1, .type = VULN, .predicate = TRIVY("CRITICAL") };

	(void)state;
	bad.witnessed = NOW - DAY;
	assert_int_equal(decided(scan, (const struct made[]){ good, forged }, 2), DECISION_PASSES);
	assert_int_equal(decided(scan, (const struct made[]){ bad, good }, 2), DECISION_DENIED);
	assert_int_equal(decided(scan, (const struct made[]){ good, bad }, 2), DECISION_DENIED);
	good.signer = 2;
	good.since = NOW; /* by an identity: the key's may be younger still */
	assert_int_equal(decided(scan, (const struct made[]){ bad, good }, 2), DECISION_DENIED);
	assert_int_equal(decided(scan, (const struct made[]){ good, bad }, 2), DECISION_DENIED);
	bad.predicate = TRIVY("LOW");
	good.predicate = TRIVY("CRITICAL");
	assert_int_equal(decided(scan, (const struct made[]){ good, bad }, 2), DECISION_DENIED);
}

/* The results of other things that were run say nothing of this one. */
static void test_newest_of_configuration(void **state)
{
	const char *test = POLICY("", "  require: [{test-result: {by: a, configuration: settings}}]\n");
	const struct made passed = { .type = TEST,
		                         .predicate = "{\"result\": \"PASSED\", "
		                                      "\"configuration\": [{\"name\": \"settings\"}]}" };
	struct made other = { .type = TEST,
		                  .predicate = "{\"result\": \"FAILED\", "
		                               "\"configuration\": [{\"name\": \"units\"}]}" };

	(void)state;
	assert_int_equal(decided(test, (const struct made[]){ passed, other }, 2), DECISION_PASSES);
	assert_int_equal(decided(test, (const struct made[]){ other, passed }, 2), DECISION_PASSES);
	assert_int_equal(decided(test, &other, 1), DECISION_DENIED);
	other.predicate = "{\"result\": \"FAILED\", \"configuration\": [{\"name\": \"settings\"}]}";
	assert_int_equal(decided(test, (const struct made[]){ passed, other }, 2), DECISION_DENIED);
}

static void test_rules(void **state)
{
	const struct made a = { .signer = 0 }, of_platform = { .signer = 100 };
	const struct made both[] = { a, of_platform };
	const char *warns = POLICY("", "  mode: warn\n  require: [{signature: b}]\n");
	const char *excepts = POLICY("", "  except: \"**/shop\"\n  require: [{signature: a}]\n");
	const char *allows = POLICY("default: allow\n",
	                            "  except: \"**/shop\"\n  require: [{signature: b}]\n");
	const char *default_warns = POLICY("default: warn\n",
	                                   "  except: \"**/shop\"\n  require: [{signature: b}]\n");
	const char *two = POLICY(
		"", "  require: [{signature: a}]\n- images: \"**\"\n  require: [{signature: b}]\n");
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
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_newest),
		cmocka_unit_test(test_newest_of_keys),
		cmocka_unit_test(test_newest_of_configuration),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_wire),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
