/* SPDX-License-Identifier: Apache-2.0 */
/* What is folded into a file: whatever it is, files in it begin and end in turn, their paths have
 * bounds; and however it is cut, the same is told of what could be read whole. */
#include "base/limits.h"
#include "secret/unfold.h"

#include <stdlib.h>

struct seen {
	uint64_t files, octets, sum;
	bool open;
};

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void add(struct seen *s, bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		s->sum = (s->sum ^ text.p[i]) * UINT64_C(1099511628211);
}

static bool on_name(void *ctx, bytes name)
{
	struct seen *s = ctx;

	must(!s->open);
	add(s, name);
	return name.n % 7 != 6;
}

static void on_begin(void *ctx, bytes path)
{
	struct seen *s = ctx;

	must(!s->open && path.n <= LIMIT_PATH);
	s->open = true;
	s->files++;
	add(s, path);
}

static void on_data(void *ctx, bytes part)
{
	struct seen *s = ctx;

	must(s->open);
	s->octets += part.n;
	if (s->octets < MIB)
		add(s, part);
}

static void on_end(void *ctx)
{
	struct seen *s = ctx;

	must(s->open);
	s->open = false;
}

static const struct unfold_events events = { on_name, on_begin, on_data, on_end };

/* Twice, unless that takes long: a file leaves nothing behind for the next one. */
static struct unfold_missed run(bytes file, size_t part, struct seen *out)
{
	struct unfold_missed missed = { 0 };
	struct arena a = ARENA_INIT;
	struct unfold *u = unfold_new(&a, &events, out);

	for (unsigned i = 0; i < 2 && out->octets < MIB; i++) {
		*out = (struct seen){ 0 };
		for (size_t at = 0; at < file.n; at += part)
			unfold_add(u, bytes_slice(file, at, part));
		unfold_end(u, &missed);
		must(!out->open);
	}
	must((missed.n > 0) == (missed.why != NULL));
	unfold_done(u);
	arena_done(&a);
	return missed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes file = bytes_of(data, size);
	struct seen whole = { 0 }, parts = { 0 };
	struct unfold_missed one = run(file, size + 1, &whole), other = run(file, 7, &parts);

	if (one.n == 0 && other.n == 0)
		must(whole.files == parts.files && whole.octets == parts.octets &&
		     (whole.octets >= MIB || whole.sum == parts.sum));
	return 0;
}
