/* SPDX-License-Identifier: Apache-2.0 */
/* schema_form - does a text have one of the forms that the schemas ask for?
 *
 * Private to this room. Threading: pure functions. */
#pragma once

#include "base/bytes.h"
#include "sbom/schema_table.h"

/* schema_fits(form, s): the whole of s. O(n). */
bool schema_fits(enum schema_form form, bytes s);
