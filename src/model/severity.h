/* SPDX-License-Identifier: Apache-2.0 */
/* severity - how bad a finding is, in the five words that everybody uses.
 *
 * The order is that of the enum, so comparisons say "at least". Threading: constant. */
#pragma once

#include "base/bytes.h"

enum severity {
	SEVERITY_UNKNOWN,
	SEVERITY_INFO,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
};

/* severity_name(s): "medium". Static. severity_from(word, out): the word in any case ("HIGH", as
 * Trivy writes it); false when it is none. */
const char *severity_name(enum severity s);
bool severity_from(bytes word, enum severity *out);
