/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/forms_parts.h"

/* -- the shell --------------------------------------------------------------------------------- */

/* The front of *text whose characters all are safe to show, or all are not; *out_plain says which.
 * A new line is safe, and $() would drop it. */
static bytes take_run(bytes *text, bool *out_plain)
{
	bytes rest = *text, whole = *text;
	size_t n = 0;

	while (rest.n > 0) {
		size_t before = rest.n;
		uint32_t c;
		bool is_plain = text_utf8_next(&rest, &c) && (c == '\n' || !text_is_deceptive(c));

		if (n > 0 && is_plain != *out_plain)
			break;
		*out_plain = is_plain;
		rest = rest.n == before ? bytes_skip(rest, 1) : rest; /* no UTF-8: an octet of it */
		n = whole.n - rest.n;
	}
	*text = bytes_skip(whole, n);
	return bytes_slice(whole, 0, n);
}

/* In single quotes nothing means anything but their end (POSIX.1-2017, Shell Command Language,
 * 2.2.2); what a terminal would obey or hide is left to printf. */
static void put_word(struct stream *out, bytes text)
{
	if (text.n == 0)
		stream_puts(out, "''");
	while (text.n > 0) {
		bool is_plain = true;
		bytes run = take_run(&text, &is_plain);

		stream_puts(out, is_plain ? "'" : "\"$(printf '");
		for (size_t i = 0; i < run.n; i++)
			if (!is_plain)
				stream_printf(out, "\\%03o", run.p[i]);
			else if (run.p[i] == '\'')
				stream_puts(out, "'\\''");
			else
				stream_put(out, bytes_slice(run, i, 1));
		stream_puts(out, is_plain ? "'" : "')\"");
	}
}

static void put_option(struct stream *out, const char *option, bytes value)
{
	stream_printf(out, " \\\n  %s ", option);
	put_word(out, value);
}

/* -- the command ------------------------------------------------------------------------------- */

static void put_rights(const struct forms *f, struct arena *a, struct stream *out)
{
	const struct hardening *h = f->hardening;

	stream_printf(out, " \\\n  --user %u:%u", hardening_uid(h), hardening_gid(h));
	for (size_t i = 0; i < hardening_groups(h); i++)
		stream_printf(out, " \\\n  --group-add %u", h->groups.items[i]);
	if (hardening_has(h, DEFENCE_READONLY))
		stream_puts(out, " \\\n  --read-only");
	if (forms_drops_all(h))
		stream_puts(out, " \\\n  --cap-drop ALL");
	for (unsigned n = 0; n < CAPABILITIES; n++)
		if (forms_adds(h, n))
			stream_printf(out, " \\\n  --cap-add %s", forms_capability(n));
	if (hardening_has(h, DEFENCE_PRIVILEGES))
		stream_puts(out, " \\\n  --security-opt no-new-privileges");
	if (!hardening_has(h, DEFENCE_SECCOMP))
		stream_puts(out, " \\\n  --security-opt seccomp=unconfined");
	else if (f->seccomp)
		put_option(out, "--security-opt", bytes_str(arena_printf(a, "seccomp=%s", f->seccomp)));
	if (!hardening_has(h, DEFENCE_MASKS))
		stream_puts(out, " \\\n  --security-opt systempaths=unconfined");
	if (!hardening_has(h, DEFENCE_PROCESSES))
		stream_puts(out, " \\\n  --pid host --ipc host");
	if (!hardening_has(h, DEFENCE_NETWORK))
		stream_puts(out, " \\\n  --network host");
	else if (h->ports.len == 0)
		stream_puts(out, " \\\n  --network none");
}

/* As much swap as memory is none at all. */
static void put_bounds(const struct hardening *h, struct arena *a, struct stream *out)
{
	const char *memory = forms_size(h->memory, "m", "k", a);

	if (!hardening_has(h, DEFENCE_LIMITS))
		return;
	if (h->memory > 0)
		stream_printf(out, " \\\n  --memory %s --memory-swap %s", memory, memory);
	if (h->processes > 0)
		stream_printf(out, " \\\n  --pids-limit %u", h->processes);
}

/* --mount takes a line of comma-separated values (RFC 4180, 2). */
static const char *field(const char *name, bytes value, struct arena *a)
{
	return arena_printf(a, "\"%s=%s\"", name, arena_str(a, forms_doubled(value, '"', a)));
}

static void put_mounts(const struct forms *f, const struct forms_changes *c, struct arena *a,
                       struct stream *out)
{
	const struct hardening *h = f->hardening;

	for (size_t i = 0; i < h->folders.len; i++)
		put_option(out, "--tmpfs", bytes_str(forms_tmpfs(h, &h->folders.items[i], a)));
	for (size_t i = 0; i < h->secrets.len; i++)
		put_option(out, "--mount",
		           bytes_str(arena_printf(a, "type=bind,%s,target=/run/secrets/%s,ro",
		                                  field("source", bytes_str(h->secrets.items[i].file), a),
		                                  h->secrets.items[i].id)));
	for (size_t i = 0; i < c->volumes.len; i++)
		put_option(out, "--mount",
		           bytes_str(arena_printf(a, "type=volume,%s,ro",
		                                  field("target", c->volumes.items[i], a))));
	for (size_t i = 0; i < h->ports.len; i++)
		stream_printf(out, " \\\n  --publish %s", forms_port(&h->ports.items[i], a));
}

/* --entrypoint takes one word, and drops the words of the image. */
static void put_program(const struct forms *f, const struct forms_changes *c, struct stream *out)
{
	for (size_t i = 0; i < c->env.len; i++)
		put_option(out, "--env", c->env.items[i]);
	if (c->cwd.n > 0)
		put_option(out, "--workdir", c->cwd);
	if (c->program.len > 0)
		put_option(out, "--entrypoint", c->program.items[0]);
	stream_puts(out, " \\\n  ");
	put_word(out, bytes_str(f->image));
	for (size_t i = 1; i < c->program.len; i++) {
		stream_puts(out, " ");
		put_word(out, c->program.items[i]);
	}
	for (size_t i = 0; i < c->words.len; i++) {
		stream_puts(out, " ");
		put_word(out, c->words.items[i]);
	}
	stream_puts(out, "\n");
}

static void put_heading(const struct forms *f, struct stream *out)
{
	const struct hardening *h = f->hardening;

	if (f->is_local)
		stream_puts(out, FORMS_IS_LOCAL);
	if (f->user_namespace)
		stream_puts(out, FORMS_HAS_NAMESPACE);
	if (hardening_has(h, DEFENCE_NETWORK) && h->ports.len > 0)
		stream_puts(out, FORMS_HAS_WAY_OUT);
	if (h->secrets.len > 0)
		stream_printf(out, FORMS_READS_SECRETS, hardening_uid(h));
}

int forms_docker(const struct forms *f, struct stream *out, err *e)
{
	struct arena a = ARENA_INIT;
	struct forms_changes c = forms_changes_of(f, &a);
	int result = forms_check(f, &c, "docker", e);

	if (result == 0) {
		put_heading(f, out);
		stream_printf(out, "docker run --rm --name %s --hostname %s", f->hardening->name,
		              forms_hostname(f->hardening));
		if (f->hardening->terminal)
			stream_puts(out, " --interactive --tty");
		put_rights(f, &a, out);
		put_bounds(f->hardening, &a, out);
		put_mounts(f, &c, &a, out);
		put_program(f, &c, out);
	}
	arena_done(&a);
	return result;
}
