/* SPDX-License-Identifier: Apache-2.0 */
#include "report/diff_page.h"

#include "base/text.h"
#include "fmt/json_write.h"
#include "report/layout.h"

bool diff_equal(const struct diff_page *page)
{
	bool same = page->packages.len == 0 && page->settings.len == 0;

	for (size_t i = 0; i < page->layers.len; i++)
		same &= page->layers.items[i].before == page->layers.items[i].after;
	return same && page->size_before == page->size_after;
}

const char *diff_kind_name(enum diff_kind kind)
{
	switch (kind) {
	case DIFF_ADDED: return "added";
	case DIFF_REMOVED: return "removed";
	case DIFF_NEWER: return "newer";
	case DIFF_OLDER: return "older";
	case DIFF_CHANGED: break;
	}
	return "changed";
}

/* -- the page ---------------------------------------------------------------------------------- */

static enum style style_of(enum diff_kind kind)
{
	switch (kind) {
	case DIFF_ADDED: return STYLE_GOOD;
	case DIFF_REMOVED:
	case DIFF_OLDER: return STYLE_WARN;
	case DIFF_NEWER:
	case DIFF_CHANGED: break;
	}
	return STYLE_PLAIN;
}

static const char *value_text(const struct diff_measure *m, const struct diff_value *v,
                              struct arena *a)
{
	if (!v->known)
		return "-";
	switch (m->unit) {
	case DIFF_SIZE: return arena_printf(a, "%s", SIZE_TEXT(v->number));
	case DIFF_COUNT: return arena_printf(a, "%s", COUNT_TEXT(v->number));
	case DIFF_TEXT: break;
	}
	return text_shown(a, v->text);
}

/* Of fewer than this a percentage says nothing. */
#define PERCENT_FROM 100

/* "-73 %"; nothing where it says nothing. */
static const char *change_text(const struct diff_measure *m, struct arena *a)
{
	uint64_t before = m->before.number, after = m->after.number;
	uint64_t by = before > after ? before - after : after - before;

	if (m->unit == DIFF_TEXT || !m->before.known || !m->after.known || before < PERCENT_FROM ||
	    by == 0)
		return "";
	return arena_printf(a, "%s%.0f %%", before > after ? "-" : "+",
	                    (double)by / (double)before * 100);
}

static void put_measures(struct layout *l, const struct diff_page *page)
{
	struct arena a = ARENA_INIT;

	layout_heading(l, "Before and after");
	for (size_t i = 0; i < page->measures.len; i++) {
		const struct diff_measure *m = &page->measures.items[i];

		if (!m->before.known && !m->after.known)
			continue;
		layout_indent(l, 2);
		layout_cell(l, STYLE_PLAIN, bytes_str(m->name), 16);
		layout_cell(l, STYLE_PLAIN, bytes_str(value_text(m, &m->before, &a)), -12);
		layout_cell(l, STYLE_PLAIN, bytes_str(value_text(m, &m->after, &a)), -12);
		const char *change = change_text(m, &a);

		if (*change)
			layout_cell(l, STYLE_FAINT, bytes_str(change), -9);
		layout_end(l);
	}
	arena_done(&a);
}

static void put_change(struct layout *l, enum diff_kind kind, bytes before, bytes after)
{
	if (before.n > 0)
		layout_word(l, STYLE_PLAIN, before, "");
	if (kind != DIFF_ADDED && kind != DIFF_REMOVED)
		layout_text(l, STYLE_FAINT, before.n > 0 ? "→" : "none →");
	if (after.n > 0)
		layout_word(l, STYLE_PLAIN, after, "");
	else if (kind != DIFF_REMOVED)
		layout_text(l, STYLE_FAINT, "none");
	layout_end(l);
}

static void put_packages(struct layout *l, const struct diff_page *page)
{
	layout_heading(l, "Packages");
	for (size_t i = 0; i < page->packages.len; i++) {
		const struct diff_package *p = &page->packages.items[i];

		layout_label(l, diff_kind_name(p->kind));
		layout_word(l, style_of(p->kind), p->name, "");
		put_change(l, p->kind, p->before, p->after);
	}
	if (page->packages.len == 0) {
		layout_indent(l, 2);
		layout_text(l, STYLE_PLAIN, "the same");
		layout_end(l);
	}
}

static void put_settings(struct layout *l, const struct diff_page *page)
{
	if (page->settings.len == 0)
		return;
	layout_heading(l, "Settings");
	for (size_t i = 0; i < page->settings.len; i++) {
		const struct diff_setting *s = &page->settings.items[i];

		layout_label(l, diff_kind_name(s->kind));
		layout_text(l, style_of(s->kind), s->name);
		put_change(l, s->kind, s->before, s->after);
	}
}

static void put_layers(struct layout *l, const struct diff_page *page)
{
	size_t shared = 0;

	layout_heading(l, "Layers");
	for (size_t i = 0; i < page->layers.len; i++) {
		const struct diff_layer *layer = &page->layers.items[i];

		shared += layer->before && layer->after;
		if (layer->before && layer->after)
			continue;
		layout_label(l, diff_kind_name(layer->after ? DIFF_ADDED : DIFF_REMOVED));
		layout_word(l, STYLE_PLAIN, layer->diff_id, "");
		layout_text(l, STYLE_PLAIN, SIZE_TEXT(layer->size));
		layout_end(l);
	}
	layout_indent(l, 2);
	layout_printf(l, STYLE_PLAIN, "%zu in both; files %s before, %s after", shared,
	              SIZE_TEXT(page->size_before), SIZE_TEXT(page->size_after));
	layout_end(l);
}

void diff_text(const struct diff_page *page, const struct terminal *terminal, struct stream *out)
{
	struct layout l = { .out = out, .terminal = terminal };

	stream_show(out, page->before);
	stream_printf(out, " (%s packages) and ", COUNT_TEXT(page->packages_before));
	stream_show(out, page->after);
	stream_printf(out, " (%s packages)\n", COUNT_TEXT(page->packages_after));
	if (page->images)
		put_measures(&l, page);
	put_packages(&l, page);
	if (!page->images)
		return;
	put_settings(&l, page);
	put_layers(&l, page);
}

/* -- JSON -------------------------------------------------------------------------------------- */

static void write_value(struct json_writer *w, const char *name, const struct diff_measure *m,
                        const struct diff_value *v)
{
	if (v->known && m->unit == DIFF_TEXT)
		json_write_octets(w, name, v->text);
	else if (v->known)
		json_write_u64(w, name, v->number);
}

static void write_measures(struct json_writer *w, const struct diff_page *page)
{
	json_write_object(w, "measures");
	for (size_t i = 0; i < page->measures.len; i++) {
		const struct diff_measure *m = &page->measures.items[i];

		if (!m->before.known && !m->after.known)
			continue;
		json_write_object(w, m->name);
		write_value(w, "before", m, &m->before);
		write_value(w, "after", m, &m->after);
		json_write_end(w);
	}
	json_write_end(w);
}

static void write_lists(struct json_writer *w, const struct diff_page *page)
{
	json_write_array(w, "packages");
	for (size_t i = 0; i < page->packages.len; i++) {
		const struct diff_package *p = &page->packages.items[i];

		json_write_object(w, NULL);
		json_write_text(w, "change", diff_kind_name(p->kind));
		json_write_str(w, "type", p->type);
		json_write_octets(w, "name", p->name);
		json_write_some(w, "before", p->before);
		json_write_some(w, "after", p->after);
		json_write_end(w);
	}
	json_write_end(w);
	if (!page->images)
		return;
	json_write_array(w, "settings");
	for (size_t i = 0; i < page->settings.len; i++) {
		const struct diff_setting *s = &page->settings.items[i];

		json_write_object(w, NULL);
		json_write_text(w, "change", diff_kind_name(s->kind));
		json_write_text(w, "name", s->name);
		json_write_some(w, "before", s->before);
		json_write_some(w, "after", s->after);
		json_write_end(w);
	}
	json_write_end(w);
	json_write_array(w, "layers");
	for (size_t i = 0; i < page->layers.len; i++) {
		const struct diff_layer *l = &page->layers.items[i];

		json_write_object(w, NULL);
		json_write_str(w, "diff_id", l->diff_id);
		json_write_u64(w, "size", l->size);
		json_write_bool(w, "before", l->before);
		json_write_bool(w, "after", l->after);
		json_write_end(w);
	}
	json_write_end(w);
	json_write_u64(w, "size_before", page->size_before);
	json_write_u64(w, "size_after", page->size_after);
	write_measures(w, page);
}

void diff_json(const struct diff_page *page, struct stream *out)
{
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_u64(&w, "schema", 1);
	json_write_octets(&w, "before", page->before);
	json_write_octets(&w, "after", page->after);
	json_write_bool(&w, "equal", diff_equal(page));
	json_write_u64(&w, "packages_before", page->packages_before);
	json_write_u64(&w, "packages_after", page->packages_after);
	write_lists(&w, page);
	json_write_end(&w);
}
