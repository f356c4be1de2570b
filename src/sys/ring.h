/* SPDX-License-Identifier: Apache-2.0 */
/* ring - frames passed between two processes through shared memory, without a copy.
 *
 * One producer, one consumer, a fixed number of slots of one size; a slot holds one frame. Each
 * side keeps its own position; what the other side wrote (position, length, flag) is hostile: a
 * length is checked against the slot, a position may only say "more" or "less", never where. The
 * octets of a frame can change under the consumer if the producer is malicious; who must not be
 * fooled reads them once.
 * Memory: ring_map makes it, shared and anonymous, before the fork; the child inherits it.
 * Threading: one thread a side. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#include <stdatomic.h>

#define RING_SLOTS_MOST 16

/* The shared words. Both sides map them writable: nothing in them is believed unchecked. */
struct ring_words {
	_Alignas(64) _Atomic uint32_t produced; /* frames committed, wraps */
	_Alignas(64) _Atomic uint32_t consumed; /* frames released, wraps */
	_Alignas(
		64) _Atomic uint32_t length[RING_SLOTS_MOST]; /* octets in the slot; bit 31: last frame */
};

struct ring {
	struct ring_words *words;
	uint8_t *data;
	uint32_t slots, slot_size;
	uint32_t mine; /* this side's position: frames it committed or released */
};

/* ring_map(slots, slot_size, out, e): slots is a power of two, at most RING_SLOTS_MOST. ERR_IO.
 * ring_unmap: in either process. */
int ring_map(uint32_t slots, uint32_t slot_size, struct ring *out, err *e);
void ring_unmap(struct ring *r);

/* Producer: ring_reserve gives the free slot (slot_size octets), NULL while there is none;
 * ring_commit passes its first n octets on. `last` ends a message. */
uint8_t *ring_reserve(struct ring *r);
void ring_commit(struct ring *r, size_t n, bool last);

/* Consumer: ring_peek gives the oldest frame; false while there is none. ring_release hands the
 * slot back. A length above the slot reads as an empty last frame, which no honest producer sends
 * within a message. */
bool ring_peek(const struct ring *r, bytes *out, bool *out_last);
void ring_release(struct ring *r);
