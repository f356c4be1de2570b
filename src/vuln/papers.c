/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/papers.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/text.h"
#include "fmt/yaml.h"

/* -- settings ---------------------------------------------------------------------------------- */

static bytes joined(const struct yaml_node *list, struct arena *a)
{
	buf text = BUF_INIT(LIMIT_SETTINGS * 2);

	for (const struct yaml_node *n = yaml_first(list); n; n = n->next) {
		if (text.n > 0)
			buf_putc(&text, ',');
		buf_put(&text, yaml_text(n));
	}
	bytes out = arena_bytes(a, buf_bytes(&text));

	buf_done(&text);
	return out;
}

/* One line for each leaf. An alias is not followed: it could stand for a document of any size. */
static void flatten(const struct yaml_node *mapping, bytes front, unsigned depth, struct arena *a,
                    struct word_list *out)
{
	for (const struct yaml_node *n = yaml_first(mapping); n && depth > 0; n = n->next) {
		bytes key = bytes_str(arena_printf(a, PRIb "%s" PRIb, BYTESF(front), front.n ? "." : "",
		                                   BYTESF(gate_text(yaml_text(n->key)))));

		if (n->kind == YAML_MAPPING) {
			flatten(n, key, depth - 1, a, out);
			continue;
		}
		bytes value = n->kind == YAML_SEQUENCE ? joined(n, a) : yaml_text(n);

		if (n->kind != YAML_ALIAS && !yaml_is_null(n))
			*ARENA_PUSH(a, out) = bytes_str(
				arena_printf(a, PRIb "=" PRIb, BYTESF(key), BYTESF(gate_text(value))));
	}
}

static int read_settings(bytes text, struct arena *a, struct word_list *out, err *e)
{
	struct yaml_file file;

	if (yaml_parse(text, a, &file, e) < 0)
		return -1;
	if (file.faults.len > 0)
		return err_set(e, ERR_FORMAT, 0, "%s", file.faults.items[0].message);
	for (size_t i = 0; i < file.documents.len; i++)
		flatten(file.documents.items[i].root, BYTES(""), 8, a, out);
	return 0;
}

static int read_by_kind(const struct paper *p, int64_t now, struct arena *a, struct papers *out,
                        err *e)
{
	switch (p->kind) {
	case PAPER_IGNORE:
	case PAPER_IGNORE_YAML:
		return ignore_read(
			&(struct ignore_file){
				p->kind == PAPER_IGNORE_YAML ? IGNORE_TRIVY_YAML : IGNORE_TRIVY, p->name, p->text },
			now, a, &out->ignore, e);
	case PAPER_VEX: return vex_read(p->text, &p->about, a, &out->vex, e);
	case PAPER_REPORT: return gate_baseline(p->text, a, &out->before, e);
	case PAPER_LEDGER: return ledger_read(p->text, a, &out->ledger, e);
	case PAPER_SETTINGS: return read_settings(p->text, a, &out->settings, e);
	}
	return err_set(e, ERR_BUG, 0, "no such paper");
}

int papers_read(const struct paper *p, int64_t now, struct arena *a, struct papers *out, err *e)
{
	size_t statement = out->vex.len;

	if (read_by_kind(p, now, a, out, e) < 0)
		return -1;
	for (; statement < out->vex.len; statement++)
		out->vex.items[statement].source = bytes_str(p->name);
	return 0;
}

/* -- on the wire ------------------------------------------------------------------------------- */

static void pack_words(buf *b, const bytes *items, size_t len)
{
	pack_u64(b, len);
	for (size_t i = 0; i < len; i++)
		pack_bytes(b, items[i]);
}

static void pack_ignore(const struct ignore_list *list, buf *b)
{
	pack_u64(b, list->entries.len);
	for (size_t i = 0; i < list->entries.len; i++) {
		const struct ignore_entry *x = &list->entries.items[i];

		pack_u64(b, x->kinds);
		pack_bytes(b, x->id);
		pack_words(b, x->paths.items, x->paths.len);
		pack_words(b, x->purls.items, x->purls.len);
		pack_bytes(b, x->statement);
		pack_bytes(b, x->source);
		pack_bytes(b, x->expires);
		pack_u64(b, x->expired);
	}
	pack_u64(b, list->notes.len);
	for (size_t i = 0; i < list->notes.len; i++)
		pack_str(b, list->notes.items[i]);
}

void papers_pack(const struct papers *p, buf *b)
{
	pack_ignore(&p->ignore, b);
	pack_u64(b, p->vex.len);
	for (size_t i = 0; i < p->vex.len; i++) {
		const struct vex_statement *s = &p->vex.items[i];

		pack_bytes(b, s->id);
		pack_bytes(b, s->product);
		pack_bytes(b, s->part);
		pack_u64(b, s->status);
		pack_bytes(b, s->why);
		pack_bytes(b, s->source);
		pack_u64(b, (uint64_t)(s->time < 0 ? 0 : s->time));
	}
	pack_words(b, p->before.items, p->before.len);
	pack_u64(b, p->ledger.len);
	for (size_t i = 0; i < p->ledger.len; i++) {
#define X(field) pack_bytes(b, p->ledger.items[i].field);
		LEDGER_FIELDS(X)
#undef X
	}
	pack_words(b, p->settings.items, p->settings.len);
}

/* take_count(in, out): each item takes an octet at least, so a count beyond them is a lie. */
static bool take_count(bytes *in, uint64_t *out)
{
	return pack_take_u64(in, in->n, out);
}

static bool take_text(bytes *in, bytes *out)
{
	return pack_take_bytes(in, LIMIT_SETTINGS, out);
}

static bool take_words(bytes *in, struct arena *a, struct word_list *out)
{
	uint64_t n;

	if (!take_count(in, &n))
		return false;
	for (; n > 0; n--)
		if (!take_text(in, ARENA_PUSH(a, out)))
			return false;
	return true;
}

static bool take_entry(bytes *in, struct arena *a, struct ignore_entry *out)
{
	struct word_list paths = { 0 }, purls = { 0 };
	uint64_t kinds;

	if (!pack_take_u64(in, IGNORE_ANY, &kinds) || !take_text(in, &out->id) ||
	    !take_words(in, a, &paths) || !take_words(in, a, &purls) ||
	    !take_text(in, &out->statement) || !take_text(in, &out->source) ||
	    !take_text(in, &out->expires) ||
	    !pack_take_bool(in, &out->expired))
		return false;
	out->kinds = (unsigned)kinds;
	out->paths.items = paths.items;
	out->paths.len = out->paths.cap = paths.len;
	out->purls.items = purls.items;
	out->purls.len = out->purls.cap = purls.len;
	return true;
}

static bool take_ignore(bytes *in, struct arena *a, struct ignore_list *out)
{
	struct word_list notes = { 0 };
	uint64_t n;

	if (!take_count(in, &n))
		return false;
	for (; n > 0; n--)
		if (!take_entry(in, a, ARENA_PUSH(a, &out->entries)))
			return false;
	if (!take_words(in, a, &notes))
		return false;
	for (size_t i = 0; i < notes.len; i++)
		*ARENA_PUSH(a, &out->notes) = text_shown(a, notes.items[i]);
	return true;
}

static bool take_vex(bytes *in, struct arena *a, struct vex_list *out)
{
	uint64_t n, status, time;

	if (!take_count(in, &n))
		return false;
	for (; n > 0; n--) {
		struct vex_statement *s = ARENA_PUSH(a, out);

		if (!take_text(in, &s->id) || !take_text(in, &s->product) || !take_text(in, &s->part) ||
		    !pack_take_u64(in, VEX_UNDER_INVESTIGATION, &status) || !take_text(in, &s->why) ||
		    !take_text(in, &s->source) || !pack_take_u64(in, INT64_MAX, &time))
			return false;
		s->status = (enum vex_status)status;
		s->time = (int64_t)time;
	}
	return true;
}

static bool take_ledger(bytes *in, struct arena *a, struct ledger *out)
{
	uint64_t n;

	if (!take_count(in, &n))
		return false;
	for (; n > 0; n--) {
		struct ledger_entry *x = ARENA_PUSH(a, out);

#define X(field) \
	if (!take_text(in, &x->field)) \
		return false;
		LEDGER_FIELDS(X)
#undef X
	}
	return true;
}

bool papers_unpack(bytes in, struct arena *a, struct papers *out)
{
	return take_ignore(&in, a, &out->ignore) && take_vex(&in, a, &out->vex) &&
	       take_words(&in, a, &out->before) && take_ledger(&in, a, &out->ledger) &&
	       take_words(&in, a, &out->settings) && in.n == 0;
}
