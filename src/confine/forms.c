/* SPDX-License-Identifier: Apache-2.0 */
#include "confine/forms.h"

#include "base/path.h"
#include "confine/forms_parts.h"
#include "oci/reference.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

/* -- the image --------------------------------------------------------------------------------- */

/* A repository of the characters that one may have (distribution-spec 1.1, "Pulling manifests"). */
static const char *repository_of(const char *path, struct arena *a)
{
	bytes base = path_base(bytes_str(path));
	char *name = arena_str(a, base);
	size_t n = 0;

	for (size_t i = 0; i < base.n; i++) {
		char c = (char)(base.p[i] | 0x20);
		bool is_letter = (c >= 'a' && c <= 'z' && base.p[i] >= 'A') || (c >= '0' && c <= '9');

		if (is_letter)
			name[n++] = c;
		else if (n > 0 && name[n - 1] != '-')
			name[n++] = '-';
	}
	while (n > 0 && name[n - 1] == '-')
		n--;
	name[n] = '\0';
	return n > 0 ? name : "image";
}

const char *forms_image(const struct target *target, const digest *image, struct arena *a)
{
	bool has_digest = digest_size(image) > 0;
	struct reference ref;
	err ignored = { 0 };

	if (target->kind != TARGET_REGISTRY)
		return has_digest
		           ? arena_printf(a, "%s@%s", repository_of(target->path, a), DIGEST_TEXT(image))
		           : repository_of(target->path, a);
	if (reference_parse(target->tag, a, &ref, &ignored) < 0)
		return target->text; /* it was fetched by that name: it is one */
	if (has_digest)
		ref = reference_at(&ref, image);
	return reference_text(&ref, a);
}

int forms_secrets(struct hardening *h, struct arena *a, err *e)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < h->secrets.len; i++) {
		struct hardening_secret *s = &h->secrets.items[i];

		if (!realpath(s->file, path))
			return err_set(e, ERR_ABSENT, errno, "the secret %s: %s", s->id,
			               SHOW(bytes_str(s->file)));
		s->file = arena_str(a, bytes_str(path));
	}
	return 0;
}

/* -- what none can be told --------------------------------------------------------------------- */

#define LABEL 63

/* What all three take as a name and Kubernetes as a label's value: a label of DNS (RFC 1123, 2.1)
 * that begins with a letter, as its Services want (RFC 1035, 2.3.1). */
static bool is_name(bytes name)
{
	/* what YAML 1.1 takes for something else */
	static const char *const words[] = { "y",    "n",     "yes", "no",  "true",
		                                 "null", "false", "on",  "off", NULL };

	for (size_t i = 0; words[i]; i++)
		if (bytes_is(name, words[i]))
			return false;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];
		bool is_letter = c >= 'a' && c <= 'z';
		bool is_inner = i > 0 && ((c >= '0' && c <= '9') || (c == '-' && i + 1 < name.n));

		if (!is_letter && !is_inner)
			return false;
	}
	return name.n > 0 && name.n <= LABEL;
}

static bytes cut_label(const char *name)
{
	bytes label = bytes_slice(bytes_str(name), 0, LABEL);

	while (bytes_ends(label, BYTES("-")))
		label.n--;
	return label;
}

const char *forms_name(const struct target *target, struct arena *a)
{
	const char *from = target->path;
	struct reference ref;
	err ignored = { 0 };

	if (target->kind == TARGET_REGISTRY)
		from = reference_parse(target->tag, a, &ref, &ignored) == 0 ? ref.repository : target->text;
	const char *name = repository_of(from, a);
	bytes label = cut_label(name);

	if (!is_name(label))
		label = cut_label(arena_printf(a, "image-%s", name));
	return arena_str(a, label);
}

/* A key of a Secret, a secret's name in Compose, the name of a file. */
static bool is_key(bytes id)
{
	for (size_t i = 0; i < id.n; i++) {
		uint8_t c = id.p[i], lower = c | 0x20;

		if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && !strchr("-._", c))
			return false;
	}
	return id.n > 0 && id.n <= 253 && !bytes_is(id, ".") && !bytes_is(id, "..");
}

/* A folder as the mount options of all three take it. */
static bool is_folder(bytes path)
{
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] < ' ' || path.p[i] == 0x7f || strchr(":,\"", path.p[i]))
			return false;
	return path.n > 1 && path.p[0] == '/' && text_is_utf8(path);
}

static bool is_variable(bytes text)
{
	size_t at = bytes_find(text, '=');

	return at > 0 && at < text.n;
}

static int check_texts(const struct strings *texts, const char *what, const char *form, err *e)
{
	for (size_t i = 0; i < texts->len; i++)
		if (bytes_find(texts->items[i], '\0') < texts->items[i].n)
			return err_set(e, ERR_USAGE, 0, "%s cannot be told the %s '%s': there is a NUL in it",
			               form, what, SHOW(texts->items[i]));
	return 0;
}

static int check_lists(const struct forms *f, const char *form, err *e)
{
	const struct hardening *h = f->hardening;

	for (size_t i = 0; i < f->config->volumes.len && hardening_has(h, DEFENCE_READONLY); i++)
		if (!is_folder(f->config->volumes.items[i]))
			return err_set(e, ERR_USAGE, 0, "%s cannot be told the image's volume '%s'", form,
			               SHOW(f->config->volumes.items[i]));
	for (size_t i = 0; i < h->folders.len; i++)
		if (!is_folder(bytes_str(h->folders.items[i].path)))
			return err_set(e, ERR_USAGE, 0, "%s cannot be told the folder '%s'", form,
			               SHOW(bytes_str(h->folders.items[i].path)));
	for (size_t i = 0; i < h->secrets.len; i++)
		if (!is_key(bytes_str(h->secrets.items[i].id)))
			return err_set(e, ERR_USAGE, 0,
			               "%s cannot be told the secret '%s': letters, digits, - . _", form,
			               SHOW(bytes_str(h->secrets.items[i].id)));
	if (h->binds.len > 0)
		return err_set(e, ERR_USAGE, 0, "%s cannot be told the mount on '%s'", form,
		               SHOW(bytes_str(h->binds.items[0].destination)));
	return 0;
}

static int check_name(const char *name, const char *form, err *e)
{
	if (is_name(bytes_str(name)))
		return 0;
	return err_set(e, ERR_USAGE, 0,
	               "%s cannot be told the name '%s': at most 63 of a-z, 0-9 and -, a letter first",
	               form, SHOW(bytes_str(name)));
}

int forms_check(const struct forms *f, const struct forms_changes *c, const char *form, err *e)
{
	const struct hardening *h = f->hardening;

	if (check_name(h->name, form, e) < 0 || check_name(forms_hostname(h), form, e) < 0)
		return -1;
	if (h->args.len == 0 || h->args.items[0].n == 0)
		return err_set(e, ERR_USAGE, 0, "%s cannot be told a program without a name", form);
	if (check_texts(&c->program, "word", form, e) < 0 ||
	    check_texts(&c->words, "word", form, e) < 0 ||
	    check_texts(&c->env, "variable", form, e) < 0)
		return -1;
	for (size_t i = 0; i < c->env.len; i++)
		if (!is_variable(c->env.items[i]))
			return err_set(e, ERR_USAGE, 0,
			               "%s cannot be told the variable '%s': no name and value", form,
			               SHOW(c->env.items[i]));
	return check_lists(f, form, e);
}

static int check_utf8(const struct strings *texts, const char *what, const char *form, err *e)
{
	for (size_t i = 0; i < texts->len; i++)
		if (!text_is_utf8(texts->items[i]))
			return err_set(e, ERR_USAGE, 0, "%s cannot be told the %s '%s': it is no UTF-8", form,
			               what, SHOW(texts->items[i]));
	return 0;
}

int forms_check_text(const struct forms *f, const struct forms_changes *c, const char *form,
                     struct arena *a, err *e)
{
	struct strings files = { 0 };

	*ARENA_PUSH(a, &files) = c->cwd;
	if (f->seccomp)
		*ARENA_PUSH(a, &files) = bytes_str(f->seccomp);
	for (size_t i = 0; i < f->hardening->secrets.len; i++)
		*ARENA_PUSH(a, &files) = bytes_str(f->hardening->secrets.items[i].file);
	if (check_utf8(&files, "file", form, e) < 0 || check_utf8(&c->program, "word", form, e) < 0 ||
	    check_utf8(&c->words, "word", form, e) < 0)
		return -1;
	return check_utf8(&c->env, "variable", form, e);
}

/* -- what the image does not say by itself ----------------------------------------------------- */

static bool has_string(const struct strings *list, bytes text)
{
	for (size_t i = 0; i < list->len; i++)
		if (bytes_equal(list->items[i], text))
			return true;
	return false;
}

static bool starts_with(const struct strings *list, size_t from, const struct strings *front)
{
	if (list->len < from + front->len)
		return false;
	for (size_t i = 0; i < front->len; i++)
		if (!bytes_equal(list->items[from + i], front->items[i]))
			return false;
	return true;
}

/* Words alone can be changed where the program stays: an image without an entry point has its
 * program among its words. */
static void find_program(const struct forms *f, struct arena *a, struct forms_changes *out)
{
	const struct strings *args = &f->hardening->args, *program = &f->config->entrypoint;
	const struct strings *words = &f->config->cmd;
	bool keeps = starts_with(args, 0, program);

	if (keeps && args->len == program->len + words->len && starts_with(args, program->len, words))
		return;
	keeps = keeps && args->len > program->len;
	for (size_t i = keeps ? program->len : 0; i < args->len; i++)
		*ARENA_PUSH(a, keeps ? &out->words : &out->program) = args->items[i];
}

static bool has_folder(const struct hardening *h, bytes path)
{
	for (size_t i = 0; i < h->folders.len; i++)
		if (bytes_is(path, h->folders.items[i].path))
			return true;
	return false;
}

struct forms_changes forms_changes_of(const struct forms *f, struct arena *a)
{
	const struct hardening *h = f->hardening;
	bytes own = f->config->working_dir.n > 0 ? f->config->working_dir : BYTES("/");
	struct forms_changes c = { 0 };

	for (size_t i = 0; i < h->env.len; i++)
		if (!has_string(&f->config->env, h->env.items[i]))
			*ARENA_PUSH(a, &c.env) = h->env.items[i];
	for (size_t i = 0; i < f->config->volumes.len && hardening_has(h, DEFENCE_READONLY); i++)
		if (!has_folder(h, f->config->volumes.items[i]))
			*ARENA_PUSH(a, &c.volumes) = f->config->volumes.items[i];
	if (!bytes_equal(h->cwd, own))
		c.cwd = h->cwd;
	find_program(f, a, &c);
	return c;
}

/* -- words ------------------------------------------------------------------------------------- */

/* U+FFFE and U+FFFF are none of YAML's characters either (YAML 1.2.2, 5.1). */
static void put_character(struct stream *out, bytes whole, uint32_t c)
{
	if (c == '"' || c == '\\')
		stream_printf(out, "\\%c", (int)c);
	else if (c == '\n')
		stream_puts(out, "\\n");
	else if (!text_is_deceptive(c) && (c & 0xfffe) != 0xfffe)
		stream_put(out, whole);
	else if (c > 0xffff)
		stream_printf(out, "\\U%08X", c);
	else
		stream_printf(out, "\\u%04X", c);
}

void forms_yaml(struct stream *out, bytes text)
{
	bytes rest = text;
	uint32_t c;

	stream_puts(out, "\"");
	while (text_utf8_next(&rest, &c)) {
		put_character(out, bytes_slice(text, 0, text.n - rest.n), c);
		text = rest;
	}
	stream_puts(out, "\"");
}

void forms_yaml_list(struct stream *out, const char *indent, const struct strings *texts)
{
	for (size_t i = 0; i < texts->len; i++) {
		stream_printf(out, "%s- ", indent);
		forms_yaml(out, texts->items[i]);
		stream_puts(out, "\n");
	}
}

bytes forms_doubled(bytes text, char c, struct arena *a)
{
	uint8_t *out = arena_alloc(a, 2 * text.n);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		out[n++] = text.p[i];
		if (text.p[i] == c)
			out[n++] = (uint8_t)c;
	}
	return bytes_of(out, n);
}

const char *forms_size(uint64_t n, const char *mega, const char *kilo, struct arena *a)
{
	unsigned shift = n % (UINT64_C(1) << 20) == 0 ? 20 : n % 1024 == 0 ? 10 : 0;

	return arena_printf(a, "%llu%s", (unsigned long long)(n >> shift),
	                    shift == 20   ? mega
	                    : shift == 10 ? kilo
	                                  : "");
}

const char *forms_tmpfs(const struct hardening *h, const struct hardening_folder *folder,
                        struct arena *a)
{
	return arena_printf(a, "%s:rw,nosuid,nodev,%s,size=%lluk,mode=1777", folder->path,
	                    hardening_has(h, DEFENCE_NOEXEC) ? "noexec" : "exec",
	                    (unsigned long long)((folder->size + 1023) / 1024));
}

const char *forms_port(const struct hardening_port *port, struct arena *a)
{
	bool is_six = strchr(port->address, ':') != NULL;

	return arena_printf(a, "%s%s%s:%u:%u", is_six ? "[" : "", port->address, is_six ? "]" : "",
	                    port->host, port->container);
}
