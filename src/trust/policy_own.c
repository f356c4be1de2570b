/* SPDX-License-Identifier: Apache-2.0 */
/* oakum-policy.yaml (doc/policy.md). */
#include "base/limits.h"
#include "base/text.h"
#include "trust/policy_read.h"

/* -- who may sign ------------------------------------------------------------------------------ */

static int read_key(struct policy_reader *r, const struct yaml_node *def,
                    struct policy_signer *signer)
{
	const struct yaml_node *value = yaml_get(def, "key");
	bytes text = { 0 };

	if (policy_text(r, def, "key", &text) < 0)
		return -1;
	return bytes_starts(text, BYTES("-----BEGIN "))
	           ? policy_key(r, value, text, signer)
	           : policy_file_new(r, value, text, &signer->key_file);
}

static int read_identity(struct policy_reader *r, const struct yaml_node *def,
                         struct policy_signer *signer)
{
	struct identity *i = ARENA_PUSH(r->arena, &signer->identities);
	bytes root = { 0 };

	if (policy_part(r, def, "identity", "identity-regexp", &i->subject) < 0 ||
	    policy_part(r, def, "issuer", "issuer-regexp", &i->issuer) < 0 ||
	    policy_text(r, def, "trusted-root", &root) < 0)
		return -1;
	if ((i->subject.exact.n == 0 && !i->subject.pattern) ||
	    (i->issuer.exact.n == 0 && !i->issuer.pattern))
		return policy_fault(r, def, "a signer is a 'key', or an 'identity' with its 'issuer'");
	return root.n > 0 ? policy_file_new(r, yaml_get(def, "trusted-root"), root, &signer->root_file)
	                  : 0;
}

static int read_signer(struct policy_reader *r, const struct yaml_node *def, bytes name)
{
	static const char *const of_key[] = { "key", "log", "trusted-root", NULL };
	static const char *const of_identity[] = { "identity",      "identity-regexp", "issuer",
		                                       "issuer-regexp", "trusted-root",    NULL };
	bool has_key = yaml_get(def, "key") != NULL;
	bytes root = { 0 };
	size_t at;

	if (!yaml_is(def, YAML_MAPPING))
		return policy_fault(r, def, "a signer is a 'key', or an 'identity' with its 'issuer'");
	if (policy_known(r, def, has_key ? of_key : of_identity) < 0 ||
	    policy_signer_new(r, def, name, &at) < 0)
		return -1;
	struct policy_signer *signer = &r->policy->signers.items[at];

	if (!has_key)
		return read_identity(r, def, signer);
	if (policy_text(r, def, "trusted-root", &root) < 0 ||
	    policy_bool(r, def, "log", &signer->needs_log) < 0 || read_key(r, def, signer) < 0)
		return -1;
	return root.n > 0 ? policy_file_new(r, yaml_get(def, "trusted-root"), root, &signer->root_file)
	                  : 0;
}

static int read_signers(struct policy_reader *r, const struct yaml_node *map)
{
	if (!yaml_is(map, YAML_MAPPING) || !yaml_first(map))
		return policy_fault(r, map, "'signers' names those who may sign");
	for (const struct yaml_node *v = yaml_first(map); v; v = v->next)
		if (read_signer(r, yaml_real(v), yaml_text(v->key)) < 0)
			return -1;
	return 0;
}

static int add_signer(struct policy_reader *r, const struct yaml_node *at, bytes name,
                      struct policy_need *need)
{
	for (size_t i = 0; i < r->policy->signers.len; i++)
		if (bytes_equal(r->policy->signers.items[i].name, name)) {
			policy_need_signer(r, need, i);
			return 0;
		}
	return policy_fault(r, at, "'%s' is none of the signers", SHOW(name));
}

/* "signature by ci or release" */
static int read_by(struct policy_reader *r, const struct yaml_node *by, const char *what,
                   struct policy_need *need)
{
	struct strings names = { 0 };
	const char *label = what;

	if (policy_texts(r, by, &names) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++) {
		if (add_signer(r, by, names.items[i], need) < 0)
			return -1;
		label = arena_printf(r->arena, "%s%s%s", label, i == 0 ? " by " : " or ",
		                     text_shown(r->arena, names.items[i]));
	}
	need->label = bytes_str(label);
	return 0;
}

/* -- needs ------------------------------------------------------------------------------------- */

static int read_signature(struct policy_reader *r, const struct yaml_node *v,
                          struct policy_need *need)
{
	need->kind = NEED_SIGNATURE;
	return policy_labels(r, yaml_get(v, "annotations"), &need->claims);
}

static int read_sbom(struct policy_reader *r, const struct yaml_node *v, struct policy_need *need)
{
	struct strings formats = { 0 };

	if (policy_texts(r, yaml_get(v, "format"), &formats) < 0)
		return -1;
	for (size_t i = 0; i < formats.len; i++)
		if (bytes_is(formats.items[i], "spdx"))
			policy_add_types(r, PREDICATES_SPDX, need);
		else if (bytes_is(formats.items[i], "cyclonedx"))
			policy_add_types(r, PREDICATES_CYCLONEDX, need);
		else
			return policy_fault(r, yaml_get(v, "format"), "'%s': spdx or cyclonedx",
			                    SHOW(formats.items[i]));
	if (formats.len == 0) {
		policy_add_types(r, PREDICATES_SPDX, need);
		policy_add_types(r, PREDICATES_CYCLONEDX, need);
	}
	(void)policy_need_test(r, need, TEST_BILL);
	return 0;
}

static int read_scan(struct policy_reader *r, const struct yaml_node *v, struct policy_need *need)
{
	bytes worst = { 0 };

	policy_add_types(r, PREDICATES_SCAN, need);
	need->newest = true; /* an older scan that found less says nothing */
	if (policy_text(r, v, "at-most", &worst) < 0)
		return -1;
	if (worst.n == 0)
		return 0;
	struct policy_test *test = policy_need_test(r, need, TEST_SEVERITY);

	if (!bytes_is(worst, "none") && !severity_from(worst, &test->worst))
		return policy_fault(r, yaml_get(v, "at-most"), "'%s': none, low, medium or high",
		                    SHOW(worst));
	return 0;
}

static int add_globs(struct policy_reader *r, const struct yaml_node *value, const char *before,
                     struct globs *out)
{
	struct strings texts = { 0 };

	if (policy_texts(r, value, &texts) < 0)
		return -1;
	for (size_t i = 0; i < texts.len; i++) {
		const char *text = arena_printf(r->arena, "%s%s", before,
		                                arena_str(r->arena, texts.items[i]));

		if (strlen(text) > LIMIT_GLOB)
			return policy_fault(r, value, "a pattern of more than %d characters", LIMIT_GLOB);
		*ARENA_PUSH(r->arena, out) = (struct glob){ bytes_str(text), GLOB_OWN };
	}
	return 0;
}

static int read_ref(struct policy_reader *r, const struct yaml_node *v, struct policy_need *need)
{
	static const struct {
		const char *member, *before;
	} ways[] = { { "ref", "" }, { "branch", "refs/heads/" }, { "tag", "refs/tags/" } };
	struct globs refs = { 0 };

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (add_globs(r, yaml_get(v, ways[i].member), ways[i].before, &refs) < 0)
			return -1;
	if (refs.len > 0)
		policy_need_test(r, need, TEST_REF)->globs = refs;
	return 0;
}

static int read_provenance(struct policy_reader *r, const struct yaml_node *v,
                           struct policy_need *need)
{
	static const struct {
		const char *member;
		enum test_kind kind;
	} tests[] = { { "builder", TEST_BUILDER }, { "source", TEST_SOURCE } };

	policy_add_types(r, PREDICATES_PROVENANCE, need);
	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		const struct yaml_node *value = yaml_get(v, tests[i].member);

		if (value &&
		    policy_globs(r, value, GLOB_OWN, &policy_need_test(r, need, tests[i].kind)->globs) < 0)
			return -1;
	}
	return read_ref(r, v, need);
}

static int read_base(struct policy_reader *r, const struct yaml_node *v, struct policy_need *need)
{
	const struct yaml_node *images = yaml_get(v, "images");

	policy_add_types(r, PREDICATES_PROVENANCE, need);
	return !images
	           ? policy_fault(r, v, "'images' says what may have gone in")
	           : policy_globs(r, images, GLOB_OWN, &policy_need_test(r, need, TEST_BASE)->globs);
}

static int read_test_result(struct policy_reader *r, const struct yaml_node *v,
                            struct policy_need *need)
{
	const struct yaml_node *of = yaml_get(v, "configuration");

	policy_add_types(r, PREDICATES_TEST, need);
	need->newest = true;
	/* First: the result of another configuration is of another thing. */
	if (of &&
	    policy_globs(r, of, GLOB_OWN, &policy_need_test(r, need, TEST_CONFIGURATION)->globs) < 0)
		return -1;
	(void)policy_need_test(r, need, TEST_RESULT);
	return 0;
}

static int read_attestation(struct policy_reader *r, const struct yaml_node *v,
                            struct policy_need *need)
{
	struct oci_labels says = { 0 };

	if (!yaml_get(v, "type"))
		return policy_fault(r, v, "'type' says which predicate: a name of cosign's, or its URI");
	if (policy_need_types(r, yaml_get(v, "type"), need) < 0 ||
	    policy_labels(r, yaml_get(v, "says"), &says) < 0)
		return -1;
	for (size_t i = 0; i < says.len; i++) {
		struct policy_test *test = policy_need_test(r, need, TEST_VALUE);

		test->path = says.items[i].name;
		test->operator= VALUE_IS;
		*ARENA_PUSH(r->arena, &test->globs) = (struct glob){ says.items[i].value, GLOB_OWN };
	}
	return 0;
}

static const struct leaf {
	const char *name;
	int (*read)(struct policy_reader *r, const struct yaml_node *v, struct policy_need *need);
	const char *members[9];
} leaves[] = {
	{ "signature", read_signature, { "by", "max-age", "annotations" } },
	{ "sbom", read_sbom, { "by", "max-age", "format" } },
	{ "scan", read_scan, { "by", "max-age", "at-most" } },
	{ "provenance",
	  read_provenance,
	  { "by", "max-age", "builder", "source", "ref", "branch", "tag" } },
	{ "base", read_base, { "by", "max-age", "images" } },
	{ "test-result", read_test_result, { "by", "max-age", "configuration" } },
	{ "attestation", read_attestation, { "by", "max-age", "type", "says" } },
};

/* What a key signed may be of any age: it is never too old, or always. */
static int read_age(struct policy_reader *r, const struct yaml_node *v, struct policy_need *need)
{
	if (policy_age(r, v, "max-age", &need->age) < 0)
		return -1;
	for (size_t i = 0; need->age > 0 && i < need->signers.len; i++) {
		const struct policy_signer *s = &r->policy->signers.items[need->signers.items[i]];

		if (s->identities.len == 0)
			return policy_fault(r, yaml_get(v, "max-age"),
			                    "'%s' is a key, and nothing tells when a key signed: only "
			                    "identities can meet an age",
			                    SHOW(s->name));
	}
	return 0;
}

/* "signature: ci" is short for "signature: {by: ci}". */
static int read_leaf(struct policy_reader *r, const struct leaf *leaf, const struct yaml_node *v,
                     struct policy_need *need)
{
	bool is_short = yaml_is(v, YAML_SCALAR) || yaml_is(v, YAML_SEQUENCE);
	const struct yaml_node *by = is_short ? v : yaml_get(v, "by");

	need->kind = NEED_ATTESTATION;
	if (!is_short && policy_known(r, v, leaf->members) < 0)
		return -1;
	if (!by || yaml_is_null(v))
		return policy_fault(r, v, "'by' says which of the signers must have signed it");
	if (read_by(r, by, leaf->name, need) < 0 || leaf->read(r, is_short ? NULL : v, need) < 0)
		return -1;
	return is_short ? 0 : read_age(r, v, need);
}

static int read_need(struct policy_reader *r, const struct yaml_node *v, struct policy_need *need);

static int read_parts(struct policy_reader *r, const struct yaml_node *list, const char *label,
                      struct policy_need *need)
{
	size_t i = 0;

	if (!yaml_items(list))
		return policy_fault(r, list, "a list of needs is expected here, not empty");
	if (++r->depth > LIMIT_POLICY_DEPTH)
		return policy_fault(r, list, "needs in needs, more than %d deep", LIMIT_POLICY_DEPTH);
	if (policy_need_group(r, list, label, yaml_real(list)->count, need) < 0)
		return -1;
	for (const struct yaml_node *v = yaml_items(list); v; v = v->next)
		if (read_need(r, yaml_real(v), &need->parts[i++]) < 0)
			return -1;
	r->depth--;
	return 0;
}

static int read_at_least(struct policy_reader *r, const struct yaml_node *v,
                         struct policy_need *need)
{
	static const char *const members[] = { "at-least", "of", NULL };
	const struct yaml_node *value = yaml_get(v, "at-least"), *of = yaml_get(v, "of");
	int64_t least;

	if (policy_known(r, v, members) < 0)
		return -1;
	if (!of)
		return policy_fault(r, v, "'at-least' goes with 'of', a list of needs");
	if (read_parts(r, of, "", need) < 0)
		return -1;
	if (!yaml_i64(value, &least) || least < 1 || (uint64_t)least > need->parts_len)
		return policy_fault(r, value, "'at-least' is a number from 1 to %zu here", need->parts_len);
	need->least = (size_t)least;
	need->counts = true;
	need->label = bytes_str(
		arena_printf(r->arena, "at least %zu of %zu", need->least, need->parts_len));
	return 0;
}

static int read_need(struct policy_reader *r, const struct yaml_node *v, struct policy_need *need)
{
	const struct yaml_node *member = yaml_is(v, YAML_MAPPING) ? yaml_first(v) : NULL;
	bytes name = member ? yaml_text(member->key) : (bytes){ 0 };

	if (member && yaml_get(v, "at-least"))
		return read_at_least(r, v, need);
	if (!member || member->next)
		return policy_fault(r, v, "one need is expected here, such as 'signature: NAME'");
	need->line = policy_line(r, member->key);
	if (bytes_is(name, "all"))
		return read_parts(r, yaml_real(member), "all of", need);
	if (bytes_is(name, "any")) {
		if (read_parts(r, yaml_real(member), "any of", need) < 0)
			return -1;
		need->least = 1;
		return 0;
	}
	for (size_t i = 0; i < sizeof(leaves) / sizeof(*leaves); i++)
		if (bytes_is(name, leaves[i].name))
			return read_leaf(r, &leaves[i], yaml_real(member), need);
	return policy_fault(r, member->key,
	                    "'%s' is no need: signature, sbom, scan, provenance, base, test-result, "
	                    "attestation, all, any, at-least",
	                    SHOW(name));
}

/* -- the file ---------------------------------------------------------------------------------- */

static int read_rule(struct policy_reader *r, const struct yaml_node *v)
{
	static const char *const members[] = { "name",      "images",  "except", "mode",
		                                   "platforms", "require", NULL };
	static const char *const modes[] = { "deny", "warn", NULL };
	static const char *const scopes[] = { "index", "all", NULL };
	struct policy_rule rule = { .line = policy_line(r, v) };
	unsigned mode = 0, scope = 0;

	if (!yaml_is(v, YAML_MAPPING) || !yaml_get(v, "images"))
		return policy_fault(r, v, "a rule has 'images' and 'require'");
	if (policy_known(r, v, members) < 0 || policy_text(r, v, "name", &rule.name) < 0 ||
	    policy_globs(r, yaml_get(v, "images"), GLOB_OWN, &rule.images) < 0 ||
	    policy_globs(r, yaml_get(v, "except"), GLOB_OWN, &rule.except) < 0 ||
	    policy_word(r, v, "mode", modes, &mode) < 0 ||
	    policy_word(r, v, "platforms", scopes, &scope) < 0)
		return -1;
	if (!yaml_get(v, "require"))
		return policy_fault(r, v, "a rule has 'images' and 'require'");
	if (read_parts(r, yaml_get(v, "require"), "all of", &rule.need) < 0)
		return -1;
	rule.warn = mode == 1;
	rule.all_platforms = scope == 1;
	if (rule.name.n == 0)
		rule.name = bytes_str(arena_printf(r->arena, "rule %zu", r->policy->rules.len + 1));
	*ARENA_PUSH(r->arena, &r->policy->rules) = rule;
	return 0;
}

int policy_read_own(struct policy_reader *r, const struct yaml_node *root)
{
	static const char *const members[] = { "oakum-policy", "default", "signers", "rules", NULL };
	static const char *const defaults[] = { "deny", "warn", "allow", NULL };
	const struct yaml_node *rule;
	unsigned otherwise = 0;

	if (policy_known(r, root, members) < 0)
		return -1;
	if (!yaml_says(yaml_get(root, "oakum-policy"), "1"))
		return policy_fault(r, yaml_get(root, "oakum-policy"), "the version of this form is 1");
	if (policy_word(r, root, "default", defaults, &otherwise) < 0 ||
	    read_signers(r, yaml_get(root, "signers")) < 0 || policy_list(r, root, "rules", &rule) < 0)
		return -1;
	r->policy->otherwise = (enum policy_default)otherwise;
	for (; rule; rule = rule->next)
		if (read_rule(r, yaml_real(rule)) < 0)
			return -1;
	return 0;
}
