/* SPDX-License-Identifier: Apache-2.0 */
/* json_canonical - the one form of a JSON value over which TUF signs.
 *
 * "Canonical JSON" of the OLPC wiki, which TUF names (specification 1.0, section 4.1): no white
 * space, members in the order of their names' octets, in strings only the quote and the backslash
 * escaped, integers alone. It is not RFC 8785. Threading: pure functions. */
#pragma once

#include "base/buf.h"
#include "fmt/json.h"

/* json_canonical(v, a, out, e): append the form of v. ERR_FORMAT: a number that is no integer of 64
 * bits; ERR_LIMIT: more than out may hold. Scratch in a. */
int json_canonical(json v, struct arena *a, buf *out, err *e);
