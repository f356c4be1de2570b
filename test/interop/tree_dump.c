/* SPDX-License-Identifier: Apache-2.0 */
/* tree_dump - the merged tree of some layers, for comparison with what unpacks them.
 *   tree_dump LAYER.tar...
 * One visible file a line, fields with tabs between: type, mode, uid, gid, size, path, link. What
 * no entry said (an implied folder's mode and owner, sizes of others than files) is "-". Names are
 * expected to be plain. Standard error names the refused entries by their number from 0. */
#include "base/limits.h"
#include "base/path.h"
#include "fmt/tar.h"
#include "image/entries.h"
#include "image/tree.h"

#include <inttypes.h>
#include <stdio.h>

struct dump {
	struct tree *tree;
	unsigned entries;
};

static int on_entry(void *ctx, const struct tar_entry *in, err *e)
{
	struct dump *d = ctx;
	uint8_t path[LIMIT_PATH], link[LIMIT_PATH];
	bool escapes;
	uint32_t node;
	err trouble = { .kind = ERR_NONE };
	struct entry entry = { .type = entries_type_of(in->type),
		                   .link = in->link,
		                   .mode = in->mode,
		                   .uid = entries_id_of(in->uid),
		                   .gid = entries_id_of(in->gid),
		                   .size = in->size };

	if (in->name.n > LIMIT_PATH || in->link.n > LIMIT_PATH)
		return err_set(e, ERR_LIMIT, 0, "a long name");
	entry.path = path_clean(in->name, path, sizeof(path), &escapes);
	if (entry.type == ENTRY_HARDLINK)
		entry.link = path_clean(in->link, link, sizeof(link), &escapes);
	if (tree_apply(d->tree, &entry, &node, &trouble) < 0)
		fprintf(stderr, "%u %s\n", d->entries, trouble.text);
	d->entries++;
	return 0;
}

static int on_end(void *ctx, err *e)
{
	(void)ctx;
	(void)e;
	return 0;
}

static int read_layer(struct dump *d, const char *name, err *e)
{
	static const struct tar_events events = { on_entry, NULL, on_end };
	static uint8_t chunk[65536];
	struct arena a = ARENA_INIT;
	struct tar *t = tar_new(&a, &events, d);
	FILE *in = fopen(name, "rb");
	int done = in ? 0 : err_set(e, ERR_IO, 0, "cannot open");
	size_t n;

	while (done == 0 && (n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		done = tar_feed(t, bytes_of(chunk, n), e);
	if (done == 0)
		done = tar_finish(t, e);
	if (in)
		fclose(in);
	tar_done(t);
	arena_done(&a);
	return done;
}

static void print_node(const struct tree *t, uint32_t node, struct arena *a)
{
	static const char types[] = "?fdlhcbp";
	const struct tree_node *n = tree_get(t, node);
	const struct tree_node *content = tree_get(t, tree_content(t, node));
	uint32_t uid, gid;

	tree_ids(t, tree_content(t, node), &uid, &gid);
	printf("%c\t", types[content->type]);
	if (n->flags & TREE_IMPLIED)
		printf("-\t-\t-\t");
	else if (content->type == ENTRY_SYMLINK)
		printf("-\t%" PRIu32 "\t%" PRIu32 "\t", uid, gid);
	else
		printf("%04o\t%" PRIu32 "\t%" PRIu32 "\t", content->mode, uid, gid);
	if (content->type == ENTRY_FILE)
		printf("%" PRIu64, content->size);
	else
		printf("-");
	printf("\t" PRIb "\t" PRIb "\n", BYTESF(tree_path(t, node, a)), BYTESF(tree_symlink(t, node)));
}

int main(int argc, char **argv)
{
	struct dump d = { .tree = tree_new() };
	struct arena a = ARENA_INIT;
	err e = { .kind = ERR_NONE };

	for (int i = 1; i < argc; i++) {
		tree_layer(d.tree, (uint16_t)i);
		if (read_layer(&d, argv[i], &e) < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], e.text);
			return 1;
		}
	}
	for (uint32_t i = 1; i < tree_count(d.tree); i++)
		if (!(tree_get(d.tree, i)->flags & TREE_HIDDEN))
			print_node(d.tree, i, &a);
	arena_done(&a);
	tree_free(d.tree);
	return 0;
}
