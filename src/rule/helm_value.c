/* SPDX-License-Identifier: Apache-2.0 */
/* Values of a chart, and texts that know where their octets come from. */
#include "base/text.h"
#include "rule/helm.h"

/* -- texts ------------------------------------------------------------------------------------ */

bytes helm_octets(const struct helm_text *t)
{
	return bytes_of(t->octets.items, t->octets.len);
}

static bool goes_on(const struct helm_run *last, const struct helm_run *run, size_t at)
{
	return last->kind == run->kind && last->part == run->part && last->origin == run->origin &&
	       (run->kind != HELM_LITERAL || last->source + (at - last->at) == run->source);
}

void helm_put(struct helm *h, struct helm_text *t, bytes octets, struct helm_run run)
{
	size_t len = t->octets.len;

	if (octets.n > h->octets_left)
		h->why = "too much to render";
	if (octets.n == 0 || octets.n > h->octets_left)
		return;
	h->octets_left -= octets.n;
	if (len + octets.n > t->octets.cap) {
		size_t cap = 2 * (len + octets.n) + 64;
		uint8_t *items = arena_alloc(h->r->arena, cap);

		if (len > 0)
			memcpy(items, t->octets.items, len);
		t->octets.items = items;
		t->octets.cap = cap;
	}
	memcpy(t->octets.items + len, octets.p, octets.n);
	t->octets.len += octets.n;
	if (t->runs.len > 0 && goes_on(&t->runs.items[t->runs.len - 1], &run, len))
		return;
	run.at = len;
	*ARENA_PUSH(h->r->arena, &t->runs) = run;
}

static size_t run_index(const struct helm_text *t, size_t at)
{
	size_t low = 0, high = t->runs.len;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (t->runs.items[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

const struct helm_run *helm_run_at(const struct helm_text *t, size_t at)
{
	return at < t->octets.len ? &t->runs.items[run_index(t, at)] : NULL;
}

void helm_put_part(struct helm *h, struct helm_text *t, const struct helm_text *from, size_t begin,
                   size_t end)
{
	for (size_t i = begin < end ? run_index(from, begin) : from->runs.len;
	     i < from->runs.len && begin < end; i++) {
		struct helm_run run = from->runs.items[i];
		size_t stop = i + 1 < from->runs.len ? from->runs.items[i + 1].at : from->octets.len;

		stop = stop < end ? stop : end;
		if (run.kind == HELM_LITERAL)
			run.source += begin - run.at;
		helm_put(h, t, bytes_slice(helm_octets(from), begin, stop - begin), run);
		begin = stop;
	}
}

/* -- values ----------------------------------------------------------------------------------- */

struct plain { /* a scalar part as the YAML reader sees it */
	struct yaml_node node;
};

static struct plain plain_of(const struct part *p)
{
	struct plain plain = { .node = { .kind = YAML_SCALAR, .text = p->text } };

	plain.node.typed = !p->quoted;
	return plain;
}

bool helm_is_nil(struct helm_value v)
{
	if (v.text || !v.part)
		return !v.text;
	struct plain plain = plain_of(v.part);

	return v.part->kind == YAML_SCALAR && yaml_is_null(&plain.node);
}

bool helm_is_string(struct helm_value v)
{
	if (v.text || !v.part)
		return v.text != NULL;
	struct plain plain = plain_of(v.part);

	return v.part->kind == YAML_SCALAR && yaml_is_string(&plain.node);
}

bytes helm_string(struct helm_value v)
{
	if (v.text)
		return helm_octets(v.text);
	return v.part && v.part->kind == YAML_SCALAR && !helm_is_nil(v) ? v.part->text : (bytes){ 0 };
}

bool helm_is_true(struct helm_value v)
{
	bool truth;

	if (helm_is_nil(v))
		return false;
	if (v.text)
		return v.text->octets.len > 0;
	if (v.part->kind != YAML_SCALAR)
		return v.part->first != NULL;
	struct plain plain = plain_of(v.part);

	if (yaml_bool(&plain.node, &truth))
		return truth;
	if (helm_is_string(v))
		return v.part->text.n > 0;
	for (size_t i = 0; i < v.part->text.n; i++)
		if (v.part->text.p[i] >= '1' && v.part->text.p[i] <= '9')
			return true;
	return false;
}

struct helm_value helm_of(struct helm *h, bytes text, bool quoted)
{
	struct part *p = arena_new(h->r->arena, struct part);

	p->kind = YAML_SCALAR;
	p->text = text;
	p->quoted = quoted;
	return (struct helm_value){ .part = p };
}

struct helm_value helm_of_bool(struct helm *h, bool truth)
{
	return helm_of(h, truth ? BYTES("true") : BYTES("false"), false);
}

void helm_print(struct helm *h, struct helm_value v, struct helm_text *out)
{
	if (v.text) {
		helm_put_part(h, out, v.text, 0, v.text->octets.len);
		return;
	}
	struct helm_run run = { .kind = v.part && v.part->origin ? HELM_VALUE : HELM_COMPUTED,
		                    .part = v.part };

	if (v.part && v.part->kind == YAML_SCALAR)
		helm_put(h, out, helm_string(v), run);
}

struct helm_text *helm_text_of(struct helm *h, struct helm_value v)
{
	struct helm_text *t = v.text;

	if (!t) {
		t = arena_new(h->r->arena, struct helm_text);
		helm_print(h, v, t);
	}
	return t;
}
