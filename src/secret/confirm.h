/* SPDX-License-Identifier: Apache-2.0 */
/* confirm - is what has the shape of a secret one? Decided offline, from the octets alone.
 *
 * Two questions, of a value whose ends are known. confirm_stands_for_secret: could this value be
 * somebody's secret, or is it a placeholder, a variable, a word, a documented sample? What is not
 * is no finding. confirm_grade: how sure is it? A checksum that does not fit, a key that does not
 * parse and the like lower the confidence and hide nothing. Threading: pure functions. */
#pragma once

#include "base/arena.h"
#include "secret/rules.h"

enum secret_confidence {
	SECRET_UNSURE,
	SECRET_LOW,    /* a name says that the value is a secret */
	SECRET_MEDIUM, /* it has a form that only secrets have */
	SECRET_HIGH    /* and what can be checked without asking anybody fits */
};

/* confirm_extent(rule, value): an expression cannot count; DER is cut to the length it says. false:
 * it is longer than what is at hand, or no DER. */
bool confirm_extent(const struct secret_rule *rule, bytes *value);

/* confirm_stands_for_secret(rule, value, around): `around` is the text in which it stands, as far
 * as it is at hand. */
bool confirm_stands_for_secret(const struct secret_rule *rule, bytes value, bytes around);

/* confirm_grade(rule, value, scratch): value is what confirm_stands_for_secret let pass. */
enum secret_confidence confirm_grade(const struct secret_rule *rule, bytes value,
                                     struct arena *scratch);

/* confirm_entropy(value): Shannon's, of its octets, in tenths of a bit an octet. */
unsigned confirm_entropy(bytes value);
