/* SPDX-License-Identifier: Apache-2.0 */
/* One HTML file that needs nothing else: no network, no framework, below 1 MB whatever was found.
 * What is untrusted stands in a block of JSON as numbers of texts, each text once; the script makes
 * rows of it. Texts are cut as short as LIMIT_HTML asks for, then the least rows left out. */
#include "report/issues.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/text.h"
#include "fmt/json_write.h"
#include "report/issues_page.h"
#include "report/markup.h"

#define CELLS_MOST 6

/* The cells behind severity and id. */
static const char *const heads[][CELLS_MOST + 1] = {
	{ "Package", "Version", "Fixed in", "What", "Place", NULL },
	{ "What", "Fix", "Place", "Part", NULL },
	{ "What", "Place", "Part", NULL },
	{ "Package", "Version", "Fixed in", "What", "Place", NULL },
};

struct page {
	const struct issues *all;
	const struct issue **ranked;
	size_t len, cut; /* rows; octets a text may have */
	struct arena arena, scratch;
	struct map texts; /* to its number + 1 */
	buf rows;
	struct stream rows_out;
	struct json_writer w;
};

static void cells_of(const struct page *p, const struct issue *i, struct arena *a,
                     bytes out[CELLS_MOST])
{
	bytes place = issue_place(p->all, i);

	if (i->region.line > 0)
		place = bytes_str(arena_printf(a, PRIb ":%u", BYTESF(place), i->region.line));
	if (issues_name_packages(p->all)) {
		bytes fixed = i->fixed.n > 0 ? i->fixed : bytes_str(i->status);
		bytes what = i->package.n > 0 ? i->rule->title : i->message;
		const bytes cells[] = { i->package, i->version, fixed, what, place };

		memcpy(out, cells, sizeof(cells));
	} else if (p->all->subject == ISSUES_OF_SETTINGS) {
		const bytes cells[] = { i->message, i->rule->mend, place, i->where };

		memcpy(out, cells, sizeof(cells));
	} else {
		const bytes cells[] = { i->message, place, i->where };

		memcpy(out, cells, sizeof(cells));
	}
}

/* The number of a text: printable, cut. */
static void put_number(struct page *p, bytes text)
{
	bytes front = issue_cut(text, p->cut);
	const char *shown = text_shown(&p->scratch, front);

	if (front.n < text.n)
		shown = arena_printf(&p->scratch, "%s…", shown);
	uint64_t **place = (uint64_t **)map_put(&p->texts, arena_bytes(&p->arena, bytes_str(shown)));

	if (!*place) {
		*place = arena_new(&p->arena, uint64_t);
		**place = p->texts.len - 1;
	}
	json_write_u64(&p->w, NULL, **place);
}

/* A link is a front and the id; one that is not has no place here. */
static bytes link_of(const struct issue *i)
{
	bytes link = i->rule->link;

	return bytes_ends(link, i->rule->id) ? bytes_slice(link, 0, link.n - i->rule->id.n)
	                                     : BYTES("");
}

static void put_row(struct page *p, const struct issue *i)
{
	bytes cells[CELLS_MOST];

	cells_of(p, i, &p->scratch, cells);
	json_write_array(&p->w, NULL);
	json_write_u64(&p->w, NULL, i->severity);
	json_write_u64(&p->w, NULL, i->can_be_fixed);
	put_number(p, link_of(i));
	put_number(p, i->rule->id);
	for (size_t n = 0; heads[p->all->subject][n]; n++)
		put_number(p, cells[n]);
	json_write_end(&p->w);
	arena_reset(&p->scratch);
}

/* The block of JSON. A "<" in it stands in a text alone: as an escape it can end no script. */
static void put_data(struct page *p, buf *out)
{
	err e = { 0 };

	buf_clear(&p->rows);
	arena_reset(&p->arena);
	map_init(&p->texts, &p->arena);
	stream_init(&p->rows_out, stream_to_buf, &p->rows);
	json_write_init(&p->w, &p->rows_out);
	p->w.on_one_line = true;
	json_write_object(&p->w, NULL);
	json_write_array(&p->w, "rows");
	for (size_t i = 0; i < p->len; i++)
		put_row(p, p->ranked[i]);
	json_write_end(&p->w);
	json_write_array(&p->w, "texts");
	for (size_t i = 0; i < p->texts.len; i++)
		json_write_str(&p->w, NULL, p->texts.items[i].key);
	json_write_end(&p->w);
	json_write_end(&p->w);
	(void)stream_finish(&p->rows_out, &e); /* a buffer of no bound takes all */
	for (bytes rest = buf_bytes(&p->rows), part; bytes_take_until(&rest, '<', &part);) {
		buf_put(out, part);
		buf_puts(out, rest.n > 0 ? "\\u003c" : "");
	}
}

/* fit(p, out): as much of everything as LIMIT_HTML holds. */
static void fit(struct page *p, buf *out)
{
	static const size_t cuts[] = { 1000, 300, 120, 60 };
	size_t step = 0;

	p->len = p->all->len < LIMIT_HTML_ROWS ? p->all->len : LIMIT_HTML_ROWS;
	for (;;) {
		p->cut = cuts[step];
		buf_clear(out);
		put_data(p, out);
		if (out->n <= LIMIT_HTML)
			return;
		if (step + 1 < sizeof(cuts) / sizeof(*cuts))
			step++;
		else
			p->len = p->len / 4 * 3;
	}
}

/* -- the page ---------------------------------------------------------------------------------- */

static void put_hash(struct stream *out, const char *name, const char *text, struct arena *a)
{
	digest d = digest_of(DIGEST_SHA256, bytes_str(text));
	bytes letters = base64_encode(bytes_of(d.value, digest_size(&d)), a);

	stream_printf(out, "; %s 'sha256-" PRIb "'", name, BYTESF(letters));
}

static void put_head(struct stream *out, const char *title, struct arena *a)
{
	stream_puts(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	                 "base-uri 'none'; form-action 'none'");
	put_hash(out, "style-src", PAGE_STYLE, a);
	put_hash(out, "script-src", PAGE_SCRIPT, a);
	stream_printf(out,
	              "\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	              "<meta name=\"referrer\" content=\"no-referrer\">\n<title>%s</title>\n",
	              title);
	stream_puts(out, "<style>" PAGE_STYLE "</style>\n</head>\n<body>\n");
	stream_printf(out, "<h1>%s</h1>\n", title);
}

static void put_targets(struct stream *out, const struct issues *all)
{
	enum { TARGETS = 50, NOTES = 50 };
	size_t n = all->targets.len, notes = 0;

	stream_puts(out, "<ul>\n");
	for (size_t i = 0; i < n && i < TARGETS; i++) {
		const struct issue_target *t = &all->targets.items[i];

		stream_puts(out, "<li><b>");
		markup_put(out, issue_cut(t->name, 100));
		stream_puts(out, "</b> ");
		markup_put(out, issue_cut(t->system, 50));
		for (size_t k = 0; k < t->notes.len && notes < NOTES; k++, notes++) {
			stream_puts(out, "<br>");
			markup_put(out, issue_cut(bytes_str(t->notes.items[k]), 200));
		}
		stream_puts(out, "</li>\n");
	}
	if (n > TARGETS)
		stream_printf(out, "<li>and %zu more</li>\n", n - TARGETS);
	stream_puts(out, "</ul>\n");
}

static void put_table(struct stream *out, const struct issues *all)
{
	stream_puts(out,
	            "<form role=\"search\">\n<input id=\"find\" type=\"search\" placeholder=\"Find\" "
	            "aria-label=\"Find\">\n<label>At least <select id=\"least\">"
	            "<option value=\"0\">all</option><option value=\"2\">low</option>"
	            "<option value=\"3\">medium</option><option value=\"4\">high</option>"
	            "<option value=\"5\">critical</option></select></label>\n"
	            "<label><input id=\"fixable\" type=\"checkbox\"> with a fix</label>\n"
	            "<output id=\"shown\" class=\"faint\"></output>\n</form>\n"
	            "<noscript><p>The findings are below as JSON; a browser that runs scripts shows "
	            "them as a table.</p></noscript>\n"
	            "<table>\n<thead><tr><th><button>Severity</button></th>"
	            "<th><button>Id</button></th>");
	for (size_t i = 0; heads[all->subject][i]; i++)
		stream_printf(out, "<th><button>%s</button></th>", heads[all->subject][i]);
	stream_puts(out, "</tr></thead>\n<tbody></tbody>\n</table>\n");
}

void issues_html(const struct issues *all, struct stream *out)
{
	static const char *const titles[] = { "Vulnerabilities", "Settings", "Secrets", "Findings" };
	struct arena a = ARENA_INIT;
	struct page p = { .all = all,
		              .ranked = issues_ranked(all, &a),
		              .rows = BUF_INIT(SIZE_MAX / 2) };
	buf data = BUF_INIT(SIZE_MAX / 2);

	fit(&p, &data);
	put_head(out, titles[all->subject], &a);
	stream_printf(out, "<p>%s</p>\n", issues_summary(all, &a));
	if (all->len - p.len + all->left_out > 0)
		stream_printf(out, "<p>%llu more findings are left out here.</p>\n",
		              (unsigned long long)(all->len - p.len + all->left_out));
	put_targets(out, all);
	stream_printf(out, "<p class=\"faint\">oakum " OAKUM_VERSION ", %s</p>\n", DATE_TEXT(all->now));
	put_table(out, all);
	stream_puts(out, "<script type=\"application/json\" id=\"data\">");
	stream_put(out, buf_bytes(&data));
	stream_puts(out, "</script>\n<script>" PAGE_SCRIPT "</script>\n</body>\n</html>\n");
	buf_done(&data);
	buf_done(&p.rows);
	arena_done(&p.scratch);
	arena_done(&p.arena);
	arena_done(&a);
}
