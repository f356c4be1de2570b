/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/bill.h"

#include "base/limits.h"
#include "base/path.h"
#include "flow/survey.h"
#include "sbom/file_digests.h"
#include "sys/file.h"

#include <stdlib.h>
#include <unistd.h>

/* The distribution is the bill's first package when it is known. */
static size_t before_packages(const struct bill *bill)
{
	return bill->facts.os.known ? 1 : 0;
}

/* os-release(5): an ID that is not set means "linux". */
static void show_distribution(const struct bill *bill, struct arena *scratch,
                              struct sbom_package *out)
{
	const struct os_release *os = &bill->facts.os;

	out->kind = SBOM_OPERATING_SYSTEM;
	out->type = BYTES("os");
	out->name = os->id.n > 0 ? os->id : BYTES("linux");
	out->version = os->version_id;
	out->path = tree_path(bill->image.tree, os->node, scratch);
	out->layer = tree_get(bill->image.tree, os->node)->layer;
}

static void show_package(const void *ctx, size_t i, struct arena *scratch, struct sbom_package *out)
{
	const struct bill *bill = ctx;
	size_t before = before_packages(bill);

	if (i < before) {
		show_distribution(bill, scratch, out);
		return;
	}
	sbom_package_of(&bill->facts.packages.items[bill->shown[i - before]], scratch, out);
}

static bool next_file(const void *ctx, size_t *at, struct arena *scratch, struct sbom_file *out)
{
	const struct bill *bill = ctx;
	const struct tree *tree = bill->image.tree;

	while (*at < tree_count(tree)) {
		uint32_t node = (uint32_t)(*at)++;
		const struct tree_node *n = tree_get(tree, node);

		if (n->type != ENTRY_FILE || n->flags & TREE_HIDDEN)
			continue;
		*out = (struct sbom_file){ .path = tree_path(tree, node, scratch),
			                       .size = n->size,
			                       .layer = n->layer,
			                       .owner = n->package ? bill->number[n->package - 1] : 0 };
		const struct image_item *item = bill->hashed[tree_content(tree, node)];

		if (n->size == 0)
			file_digests_of_nothing(&out->sha1, &out->sha256);
		else if (item)
			(void)!file_digests_of(item->payload, &out->sha1, &out->sha256); /* checked before */
		return true;
	}
	return false;
}

static void choose_packages(struct bill *bill)
{
	size_t n = bill->facts.packages.len;

	bill->shown = arena_array(&bill->image.arena, uint32_t, n);
	bill->number = arena_array(&bill->image.arena, uint32_t, n);
	bill->shown_len = 0;
	for (size_t i = 0; i < n; i++) {
		const struct package *p = &bill->facts.packages.items[i];

		if (p->hidden || p->assetless)
			continue;
		bill->shown[bill->shown_len++] = (uint32_t)i;
		bill->number[i] = (uint32_t)(before_packages(bill) + bill->shown_len);
	}
}

/* hash_files(bill, e): which item has the digests of which file. */
static int hash_files(struct bill *bill, err *e)
{
	const struct image_item *item;
	digest sha1, sha256;

	bill->hashed = arena_zero_array(&bill->image.arena, tree_count(bill->image.tree),
	                                sizeof(*bill->hashed));
	for (size_t at = 0; (item = facts_next_item(&bill->image, file_digests_inspector.id, &at));) {
		if (item->node == TREE_NONE || !file_digests_of(item->payload, &sha1, &sha256))
			return err_set(e, ERR_BUG, 0, "a worker gave digests that are none");
		if (!facts_item_hidden(&bill->image, item))
			bill->hashed[item->node] = item;
	}
	return 0;
}

/* -- who needs whom ---------------------------------------------------------------------------- */

/* A walk from one package to those that it needs. */
struct needs {
	struct bill *bill;
	const uint32_t
		*first;     /* of each of facts.packages: where its edges begin; one more at the end */
	uint32_t *seen; /* of each: which walk came by last, counted from 1 */
	struct {
		uint32_t *items;
		size_t len, cap;
	} waiting;
	struct {
		struct sbom_edge *items;
		size_t len, cap;
	} edges;
	uint64_t steps;
};

static const uint32_t *first_edges(const struct facts *facts, struct arena *a)
{
	uint32_t *first = arena_array(a, uint32_t, facts->packages.len + 1);
	size_t at = 0;

	for (size_t i = 0; i <= facts->packages.len; i++) {
		while (at < facts->edges.len && facts->edges.items[at].from < i)
			at++;
		first[i] = (uint32_t)at;
	}
	return first;
}

/* What a package without files needs is needed by those that need it: a NuGet metapackage stands
 * for what it brings. A hidden package is not in the image, so nothing leads to it or through
 * it. */
static void walk(struct needs *n, uint32_t from)
{
	const struct facts *facts = &n->bill->facts;
	struct arena *a = &n->bill->image.arena;

	n->waiting.len = 0;
	*ARENA_PUSH(a, &n->waiting) = from;
	n->seen[from] = from + 1;
	while (n->waiting.len > 0) {
		uint32_t at = n->waiting.items[--n->waiting.len];

		for (uint32_t i = n->first[at]; i < n->first[at + 1] && n->steps > 0; i++, n->steps--) {
			uint32_t to = facts->edges.items[i].to;

			if (n->seen[to] == from + 1)
				continue;
			n->seen[to] = from + 1;
			if (n->bill->number[to] > 0)
				*ARENA_PUSH(a, &n->edges) = (struct sbom_edge){ n->bill->number[from] - 1,
					                                            n->bill->number[to] - 1 };
			else if (facts->packages.items[to].assetless && !facts->packages.items[to].hidden)
				*ARENA_PUSH(a, &n->waiting) = to;
		}
	}
}

static int compare_edges(const void *left, const void *right)
{
	const struct sbom_edge *a = left, *b = right;
	int c = (a->from > b->from) - (a->from < b->from);

	return c ? c : (a->to > b->to) - (a->to < b->to);
}

static void choose_edges(struct bill *bill)
{
	struct arena *a = &bill->image.arena;
	struct needs n = { .bill = bill,
		               .first = first_edges(&bill->facts, a),
		               .seen = arena_array(a, uint32_t, bill->facts.packages.len),
		               .steps = LIMIT_EDGES };

	for (uint32_t i = 0; i < bill->facts.packages.len; i++)
		if (bill->number[i] > 0)
			walk(&n, i);
	bill->gaps += n.steps == 0;
	if (n.edges.len > 0)
		qsort(n.edges.items, n.edges.len, sizeof(*n.edges.items), compare_edges);
	bill->sbom.edges = n.edges.items;
	bill->sbom.edges_len = n.edges.len;
}

/* What the source calls the image when that is a whole name; else the file or folder and the tag in
 * it, without the folders above, so that the bill is the same wherever the image lies. */
static bytes name_of(const struct image *image, struct arena *a)
{
	bytes reference = image->reference, path = bytes_str(image->target.path);

	if (path.n == 0 || bytes_find(reference, '/') < reference.n ||
	    bytes_find(reference, ':') < reference.n)
		return reference.n > 0 ? reference : bytes_str(image->target.text);
	while (path.n > 1 && bytes_ends(path, BYTES("/")))
		path.n--;
	path = path_base(path);
	if (reference.n == 0)
		return path;
	return bytes_str(arena_printf(a, PRIb ":%s", BYTESF(path), arena_str(a, reference)));
}

void bill_show(struct bill *bill, const struct bill_options *options)
{
	const struct image *image = &bill->image;
	struct sbom *s = &bill->sbom;
	size_t layers = image->layers.len;

	choose_packages(bill);
	bill->gaps = image->gaps_total + bill->facts.gaps_total;
	*s = (struct sbom){ .name = name_of(image, &bill->image.arena),
		                .os = image->platform.os,
		                .architecture = image->platform.architecture,
		                .created = options->now,
		                .tool_version = options->tool_version,
		                .layers = arena_array(&bill->image.arena, struct sbom_layer, layers),
		                .layers_len = layers,
		                .packages = before_packages(bill) + bill->shown_len,
		                .ctx = bill,
		                .package = show_package,
		                .next_file = options->files ? next_file : NULL };
	s->image = digest_size(&image->manifest) > 0 ? image->manifest : image->config_digest;
	choose_edges(bill);
	for (size_t i = 0; i < layers; i++)
		s->layers[i] = (struct sbom_layer){ image->layers.items[i].blob,
			                                image->layers.items[i].diff_id };
}

int bill_make(const struct target *target, const struct bill_options *options, struct bill *out,
              err *e)
{
	const struct inspector *inspectors[INSPECTORS_MOST + 1];
	struct image_options image = options->image;

	*out = (struct bill){ 0 };
	if (options->files) {
		survey_inspectors(&file_digests_inspector, inspectors);
		image.inspectors = inspectors;
		file_digests_prepare();
	}
	if (survey(target, &image, &out->image, &out->facts, e) < 0)
		return -1;
	if (options->files && hash_files(out, e) < 0) {
		image_done(&out->image);
		return -1;
	}
	bill_show(out, options);
	return 0;
}

void bill_done(struct bill *bill)
{
	image_done(&bill->image);
}

/* An archive begins with the name of its first file. */
static bool begins_like_bill(bytes head)
{
	if (bytes_starts(head, BYTES("\xff\xfe")) || bytes_starts(head, BYTES("\xfe\xff")))
		return true; /* UTF-16: whoever reads it says so */
	(void)bytes_take_prefix(&head, BYTES("\xef\xbb\xbf")); /* a mark that may be there */
	head = bytes_trim(head);
	return bytes_starts(head, BYTES("{")) || bytes_starts(head, BYTES("<")) ||
	       bytes_starts(head, BYTES("#")) || bytes_starts(head, BYTES("SPDXVersion:"));
}

int bill_target(const char *text, struct arena *a, struct target *out, err *e)
{
	err ignored = { 0 }; /* whoever opens it next says why it cannot be */
	uint8_t head[64];

	if (target_parse(text, a, out, e) < 0)
		return -1;
	if (out->kind != TARGET_ARCHIVE)
		return 0;
	auto_fd fd = file_open_read(out->path, &ignored);
	ssize_t n = fd < 0 ? 0 : read(fd, head, sizeof(head));

	if (n > 0 && begins_like_bill(bytes_of(head, (size_t)n)))
		out->kind = TARGET_SBOM;
	return 0;
}
