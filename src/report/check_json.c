/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json_write.h"
#include "report/check_page.h"

static void put_refs(struct json_writer *w, const char *refs)
{
	bytes rest = bytes_str(refs), ref;

	json_write_array(w, "references");
	while (bytes_take_until(&rest, ',', &ref))
		json_write_str(w, NULL, bytes_trim(ref));
	json_write_end(w);
}

static void put_finding(struct json_writer *w, const struct check *check,
                        const struct check_finding *f)
{
	json_write_object(w, NULL);
	json_write_text(w, "rule", f->rule->id);
	json_write_some(w, "check", bytes_str(f->check));
	json_write_text(w, "title", f->rule->title);
	json_write_text(w, "severity", severity_name(f->rule->severity));
	json_write_octets(w, "file", bytes_str(check->files[f->file].name));
	json_write_u64(w, "line", f->at.line);
	json_write_u64(w, "column", f->at.column);
	json_write_u64(w, "start", f->from);
	json_write_u64(w, "end", f->to);
	json_write_some(w, "object", bytes_str(f->object));
	json_write_some(w, "container", bytes_str(f->container));
	json_write_some(w, "field", bytes_str(f->field));
	json_write_octets(w, "message", bytes_str(f->message));
	json_write_text(w, "fix", rule_fix_name(f->fix));
	if (f->suppressed_by)
		json_write_octets(w, "suppressed", bytes_str(f->suppressed_by));
	put_refs(w, f->rule->refs);
	json_write_end(w);
}

static void put_faults(struct json_writer *w, const struct check *check)
{
	json_write_array(w, "errors");
	for (size_t i = 0; i < check->len; i++) {
		if (!err_is_set(&check->files[i].error))
			continue;
		json_write_object(w, NULL);
		json_write_octets(w, "file", bytes_str(check->files[i].name));
		json_write_octets(w, "message", bytes_str(check->files[i].error.text));
		json_write_end(w);
	}
	for (size_t i = 0; i < check->faults_len; i++) {
		const struct check_fault *f = &check->faults[i];

		json_write_object(w, NULL);
		json_write_octets(w, "file", bytes_str(check->files[f->file].name));
		json_write_u64(w, "line", f->at.line);
		json_write_u64(w, "column", f->at.column);
		json_write_octets(w, "message", bytes_str(f->message));
		json_write_end(w);
	}
	json_write_end(w);
}

void check_json(const struct check *check, const char *version, struct stream *out)
{
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "oakum-check-1");
	json_write_text(&w, "version", version);
	json_write_u64(&w, "files", check->len);
	json_write_u64(&w, "fixed", check->fixed);
	json_write_u64(&w, "folded", check->folded);
	json_write_array(&w, "findings");
	for (size_t i = 0; i < check->findings_len; i++)
		if (check->findings[i].rule->severity >= check->least)
			put_finding(&w, check, &check->findings[i]);
	json_write_end(&w);
	put_faults(&w, check);
	json_write_array(&w, "passedOver");
	for (size_t i = 0; i < check->passed_len; i++)
		json_write_octets(&w, NULL, bytes_str(check->passed[i]));
	json_write_end(&w);
	json_write_end(&w);
}
