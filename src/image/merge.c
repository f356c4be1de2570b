/* SPDX-License-Identifier: Apache-2.0 */
#include "image/merge.h"

#include "base/limits.h"
#include "base/text.h"
#include "image/evidence.h"

#include <stdio.h>

/* One layer on its way into the image. */
struct intake {
	struct merge *merge;
	struct image_layer *into;
	uint16_t layer;
	bool again;    /* a second read: entries name nodes that exist */
	bool done;
	uint32_t node; /* of the entry read last; TREE_NONE: it was not taken */
	struct evidence_reader reader;
};

void merge_init(struct merge *m, struct image *image, const struct inspector *const *inspectors)
{
	*m = (struct merge){ .image = image, .inspectors = inspectors };
}

void merge_done(struct merge *m)
{
	arena_done(&m->arena);
}

static void add_gap(struct intake *in, uint16_t inspector, uint32_t node, bytes text)
{
	struct image *image = in->merge->image;

	image->gaps_total++;
	if (image->gaps.len >= LIMIT_GAPS_NAMED)
		return;
	struct image_gap *gap = ARENA_PUSH(&image->arena, &image->gaps);

	gap->inspector = inspector;
	gap->layer = in->layer;
	gap->node = node;
	gap->text = bytes_str(text_shown(&image->arena, text));
}

/* Does any inspector want this name, were it a plain file? */
static bool is_wanted(const struct merge *m, bytes path, const struct tree_node *target)
{
	struct entry file = { .type = ENTRY_FILE, .path = path, .mode = 0644 };

	if (target) {
		file.mode = target->mode;
		file.size = target->size;
		file.kind = target->kind;
	}
	for (size_t i = 0; m->inspectors[i]; i++)
		if (m->inspectors[i]->want(&file).what != WANT_NO)
			return true;
	return false;
}

static int take_entry(struct intake *in, const struct evidence *ev, err *e)
{
	struct merge *m = in->merge;
	struct tree *tree = m->image->tree;
	err trouble = { 0 };

	if (in->again) {
		in->node = tree_find(tree, ev->file.path, false);
		return 0;
	}
	if (tree_apply(tree, &ev->file, &in->node, &trouble) < 0) {
		if (trouble.kind != ERR_FORMAT) {
			*e = trouble;
			return -1;
		}
		/* What no runtime could unpack either: stated, and the rest goes on. */
		char text[700];

		snprintf(text, sizeof(text), "entry '%s' left out: %s", SHOW(ev->file.path), trouble.text);
		add_gap(in, 0, TREE_NONE, bytes_str(text));
		in->node = TREE_NONE;
		return 0;
	}
	if (in->node != TREE_NONE &&
	    (ev->file.type == ENTRY_HARDLINK || ev->file.type == ENTRY_SYMLINK) &&
	    is_wanted(m, ev->file.path, NULL))
		*ARENA_PUSH(&m->arena, &m->links) = in->node;
	return 0;
}

static int take_record(struct intake *in, bytes record, err *e)
{
	struct image *image = in->merge->image;
	struct evidence ev;

	if (evidence_read(&in->reader, record, &ev, e) < 0)
		return -1;
	switch (ev.type) {
	case EVIDENCE_ENTRY: return take_entry(in, &ev, e);
	case EVIDENCE_ITEM:
		if (in->node == TREE_NONE)
			return 0; /* its entry was stated as a gap */
		in->merge->item_octets += ev.payload.n;
		if (in->merge->item_octets > LIMIT_ITEMS) {
			add_gap(in, ev.inspector, in->node, BYTES("left out: too many facts in this image"));
			return 0;
		}
		struct image_item *item = ARENA_PUSH(&image->arena, &image->items);

		item->inspector = ev.inspector;
		item->layer = in->layer;
		item->node = in->node;
		item->payload = arena_bytes(&image->arena, ev.payload);
		return 0;
	case EVIDENCE_GAP:
		add_gap(in, ev.inspector, ev.entry == EVIDENCE_NO_ENTRY ? TREE_NONE : in->node, ev.payload);
		return 0;
	case EVIDENCE_DONE:
		in->done = true;
		if (!in->again) {
			in->into->expanded = ev.expanded;
			in->into->entries = ev.entries;
		}
		return 0;
	case EVIDENCE_NONE: break;
	}
	return err_set(e, ERR_BUG, 0, "a record of no known kind");
}

/* take_whole(in, window, source, e): every whole record at the front of window, which keeps the
 * rest. */
static int take_whole(struct intake *in, buf *window, const struct record_source *source, err *e)
{
	bytes rest = buf_bytes(window), record;
	int got;

	while ((got = evidence_frame(&rest, &record, e)) > 0)
		if (take_record(in, record, e) < 0)
			return -1;
	if (got < 0)
		return -1;
	size_t whole = window->n - rest.n;

	if (whole && source->tee && source->tee(source->tee_ctx, bytes_of(window->p, whole), e) < 0)
		return -1;
	memmove(window->p, rest.p, rest.n);
	window->n = rest.n;
	return 0;
}

static int take_all(struct intake *in, const struct record_source *source, err *e)
{
	buf window = BUF_INIT(2 * LIMIT_RECORD + 2 * MIB);
	bytes part;
	int got = 0, status = 0;

	while (status == 0 && (got = source->next(source->ctx, &part, e)) > 0) {
		status = buf_append(&window, part, e);
		if (status == 0)
			status = take_whole(in, &window, source, e);
	}
	if (status == 0 && got == 0 && (!in->done || window.n > 0))
		status = err_set(e, ERR_BUG, 0, "evidence that ends early");
	buf_done(&window);
	return got < 0 ? -1 : status;
}

int merge_layer(struct merge *m, uint16_t layer, const struct record_source *source, err *e)
{
	struct intake in = { .merge = m, .layer = layer, .into = &m->image->layers.items[layer],
		                 .node = TREE_NONE };

	tree_layer(m->image->tree, layer);
	return take_all(&in, source, e);
}

int merge_again(struct merge *m, uint16_t layer, const struct record_source *source, err *e)
{
	struct intake in = { .merge = m, .layer = layer, .again = true, .node = TREE_NONE,
		                 .into = &m->image->layers.items[layer] };

	return take_all(&in, source, e);
}

/* The plain file behind a wanted link, or TREE_NONE when there is none or it was looked at by
 * itself. */
static uint32_t unseen_target(const struct merge *m, uint32_t node, bytes path, struct arena *a)
{
	const struct tree *tree = m->image->tree;
	uint32_t target = tree_find(tree, path, true);

	if (target != TREE_NONE)
		target = tree_content(tree, target);
	if (target == TREE_NONE || target == node)
		return TREE_NONE;
	const struct tree_node *file = tree_get(tree, target);

	if (file->type != ENTRY_FILE || is_wanted(m, tree_path(tree, target, a), file))
		return TREE_NONE;
	return is_wanted(m, path, file) ? target : TREE_NONE;
}

bool merge_second_reads(struct merge *m, struct aliases *by_layer)
{
	struct tree *tree = m->image->tree;
	bool any = false;

	for (size_t i = 0; i < m->links.len; i++) {
		uint32_t node = m->links.items[i];

		if (tree_get(tree, node)->flags & TREE_HIDDEN)
			continue;
		bytes path = tree_path(tree, node, &m->arena);
		uint32_t target = unseen_target(m, node, path, &m->arena);

		if (target == TREE_NONE)
			continue;
		struct aliases *list = &by_layer[tree_get(tree, target)->layer];

		struct alias *alias = ARENA_PUSH(&m->arena, list);

		alias->path = tree_path(tree, target, &m->arena);
		alias->as = path;
		any = true;
	}
	return any;
}
