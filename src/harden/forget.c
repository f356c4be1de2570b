/* SPDX-License-Identifier: Apache-2.0 */
#include "harden/forget.h"

#include "base/limits.h"
#include "base/text.h"

/* What a value is looked for by. */
static bytes front_of(bytes value)
{
	return bytes_slice(value, 0, LIMIT_FORGET_VALUE);
}

bool forget_holds(bytes text, const struct strings *values)
{
	for (size_t i = 0; i < values->len; i++)
		if (values->items[i].n >= FORGET_LEAST &&
		    bytes_search(text, front_of(values->items[i])) < text.n)
			return true;
	return false;
}

/* -- texts that come in parts ------------------------------------------------------------------ */

void forget_seeker_begin(struct forget_seeker *s, const struct strings *values)
{
	*s = (struct forget_seeker){ .values = values, .window = BUF_SECRET(2 * LIMIT_FORGET_VALUE) };
	for (size_t i = 0; i < values->len; i++) {
		size_t n = front_of(values->items[i]).n;

		if (n > s->overlap)
			s->overlap = n;
	}
}

void forget_seeker_next(struct forget_seeker *s)
{
	buf_clear(&s->window);
}

bool forget_seeker_add(struct forget_seeker *s, bytes part)
{
	bool held = false;

	while (part.n > 0 && !held) {
		bytes some = bytes_slice(part, 0, LIMIT_FORGET_VALUE);
		size_t gone = s->window.n > s->overlap ? s->window.n - s->overlap : 0;

		if (gone > 0)
			memmove(s->window.p, s->window.p + gone, s->window.n - gone);
		s->window.n -= gone;
		buf_put(&s->window, some);
		part = bytes_skip(part, some.n);
		held = forget_holds(buf_bytes(&s->window), s->values);
	}
	return held;
}

void forget_seeker_done(struct forget_seeker *s)
{
	buf_done(&s->window);
}

/* -- a configuration --------------------------------------------------------------------------- */

static bool one_holds(const struct strings *texts, const struct strings *values)
{
	for (size_t i = 0; i < texts->len; i++)
		if (forget_holds(texts->items[i], values))
			return true;
	return false;
}

struct forgetting {
	const struct strings *values;
	struct arena *arena;
	struct settings_notes *notes;
};

static void tell(const struct forgetting *f, const char *what, bytes name)
{
	bool safe = !forget_holds(name, f->values);

	if (name.n > 0 && safe)
		what = arena_printf(f->arena, "%s %s", what, SHOW(name));
	*ARENA_PUSH(f->arena, f->notes) = arena_printf(f->arena, "%s went: it holds a secret", what);
}

static void forget_strings(const struct forgetting *f, const char *what, struct strings *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->len; i++) {
		bytes text = list->items[i];
		size_t name = bytes_find(text, '=');

		if (forget_holds(text, f->values))
			tell(f, what, name < text.n ? bytes_slice(text, 0, name) : BYTES(""));
		else
			list->items[kept++] = text;
	}
	list->len = kept;
}

static void forget_labels(const struct forgetting *f, struct oci_labels *labels)
{
	size_t kept = 0;

	for (size_t i = 0; i < labels->len; i++) {
		const struct oci_label *label = &labels->items[i];

		if (forget_holds(label->name, f->values) || forget_holds(label->value, f->values))
			tell(f, "LABEL", label->name);
		else
			labels->items[kept++] = *label;
	}
	labels->len = kept;
}

void forget_values(struct oci_config *config, const struct strings *values, struct arena *a,
                   struct settings_notes *out_notes, const char **out_refused)
{
	struct forgetting f = { values, a, out_notes };

	*out_refused = NULL;
	if (one_holds(&config->entrypoint, values) || one_holds(&config->cmd, values))
		*out_refused = "a word of the command is a secret: hand it over when it is started";
	else if (forget_holds(config->working_dir, values))
		*out_refused = "the working folder's name holds a secret";
	forget_strings(&f, "ENV", &config->env);
	forget_strings(&f, "VOLUME", &config->volumes);
	forget_strings(&f, "EXPOSE", &config->exposed_ports);
	forget_labels(&f, &config->labels);
	if (one_holds(&config->healthcheck, values)) {
		config->healthcheck = (struct strings){ 0 };
		tell(&f, "HEALTHCHECK", BYTES(""));
	}
	if (forget_holds(config->stop_signal, values)) {
		config->stop_signal = BYTES("");
		tell(&f, "STOPSIGNAL", BYTES(""));
	}
}
