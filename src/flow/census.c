/* SPDX-License-Identifier: Apache-2.0 */
/* Every file of the image once. Three million files are one pass without an allocation each. */
#include "base/map.h"
#include "flow/judge.h"

#include <stdlib.h>

enum { MODE_SETUID = 04000, MODE_SETGID = 02000, MODE_STICKY = 01000, MODE_OTHERS_WRITE = 0002 };

static int by_path(const void *a, const void *b)
{
	const struct page_file *x = a, *y = b;
	int c = bytes_compare(x->path, y->path);

	return c ? c : (x->layer > y->layer) - (x->layer < y->layer);
}

static int by_size(const void *a, const void *b)
{
	const struct page_folder *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return bytes_compare(x->path, y->path);
}

static void name_file(struct audit_page *page, struct page_files *list, uint32_t node)
{
	const struct tree *t = page->image->tree;
	const struct tree_node *n = tree_get(t, node);

	if (list->total++ >= PAGE_FILES_MAX)
		return;
	struct page_file *f = ARENA_PUSH(&page->arena, list);

	f->path = tree_path(t, node, &page->arena);
	f->node = node;
	f->size = tree_get(t, tree_content(t, node))->size;
	f->mode = n->mode;
	f->layer = n->layer;
	tree_ids(t, node, &f->uid, &f->gid);
}

/* Names that usually hold a key, a password or a token. What such a file holds is for `secrets` to
 * say; that one was "deleted" by an upper layer is worth saying without looking. */
static bool is_notable(const struct tree *t, uint32_t node)
{
	static const char *const names[] = {
		"id_rsa",      "id_dsa",           "id_ecdsa",     "id_ed25519",   ".npmrc",     ".netrc",
		".pypirc",     ".git-credentials", ".pgpass",      ".htpasswd",    ".dockercfg", ".env",
		"credentials", "kubeconfig",       "nuget.config", "secrets.json", "shadow-"
	};
	static const char *const endings[] = { ".pfx", ".p12", ".key", ".jks", ".keystore", ".kdbx" };
	bytes name = tree_name(t, node);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bytes_equal_nocase(name, bytes_str(names[i])))
			return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (bytes_ends(name, bytes_str(endings[i])))
			return true;
	/* ~/.docker/config.json holds the logins of docker */
	return bytes_is(name, "config.json") &&
	       bytes_is(tree_name(t, tree_get(t, node)->parent), ".docker");
}

static void see_hidden(struct audit_page *page, uint32_t node)
{
	const struct tree *t = page->image->tree;
	const struct tree_node *n = tree_get(t, node);

	if (n->type != ENTRY_FILE || tree_seen(t, tree_content(t, node)))
		return;
	page->hidden_files++;
	page->hidden_bytes += tree_size_here(t, node);
	if (n->layer < page->layers.len)
		page->layers.items[n->layer].hidden += tree_size_here(t, node);
	if (is_notable(page->image->tree, node))
		name_file(page, &page->hidden_notable, node);
}

static void see_mode(struct audit_page *page, uint32_t node)
{
	const struct tree_node *n = tree_get(page->image->tree, node);
	bool is_file = n->type == ENTRY_FILE;

	if (is_file && (n->mode & MODE_SETUID))
		name_file(page, &page->setuid, node);
	if (is_file && (n->mode & MODE_SETGID))
		name_file(page, &page->setgid, node);
	if (is_file && (n->flags & TREE_CAPABILITY))
		name_file(page, &page->capabilities, node);
	/* a sticky folder is what /tmp is: everybody may add, nobody may replace another's file */
	if ((is_file || (n->type == ENTRY_DIR && !(n->mode & MODE_STICKY))) &&
	    (n->mode & MODE_OTHERS_WRITE) && !(n->flags & TREE_IMPLIED))
		name_file(page, &page->world_writable, node);
}

/* The folder under which a file is counted: the top one, or the second where the top says
 * nothing. */
static uint32_t counted_folder(const struct tree *t, uint32_t folder)
{
	static const char *const wide[] = { "usr", "var", "opt", "srv", "home" };
	uint32_t top = folder, second = folder;

	if (folder == 0)
		return 0;
	while (tree_get(t, top)->parent != 0 && tree_get(t, top)->parent != TREE_NONE) {
		second = top;
		top = tree_get(t, top)->parent;
	}
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (bytes_is(tree_name(t, top), wide[i]))
			return second;
	return top;
}

struct counted {
	uint32_t node; /* the key of the map */
	struct page_folder folder;
};

struct folders {
	struct map by_node;
	struct arena arena;
	uint32_t last_parent; /* files of one folder come together */
	struct counted *last;
};

static struct page_folder *folder_of(struct folders *f, const struct tree *t, uint32_t parent)
{
	if (f->last && f->last_parent == parent)
		return &f->last->folder;
	uint32_t node = counted_folder(t, parent);

	f->last_parent = parent;
	f->last = map_get(&f->by_node, bytes_of(&node, sizeof(node)));
	if (!f->last) {
		f->last = arena_new(&f->arena, struct counted);
		f->last->node = node;
		f->last->folder.path = tree_path(t, node, &f->arena);
		*map_put(&f->by_node, bytes_of(&f->last->node, sizeof(node))) = f->last;
	}
	return &f->last->folder;
}

static void take_folders(struct audit_page *page, const struct folders *f)
{
	for (size_t i = 0; i < f->by_node.len; i++) {
		const struct counted *from = f->by_node.items[i].value;
		struct page_folder *to = ARENA_PUSH(&page->arena, &page->folders);

		*to = from->folder;
		to->path = arena_bytes(&page->arena, from->folder.path);
	}
	if (page->folders.len > 0)
		qsort(page->folders.items, page->folders.len, sizeof(*page->folders.items), by_size);
}

static void sort_files(struct page_files *list)
{
	if (list->len > 1)
		qsort(list->items, list->len, sizeof(*list->items), by_path);
}

/* "|2 TOKEN=… MODE=… /bin/sh -c make # buildkit" and "/bin/sh -c #(nop) ADD file:… in / " are what
 * BuildKit and the older builder wrap around an instruction. Build arguments go, their values are
 * often secrets. */
static bytes bare_command(bytes line)
{
	static const bytes shell = BYTES_INIT("/bin/sh -c "), remark = BYTES_INIT("# buildkit");

	line = bytes_trim(line);
	(void)bytes_take_prefix(&line, BYTES("RUN ")); /* gone or not there */
	if (line.n > 0 && (line.p[0] == '|' || bytes_starts(line, shell))) {
		size_t at = bytes_search(line, shell);

		line = bytes_skip(line, at < line.n ? at + shell.n : at);
	}
	(void)bytes_take_prefix(&line, BYTES("#(nop) ")); /* gone or not there */
	if (bytes_ends(line, remark))
		line.n -= remark.n;
	return bytes_trim(line);
}

/* without_logins(line): "https://user:token@host/" loses what stands before the "@". */
static bytes without_logins(bytes line, struct arena *a)
{
	buf out = BUF_INIT(line.n);
	bytes mark = BYTES("://");

	while (line.n > 0) {
		size_t at = bytes_search(line, mark);
		size_t n = at < line.n ? at + mark.n : line.n;

		buf_put(&out, bytes_slice(line, 0, n));
		line = bytes_skip(line, n);
		size_t host = 0;

		while (host < line.n && !memchr(" /@\"'", line.p[host], 5))
			host++;
		if (host < line.n && line.p[host] == '@')
			line = bytes_skip(line, host + 1);
	}
	bytes clean = arena_bytes(a, buf_bytes(&out));

	buf_done(&out);
	return clean;
}

static void take_layers(struct audit_page *page)
{
	for (size_t i = 0; i < page->image->layers.len; i++) {
		const struct image_layer *layer = &page->image->layers.items[i];

		*ARENA_PUSH(&page->arena, &page->layers) = (struct page_layer){
			layer, without_logins(bare_command(layer->created_by), &page->arena), 0
		};
		page->compressed += layer->compressed;
		page->expanded += layer->expanded;
	}
}

void judge_files(struct audit_page *page)
{
	const struct tree *t = page->image->tree;
	struct folders folders = { 0 };

	take_layers(page);
	map_init(&folders.by_node, &folders.arena);
	for (uint32_t i = 0; i < tree_count(t); i++) {
		const struct tree_node *n = tree_get(t, i);

		if (n->flags & TREE_HIDDEN) {
			see_hidden(page, i);
			continue;
		}
		see_mode(page, i);
		if (n->type != ENTRY_FILE)
			continue;
		struct page_folder *folder = folder_of(&folders, t, n->parent);
		uint64_t size = tree_size_here(t, i);

		page->files++;
		page->visible += size;
		folder->files++;
		folder->size += size;
	}
	take_folders(page, &folders);
	arena_done(&folders.arena);
	sort_files(&page->setuid);
	sort_files(&page->setgid);
	sort_files(&page->capabilities);
	sort_files(&page->world_writable);
	sort_files(&page->hidden_notable);
}
