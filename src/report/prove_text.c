/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "report/layout.h"
#include "report/prove_page.h"

bool prove_fell(const struct prove_item *item)
{
	return !item->held && !item->beyond;
}

size_t prove_fallen(const struct prove_page *page, enum severity gate)
{
	size_t n = 0;

	for (size_t i = 0; i < page->containers.len; i++) {
		const struct prove_container *c = &page->containers.items[i];

		for (size_t k = 0; k < c->probes.len; k++)
			n += prove_fell(&c->probes.items[k]) && c->probes.items[k].probe->severity >= gate;
	}
	return n;
}

static enum style style_of(enum severity severity)
{
	if (severity >= SEVERITY_HIGH)
		return STYLE_BAD;
	return severity == SEVERITY_MEDIUM ? STYLE_WARN : STYLE_FAINT;
}

/* -- what fell --------------------------------------------------------------------------------- */

static void put_fallen(struct layout *l, const struct prove_item *item)
{
	layout_indent(l, 2);
	layout_cell(l, style_of(item->probe->severity), bytes_str(severity_name(item->probe->severity)),
	            9);
	layout_cell(l, STYLE_TITLE, bytes_str(item->probe->name), 18);
	l->indent = 29;
	layout_text(l, STYLE_PLAIN, item->probe->gain);
	if (*item->what)
		layout_printf(l, STYLE_FAINT, "(%s)", item->what);
	layout_end(l);
}

static void put_all_fallen(struct layout *l, const struct prove_container *c, bool beyond)
{
	for (unsigned s = SEVERITY_CRITICAL; s > SEVERITY_UNKNOWN; s--)
		for (size_t i = 0; i < c->probes.len; i++)
			if (!c->probes.items[i].held && c->probes.items[i].beyond == beyond &&
			    c->probes.items[i].probe->severity == s)
				put_fallen(l, &c->probes.items[i]);
}

/* -- what held --------------------------------------------------------------------------------- */

static bool alike(const struct probe_judgement *a, const struct probe_judgement *b)
{
	bool same = a->by == b->by && a->next_len == b->next_len;

	for (size_t i = 0; same && i < a->next_len; i++)
		same = a->next[i] == b->next[i];
	return same;
}

/* "seccomp, then capabilities, user" */
static void put_layers(struct layout *l, const struct probe_judgement *j)
{
	layout_indent(l, 2);
	layout_word(l, STYLE_GOOD, bytes_str(holder_name(j->by)), j->next_len > 0 ? "," : "");
	for (size_t i = 0; i < j->next_len; i++) {
		if (i == 0)
			layout_text(l, STYLE_FAINT, "then");
		layout_word(l, STYLE_FAINT, bytes_str(holder_name(j->next[i])),
		            i + 1 < j->next_len ? "," : "");
	}
	layout_end(l);
}

/* Those that the same layers hold, once. */
static void put_held(struct layout *l, const struct prove_container *c, size_t first)
{
	const struct prove_item *items = c->probes.items;
	size_t left = 0;

	for (size_t i = 0; i < first; i++)
		if (items[i].held && alike(&items[i].judgement, &items[first].judgement))
			return;
	for (size_t i = first; i < c->probes.len; i++)
		left += items[i].held && alike(&items[i].judgement, &items[first].judgement);
	put_layers(l, &items[first].judgement);
	layout_indent(l, 6);
	for (size_t i = first; i < c->probes.len; i++)
		if (items[i].held && alike(&items[i].judgement, &items[first].judgement))
			layout_word(l, STYLE_PLAIN, bytes_str(items[i].probe->name), --left > 0 ? "," : "");
	layout_end(l);
}

static void put_all_held(struct layout *l, const struct prove_container *c)
{
	for (unsigned by = 0; by < HOLDERS; by++)
		for (size_t i = 0; i < c->probes.len; i++)
			if (c->probes.items[i].held && c->probes.items[i].judgement.by == by)
				put_held(l, c, i);
}

/* -- the page ---------------------------------------------------------------------------------- */

static void put_title(struct layout *l, const struct prove_container *c)
{
	layout_indent(l, 0);
	if (*c->name)
		layout_word(l, STYLE_TITLE, bytes_str(c->name), ",");
	layout_word(l, STYLE_TITLE, bytes_str(c->image), "");
	unsigned left = c->without;

	if (left != 0)
		layout_text(l, STYLE_WARN, left == (1U << DEFENCES) - 1 ? "without any layer" : "without");
	for (unsigned d = 0; d < DEFENCES && c->without != (1U << DEFENCES) - 1; d++)
		if (left >> d & 1) {
			left &= ~(1U << d);
			layout_word(l, STYLE_WARN, bytes_str(defence_name((enum defence)d)), left ? "," : "");
		}
	layout_end(l);
}

static void put_beyond(struct layout *l, const struct prove_container *c)
{
	layout_heading(l, "No manifest can hold these");
	put_all_fallen(l, c, true);
	layout_indent(l, 2);
	layout_text(l, STYLE_PLAIN, PROVE_BEYOND);
	layout_end(l);
}

static void put_skipped(struct layout *l, const struct prove_container *c)
{
	if (c->skipped.len > 0)
		layout_heading(l, "Not tried");
	for (size_t i = 0; i < c->skipped.len; i++) {
		layout_indent(l, 2);
		layout_cell(l, STYLE_TITLE, bytes_str(c->skipped.items[i].probe->name), 18);
		layout_word(l, STYLE_PLAIN, bytes_str(c->skipped.items[i].why), "");
		layout_end(l);
	}
}

static void put_container(struct layout *l, const struct prove_container *c)
{
	size_t held = 0, fell = 0;

	for (size_t i = 0; i < c->probes.len; i++) {
		held += c->probes.items[i].held;
		fell += prove_fell(&c->probes.items[i]);
	}
	size_t beyond = c->probes.len - held - fell;

	put_title(l, c);
	if (fell > 0) {
		layout_heading(l, "Not held: what an attacker has");
		put_all_fallen(l, c, false);
	}
	if (beyond > 0)
		put_beyond(l, c);
	layout_heading(l, "Held, and by what");
	put_all_held(l, c);
	put_skipped(l, c);
	stream_printf(l->out, "\n%zu attack%s: %zu held, %zu not", c->probes.len,
	              c->probes.len == 1 ? "" : "s", held, fell);
	if (beyond > 0)
		stream_printf(l->out, ", %zu that no manifest can hold", beyond);
	if (c->skipped.len > 0)
		stream_printf(l->out, "; %zu not tried", c->skipped.len);
	stream_puts(l->out, "\n");
}

void prove_table(const struct prove_page *page, const struct terminal *terminal, struct stream *out)
{
	struct layout l = { .out = out, .terminal = terminal };

	for (size_t i = 0; i < page->containers.len; i++) {
		stream_puts(out, i > 0 ? "\n" : "");
		put_container(&l, &page->containers.items[i]);
	}
	for (size_t i = 0; i < page->unproven.len; i++) {
		stream_puts(out, "\n");
		layout_indent(&l, 0);
		layout_word(&l, STYLE_TITLE, bytes_str(page->unproven.items[i].name), ",");
		layout_text(&l, STYLE_WARN, "not attacked:");
		layout_text(&l, STYLE_PLAIN, page->unproven.items[i].why);
		layout_end(&l);
	}
}
