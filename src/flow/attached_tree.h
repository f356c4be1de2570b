/* SPDX-License-Identifier: Apache-2.0 */
/* attached_tree - everything that is attached to an image, with who signed it: as it says, or as
 * has been proven. Threading: as attachments_read; the workers were started before. */
#pragma once

#include "flow/claimant.h"
#include "flow/verify.h"
#include "report/tree_page.h"
#include "transfer/attachments.h"

struct attached_tree {
	struct worker *claimant;
	struct verifier *verifier; /* NULL: nobody is asked for, nothing is verified */
	enum attachments_scope scope;
	struct platform platform;
	const struct reference *elsewhere; /* is asked as well, about an image in a registry; NULL */
	struct registry_options registry;
};

/* attached_tree_make(o, target, a, out, e): errors of attachments_read, claimant_ask and
 * verifier_judge. What does not hold is told, no failure. Arena. */
int attached_tree_make(const struct attached_tree *o, const struct target *target, struct arena *a,
                       struct tree_page *out, err *e);
