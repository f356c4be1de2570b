/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in Trivy's JSON: a result of class "secret" for each file. Its lines are not told: a
 * secret is known by its octets, in files that may have none. */
#include "fmt/json_write.h"
#include "report/scan_page.h"
#include "report/scan_result.h"
#include "secret/rules.h"

static void write_secret(struct json_writer *w, const struct scan_page *page,
                         const struct secrets_row *row)
{
	const struct secret_rule *rule = &secret_rules[row->found.rule];
	char match[SECRET_FRONT + sizeof("***")] = { 0 };

	memcpy(match, row->found.front, row->found.front_len);
	memcpy(match + row->found.front_len, "***", sizeof("***"));
	json_write_object(w, NULL);
	json_write_text(w, "RuleID", rule->id);
	json_write_text(w, "Category", "Secret");
	json_write_text(w, "Severity", result_severity(secrets_severity(&row->found)));
	json_write_text(w, "Title", rule->title);
	json_write_octets(w, "Match", bytes_str(match));
	json_write_object(w, "Oakum");
	if (row->found.member.n > 0)
		json_write_octets(w, "Member", row->found.member);
	json_write_u64(w, "Start", row->found.start);
	json_write_u64(w, "End", row->found.end);
	json_write_bool(w, "Hidden", row->hidden);
	json_write_end(w);
	if (row->layer > 0 && page->image && row->layer <= page->image->layers.len) {
		const struct image_layer *layer = &page->image->layers.items[row->layer - 1];

		json_write_object(w, "Layer");
		if (digest_size(&layer->blob) > 0)
			json_write_text(w, "Digest", DIGEST_TEXT(&layer->blob));
		if (digest_size(&layer->diff_id) > 0)
			json_write_text(w, "DiffID", DIGEST_TEXT(&layer->diff_id));
		json_write_end(w);
	}
	json_write_end(w);
}

void scan_secrets(const struct scan_page *page, struct json_writer *w)
{
	const struct secrets_page *s = page->secrets;

	for (size_t i = 0, next; s && i < s->len; i = next) {
		json_write_object(w, NULL);
		json_write_octets(w, "Target", s->items[i].file);
		json_write_text(w, "Class", "secret");
		json_write_array(w, "Secrets");
		for (next = i; next < s->len && bytes_equal(s->items[next].file, s->items[i].file); next++)
			write_secret(w, page, &s->items[next]);
		json_write_end(w);
		json_write_end(w);
	}
}
