/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/forms.h"

#include "base/text.h"
#include "fmt/json_write.h"

#define MIB_OF(n) ((unsigned long long)(((n) + 1048575) >> 20))

static unsigned uid_of(const struct hardening *h)
{
	return hardening_has(h, DEFENCE_USER) ? h->uid : 0;
}

static unsigned gid_of(const struct hardening *h)
{
	return hardening_has(h, DEFENCE_USER) ? h->gid : 0;
}

static const char *said(const struct hardening *h, enum defence d)
{
	return hardening_has(h, d) ? "true" : "false";
}

/* A JSON string is a YAML one, and nothing in it is taken for anything else. */
static void put_quoted(struct stream *out, bytes text)
{
	struct json_writer w;

	json_write_init(&w, out);
	w.is_compact = true;
	json_write_str(&w, NULL, text);
}

/* -- Kubernetes -------------------------------------------------------------------------------- */

static void put_words(struct stream *out, const char *indent, const char *name,
                      const struct strings *words)
{
	if (words->len == 0)
		return;
	stream_printf(out, "%s%s:\n", indent, name);
	for (size_t i = 0; i < words->len; i++) {
		stream_printf(out, "%s  - ", indent);
		put_quoted(out, words->items[i]);
		stream_puts(out, "\n");
	}
}

static void put_container_context(const struct hardening *h, struct stream *out)
{
	stream_printf(out,
	              "          securityContext:\n"
	              "            runAsNonRoot: %s\n            runAsUser: %u\n"
	              "            runAsGroup: %u\n            allowPrivilegeEscalation: %s\n"
	              "            readOnlyRootFilesystem: %s\n            privileged: false\n",
	              uid_of(h) > 0 ? "true" : "false", uid_of(h), gid_of(h),
	              hardening_has(h, DEFENCE_PRIVILEGES) ? "false" : "true",
	              said(h, DEFENCE_READONLY));
	if (hardening_has(h, DEFENCE_CAPABILITIES))
		stream_puts(out, "            capabilities:\n              drop: [ALL]\n");
	stream_printf(out, "            seccompProfile:\n              type: %s\n",
	              hardening_has(h, DEFENCE_SECCOMP) ? "RuntimeDefault" : "Unconfined");
}

static void put_container_folders(const struct hardening *h, struct stream *out)
{
	if (h->folders.len > 0 || h->secrets.len > 0)
		stream_puts(out, "          volumeMounts:\n");
	for (size_t i = 0; i < h->folders.len; i++)
		stream_printf(out, "            - name: folder-%zu\n              mountPath: %s\n", i + 1,
		              h->folders.items[i].path);
	for (size_t i = 0; i < h->secrets.len; i++)
		stream_printf(out,
		              "            - name: secret-%zu\n              mountPath: /run/secrets/%s\n"
		              "              subPath: %s\n              readOnly: true\n",
		              i + 1, h->secrets.items[i].id, h->secrets.items[i].id);
}

static void put_volumes(const struct hardening *h, struct stream *out)
{
	if (h->folders.len > 0 || h->secrets.len > 0)
		stream_puts(out, "      volumes:\n");
	for (size_t i = 0; i < h->folders.len; i++)
		stream_printf(out,
		              "        - name: folder-%zu\n          emptyDir:\n"
		              "            medium: Memory\n            sizeLimit: %lluMi\n",
		              i + 1, MIB_OF(h->folders.items[i].size));
	for (size_t i = 0; i < h->secrets.len; i++)
		stream_printf(out,
		              "        - name: secret-%zu\n          secret:\n            secretName: %s\n"
		              "            defaultMode: 0400\n",
		              i + 1, h->secrets.items[i].id);
}

/* The environment that the image has already is not told again. */
static void put_container(const struct hardening *h, struct stream *out)
{
	stream_printf(out, "      containers:\n        - name: %s\n          image: ", h->name);
	put_quoted(out, bytes_str(h->image));
	stream_puts(out, "\n");
	put_words(out, "          ", "command", &h->args);
	put_container_context(h, out);
	stream_puts(out, "          resources:\n            limits:\n");
	stream_printf(out, "              memory: %lluMi\n", MIB_OF(h->memory));
	stream_printf(out, "            requests:\n              memory: %lluMi\n", MIB_OF(h->memory));
	if (h->ports.len > 0)
		stream_puts(out, "          ports:\n");
	for (size_t i = 0; i < h->ports.len; i++)
		stream_printf(out, "            - containerPort: %u\n", h->ports.items[i].container);
	put_container_folders(h, out);
}

void forms_kubernetes(const struct hardening *h, struct stream *out)
{
	stream_printf(out,
	              "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: %s\nspec:\n"
	              "  selector:\n    matchLabels:\n      app: %s\n"
	              "  template:\n    metadata:\n      labels:\n        app: %s\n    spec:\n"
	              "      automountServiceAccountToken: false\n"
	              "      hostNetwork: %s\n      hostPID: false\n      hostIPC: false\n"
	              "      securityContext:\n        fsGroup: %u\n",
	              h->name, h->name, h->name, hardening_has(h, DEFENCE_NETWORK) ? "false" : "true",
	              gid_of(h));
	put_container(h, out);
	put_volumes(h, out);
}

/* -- docker ------------------------------------------------------------------------------------ */

/* In single quotes nothing means anything but their end (POSIX.1-2017, Shell Command Language,
 * 2.2.2). */
static void put_shell(struct stream *out, bytes text)
{
	stream_puts(out, "'");
	while (text.n > 0) {
		size_t at = bytes_find(text, '\'');

		stream_put(out, bytes_slice(text, 0, at));
		if (at < text.n)
			stream_puts(out, "'\\''");
		text = bytes_skip(text, at + 1);
	}
	stream_puts(out, "'");
}

static void put_docker_limits(const struct hardening *h, struct stream *out)
{
	if (!hardening_has(h, DEFENCE_LIMITS))
		return;
	if (h->memory > 0)
		stream_printf(out, " \\\n  --memory %llum --memory-swap %llum", MIB_OF(h->memory),
		              MIB_OF(h->memory));
	if (h->processes > 0)
		stream_printf(out, " \\\n  --pids-limit %u", h->processes);
}

void forms_docker(const struct hardening *h, struct stream *out)
{
	bool noexec = hardening_has(h, DEFENCE_NOEXEC);
	struct arena a = ARENA_INIT;

	stream_printf(out, "docker run --rm --name %s \\\n  --user %u:%u", h->name, uid_of(h),
	              gid_of(h));
	if (hardening_has(h, DEFENCE_READONLY))
		stream_puts(out, " \\\n  --read-only");
	if (hardening_has(h, DEFENCE_CAPABILITIES))
		stream_puts(out, " \\\n  --cap-drop ALL");
	if (hardening_has(h, DEFENCE_PRIVILEGES))
		stream_puts(out, " \\\n  --security-opt no-new-privileges");
	if (!hardening_has(h, DEFENCE_SECCOMP))
		stream_puts(out, " \\\n  --security-opt seccomp=unconfined");
	if (!hardening_has(h, DEFENCE_NETWORK))
		stream_puts(out, " \\\n  --network host");
	else if (h->ports.len == 0)
		stream_puts(out, " \\\n  --network none");
	put_docker_limits(h, out);
	for (size_t i = 0; i < h->folders.len; i++)
		stream_printf(out, " \\\n  --tmpfs %s:rw,nosuid,nodev,%ssize=%lluk,mode=1777",
		              h->folders.items[i].path, noexec ? "noexec," : "",
		              (unsigned long long)(h->folders.items[i].size >> 10));
	for (size_t i = 0; i < h->ports.len; i++)
		stream_printf(out, " \\\n  --publish %s:%u:%u", h->ports.items[i].address,
		              h->ports.items[i].host, h->ports.items[i].container);
	for (size_t i = 0; i < h->secrets.len; i++) {
		stream_puts(out, " \\\n  --mount ");
		put_shell(out,
		          bytes_str(arena_printf(&a, "type=bind,source=%s,target=/run/secrets/%s,readonly",
		                                 h->secrets.items[i].file, h->secrets.items[i].id)));
	}
	stream_puts(out, " \\\n  --entrypoint ");
	put_shell(out, h->args.items[0]);
	stream_puts(out, " \\\n  ");
	put_shell(out, bytes_str(h->image));
	for (size_t i = 1; i < h->args.len; i++) {
		stream_puts(out, " ");
		put_shell(out, h->args.items[i]);
	}
	stream_puts(out, "\n");
	arena_done(&a);
}

/* -- Compose ----------------------------------------------------------------------------------- */

static void put_service_rights(const struct hardening *h, struct stream *out)
{
	stream_printf(out, "    user: \"%u:%u\"\n    read_only: %s\n", uid_of(h), gid_of(h),
	              said(h, DEFENCE_READONLY));
	if (hardening_has(h, DEFENCE_CAPABILITIES))
		stream_puts(out, "    cap_drop: [ALL]\n");
	if (hardening_has(h, DEFENCE_PRIVILEGES) || !hardening_has(h, DEFENCE_SECCOMP))
		stream_puts(out, "    security_opt:\n");
	if (hardening_has(h, DEFENCE_PRIVILEGES))
		stream_puts(out, "      - no-new-privileges:true\n");
	if (!hardening_has(h, DEFENCE_SECCOMP))
		stream_puts(out, "      - seccomp:unconfined\n");
	if (!hardening_has(h, DEFENCE_NETWORK))
		stream_puts(out, "    network_mode: host\n");
	else if (h->ports.len == 0)
		stream_puts(out, "    network_mode: none\n");
	if (hardening_has(h, DEFENCE_LIMITS) && h->memory > 0)
		stream_printf(out, "    mem_limit: %llum\n    memswap_limit: %llum\n", MIB_OF(h->memory),
		              MIB_OF(h->memory));
	if (hardening_has(h, DEFENCE_LIMITS) && h->processes > 0)
		stream_printf(out, "    pids_limit: %u\n", h->processes);
}

static void put_service_lists(const struct hardening *h, struct stream *out)
{
	if (h->folders.len > 0)
		stream_puts(out, "    tmpfs:\n");
	for (size_t i = 0; i < h->folders.len; i++)
		stream_printf(out, "      - %s:rw,nosuid,nodev,%ssize=%lluk,mode=1777\n",
		              h->folders.items[i].path, hardening_has(h, DEFENCE_NOEXEC) ? "noexec," : "",
		              (unsigned long long)(h->folders.items[i].size >> 10));
	if (h->ports.len > 0)
		stream_puts(out, "    ports:\n");
	for (size_t i = 0; i < h->ports.len; i++)
		stream_printf(out, "      - \"%s:%u:%u\"\n", h->ports.items[i].address,
		              h->ports.items[i].host, h->ports.items[i].container);
	if (h->secrets.len > 0)
		stream_puts(out, "    secrets:\n");
	for (size_t i = 0; i < h->secrets.len; i++)
		stream_printf(out, "      - %s\n", h->secrets.items[i].id);
}

void forms_compose(const struct hardening *h, struct stream *out)
{
	stream_printf(out, "services:\n  %s:\n    image: ", h->name);
	put_quoted(out, bytes_str(h->image));
	stream_puts(out, "\n");
	put_words(out, "    ", "entrypoint", &h->args);
	put_service_rights(h, out);
	put_service_lists(h, out);
	if (h->secrets.len > 0)
		stream_puts(out, "secrets:\n");
	for (size_t i = 0; i < h->secrets.len; i++) {
		stream_printf(out, "  %s:\n    file: ", h->secrets.items[i].id);
		put_quoted(out, bytes_str(h->secrets.items[i].file));
		stream_puts(out, "\n");
	}
}
