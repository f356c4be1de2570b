/* SPDX-License-Identifier: Apache-2.0 */
/* cvss_vector - reading a vector by its table of metrics; for cvss*.c alone. */
#pragma once

#include "model/cvss.h"

#define CVSS_METRICS_MOST 32

struct cvss_metric {
	const char *name;
	const char *values; /* divided by blanks */
	unsigned group;     /* 0: must be there */
};

/* The number of each metric's value: 0 for the first; CVSS_ABSENT. */
#define CVSS_ABSENT 0xff
struct cvss_values {
	uint8_t at[CVSS_METRICS_MOST];
};

/* cvss_read(vector, metrics, n, ordered, out): false when it is none of this table. */
bool cvss_read(bytes vector, const struct cvss_metric *metrics, size_t n, bool ordered,
               struct cvss_values *out);

/* cvss4_score(vector, out): of what stands behind "CVSS:4.0/". */
bool cvss4_score(bytes vector, struct cvss *out);
