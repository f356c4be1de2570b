/* SPDX-License-Identifier: Apache-2.0 */
/* Words and variables of an image, divided by the octet 0x1e, those that begin with 0x1f variables:
 * read back as Kubernetes and Compose would, they are what they were, and nothing in docker's line
 * is obeyed by a terminal. Or the form says which it cannot be told. */
#include "confine/forms.h"

#include "base/text.h"
#include "fmt/yaml.h"

#include <stdlib.h>

typedef int form(const struct forms *f, struct stream *out, err *e);

static void must(bool fine)
{
	if (!fine)
		abort();
}

static bool said(const struct forms *f, form *write, struct arena *a, bytes *out)
{
	buf text = BUF_INIT(1 << 26);
	struct stream s;
	err e = { 0 }, none = { 0 };

	stream_init(&s, stream_to_buf, &text);
	int status = write(f, &s, &e);

	must(stream_finish(&s, &none) == 0);
	must(status == 0 || (e.kind == ERR_USAGE && text.n == 0));
	*out = arena_bytes(a, buf_bytes(&text));
	buf_done(&text);
	return status == 0;
}

/* Behind what a reader makes of it: "$$" is one "$". */
static void must_be(const struct yaml_node *n, bytes word)
{
	bytes text = yaml_text(n);
	size_t at = 0;

	must(yaml_is(n, YAML_SCALAR));
	for (size_t i = 0; i < word.n; i++, at++) {
		must(at < text.n && text.p[at] == word.p[i]);
		if (word.p[i] == '$')
			must(++at < text.n && text.p[at] == '$');
	}
	must(at == text.n);
}

static const struct yaml_node *read_back(bytes text, const char *path, struct arena *a)
{
	struct yaml_file file;
	err e = { 0 };

	must(yaml_parse(text, a, &file, &e) == 0 && file.faults.len == 0);
	return yaml_path(file.documents.items[0].root, path);
}

static void must_hold(const struct yaml_node *list, const struct strings *words)
{
	const struct yaml_node *n = yaml_items(list);

	for (size_t i = 0; i < words->len; i++, n = n->next) {
		must(n != NULL);
		must_be(n, words->items[i]);
	}
	must(n == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct oci_config config = { 0 };
	struct hardening h = { .name = "shop", .uid = 1, .gid = 1, .cwd = BYTES("/") };
	const struct forms f = { .hardening = &h, .config = &config, .image = "shop" };
	bytes rest = bytes_of(data, size), word, text;

	*ARENA_PUSH(&a, &config.entrypoint) = BYTES("\x1e"); /* no word is: all are said */
	while (size < 65536 && bytes_take_until(&rest, 0x1e, &word)) {
		bool is_variable = bytes_take_prefix(&word, BYTES("\x1f"));

		*ARENA_PUSH(&a, is_variable ? &h.env : &h.args) = word;
	}
	if (said(&f, forms_kubernetes, &a, &text))
		must_hold(
			yaml_get(yaml_items(read_back(text, "spec.template.spec.containers", &a)), "command"),
			&h.args);
	if (said(&f, forms_compose, &a, &text)) {
		must_hold(read_back(text, "services.shop.entrypoint", &a), &h.args);
		must_hold(read_back(text, "services.shop.environment", &a), &h.env);
	}
	if (said(&f, forms_docker, &a, &text))
		for (uint32_t c; text_utf8_next(&text, &c);)
			must(c == '\n' || !text_is_deceptive(c));
	must(text.n == 0);
	arena_done(&a);
	return 0;
}
