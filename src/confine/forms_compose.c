/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/forms_parts.h"

struct service {
	const struct forms *forms;
	const struct hardening *hardening;
	struct forms_changes changes;
	struct arena *arena;
	struct stream *out;
};

/* A value of a Compose file: "${NAME}" is replaced in it (Compose specification, Interpolation). */
static void put_value(struct service *s, const char *before, bytes value)
{
	stream_puts(s->out, before);
	forms_yaml(s->out, forms_doubled(value, '$', s->arena));
	stream_puts(s->out, "\n");
}

static void put_list(struct service *s, const char *name, const struct strings *texts)
{
	if (texts->len > 0)
		stream_printf(s->out, "    %s:\n", name);
	for (size_t i = 0; i < texts->len; i++)
		put_value(s, "      - ", texts->items[i]);
}

static void put_program(struct service *s)
{
	put_value(s, "    image: ", bytes_str(s->forms->image));
	put_value(s, "    hostname: ", bytes_str(forms_hostname(s->hardening)));
	put_list(s, "entrypoint", &s->changes.program);
	put_list(s, "command", &s->changes.words);
	put_list(s, "environment", &s->changes.env);
	if (s->changes.cwd.n > 0)
		put_value(s, "    working_dir: ", s->changes.cwd);
	if (s->hardening->terminal)
		stream_puts(s->out, "    stdin_open: true\n    tty: true\n");
}

static void put_options(struct service *s)
{
	const struct hardening *h = s->hardening;
	struct strings options = { 0 };

	if (hardening_has(h, DEFENCE_PRIVILEGES))
		*ARENA_PUSH(s->arena, &options) = BYTES("no-new-privileges:true");
	if (!hardening_has(h, DEFENCE_SECCOMP))
		*ARENA_PUSH(s->arena, &options) = BYTES("seccomp:unconfined");
	else if (s->forms->seccomp)
		*ARENA_PUSH(s->arena,
		            &options) = bytes_str(arena_printf(s->arena, "seccomp:%s", s->forms->seccomp));
	if (!hardening_has(h, DEFENCE_MASKS))
		*ARENA_PUSH(s->arena, &options) = BYTES("systempaths:unconfined");
	put_list(s, "security_opt", &options);
}

static void put_rights(struct service *s)
{
	const struct hardening *h = s->hardening;
	struct stream *out = s->out;

	stream_printf(out, "    user: \"%u:%u\"\n", hardening_uid(h), hardening_gid(h));
	for (size_t i = 0; i < hardening_groups(h); i++)
		stream_printf(out, "%s      - \"%u\"\n", i == 0 ? "    group_add:\n" : "",
		              h->groups.items[i]);
	if (hardening_has(h, DEFENCE_READONLY))
		stream_puts(out, "    read_only: true\n");
	if (forms_drops_all(h))
		stream_puts(out, "    cap_drop: [ALL]\n");
	for (unsigned n = 0, len = 0; n < CAPABILITIES; n++)
		if (forms_adds(h, n))
			stream_printf(out, "%s      - %s\n", len++ == 0 ? "    cap_add:\n" : "",
			              forms_capability(n));
	put_options(s);
	if (!hardening_has(h, DEFENCE_PROCESSES))
		stream_puts(out, "    pid: host\n    ipc: host\n");
	if (!hardening_has(h, DEFENCE_NETWORK))
		stream_puts(out, "    network_mode: host\n");
	else if (h->ports.len == 0)
		stream_puts(out, "    network_mode: none\n");
}

static void put_bounds(struct service *s)
{
	const struct hardening *h = s->hardening;
	const char *memory = forms_size(h->memory, "m", "k", s->arena);

	if (!hardening_has(h, DEFENCE_LIMITS))
		return;
	if (h->memory > 0)
		stream_printf(s->out, "    mem_limit: \"%s\"\n    memswap_limit: \"%s\"\n", memory, memory);
	if (h->processes > 0)
		stream_printf(s->out, "    pids_limit: %u\n", h->processes);
}

static void put_mounts(struct service *s)
{
	const struct hardening *h = s->hardening;
	struct strings folders = { 0 }, ports = { 0 }, secrets = { 0 };

	for (size_t i = 0; i < h->folders.len; i++)
		*ARENA_PUSH(s->arena, &folders) = bytes_str(forms_tmpfs(h, &h->folders.items[i], s->arena));
	for (size_t i = 0; i < h->ports.len; i++)
		*ARENA_PUSH(s->arena, &ports) = bytes_str(forms_port(&h->ports.items[i], s->arena));
	for (size_t i = 0; i < h->secrets.len; i++)
		*ARENA_PUSH(s->arena, &secrets) = bytes_str(h->secrets.items[i].id);
	put_list(s, "tmpfs", &folders);
	put_list(s, "ports", &ports);
	put_list(s, "secrets", &secrets);
	if (s->changes.volumes.len > 0)
		stream_puts(s->out, "    volumes:\n");
	for (size_t i = 0; i < s->changes.volumes.len; i++) {
		stream_puts(s->out, "      - type: volume\n        read_only: true\n");
		put_value(s, "        target: ", s->changes.volumes.items[i]);
	}
}

static void put_heading(struct service *s)
{
	const struct hardening *h = s->hardening;

	if (s->forms->is_local)
		stream_puts(s->out, FORMS_IS_LOCAL);
	if (s->forms->user_namespace)
		stream_puts(s->out, FORMS_HAS_NAMESPACE);
	if (hardening_has(h, DEFENCE_NETWORK) && h->ports.len > 0)
		stream_puts(s->out, FORMS_HAS_WAY_OUT);
	if (h->secrets.len > 0)
		stream_printf(s->out, FORMS_READS_SECRETS, hardening_uid(h));
}

static void put_secrets(struct service *s)
{
	const struct hardening *h = s->hardening;

	if (h->secrets.len > 0)
		stream_puts(s->out, "secrets:\n");
	for (size_t i = 0; i < h->secrets.len; i++) {
		stream_puts(s->out, "  ");
		forms_yaml(s->out, bytes_str(h->secrets.items[i].id));
		put_value(s, ":\n    file: ", bytes_str(h->secrets.items[i].file));
	}
}

int forms_compose(const struct forms *f, struct stream *out, err *e)
{
	struct arena a = ARENA_INIT;
	struct service s = { f, f->hardening, forms_changes_of(f, &a), &a, out };
	int result = -1;

	if (forms_check(f, &s.changes, "Compose", e) == 0 &&
	    forms_check_text(f, &s.changes, "Compose", &a, e) == 0) {
		put_heading(&s);
		stream_printf(out, "services:\n  %s:\n", f->hardening->name);
		put_program(&s);
		put_rights(&s);
		put_bounds(&s);
		put_mounts(&s);
		put_secrets(&s);
		result = 0;
	}
	arena_done(&a);
	return result;
}
