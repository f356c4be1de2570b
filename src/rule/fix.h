/* SPDX-License-Identifier: Apache-2.0 */
/* fix - findings that a fix can mend, mended: again and again until nothing more changes.
 *
 * In one pass the fixes that do not meet are spliced into the texts, in the order of the findings;
 * then the files are judged anew, because a fix may need what another one made. A suppressed
 * finding is left alone. A fix may mend another file than the one its finding is in, or make one.
 * After FIX_PASSES passes what is left stays.
 * Threading: as the job. */
#pragma once

#include "rule/job.h"

#define FIX_PASSES 40

/* fix_run(job, most): apply fixes of the classes up to `most` (RULE_FIX_SAFE: safe alone;
 * RULE_FIX_REVIEW: safe and review; RULE_FIX_INPUT: what options->pins tell, alone). *job is
 * judged anew in its arena: its files then have the new texts, its findings are those that remain.
 * *out_fixed: how many findings went.
 * ERR_LIMIT, ERR_BUG (a fix broke a file: the texts before it stay). */
int fix_run(struct rule_job *job, enum rule_fix most, size_t *out_fixed, err *e);
