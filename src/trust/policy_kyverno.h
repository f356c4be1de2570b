/* SPDX-License-Identifier: Apache-2.0 */
/* policy_kyverno - the conditions of Kyverno's attestations: what members of the predicate must be.
 *
 * Keys are "{{ a.b }}" or "{{ regex_match('^x$', '{{ a.b }}') }}", values are written out; the
 * rest of JMESPath, variables and functions are refused. Threading: as the reader. */
#pragma once

#include "trust/policy_read.h"

/* All of the first, and one of the second, when there are any. */
struct policy_conditions {
	struct policy_tests {
		struct policy_test *items;
		size_t len, cap;
	} all, any;
};

/* policy_kyverno_conditions(r, owner, out): its member "conditions", a list of blocks, all of which
 * must hold; of "any" there is one list. ERR_FORMAT. */
int policy_kyverno_conditions(struct policy_reader *r, const struct yaml_node *owner,
                              struct policy_conditions *out);
