/* SPDX-License-Identifier: Apache-2.0 */
/* verifyImages of Kyverno's ClusterPolicy and Policy (kyverno.io/v1, v2beta1;
 * api/kyverno/v1/image_verification_types.go). What selects objects of a cluster is taken to
 * apply: that only demands more. */
#include "trust/policy_kyverno.h"
#include "base/text.h"

#include "base/limits.h"

#define REKOR "https://rekor.sigstore.dev"

/* -- who --------------------------------------------------------------------------------------- */

/* Kyverno's wildcards as an expression. */
static int glob_pattern(struct policy_reader *r, const struct yaml_node *at, bytes glob,
                        struct identity_part *out)
{
	buf text = BUF_INIT(LIMIT_POLICY_PATTERN);

	if (bytes_find(glob, '*') == glob.n && bytes_find(glob, '?') == glob.n) {
		out->exact = glob;
		return 0;
	}
	if (glob.n > LIMIT_GLOB)
		return policy_fault(r, at, "a pattern of more than %d characters", LIMIT_GLOB);
	buf_puts(&text, "^");
	for (size_t i = 0; i < glob.n; i++)
		if (glob.p[i] == '*')
			buf_puts(&text, ".*");
		else if (glob.p[i] == '?')
			buf_puts(&text, ".");
		else
			buf_printf(&text, "\\x%02x", glob.p[i]);
	buf_puts(&text, "$");
	int status = policy_pattern(r, at, buf_bytes(&text), &out->pattern);

	buf_done(&text);
	return status;
}

static int read_log(struct policy_reader *r, const struct yaml_node *v, bool is_key,
                    struct policy_signer *signer)
{
	static const char *const of_rekor[] = { "url", "ignoreTlog", NULL };
	static const char *const of_ct[] = { "ignoreSCT", NULL };
	const struct yaml_node *rekor = yaml_get(v, "rekor"), *ct = yaml_get(v, "ctlog");
	bool ignore = false;

	if (policy_known(r, rekor, of_rekor) < 0 || policy_known(r, ct, of_ct) < 0 ||
	    policy_service(r, rekor, REKOR) < 0 || policy_bool(r, rekor, "ignoreTlog", &ignore) < 0 ||
	    policy_bool(r, ct, "ignoreSCT", &signer->ignore_sct) < 0)
		return -1;
	signer->needs_log = is_key && !ignore;
	signer->ignore_log = !is_key && ignore;
	return 0;
}

static int read_keyless(struct policy_reader *r, const struct yaml_node *v,
                        struct policy_need *need)
{
	static const char *const members[] = { "issuer", "issuerRegExp", "subject", "subjectRegExp",
		                                   "rekor",  "ctlog",        NULL };
	size_t index;

	if (policy_known(r, v, members) < 0 || policy_signer_new(r, v, BYTES("keyless"), &index) < 0)
		return -1;
	struct policy_signer *signer = &r->policy->signers.items[index];
	struct identity *i = ARENA_PUSH(r->arena, &signer->identities);

	if (policy_part(r, v, "issuer", "issuerRegExp", &i->issuer) < 0 ||
	    policy_part(r, v, "subject", "subjectRegExp", &i->subject) < 0)
		return -1;
	bytes subject = i->subject.exact;

	i->subject.exact = (bytes){ 0 };
	if (subject.n > 0 && glob_pattern(r, yaml_get(v, "subject"), subject, &i->subject) < 0)
		return -1;
	if ((i->issuer.exact.n == 0 && !i->issuer.pattern) ||
	    (i->subject.exact.n == 0 && !i->subject.pattern))
		return policy_fault(r, v, "'keyless' has a subject and an issuer: else anybody's fits");
	policy_need_signer(r, need, index);
	return read_log(r, v, false, signer);
}

/* Of several keys each counts as an entry of its own. */
static int read_keys(struct policy_reader *r, const struct yaml_node *v, struct policy_need *need)
{
	static const char *const members[] = { "publicKeys", "signatureAlgorithm", "rekor", "ctlog",
		                                   NULL };
	static const char *const hashes[] = { "sha256", NULL };
	const struct yaml_node *keys = yaml_get(v, "publicKeys");
	unsigned hash = 0;
	bytes text = { 0 };

	if (policy_known(r, v, members) < 0 ||
	    policy_word(r, v, "signatureAlgorithm", hashes, &hash) < 0 ||
	    policy_text(r, v, "publicKeys", &text) < 0)
		return -1;
	if (!keys)
		return policy_fault(r, v, "'keys' has 'publicKeys'");
	if (policy_keys(r, keys, text, BYTES("a key"), need) < 0)
		return -1;
	for (size_t i = 0; i < need->signers.len; i++)
		if (read_log(r, v, true, &r->policy->signers.items[need->signers.items[i]]) < 0)
			return -1;
	return 0;
}

/* -- attestors --------------------------------------------------------------------------------- */

/* What the leaves of a tree of attestors have in common. */
struct leaf {
	const struct policy_need *like; /* kind, types, tests, claims */
	const char *what;               /* "signature" */
};

static int read_set(struct policy_reader *r, const struct yaml_node *set, const struct leaf *leaf,
                    struct policy_need *out);

static int read_entry(struct policy_reader *r, const struct yaml_node *v, const struct leaf *leaf,
                      struct policy_need *out)
{
	static const char *const members[] = { "keys", "keyless", "attestor", "annotations", NULL };
	const struct yaml_node *keys = yaml_get(v, "keys"), *keyless = yaml_get(v, "keyless");
	const struct yaml_node *nested = yaml_get(v, "attestor");

	if (policy_known(r, v, members) < 0)
		return -1;
	if (!!keys + !!keyless + !!nested != 1)
		return policy_fault(r, v, "an entry is one of 'keys', 'keyless' and 'attestor'");
	if (nested)
		return read_set(r, nested, leaf, out);
	*out = *leaf->like;
	out->line = policy_line(r, v);
	out->label = bytes_str(
		arena_printf(r->arena, "%s by %s", leaf->what, keys ? "a key" : "an identity"));
	out->claims = (struct oci_labels){ 0 };
	if (policy_labels(r, yaml_get(v, "annotations"), &out->claims) < 0)
		return -1;
	for (size_t i = 0; i < leaf->like->claims.len; i++)
		*ARENA_PUSH(r->arena, &out->claims) = leaf->like->claims.items[i];
	return keys ? read_keys(r, keys, out) : read_keyless(r, keyless, out);
}

/* An entry of several keys becomes as many parts. */
static int spread(struct policy_reader *r, const struct yaml_node *at, struct policy_need *group)
{
	size_t n = 0, i = 0;

	for (size_t k = 0; k < group->parts_len; k++)
		n += group->parts[k].signers.len > 1 ? group->parts[k].signers.len : 1;
	if (n == group->parts_len)
		return 0;
	const struct policy_need old = *group;

	if (policy_need_group(r, at, "", n, group) < 0)
		return -1;
	for (size_t k = 0; k < old.parts_len; k++) {
		size_t of = old.parts[k].signers.len;

		for (size_t s = 0; s < (of > 1 ? of : 1); s++, i++) {
			group->parts[i] = old.parts[k];
			if (of > 1) {
				memset(&group->parts[i].signers, 0, sizeof(group->parts[i].signers));
				policy_need_signer(r, &group->parts[i], old.parts[k].signers.items[s]);
			}
		}
	}
	return 0;
}

static int read_count(struct policy_reader *r, const struct yaml_node *set,
                      struct policy_need *group)
{
	const struct yaml_node *count = yaml_get(set, "count");
	int64_t n = (int64_t)group->parts_len;

	if (count && (!yaml_i64(count, &n) || n < 1 || (uint64_t)n > group->parts_len))
		return policy_fault(r, count, "'count' is a number from 1 to %zu here", group->parts_len);
	group->least = (size_t)n;
	group->counts = count != NULL;
	group->label = bytes_str(
		arena_printf(r->arena, "at least %zu of %zu", group->least, group->parts_len));
	return 0;
}

static int read_set(struct policy_reader *r, const struct yaml_node *set, const struct leaf *leaf,
                    struct policy_need *out)
{
	static const char *const members[] = { "count", "entries", NULL };
	const struct yaml_node *v;
	size_t i = 0;

	if (++r->depth > LIMIT_POLICY_DEPTH)
		return policy_fault(r, set, "attestors in attestors, more than %d deep",
		                    LIMIT_POLICY_DEPTH);
	if (policy_known(r, set, members) < 0 || policy_list(r, set, "entries", &v) < 0 ||
	    policy_need_group(r, v, "", yaml_real(yaml_get(set, "entries"))->count, out) < 0)
		return -1;
	for (; v; v = v->next)
		if (read_entry(r, yaml_real(v), leaf, &out->parts[i++]) < 0)
			return -1;
	r->depth--;
	return spread(r, set, out) < 0 ? -1 : read_count(r, set, out);
}

/* All of the sets. */
static int read_attestors(struct policy_reader *r, const struct yaml_node *owner,
                          const struct leaf *leaf, struct policy_need *out)
{
	const struct yaml_node *v;
	size_t i = 0;

	if (policy_list(r, owner, "attestors", &v) < 0 ||
	    policy_need_group(r, v, "all of", yaml_real(yaml_get(owner, "attestors"))->count, out) < 0)
		return -1;
	for (; v; v = v->next)
		if (read_set(r, yaml_real(v), leaf, &out->parts[i++]) < 0)
			return -1;
	return 0;
}

/* -- attestations ------------------------------------------------------------------------------ */

/* One tree of attestors for each alternative: one of them is enough. */
static int read_alternatives(struct policy_reader *r, const struct yaml_node *v,
                             const struct policy_conditions *conditions, const struct leaf *leaf,
                             struct policy_need *out)
{
	size_t n = conditions->any.len;

	if (policy_need_group(r, v, "any of", n > 0 ? n : 1, out) < 0)
		return -1;
	out->least = 1;
	for (size_t i = 0; i < out->parts_len; i++) {
		struct policy_need like = *leaf->like;
		const struct leaf one = { &like, leaf->what };

		for (size_t k = 0; k < conditions->all.len; k++)
			*policy_need_test(r, &like, TEST_VALUE) = conditions->all.items[k];
		if (n > 0)
			*policy_need_test(r, &like, TEST_VALUE) = conditions->any.items[i];
		if (read_attestors(r, v, &one, &out->parts[i]) < 0)
			return -1;
	}
	return 0;
}

static int read_attestation(struct policy_reader *r, const struct yaml_node *v,
                            struct policy_need *out)
{
	static const char *const members[] = { "name",      "type",       "predicateType",
		                                   "attestors", "conditions", NULL };
	const struct yaml_node *type = yaml_get(v, "type");
	struct policy_need need = { .kind = NEED_ATTESTATION };
	struct policy_conditions conditions = { 0 };

	if (policy_known(r, v, members) < 0)
		return -1;
	type = type ? type : yaml_get(v, "predicateType");
	if (!type || !yaml_get(v, "attestors"))
		return policy_fault(r, v, "an attestation has a 'type', and 'attestors' who must sign it");
	if (policy_need_types(r, type, &need) < 0 || policy_kyverno_conditions(r, v, &conditions) < 0)
		return -1;
	const struct leaf leaf = { &need, arena_printf(r->arena, "attestation %s",
		                                           text_shown(r->arena, yaml_text(type))) };

	return read_alternatives(r, v, &conditions, &leaf, out);
}

/* -- rules ------------------------------------------------------------------------------------- */

/* The form before attestors: one key. */
static int read_single_key(struct policy_reader *r, const struct yaml_node *v,
                           const struct policy_need *like, struct policy_need *out)
{
	const struct yaml_node *key = yaml_get(v, "key");
	bytes text = { 0 };

	*out = *like;
	out->line = policy_line(r, key);
	out->label = BYTES("signature by a key");
	if (policy_text(r, v, "key", &text) < 0 || policy_keys(r, key, text, BYTES("a key"), out) < 0)
		return -1;
	for (size_t i = 0; i < out->signers.len; i++)
		r->policy->signers.items[out->signers.items[i]].needs_log = true;
	return 0;
}

static int read_attestations(struct policy_reader *r, const struct yaml_node *v,
                             struct policy_need *parts)
{
	const struct yaml_node *a;
	size_t i = 0;

	if (!yaml_get(v, "attestations"))
		return 0;
	if (policy_list(r, v, "attestations", &a) < 0)
		return -1;
	for (; a; a = a->next)
		if (read_attestation(r, yaml_real(a), &parts[i++]) < 0)
			return -1;
	return 0;
}

static int read_needs(struct policy_reader *r, const struct yaml_node *v, struct policy_need *out)
{
	const struct yaml_node *attestors = yaml_get(v, "attestors"), *key = yaml_get(v, "key");
	const struct yaml_node *attestations = yaml_real(yaml_get(v, "attestations"));
	size_t n = attestations ? attestations->count : 0, i = 0;
	struct policy_need like = { .kind = NEED_SIGNATURE };
	const struct leaf leaf = { &like, "signature" };

	n += attestors ? 1 : 0;
	n += key ? 1 : 0;
	if (n == 0)
		return policy_fault(r, v, "neither 'attestors' nor 'attestations'");
	if (policy_need_group(r, v, "all of", n, out) < 0 ||
	    policy_labels(r, yaml_get(v, "annotations"), &like.claims) < 0)
		return -1;
	if ((attestors && read_attestors(r, v, &leaf, &out->parts[i++]) < 0) ||
	    (key && read_single_key(r, v, &like, &out->parts[i++]) < 0))
		return -1;
	return read_attestations(r, v, &out->parts[i]);
}

static int read_verify(struct policy_reader *r, const struct yaml_node *v, bool warn, bytes name)
{
	/* Credentials are ours; digests are what is judged here in any case. */
	static const char *const members[] = {
		"type",      "key",          "image",         "imageReferences", "skipImageReferences",
		"attestors", "attestations", "annotations",   "mutateDigest",    "verifyDigest",
		"required",  "useCache",     "failureAction", "cosignOCI11",     "imageRegistryCredentials",
		NULL
	};
	static const char *const types[] = { "Cosign", "SigstoreBundle", NULL };
	static const char *const actions[] = { "Enforce", "Audit", NULL };
	struct policy_rule rule = { .name = name, .line = policy_line(r, v) };
	unsigned type = 0, action = warn;

	if (policy_known(r, v, members) < 0 || policy_word(r, v, "type", types, &type) < 0 ||
	    policy_word(r, v, "failureAction", actions, &action) < 0 ||
	    policy_globs(r, yaml_get(v, "image"), GLOB_KYVERNO, &rule.images) < 0 ||
	    policy_globs(r, yaml_get(v, "imageReferences"), GLOB_KYVERNO, &rule.images) < 0 ||
	    policy_globs(r, yaml_get(v, "skipImageReferences"), GLOB_KYVERNO, &rule.except) < 0 ||
	    read_needs(r, v, &rule.need) < 0)
		return -1;
	if (rule.images.len == 0)
		return policy_fault(r, v, "'imageReferences' says which images");
	rule.warn = action == 1;
	*ARENA_PUSH(r->arena, &r->policy->rules) = rule;
	return 0;
}

static int read_rule(struct policy_reader *r, const struct yaml_node *v, bool warn, bytes policy)
{
	static const char *const members[] = { "name",
		                                   "match",
		                                   "exclude",
		                                   "preconditions",
		                                   "verifyImages",
		                                   "celPreconditions",
		                                   "imageExtractors",
		                                   "skipBackgroundRequests",
		                                   NULL };
	static const char *const selectors[] = { "exclude", "preconditions", "celPreconditions",
		                                     "imageExtractors", NULL };
	const struct yaml_node *image;
	bytes name = { 0 };

	if (policy_known(r, v, members) < 0 || policy_text(r, v, "name", &name) < 0 ||
	    policy_list(r, v, "verifyImages", &image) < 0)
		return -1;
	policy_note_selectors(r, v, selectors);
	name = bytes_str(
		arena_printf(r->arena, "%s/%s", text_shown(r->arena, policy), text_shown(r->arena, name)));
	for (; image; image = image->next)
		if (read_verify(r, yaml_real(image), warn, name) < 0)
			return -1;
	return 0;
}

int policy_read_kyverno(struct policy_reader *r, const struct yaml_node *root)
{
	static const char *const top[] = { "apiVersion", "kind", "metadata", "spec", "status", NULL };
	static const char *const members[] = { "rules",
		                                   "validationFailureAction",
		                                   "background",
		                                   "webhookTimeoutSeconds",
		                                   "failurePolicy",
		                                   "admission",
		                                   "emitWarning",
		                                   "schemaValidation",
		                                   "generateExisting",
		                                   "webhookConfiguration",
		                                   "useServerSideApply",
		                                   NULL };
	static const char *const actions[] = { "Enforce", "Audit", NULL };
	const struct yaml_node *spec = yaml_get(root, "spec"), *rule;
	unsigned action = 1; /* Kyverno's default */

	if (policy_known(r, root, top) < 0 || policy_known(r, spec, members) < 0 ||
	    policy_word(r, spec, "validationFailureAction", actions, &action) < 0 ||
	    policy_list(r, spec, "rules", &rule) < 0)
		return -1;
	for (; rule; rule = rule->next)
		if (read_rule(r, yaml_real(rule), action == 1,
		              yaml_text(yaml_path(root, "metadata.name"))) < 0)
			return -1;
	return 0;
}
