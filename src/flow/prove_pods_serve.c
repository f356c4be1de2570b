/* SPDX-License-Identifier: Apache-2.0 */
/* The worker's end: everything in here reads what enemies wrote. */
#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "confine/capabilities.h"
#include "flow/prove_pods.h"
#include "flow/prove_wire.h"
#include "rule/kubernetes.h"

#define LEAVE(defence) (1U << DEFENCE_##defence)
#define PRIVILEGED (LEAVE(PRIVILEGES) | LEAVE(SECCOMP) | LEAVE(MASKS))

struct reader {
	struct arena *a;
	const struct kube_object *o;
	const struct kube_container *c;
	const struct yaml_node *pod; /* the pod's securityContext; may be NULL */
	struct prove_pod *out;
};

static void note(struct reader *r, const char *text)
{
	if (r->out->notes.len < LIMIT_PROVE_ITEMS)
		*ARENA_PUSH(r->a, &r->out->notes) = text;
}

/* The container's field wins over the pod's. */
static const struct yaml_node *setting(const struct reader *r, const char *path)
{
	const struct yaml_node *own = yaml_path(r->c->security, path);

	return own ? own : yaml_path(r->pod, path);
}

/* -- the user ---------------------------------------------------------------------------------- */

/* An id that is none, as the text "1654", is refused by the cluster: Kubernetes takes int64 of 0 to
 * 2147483647. */
static bool id_of(struct reader *r, const char *field, uint32_t *out)
{
	const struct yaml_node *n = setting(r, field);
	int64_t id;

	if (!n)
		return false;
	if (yaml_i64(n, &id) && id >= 0 && id <= INT32_MAX) {
		*out = (uint32_t)id;
		return true;
	}
	r->out->fault = arena_printf(r->a, "%s is %sno number of 0 to 2147483647", field,
	                             yaml_is_string(n) ? "a text and " : "");
	return false;
}

static void read_user(struct reader *r)
{
	r->out->has_user = id_of(r, "runAsUser", &r->out->uid);
	r->out->has_group = id_of(r, "runAsGroup", &r->out->gid);
	r->out->must_not_be_root = kube_is_true(setting(r, "runAsNonRoot"));
	r->out->is_windows = kube_is_windows(r->o);
}

/* -- capabilities ------------------------------------------------------------------------------ */

static bool names_all(const struct yaml_node *list)
{
	for (const struct yaml_node *v = yaml_items(list); v; v = v->next)
		if (bytes_equal_nocase(yaml_text(v), BYTES("ALL")))
			return true;
	return false;
}

/* An engine takes small letters, too. */
static bytes upper(struct arena *a, bytes text)
{
	uint8_t *out = arena_alloc(a, text.n + 1);

	for (size_t i = 0; i < text.n; i++)
		out[i] = text.p[i] >= 'a' && text.p[i] <= 'z' ? (uint8_t)(text.p[i] - 32) : text.p[i];
	return bytes_of(out, text.n);
}

static uint64_t named(struct reader *r, const struct yaml_node *list)
{
	uint64_t all = 0;

	for (const struct yaml_node *v = yaml_items(list); v; v = v->next) {
		unsigned n = capability_find(upper(r->a, yaml_text(v)));

		if (n < CAPABILITIES)
			all |= UINT64_C(1) << n;
		else if (!bytes_equal_nocase(yaml_text(v), BYTES("ALL")))
			prove_pod_say(r->out, r->a, "gain-capability", false,
			              "it names a capability that is not known here");
	}
	return all;
}

/* As containerd has it: all or nothing first, then one by one. */
static uint64_t capabilities_of(struct reader *r)
{
	const struct yaml_node *add = yaml_path(r->c->security, "capabilities.add");
	const struct yaml_node *drop = yaml_path(r->c->security, "capabilities.drop");
	uint64_t all = CAPABILITIES_USUAL;

	if (names_all(add))
		all = CAPABILITIES_ALL;
	if (names_all(drop))
		all = 0;
	return (all | named(r, add)) & ~named(r, drop);
}

/* -- what is left out -------------------------------------------------------------------------- */

static bool has_seccomp(struct reader *r)
{
	const struct yaml_node *type = setting(r, "seccompProfile.type");

	r->out->has_other_filter = yaml_says(type, "Localhost");
	if (r->out->has_other_filter)
		note(r, "a Localhost profile of seccomp lies on the nodes: the default one is used here");
	return yaml_says(type, "RuntimeDefault") || r->out->has_other_filter;
}

static unsigned without_of(struct reader *r)
{
	bool gains = true;
	unsigned without = LEAVE(NOEXEC); /* volumes are never mounted so */

	(void)yaml_bool(yaml_get(r->c->security, "allowPrivilegeEscalation"), &gains);
	if (gains)
		without |= LEAVE(PRIVILEGES);
	if (!has_seccomp(r))
		without |= LEAVE(SECCOMP);
	if (!kube_is_true(yaml_get(r->c->security, "readOnlyRootFilesystem")))
		without |= LEAVE(READONLY);
	if (yaml_says(yaml_get(r->c->security, "procMount"), "Unmasked"))
		without |= LEAVE(MASKS);
	if (kube_is_true(yaml_get(r->o->pod, "hostNetwork")))
		without |= LEAVE(NETWORK);
	if (kube_is_true(yaml_get(r->o->pod, "hostPID")))
		without |= LEAVE(PROCESSES);
	return without;
}

/* -- limits and variables ---------------------------------------------------------------------- */

/* resource.Quantity: "512Mi", "1G", "1e9", "0.5Gi"; false for anything else. */
static bool quantity(bytes text, uint64_t *out)
{
	static const struct {
		const char *suffix;
		uint64_t unit;
	} units[] = {
		{ "Ki", KIB },  { "Mi", MIB },     { "Gi", GIB },        { "Ti", 1024 * GIB },
		{ "k", 1000 },  { "M", 1000000 },  { "G", 1000000000 },  { "T", 1000000000000 },
		{ "e3", 1000 }, { "e6", 1000000 }, { "e9", 1000000000 }, { "", 1 },
	};
	uint64_t whole, part = 0, scale = 1;

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		bytes suffix = bytes_str(units[i].suffix), front;

		if (!bytes_ends(text, suffix))
			continue;
		bytes rest = bytes_slice(text, 0, text.n - suffix.n);

		if (!bytes_take_until(&rest, '.', &front) ||
		    !text_take_u64(front, 10, INT64_MAX / units[i].unit, &whole))
			return false;
		if (rest.n > 0 && (rest.n > 6 || !text_take_u64(rest, 10, 999999, &part)))
			return false;
		for (size_t k = 0; k < rest.n; k++)
			scale *= 10;
		*out = whole * units[i].unit + part * units[i].unit / scale;
		return true;
	}
	return false;
}

uint64_t prove_quantity(const struct yaml_node *n, uint64_t otherwise)
{
	uint64_t value;

	return quantity(yaml_text(n), &value) ? value : otherwise;
}

static void read_environment(struct reader *r)
{
	for (const struct yaml_node *v = yaml_items(yaml_get(r->c->node, "env")); v; v = v->next) {
		bytes name = yaml_text(yaml_get(v, "name")), value = yaml_text(yaml_get(v, "value"));

		if (name.n > 0 && value.n > 0 && name.n + value.n < LIMIT_PROVE_VALUE &&
		    bytes_find(name, 0) == name.n && bytes_find(value, 0) == value.n &&
		    r->out->env.len < LIMIT_PROVE_ITEMS)
			*ARENA_PUSH(r->a, &r->out->env) = bytes_str(
				arena_printf(r->a, PRIb "=" PRIb, BYTESF(name), BYTESF(value)));
	}
}

static bool has_token(const struct reader *r)
{
	bool mounts = true;

	(void)yaml_bool(yaml_get(r->o->pod, "automountServiceAccountToken"), &mounts);
	return mounts;
}

static void read_container(struct reader *r)
{
	const struct yaml_node *memory = yaml_path(r->c->node, "resources.limits.memory");

	r->out->name = arena_printf(r->a, PRIb ", container " PRIb,
	                            BYTESF(bytes_slice(bytes_str(r->o->label), 0, 600)),
	                            BYTESF(bytes_slice(r->c->name, 0, 253)));
	r->out->container = arena_str(r->a, bytes_slice(r->c->name, 0, 253));
	r->out->image = arena_str(r->a, bytes_slice(r->c->image, 0, LIMIT_PATH - 1));
	read_user(r);
	r->out->capabilities = capabilities_of(r);
	r->out->without = without_of(r);
	if (kube_is_true(yaml_get(r->c->security, "privileged"))) { /* unconfined, whatever it says */
		r->out->has_other_filter = false;
		r->out->capabilities = CAPABILITIES_ALL;
		r->out->without |= PRIVILEGED;
	}
	r->out->memory = prove_quantity(memory, 0);
	if (r->out->memory == 0)
		r->out->without |= LEAVE(LIMITS);
	r->out->has_token = has_token(r);
	read_environment(r);
	prove_pod_read_given(r->o, r->c, r->a, r->out);
}

/* -- the answer -------------------------------------------------------------------------------- */

static void pack_pod(const struct prove_pod *p, buf *out)
{
	pack_str(out, p->name);
	pack_str(out, p->container);
	pack_str(out, p->image);
	pack_str(out, p->fault);
	pack_u64(out, p->has_user);
	pack_u64(out, p->uid);
	pack_u64(out, p->has_group);
	pack_u64(out, p->gid);
	pack_u64(out, p->must_not_be_root);
	pack_u64(out, p->is_windows);
	pack_u64(out, p->has_other_filter);
	pack_u64(out, p->has_token);
	pack_u64(out, p->without);
	pack_u64(out, p->capabilities);
	pack_u64(out, p->memory);
	pack_u64(out, p->folders.len);
	for (size_t i = 0; i < p->folders.len; i++) {
		pack_str(out, p->folders.items[i].path);
		pack_u64(out, p->folders.items[i].size);
	}
	pack_u64(out, p->env.len);
	for (size_t i = 0; i < p->env.len; i++)
		pack_bytes(out, p->env.items[i]);
	pack_u64(out, p->said.len);
	for (size_t i = 0; i < p->said.len; i++) {
		pack_u64(out, p->said.items[i].probe);
		pack_u64(out, p->said.items[i].fell);
		pack_str(out, p->said.items[i].what);
	}
	pack_u64(out, p->notes.len);
	for (size_t i = 0; i < p->notes.len; i++)
		pack_str(out, p->notes.items[i]);
}

static int read_objects(struct rule_job *job, struct arena *a, buf *out, err *e)
{
	struct kube_objects objects = kube_objects(job);
	size_t n = 0;

	for (size_t i = 0; i < objects.len; i++) {
		const struct kube_object *o = &objects.items[i];

		for (struct kube_container c = { 0 }; o->pod && kube_next(o, &c);) {
			struct prove_pod pod = { .fault = "" };
			struct reader r = { a, o, &c, yaml_get(o->pod, "securityContext"), &pod };

			if (++n > LIMIT_PROVE_PODS)
				return err_set(e, ERR_LIMIT, 0, "more than %d containers", LIMIT_PROVE_PODS);
			read_container(&r);
			pack_pod(&pod, out);
		}
	}
	return n > 0 ? 0 : err_set(e, ERR_FORMAT, 0, "there is no workload in it");
}

int prove_pods_answer(bytes text, buf *out, err *e)
{
	const struct job_options options = { 0 };
	struct arena a = ARENA_INIT;
	struct rule_job job;

	job_init(&job, &a, &options);
	int status = job_add(&job, "manifest.yaml", text, e);

	if (status == 0 && job.faults.len > 0)
		status = err_set(e, ERR_FORMAT, 0, "%s", job.faults.items[0].message);
	if (status == 0)
		status = read_objects(&job, &a, out, e);
	job_done(&job);
	arena_done(&a);
	return status;
}

static int answer(void *text, bytes question, buf *out, err *e)
{
	(void)question; /* there is one */
	return prove_pods_answer(*(const bytes *)text, out, e);
}

int prove_pods_serve(struct worker_side *side, void *arg)
{
	const struct side_service service = { 0, LIMIT_SETTINGS, answer, arg };

	side_serve(side, &service);
}
