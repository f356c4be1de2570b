/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in the environment of a container, and the files that take their place: a mounted Secret,
 * the Secrets Store CSI driver with Azure Key Vault (SecretProviderClass), HashiCorp's vault-agent
 * (annotations of vault-k8s). ASP.NET Core reads such folders with AddKeyPerFile; the names of its
 * files are those of the settings, "__" between their parts. */
#include "base/path.h"
#include "base/text.h"
#include "rule/kubernetes_parts.h"
#include "rule/kubernetes_rules.h"
#include "rule/link.h"
#include "rule/secret_name.h"

#define RULE(id) (&kubernetes_rules[id])

/* It can be a key of a Secret, a file and a word of YAML. */
static bool is_key(bytes name)
{
	for (size_t k = 0; k < name.n; k++) {
		uint8_t c = name.p[k];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      (c != 0 && strchr("._-", c))))
			return false;
	}
	return name.n > 0 && name.n < 254;
}

/* It can name a volume as well. */
static bool is_label(bytes name)
{
	for (size_t k = 0; k < name.n; k++)
		if (!((name.p[k] >= 'a' && name.p[k] <= 'z') || (name.p[k] >= '0' && name.p[k] <= '9') ||
		      name.p[k] == '-'))
			return false;
	return name.n > 0 && name.n < 64;
}

/* -- a value that stands in the manifest ------------------------------------------------------ */

/* The value is replaced by a reference; it has to be put into the Secret, and rotated. */
static void refer(const struct kube_object *o, struct job_finding *f, const struct yaml_node *value,
                  bytes name)
{
	const struct source *source = &o->job->files.items[o->file].source;
	bool json = o->job->files.items[o->file].yaml->is_json;
	bool block = value->parent->style == YAML_BLOCK;
	unsigned indent = source_position(source, value->key->from).column - 1;
	const char *text;

	if (!is_key(name) || !is_key(o->name) || value->kind != YAML_SCALAR ||
	    value->style == YAML_LITERAL || value->style == YAML_FOLDED)
		return;
	if (json)
		text = arena_printf(o->job->arena,
		                    "\"valueFrom\": {\"secretKeyRef\": {\"name\": \"" PRIb
		                    "-secrets\", \"key\": \"" PRIb "\"}}",
		                    BYTESF(o->name), BYTESF(name));
	else if (block)
		text = arena_printf(
			o->job->arena, "valueFrom:\n%*ssecretKeyRef:\n%*sname: " PRIb "-secrets\n%*skey: " PRIb,
			(int)indent + 2, "", (int)indent + 4, "", BYTESF(o->name), (int)indent + 4, "",
			BYTESF(name));
	else
		text = arena_printf(o->job->arena,
		                    "valueFrom: {secretKeyRef: {name: " PRIb "-secrets, key: " PRIb "}}",
		                    BYTESF(o->name), BYTESF(name));
	edits_add(&f->fix, o->job->arena, value->key->from, value->to, bytes_str(text));
	f->fix_class = RULE_FIX_REVIEW;
}

static void check_literal(const struct kube_object *o, const struct kube_container *c,
                          const struct yaml_node *v)
{
	bytes name = yaml_text(yaml_get(v, "name"));
	const struct yaml_node *value = yaml_find(v, "value");
	bytes text = yaml_text(value);

	if (text.n == 0 || bytes_search(text, BYTES("$(")) < text.n ||
	    !((secret_name_is(name) && !secret_name_is_harmless(text)) || secret_name_in(text)))
		return;
	struct job_finding *f = kube_find(o, RULE(KP032), c, value, "env[*].value");

	f->message = arena_printf(o->job->arena,
	                          "%s has its value here: put it into a Secret and "
	                          "rotate it",
	                          SHOW(name));
	refer(o, f, value, name);
}

/* -- files instead of variables --------------------------------------------------------------- */

/* Images whose start script reads NAME_FILE instead of NAME, by their documentation. */
static bool reads_files(const struct kube_container *c)
{
	static const char *const images[] = { "postgres", "mysql", "mariadb", "mongo", "wordpress" };
	bytes name = bytes_slice(c->image, 0, bytes_find(c->image, '@'));

	name = path_base(name);
	name = bytes_slice(name, 0, bytes_find(name, ':'));
	for (size_t k = 0; k < sizeof(images) / sizeof(*images); k++)
		if (bytes_is(name, images[k]))
			return true;
	return false;
}

struct reference {
	bytes variable, secret, key;
};

static bool take_reference(const struct yaml_node *v, struct reference *out)
{
	const struct yaml_node *ref = yaml_path(v, "valueFrom.secretKeyRef");

	*out = (struct reference){ yaml_text(yaml_get(v, "name")), yaml_text(yaml_get(ref, "name")),
		                       yaml_text(yaml_get(ref, "key")) };
	return is_key(out->variable) && is_key(out->secret) && is_key(out->key);
}

static bool next_reference(const struct kube_object *o, struct kube_container *c,
                           const struct yaml_node **v, struct reference *out)
{
	for (;;) {
		*v = *v ? (*v)->next : c->node ? yaml_items(yaml_get(c->node, "env")) : NULL;
		while (!*v) {
			if (!kube_next(o, c))
				return false;
			*v = yaml_items(yaml_get(c->node, "env"));
		}
		if (take_reference(*v, out))
			return true;
	}
}

/* The folder where the files of a secret lie in the container. */
static const char *folder_of(const struct kube_object *o, bytes secret)
{
	if (o->job->options->store == JOB_STORE_VAULT)
		return "/vault/secrets";
	return arena_printf(o->job->arena, "/run/secrets/" PRIb, BYTESF(secret));
}

/* All references of the pod to this secret: every finding about one of them brings the very same
 * volume, and equal edits count once. */
static const char *items_of(const struct kube_object *o, bytes secret, const char *format)
{
	struct kube_container c = { 0 };
	const struct yaml_node *v = NULL;
	struct reference r;
	const char *text = "";

	while (next_reference(o, &c, &v, &r)) {
		struct arena *a = o->job->arena;

		if (bytes_equal(r.secret, secret))
			text = strcmp(format, "azure") == 0
			           ? arena_printf(a,
			                          "%s        - |\n          objectName: " PRIb
			                          "\n          objectType: secret\n          objectAlias: " PRIb
			                          "\n",
			                          text, BYTESF(r.key), BYTESF(r.variable))
			           : arena_printf(a, "%s\n    - key: " PRIb "\n      path: " PRIb, text,
			                          BYTESF(r.key), BYTESF(r.variable));
	}
	return text;
}

/* Key Vault's part of the Secrets Store CSI driver; who asks, and where, a person fills in. */
static void put_azure(const struct kube_object *o, struct job_finding *f,
                      const struct yaml_editor *ed, bytes secret)
{
	kubernetes_add(
		ed, o->pod, "volumes",
		arena_printf(ed->arena,
	                 "name: " PRIb "\ncsi:\n  driver: secrets-store.csi.k8s.io\n"
	                 "  readOnly: true\n  volumeAttributes:\n    secretProviderClass: " PRIb,
	                 BYTESF(secret), BYTESF(secret)));
	kube_append(o, f, RULE_FIX_REVIEW,
	            arena_printf(ed->arena,
	                         "---\napiVersion: secrets-store.csi.x-k8s.io/v1\n"
	                         "kind: SecretProviderClass\nmetadata:\n  name: " PRIb "\n%sspec:\n"
	                         "  provider: azure\n  parameters:\n    usePodIdentity: \"false\"\n"
	                         "    clientID: \"\" # of the workload's identity\n"
	                         "    keyvaultName: \"\"\n    tenantId: \"\"\n    objects: |\n"
	                         "      array:\n%s",
	                         BYTESF(secret),
	                         is_key(o->space) ? arena_printf(ed->arena, "  namespace: " PRIb "\n",
	                                                         BYTESF(o->space))
	                                          : "",
	                         items_of(o, secret, "azure")));
}

/* One line more in a mapping in block style, behind its last member. */
static const char *line_more(const struct kube_object *o, const struct yaml_node *list,
                             const char *text, const char *key, const char *value)
{
	const struct source *source = &o->job->files.items[o->file].source;

	if (yaml_find(list, key))
		return text;
	return arena_printf(o->job->arena, "%s\n%*s%s: %s", text,
	                    (int)source_position(source, list->first->key->from).column - 1, "", key,
	                    value);
}

/* The annotations of vault-agent for one variable; its file lies in /vault/secrets. */
static void put_vault(const struct kube_object *o, const struct yaml_editor *ed,
                      const struct reference *r)
{
	const struct yaml_node *list = yaml_real(yaml_get(o->pod_metadata, "annotations")), *last;
	struct arena *a = ed->arena;
	const char *values[4] = { "\"true\"", arena_str(a, o->name) }, *keys[4], *text = "";

	keys[0] = "vault.hashicorp.com/agent-inject";
	keys[1] = "vault.hashicorp.com/role";
	keys[2] = arena_printf(a, "%s-secret-" PRIb, keys[0], BYTESF(r->variable));
	values[2] = arena_printf(a, "\"secret/data/" PRIb "\"", BYTESF(r->secret));
	keys[3] = arena_printf(a, "%s-template-" PRIb, keys[0], BYTESF(r->variable));
	values[3] = arena_printf(a,
	                         "'{{ with secret \"secret/data/" PRIb
	                         "\" }}{{ index .Data.data \"" PRIb "\" }}{{ end }}'",
	                         BYTESF(r->secret), BYTESF(r->key));
	if (!list) {
		for (size_t k = 0; k < 4; k++)
			text = arena_printf(a, "%s%s%s: %s", text, k > 0 ? "\n" : "", keys[k], values[k]);
		yaml_edit_put(ed, o->pod_metadata, "annotations", text);
		return;
	}
	if (list->style != YAML_BLOCK || !list->first)
		return;
	for (last = list->first; last->next;)
		last = last->next;
	for (size_t k = 0; k < 4; k++)
		text = line_more(o, list, text, keys[k], values[k]);
	edits_add(ed->edits, a, last->to, last->to, bytes_str(text));
}

static void put_secret(const struct kube_object *o, const struct yaml_editor *ed, bytes secret)
{
	kubernetes_add(ed, o->pod, "volumes",
	               arena_printf(ed->arena,
	                            "name: " PRIb "\nsecret:\n  secretName: " PRIb
	                            "\n  defaultMode: %s\n  items:%s",
	                            BYTESF(secret), BYTESF(secret), ed->file->is_json ? "288" : "0440",
	                            items_of(o, secret, "secret")));
}

static bool has_item(const struct yaml_node *items, const struct reference *r)
{
	for (const struct yaml_node *v = yaml_items(items); v; v = v->next)
		if (bytes_equal(yaml_text(yaml_get(v, "key")), r->key) &&
		    bytes_equal(yaml_text(yaml_get(v, "path")), r->variable))
			return true;
	return false;
}

/* The volume, or one item more of one that is there. */
static void put_volume(const struct kube_object *o, struct job_finding *f,
                       const struct yaml_editor *ed, const struct reference *r)
{
	const struct yaml_node *volume = kubernetes_named(yaml_get(o->pod, "volumes"), r->secret);
	const struct yaml_node *items = yaml_path(volume, "secret.items");

	if (!volume && o->job->options->store == JOB_STORE_AZURE)
		put_azure(o, f, ed, r->secret);
	else if (!volume)
		put_secret(o, ed, r->secret);
	else if (yaml_is(items, YAML_SEQUENCE) && !has_item(items, r))
		yaml_edit_append(ed, items,
		                 arena_printf(ed->arena, "key: " PRIb "\npath: " PRIb, BYTESF(r->key),
		                              BYTESF(r->variable)));
}

static void put_mount(const struct kube_object *o, const struct kube_container *c,
                      const struct yaml_editor *ed, const struct reference *r, bool dotnet)
{
	const char *folder = folder_of(o, r->secret);
	const char *note = dotnet ? arena_printf(ed->arena,
	                                         " # builder.Configuration.AddKeyPerFile(\"%s\", "
	                                         "optional: true);",
	                                         folder)
	                          : "";

	if (!kubernetes_named(yaml_get(c->node, "volumeMounts"), r->secret))
		kubernetes_add(ed, c->node, "volumeMounts",
		               arena_printf(ed->arena, "name: " PRIb "\nmountPath: %s%s\nreadOnly: true",
		                            BYTESF(r->secret), folder, note));
}

/* A variable that a program of .NET no longer needs goes; others get NAME_FILE. */
static void mend(const struct kube_object *o, const struct kube_container *c,
                 const struct yaml_node *v, struct job_finding *f)
{
	struct program p = link_program(o->links, o, c);
	struct yaml_editor ed = kube_fix(o, f, RULE_FIX_REVIEW);
	const struct yaml_node *from = yaml_get(v, "valueFrom");
	const char *quote = ed.file->is_json ? "\"" : "";
	struct reference r;

	if (!take_reference(v, &r) || !is_label(r.secret) || !from->key ||
	    (o->job->options->store == JOB_STORE_VAULT && !o->pod_metadata))
		return;
	if (p.dotnet) {
		yaml_edit_delete(&ed, v);
	} else {
		yaml_edit_scalar(&ed, yaml_get(v, "name"),
		                 arena_printf(ed.arena, PRIb "_FILE", BYTESF(r.variable)));
		edits_add(
			ed.edits, ed.arena, from->key->from, from->to,
			bytes_str(arena_printf(ed.arena, "%svalue%s: %s%s/" PRIb "%s", quote, quote, quote,
		                           folder_of(o, r.secret), BYTESF(r.variable), quote)));
	}
	if (o->job->options->store == JOB_STORE_VAULT) {
		put_vault(o, &ed, &r);
		return;
	}
	/* The container may end where the pod ends: what stands deeper comes first. */
	put_mount(o, c, &ed, &r, p.dotnet);
	put_volume(o, f, &ed, &r);
}

/* Whether a program can read a file is known of .NET and of some images; of others the rule speaks
 * only when it is asked. */
static void check_reference(const struct kube_object *o, const struct kube_container *c,
                            const struct yaml_node *v)
{
	const struct job_options *options = o->job->options;
	const struct yaml_node *secret = yaml_path(v, "valueFrom.secretKeyRef");

	if (!secret || !(options->optional || options->only || reads_files(c) ||
	                 link_program(o->links, o, c).dotnet))
		return;
	struct job_finding *f = kube_find(o, RULE(KP033), c, secret, "env[*].valueFrom.secretKeyRef");

	f->message = arena_printf(o->job->arena,
	                          "%s is in the environment, where every child and dump "
	                          "finds it",
	                          SHOW(yaml_text(yaml_get(v, "name"))));
	mend(o, c, v, f);
}

void kubernetes_variable_check(const struct kube_object *o, const struct kube_container *c,
                               const struct yaml_node *v)
{
	check_literal(o, c, v);
	check_reference(o, c, v);
}
