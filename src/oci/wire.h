/* SPDX-License-Identifier: Apache-2.0 */
/* wire - shapes on a worker's pipe (base/pack.h), each described once: the description writes when
 * `out` is set and reads otherwise, so that both directions cannot drift apart.
 *
 * Reading never fails at once: what is malformed sets `failed`, and what follows stays empty; the
 * caller looks at the end. Slices borrow from `in`. Threading: belongs to one thread. */
#pragma once

#include "base/pack.h"
#include "oci/document.h"

struct wire {
	buf *out;
	bytes in;
	struct arena *a;
	bool failed; /* reading: something was malformed; what follows stays empty */
};

/* wire_number(w, v, max): gives v, or what is read, at most max. wire_digest: none is fine.
 * wire_count: how many elements follow; each takes an octet at least, so a lie cannot make us
 * allocate. */
uint64_t wire_number(struct wire *w, uint64_t v, uint64_t max);
void wire_bytes(struct wire *w, bytes *v);
void wire_bool(struct wire *w, bool *v);
void wire_digest(struct wire *w, digest *v);
size_t wire_count(struct wire *w, size_t len, size_t max);
void wire_label(struct wire *w, struct oci_label *v);

/* WIRE_LIST(w, list, max, each): a list with items, len, cap, whose elements each() describes. */
#define WIRE_LIST(w, list, max, each) \
	do { \
		size_t count_ = wire_count((w), (list)->len, (max)); \
		if (!(w)->out) { \
			(list)->items = arena_zero_array((w)->a, count_, sizeof(*(list)->items)); \
			(list)->len = (list)->cap = count_; \
		} \
		for (size_t i_ = 0; i_ < count_; i_++) \
			each((w), &(list)->items[i_]); \
	} while (0)
