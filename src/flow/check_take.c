/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker found, read as hostile. */
#include "base/limits.h"
#include "base/pack.h"
#include "flow/check_wire.h"

struct taker {
	bytes *in;
	const size_t *sent;
	size_t sent_len;
	struct arena *arena;
};

static bool take_str(struct taker *t, const char **out)
{
	bytes text;

	if (!pack_take_bytes(t->in, LIMIT_CHECK_ANSWER, &text) || bytes_find(text, 0) < text.n)
		return false;
	*out = arena_str(t->arena, text);
	return true;
}

static bool take_place(struct taker *t, size_t *out_file, struct position *out)
{
	uint64_t file;

	if (t->sent_len == 0 || !pack_take_u64(t->in, t->sent_len - 1, &file) ||
	    !pack_take_u32(t->in, LIMIT_SETTINGS + 1, &out->line) ||
	    !pack_take_u32(t->in, LIMIT_SETTINGS + 1, &out->column))
		return false;
	*out_file = t->sent[file];
	return true;
}

static bool take_finding(struct taker *t, struct check_finding *f)
{
	uint64_t rule, fix;
	bool suppressed;

	if (!take_place(t, &f->file, &f->at) || !pack_take_u64(t->in, 10000, &rule) ||
	    !(f->rule = rule_at(rule)) || !pack_take_u32(t->in, UINT32_MAX, &f->from) ||
	    !pack_take_u32(t->in, UINT32_MAX, &f->to) || !pack_take_u64(t->in, RULE_FIX_INPUT, &fix))
		return false;
	f->fix = (enum rule_fix)fix;
	if (!take_str(t, &f->object) || !take_str(t, &f->container) || !take_str(t, &f->field) ||
	    !take_str(t, &f->message) || !take_str(t, &f->check) ||
	    !pack_take_bool(t->in, &suppressed) || !take_str(t, &f->suppressed_by))
		return false;
	if (!suppressed)
		f->suppressed_by = NULL;
	return true;
}

static bool take_texts(struct taker *t, struct check *check)
{
	for (size_t i = 0; i < t->sent_len; i++) {
		bytes text;
		bool changed;

		if (!pack_take_bool(t->in, &changed))
			return false;
		if (!changed)
			continue;
		if (!pack_take_bytes(t->in, LIMIT_SETTINGS, &text))
			return false;
		check->files[t->sent[i]].after = arena_bytes(t->arena, text);
	}
	return t->in->n == 0;
}

bool check_take(bytes *in, struct check *check, const size_t *sent, size_t sent_len,
                struct arena *a)
{
	struct taker t = { in, sent, sent_len, a };
	uint64_t fixed, faults, findings;

	if (!pack_take_u64(in, UINT32_MAX, &fixed) ||
	    !pack_take_u64(in, LIMIT_CHECK_FILES * (LIMIT_FAULTS_NAMED + 2), &faults))
		return false;
	check->fixed = fixed;
	/* Each takes four octets at least, so no count is larger than its answer. */
	if (faults > in->n)
		return false;
	check->faults = arena_array(a, struct check_fault, faults);
	check->faults_len = faults;
	for (size_t i = 0; i < faults; i++)
		if (!take_place(&t, &check->faults[i].file, &check->faults[i].at) ||
		    !take_str(&t, &check->faults[i].message))
			return false;
	if (!pack_take_u64(in, LIMIT_FINDINGS, &findings) || findings > in->n)
		return false;
	check->findings = arena_array(a, struct check_finding, findings);
	check->findings_len = findings;
	for (size_t i = 0; i < findings; i++)
		if (!take_finding(&t, &check->findings[i]))
			return false;
	return take_texts(&t, check);
}
