/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker found, read as hostile. */
#include "base/limits.h"
#include "base/pack.h"
#include "flow/check_wire.h"

struct taker {
	bytes *in;
	size_t *sent;    /* the worker's files, as indexes into check->files: those sent, those made */
	size_t sent_len; /* without those made */
	size_t made;
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

	if (t->sent_len == 0 || !pack_take_u64(t->in, t->sent_len + t->made - 1, &file) ||
	    !pack_take_u32(t->in, LIMIT_LIST + 1, &out->line) ||
	    !pack_take_u32(t->in, LIMIT_LIST + 1, &out->column))
		return false;
	*out_file = t->sent[file];
	return true;
}

static bool take_words(struct taker *t, struct check_finding *f)
{
	return take_str(t, &f->object) && take_str(t, &f->container) && take_str(t, &f->field) &&
	       take_str(t, &f->message) && take_str(t, &f->check) && take_str(t, &f->asks);
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
	if (!take_words(t, f) || !pack_take_bool(t->in, &suppressed) || !take_str(t, &f->suppressed_by))
		return false;
	if (!suppressed)
		f->suppressed_by = NULL;
	return true;
}

/* A file that is to be made: it may only lie beside one that was sent, under one of a few names. */
static bool take_made(struct taker *t, struct check *check, struct check_file *out)
{
	uint64_t beside, made;
	bytes text;

	if (t->sent_len == 0 || !pack_take_u64(t->in, t->sent_len - 1, &beside) ||
	    !pack_take_u64(t->in, JOB_MADE_LEN - 1, &made) || made == JOB_MADE_NOTHING ||
	    !pack_take_bytes(t->in, LIMIT_SETTINGS, &text))
		return false;
	*out = (struct check_file){ .made = true, .after = arena_bytes(t->arena, text) };
	out->name = job_made_name(check->files[t->sent[beside]].name, (enum job_made)made, t->arena);
	return true;
}

/* The files that were made stand behind the others. */
static bool take_made_count(struct taker *t, struct check *check, const size_t *sent)
{
	uint64_t made;

	if (!pack_take_u64(t->in, LIMIT_CHECK_FILES, &made) || made > t->in->n)
		return false;
	struct check_file *files = arena_array(t->arena, struct check_file, check->len + made);

	t->made = made;
	t->sent = arena_array(t->arena, size_t, t->sent_len + made);
	if (t->sent_len > 0)
		memcpy(t->sent, sent, t->sent_len * sizeof(*sent));
	if (check->len > 0)
		memcpy(files, check->files, check->len * sizeof(*files));
	for (size_t i = 0; i < made; i++)
		t->sent[t->sent_len + i] = check->len + i;
	check->files = files;
	check->len += made;
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
	for (size_t i = 0; i < t->made; i++)
		if (!take_made(t, check, &check->files[t->sent[t->sent_len + i]]))
			return false;
	return t->in->n == 0;
}

static bool take_all(struct taker *t, struct check *check)
{
	uint64_t faults, findings;

	if (!pack_take_u64(t->in, LIMIT_CHECK_FILES * (LIMIT_FAULTS_NAMED + 2), &faults))
		return false;
	/* Each takes four octets at least, so no count is larger than its answer. */
	if (faults > t->in->n)
		return false;
	check->faults = arena_array(t->arena, struct check_fault, faults);
	check->faults_len = faults;
	for (size_t i = 0; i < faults; i++)
		if (!take_place(t, &check->faults[i].file, &check->faults[i].at) ||
		    !take_str(t, &check->faults[i].message))
			return false;
	if (!pack_take_u64(t->in, LIMIT_FINDINGS, &findings) || findings > t->in->n)
		return false;
	check->findings = arena_array(t->arena, struct check_finding, findings);
	check->findings_len = findings;
	for (size_t i = 0; i < findings; i++)
		if (!take_finding(t, &check->findings[i]))
			return false;
	return take_texts(t, check);
}

bool check_take(bytes *in, struct check *check, const size_t *sent, size_t sent_len,
                struct arena *a)
{
	struct taker t = { .in = in, .sent_len = sent_len, .arena = a };
	uint64_t fixed, folded;

	if (!pack_take_u64(in, UINT32_MAX, &fixed) || !pack_take_u64(in, UINT32_MAX, &folded) ||
	    !take_made_count(&t, check, sent))
		return false;
	check->fixed = fixed;
	check->folded = folded;
	if (take_all(&t, check))
		return true;
	check->len -= t.made; /* they have no names */
	return false;
}
