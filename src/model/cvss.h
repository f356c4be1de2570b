/* SPDX-License-Identifier: Apache-2.0 */
/* cvss - the score of a vector of the Common Vulnerability Scoring System.
 *
 * FIRST's specifications 2.0 ("AV:N/AC:L/Au:N/C:P/I:P/A:P"), 3.0, 3.1 ("CVSS:3.1/...") and 4.0.
 * Vectors are read strictly: every base metric, none twice, no value that is not defined; in the
 * order of the specification in 2.0 and 4.0, and groups of 2.0 whole. Threading: pure functions. */
#pragma once

#include "base/bytes.h"

struct cvss {
	unsigned version; /* 20, 30, 31, 40 */
	uint16_t base;    /* tenths, of the base metrics alone: what vendors publish */
	uint16_t score;   /* tenths, with every metric that is there */
};

/* cvss_score(vector, out): false when it is no vector. */
bool cvss_score(bytes vector, struct cvss *out);
