/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/owned.h"

#include "base/pack.h"
#include "base/path.h"

/* Items are handed on in portions of this size, far below LIMIT_RECORD. */
#define PORTION (256 * KIB)

void owned_begin(struct owned_writer *w, struct inspection *in, bytes start)
{
	*w = (struct owned_writer){ .in = in, .start = start };
	w->out = (buf)BUF_INIT(PORTION + start.n + LIMIT_PATH + 64);
}

static void flush(struct owned_writer *w)
{
	if (w->out.n > 0)
		inspection_item(w->in, buf_bytes(&w->out));
	buf_clear(&w->out);
	w->last_n = 0;
}

bool owned_add(struct owned_writer *w, bytes raw)
{
	bool escapes;
	size_t shared = 0;

	if (raw.n > LIMIT_PATH)
		return false;
	bytes path = path_clean(raw, w->clean, sizeof(w->clean), &escapes);

	if (path.n == 0)
		return true; /* the root, which nobody owns */
	if (w->out.n == 0)
		buf_put(&w->out, w->start);
	while (shared < w->last_n && shared < path.n && w->last[shared] == path.p[shared])
		shared++;
	pack_u64(&w->out, shared);
	pack_bytes(&w->out, bytes_skip(path, shared));
	memcpy(w->last, path.p, path.n);
	w->last_n = path.n;
	if (w->out.n > PORTION)
		flush(w);
	return true;
}

void owned_end(struct owned_writer *w)
{
	flush(w);
	buf_done(&w->out);
}

int owned_next(struct owned_reader *r, bytes *out)
{
	uint64_t shared;
	bytes tail;

	if (r->rest.n == 0)
		return 0;
	if (!pack_take_u64(&r->rest, r->path_n, &shared) ||
	    !pack_take_bytes(&r->rest, LIMIT_PATH - (size_t)shared, &tail) || shared + tail.n == 0)
		return -1;
	if (tail.n > 0)
		memcpy(r->path + shared, tail.p, tail.n);
	while (r->folders_n > 0 && r->folders[r->folders_n - 1].n > shared)
		r->folders_n--;
	r->path_n = (size_t)shared + tail.n;
	*out = bytes_of(r->path, r->path_n);
	return 1;
}

static void push_folder(struct owned_reader *r, size_t n, uint32_t node)
{
	if (r->folders_n < OWNED_FOLDERS &&
	    (r->folders_n == 0 || r->folders[r->folders_n - 1].n < n))
		r->folders[r->folders_n++] = (struct owned_folder){ n, node };
}

static uint32_t find_folder(struct owned_reader *r, const struct tree *tree, bytes folder)
{
	for (size_t i = r->folders_n; i > 0 && r->folders[i - 1].n >= folder.n; i--)
		if (r->folders[i - 1].n == folder.n)
			return r->folders[i - 1].node;
	uint32_t node = tree_find(tree, folder, true);

	push_folder(r, folder.n, node);
	return node;
}

uint32_t owned_find(struct owned_reader *r, const struct tree *tree)
{
	bytes path = bytes_of(r->path, r->path_n);
	uint32_t folder = find_folder(r, tree, path_dir(path));
	uint32_t node = folder == TREE_NONE ? TREE_NONE : tree_child(tree, folder, path_base(path));

	if (node != TREE_NONE && tree_get(tree, node)->type == ENTRY_DIR)
		push_folder(r, path.n, node);
	return node;
}

void owned_claim(struct tree *tree, uint32_t node, uint32_t package, uint16_t layer)
{
	if (node == TREE_NONE || tree_get(tree, node)->type == ENTRY_DIR ||
	    tree_get(tree, node)->package)
		return;
	struct tree_node *file = tree_edit(tree, node);

	if (file->layer > layer)
		file->flags |= TREE_REPLACED;
	else
		file->package = package;
}
