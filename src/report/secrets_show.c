/* SPDX-License-Identifier: Apache-2.0 */
#include "report/secrets_page.h"

#include "base/text.h"
#include "fmt/json_write.h"
#include "report/layout.h"

#include <stdio.h>

#define SECRETS_SCHEMA "oakum.secrets/1"

enum severity secrets_severity(const struct secret_finding *f)
{
	enum severity rule = secret_rules[f->rule].severity;

	return f->confidence == SECRET_LOW && rule > SEVERITY_MEDIUM ? SEVERITY_MEDIUM : rule;
}

const char *secrets_confidence_name(enum secret_confidence c)
{
	switch (c) {
	case SECRET_LOW: return "low";
	case SECRET_MEDIUM: return "medium";
	case SECRET_HIGH: return "high";
	case SECRET_UNSURE: break;
	}
	return "unknown";
}

size_t secrets_at_least(const struct secrets_page *page, enum severity gate)
{
	size_t n = 0;

	for (size_t i = 0; i < page->len; i++)
		n += secrets_severity(&page->items[i].found) >= gate;
	return n;
}

/* "ghp_…, 40 letters" */
struct redacted {
	char text[64];
};

static const char *redact(struct redacted *out, const struct secret_finding *f)
{
	snprintf(out->text, sizeof(out->text), "%s…, %u letters",
	         SHOW(bytes_of(f->front, f->front_len)), f->length);
	return out->text;
}

const char *secrets_redacted(const struct secret_finding *f, struct arena *a)
{
	return arena_printf(a, "%s", redact(&(struct redacted){ { 0 } }, f));
}

static enum style style_of(enum severity severity)
{
	if (severity >= SEVERITY_HIGH)
		return STYLE_BAD;
	return severity == SEVERITY_MEDIUM ? STYLE_WARN : STYLE_FAINT;
}

static bool same_file(const struct secrets_row *a, const struct secrets_row *b)
{
	return bytes_equal(a->file, b->file) && a->layer == b->layer;
}

static void put_file(struct layout *l, const struct secrets_row *row)
{
	layout_indent(l, 0);
	layout_word(l, STYLE_TITLE, row->file, "");
	if (row->layer > 0)
		layout_printf(l, STYLE_PLAIN, "layer %u", row->layer);
	if (row->hidden)
		layout_text(l, STYLE_WARN, "(hidden by an upper layer, not gone)");
	layout_end(l);
}

static void put_row(struct layout *l, const struct secrets_row *row)
{
	const struct secret_rule *rule = &secret_rules[row->found.rule];
	enum severity severity = secrets_severity(&row->found);

	layout_indent(l, 2);
	layout_cell(l, style_of(severity), bytes_str(severity_name(severity)), 9);
	layout_cell(l, STYLE_TITLE, bytes_str(rule->id), 28);
	stream_puts(l->out, rule->title);
	if (row->found.member.n > 0) {
		stream_puts(l->out, " in ");
		stream_show(l->out, row->found.member);
	}
	if (row->where.n > 0) {
		stream_puts(l->out, " in ");
		stream_show(l->out, row->where);
	} else if (row->found.line > 0) {
		stream_printf(l->out, "%s line %u", row->found.member.n > 0 ? "," : " in",
		              row->found.line);
	} else {
		stream_printf(l->out, " at %s", COUNT_TEXT(row->found.start));
	}
	stream_printf(l->out, ": %s%s\n", redact(&(struct redacted){ { 0 } }, &row->found),
	              row->found.utf16 ? ", UTF-16" : "");
}

void secrets_table(const struct secrets_page *page, const struct terminal *terminal,
                   struct stream *out)
{
	struct layout l = { .out = out, .terminal = terminal };

	for (size_t i = 0; i < page->len; i++) {
		const struct secrets_row *row = &page->items[i];

		if (i == 0 || !same_file(row - 1, row)) {
			if (i > 0)
				stream_puts(out, "\n");
			put_file(&l, row);
		}
		put_row(&l, row);
	}
	stream_printf(out, "%s%s secret%s found in ", page->len > 0 ? "\n" : "",
	              COUNT_TEXT(page->total), page->total == 1 ? "" : "s");
	stream_show(out, bytes_str(page->target));
	if (page->gaps > 0) {
		stream_printf(out, "; %s gap%s, the first: ", COUNT_TEXT(page->gaps),
		              page->gaps == 1 ? "" : "s");
		stream_show(out, page->gap);
	}
	stream_puts(out, "\n");
}

static void write_row(struct json_writer *w, const struct secrets_row *row)
{
	const struct secret_finding *f = &row->found;
	buf hex = BUF_INIT(2 * SECRET_FINGERPRINT);

	text_hex(&hex, bytes_of(f->fingerprint, SECRET_FINGERPRINT));
	json_write_object(w, NULL);
	json_write_octets(w, "file", row->file);
	if (f->member.n > 0)
		json_write_octets(w, "member", f->member);
	json_write_some(w, "where", row->where);
	if (row->layer > 0)
		json_write_u64(w, "layer", row->layer);
	json_write_bool(w, "hidden", row->hidden);
	json_write_text(w, "rule", secret_rules[f->rule].id);
	json_write_text(w, "title", secret_rules[f->rule].title);
	json_write_text(w, "severity", severity_name(secrets_severity(f)));
	json_write_text(w, "confidence", secrets_confidence_name(f->confidence));
	json_write_u64(w, "start", f->start);
	json_write_u64(w, "end", f->end);
	if (f->line > 0)
		json_write_u64(w, "line", f->line);
	if (f->column > 0)
		json_write_u64(w, "column", f->column);
	json_write_text(w, "encoding", f->utf16 ? "utf-16le" : "octets");
	json_write_text(w, "redacted", redact(&(struct redacted){ { 0 } }, f));
	json_write_str(w, "fingerprint", buf_bytes(&hex));
	json_write_end(w);
	buf_done(&hex);
}

void secrets_write(const struct secrets_page *page, struct json_writer *w, const char *name)
{
	json_write_array(w, name);
	for (size_t i = 0; i < page->len; i++)
		write_row(w, &page->items[i]);
	json_write_end(w);
}

void secrets_json(const struct secrets_page *page, struct stream *out)
{
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", SECRETS_SCHEMA);
	json_write_octets(&w, "target", bytes_str(page->target));
	secrets_write(page, &w, "findings");
	json_write_u64(&w, "total", page->total);
	json_write_u64(&w, "gaps", page->gaps);
	json_write_end(&w);
}
