/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/trust_wire.h"

#include "base/limits.h"
#include "base/pack.h"

/* Facts of one bundle: 32 log entries of six, 16 subjects of 17, a certificate of 40. */
#define FACTS_MOST 1024
#define FILE_NAME_MOST 160

/* -- a step of a walk -------------------------------------------------------------------------- */

void trust_step_pack(const struct trust_step *v, buf *out)
{
	const struct tuf_wish none = { .name = "" };
	const struct tuf_wish *wish = v->at_end ? &none : &v->wish;

	pack_u64(out, v->keep);
	pack_u64(out, v->at_end);
	pack_str(out, wish->name);
	pack_u64(out, wish->most);
	pack_u64(out, wish->part);
	pack_u64(out, wish->may_be_absent);
	for (size_t i = 0; i < TUF_ROLES; i++)
		pack_u64(out, v->version[i]);
}

static bool is_name(bytes name)
{
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '/')
			return false;
	}
	return name.n > 0 && bytes_search(name, BYTES("..")) == name.n;
}

bool trust_step_unpack(bytes in, struct arena *a, struct trust_step *out)
{
	struct trust_step v = { 0 };
	uint64_t part = 0;
	bytes name = { 0 };
	bool fits = pack_take_bool(&in, &v.keep) && pack_take_bool(&in, &v.at_end) &&
	            pack_take_bytes(&in, FILE_NAME_MOST, &name) &&
	            pack_take_u64(&in, LIMIT_TUF_FILE, &v.wish.most) &&
	            pack_take_u64(&in, TUF_PARTS - 1, &part) &&
	            pack_take_bool(&in, &v.wish.may_be_absent);

	for (size_t i = 0; i < TUF_ROLES && fits; i++)
		fits = pack_take_u64(&in, UINT64_MAX, &v.version[i]);
	if (!fits || in.n > 0 || (v.at_end ? name.n > 0 : !is_name(name)))
		return false;
	v.wish.part = (enum tuf_part)part;
	v.wish.name = arena_str(a, name);
	*out = v;
	return true;
}

/* -- an explanation ---------------------------------------------------------------------------- */

static void put_text(buf *out, bytes text)
{
	pack_bytes(out, bytes_slice(text, 0, LIMIT_IDENTITY));
}

/* A word for people: no NUL stands in it. */
static bool take_word(bytes *in, struct arena *a, const char **out)
{
	bytes text;

	if (!pack_take_bytes(in, sizeof(((err *)0)->text), &text) || bytes_find(text, 0) < text.n)
		return false;
	*out = arena_str(a, text);
	return true;
}

void trust_explanation_pack(const struct explanation *v, buf *out)
{
	size_t facts = v->facts.len < FACTS_MOST ? v->facts.len : FACTS_MOST;

	pack_str(out, v->form);
	pack_u64(out, v->knows_artifact);
	pack_u64(out, facts);
	for (size_t i = 0; i < facts; i++) {
		pack_u64(out, v->facts.items[i].part);
		pack_str(out, v->facts.items[i].name);
		put_text(out, v->facts.items[i].value);
	}
	for (size_t i = 0; i < VERIFY_STEPS; i++) {
		pack_str(out, v->steps[i].name);
		pack_u64(out, v->steps[i].status);
		pack_str(out, v->steps[i].why);
	}
}

static bool take_fact(bytes *in, struct arena *a, struct explain_fact *out)
{
	uint64_t part = 0;
	bool fits = pack_take_u64(in, EXPLAIN_PARTS - 1, &part) && take_word(in, a, &out->name) &&
	            pack_take_bytes(in, LIMIT_IDENTITY, &out->value);

	out->part = (enum explain_part)part;
	return fits;
}

static bool take_step(bytes *in, struct arena *a, struct verify_step *out)
{
	uint64_t status = STEP_UNTOLD;
	bool fits = take_word(in, a, &out->name) && pack_take_u64(in, STEP_FAILS, &status) &&
	            take_word(in, a, &out->why);

	out->status = (enum verify_step_status)status;
	return fits;
}

bool trust_explanation_unpack(bytes in, struct arena *a, struct explanation *out)
{
	uint64_t facts = 0;

	*out = (struct explanation){ 0 };
	bool fits = take_word(&in, a, &out->form) && pack_take_bool(&in, &out->knows_artifact) &&
	            pack_take_u64(&in, FACTS_MOST, &facts);

	for (uint64_t i = 0; fits && i < facts; i++)
		fits = take_fact(&in, a, ARENA_PUSH(a, &out->facts));
	for (size_t i = 0; fits && i < VERIFY_STEPS; i++)
		fits = take_step(&in, a, &out->steps[i]);
	return fits && in.n == 0;
}

/* -- a trusted root ---------------------------------------------------------------------------- */

void trust_entries_pack(const struct explain_entries *v, buf *out)
{
	pack_u64(out, v->len);
	for (size_t i = 0; i < v->len; i++) {
		const struct explain_entry *entry = &v->items[i];

		pack_u64(out, entry->kind);
		put_text(out, entry->address);
		put_text(out, entry->subject);
		put_text(out, entry->id);
		pack_u64(out, (uint64_t)(entry->from < 0 ? 0 : entry->from));
		pack_u64(out, (uint64_t)(entry->until < 0 ? 0 : entry->until));
	}
}

static bool take_entry(bytes *in, struct explain_entry *out)
{
	uint64_t kind, from, until;

	if (!pack_take_u64(in, EXPLAIN_KINDS - 1, &kind) ||
	    !pack_take_bytes(in, LIMIT_IDENTITY, &out->address) ||
	    !pack_take_bytes(in, LIMIT_IDENTITY, &out->subject) ||
	    !pack_take_bytes(in, LIMIT_IDENTITY, &out->id) || !pack_take_u64(in, INT64_MAX, &from) ||
	    !pack_take_u64(in, INT64_MAX, &until))
		return false;
	out->kind = (enum explain_kind)kind;
	out->from = (int64_t)from;
	out->until = (int64_t)until;
	return true;
}

bool trust_entries_unpack(bytes in, struct arena *a, struct explain_entries *out)
{
	uint64_t n = 0;
	bool fits = pack_take_u64(&in, EXPLAIN_KINDS * LIMIT_TRUST_ROOT_ITEMS, &n);

	*out = (struct explain_entries){ 0 };
	for (uint64_t i = 0; fits && i < n; i++)
		fits = take_entry(&in, ARENA_PUSH(a, out));
	return fits && in.n == 0;
}
