/* SPDX-License-Identifier: Apache-2.0 */
/* policy_kyverno - what the readers of Kyverno's two kinds of policies share. Threading: as the
 * reader. */
#pragma once

#include "trust/policy_read.h"

/* policy_note_selectors(r, v, names): notes each of these members that stands there. 0. */
int policy_note_selectors(struct policy_reader *r, const struct yaml_node *v,
                          const char *const *names);
