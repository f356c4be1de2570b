/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "fmt/json_write.h"
#include "report/harden_page.h"
#include "report/layout.h"

/* -- for people -------------------------------------------------------------------------------- */

static void show_lines(struct layout *l, const char *label, const struct harden_lines *lines)
{
	for (size_t i = 0; i < lines->len; i++) {
		layout_label(l, i == 0 ? label : "");
		layout_text(l, STYLE_PLAIN, lines->items[i]);
		layout_end(l);
	}
}

static void show_count(struct layout *l, const char *label, const struct harden_count *c)
{
	layout_label(l, label);
	layout_printf(l, STYLE_PLAIN,
	              "%s in %s files, %llu packages, %s, %llu setuid, setgid or with "
	              "capabilities, %llu shells, %llu package managers",
	              SIZE_TEXT(c->octets), COUNT_TEXT(c->files), (unsigned long long)c->packages,
	              c->is_root ? "root" : "not root", (unsigned long long)c->privileged,
	              (unsigned long long)c->shells, (unsigned long long)c->managers);
	layout_end(l);
}

static void show_part(struct layout *l, const struct harden_part *p)
{
	layout_cell(l, STYLE_PLAIN, bytes_str(p->stays ? "stays" : "went"), 6);
	layout_cell(l, STYLE_PLAIN, bytes_str(SIZE_TEXT(p->kept_octets)), -10);
	layout_cell(l, STYLE_PLAIN, bytes_str(SIZE_TEXT(p->dropped_octets)), -10);
	layout_cell(l, STYLE_PLAIN, bytes_str(" "), 2);
	layout_cell(l, STYLE_TITLE, p->name, 22);
	layout_rest(l, STYLE_PLAIN, bytes_str(p->why));
}

void harden_table(const struct harden_page *page, bool all, const struct terminal *terminal,
                  struct stream *out)
{
	struct layout l = { .out = out, .terminal = terminal };

	if (page->refusals.len > 0) {
		stream_printf(out, "nothing was written:\n");
		show_lines(&l, "", &page->refusals);
	} else {
		stream_puts(out, DIGEST_TEXT(&page->digest));
		stream_puts(out, " ");
		stream_show(out, bytes_str(page->to));
		stream_puts(out, "\n");
	}
	show_count(&l, "before", &page->before);
	if (page->refusals.len == 0)
		show_count(&l, "after", &page->after);
	show_lines(&l, "changed", &page->changes);
	show_lines(&l, "note", &page->notes);
	if (page->health) {
		layout_label(&l, "health");
		layout_text(&l, STYLE_PLAIN, page->health);
		layout_end(&l);
	}
	if (!all)
		return;
	layout_heading(&l, "WHAT STAYS AND WHAT WENT");
	for (size_t i = 0; i < page->parts.len; i++)
		show_part(&l, &page->parts.items[i]);
}

/* -- for programs ------------------------------------------------------------------------------ */

static void write_lines(struct json_writer *w, const char *name, const struct harden_lines *lines)
{
	json_write_array(w, name);
	for (size_t i = 0; i < lines->len; i++)
		json_write_text(w, NULL, lines->items[i]);
	json_write_end(w);
}

static void write_count(struct json_writer *w, const char *name, const struct harden_count *c)
{
	json_write_object(w, name);
	json_write_u64(w, "size", c->octets);
	json_write_u64(w, "files", c->files);
	json_write_u64(w, "packages", c->packages);
	json_write_u64(w, "privileged_files", c->privileged);
	json_write_u64(w, "shells", c->shells);
	json_write_u64(w, "package_managers", c->managers);
	json_write_bool(w, "root", c->is_root);
	json_write_end(w);
}

static void write_parts(struct json_writer *w, const struct harden_page *page)
{
	json_write_array(w, "parts");
	for (size_t i = 0; i < page->parts.len; i++) {
		const struct harden_part *p = &page->parts.items[i];

		json_write_object(w, NULL);
		json_write_octets(w, p->version.n > 0 ? "package" : "folder", p->name);
		json_write_some(w, "version", p->version);
		json_write_bool(w, "stays", p->stays);
		json_write_text(w, "why", p->why);
		json_write_u64(w, "kept_files", p->kept);
		json_write_u64(w, "kept_size", p->kept_octets);
		json_write_u64(w, "dropped_files", p->dropped);
		json_write_u64(w, "dropped_size", p->dropped_octets);
		json_write_end(w);
	}
	json_write_end(w);
}

void harden_json(const struct harden_page *page, struct stream *out)
{
	struct json_writer w;
	bool written = page->refusals.len == 0;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "oakum.harden/1");
	json_write_text(&w, "image", page->from);
	json_write_text(&w, "destination", page->to);
	json_write_bool(&w, "written", written);
	if (written)
		json_write_text(&w, "digest", DIGEST_TEXT(&page->digest));
	write_lines(&w, "refusals", &page->refusals);
	write_lines(&w, "changes", &page->changes);
	write_lines(&w, "notes", &page->notes);
	write_count(&w, "before", &page->before);
	if (written)
		write_count(&w, "after", &page->after);
	if (page->health)
		json_write_text(&w, "health", page->health);
	write_parts(&w, page);
	json_write_end(&w);
}
