/* SPDX-License-Identifier: Apache-2.0 */
/* rating - how bad a vulnerability is, and who says so.
 *
 * Sources disagree; one is chosen as Trivy's "auto" does: what the advisory's own source says of
 * this package, then what that source says of the vulnerability, for a GHSA id GitHub, then NVD,
 * then the first of a fixed order of vendors (and then no source is named). A score becomes a word
 * at 0.1, 4.0, 7.0 and 9.0 (CVSS 3.1 section 5, CVSS 4.0 section 6).
 * Threading: pure functions. */
#pragma once

#include "vuln/advisory.h"

struct rating {
	enum severity severity;
	bytes source;                            /* empty: none is named */
	const struct vulnerability_score *score; /* of the source that was chosen; NULL: none */
};

/* rating_of(v, d, id): d may be NULL when nothing more is known of the vulnerability. Borrows. */
struct rating rating_of(const struct advisory *v, const struct vulnerability *d);
/* rating_word(tenths): 98 is SEVERITY_CRITICAL; 0 is SEVERITY_UNKNOWN. */
enum severity rating_word(unsigned tenths);
/* rating_score(s): the score that counts, in tenths: of CVSS 3 before 4 before 2; 0: none. */
unsigned rating_score(const struct vulnerability_score *s);
