/* SPDX-License-Identifier: Apache-2.0 */
/* decision - what a policy says of one image: may it pass, and why.
 *
 * A tree, told line by line: rules, below them their needs, below those what was looked at. Plain
 * data that a sealed worker answers. Threading: constant once made. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum verdict_of_need {
	NEED_UNKNOWN,
	NEED_HOLDS,
	NEED_LACKS,   /* nothing of that kind is attached */
	NEED_REFUSED, /* something is, and none of it is what is asked for */
};

struct decision_line {
	unsigned depth; /* 0: a rule; at most one more than that of the line above */
	enum verdict_of_need verdict;
	bool is_detail; /* one attachment that was looked at, below the need */
	uint32_t line;  /* of the policy; 0: none */
	bytes what;     /* "signature by ci" */
	bytes why;      /* who signed and when; or why not */
};

enum decision_kind {
	DECISION_NONE,
	DECISION_PASSES,
	DECISION_WARNS,  /* passes, and something is not met that only warns */
	DECISION_LACKS,  /* denied: nothing that is asked for is attached */
	DECISION_DENIED, /* denied: something is, and it is not what is asked for; or no rule */
};

struct decision {
	enum decision_kind kind;
	bytes tag, digest; /* of the image; set by who gathered, not by the worker */
	struct {
		struct decision_line *items;
		size_t len, cap;
	} lines;
};

/* decision_add(d, a): one more line, cleared. decision_kind_name: "passes". Static. */
struct decision_line *decision_add(struct decision *d, struct arena *a);
const char *decision_kind_name(enum decision_kind kind);
const char *need_verdict_name(enum verdict_of_need verdict);

/* decision_pack: texts are cut to LIMIT_DECISION_TEXT. decision_unpack(in, a, out, e): everything
 * is copied. ERR_BUG when malformed, above LIMIT_DECISION_LINES lines. */
void decision_pack(const struct decision *d, buf *out);
int decision_unpack(bytes in, struct arena *a, struct decision *out, err *e);
