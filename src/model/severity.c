/* SPDX-License-Identifier: Apache-2.0 */
#include "model/severity.h"

static const char *const names[] = { "unknown", "info", "low", "medium", "high", "critical" };

const char *severity_name(enum severity s)
{
	return names[s];
}

bool severity_from(bytes word, enum severity *out)
{
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bytes_equal_nocase(word, bytes_str(names[i]))) {
			*out = (enum severity)i;
			return true;
		}
	return false;
}
