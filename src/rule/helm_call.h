/* SPDX-License-Identifier: Apache-2.0 */
/* helm_call - how a function of a chart's templates is given its arguments, and how it answers.
 *
 * For rule/helm_functions.c and helm_text.c alone. Threading: as the job. */
#pragma once

#include "rule/helm.h"

struct helm_call {
	struct helm *h;
	const struct helm_value *args;
	size_t len;
	unsigned depth;
	struct helm_value *out;
};

struct helm_function {
	const char *name;
	size_t least; /* arguments */
	bool (*call)(const struct helm_call *c);
};

/* Those that make texts of texts; ends with { 0 }. */
extern const struct helm_function helm_text_functions[];

/* helm_wrong(c, why): the template is not understood; false. */
static inline bool helm_wrong(const struct helm_call *c, const char *why)
{
	return helm_refuse(c->h, why);
}

static inline const struct helm_value *helm_last(const struct helm_call *c)
{
	return &c->args[c->len - 1];
}

/* helm_give, helm_give_bool: the answer; true. */
static inline bool helm_give(const struct helm_call *c, struct helm_value v)
{
	*c->out = v;
	return true;
}

static inline bool helm_give_bool(const struct helm_call *c, bool truth)
{
	return helm_give(c, helm_of_bool(c->h, truth));
}

static inline bool helm_give_text(const struct helm_call *c, struct helm_text *t)
{
	return helm_give(c, (struct helm_value){ .text = t });
}

/* helm_number(v, out): an integer; what stands behind a point is dropped. */
bool helm_number(struct helm_value v, int64_t *out);
