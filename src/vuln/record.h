/* SPDX-License-Identifier: Apache-2.0 */
/* record - advisories and vulnerabilities as octets (base/pack.h), as the database keeps them.
 *
 * The reader trusts nothing: a database may come from anywhere. Threading: pure functions. */
#pragma once

#include "base/buf.h"
#include "vuln/advisory.h"

/* advisory_pack leaves out space and package: they are the key. */
void advisory_pack(const struct advisory *v, buf *out);
void vulnerability_pack(const struct vulnerability *v, buf *out);
void end_of_life_pack(const struct end_of_life *v, buf *out);

/* X_unpack(in, a, out): consume one record from the front of *in. Slices borrow from *in; lists are
 * arena memory. False when malformed. */
bool advisory_unpack(bytes *in, struct arena *a, struct advisory *out);
bool vulnerability_unpack(bytes *in, struct arena *a, struct vulnerability *out);
bool end_of_life_unpack(bytes *in, struct end_of_life *out);

/* vulnerability_merge(into, more, a): what a second source says of the same id: lists are joined,
 * what is empty is filled, scores are kept by source (the first of a source stays). */
void vulnerability_merge(struct vulnerability *into, const struct vulnerability *more,
                         struct arena *a);
