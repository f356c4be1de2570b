/* SPDX-License-Identifier: Apache-2.0 */
/* catalog_fixture - an image made of files in memory, read the way the engine reads a layer: tar
 * events, dispatch, evidence, merge. Only the worker process and the tar format are left out. */
#pragma once

#include "unit.h"

#include "catalog/facts.h"
#include "image/merge.h"

/* A test of another room names its own inspectors before it includes this. */
#ifndef FIXTURE_INSPECTORS
#define FIXTURE_INSPECTORS catalog_inspectors
#endif

struct fixture {
	struct image image;
	struct arena arena;
	struct facts facts;
	struct merge merge;
};

struct fixture_file {
	const char *path;
	const char *body; /* of a file */
	const char *link; /* a symbolic link, when set */
	size_t size;      /* of body; 0: a C string */
	uint32_t mode;    /* 0: 0644 */
};

static inline void fixture_init(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	f->image.tree = tree_new();
	merge_init(&f->merge, &f->image, FIXTURE_INSPECTORS);
}

static inline void fixture_done(struct fixture *f)
{
	merge_done(&f->merge);
	tree_free(f->image.tree);
	arena_done(&f->image.arena);
	arena_done(&f->arena);
}

static inline void fixture_keep(void *ctx, bytes records)
{
	buf_put(ctx, records);
}

struct fixture_source {
	bytes rest;
};

static inline int fixture_next(void *ctx, bytes *out, err *e)
{
	struct fixture_source *s = ctx;

	(void)e;
	*out = s->rest;
	s->rest = bytes_of(NULL, 0);
	return out->n > 0;
}

static inline void fixture_entry(struct dispatch *d, const struct fixture_file *file)
{
	bytes body = file->size ? bytes_of(file->body, file->size) : bytes_str(file->body);
	struct tar_entry entry = { .type = file->link ? TAR_SYMLINK : TAR_FILE,
		                       .mode = file->mode ? file->mode : 0644,
		                       .name = bytes_str(file->path),
		                       .link = bytes_str(file->link),
		                       .size = body.n,
		                       .stored = body.n };
	err e = { 0 };

	if (dispatch_events.entry(d, &entry, &e) < 0 || dispatch_events.data(d, body, &e) < 0 ||
	    dispatch_events.end(d, &e) < 0)
		fail_msg("%s: %s", file->path, e.text);
}

/* fixture_read(files, aliases, records): what a worker answers about a layer of these files. */
static inline void fixture_read(const struct fixture_file *files, const struct aliases *aliases,
                                buf *records)
{
	struct arena a = ARENA_INIT;
	struct dispatch_options options = { .inspectors = FIXTURE_INSPECTORS,
		                                .aliases = aliases,
		                                .spool_fd = -1,
		                                .flush = fixture_keep,
		                                .ctx = records };
	struct dispatch *d = dispatch_new(&a, &options);

	for (size_t i = 0; files[i].path; i++)
		fixture_entry(d, &files[i]);
	dispatch_finish(d, 0, 0);
	dispatch_done(d);
	arena_done(&a);
}

/* fixture_layer(f, files): one more layer; the list ends with a NULL path. Wanted links to entries
 * that were not looked at are read again, as the engine does; in these files only. */
static inline void fixture_layer(struct fixture *f, const struct fixture_file *files)
{
	uint16_t layer = (uint16_t)f->image.layers.len;
	buf records = BUF_INIT(64 * MIB), again = BUF_INIT(64 * MIB);
	struct aliases aliases[16] = { { 0 } };
	err e = { 0 };

	fixture_read(files, NULL, &records);
	(void)ARENA_PUSH(&f->image.arena, &f->image.layers);
	struct fixture_source first = { buf_bytes(&records) };
	struct record_source source = { .next = fixture_next, .ctx = &first };

	if (merge_layer(&f->merge, layer, &source, &e) < 0)
		fail_msg("layer %u: %s", layer, e.text);
	merge_fixed_paths(&f->merge);
	(void)merge_second_reads(&f->merge, aliases);
	if (aliases[layer].len > 0) {
		fixture_read(files, &aliases[layer], &again);
		struct fixture_source second = { buf_bytes(&again) };

		source.ctx = &second;
		if (merge_again(&f->merge, layer, aliases[layer].len, &source, &e) < 0)
			fail_msg("layer %u again: %s", layer, e.text);
		buf_done(&again);
	}
	buf_done(&records);
}

/* fixture_collect(f): all facts of the layers so far. */
static inline const struct facts *fixture_collect(struct fixture *f)
{
	err e = { 0 };

	if (catalog_collect(&f->image, &f->arena, &f->facts, &e) < 0)
		fail_msg("%s", e.text);
	return &f->facts;
}

/* fixture_database(f, os_release, path, body): facts of an image of these two files. */
static inline void fixture_database(struct fixture *f, const char *os_release, const char *path,
                                    bytes body)
{
	fixture_init(f);
	fixture_layer(
		f, (struct fixture_file[]){ { .path = "etc/os-release", .body = os_release },
	                                { .path = path, .body = (const char *)body.p, .size = body.n },
	                                { 0 } });
	fixture_collect(f);
}

/* fixture_edges(f): "a>b a>c": who needs whom, by name; valid until the next call. */
static inline const char *fixture_edges(const struct fixture *f)
{
	static char out[4096];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < f->facts.edges.len; i++) {
		const struct package_edge *edge = &f->facts.edges.items[i];

		assert_true(edge->from < f->facts.packages.len && edge->to < f->facts.packages.len);
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s" PRIb ">" PRIb, n ? " " : "",
		                      BYTESF(f->facts.packages.items[edge->from].name),
		                      BYTESF(f->facts.packages.items[edge->to].name));
		assert_true(n < sizeof(out));
	}
	return out;
}

/* fixture_package(f, name): the first package of this name, NULL when there is none. */
static inline const struct package *fixture_package(const struct fixture *f, const char *name)
{
	for (size_t i = 0; i < f->facts.packages.len; i++)
		if (bytes_is(f->facts.packages.items[i].name, name))
			return &f->facts.packages.items[i];
	return NULL;
}

/* fixture_owner(f, path): the name of the package that the file at path belongs to, "" when
 * none. */
static inline bytes fixture_owner(const struct fixture *f, const char *path)
{
	uint32_t node = tree_find(f->image.tree, bytes_str(path), false);
	uint32_t owner = node == TREE_NONE ? 0 : tree_get(f->image.tree, node)->package;

	return owner ? f->facts.packages.items[owner - 1].name : BYTES("");
}

static inline bool fixture_has(bytes text, const char *part)
{
	return bytes_search(text, bytes_str(part)) < text.n;
}

/* fixture_gaps(f, part): how many gaps, of the engine and the collectors, contain this text. */
static inline size_t fixture_gaps(const struct fixture *f, const char *part)
{
	size_t n = 0;

	for (size_t i = 0; i < f->image.gaps.len; i++)
		n += fixture_has(f->image.gaps.items[i].text, part);
	for (size_t i = 0; i < f->facts.gaps.len; i++)
		n += fixture_has(f->facts.gaps.items[i].text, part);
	return n;
}

/* fixture_shared(name), fixture_shared_n(name, out_n): a file of the folder of real data with
 * known answers ($OAKUM_SHARED, else ../shared/data beside the source tree), as a C string for
 * the caller to free; its length when out_n is not NULL. NULL when it is absent: the test skips.
 * The tests run in any folder, so meson passes OAKUM_SHARED. */
static inline char *fixture_shared_n(const char *name, size_t *out_n)
{
	const char *dir = getenv("OAKUM_SHARED");
	char path[4096];
	char *text = NULL;
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/%s", dir ? dir : "../shared/data", name);
	FILE *f = fopen(path, "rb");

	if (!f)
		return NULL;
	text = malloc((size_t)8 << 20);
	assert_non_null(text);
	n = fread(text, 1, ((size_t)8 << 20) - 1, f);
	fclose(f);
	text[n] = '\0';
	if (out_n)
		*out_n = n;
	return text;
}

static inline char *fixture_shared(const char *name)
{
	return fixture_shared_n(name, NULL);
}

/* fixture_part(archive, name): the file `name` of a txtar archive ("-- NAME --" lines), cut out in
 * place; NULL when there is none. */
static inline char *fixture_part(const char *archive, const char *name)
{
	char mark[256];

	snprintf(mark, sizeof(mark), "-- %s --\n", name);
	const char *from = strstr(archive, mark);

	if (!from)
		return NULL;
	from += strlen(mark);
	const char *to = strstr(from, "\n-- ");
	size_t n = to ? (size_t)(to - from) + 1 : strlen(from);

	return strndup(from, n);
}
