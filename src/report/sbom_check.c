/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sbom_check.h"

#include "base/text.h"
#include "fmt/json_write.h"
#include "report/layout.h"

/* The elements in the words of NTIA. */
struct row {
	const char *name, *label;
	const struct sbom_lack *lack; /* NULL: of the document */
	bool said;
	uint64_t count; /* when nobody can be named */
};

#define ROWS 10

static void make_rows(const struct sbom_check *c, struct row rows[ROWS])
{
	const struct row all[ROWS] = {
		{ "author", "author", NULL, c->author.n > 0, 1 },
		{ "timestamp", "timestamp", NULL, c->created != 0, 1 },
		{ "component-name", "component name", NULL, c->nameless == 0, c->nameless },
		{ "version", "version", &c->version, c->version.packages == 0, c->version.packages },
		{ "supplier", "supplier", &c->supplier, c->supplier.packages == 0, c->supplier.packages },
		{ "unique-identifier", "unique identifier", &c->identifier, c->identifier.packages == 0,
		  c->identifier.packages },
		{ "dependency-relationship", "dependency relationship", &c->relation,
		  c->relation.packages == 0, c->relation.packages },
		{ "references", "references that resolve", NULL, c->dangling == 0, c->dangling },
		{ "licence-expressions", "licences that are expressions", NULL, c->bad_licences == 0,
		  c->bad_licences },
		{ "schema", "valid by its format's schema", NULL, c->fault.n == 0, 1 },
	};

	memcpy(rows, all, sizeof(all));
}

static void put_row(struct layout *l, const struct sbom_check *c, const struct row *r)
{
	layout_indent(l, 2);
	layout_text(l, r->said ? STYLE_GOOD : STYLE_BAD, r->said ? "yes" : "no ");
	layout_text(l, STYLE_PLAIN, r->label);
	if (!r->said && r->lack)
		layout_printf(l, STYLE_PLAIN, "missing in %s of %s:", COUNT_TEXT(r->count),
		              COUNT_TEXT(c->packages));
	else if (!r->said && r->count > 1)
		layout_printf(l, STYLE_PLAIN, "(%s)", COUNT_TEXT(r->count));
	for (size_t i = 0; r->lack && i < r->lack->named_len; i++)
		layout_word(l, STYLE_FAINT, r->lack->named[i],
		            i + 1 < r->lack->named_len || r->lack->packages > r->lack->named_len ? ","
		                                                                                 : "");
	if (r->lack && r->lack->packages > r->lack->named_len)
		layout_text(l, STYLE_FAINT, "…");
	layout_end(l);
}

static void put_fault(struct layout *l, bytes fault)
{
	if (fault.n == 0)
		return;
	layout_indent(l, 4);
	layout_word(l, STYLE_FAINT, fault, "");
	layout_end(l);
}

void sbom_check_text(const struct sbom_check *c, bytes name, const struct terminal *terminal,
                     struct stream *out)
{
	struct layout l = { .out = out, .terminal = terminal };
	struct row rows[ROWS];

	make_rows(c, rows);
	stream_show(out, name);
	stream_puts(out, ": ");
	stream_show(out, c->format.n > 0 ? c->format : BYTES("an image"));
	stream_printf(out, ", %s packages\n", COUNT_TEXT(c->packages));
	layout_heading(&l, "NTIA minimum elements");
	for (size_t i = 0; i < ROWS; i++)
		put_row(&l, c, &rows[i]);
	put_fault(&l, c->fault);
}

void sbom_check_json(const struct sbom_check *c, bytes name, struct stream *out)
{
	struct json_writer w;
	struct row rows[ROWS];

	make_rows(c, rows);
	json_write_init(&w, out);
	json_write_object(&w, NULL);
	json_write_u64(&w, "schema", 1);
	json_write_octets(&w, "target", name);
	json_write_some(&w, "format", c->format);
	json_write_u64(&w, "packages", c->packages);
	json_write_bool(&w, "complete", sbom_is_complete(c));
	json_write_some(&w, "fault", c->fault);
	json_write_array(&w, "elements");
	for (size_t i = 0; i < ROWS; i++) {
		json_write_object(&w, NULL);
		json_write_text(&w, "name", rows[i].name);
		json_write_bool(&w, "present", rows[i].said);
		json_write_u64(&w, "missing", rows[i].said ? 0 : rows[i].count);
		if (rows[i].lack) {
			json_write_array(&w, "packages");
			for (size_t k = 0; k < rows[i].lack->named_len; k++)
				json_write_str(&w, NULL, rows[i].lack->named[k]);
			json_write_end(&w);
		}
		json_write_end(&w);
	}
	json_write_end(&w);
	json_write_end(&w);
}
