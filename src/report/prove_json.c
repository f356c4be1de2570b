/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "fmt/json_write.h"
#include "oci/predicate.h"
#include "report/prove_page.h"

#define PROVE_SCHEMA "oakum.prove/1"

static void write_probe(struct json_writer *w, const struct prove_container *c,
                        const struct prove_item *item)
{
	json_write_object(w, NULL);
	if (*c->name)
		json_write_text(w, "container", c->name);
	json_write_text(w, "probe", item->probe->name);
	json_write_bool(w, "held", item->held);
	if (!item->held)
		json_write_bool(w, "settable", !item->beyond);
	json_write_text(w, "by", item->held ? holder_name(item->judgement.by) : "nothing");
	json_write_array(w, "next");
	for (size_t i = 0; item->held && i < item->judgement.next_len; i++)
		json_write_text(w, NULL, holder_name(item->judgement.next[i]));
	json_write_end(w);
	json_write_text(w, "severity", severity_name(item->probe->severity));
	json_write_text(w, "tries", item->probe->tries);
	json_write_text(w, "gain", item->probe->gain);
	if (item->error > 0)
		json_write_u64(w, "errno", item->error);
	if (*item->what)
		json_write_text(w, "found", item->what);
	json_write_end(w);
}

static void write_container(struct json_writer *w, const struct prove_container *c)
{
	json_write_object(w, NULL);
	json_write_text(w, "name", c->name);
	json_write_octets(w, "image", bytes_str(c->image));
	if (digest_size(&c->manifest) > 0)
		json_write_text(w, "digest", DIGEST_TEXT(&c->manifest));
	json_write_text(w, "settings", DIGEST_TEXT(&c->settings));
	json_write_array(w, "without");
	for (unsigned d = 0; d < DEFENCES; d++)
		if (c->without >> d & 1)
			json_write_text(w, NULL, defence_name((enum defence)d));
	json_write_end(w);
	json_write_array(w, "notes");
	for (size_t i = 0; i < c->notes.len; i++)
		json_write_str(w, NULL, bytes_str(c->notes.items[i]));
	json_write_end(w);
	json_write_end(w);
}

static void write_skipped(struct json_writer *w, const struct prove_container *c)
{
	for (size_t i = 0; i < c->skipped.len; i++) {
		json_write_object(w, NULL);
		if (*c->name)
			json_write_text(w, "container", c->name);
		json_write_text(w, "probe", c->skipped.items[i].probe->name);
		json_write_text(w, "reason", c->skipped.items[i].why);
		json_write_end(w);
	}
}

static void write_unproven(struct json_writer *w, const struct prove_page *page)
{
	json_write_array(w, "unproven");
	for (size_t i = 0; i < page->unproven.len; i++) {
		json_write_object(w, NULL);
		json_write_text(w, "container", page->unproven.items[i].name);
		json_write_text(w, "reason", page->unproven.items[i].why);
		json_write_end(w);
	}
	json_write_end(w);
}

void prove_json(const struct prove_page *page, struct stream *out)
{
	const struct prove_container *items = page->containers.items;
	size_t n = page->containers.len, held = 0;
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", PROVE_SCHEMA);
	json_write_octets(&w, "target", bytes_str(page->target));
	json_write_array(&w, "containers");
	for (size_t i = 0; i < n; i++)
		write_container(&w, &items[i]);
	json_write_end(&w);
	json_write_array(&w, "probes");
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < items[i].probes.len; k++) {
			write_probe(&w, &items[i], &items[i].probes.items[k]);
			held += items[i].probes.items[k].held;
		}
	json_write_end(&w);
	json_write_array(&w, "skipped");
	for (size_t i = 0; i < n; i++)
		write_skipped(&w, &items[i]);
	json_write_end(&w);
	write_unproven(&w, page);
	json_write_u64(&w, "held", held);
	json_write_u64(&w, "fallen", prove_fallen(page, SEVERITY_UNKNOWN));
	json_write_end(&w);
}

/* -- the statement ----------------------------------------------------------------------------- */

/* in-toto attestation/spec, v1/digest_set.md: "sha256" and its hex. */
static void write_digest(struct json_writer *w, const digest *d)
{
	bytes rest = bytes_str(DIGEST_TEXT(d)), name;
	struct arena a = ARENA_INIT;

	(void)bytes_take_until(&rest, ':', &name);
	json_write_object(w, "digest");
	json_write_str(w, arena_str(&a, name), rest);
	json_write_end(w);
	arena_done(&a);
}

static void write_subjects(struct json_writer *w, const struct prove_page *page)
{
	json_write_array(w, "subject");
	for (size_t i = 0; i < page->containers.len; i++) {
		const struct prove_container *c = &page->containers.items[i];
		bool is_new = true;

		for (size_t k = 0; k < i; k++)
			is_new &= !digest_equal(&page->containers.items[k].manifest, &c->manifest);
		if (!is_new)
			continue;
		json_write_object(w, NULL);
		json_write_str(w, "name", bytes_str(c->image));
		write_digest(w, &c->manifest);
		json_write_end(w);
	}
	json_write_end(w);
}

/* in-toto attestation/spec/predicates/test-result.md: what was run, as resource descriptors. */
static void write_configuration(struct json_writer *w, const struct prove_page *page)
{
	json_write_array(w, "configuration");
	for (size_t i = 0; i < page->containers.len; i++) {
		const struct prove_container *c = &page->containers.items[i];

		json_write_object(w, NULL);
		json_write_text(w, "name", *c->name ? c->name : "oakum prove");
		write_digest(w, &c->settings);
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_test(struct json_writer *w, const struct prove_container *c,
                       const struct probe *probe)
{
	struct arena a = ARENA_INIT;

	json_write_text(w, NULL,
	                *c->name ? arena_printf(&a, "%s: %s", c->name, probe->name) : probe->name);
	arena_done(&a);
}

static void write_tests(struct json_writer *w, const char *name, const struct prove_page *page,
                        bool passed)
{
	json_write_array(w, name);
	for (size_t i = 0; i < page->containers.len; i++) {
		const struct prove_container *c = &page->containers.items[i];

		for (size_t k = 0; k < c->probes.len; k++)
			if (passed ? c->probes.items[k].held : prove_fell(&c->probes.items[k]))
				write_test(w, c, c->probes.items[k].probe);
	}
	json_write_end(w);
}

/* What could not be tried, or not be held, is no pass. */
static void write_warned(struct json_writer *w, const struct prove_page *page)
{
	json_write_array(w, "warnedTests");
	for (size_t i = 0; i < page->unproven.len; i++)
		json_write_text(w, NULL, page->unproven.items[i].name);
	for (size_t i = 0; i < page->containers.len; i++) {
		const struct prove_container *c = &page->containers.items[i];

		for (size_t k = 0; k < c->probes.len; k++)
			if (c->probes.items[k].beyond)
				write_test(w, c, c->probes.items[k].probe);
		for (size_t k = 0; k < c->skipped.len; k++)
			write_test(w, c, c->skipped.items[k].probe);
	}
	json_write_end(w);
}

static const char *result_of(const struct prove_page *page)
{
	size_t warned = page->unproven.len;

	for (size_t i = 0; i < page->containers.len; i++) {
		const struct prove_container *c = &page->containers.items[i];

		warned += c->skipped.len;
		for (size_t k = 0; k < c->probes.len; k++)
			warned += c->probes.items[k].beyond;
	}
	if (prove_fallen(page, SEVERITY_UNKNOWN) > 0)
		return "FAILED";
	return warned > 0 ? "WARNED" : "PASSED";
}

int prove_statement(const struct prove_page *page, struct stream *out, err *e)
{
	struct predicate_type type;
	struct json_writer w;

	for (size_t i = 0; i < page->containers.len; i++)
		if (digest_size(&page->containers.items[i].manifest) == 0)
			return err_set(e, ERR_FORMAT, 0,
			               "'%s' has no digest that a statement could be about (an archive of "
			               "docker's form: copy it to a layout)",
			               SHOW(bytes_str(page->containers.items[i].image)));
	if (predicate_type_of("test-result", &type, e) < 0)
		return -1;
	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "_type", STATEMENT_V1);
	write_subjects(&w, page);
	json_write_text(&w, "predicateType", type.uri);
	json_write_object(&w, "predicate");
	json_write_text(&w, "result", result_of(page));
	write_configuration(&w, page);
	write_tests(&w, "passedTests", page, true);
	write_warned(&w, page);
	write_tests(&w, "failedTests", page, false);
	json_write_end(&w);
	json_write_end(&w);
	return 0;
}
