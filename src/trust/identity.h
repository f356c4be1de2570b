/* SPDX-License-Identifier: Apache-2.0 */
/* identity - whom a certificate must name, and who must have vouched for him.
 *
 * Exact, or an expression that is searched for, as cosign does: where it is not anchored, more fits
 * than its author may think. PCRE2 with a limit of steps; where that is reached nothing fits.
 * Threading: constant once made; one thread matches at a time. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct pattern; /* an expression */

/* One side of a pair. Neither: anything, which only a caller may choose. */
struct identity_part {
	bytes exact;             /* empty: not this */
	struct pattern *pattern; /* NULL: not this */
};

struct identity {
	struct identity_part subject, issuer;
};

/* pattern_new(text, out, e): ERR_USAGE with the place where it cannot be read. pattern_free(NULL)
 * does nothing. */
int pattern_new(const char *text, struct pattern **out, err *e);
void pattern_free(struct pattern *p);
/* pattern_is_anchored(text): it begins with ^ and ends with $. */
bool pattern_is_anchored(const char *text);

/* identity_fits(i, subject, issuer): both sides. */
bool identity_fits(const struct identity *i, bytes subject, bytes issuer);
