/* SPDX-License-Identifier: Apache-2.0 */
/* helm - what a chart renders with its own values, and which octets come from where.
 *
 * The language is that of Go's text/template with the functions of Sprig and Helm 3 that charts
 * use; a release is called "release-name" in the namespace "default", as `helm template` has it. A
 * template that asks for something else (a file, the cluster, an unknown function) is not judged,
 * and that is told (HK006): its text is never taken for YAML. Nothing is run and no file is read.
 * Texts remember for each run of octets whether the template, a value or a computation made it.
 * For rule/rendered.c. Threading: as the job. */
#pragma once

#include "rule/rendered.h"

/* -- texts that know their origin ------------------------------------------------------------- */

enum helm_run_kind {
	HELM_COMPUTED, /* by a function; part, where there is one, had to do with it */
	HELM_LITERAL,  /* octets of a template: origin and source */
	HELM_VALUE,    /* a value as a whole */
};

struct helm_run {
	size_t at; /* to the next run */
	enum helm_run_kind kind;
	const struct part *part;
	const struct origin *origin;
	size_t source;
};

struct helm_text {
	struct {
		uint8_t *items;
		size_t len, cap;
	} octets;
	struct {
		struct helm_run *items;
		size_t len, cap;
	} runs;
};

struct helm;

bytes helm_octets(const struct helm_text *t);
/* helm_put: more octets, made by `run` (its at is set here). helm_put_part: octets [from, to) of
 * another text with their runs. Beyond h->octets_left nothing is put, and h->why says so.
 * helm_run_at(t, at): the run of that octet; NULL behind the end. */
void helm_put(struct helm *h, struct helm_text *t, bytes octets, struct helm_run run);
void helm_put_part(struct helm *h, struct helm_text *t, const struct helm_text *from, size_t begin,
                   size_t end);
const struct helm_run *helm_run_at(const struct helm_text *t, size_t at);

/* -- values ----------------------------------------------------------------------------------- */

/* nil when both are NULL. */
struct helm_value {
	const struct part *part; /* of the values, of the chart, or made by a function */
	struct helm_text *text;  /* a string that was put together */
};

/* -- templates -------------------------------------------------------------------------------- */

enum helm_kind {
	HELM_TEXT,
	HELM_ACTION,
	HELM_IF,
	HELM_RANGE,
	HELM_WITH,
	HELM_DEFINE,
};

struct helm_node {
	enum helm_kind kind;
	bytes text; /* the text, or the expression of an action */
	size_t at;  /* of it in the template */
	const struct origin *origin;
	struct helm_node *body, *other, *next; /* other: behind {{else}} */
};

struct helm_define {
	bytes name;
	const struct helm_node *body;
};

struct helm_variable {
	bytes name; /* without its $; empty for $ itself */
	struct helm_value value;
};

/* One rendering of one chart. */
struct helm {
	struct rendering *r;
	struct {
		struct helm_define *items;
		size_t len, cap;
	} defines;
	struct {
		struct helm_variable *items;
		size_t len, cap;
	} variables;
	size_t scope;       /* the first variable of this template */
	size_t steps_left;  /* actions that may still be done */
	size_t octets_left; /* of all texts together */
	const char *why;    /* what is not understood; NULL while all is */
};

/* helm_refuse(h, why): h->why, unless it is known already; false. */
static inline bool helm_refuse(struct helm *h, const char *why)
{
	if (!h->why)
		h->why = why;
	return false;
}

static inline bool helm_is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* helm_take_word(in, word): the front of *in is that word; it goes, with the space behind it. */
bool helm_take_word(bytes *in, const char *word);

/* helm_parse(h, text, o, out): the nodes of a template; its {{define}}s go to h->defines. False:
 * h->why says what is wrong. */
bool helm_parse(struct helm *h, bytes text, const struct origin *o, struct helm_node **out);
/* helm_run(h, nodes, dot, out, depth): what they render is put behind out. False: h->why. */
bool helm_render_nodes(struct helm *h, const struct helm_node *nodes, struct helm_value dot,
                       struct helm_text *out, unsigned depth);
/* helm_include(h, name, dot, out, depth): a defined template. */
bool helm_include(struct helm *h, bytes name, struct helm_value dot, struct helm_text *out,
                  unsigned depth);

/* -- helm_value.c: what values are ------------------------------------------------------------ */

bool helm_is_nil(struct helm_value v);
bool helm_is_true(struct helm_value v); /* as Go's templates: not empty */
bool helm_is_string(struct helm_value v);
bytes helm_string(struct helm_value v); /* as printed by itself; borrows */
struct helm_value helm_of(struct helm *h, bytes text, bool quoted);
struct helm_value helm_of_bool(struct helm *h, bool truth);
/* helm_print(h, v, out): as an action prints it. */
void helm_print(struct helm *h, struct helm_value v, struct helm_text *out);
struct helm_text *helm_text_of(struct helm *h, struct helm_value v);

/* helm_edit(r, p, change, key, value, out): a change of a part that stands in a template, as an
 * edit of its lines. False: there is no plain way. PUT: a member of the mapping p; APPEND: an item
 * of the sequence p; SET: another value; DELETE. Values as in fmt/yaml_edit.h. */
enum helm_change { HELM_PUT, HELM_APPEND, HELM_SET, HELM_DELETE };
bool helm_edit(struct rendering *r, const struct part *p, enum helm_change change, const char *key,
               const char *value, struct edits *out);

/* helm_call(h, name, args, len, out, depth): a function. False: h->why. */
bool helm_call(struct helm *h, bytes name, const struct helm_value *args, size_t len,
               struct helm_value *out, unsigned depth);
