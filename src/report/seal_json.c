/* SPDX-License-Identifier: Apache-2.0 */
/* The page for programs: schema oakum.seal/1, described in doc/seal.md. Members are added, never
 * renamed, while the number stays. */
#include "report/seal_page.h"

#include "base/arena.h"
#include "base/text.h"
#include "fmt/json_write.h"

static void write_digest(struct json_writer *w, const char *name, const digest *d)
{
	if (d->algorithm != DIGEST_NONE)
		json_write_text(w, name, DIGEST_TEXT(d));
}

static void write_steps(struct json_writer *w, const struct seal_page *page)
{
	struct arena a = ARENA_INIT;

	json_write_array(w, "stages");
	for (unsigned i = 0; i < SEAL_STAGES; i++) {
		enum seal_stage stage = (enum seal_stage)i;

		json_write_object(w, NULL);
		json_write_text(w, "stage", seal_stage_name(stage));
		json_write_text(w, "state", seal_state_name(page->steps[i]));
		json_write_some(w, "says", bytes_str(seal_says(page, stage, &a)));
		json_write_end(w);
	}
	json_write_end(w);
	arena_done(&a);
}

static void write_reasons(struct json_writer *w, const struct seal_image *image)
{
	json_write_array(w, "reasons");
	for (size_t i = 0; i < image->reasons.len; i++) {
		const struct reason *r = &image->reasons.items[i];

		json_write_object(w, NULL);
		json_write_text(w, "judgement", r->judgement);
		json_write_text(w, "severity", severity_name(r->severity));
		json_write_octets(w, "text", bytes_str(r->text));
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_image(struct json_writer *w, const struct seal_image *image)
{
	json_write_object(w, NULL);
	write_digest(w, "digest", &image->digest);
	write_digest(w, "config_digest", &image->config);
	json_write_octets(w, "platform", bytes_str(image->platform));
	json_write_bool(w, "passes", image->reasons.len == 0);
	json_write_u64(w, "packages", image->packages);
	json_write_object(w, "vulnerabilities");
	for (enum severity s = SEVERITY_UNKNOWN; s <= SEVERITY_CRITICAL; s++)
		json_write_u64(w, severity_name(s), image->vulnerabilities[s]);
	json_write_end(w);
	json_write_u64(w, "secrets", image->secrets);
	json_write_u64(w, "settings", image->settings);
	json_write_u64(w, "gaps", image->gaps);
	write_reasons(w, image);
	json_write_end(w);
}

static void write_statements(struct json_writer *w, const struct seal_page *page)
{
	json_write_array(w, "statements");
	for (size_t i = 0; i < page->statements.len; i++) {
		const struct seal_statement *s = &page->statements.items[i];

		json_write_object(w, NULL);
		json_write_text(w, "name", s->name);
		json_write_text(w, "predicate_type", s->type);
		write_digest(w, "subject", &s->subject);
		write_digest(w, "manifest", &s->manifest);
		json_write_bool(w, "was_there", s->was_there);
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_proof(struct json_writer *w, const struct seal_page *page)
{
	json_write_object(w, "provenance");
	json_write_some(w, "builder", bytes_str(page->builder));
	json_write_u64(w, "slsa_build_level", page->level);
	json_write_text(w, "why_no_more", page->level_why);
	json_write_end(w);
	json_write_some(w, "identity", page->identity);
	json_write_some(w, "issuer", page->issuer);
	json_write_array(w, "verified");
	for (size_t i = 0; i < page->verdicts.len; i++)
		json_write_str(w, NULL, bytes_str(page->verdicts.items[i]));
	json_write_end(w);
}

void seal_json(const struct seal_page *page, struct stream *out)
{
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "oakum.seal/1");
	json_write_octets(&w, "source", bytes_str(page->source));
	json_write_octets(&w, "place", bytes_str(page->place));
	write_digest(&w, "digest", &page->root);
	json_write_bool(&w, "dry_run", page->is_dry);
	json_write_bool(&w, "passes", page->passes);
	json_write_bool(&w, "sealed", page->steps[SEAL_VERIFY] == SEAL_HOLDS);
	write_steps(&w, page);
	json_write_array(&w, "images");
	for (size_t i = 0; i < page->images.len; i++)
		write_image(&w, &page->images.items[i]);
	json_write_end(&w);
	write_statements(&w, page);
	write_proof(&w, page);
	json_write_end(&w);
}
