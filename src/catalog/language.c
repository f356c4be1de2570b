/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/language.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"

/* -- in the worker ----------------------------------------------------------------------------- */

void language_emit(struct inspection *in, const struct language_item *item)
{
	buf out = BUF_INIT(4 * (LIMIT_PACKAGE_FIELD + 16));

	if (item->name.n > LIMIT_PACKAGE_FIELD || item->version.n > LIMIT_PACKAGE_FIELD ||
	    item->licence.n > LIMIT_PACKAGE_FIELD || item->place.n > LIMIT_PACKAGE_FIELD) {
		inspection_gap(in, "a package with a value of more than 4 KiB: '%s'", SHOW(item->name));
		return;
	}
	pack_u64(&out, item->kind);
	pack_bytes(&out, item->name);
	pack_bytes(&out, item->version);
	pack_bytes(&out, item->licence);
	pack_bytes(&out, item->place);
	inspection_item(in, buf_bytes(&out));
	buf_done(&out);
}

void language_known(struct inspection *in)
{
	language_emit(in, &(struct language_item){ .kind = LANGUAGE_KNOWN });
}

static void start_list(enum language_kind kind, buf *out)
{
	pack_u64(out, kind);
	for (int i = 0; i < 4; i++)
		pack_bytes(out, BYTES(""));
}

void language_files_start(buf *out)
{
	start_list(LANGUAGE_FILES, out);
}

void language_needs_begin(struct relations_writer *w, struct inspection *in)
{
	buf start = BUF_INIT(64);

	start_list(LANGUAGE_NEEDS, &start);
	relations_start(w, in, buf_bytes(&start));
	buf_done(&start);
}

/* -- in the parent ----------------------------------------------------------------------------- */

void language_init(struct language *l, enum ecosystem ecosystem, struct image *image,
                   struct arena *a, struct facts *facts)
{
	*l = (struct language){
		.image = image, .arena = a, .facts = facts, .ecosystem = ecosystem, .path_node = TREE_NONE
	};
	needs_init(&l->needs, a, facts);
}

bool language_take(bytes *payload, struct language_item *out)
{
	uint64_t kind;

	if (!pack_take_u64(payload, LANGUAGE_NEEDS, &kind) ||
	    !pack_take_bytes(payload, LIMIT_PACKAGE_FIELD, &out->name) ||
	    !pack_take_bytes(payload, LIMIT_PACKAGE_FIELD, &out->version) ||
	    !pack_take_bytes(payload, LIMIT_PACKAGE_FIELD, &out->licence) ||
	    !pack_take_bytes(payload, LIMIT_PACKAGE_FIELD, &out->place))
		return false;
	out->kind = (enum language_kind)kind;
	bool named = kind == LANGUAGE_INSTALLED || kind == LANGUAGE_DECLARED;

	return kind != LANGUAGE_NONE && named == (out->name.n > 0) &&
	       (kind == LANGUAGE_FILES || kind == LANGUAGE_NEEDS || payload->n == 0);
}

void language_mark(struct language *l, uint32_t node, uint32_t package)
{
	struct tree_node *n = tree_edit(l->image->tree, node);

	if (n->flags & TREE_HIDDEN || n->type == ENTRY_DIR)
		return;
	n->flags |= TREE_IDENTIFIED;
	if (n->package == 0)
		n->package = package;
}

/* The next node of a walk below `top`: into `node` when asked, else beside it or a parent. */
static uint32_t walk_next(const struct tree *t, uint32_t top, uint32_t node, bool into)
{
	uint32_t next = into ? tree_get(t, node)->first_child : TREE_NONE;

	while (next == TREE_NONE && node != top) {
		next = tree_get(t, node)->next;
		node = tree_get(t, node)->parent;
	}
	return next;
}

void language_claim(struct language *l, uint32_t dir, uint32_t package, bytes except)
{
	const struct tree *t = l->image->tree;
	bool into = dir != TREE_NONE && tree_get(t, dir)->type == ENTRY_DIR;

	for (uint32_t node = dir; into || node != dir;) {
		node = walk_next(t, dir, node, into);
		if (node == TREE_NONE)
			break;
		const struct tree_node *n = tree_get(t, node);

		into = n->type == ENTRY_DIR && !(n->flags & TREE_HIDDEN) &&
		       (except.n == 0 || !bytes_equal(tree_name(t, node), except));
		language_mark(l, node, package);
	}
}

static uint32_t add(struct language *l, const struct image_item *item,
                    const struct language_item *p)
{
	if (l->path_node != item->node) {
		l->path = tree_path(l->image->tree, item->node, l->arena);
		l->path_node = item->node;
	}
	const struct package package = {
		.ecosystem = l->ecosystem,
		.name = p->name,
		.version = p->version,
		.source_name = p->name,
		.source_version = p->version,
		.licence = p->licence,
		.path = l->path,
		.layer = item->layer,
		.hidden = facts_item_hidden(l->image, item),
	};

	return facts_package(l->facts, l->arena, item, &package);
}

uint32_t language_add(struct language *l, const struct image_item *item,
                      const struct language_item *p)
{
	bool counts = p->kind == LANGUAGE_INSTALLED || l->image->kind == TARGET_ROOTFS;
	uint32_t index = counts ? add(l, item, p) : 0;

	language_mark(l, item->node, p->kind == LANGUAGE_INSTALLED ? index : 0);
	l->last = item;
	l->package = facts_item_hidden(l->image, item) ? 0 : index;
	return index;
}

bool language_needs(struct language *l, const struct image_item *item, bytes pairs, bytes scope)
{
	enum relation relation;
	bytes name;
	int more;

	if (!l->last || l->last->node != item->node || l->last->layer != item->layer)
		return false;
	while ((more = relations_next(&pairs, &relation, &name)) > 0)
		needs_add(&l->needs, l->package, scope, name);
	return more == 0;
}

void language_broken(struct language *l, const struct image_item *item)
{
	facts_gap(l->facts, l->arena, item, "the evidence of this file cannot be read");
}

void language_collect(uint16_t inspector, enum ecosystem ecosystem, struct image *image,
                      struct arena *a, struct facts *facts)
{
	const struct image_item *item;
	struct language l;
	size_t at = 0;

	language_init(&l, ecosystem, image, a, facts);
	while ((item = facts_next_item(image, inspector, &at))) {
		bytes payload = item->payload;
		struct language_item p;

		if (!language_take(&payload, &p))
			language_broken(&l, item);
		else if (p.kind == LANGUAGE_KNOWN)
			language_mark(&l, item->node, 0);
		else if (p.kind == LANGUAGE_INSTALLED)
			(void)language_add(&l, item, &p);
	}
}
