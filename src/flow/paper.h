/* SPDX-License-Identifier: Apache-2.0 */
/* paper - what shall be attested, read before anybody signs it: a predicate, or a whole in-toto
 * statement that somebody else made. Such a file often tells of an image that nobody trusts, so it
 * is read in a sealed worker. Threading: as worker_start. */
#pragma once

#include "sys/deadline.h"
#include "trust/claim.h"

struct paper {
	bool is_statement;
	bytes content; /* of a statement: signed octet for octet */
	struct predicate_type type;
	struct {
		digest *items;
		size_t len, cap;
	} subjects; /* of a statement */
};

/* paper_read(content, type, deadline, a, out, e): a predicate of that type. type NULL: a statement,
 * which says its own. ERR_FORMAT, ERR_LIMIT; ERR_BUG the worker died. Borrows content; arena. */
int paper_read(bytes content, const struct predicate_type *type, struct deadline deadline,
               struct arena *a, struct paper *out, err *e);

/* paper_is_about(p, d): a statement about d, or a predicate. */
bool paper_is_about(const struct paper *p, const digest *d);
