/* SPDX-License-Identifier: Apache-2.0 */
/* init_texts - the texts that `oakum init` writes (data/init), and how they are filled.
 *
 * A text has values, "@(name)", and lines of its own:
 *
 *     #@for NAME     what follows, up to its #@end, once for each entry of the list NAME
 *     #@if NAME      what follows, when NAME is a value that is not empty or a list with entries
 *     #@else
 *     #@end
 *
 * A name is looked up in the innermost entry first, then outwards. A name that nobody knows is an
 * empty value. For flow/init*.c. Threading: pure. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

struct init_text {
	const char *name, *text;
};

/* Ends with { 0 }. */
extern const struct init_text init_texts[];

struct init_scope;

struct init_value {
	const char *name;
	const char *text;              /* a value; or NULL, and a list: */
	const struct init_scope *list; /* its entries */
	size_t len;
};

struct init_scope {
	struct {
		struct init_value *items;
		size_t len, cap;
	} values;
	const struct init_scope *outer; /* set by init_fill; NULL for the outermost */
};

/* init_set(s, a, name, text), init_set_list(s, a, name, list, len): names are static, texts and
 * entries borrowed. */
void init_set(struct init_scope *s, struct arena *a, const char *name, const char *text);
void init_set_list(struct init_scope *s, struct arena *a, const char *name,
                   const struct init_scope *list, size_t len);

/* init_fill(name, scope, out): the text of that name, filled. The texts are ours: one that is not
 * well formed is a bug that the tests see. */
void init_fill(const char *name, const struct init_scope *scope, buf *out);
