/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.6 and 1.7, the member "vulnerabilities": what is wrong, who rates it how, what was
 * decided (VEX), and which components have it. */
#include "fmt/json_write.h"
#include "sbom/parts.h"

static void write_some(struct json_writer *w, const char *name, bytes value)
{
	if (value.n > 0)
		json_write_str(w, name, value);
}

static void write_word(struct json_writer *w, const char *name, const char *word)
{
	if (word)
		json_write_text(w, name, word);
}

static void write_rating(struct json_writer *w, const struct sbom_rating *r)
{
	json_write_object(w, NULL);
	if (r->source.n > 0) {
		json_write_object(w, "source");
		json_write_str(w, "name", r->source);
		json_write_end(w);
	}
	if (r->score > 0)
		json_write_tenths(w, "score", r->score);
	write_word(w, "severity", r->severity);
	write_word(w, "method", r->method);
	write_some(w, "vector", r->vector);
	json_write_end(w);
}

static void write_analysis(struct json_writer *w, const struct sbom_vulnerability *v)
{
	if (!v->state && !v->response)
		return;
	json_write_object(w, "analysis");
	write_word(w, "state", v->state);
	write_word(w, "justification", v->justification);
	if (v->response) {
		json_write_array(w, "response");
		json_write_text(w, NULL, v->response);
		json_write_end(w);
	}
	write_some(w, "detail", v->detail);
	json_write_end(w);
}

static void write_affected(struct json_writer *w, const struct parts *parts,
                           const struct sbom_vulnerability *v, struct arena *scratch)
{
	struct sbom_package p;

	json_write_array(w, "affects");
	for (size_t i = 0; i < v->affects_len; i++) {
		if (!parts_package(parts->bill, v->affects[i], scratch, &p))
			continue;
		json_write_object(w, NULL);
		json_write_text(w, "ref", parts_id(parts, v->affects[i], &p, scratch));
		if (p.version.n > 0) {
			bool is_safe = v->state && strcmp(v->state, "not_affected") == 0;

			json_write_array(w, "versions");
			json_write_object(w, NULL);
			json_write_str(w, "version", p.version);
			json_write_text(w, "status", is_safe ? "unaffected" : "affected");
			json_write_end(w);
			json_write_end(w);
		}
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_time(struct json_writer *w, const char *name, int64_t seconds)
{
	if (seconds > 0)
		json_write_text(w, name, PARTS_TIME(seconds));
}

static void write_vulnerability(struct json_writer *w, const struct parts *parts,
                                const struct sbom_vulnerability *v, struct arena *scratch)
{
	json_write_object(w, NULL);
	json_write_str(w, "id", v->id);
	json_write_array(w, "ratings");
	for (size_t i = 0; i < v->ratings_len; i++)
		write_rating(w, &v->ratings[i]);
	json_write_end(w);
	if (v->cwes_len > 0) {
		json_write_array(w, "cwes");
		for (size_t i = 0; i < v->cwes_len; i++)
			json_write_u64(w, NULL, v->cwes[i]);
		json_write_end(w);
	}
	write_some(w, "description", v->description);
	write_some(w, "recommendation", v->recommendation);
	if (v->link.n > 0) {
		json_write_array(w, "advisories");
		json_write_object(w, NULL);
		json_write_str(w, "url", v->link);
		json_write_end(w);
		json_write_end(w);
	}
	write_time(w, "published", v->published);
	write_time(w, "updated", v->modified);
	write_analysis(w, v);
	write_affected(w, parts, v, scratch);
	json_write_end(w);
}

void cyclonedx_vulnerabilities(struct json_writer *w, const struct parts *parts)
{
	const struct sbom *bill = parts->bill;
	struct arena scratch = ARENA_INIT;

	if (!bill->vulnerabilities)
		return;
	json_write_array(w, "vulnerabilities");
	for (size_t i = 0; i < bill->vulnerabilities_len; i++)
		write_vulnerability(w, parts, &bill->vulnerabilities[i], &scratch);
	json_write_end(w);
	arena_done(&scratch);
}
