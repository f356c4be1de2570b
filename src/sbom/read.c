/* SPDX-License-Identifier: Apache-2.0 */
#include "sbom/read.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "sbom/parts.h"
#include "sbom/reader.h"

#include <stdlib.h>

bytes reader_keep(struct reader *r, bytes text)
{
	return text.n > 0 ? arena_bytes(r->arena, text) : text;
}

bool reader_is_image(bytes purl)
{
	return purl.n == 0 || bytes_starts(purl, BYTES("pkg:oci/")) ||
	       bytes_starts(purl, BYTES("pkg:docker/"));
}

/* -- packages ---------------------------------------------------------------------------------- */

/* "pkg:deb/debian/…": deb. What has no purl has the type of what it is. */
static bytes type_of(const struct sbom_package *p)
{
	bytes rest = p->purl, type;

	if (bytes_take_prefix(&rest, BYTES("pkg:")) && bytes_take_until(&rest, '/', &type))
		return type;
	return p->kind == SBOM_OPERATING_SYSTEM ? BYTES("os") : BYTES("generic");
}

/* The first of these tell one package from another. */
static void pack_package(buf *b, struct sbom_package *p, bytes *out_identity)
{
	const bytes *text;

	buf_clear(b);
	pack_u64(b, p->kind);
	pack_bytes(b, p->name);
	pack_bytes(b, p->version);
	pack_bytes(b, p->purl);
	pack_bytes(b, p->path);
	size_t identity = b->n;

	pack_u64(b, p->layer);
	pack_u64(b, p->overridden);
	pack_u64(b, p->owned_by_system);
	for (size_t i = 0; (text = parts_text(p, i)) != NULL; i++)
		pack_bytes(b, *text);
	*out_identity = bytes_slice(buf_bytes(b), 0, identity);
}

static bool unpack_package(bytes in, struct sbom_package *p)
{
	uint32_t kind, layer;
	bytes *text;

	if (!pack_take_u32(&in, SBOM_OPERATING_SYSTEM, &kind) ||
	    !pack_take_bytes(&in, in.n, &p->name) || !pack_take_bytes(&in, in.n, &p->version) ||
	    !pack_take_bytes(&in, in.n, &p->purl) || !pack_take_bytes(&in, in.n, &p->path) ||
	    !pack_take_u32(&in, SBOM_NO_LAYER, &layer) || !pack_take_bool(&in, &p->overridden) ||
	    !pack_take_bool(&in, &p->owned_by_system))
		return false;
	for (size_t i = 0; (text = parts_text(p, i)) != NULL; i++)
		if (!pack_take_bytes(&in, in.n, text))
			return false;
	p->kind = (enum sbom_kind)kind;
	p->layer = (uint16_t)layer;
	p->type = type_of(p);
	return true;
}

int reader_add(struct reader *r, bytes id, struct sbom_package *p, err *e)
{
	struct pile *pile = &r->out->packages;
	bytes identity;

	if (p->name.n == 0) {
		r->out->nameless++;
		return 0;
	}
	pack_package(&r->record, p, &identity);
	uint32_t *number = index_put(&r->seen, hash_bytes(identity));

	if (*number == 0) {
		if (pile_count(pile) >= LIMIT_SBOM_PACKAGES)
			return err_set(e, ERR_LIMIT, 0, "more than %u packages", (unsigned)LIMIT_SBOM_PACKAGES);
		if (!pile_add(pile, buf_bytes(&r->record)))
			return err_set(e, ERR_IO, 0,
			               "the packages do not fit into the folder for temporary files");
		*number = (uint32_t)pile_count(pile);
	}
	if (id.n > 0)
		*index_put(&r->ids, hash_bytes(id)) = *number;
	return 0;
}

void reader_check_expression(struct reader *r, bytes text)
{
	if (text.n > 0 && !bytes_starts(text, BYTES("LicenseRef-")) &&
	    !bytes_starts(text, BYTES("DocumentRef-")))
		r->out->bad_licences += licence_of(text, &r->scratch).kind == LICENCE_TEXT;
}

int reader_text(struct reader *r, bytes ref, bytes text, err *e)
{
	r->texts_size += ref.n + text.n;
	if (r->texts_size > LIMIT_SBOM_TEXTS)
		return err_set(e, ERR_LIMIT, 0, "more than %u MiB of licence texts",
		               (unsigned)(LIMIT_SBOM_TEXTS / MIB));
	bytes *kept = arena_new(r->arena, bytes);

	*kept = reader_keep(r, text);
	*map_put(&r->out->texts, reader_keep(r, ref)) = kept;
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
	uint16_t *known = map_get(&r->layers, bytes_str(DIGEST_TEXT(key)));

	if (!known) {
		known = arena_new(r->arena, uint16_t);
		*known = (uint16_t)r->out->layers.len;
		*ARENA_PUSH(r->arena, &r->out->layers) = layer;
		*map_put(&r->layers, reader_keep(r, bytes_str(DIGEST_TEXT(key)))) = known;
	}
	return *known;
}

void reader_related(struct reader *r, uint64_t id)
{
	*index_put(&r->related, id) = 1;
}

/* -- edges ------------------------------------------------------------------------------------- */

int reader_edge(struct reader *r, uint64_t from, uint64_t to, err *e)
{
	const struct reader_edge edge = { from, to };

	if (r->edges.n / sizeof(edge) >= LIMIT_SBOM_EDGES)
		return err_set(e, ERR_LIMIT, 0, "more than %u dependencies", (unsigned)LIMIT_SBOM_EDGES);
	buf_put(&r->edges, bytes_of(&edge, sizeof(edge)));
	return 0;
}

static int compare_edges(const void *left, const void *right)
{
	const struct sbom_edge *a = left, *b = right;
	int c = (a->from > b->from) - (a->from < b->from);

	return c ? c : (a->to > b->to) - (a->to < b->to);
}

/* The number of a package in the bill, where the image does not count; UINT32_MAX: none. */
static uint32_t number_of(const struct reader *r, uint64_t id)
{
	uint32_t number = index_get(&r->ids, id);

	if (number == 0 || number - 1 == r->out->image)
		return UINT32_MAX;
	return number - 1 - (number - 1 > r->out->image);
}

/* The image's id belongs to no package when CycloneDX names it apart. */
static bool is_known(const struct reader *r, uint64_t id)
{
	return id == r->root || index_get(&r->ids, id) > 0;
}

static void find_related(struct reader *r)
{
	size_t n = r->out->bill.packages, at = 0;
	uint64_t hash;

	r->out->related = (buf)BUF_INIT(SIZE_MAX / 2);
	memset(buf_room(&r->out->related, n + 1), 0, n + 1);
	while (index_each(&r->related, &at, &hash)) {
		uint32_t number = number_of(r, hash);

		if (number < n)
			r->out->related.p[number] = true;
	}
}

/* Ids become numbers where they stand: an edge is half as long as what it was made of. */
static void resolve_edges(struct reader *r)
{
	struct sbom_edge *edges = (struct sbom_edge *)(void *)r->edges.p;
	size_t n = r->edges.n / sizeof(struct reader_edge), len = 0, kept = 0;
	bool sorted = true;

	for (size_t i = 0; i < n; i++) {
		struct reader_edge ids;

		memcpy(&ids, r->edges.p + i * sizeof(ids), sizeof(ids));
		const struct sbom_edge edge = { number_of(r, ids.from), number_of(r, ids.to) };

		r->out->dangling += !is_known(r, ids.from) || !is_known(r, ids.to);

		if (edge.from == UINT32_MAX || edge.to == UINT32_MAX || edge.from == edge.to)
			continue;
		sorted &= len == 0 || compare_edges(&edges[len - 1], &edge) <= 0;
		edges[len++] = edge;
	}
	if (!sorted) /* what we wrote is; sorting takes as much memory again */
		qsort(edges, len, sizeof(*edges), compare_edges);
	for (size_t i = 0; i < len; i++)
		if (kept == 0 || compare_edges(&edges[kept - 1], &edges[i]) != 0)
			edges[kept++] = edges[i];
	r->out->edges = r->edges;
	r->edges = (buf)BUF_INIT(0);
	r->out->bill.edges = edges;
	r->out->bill.edges_len = kept;
}

/* -- the bill ---------------------------------------------------------------------------------- */

static void get_package(struct sbom_document *d, size_t i, struct arena *a,
                        struct sbom_package *out)
{
	*out = (struct sbom_package){ .layer = SBOM_NO_LAYER };
	/* What cannot be read back (the disk failed) has no name, as nothing else in the pile. */
	(void)!unpack_package(pile_get(&d->packages, i, a), out);
	const bytes *text = map_get(&d->texts, out->licence.text);

	out->licence = licence_of(text ? *text : out->licence.text, a);
}

static void package(const void *ctx, size_t i, struct arena *scratch, struct sbom_package *out)
{
	const struct sbom_document *d = ctx;

	/* The pile remembers where it reads; nothing that can be seen from outside changes. */
	get_package((struct sbom_document *)(uintptr_t)d, i + (i >= d->image), scratch, out);
}

void reader_describe(struct reader *r, const struct sbom_package *p)
{
	err ignored = { 0 }; /* a version that is no digest names none */

	r->out->bill.name = reader_keep(r, p->name);
	(void)digest_parse(p->version, &r->out->bill.image, &ignored);
}

/* What an SPDX document describes is the image, when it may be one. */
static void find_image(struct reader *r)
{
	struct arena a = ARENA_INIT;
	struct sbom_package p;
	uint32_t number = r->root ? index_get(&r->ids, r->root) : 0;

	r->out->image = SIZE_MAX;
	if (number > 0) {
		get_package(r->out, number - 1, &a, &p);
		if (reader_is_image(p.purl)) {
			r->out->image = number - 1;
			reader_describe(r, &p);
		}
	}
	arena_done(&a);
}

static int check_version(struct reader *r, err *e)
{
	struct sbom_document *out = r->out;
	bytes v = r->spec_version;
	bool cyclonedx = bytes_is(r->bom_format, "CycloneDX");

	out->is_spdx = r->spdx_version.n > 0;
	out->version = out->is_spdx ? r->spdx_version : v;
	if (out->is_spdx == cyclonedx)
		return err_set(e, ERR_FORMAT, 0, "%s SPDX %s CycloneDX", cyclonedx ? "both" : "neither",
		               cyclonedx ? "and" : "nor");
	if (out->is_spdx ? r->of_cyclonedx : r->of_spdx)
		return err_set(e, ERR_FORMAT, 0, "members of both SPDX and CycloneDX");
	if (out->is_spdx && !bytes_is(out->version, "SPDX-2.2") && !bytes_is(out->version, "SPDX-2.3"))
		return err_set(e, ERR_FORMAT, 0, "'%s': only SPDX-2.2 and SPDX-2.3 are read",
		               SHOW(out->version));
	if (cyclonedx && (v.n != 3 || !bytes_starts(v, BYTES("1.")) || v.p[2] < '2' || v.p[2] > '7'))
		return err_set(e, ERR_FORMAT, 0, "'%s': only CycloneDX 1.2 to 1.7 are read", SHOW(v));
	return 0;
}

static int finish(struct reader *r, err *e)
{
	struct sbom_document *out = r->out;

	if (check_version(r, e) < 0)
		return -1;
	find_image(r);
	resolve_edges(r);
	out->bill.tool_version = OAKUM_VERSION;
	out->bill.layers = out->layers.items;
	out->bill.layers_len = out->layers.len;
	out->bill.packages = pile_count(&out->packages) - (out->image != SIZE_MAX);
	find_related(r);
	out->bill.ctx = out;
	out->bill.package = package;
	return 0;
}

/* -- all --------------------------------------------------------------------------------------- */

static int give_text(void *ctx, bytes *out, err *e)
{
	bytes *text = ctx;

	(void)e;
	*out = bytes_slice(*text, 0, LIMIT_JSON_TOKEN);
	*text = bytes_skip(*text, out->n);
	return 0;
}

struct sbom_source sbom_source_of(bytes *text)
{
	return (struct sbom_source){ give_text, text };
}

/* A source whose first piece has been looked at already, and what it may give in all. */
struct looked_at {
	const struct sbom_source *source;
	bytes first;
	uint64_t given;
};

static int give_looked_at(void *ctx, bytes *out, err *e)
{
	struct looked_at *l = ctx;

	*out = l->first;
	l->first = (bytes){ NULL, 0 };
	if (out->n == 0 && l->source->more(l->source->ctx, out, e) < 0)
		return -1;
	l->given += out->n;
	if (l->given > LIMIT_SBOM)
		return err_set(e, ERR_LIMIT, 0, "a document of more than %u MiB",
		               (unsigned)(LIMIT_SBOM / MIB));
	return 0;
}

/* How a document begins tells what it is; pieces may be of one octet. */
static int look(const struct sbom_source *source, buf *head, err *e)
{
	bytes part;

	do {
		if (source->more(source->ctx, &part, e) < 0 || buf_append(head, part, e) < 0)
			return -1;
	} while (part.n > 0 && bytes_trim(buf_bytes(head)).n < sizeof("SPDXVersion:"));
	return 0;
}

static int read_any(struct reader *r, const struct sbom_source *source, err *e)
{
	buf head = BUF_INIT(2 * LIMIT_JSON_TOKEN);
	int result = look(source, &head, e);
	struct looked_at l = { source, buf_bytes(&head), 0 };
	struct sbom_source again = { give_looked_at, &l };
	bytes begin = bytes_trim(l.first);

	if (result < 0)
		;
	else if (bytes_starts(begin, BYTES("\xff\xfe")) || bytes_starts(begin, BYTES("\xfe\xff")))
		result = err_set(e, ERR_FORMAT, 0, "a document in UTF-16; UTF-8 is read");
	else if (bytes_starts(begin, BYTES("<")))
		result = err_set(e, ERR_FORMAT, 0,
		                 "a document in XML; JSON is read (convert it: 'cyclonedx convert "
		                 "--output-format json', or the SPDX tools' Convert)");
	else if (bytes_starts(begin, BYTES("SPDXVersion:")) || bytes_starts(begin, BYTES("#"))) {
		r->out->is_tag_value = true;
		result = tag_read(r, &again, e);
	} else {
		result = json_read(r, &again, e);
	}
	buf_done(&head);
	return result;
}

void sbom_document_done(struct sbom_document *document)
{
	pile_done(&document->packages);
	buf_done(&document->edges);
	buf_done(&document->related);
}

int sbom_read(const struct sbom_source *source, int fd, struct arena *a, struct sbom_document *out,
              err *e)
{
	struct reader r = { .out = out,
		                .arena = a,
		                .item = BUF_INIT(LIMIT_SBOM_ITEM),
		                .record = BUF_INIT(SIZE_MAX / 2),
		                .edges = BUF_INIT(SIZE_MAX / 2) };

	*out = (struct sbom_document){ 0 };
	pile_init(&out->packages, fd);
	map_init(&out->texts, a);
	map_init(&r.layers, a);
	int result = read_any(&r, source, e) < 0 ? -1 : finish(&r, e);

	buf_done(&r.item);
	buf_done(&r.record);
	buf_done(&r.edges);
	index_done(&r.ids);
	index_done(&r.seen);
	index_done(&r.related);
	arena_done(&r.scratch);
	if (result < 0)
		sbom_document_done(out);
	return result;
}
