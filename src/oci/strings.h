/* SPDX-License-Identifier: Apache-2.0 */
/* strings - every name and every value of a JSON document, also those that nobody asks for.
 *
 * For who searches a document whole: an image carries what its builder wrote anywhere in it, known
 * member or not. In the order of the document; made in a sealed worker, taken apart by its parent.
 * Threading: pure functions. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct oci_string {
	uint32_t depth; /* 0: of the document itself */
	uint32_t item;  /* from 0, where it stands in an array */
	bytes name;     /* of a member; empty in an array */
	bytes value;    /* of a string; empty for everything else */
};

/* oci_strings_pack(text, a, out, e): ERR_FORMAT, ERR_LIMIT: json_parse. */
int oci_strings_pack(bytes text, struct arena *a, buf *out, err *e);

/* oci_strings_take(packed, out): the next one; false at the end, where nothing is left of *packed,
 * or for what nobody packed. Borrows. */
bool oci_strings_take(bytes *packed, struct oci_string *out);
