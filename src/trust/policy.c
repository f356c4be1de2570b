/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/policy.h"

#include "base/limits.h"
#include "base/text.h"
#include "trust/policy_read.h"

/* -- which kind of document -------------------------------------------------------------------- */

static int read_other(struct policy_reader *r, const struct yaml_node *root)
{
	bytes api = yaml_text(yaml_get(root, "apiVersion")), kind = yaml_text(yaml_get(root, "kind"));

	/* Namespaces and the like are applied together with policies and demand nothing; a list in a
	 * list may hold what does. */
	if (bytes_is(api, "v1") && !bytes_ends(kind, BYTES("List"))) {
		policy_note(r, root, "an object that is no policy");
		return 0;
	}
	if (kind.n == 0)
		return policy_fault(r, root,
		                    "neither 'oakum-policy: 1' nor a policy of sigstore's or Kyverno's");
	return policy_fault(r, root, "'%s' of '%s' is no policy that is understood", SHOW(kind),
	                    SHOW(api));
}

static int read_document(struct policy_reader *r, const struct yaml_node *root)
{
	static const struct {
		const char *group, *kind;
		int (*read)(struct policy_reader *r, const struct yaml_node *root);
	} kinds[] = {
		{ "policy.sigstore.dev/", "ClusterImagePolicy", policy_read_sigstore },
		{ "kyverno.io/", "ClusterPolicy", policy_read_kyverno },
		{ "kyverno.io/", "Policy", policy_read_kyverno },
		{ "policies.kyverno.io/", "ImageValidatingPolicy", policy_read_kyverno_images },
		{ "policies.kyverno.io/", "NamespacedImageValidatingPolicy", policy_read_kyverno_images },
	};
	bytes api = yaml_text(yaml_get(root, "apiVersion")), kind = yaml_text(yaml_get(root, "kind"));

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (bytes_starts(api, bytes_str(kinds[i].group)) && bytes_is(kind, kinds[i].kind))
			return kinds[i].read(r, root);
	return read_other(r, root);
}

/* What `kubectl get -o yaml` prints of several. */
static int read_list(struct policy_reader *r, const struct yaml_node *root)
{
	static const char *const members[] = { "apiVersion", "kind", "metadata", "items", NULL };
	const struct yaml_node *v;

	if (policy_known(r, root, members) < 0 || policy_list(r, root, "items", &v) < 0)
		return -1;
	for (; v; v = v->next)
		if (read_document(r, yaml_real(v)) < 0)
			return -1;
	return 0;
}

static bool is_list(const struct yaml_node *root)
{
	return bytes_is(yaml_text(yaml_get(root, "apiVersion")), "v1") &&
	       bytes_is(yaml_text(yaml_get(root, "kind")), "List");
}

static int read_documents(struct policy_reader *r, const struct yaml_file *file)
{
	for (size_t i = 0; i < file->documents.len; i++) {
		const struct yaml_node *root = yaml_real(file->documents.items[i].root);

		if (yaml_is_null(root))
			continue;
		if (yaml_get(root, "oakum-policy") && file->documents.len > 1)
			return policy_fault(r, root, "an oakum-policy is a file of its own");
		if ((yaml_get(root, "oakum-policy") ? policy_read_own
		     : is_list(root)               ? read_list
		                                   : read_document)(r, root) < 0)
			return -1;
	}
	return r->policy->rules.len > 0 ? 0 : policy_fault(r, NULL, "a policy without rules");
}

static int check_text(struct policy_reader *r, const struct yaml_file *file)
{
	struct yaml_node at = { 0 };

	if (file->faults.len > 0) {
		at.from = file->faults.items[0].at;
		return policy_fault(r, &at, "%s", file->faults.items[0].message);
	}
	if (file->duplicates.len > 0) {
		at.from = file->duplicates.items[0].at;
		return policy_fault(r, &at, "this member stands twice");
	}
	return 0;
}

int policy_parse(bytes text, bool has_root, struct arena *a, struct policy *out, err *e)
{
	struct yaml_file file;
	struct policy_reader r = {
		.policy = out, .file = &file, .arena = a, .has_root = has_root, .e = e
	};

	*out = (struct policy){ 0 };
	if (text.n > LIMIT_POLICY)
		return err_set(e, ERR_LIMIT, 0, "a policy of %zu bytes", text.n);
	if (yaml_parse(text, a, &file, e) < 0)
		return -1;
	source_init(&r.source, text, a);
	if (check_text(&r, &file) == 0 && read_documents(&r, &file) == 0)
		return 0;
	policy_free(out);
	return -1;
}

void policy_free(struct policy *p)
{
	for (size_t i = 0; i < p->patterns.len; i++)
		pattern_free(p->patterns.items[i]);
	p->patterns.len = 0;
}
