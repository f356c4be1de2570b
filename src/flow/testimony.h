/* SPDX-License-Identifier: Apache-2.0 */
/* testimony - what shall be attested, read before anybody signs it: a predicate, or a whole in-toto
 * statement that somebody else made. Such a file often tells of an image that nobody trusts, so it
 * is read in a sealed worker. Threading: as worker_start. */
#pragma once

#include "sys/deadline.h"
#include "trust/claim.h"

struct testimony {
	bool is_statement;
	bytes content; /* of a statement: signed octet for octet */
	struct predicate_type type;
	struct {
		digest *items;
		size_t len, cap;
	} subjects; /* of a statement */
};

/* testimony_read(content, type, deadline, a, out, e): a predicate of that type. type NULL: a
 * statement, which says its own. ERR_FORMAT, ERR_LIMIT; ERR_BUG the worker died. Borrows content;
 * arena. */
int testimony_read(bytes content, const struct predicate_type *type, struct deadline deadline,
                   struct arena *a, struct testimony *out, err *e);

/* testimony_is_about(t, d): a statement about d, or a predicate. */
bool testimony_is_about(const struct testimony *t, const digest *d);
