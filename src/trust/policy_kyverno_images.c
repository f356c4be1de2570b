/* SPDX-License-Identifier: Apache-2.0 */
/* Kyverno's ImageValidatingPolicy (policies.kyverno.io, v1alpha1 to v1). Of CEL only the shapes
 * that its documentation teaches are understood; everything else is refused. */
#include "base/limits.h"
#include "base/text.h"
#include "trust/policy_read.h"

#define REKOR "https://rekor.sigstore.dev"

/* One policy while it is read. */
struct reading {
	struct policy_reader *r;
	struct {
		struct attestor {
			bytes name;
			struct policy_need by; /* its signers */
		} * items;
		size_t len, cap;
	} attestors;
	struct {
		struct attestation {
			bytes name;
			struct policy_need like; /* its type */
		} * items;
		size_t len, cap;
	} attestations;
	struct {
		struct policy_need *items;
		size_t len, cap;
	} needs;
};

/* -- attestors --------------------------------------------------------------------------------- */

static int read_log(struct policy_reader *r, const struct yaml_node *cosign,
                    const struct policy_need *by)
{
	static const char *const members[] = { "url", "insecureIgnoreTlog", "insecureIgnoreSCT", NULL };
	const struct yaml_node *log = yaml_get(cosign, "ctlog");
	bool has_key = yaml_get(cosign, "key") != NULL, no_log = false, no_sct = false;

	if (policy_known(r, log, members) < 0 || policy_service(r, log, REKOR) < 0 ||
	    policy_bool(r, log, "insecureIgnoreTlog", &no_log) < 0 ||
	    policy_bool(r, log, "insecureIgnoreSCT", &no_sct) < 0)
		return -1;
	for (size_t i = 0; i < by->signers.len; i++) {
		struct policy_signer *s = &r->policy->signers.items[by->signers.items[i]];

		s->needs_log = has_key && !no_log;
		s->ignore_log = !has_key && no_log;
		s->ignore_sct = no_sct;
	}
	return 0;
}

static int read_identities(struct policy_reader *r, const struct yaml_node *keyless, bytes name,
                           struct policy_need *by)
{
	static const char *const members[] = { "identities", NULL };
	const struct yaml_node *v;
	size_t signer;

	if (policy_known(r, keyless, members) < 0 || policy_list(r, keyless, "identities", &v) < 0 ||
	    policy_signer_new(r, keyless, name, &signer) < 0)
		return -1;
	policy_need_signer(r, by, signer);
	for (; v; v = v->next)
		if (policy_identity(r, yaml_real(v), &r->policy->signers.items[signer]) < 0)
			return -1;
	return 0;
}

static int read_attestor(struct reading *p, const struct yaml_node *v)
{
	static const char *const members[] = { "name", "cosign", NULL };
	static const char *const of_cosign[] = { "key", "keyless", "ctlog", NULL };
	static const char *const of_key[] = { "data", "hashAlgorithm", NULL };
	static const char *const hashes[] = { "sha256", NULL };
	const struct yaml_node *cosign = yaml_get(v, "cosign"), *key = yaml_get(cosign, "key");
	const struct yaml_node *keyless = yaml_get(cosign, "keyless");
	struct attestor *a = ARENA_PUSH(p->r->arena, &p->attestors);
	unsigned hash = 0;
	bytes data = { 0 };

	if (yaml_get(v, "notary"))
		return policy_fault(p->r, yaml_get(v, "notary"),
		                    "signatures of the Notary Project are not judged");
	if (policy_known(p->r, v, members) < 0 || policy_text(p->r, v, "name", &a->name) < 0 ||
	    policy_known(p->r, cosign, of_cosign) < 0 || policy_known(p->r, key, of_key) < 0 ||
	    policy_word(p->r, key, "hashAlgorithm", hashes, &hash) < 0 ||
	    policy_text(p->r, key, "data", &data) < 0)
		return -1;
	if (!!key + !!keyless != 1 || (key && data.n == 0))
		return policy_fault(p->r, v, "an attestor has a 'key' with its 'data', or is 'keyless'");
	if ((key ? policy_keys(p->r, yaml_get(key, "data"), data, a->name, &a->by)
	         : read_identities(p->r, keyless, a->name, &a->by)) < 0)
		return -1;
	return read_log(p->r, cosign, &a->by);
}

static int read_attestation(struct reading *p, const struct yaml_node *v)
{
	static const char *const members[] = { "name", "intoto", NULL };
	static const char *const of_intoto[] = { "type", NULL };
	const struct yaml_node *intoto = yaml_get(v, "intoto"), *type = yaml_get(intoto, "type");
	struct attestation *a = ARENA_PUSH(p->r->arena, &p->attestations);

	if (yaml_get(v, "referrer"))
		return policy_fault(p->r, yaml_get(v, "referrer"),
		                    "a referrer that is no in-toto statement is not judged");
	if (policy_known(p->r, v, members) < 0 || policy_text(p->r, v, "name", &a->name) < 0 ||
	    policy_known(p->r, intoto, of_intoto) < 0)
		return -1;
	a->like.kind = NEED_ATTESTATION;
	return type ? policy_need_types(p->r, type, &a->like)
	            : policy_fault(p->r, v, "an attestation has 'intoto' with its 'type'");
}

/* -- expressions ------------------------------------------------------------------------------- */

static bool take(bytes *in, const char *what)
{
	*in = bytes_trim(*in);
	return bytes_take_prefix(in, bytes_str(what));
}

static bool take_name(bytes *in, bytes *out)
{
	size_t n = 0;

	*in = bytes_trim(*in);
	while (n < in->n && (((in->p[n] | 32) >= 'a' && (in->p[n] | 32) <= 'z') || in->p[n] == '_' ||
	                     (in->p[n] >= '0' && in->p[n] <= '9')))
		n++;
	return n > 0 && bytes_take(in, n, out);
}

static bool take_same(bytes *in, bytes name)
{
	bytes other;

	return take_name(in, &other) && bytes_equal(name, other);
}

/* "[attestors.a, attestors.b]": whoever of them. */
static bool take_attestors(struct reading *p, bytes *in, struct policy_need *need)
{
	bytes name;

	if (!take(in, "["))
		return false;
	do {
		bool known = false;

		if (!take(in, "attestors.") || !take_name(in, &name))
			return false;
		for (size_t i = 0; i < p->attestors.len; i++) {
			const struct attestor *a = &p->attestors.items[i];

			if (!bytes_equal(a->name, name))
				continue;
			known = true;
			for (size_t s = 0; s < a->by.signers.len; s++)
				policy_need_signer(p->r, need, a->by.signers.items[s]);
		}
		if (!known)
			return false;
	} while (take(in, ","));
	return take(in, "]");
}

static bool take_attestation(struct reading *p, bytes *in, struct policy_need *need)
{
	bytes name;

	if (!take(in, "attestations.") || !take_name(in, &name))
		return false;
	for (size_t i = 0; i < p->attestations.len; i++)
		if (bytes_equal(p->attestations.items[i].name, name)) {
			need->kind = NEED_ATTESTATION;
			need->types = p->attestations.items[i].like.types;
			need->label = name;
			return true;
		}
	return false;
}

/* "verifyImageSignatures(image, [...])", and
 * "verifyAttestationSignatures(image, attestations.x, [...])". */
static bool take_verify(struct reading *p, bytes *in, bytes image, struct policy_need *need)
{
	need->kind = NEED_SIGNATURE;
	need->label = BYTES("signature");
	if (take(in, "verifyImageSignatures"))
		return take(in, "(") && take_same(in, image) && take(in, ",") &&
		       take_attestors(p, in, need) && take(in, ")");
	return take(in, "verifyAttestationSignatures") && take(in, "(") && take_same(in, image) &&
	       take(in, ",") && take_attestation(p, in, need) && take(in, ",") &&
	       take_attestors(p, in, need) && take(in, ")");
}

static bool take_path(bytes *in, struct arena *a, bytes *out)
{
	const char *path = "";
	bytes name;

	while (take(in, ".")) {
		if (!take_name(in, &name))
			return false;
		path = arena_printf(a, "%s%s%s", path, *path ? "." : "", arena_str(a, name));
	}
	*out = bytes_str(path);
	return *path != '\0';
}

static bool take_text(bytes *in, bytes *out)
{
	uint8_t quote;

	*in = bytes_trim(*in);
	if (!bytes_take_u8(in, &quote) || (quote != '\'' && quote != '"'))
		return false;
	size_t end = bytes_find(*in, quote);

	return end < in->n && bytes_take(in, end, out) && bytes_take_u8(in, &quote) &&
	       bytes_find(*out, '\\') == out->n && bytes_find(*out, '*') == out->n;
}

/* Whoever was asked to have signed this attestation, in an expression above. */
static bool signed_above(struct reading *p, struct policy_need *need)
{
	for (size_t i = 0; i < p->needs.len; i++)
		if (p->needs.items[i].kind == NEED_ATTESTATION &&
		    bytes_equal(p->needs.items[i].label, need->label)) {
			memcpy(&need->signers, &p->needs.items[i].signers, sizeof(need->signers));
			return true;
		}
	return false;
}

/* "extractPayload(image, attestations.x).predicate.a.b == 'v'", or has(...) around the left. */
static bool take_payload(struct reading *p, bytes *in, bytes image, struct policy_need *need)
{
	bool has = take(in, "has(");
	bytes path, value;

	if (!take(in, "extractPayload") || !take(in, "(") || !take_same(in, image) || !take(in, ",") ||
	    !take_attestation(p, in, need) || !take(in, ")") || !take(in, ".predicate") ||
	    !take_path(in, p->r->arena, &path) || !signed_above(p, need))
		return false;
	struct policy_test *test = policy_need_test(p->r, need, TEST_VALUE);

	test->path = path;
	test->operator= has ? VALUE_THERE : VALUE_IS;
	if (has)
		return take(in, ")");
	if (!take(in, "==") || !take_text(in, &value))
		return false;
	*ARENA_PUSH(p->r->arena, &test->globs) = (struct glob){ value, GLOB_KYVERNO };
	return true;
}

/* ".all(e, e > 0)", ".all(e, e)": what a count is compared with is that one signer is enough. */
static bool take_all(bytes *in, bool is_count)
{
	bytes name;

	if (!take(in, ".all") || !take(in, "(") || !take_name(in, &name) || !take(in, ",") ||
	    !take_same(in, name))
		return false;
	if (is_count && !(take(in, ">=") ? take(in, "1") : take(in, ">") && take(in, "0")))
		return false;
	return take(in, ")");
}

static bool take_expression(struct reading *p, bytes *in, struct policy_need *need)
{
	bytes container, image;

	if (!take(in, "images.") || !take_name(in, &container) || !take(in, ".map") || !take(in, "(") ||
	    !take_name(in, &image) || !take(in, ","))
		return false;
	bytes rest = *in;

	if (take_verify(p, in, image, need))
		return take(in, ")") && take_all(in, true);
	memset(need, 0, sizeof(*need));
	*in = rest;
	return take_payload(p, in, image, need) && take(in, ")") && take_all(in, false);
}

static int read_validation(struct reading *p, const struct yaml_node *v)
{
	static const char *const members[] = { "expression", "message", "messageExpression", "reason",
		                                   NULL };
	const struct yaml_node *expression = yaml_get(v, "expression");
	bytes text = { 0 };

	if (policy_known(p->r, v, members) < 0 || policy_text(p->r, v, "expression", &text) < 0)
		return -1;
	do {
		struct policy_need need = { .line = policy_line(p->r, expression ? expression : v) };

		if (!take_expression(p, &text, &need))
			return policy_fault(
				p->r, expression ? expression : v,
				"CEL that is not understood: images.X.map(i, verifyImageSignatures(i, "
				"[attestors.A])).all(e, e > 0) and its like are");
		*ARENA_PUSH(p->r->arena, &p->needs) = need;
	} while (take(&text, "&&"));
	return bytes_trim(text).n == 0
	           ? 0
	           : policy_fault(p->r, expression, "CEL that is not understood: '%s'",
	                          SHOW(bytes_trim(text)));
}

/* -- the policy -------------------------------------------------------------------------------- */

static int read_globs(struct policy_reader *r, const struct yaml_node *spec, struct globs *out)
{
	static const char *const members[] = { "glob", NULL };
	const struct yaml_node *v;

	if (!yaml_get(spec, "matchImageReferences")) {
		*ARENA_PUSH(r->arena, out) = (struct glob){ BYTES("*"), GLOB_KYVERNO };
		return 0;
	}
	if (policy_list(r, spec, "matchImageReferences", &v) < 0)
		return -1;
	for (; v; v = v->next)
		if (policy_known(r, yaml_real(v), members) < 0 ||
		    policy_globs(r, yaml_get(v, "glob"), GLOB_KYVERNO, out) < 0)
			return -1;
	return out->len > 0 ? 0 : policy_fault(r, spec, "'matchImageReferences' names no image");
}

static int each(struct reading *p, const struct yaml_node *spec, const char *name,
                int (*read)(struct reading *p, const struct yaml_node *v))
{
	const struct yaml_node *v;

	if (!yaml_get(spec, name))
		return 0;
	if (policy_list(p->r, spec, name, &v) < 0)
		return -1;
	for (; v; v = v->next)
		if (read(p, yaml_real(v)) < 0)
			return -1;
	return 0;
}

/* Deny stands for all of them; Warn and Audit let pass. */
static int read_actions(struct policy_reader *r, const struct yaml_node *spec, bool *out_warn)
{
	struct strings actions = { 0 };

	if (policy_texts(r, yaml_get(spec, "validationActions"), &actions) < 0)
		return -1;
	*out_warn = actions.len > 0;
	for (size_t i = 0; i < actions.len; i++)
		if (bytes_is(actions.items[i], "Deny"))
			*out_warn = false;
		else if (!bytes_is(actions.items[i], "Warn") && !bytes_is(actions.items[i], "Audit"))
			return policy_fault(r, yaml_get(spec, "validationActions"), "Deny, Warn or Audit");
	return 0;
}

int policy_read_kyverno_images(struct policy_reader *r, const struct yaml_node *root)
{
	static const char *const top[] = { "apiVersion", "kind", "metadata", "spec", "status", NULL };
	static const char *const members[] = { "matchConstraints",
		                                   "matchConditions",
		                                   "matchImageReferences",
		                                   "attestors",
		                                   "attestations",
		                                   "validationConfigurations",
		                                   "validations",
		                                   "validationActions",
		                                   "failurePolicy",
		                                   "webhookConfiguration",
		                                   "evaluation",
		                                   "autogen",
		                                   "credentials",
		                                   "images",
		                                   NULL };
	static const char *const selectors[] = { "matchConditions", "images", NULL };
	const struct yaml_node *spec = yaml_get(root, "spec");
	struct policy_rule rule = { .line = policy_line(r, root) };
	struct reading p = { .r = r };

	if (policy_known(r, root, top) < 0 || policy_known(r, spec, members) < 0 ||
	    read_globs(r, spec, &rule.images) < 0 || read_actions(r, spec, &rule.warn) < 0 ||
	    each(&p, spec, "attestors", read_attestor) < 0 ||
	    each(&p, spec, "attestations", read_attestation) < 0 ||
	    each(&p, spec, "validations", read_validation) < 0)
		return -1;
	policy_note_selectors(r, spec, selectors);
	if (p.needs.len == 0)
		return policy_fault(r, root, "a policy without 'validations' demands nothing");
	if (policy_need_group(r, root, "all of", p.needs.len, &rule.need) < 0)
		return -1;
	memcpy(rule.need.parts, p.needs.items, p.needs.len * sizeof(*p.needs.items));
	rule.name = yaml_text(yaml_path(root, "metadata.name"));
	*ARENA_PUSH(r->arena, &r->policy->rules) = rule;
	return 0;
}
