/* SPDX-License-Identifier: Apache-2.0 */
#include "report/trust_page.h"

#include "base/text.h"
#include "fmt/json_write.h"

static const char *const part_names[EXPLAIN_PARTS] = { "signer", "log", "time", "content" };
static const char *const kind_names[EXPLAIN_KINDS] = { "transparency log", "certificate log",
	                                                   "certificate authority",
	                                                   "timestamp authority" };

/* -- a bundle, for people ---------------------------------------------------------------------- */

static void show_fact(const struct explain_fact *f, struct stream *out)
{
	stream_puts(out, "  ");
	stream_show(out, bytes_str(f->name));
	for (size_t n = strlen(f->name); n < 24; n++)
		stream_puts(out, " ");
	stream_puts(out, " ");
	stream_show(out, f->value);
	stream_puts(out, "\n");
}

static void show_step(const struct verify_step *s, const struct terminal *t, struct stream *out)
{
	static const char *const words[] = { "?  ", "yes", "no " };
	static const enum style styles[] = { STYLE_FAINT, STYLE_GOOD, STYLE_BAD };

	stream_printf(out, "  %s%s%s  ", terminal_style(t, styles[s->status]), words[s->status],
	              terminal_plain(t));
	stream_show(out, bytes_str(s->name));
	if (*s->why) {
		stream_puts(out, ": ");
		stream_show(out, bytes_str(s->why));
	}
	stream_puts(out, "\n");
}

void trust_page_bundle(const struct explanation *x, const char *path, const struct terminal *t,
                       struct stream *out)
{
	stream_show(out, bytes_str(path));
	stream_puts(out, ": ");
	stream_show(out, bytes_str(x->form));
	stream_puts(out, "\n");
	for (enum explain_part part = EXPLAIN_SIGNER; part < EXPLAIN_PARTS; part++) {
		bool begun = false;

		for (size_t i = 0; i < x->facts.len; i++) {
			if (x->facts.items[i].part != part)
				continue;
			if (!begun)
				stream_printf(out, "\n%s, as %s\n", part_names[part],
				              part == EXPLAIN_TIME ? "is proven" : "it claims");
			begun = true;
			show_fact(&x->facts.items[i], out);
		}
	}
	stream_puts(out, "\nchecks\n");
	for (size_t i = 0; i < VERIFY_STEPS; i++)
		show_step(&x->steps[i], t, out);
	if (!x->knows_artifact)
		stream_puts(out, "\nNo file was given: signature and statement were checked for the digest "
		                 "that the\nbundle names.\n");
}

/* -- a bundle, for programs -------------------------------------------------------------------- */

static void write_step(struct json_writer *w, const struct verify_step *s)
{
	json_write_object(w, NULL);
	json_write_octets(w, "check", bytes_str(s->name));
	json_write_text(w, "holds",
	                s->status == STEP_HOLDS   ? "yes"
	                : s->status == STEP_FAILS ? "no"
	                                          : "unknown");
	json_write_some(w, "why", bytes_str(s->why));
	json_write_end(w);
}

void trust_page_bundle_json(const struct explanation *x, const char *path, struct stream *out)
{
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "oakum-trust-explain");
	json_write_u64(&w, "version", 1);
	json_write_octets(&w, "bundle", bytes_str(path));
	json_write_octets(&w, "form", bytes_str(x->form));
	json_write_bool(&w, "artifact_given", x->knows_artifact);
	json_write_array(&w, "claims");
	for (size_t i = 0; i < x->facts.len; i++) {
		const struct explain_fact *f = &x->facts.items[i];

		json_write_object(&w, NULL);
		json_write_text(&w, "of", part_names[f->part]);
		json_write_octets(&w, "name", bytes_str(f->name));
		json_write_octets(&w, "value", f->value);
		json_write_end(&w);
	}
	json_write_end(&w);
	json_write_array(&w, "checks");
	for (size_t i = 0; i < VERIFY_STEPS; i++)
		write_step(&w, &x->steps[i]);
	json_write_end(&w);
	json_write_end(&w);
}

/* -- a trusted root ---------------------------------------------------------------------------- */

static void show_entry(const struct explain_entry *entry, int64_t now, struct stream *out)
{
	stream_printf(out, "  %-21s  %s  %s  ", kind_names[entry->kind], DATE_TEXT(entry->from),
	              entry->until == INT64_MAX ? "          " : DATE_TEXT(entry->until));
	stream_puts(out, now < entry->from ? "later  " : now > entry->until ? "past   " : "now    ");
	stream_show(out, entry->address.n > 0 ? entry->address : entry->subject);
	stream_puts(out, "\n");
}

void trust_page_root(const struct explain_entries *list, const struct trust_source *source,
                     int64_t now, struct stream *out)
{
	stream_puts(out, "trusted root: ");
	stream_show(out, bytes_str(source->path ? source->path : "built in"));
	if (source->since > 0)
		stream_printf(out, ", of %s", DATE_TEXT(source->since));
	stream_puts(out, "\n\n  who                    from        until\n");
	for (size_t i = 0; i < list->len; i++)
		show_entry(&list->items[i], now, out);
}

static void write_date(struct json_writer *w, const char *name, int64_t time)
{
	if (time != INT64_MAX)
		json_write_text(w, name, DATE_TEXT(time));
}

static void write_entry(struct json_writer *w, const struct explain_entry *entry)
{
	buf id = BUF_INIT(16384);

	text_hex(&id, entry->id);
	json_write_object(w, NULL);
	json_write_text(w, "kind", kind_names[entry->kind]);
	json_write_some(w, "address", entry->address);
	json_write_some(w, "subject", entry->subject);
	json_write_some(w, "log_id", buf_bytes(&id));
	write_date(w, "from", entry->from);
	write_date(w, "until", entry->until);
	json_write_end(w);
	buf_done(&id);
}

void trust_page_root_json(const struct explain_entries *list, const struct trust_source *source,
                          struct stream *out)
{
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "oakum-trust-root");
	json_write_u64(&w, "version", 1);
	json_write_bool(&w, "built_in", !source->path);
	if (source->path)
		json_write_octets(&w, "path", bytes_str(source->path));
	if (source->since > 0)
		write_date(&w, "since", source->since);
	json_write_array(&w, "entries");
	for (size_t i = 0; i < list->len; i++)
		write_entry(&w, &list->items[i]);
	json_write_end(&w);
	json_write_end(&w);
}
