/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/decision.h"

#include "base/limits.h"
#include "base/pack.h"

/* Needs, the rule above them, what the readers put around, an attachment below. */
#define DEPTH_MOST (LIMIT_POLICY_DEPTH + 4)

struct decision_line *decision_add(struct decision *d, struct arena *a)
{
	return ARENA_PUSH(a, &d->lines);
}

const char *decision_kind_name(enum decision_kind kind)
{
	switch (kind) {
	case DECISION_NONE: break;
	case DECISION_PASSES: return "passes";
	case DECISION_WARNS: return "warned";
	case DECISION_LACKS:
	case DECISION_DENIED: return "denied";
	}
	return "undecided";
}

const char *need_verdict_name(enum verdict_of_need verdict)
{
	switch (verdict) {
	case NEED_UNKNOWN: break;
	case NEED_HOLDS: return "holds";
	case NEED_LACKS: return "missing";
	case NEED_REFUSED: return "refused";
	}
	return "unknown";
}

static void pack_text(buf *out, bytes text)
{
	pack_bytes(out, bytes_slice(text, 0, LIMIT_DECISION_TEXT));
}

void decision_pack(const struct decision *d, buf *out)
{
	pack_u64(out, d->kind);
	pack_u64(out, d->lines.len);
	for (size_t i = 0; i < d->lines.len; i++) {
		const struct decision_line *line = &d->lines.items[i];

		pack_u64(out, line->depth);
		pack_u64(out, line->verdict);
		pack_u64(out, line->is_detail);
		pack_u64(out, line->line);
		pack_text(out, line->what);
		pack_text(out, line->why);
	}
}

static bool take_text(bytes *in, struct arena *a, bytes *out)
{
	bytes text;

	if (!pack_take_bytes(in, LIMIT_DECISION_TEXT, &text))
		return false;
	*out = arena_bytes(a, text);
	return true;
}

static bool take_line(bytes *in, struct arena *a, struct decision_line *out)
{
	uint32_t depth, verdict;

	if (!pack_take_u32(in, DEPTH_MOST, &depth) || !pack_take_u32(in, NEED_REFUSED, &verdict) ||
	    !pack_take_bool(in, &out->is_detail) || !pack_take_u32(in, UINT32_MAX, &out->line) ||
	    !take_text(in, a, &out->what) || !take_text(in, a, &out->why))
		return false;
	out->depth = depth;
	out->verdict = (enum verdict_of_need)verdict;
	return true;
}

int decision_unpack(bytes in, struct arena *a, struct decision *out, err *e)
{
	struct decision d = { 0 };
	uint32_t kind, n;
	bool ok = pack_take_u32(&in, DECISION_DENIED, &kind) && kind != DECISION_NONE &&
	          pack_take_u32(&in, LIMIT_DECISION_LINES, &n);

	for (uint32_t i = 0; ok && i < n; i++) {
		struct decision_line *line = decision_add(&d, a);

		ok = take_line(&in, a, line) && line->depth <= (i > 0 ? d.lines.items[i - 1].depth + 1 : 0);
	}
	if (!ok || in.n > 0)
		return err_set(e, ERR_BUG, 0, "the worker's decision cannot be read");
	d.kind = (enum decision_kind)kind;
	*out = d;
	return 0;
}
