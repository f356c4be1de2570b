/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/read.h"

#include "base/limits.h"
#include "sbom/parts.h"
#include "sbom/reader.h"

#include <stdlib.h>

bytes reader_str(const struct reader *r, json object, const char *name)
{
	return json_bytes(json_get(object, name), r->arena);
}

/* "pkg:deb/debian/…": deb. What has no purl has the type of what it is. */
static bytes type_of(const struct sbom_package *p)
{
	bytes rest = p->purl, type;

	if (bytes_take_prefix(&rest, BYTES("pkg:")) && bytes_take_until(&rest, '/', &type))
		return type;
	return p->kind == SBOM_OPERATING_SYSTEM ? BYTES("os") : BYTES("generic");
}

bool reader_is_image(bytes purl)
{
	return purl.n == 0 || bytes_starts(purl, BYTES("pkg:oci/")) ||
	       bytes_starts(purl, BYTES("pkg:docker/"));
}

int reader_add(struct reader *r, bytes id, struct sbom_package *p, err *e)
{
	if (p->name.n == 0)
		return 0;
	p->type = type_of(p);
	void **seen = map_put(&r->seen, bytes_str(parts_id(p, r->arena)));
	struct reader_id *index = *seen;

	if (!index) {
		if (r->out->packages.len >= LIMIT_SBOM_PACKAGES)
			return err_set(e, ERR_LIMIT, 0, "more than %u packages", (unsigned)LIMIT_SBOM_PACKAGES);
		*seen = index = arena_new(r->arena, struct reader_id);
		index->index = (uint32_t)r->out->packages.len;
		*ARENA_PUSH(r->arena, &r->out->packages) = *p;
	}
	if (id.n > 0)
		*map_put(&r->ids, id) = index;
	return 0;
}

int reader_edge(struct reader *r, bytes from, bytes to, err *e)
{
	const struct reader_id *f = map_get(&r->ids, from), *t = map_get(&r->ids, to);

	if (!f || !t || f->index == t->index)
		return 0;
	if (r->out->edges.len >= LIMIT_SBOM_PACKAGES)
		return err_set(e, ERR_LIMIT, 0, "more than %u dependencies", (unsigned)LIMIT_SBOM_PACKAGES);
	*ARENA_PUSH(r->arena, &r->out->edges) = (struct sbom_edge){ f->index, t->index };
	return 0;
}

static digest digest_or_none(bytes text)
{
	digest d = { 0 };
	err ignored = { 0 }; /* what is no digest is none: the layer is then not named */

	return digest_parse(text, &d, &ignored) == 0 ? d : (digest){ 0 };
}

uint16_t reader_layer(struct reader *r, bytes blob, bytes diff_id)
{
	const struct sbom_layer layer = { digest_or_none(blob), digest_or_none(diff_id) };
	const digest *key = digest_size(&layer.blob) > 0 ? &layer.blob : &layer.diff_id;

	if (digest_size(key) == 0 || r->out->layers.len >= SBOM_NO_LAYER)
		return SBOM_NO_LAYER;
	struct reader_id *known = map_get(&r->layers, bytes_str(DIGEST_TEXT(key)));

	if (!known) {
		known = arena_new(r->arena, struct reader_id);
		known->index = (uint32_t)r->out->layers.len;
		*ARENA_PUSH(r->arena, &r->out->layers) = layer;
		*map_put(&r->layers, arena_bytes(r->arena, bytes_str(DIGEST_TEXT(key)))) = known;
	}
	return (uint16_t)known->index;
}

/* -- the bill ---------------------------------------------------------------------------------- */

static void package(const void *ctx, size_t i, struct arena *scratch, struct sbom_package *out)
{
	const struct sbom_document *document = ctx;

	(void)scratch;
	*out = document->packages.items[i];
}

static int compare_edges(const void *left, const void *right)
{
	const struct sbom_edge *a = left, *b = right;
	int c = (a->from > b->from) - (a->from < b->from);

	return c ? c : (a->to > b->to) - (a->to < b->to);
}

static void sort_edges(struct sbom_document *d)
{
	size_t kept = 0;

	if (d->edges.len > 0)
		qsort(d->edges.items, d->edges.len, sizeof(*d->edges.items), compare_edges);
	for (size_t i = 0; i < d->edges.len; i++)
		if (kept == 0 || compare_edges(&d->edges.items[kept - 1], &d->edges.items[i]) != 0)
			d->edges.items[kept++] = d->edges.items[i];
	d->edges.len = kept;
}

/* An in-toto statement (v0.1 and v1) holds the bill as its predicate: what BuildKit attaches. */
static json unwrapped(const struct reader *r, json root)
{
	bytes type = reader_str(r, root, "predicateType");
	bool bill = bytes_starts(type, BYTES("https://spdx.dev/Document")) ||
	            bytes_starts(type, BYTES("https://cyclonedx.org/bom"));

	return bill ? json_get(root, "predicate") : root;
}

int sbom_read(bytes text, struct arena *a, struct sbom_document *out, err *e)
{
	struct json_doc doc;
	struct reader r = { .out = out, .arena = a };

	*out = (struct sbom_document){ 0 };
	map_init(&r.ids, a);
	map_init(&r.seen, a);
	map_init(&r.layers, a);
	if (json_parse(text, a, &doc, e) < 0)
		return -1;
	json root = unwrapped(&r, json_root(&doc));

	out->is_spdx = reader_str(&r, root, "spdxVersion").n > 0;
	out->version = reader_str(&r, root, out->is_spdx ? "spdxVersion" : "specVersion");
	if (!out->is_spdx && !bytes_is(reader_str(&r, root, "bomFormat"), "CycloneDX"))
		return err_set(e, ERR_FORMAT, 0, "neither SPDX nor CycloneDX");
	if ((out->is_spdx ? spdx_read(&r, root, e) : cyclonedx_read(&r, root, e)) < 0)
		return -1;
	sort_edges(out);
	out->bill.tool_version = OAKUM_VERSION;
	out->bill.layers = out->layers.items;
	out->bill.layers_len = out->layers.len;
	out->bill.packages = out->packages.len;
	out->bill.edges = out->edges.items;
	out->bill.edges_len = out->edges.len;
	out->bill.ctx = out;
	out->bill.package = package;
	return 0;
}
