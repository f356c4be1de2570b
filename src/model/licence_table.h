/* SPDX-License-Identifier: Apache-2.0 */
/* licence_table - the identifiers of the SPDX licence list, made from data/spdx-licences.tsv.
 *
 * Private to licence.c. Sorted by their lower-case forms. Threading: constant. */
#pragma once

#include "base/bytes.h"

struct licence_id {
	bytes id;
	bool is_exception; /* stands behind WITH only */
};

extern const struct licence_id licence_ids[];
extern const size_t licence_ids_len;
