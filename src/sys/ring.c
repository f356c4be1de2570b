/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/ring.h"

#include <assert.h>
#include <errno.h>
#include <sys/mman.h>

#define LAST_BIT (UINT32_C(1) << 31)

static size_t data_offset(void)
{
	return (sizeof(struct ring_words) + 4095) / 4096 * 4096;
}

int ring_map(uint32_t slots, uint32_t slot_size, struct ring *out, err *e)
{
	assert(slots > 0 && slots <= RING_SLOTS_MOST && (slots & (slots - 1)) == 0);
	size_t size = data_offset() + (size_t)slots * slot_size;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return err_set(e, ERR_IO, errno, "map %zu bytes to share with a worker", size);
	*out = (struct ring){ .words = p, .data = (uint8_t *)p + data_offset(), .slots = slots,
		                  .slot_size = slot_size };
	return 0;
}

void ring_unmap(struct ring *r)
{
	if (r->words)
		munmap(r->words, data_offset() + (size_t)r->slots * r->slot_size);
	r->words = NULL;
}

uint8_t *ring_reserve(struct ring *r)
{
	uint32_t consumed = atomic_load_explicit(&r->words->consumed, memory_order_acquire);

	/* A hostile consumer may write any number here; all it wins is a slot it overwrites itself. */
	if (r->mine - consumed >= r->slots)
		return NULL;
	return r->data + (size_t)(r->mine & (r->slots - 1)) * r->slot_size;
}

void ring_commit(struct ring *r, size_t n, bool last)
{
	assert(n <= r->slot_size);
	atomic_store_explicit(&r->words->length[r->mine & (r->slots - 1)],
	                      (uint32_t)n | (last ? LAST_BIT : 0), memory_order_relaxed);
	r->mine++;
	atomic_store_explicit(&r->words->produced, r->mine, memory_order_seq_cst);
}

bool ring_peek(const struct ring *r, bytes *out, bool *out_last)
{
	uint32_t produced = atomic_load_explicit(&r->words->produced, memory_order_acquire);

	if (produced == r->mine)
		return false;
	uint32_t slot = r->mine & (r->slots - 1);
	uint32_t length = atomic_load_explicit(&r->words->length[slot], memory_order_relaxed);
	bool sane = (length & ~LAST_BIT) <= r->slot_size;

	*out = bytes_of(r->data + (size_t)slot * r->slot_size, sane ? length & ~LAST_BIT : 0);
	*out_last = !sane || (length & LAST_BIT);
	return true;
}

void ring_release(struct ring *r)
{
	r->mine++;
	atomic_store_explicit(&r->words->consumed, r->mine, memory_order_seq_cst);
}
