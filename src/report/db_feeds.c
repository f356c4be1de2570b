/* SPDX-License-Identifier: Apache-2.0 */
#include "report/db_feeds.h"

#include "base/text.h"
#include "fmt/json_write.h"
#include "vuln/feed.h"

static const char *when(const struct source *s)
{
	if (s->by_default)
		return "yes";
	return s->note ? "no" : "when named";
}

void db_feeds_page(const struct feeds_page *page, struct stream *out)
{
	stream_printf(out, "%-16s %-11s %8s %10s  %s\n", "feed", "fetched", "about", "here", "licence");
	for (size_t i = 0; i < page->len; i++) {
		const struct feed_row *r = &page->items[i];
		const struct source *s = r->source;

		stream_printf(out, "%-16s %-11s %8s %10s  %s%s\n", s->name, when(s), s->size,
		              r->fetched > 0 ? SIZE_TEXT(r->fetched) : "-", s->licence,
		              s->restricted ? " (must not be passed on)" : "");
		stream_printf(out, "  %s\n", s->url);
		if (s->parts)
			stream_printf(out, "  *: %s\n", s->parts);
		if (s->note)
			stream_printf(out, "  %s\n", s->note);
	}
}

void db_feeds_json(const struct feeds_page *page, struct stream *out)
{
	struct json_writer w;

	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "oakum-db-feeds");
	json_write_u64(&w, "version", 1);
	json_write_array(&w, "feeds");
	for (size_t i = 0; i < page->len; i++) {
		const struct source *s = page->items[i].source;
		bytes parts = bytes_str(s->parts ? s->parts : ""), part;

		json_write_object(&w, NULL);
		json_write_text(&w, "name", s->name);
		json_write_text(&w, "kind", feed_kind_name(s->kind));
		json_write_text(&w, "url", s->url);
		json_write_array(&w, "parts");
		while (bytes_take_until(&parts, ' ', &part))
			json_write_str(&w, NULL, part);
		json_write_end(&w);
		json_write_text(&w, "licence", s->licence);
		json_write_text(&w, "size", s->size);
		json_write_u64(&w, "octets_here", page->items[i].fetched);
		json_write_bool(&w, "by_default", s->by_default);
		json_write_bool(&w, "restricted", s->restricted);
		if (s->note)
			json_write_text(&w, "note", s->note);
		json_write_end(&w);
	}
	json_write_end(&w);
	json_write_end(&w);
}
