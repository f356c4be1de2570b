/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_document - what holds for every document of oci/document.h.
 *
 * A refusal has a kind and a printable text. What was read packs, and comes back from its pack as
 * what it was: it packs to the same octets again. */
#pragma once

#include "oci/document.h"

#include <stdlib.h>

static inline void check_refusal(const err *e)
{
	if (!err_is_set(e) || e->len == 0 || e->len >= sizeof(e->text))
		abort();
	for (size_t i = 0; i < e->len; i++)
		if ((uint8_t)e->text[i] < 0x20 || e->text[i] == 0x7f)
			abort();
}

#define FUZZ_PARSE(name, shape) \
	static inline void check_##name##_pack(const struct shape *v) \
	{ \
		struct arena a = ARENA_INIT; \
		buf first = BUF_INIT(1 << 28), second = BUF_INIT(1 << 28); \
		struct shape back; \
		err e = { 0 }; \
\
		oci_##name##_pack(v, &first); \
		if (oci_##name##_unpack(buf_bytes(&first), &a, &back, &e) < 0) \
			abort(); \
		oci_##name##_pack(&back, &second); \
		if (!bytes_equal(buf_bytes(&first), buf_bytes(&second))) \
			abort(); \
		buf_done(&first); \
		buf_done(&second); \
		arena_done(&a); \
	} \
\
	static inline void fuzz_##name##_parse(bytes text) \
	{ \
		struct arena a = ARENA_INIT; \
		struct shape v; \
		err e = { 0 }; \
\
		if (oci_##name##_parse(text, &a, &v, &e) < 0) \
			check_refusal(&e); \
		else \
			check_##name##_pack(&v); \
		arena_done(&a); \
	}

/* What a worker may answer: refused, or the one encoding of something. */
#define FUZZ_UNPACK(name, shape) \
	static inline void fuzz_##name##_unpack(bytes in) \
	{ \
		struct arena a = ARENA_INIT; \
		buf again = BUF_INIT(1 << 28); \
		struct shape v; \
		err e = { 0 }; \
\
		if (oci_##name##_unpack(in, &a, &v, &e) < 0) { \
			check_refusal(&e); \
		} else { \
			oci_##name##_pack(&v, &again); \
			if (!bytes_equal(buf_bytes(&again), in)) \
				abort(); \
		} \
		buf_done(&again); \
		arena_done(&a); \
	}
