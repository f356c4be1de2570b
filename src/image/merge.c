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
	size_t served;    /* entries of a second read */
	uint64_t crossed; /* entries that lay behind a link of a lower layer */
	bytes crossed_first;
	uint32_t node; /* of the entry read last; TREE_NONE: it was not taken */
	struct evidence_reader reader;
};

void merge_init(struct merge *m, struct image *image, const struct inspector *const *inspectors)
{
	*m = (struct merge){ .image = image, .inspectors = inspectors,
		                 .ordinals = BUF_INIT(2 * LIMIT_TAR_ENTRIES * sizeof(uint32_t)) };
}

void merge_done(struct merge *m)
{
	buf_done(&m->ordinals);
	arena_done(&m->arena);
	arena_done(&m->scratch);
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

static void note_ordinal(struct merge *m, uint32_t node, uint32_t ordinal)
{
	size_t need = ((size_t)node + 1) * sizeof(ordinal);

	if (m->ordinals.n < need) {
		memset(buf_room(&m->ordinals, need - m->ordinals.n), 0, need - m->ordinals.n);
		m->ordinals.n = need;
	}
	memcpy(m->ordinals.p + node * sizeof(ordinal), &ordinal, sizeof(ordinal));
}

/* Could an inspector want this name? Metadata is looked at later. */
static bool may_be_wanted(const struct merge *m, bytes path)
{
	struct entry file = { .type = ENTRY_FILE, .path = path, .mode = 0644, .size = 1 };

	for (size_t i = 0; m->inspectors[i]; i++)
		if (m->inspectors[i]->want(&file).what != WANT_NO)
			return true;
	return false;
}

/* note_candidate(in, file): the entry just applied may have been looked at under a wrong name. */
static void note_candidate(struct intake *in, const struct entry *file)
{
	struct merge *m = in->merge;
	struct tree *tree = m->image->tree;
	bool respelled = tree_respelled(tree, in->node, file->path);
	bool link = file->type == ENTRY_HARDLINK || file->type == ENTRY_SYMLINK;

	if (respelled)
		tree_edit(tree, in->node)->flags |= TREE_RESPELLED;
	if ((respelled && (link || file->type == ENTRY_FILE)) ||
	    (link && may_be_wanted(m, file->path)))
		ARENA_PUSH(&m->arena, &m->candidates)->node = in->node;
}

static void note_crossing(struct intake *in, const struct entry *file)
{
	if (in->crossed++ == 0)
		in->crossed_first = arena_bytes(&in->merge->image->arena, file->path);
}

static void state_crossings(struct intake *in)
{
	char text[400];

	if (in->crossed == 0)
		return;
	snprintf(text, sizeof(text),
	         "%s entries lie behind symbolic links of lower layers, '%s' the first: followed here, "
	         "but overlayfs makes new folders",
	         COUNT_TEXT(in->crossed), SHOW(in->crossed_first));
	add_gap(in, 0, TREE_NONE, bytes_str(text));
}

static void refuse_entry(struct intake *in, const struct entry *file, const err *why)
{
	char text[700];

	snprintf(text, sizeof(text), "entry '%s' left out: %s", SHOW(file->path), why->text);
	add_gap(in, 0, TREE_NONE, bytes_str(text));
	in->node = TREE_NONE;
}

static int take_entry(struct intake *in, const struct evidence *ev, err *e)
{
	struct tree *tree = in->merge->image->tree;
	err trouble = { 0 };

	if (in->again) {
		in->node = tree_find(tree, ev->file.path, false);
		in->served++;
		return 0;
	}
	if (tree_apply(tree, &ev->file, &in->node, &trouble) < 0) {
		if (trouble.kind != ERR_FORMAT) {
			*e = trouble;
			return -1;
		}
		/* What no runtime could unpack either: stated, and the rest goes on. */
		refuse_entry(in, &ev->file, &trouble);
		return 0;
	}
	if (tree_crossed(tree))
		note_crossing(in, &ev->file);
	if (in->node != TREE_NONE) {
		note_ordinal(in->merge, in->node, ev->entry);
		note_candidate(in, &ev->file);
	}
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

/* take_whole(in, part, source, e): every whole record at the front of *part, which keeps the
 * rest. */
static int take_whole(struct intake *in, bytes *part, const struct record_source *source, err *e)
{
	bytes rest = *part, record;
	int got;

	while ((got = evidence_frame(&rest, &record, e)) > 0)
		if (take_record(in, record, e) < 0)
			return -1;
	if (got < 0)
		return -1;
	bytes whole = bytes_slice(*part, 0, part->n - rest.n);

	*part = rest;
	return whole.n > 0 && source->tee ? source->tee(source->tee_ctx, whole, e) : 0;
}

/* take_part(in, window, part, source, e): window has the beginning of a record that part goes on
 * with; where it is empty, as between the pieces of the cache, nothing is copied. */
static int take_part(struct intake *in, buf *window, bytes part,
                     const struct record_source *source, err *e)
{
	if (window->n == 0)
		return take_whole(in, &part, source, e) < 0 ? -1 : buf_append(window, part, e);
	if (buf_append(window, part, e) < 0)
		return -1;
	bytes rest = buf_bytes(window);

	if (take_whole(in, &rest, source, e) < 0)
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

	while (status == 0 && (got = source->next(source->ctx, &part, e)) > 0)
		status = take_part(in, &window, part, source, e);
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
	if (take_all(&in, source, e) < 0)
		return -1;
	state_crossings(&in);
	return 0;
}

int merge_again(struct merge *m, uint16_t layer, size_t asked, const struct record_source *source,
                err *e)
{
	struct intake in = { .merge = m, .layer = layer, .again = true, .node = TREE_NONE,
		                 .into = &m->image->layers.items[layer] };

	if (take_all(&in, source, e) < 0)
		return -1;
	for (; in.served < asked; in.served++)
		add_gap(&in, 0, TREE_NONE, BYTES("a wanted file behind a link could not be read again"));
	return 0;
}

void merge_give_up(struct merge *m)
{
	struct intake in = { .merge = m };

	for (size_t i = 0; i < m->candidates.len; i++) {
		in.layer = tree_get(m->image->tree, m->candidates.items[i].node)->layer;
		add_gap(&in, 0, m->candidates.items[i].node,
		        BYTES("a wanted file behind too many links was not read"));
	}
	m->candidates.len = 0;
}
