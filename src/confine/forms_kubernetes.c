/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/forms_parts.h"

struct pod {
	const struct forms *forms;
	const struct hardening *hardening;
	struct forms_changes changes;
	unsigned listening;
	struct arena *arena;
	struct stream *out;
};

static bool is_closed(const struct pod *p)
{
	return hardening_has(p->hardening, DEFENCE_NETWORK);
}

/* -- the container ----------------------------------------------------------------------------- */

static void put_words(struct pod *p, const char *name, const struct strings *words)
{
	struct strings said = { 0 };

	for (size_t i = 0; i < words->len; i++) /* "$(NAME)" is replaced, "$$" is one "$" */
		*ARENA_PUSH(p->arena, &said) = forms_doubled(words->items[i], '$', p->arena);
	if (words->len > 0)
		stream_printf(p->out, "          %s:\n", name);
	forms_yaml_list(p->out, "            ", &said);
}

static void put_environment(struct pod *p)
{
	for (size_t i = 0; i < p->changes.env.len; i++) {
		bytes value = p->changes.env.items[i], name;

		(void)bytes_take_until(&value, '=', &name);
		stream_puts(p->out,
		            i == 0 ? "          env:\n            - name: " : "            - name: ");
		forms_yaml(p->out, name);
		stream_puts(p->out, "\n              value: ");
		forms_yaml(p->out, forms_doubled(value, '$', p->arena));
		stream_puts(p->out, "\n");
	}
}

static void put_rights(struct pod *p)
{
	const struct hardening *h = p->hardening;

	stream_printf(p->out,
	              "          securityContext:\n            allowPrivilegeEscalation: %s\n"
	              "            readOnlyRootFilesystem: %s\n",
	              hardening_has(h, DEFENCE_PRIVILEGES) ? "false" : "true",
	              hardening_has(h, DEFENCE_READONLY) ? "true" : "false");
	if (forms_drops_all(h))
		stream_puts(p->out, "            capabilities:\n              drop: [ALL]\n");
	for (unsigned n = 0, len = 0; n < CAPABILITIES; n++)
		if (forms_adds(h, n))
			stream_printf(p->out, "%s                - %s\n",
			              len++ == 0 ? "              add:\n" : "", forms_capability(n));
	if (!hardening_has(h, DEFENCE_MASKS))
		stream_puts(p->out, "            procMount: Unmasked\n");
}

/* What a scheduler needs to know of the processor is no limit, and no part of the description. */
static void put_bounds(struct pod *p)
{
	const struct hardening *h = p->hardening;
	const char *memory = forms_size(h->memory, "Mi", "Ki", p->arena);

	if (!hardening_has(h, DEFENCE_LIMITS))
		return;
	if (h->processes > 0)
		stream_printf(p->out,
		              "          # at most %u processes: no word for it here but the kubelet's "
		              "podPidsLimit\n",
		              h->processes);
	stream_puts(p->out, "          resources:\n            requests:\n              cpu: 100m\n");
	if (h->memory > 0)
		stream_printf(p->out,
		              "              memory: %s\n            limits:\n              memory: %s\n",
		              memory, memory);
}

/* Where the program can be asked whether it still listens: on a published port, else on one that
 * the image says it has, "8080/tcp". Without a capability it has none below 1024. 0: nowhere. */
static unsigned listening_of(const struct forms *f)
{
	const struct hardening *h = f->hardening;

	if (h->ports.len > 0)
		return h->ports.items[0].container;
	for (size_t i = 0; i < f->config->exposed_ports.len; i++) {
		bytes rest = f->config->exposed_ports.items[i], number;
		uint64_t port;

		(void)bytes_take_until(&rest, '/', &number);
		if ((rest.n == 0 || bytes_is(rest, "tcp")) &&
		    text_take_u64(number, 10, UINT16_MAX, &port) && port >= 1024)
			return (unsigned)port;
	}
	return 0;
}

static void put_ports(struct pod *p)
{
	const struct hardening *h = p->hardening;

	if (p->listening == 0)
		return;
	stream_puts(p->out, "          ports:\n");
	for (size_t i = 0; i < h->ports.len; i++)
		stream_printf(p->out, "            - containerPort: %u\n", h->ports.items[i].container);
	if (h->ports.len == 0)
		stream_printf(p->out, "            - containerPort: %u\n", p->listening);
	stream_printf(p->out,
	              "          readinessProbe:\n            tcpSocket:\n              port: %u\n"
	              "          livenessProbe:\n            tcpSocket:\n              port: %u\n"
	              "            initialDelaySeconds: 10\n",
	              p->listening, p->listening);
}

static void put_mounts(struct pod *p)
{
	const struct hardening *h = p->hardening;
	struct stream *out = p->out;

	if (h->folders.len + h->secrets.len + p->changes.volumes.len > 0)
		stream_puts(out, "          volumeMounts:\n");
	for (size_t i = 0; i < h->folders.len; i++) {
		stream_printf(out, "            - name: folder-%zu\n              mountPath: ", i + 1);
		forms_yaml(out, bytes_str(h->folders.items[i].path));
		stream_puts(out, "\n");
	}
	if (h->secrets.len > 0)
		stream_puts(out, "            - name: secrets\n              mountPath: /run/secrets\n"
		                 "              readOnly: true\n");
	for (size_t i = 0; i < p->changes.volumes.len; i++) {
		stream_puts(out, "            - name: nothing\n              readOnly: true\n"
		                 "              mountPath: ");
		forms_yaml(out, p->changes.volumes.items[i]);
		stream_puts(out, "\n");
	}
}

static void put_container(struct pod *p)
{
	const struct hardening *h = p->hardening;

	stream_printf(p->out, "      containers:\n        - name: %s\n          image: ", h->name);
	forms_yaml(p->out, bytes_str(p->forms->image));
	stream_puts(p->out, "\n");
	put_words(p, "command", &p->changes.program);
	put_words(p, "args", &p->changes.words);
	put_environment(p);
	if (p->changes.cwd.n > 0) {
		stream_puts(p->out, "          workingDir: ");
		forms_yaml(p->out, p->changes.cwd);
		stream_puts(p->out, "\n");
	}
	if (h->terminal)
		stream_puts(p->out, "          stdin: true\n          tty: true\n");
	put_ports(p);
	put_bounds(p);
	put_rights(p);
	put_mounts(p);
}

/* -- the pod ----------------------------------------------------------------------------------- */

static void put_pod_rights(struct pod *p)
{
	const struct hardening *h = p->hardening;
	struct stream *out = p->out;

	stream_puts(out,
	            "      automountServiceAccountToken: false\n      enableServiceLinks: false\n");
	if (h->hostname)
		stream_printf(out, "      hostname: %s\n", h->hostname);
	if (!is_closed(p))
		stream_puts(out, "      hostNetwork: true\n");
	if (!hardening_has(h, DEFENCE_PROCESSES))
		stream_puts(out, "      hostPID: true\n      hostIPC: true\n");
	/* The API server wants it with procMount: Unmasked, too. */
	if (p->forms->user_namespace || !hardening_has(h, DEFENCE_MASKS))
		stream_puts(out, "      hostUsers: false\n");
	stream_printf(out,
	              "      securityContext:\n        runAsNonRoot: %s\n        runAsUser: %u\n"
	              "        runAsGroup: %u\n",
	              hardening_uid(h) > 0 ? "true" : "false", hardening_uid(h), hardening_gid(h));
	if (hardening_gid(h) > 0)
		stream_printf(out, "        fsGroup: %u\n", hardening_gid(h));
	for (size_t i = 0; i < hardening_groups(h); i++)
		stream_printf(out, "%s          - %u\n", i == 0 ? "        supplementalGroups:\n" : "",
		              h->groups.items[i]);
	stream_puts(out, "        seccompProfile:\n          type: ");
	if (!hardening_has(h, DEFENCE_SECCOMP)) {
		stream_puts(out, "Unconfined\n");
	} else if (p->forms->seccomp) {
		stream_puts(out, "Localhost\n          localhostProfile: ");
		forms_yaml(out, bytes_str(p->forms->seccomp));
		stream_puts(out, "\n");
	} else {
		stream_puts(out, "RuntimeDefault\n");
	}
}

static void put_volumes(struct pod *p)
{
	const struct hardening *h = p->hardening;
	struct stream *out = p->out;

	if (h->folders.len + h->secrets.len + p->changes.volumes.len > 0)
		stream_puts(out, "      volumes:\n");
	if (h->folders.len > 0 && hardening_has(h, DEFENCE_NOEXEC))
		stream_puts(out, "        # noexec has no word here: files in these folders can be run\n");
	for (size_t i = 0; i < h->folders.len; i++)
		stream_printf(
			out,
			"        - name: folder-%zu\n          emptyDir:\n            medium: Memory\n"
			"            sizeLimit: %s\n",
			i + 1,
			forms_size((h->folders.items[i].size + 1023) / 1024 * 1024, "Mi", "Ki", p->arena));
	if (h->secrets.len > 0)
		stream_printf(out,
		              "        - name: secrets\n          secret:\n            secretName: %s\n"
		              "            defaultMode: 0400\n            items:\n",
		              h->name);
	for (size_t i = 0; i < h->secrets.len; i++) {
		stream_puts(out, "              - key: ");
		forms_yaml(out, bytes_str(h->secrets.items[i].id));
		stream_puts(out, "\n                path: ");
		forms_yaml(out, bytes_str(h->secrets.items[i].id));
		stream_puts(out, "\n");
	}
	if (p->changes.volumes.len > 0)
		stream_puts(out,
		            "        # in place of the volumes that the image asks for, which could be "
		            "written to\n        - name: nothing\n          emptyDir:\n"
		            "            sizeLimit: 1Mi\n");
}

/* Where nothing listens it is run once, as here; what does is kept running. */
static void put_workload(struct pod *p)
{
	const char *name = p->hardening->name;

	stream_printf(p->out,
	              "apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n  labels:\n"
	              "    app.kubernetes.io/name: %s\nspec:\n",
	              p->listening > 0 ? "apps/v1" : "batch/v1",
	              p->listening > 0 ? "Deployment" : "Job", name, name);
	if (p->listening > 0)
		stream_printf(p->out,
		              "  replicas: 1\n  selector:\n    matchLabels:\n"
		              "      app.kubernetes.io/name: %s\n",
		              name);
	else
		stream_puts(p->out, "  backoffLimit: 0\n");
	stream_printf(p->out,
	              "  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: %s\n"
	              "    spec:\n%s",
	              name, p->listening > 0 ? "" : "      restartPolicy: Never\n");
	put_pod_rights(p);
	put_container(p);
	put_volumes(p);
}

/* -- the network ------------------------------------------------------------------------------- */

static void put_policy(struct pod *p)
{
	const struct hardening *h = p->hardening;

	stream_printf(p->out,
	              "---\n# No way out; in by the published ports alone.\n"
	              "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: %s\n"
	              "spec:\n  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: %s\n"
	              "  policyTypes: [Ingress, Egress]\n",
	              h->name, h->name);
	if (h->ports.len > 0)
		stream_puts(p->out, "  ingress:\n    - ports:\n");
	for (size_t i = 0; i < h->ports.len; i++)
		stream_printf(p->out, "        - protocol: TCP\n          port: %u\n",
		              h->ports.items[i].container);
}

static void put_service(struct pod *p)
{
	const struct hardening *h = p->hardening;

	stream_printf(p->out,
	              "---\n# Inside the cluster: no address of a machine is opened.\n"
	              "apiVersion: v1\nkind: Service\nmetadata:\n  name: %s\nspec:\n  selector:\n"
	              "    app.kubernetes.io/name: %s\n  ports:\n",
	              h->name, h->name);
	for (size_t i = 0; i < h->ports.len; i++)
		stream_printf(p->out, "    - name: port-%zu\n      port: %u\n      targetPort: %u\n", i + 1,
		              h->ports.items[i].host, h->ports.items[i].container);
}

static void put_heading(struct pod *p)
{
	const struct hardening *h = p->hardening;

	if (p->forms->is_local)
		stream_puts(p->out, FORMS_IS_LOCAL);
	if (p->forms->seccomp)
		stream_puts(p->out,
		            "# Its profile has to lie below the kubelet's folder seccomp on each node.\n");
	if (h->secrets.len == 0)
		return;
	stream_printf(p->out, "# Its secrets: kubectl create secret generic %s", h->name);
	for (size_t i = 0; i < h->secrets.len; i++)
		stream_printf(p->out, " --from-file=%s=FILE", h->secrets.items[i].id);
	stream_puts(p->out, "\n");
}

/* env names of Kubernetes: printable ASCII without "=" (1.30). */
static int check_names(const struct strings *env, err *e)
{
	for (size_t i = 0; i < env->len; i++) {
		bytes rest = env->items[i], name;

		(void)bytes_take_until(&rest, '=', &name);
		for (size_t k = 0; k < name.n; k++)
			if (name.p[k] < ' ' || name.p[k] > '~')
				return err_set(e, ERR_USAGE, 0, "Kubernetes cannot be told the variable '%s'",
				               SHOW(name));
	}
	return 0;
}

int forms_kubernetes(const struct forms *f, struct stream *out, err *e)
{
	struct arena a = ARENA_INIT;
	struct pod p = { f, f->hardening, forms_changes_of(f, &a), listening_of(f), &a, out };
	int result = -1;

	if (forms_check(f, &p.changes, "Kubernetes", e) == 0 &&
	    forms_check_text(f, &p.changes, "Kubernetes", &a, e) == 0 &&
	    check_names(&p.changes.env, e) == 0) {
		put_heading(&p);
		put_workload(&p);
		if (is_closed(&p))
			put_policy(&p);
		if (is_closed(&p) && f->hardening->ports.len > 0)
			put_service(&p);
		result = 0;
	}
	arena_done(&a);
	return result;
}
