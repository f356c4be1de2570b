/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/yaml_build.h"

struct yaml_node *yaml_node_new(struct yaml_builder *b, enum yaml_kind kind, size_t from, size_t to)
{
	if (b->file->nodes >= LIMIT_YAML_NODES) {
		err_set(b->e, ERR_LIMIT, 0, "more than %u values in one file", LIMIT_YAML_NODES);
		return NULL;
	}
	struct yaml_node *n = arena_new(b->arena, struct yaml_node);

	b->file->nodes++;
	n->kind = (uint8_t)kind;
	n->from = (uint32_t)from;
	n->to = (uint32_t)(to < from ? from : to);
	n->weight = 1;
	return n;
}

/* The keys of one mapping: Kubernetes takes the last of two alike, so the first one is a fault. */
static void note_duplicates(struct yaml_builder *b, const struct yaml_node *mapping)
{
	struct arena scratch = ARENA_INIT;
	struct map seen;

	map_init(&seen, &scratch);
	for (const struct yaml_node *v = mapping->first; v; v = v->next) {
		if (v->key->kind != YAML_SCALAR || yaml_is_merge(v->key))
			continue;
		void **place = map_put(&seen, v->key->text);

		if (*place && b->file->duplicates.len < LIMIT_FAULTS_NAMED)
			*ARENA_PUSH(b->arena, &b->file->duplicates) = (struct yaml_fault){
				v->key->from, "this key stands twice in its mapping"
			};
		*place = v->key;
	}
	arena_done(&scratch);
}

static void link_child(struct yaml_frame *f, struct yaml_node *n)
{
	n->parent = f->node;
	if (f->node->kind == YAML_MAPPING && !f->key) {
		f->key = n;
		return;
	}
	n->key = f->key;
	f->key = NULL;
	if (f->last)
		f->last->next = n;
	else
		f->node->first = n;
	f->last = n;
	f->node->count++;
}

/* What is merged: a mapping, or a sequence of them that stands there itself. */
static bool can_merge(const struct yaml_node *n)
{
	const struct yaml_node *item = n->first;

	while (item && yaml_is(item, YAML_MAPPING))
		item = item->next;
	return yaml_is(n, YAML_MAPPING) || (n->kind == YAML_SEQUENCE && !item);
}

int yaml_add(struct yaml_builder *b, struct yaml_node *n)
{
	if (b->depth == 0) {
		b->root = n;
		return 0;
	}
	struct yaml_frame *f = &b->stack[b->depth - 1];

	if (n->weight > LIMIT_YAML_NODES - f->node->weight)
		return err_set(b->e, ERR_LIMIT, 0, "aliases stand for more than %u values",
		               LIMIT_YAML_NODES);
	f->node->weight += n->weight;
	link_child(f, n);
	if (n->key && yaml_is_merge(n->key) && !can_merge(n))
		return err_set(b->e, ERR_FORMAT, 0, "a merge (<<) of something that is no mapping");
	return 0;
}

int yaml_open(struct yaml_builder *b, struct yaml_node *n)
{
	if (b->depth == LIMIT_YAML_DEPTH)
		return err_set(b->e, ERR_LIMIT, 0, "collections nest deeper than %u", LIMIT_YAML_DEPTH);
	b->stack[b->depth++] = (struct yaml_frame){ .node = n };
	return 0;
}

int yaml_close(struct yaml_builder *b)
{
	struct yaml_node *n = b->stack[--b->depth].node;

	if (n->kind == YAML_MAPPING && n->count > 1)
		note_duplicates(b, n);
	return yaml_add(b, n);
}
