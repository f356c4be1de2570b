/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/catalogers.h"

#include <stdlib.h>

/* The one table. The operating system comes first, its packages next: they own their files before a
 * language's cataloger can claim them. */
#define CATALOGERS(X) \
	X(os_release) X(dpkg) X(apk) X(rpm) X(chisel) X(debian_copyright) X(built) X(accounts) \
	X(dotnet) X(dotnet_source) X(golang) X(npm) X(python) X(java) X(rust) X(gem) X(composer) \
	X(elf_note) X(unread)

#define X(name) &catalog_##name,
static const struct cataloger *const catalogers[] = { CATALOGERS(X) NULL };
#undef X

#define X(name) &catalog_##name.inspector,
const struct inspector *const catalog_inspectors[] = { CATALOGERS(X) NULL };
#undef X

/* is_system(p): a package of the distribution, for which os-release says what its version means. */
static bool is_system(const struct package *p)
{
	return p->ecosystem == ECO_DEB || p->ecosystem == ECO_APK || p->ecosystem == ECO_RPM;
}

/* -- order ------------------------------------------------------------------------------------- */

static int compare_identity(const struct package *a, const struct package *b)
{
	int c = (a->ecosystem > b->ecosystem) - (a->ecosystem < b->ecosystem);

	c = c ? c : bytes_compare(a->name, b->name);
	c = c ? c : bytes_compare(a->version, b->version);
	c = c ? c : bytes_compare(a->architecture, b->architecture);
	return c ? c : bytes_compare(a->path, b->path);
}

/* Of the same package in versions of the same file the visible one comes first, then the lowest
 * layer's; equal ones keep the order in which they were found. */
static int compare_packages(const void *left, const void *right, void *ctx)
{
	const struct package *packages = ctx;
	const uint32_t *l = left, *r = right;
	const struct package *a = &packages[*l], *b = &packages[*r];
	int c = compare_identity(a, b);

	c = c ? c : a->hidden - b->hidden;
	c = c ? c : a->layer - b->layer;
	return c ? c : (*l > *r) - (*l < *r);
}

static int compare_edges(const void *left, const void *right)
{
	const struct package_edge *l = left, *r = right;

	return l->from != r->from ? (l->from > r->from) - (l->from < r->from)
	                          : (l->to > r->to) - (l->to < r->to);
}

/* sort_edges(facts, renumbered): renumbered gives index + 1 for index + 1. */
static void sort_edges(struct facts *facts, const uint32_t *renumbered)
{
	struct package_edge *edges = facts->edges.items;
	size_t n = facts->edges.len, kept = 0;

	for (size_t i = 0; i < n; i++)
		edges[i] = (struct package_edge){ renumbered[edges[i].from + 1] - 1,
			                              renumbered[edges[i].to + 1] - 1 };
	if (n > 0)
		qsort(edges, n, sizeof(*edges), compare_edges);
	for (size_t i = 0; i < n; i++)
		if (edges[i].from != edges[i].to &&
		    (kept == 0 || compare_edges(&edges[kept - 1], &edges[i]) != 0))
			edges[kept++] = edges[i];
	facts->edges.len = kept;
}

/* sort_packages(facts, a): sort, drop what is named twice, and give owned files and edges the
 * new numbers. */
static void sort_packages(struct image *image, struct arena *a, struct facts *facts)
{
	size_t n = facts->packages.len, kept = 0;
	uint32_t *order = arena_array(a, uint32_t, n), *renumbered = arena_array(a, uint32_t, n + 1);
	struct package *sorted = arena_array(a, struct package, n);

	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	if (n > 0)
		qsort_r(order, n, sizeof(*order), compare_packages, facts->packages.items);
	for (size_t i = 0; i < n; i++) {
		const struct package *p = &facts->packages.items[order[i]];

		if (kept == 0 || compare_identity(&sorted[kept - 1], p) != 0)
			sorted[kept++] = *p;
		renumbered[order[i] + 1] = (uint32_t)kept;
	}
	for (uint32_t i = 0; i < tree_count(image->tree); i++) {
		uint32_t owner = tree_get(image->tree, i)->package;

		if (owner)
			tree_edit(image->tree, i)->package = owner <= n ? renumbered[owner] : 0;
	}
	sort_edges(facts, renumbered);
	facts->packages.items = sorted;
	facts->packages.len = kept;
	facts->packages.cap = n;
}

/* -- what the image as a whole does not say
 * ------------------------------------------------------- */

static void name_distribution(struct facts *facts)
{
	for (size_t i = 0; i < facts->packages.len; i++) {
		struct package *p = &facts->packages.items[i];

		if (is_system(p) && p->distro_id.n == 0) {
			p->distro_id = facts->os.id;
			p->distro_version = facts->os.version_id;
			p->repository = facts->os.repository;
		}
	}
}

/* A program or a folder of modules that the distribution installed is counted twice: as its package
 * and as what that says of itself. */
static void mark_owned(const struct image *image, struct facts *facts)
{
	for (size_t i = 0; i < facts->packages.len; i++) {
		struct package *p = &facts->packages.items[i];
		uint32_t node = is_system(p) || p->hidden ? TREE_NONE
		                                          : tree_find(image->tree, p->path, false);
		uint32_t owner = node == TREE_NONE ? 0 : tree_get(image->tree, node)->package;

		p->owned_by_system = owner > 0 && is_system(&facts->packages.items[owner - 1]);
	}
}

static void state_image_gap(struct facts *facts, struct arena *a, const char *text)
{
	const struct image_item whole = { .inspector = catalog_os_release.inspector.id,
		                              .node = TREE_NONE };

	facts_gap(facts, a, &whole, "%s", text);
}

/* A silent scanner calls such images clean (snyk-docker-plugin PR 802, chisel issue 148). */
static void state_gaps(const struct image *image, struct arena *a, struct facts *facts)
{
	bool packages = false;

	for (size_t i = 0; i < facts->packages.len && !packages; i++) {
		const struct package *p = &facts->packages.items[i];

		packages = is_system(p) && !p->hidden && !p->noted;
	}
	/* Windows layers: OCI image-spec 1.1, layer.md "Files" and "UtilityVM" of Windows base
	 * layers */
	if (bytes_equal_nocase(image->platform.os, BYTES("windows")) ||
	    tree_find(image->tree, BYTES("Files/Windows"), true) != TREE_NONE ||
	    tree_find(image->tree, BYTES("UtilityVM"), true) != TREE_NONE)
		state_image_gap(facts, a,
		                "a Windows image: its system and installed programs are not read");
	else if (!facts->os.known)
		state_image_gap(facts, a, "no os-release: which distribution this is, if any, is unknown");
	else if (!packages)
		state_image_gap(facts, a,
		                "no package database that names a package: what the distribution "
		                "installed is unknown");
}

int catalog_collect(struct image *image, struct arena *a, struct facts *out, err *e)
{
	*out = (struct facts){ 0 };
	for (size_t i = 0; catalogers[i]; i++)
		if (catalogers[i]->collect(image, a, out, e) < 0)
			return err_wrap(e, "%s", catalogers[i]->inspector.name);
	sort_packages(image, a, out);
	name_distribution(out);
	mark_owned(image, out);
	state_gaps(image, a, out);
	return 0;
}
