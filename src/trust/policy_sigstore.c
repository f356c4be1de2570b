/* SPDX-License-Identifier: Apache-2.0 */
/* ClusterImagePolicy (policy.sigstore.dev, v1alpha1 and v1beta1; sigstore/policy-controller). Of
 * its authorities one is enough; of its attestations an authority needs all. */
#include "base/text.h"
#include "trust/policy_read.h"

#define REKOR "https://rekor.sigstore.dev"
#define FULCIO "https://fulcio.sigstore.dev"

/* -- images ------------------------------------------------------------------------------------ */

/* pkg/apis/glob: nothing but what names and stars are made of. */
static bool is_glob(bytes glob)
{
	for (size_t i = 0; i < glob.n; i++) {
		uint8_t c = glob.p[i];

		if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9') &&
		    !memchr("-_:/*.", c, 6))
			return false;
	}
	return true;
}

/* Two short forms mean Docker Hub. */
static bytes whole_glob(bytes glob)
{
	if (bytes_is(glob, "*"))
		return BYTES("index.docker.io/library/*");
	if (bytes_is(glob, "*/*"))
		return BYTES("index.docker.io/*/*");
	return glob;
}

static int read_images(struct policy_reader *r, const struct yaml_node *spec,
                       struct policy_rule *rule)
{
	static const char *const members[] = { "glob", NULL };
	const struct yaml_node *v;

	if (policy_list(r, spec, "images", &v) < 0)
		return -1;
	for (; v; v = v->next) {
		const struct yaml_node *glob = yaml_get(v, "glob");

		if (policy_known(r, yaml_real(v), members) < 0)
			return -1;
		if (!glob || !is_glob(yaml_text(glob)))
			return policy_fault(r, glob ? glob : v, "an image is named by its 'glob'");
		if (policy_globs(r, glob, GLOB_COSIGN, &rule->images) < 0)
			return -1;
	}
	for (size_t i = 0; i < rule->images.len; i++)
		rule->images.items[i].text = whole_glob(rule->images.items[i].text);
	return 0;
}

/* -- who --------------------------------------------------------------------------------------- */

static int read_key(struct policy_reader *r, const struct yaml_node *key, bytes name,
                    struct policy_need *need)
{
	static const char *const members[] = { "data", "hashAlgorithm", NULL };
	static const char *const hashes[] = { "sha256", NULL };
	const struct yaml_node *data = yaml_get(key, "data");
	unsigned hash = 0;
	bytes text = { 0 };

	if (yaml_get(key, "kms") || yaml_get(key, "secretRef"))
		return policy_fault(r, key,
		                    "a key of a KMS or of a Secret is not fetched: write it as 'data'");
	if (policy_known(r, key, members) < 0 ||
	    policy_word(r, key, "hashAlgorithm", hashes, &hash) < 0 ||
	    policy_text(r, key, "data", &text) < 0)
		return -1;
	return data ? policy_keys(r, data, text, name, need)
	            : policy_fault(r, key, "a key without 'data'");
}

static int read_keyless(struct policy_reader *r, const struct yaml_node *keyless, bytes name,
                        struct policy_need *need)
{
	static const char *const members[] = { "url", "identities", "trustRootRef", "insecureIgnoreSCT",
		                                   NULL };
	const struct yaml_node *v;
	size_t signer;

	if (policy_known(r, keyless, members) < 0 || policy_service(r, keyless, FULCIO) < 0 ||
	    policy_list(r, keyless, "identities", &v) < 0 ||
	    policy_signer_new(r, keyless, name, &signer) < 0)
		return -1;
	struct policy_signer *s = &r->policy->signers.items[signer];

	if (yaml_get(keyless, "trustRootRef") && !r->has_root)
		return policy_fault(r, yaml_get(keyless, "trustRootRef"),
		                    "name that trusted root with --trusted-root");
	for (; v; v = v->next)
		if (policy_identity(r, yaml_real(v), s) < 0)
			return -1;
	policy_need_signer(r, need, signer);
	return policy_bool(r, keyless, "insecureIgnoreSCT", &s->ignore_sct);
}

/* "ctlog: {}" asks for no log; without it a key needs none, and an identity does. */
static int read_log(struct policy_reader *r, const struct yaml_node *authority,
                    struct policy_need *need)
{
	static const char *const members[] = { "url", "trustRootRef", NULL };
	const struct yaml_node *log = yaml_get(authority, "ctlog");
	bool has_key = yaml_get(authority, "key") != NULL;

	if (!log)
		return 0;
	if (policy_known(r, log, members) < 0 || policy_service(r, log, REKOR) < 0)
		return -1;
	if (yaml_get(log, "trustRootRef") && !r->has_root)
		return policy_fault(r, log, "name that trusted root with --trusted-root");
	bool asks = yaml_get(log, "url") || yaml_get(log, "trustRootRef");

	for (size_t i = 0; i < need->signers.len; i++) {
		struct policy_signer *s = &r->policy->signers.items[need->signers.items[i]];

		s->needs_log = asks && has_key;
		s->ignore_log = !asks && !has_key;
	}
	return 0;
}

/* -- authorities ------------------------------------------------------------------------------- */

static int read_static(struct policy_reader *r, const struct yaml_node *v, struct policy_need *need)
{
	static const char *const members[] = { "action", "message", NULL };
	static const char *const actions[] = { "pass", "fail", NULL };
	unsigned action = 2;

	if (policy_known(r, v, members) < 0 || policy_word(r, v, "action", actions, &action) < 0)
		return -1;
	if (action == 2)
		return policy_fault(r, v, "'action' is pass or fail");
	need->kind = action == 0 ? NEED_PASS : NEED_FAIL;
	need->label = action == 0 ? BYTES("whatever it is") : BYTES("nothing of these images");
	return 0;
}

static int read_attestation(struct policy_reader *r, const struct yaml_node *v,
                            const struct policy_need *by, struct policy_need *out)
{
	static const char *const members[] = { "name", "predicateType", NULL };
	const struct yaml_node *type = yaml_get(v, "predicateType");

	if (yaml_get(v, "policy"))
		return policy_fault(
			r, yaml_get(v, "policy"),
			"policies in CUE and Rego are not understood: say it in an oakum-policy");
	if (policy_known(r, v, members) < 0)
		return -1;
	if (!type)
		return policy_fault(r, v, "an attestation has a 'predicateType'");
	*out = *by;
	out->kind = NEED_ATTESTATION;
	out->line = policy_line(r, v);
	out->label = bytes_str(arena_printf(r->arena, "attestation %s" PRIb,
	                                    text_shown(r->arena, yaml_text(type)),
	                                    BYTESF(bytes_skip(by->label, sizeof("signature") - 1))));
	return policy_need_types(r, type, out);
}

static int read_attestations(struct policy_reader *r, const struct yaml_node *authority,
                             struct policy_need *need)
{
	const struct policy_need by = *need;
	const struct yaml_node *v;
	size_t i = 0;

	if (!yaml_get(authority, "attestations"))
		return 0;
	if (policy_list(r, authority, "attestations", &v) < 0 ||
	    policy_need_group(r, v, "all of", yaml_real(yaml_get(authority, "attestations"))->count,
	                      need) < 0)
		return -1;
	for (; v; v = v->next)
		if (read_attestation(r, yaml_real(v), &by, &need->parts[i++]) < 0)
			return -1;
	return 0;
}

static int read_authority(struct policy_reader *r, const struct yaml_node *v, size_t number,
                          struct policy_need *need)
{
	static const char *const members[] = { "name",         "key",   "keyless",         "static",
		                                   "attestations", "ctlog", "signatureFormat", NULL };
	static const char *const formats[] = { "legacy", "bundle", NULL };
	const struct yaml_node *key = yaml_get(v, "key"), *keyless = yaml_get(v, "keyless");
	const struct yaml_node *fixed = yaml_get(v, "static");
	bytes name = bytes_str(arena_printf(r->arena, "authority-%zu", number));
	unsigned format = 0; /* both are read */

	if (policy_known(r, v, members) < 0 || policy_text(r, v, "name", &name) < 0 ||
	    policy_word(r, v, "signatureFormat", formats, &format) < 0)
		return -1;
	if (!!key + !!keyless + !!fixed != 1)
		return policy_fault(r, v, "an authority is one of 'key', 'keyless' and 'static'");
	need->line = policy_line(r, v);
	if (fixed)
		return read_static(r, fixed, need);
	need->kind = NEED_SIGNATURE;
	need->label = bytes_str(arena_printf(r->arena, "signature by %s", text_shown(r->arena, name)));
	if ((key ? read_key(r, key, name, need) : read_keyless(r, keyless, name, need)) < 0 ||
	    read_log(r, v, need) < 0)
		return -1;
	return read_attestations(r, v, need);
}

int policy_read_sigstore(struct policy_reader *r, const struct yaml_node *root)
{
	static const char *const top[] = { "apiVersion", "kind", "metadata", "spec", "status", NULL };
	static const char *const members[] = { "images", "authorities", "mode", "match", NULL };
	static const char *const modes[] = { "enforce", "warn", NULL };
	static const char *const selectors[] = { "match", NULL };
	const struct yaml_node *spec = yaml_get(root, "spec"), *v;
	struct policy_rule rule = { .line = policy_line(r, root) };
	unsigned mode = 0;
	size_t i = 0;

	if (yaml_get(spec, "policy"))
		return policy_fault(
			r, yaml_get(spec, "policy"),
			"policies in CUE and Rego are not understood: say it in an oakum-policy");
	if (policy_known(r, root, top) < 0 || policy_known(r, spec, members) < 0 ||
	    policy_word(r, spec, "mode", modes, &mode) < 0 || read_images(r, spec, &rule) < 0 ||
	    policy_list(r, spec, "authorities", &v) < 0 ||
	    policy_need_group(r, v, "any of", yaml_real(yaml_get(spec, "authorities"))->count,
	                      &rule.need) < 0)
		return -1;
	policy_note_selectors(r, spec, selectors);
	for (; v; v = v->next, i++)
		if (read_authority(r, yaml_real(v), i, &rule.need.parts[i]) < 0)
			return -1;
	rule.need.least = 1;
	rule.warn = mode == 1;
	rule.name = yaml_text(yaml_path(root, "metadata.name"));
	*ARENA_PUSH(r->arena, &r->policy->rules) = rule;
	return 0;
}
