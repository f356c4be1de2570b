/* SPDX-License-Identifier: Apache-2.0 */
/* tree - the files of an image as a container would see them, and what upper layers hid.
 *
 * Layers are applied bottom to top (OCI image-spec 1.1, layer.md §Applying Changesets, §Whiteouts).
 * Where the specification is silent, unpacking onto the merged files is followed: parents that are
 * symbolic links in lower layers are followed inside the root (tree_crossed tells), an explicit
 * folder entry replaces such a link, a folder listed again keeps its children and takes the new
 * metadata, anything else replaces what was there. Missing parents are made (0755, root), also the
 * folder a dangling link leads to. A whiteout (.wh.NAME) or an opaque mark (.wh..wh..opq) hides
 * only what lower layers brought, wherever it stands in its own layer: the result is that of all
 * whiteouts first, then all content. A lower folder that is whited out but has new content is a
 * new, implied folder. A whiteout below a folder that does not exist makes no folder. What aufs
 * leaves (.wh..wh.plnk and other names that begin with .wh..wh.) is passed over. A hard link's
 * header gives owner, mode and capability to the content it names, for that is one inode. Hidden
 * nodes stay in the table, marked.
 *
 * Shape: nodes are numbered from 0 (the root) in the order they came; names in memory are shared
 * where they repeat; 48 octets a file, six for the index, and its name, so that three million files
 * fit in 200 MB. Node numbers are stable, nodes never move.
 * Threading: a tree belongs to one thread; reading a finished one is safe on any. */
#pragma once

#include "image/inspector.h"

#define TREE_NONE UINT32_MAX

struct tree_node {
	uint32_t parent;
	uint32_t first_child, next; /* newest first, hidden ones may be among them; TREE_NONE ends */
	uint32_t name;              /* offset into the name store */
	uint32_t link;              /* symlink: offset of its text + 1; hard link: node + 1; else 0 */
	uint32_t package;           /* index + 1 of the owner, 0 unknown (set by catalog/) */
	uint64_t size;
	uint16_t layer; /* the layer that brought it */
	uint16_t ids;   /* index of the (uid, gid) pair */
	uint16_t mode;  /* twelve permission bits */
	uint8_t type;   /* enum entry_type; a hard link has the type of its target */
	uint8_t kind;   /* enum file_kind */
	uint8_t name_n; /* LIMIT_NAME fits */
	uint8_t flags;  /* TREE_* */
	union {
		uint16_t since; /* folder: nothing below it is older than this layer */
		uint16_t links; /* others: visible hard links to it, 0xffff for that many or more */
	};
	uint32_t hash; /* of parent and name: the index's own */
};

enum {
	TREE_HIDDEN = 1,     /* a lower layer's file that the container does not see */
	TREE_HARDLINK = 2,   /* link is the node that holds the content */
	TREE_CAPABILITY = 4, /* carries security.capability */
	TREE_IDENTIFIED = 8, /* some cataloger knows what this file is */
	TREE_IMPLIED = 16,   /* a parent folder that no entry named */
	TREE_RESPELLED = 32, /* its entry was named by a path through links (set by merge) */
	TREE_REPLACED = 64,  /* a later layer put it where a package had its file (set by catalog/) */
};

struct tree;

struct tree *tree_new(void);
void tree_free(struct tree *t);

/* tree_layer(t, n): entries that follow belong to layer n (0 is the base; they must not fall). */
void tree_layer(struct tree *t, uint16_t layer);

/* tree_apply(t, entry, out_node, e): apply one entry of the current layer; *out_node is its node,
 * or TREE_NONE for a whiteout. An entry that no system could unpack is ERR_FORMAT: the caller
 * states a gap and goes on; the tree is unchanged. These are: a parent chain that loops or runs
 * through a non-folder, a name above LIMIT_NAME or a path above LIMIT_PATH (links followed), a hard
 * link to nothing, to a folder, to itself or into what it replaces, a symbolic link without text, a
 * root that is no folder, a whiteout of nothing (".wh.", ".wh..", ".wh...").
 * ERR_LIMIT: the tree is full (LIMIT_TAR_ENTRIES nodes in all layers, LIMIT_TREE_*); no use to go
 * on. Amortised O(depth). */
int tree_apply(struct tree *t, const struct entry *entry, uint32_t *out_node, err *e);

size_t tree_count(const struct tree *t);
const struct tree_node *tree_get(const struct tree *t, uint32_t node);
struct tree_node *tree_edit(struct tree *t, uint32_t node); /* for package and flags only */
bytes tree_name(const struct tree *t, uint32_t node);
/* tree_symlink(t, node): the text of a symbolic link; empty for others. */
bytes tree_symlink(const struct tree *t, uint32_t node);
void tree_ids(const struct tree *t, uint32_t node, uint32_t *out_uid, uint32_t *out_gid);
/* tree_path(t, node, a): "usr/lib/os-release". Arena. */
bytes tree_path(const struct tree *t, uint32_t node, struct arena *a);

/* tree_child(t, dir, name): the visible child, without following links; TREE_NONE. O(1).
 * tree_find(t, path): the visible node at path, following symbolic links in the parents and, when
 * `follow`, at the end, inside the root; TREE_NONE when absent or looping (LIMIT_LINKS). */
uint32_t tree_child(const struct tree *t, uint32_t dir, bytes name);
uint32_t tree_find(const struct tree *t, bytes path, bool follow);
/* tree_content(t, node): the node that holds the content of a hard link (itself otherwise). Mode
 * and owner of a file with several names stand there.
 * tree_seen(t, node): the container can reach the content of node: by its own name or, when that is
 * hidden, by a hard link that is not. */
uint32_t tree_content(const struct tree *t, uint32_t node);
/* tree_crossed(t): the entry applied last lay behind a symbolic link of a lower layer. There
 * runtimes disagree: who unpacks onto the merged files (umoci, kaniko) follows the link as we do,
 * overlayfs (Docker, containerd) puts a new folder in its place. Worth a gap.
 * tree_respelled(t, node, path): the entry applied last, of this (clean) path, lies at another one.
 * tree_is_path(t, node, path): path is the node's own path, links left aside. O(depth), no
 * memory. */
bool tree_crossed(const struct tree *t);
bool tree_respelled(const struct tree *t, uint32_t node, bytes path);
bool tree_is_path(const struct tree *t, uint32_t node, bytes path);
bool tree_seen(const struct tree *t, uint32_t node);
/* tree_size_here(t, node): the octets that count at this name, so that a sum over all names counts
 * each content once: none for a further name of content that has a visible one, none for a hidden
 * name of content that is seen. (Content whose own name is hidden counts at each visible link to
 * it.) */
uint64_t tree_size_here(const struct tree *t, uint32_t node);
