/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/squeeze.h"

#include "base/arena.h"

#include <pthread.h>

#define HELPERS_MOST 8
#define SLOTS_MOST (3 * HELPERS_MOST + 2)

enum slot_state { SLOT_FREE, SLOT_FULL, SLOT_BUSY, SLOT_DONE };

/* One piece on its way. The state is guarded by the lock; the rest belongs to whom the state says.
 */
struct slot {
	enum slot_state state;
	uint8_t *in, *out;
	size_t in_n, out_n;
	uint32_t checksum;
};

struct squeeze {
	struct arena arena;
	enum codec codec;
	size_t slots, helpers;
	struct slot slot[SLOTS_MOST];
	size_t next; /* the slot a helper looks at next: pieces are begun in order */
	bool ending;
	pthread_mutex_t lock;
	pthread_cond_t full, done;
	pthread_t threads[HELPERS_MOST];
	struct hasher *hasher;
};

/* -- helpers ----------------------------------------------------------------------------------- */

static struct slot *take_slot(struct squeeze *s)
{
	struct slot *slot = NULL;

	pthread_mutex_lock(&s->lock);
	while (!s->ending && s->slot[s->next].state != SLOT_FULL)
		pthread_cond_wait(&s->full, &s->lock);
	if (!s->ending) {
		slot = &s->slot[s->next];
		slot->state = SLOT_BUSY;
		s->next = (s->next + 1) % s->slots;
	}
	pthread_mutex_unlock(&s->lock);
	return slot;
}

static void set_state(struct squeeze *s, struct slot *slot, enum slot_state state,
                      pthread_cond_t *bell)
{
	pthread_mutex_lock(&s->lock);
	slot->state = state;
	pthread_cond_signal(bell);
	pthread_mutex_unlock(&s->lock);
}

static void *helper_main(void *arg)
{
	struct squeeze *s = arg;
	struct compressor *c = compressor_new(s->codec);

	for (struct slot *slot; (slot = take_slot(s)) != NULL;) {
		bytes in = bytes_of(slot->in, slot->in_n);

		slot->out_n = compress_piece(c, in, slot->out);
		slot->checksum = compress_checksum(s->codec, in);
		set_state(s, slot, SLOT_DONE, &s->done);
	}
	compressor_free(c);
	return NULL;
}

static int start_helpers(struct squeeze *s, unsigned helpers, err *e)
{
	for (; s->helpers < helpers && s->helpers < HELPERS_MOST; s->helpers++) {
		int sys = pthread_create(&s->threads[s->helpers], NULL, helper_main, s);

		if (sys && s->helpers == 0)
			return err_set(e, ERR_IO, sys, "start a thread");
		if (sys)
			break; /* fewer do the same work */
	}
	return 0;
}

int squeeze_new(enum codec codec, unsigned helpers, struct squeeze **out, err *e)
{
	struct arena a = ARENA_INIT;
	struct squeeze *s = arena_new(&a, struct squeeze);

	s->codec = codec;
	s->slots = 3 * (helpers < HELPERS_MOST ? helpers : HELPERS_MOST) + 2;
	for (size_t i = 0; i < s->slots; i++) {
		s->slot[i].in = arena_alloc(&a, COMPRESS_PIECE);
		s->slot[i].out = arena_alloc(&a, compress_room(codec));
	}
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->full, NULL);
	pthread_cond_init(&s->done, NULL);
	s->hasher = hasher_new(DIGEST_SHA256);
	s->arena = a;
	if (start_helpers(s, helpers, e) < 0) {
		squeeze_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

void squeeze_free(struct squeeze *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->ending = true;
	pthread_cond_broadcast(&s->full);
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < s->helpers; i++)
		pthread_join(s->threads[i], NULL);
	pthread_cond_destroy(&s->full);
	pthread_cond_destroy(&s->done);
	pthread_mutex_destroy(&s->lock);
	hasher_free(s->hasher);
	struct arena a = s->arena; /* holds s itself */

	arena_done(&a);
}

/* -- the caller's thread ----------------------------------------------------------------------- */

/* One layer: which slots hold its pieces, what has been written. */
struct run {
	struct squeeze *s;
	const struct squeeze_ends *ends;
	size_t first, count; /* slots in use, in order */
	uint64_t size;
	uint32_t checksum;
};

/* fill(r, slot, e): a whole piece but at the end. 1 there are octets, 0 none are left. */
static int fill(struct run *r, struct slot *slot, err *e)
{
	int64_t n = 1;

	slot->in_n = 0;
	while (n > 0 && slot->in_n < COMPRESS_PIECE) {
		n = r->ends->read(r->ends->ctx, slot->in + slot->in_n, COMPRESS_PIECE - slot->in_n, e);
		if (n < 0)
			return -1;
		slot->in_n += (size_t)n;
	}
	hasher_update(r->s->hasher, bytes_of(slot->in, slot->in_n));
	r->size += slot->in_n;
	return slot->in_n > 0;
}

static struct slot *oldest(const struct run *r)
{
	return &r->s->slot[r->first];
}

static void await_oldest(struct run *r)
{
	pthread_mutex_lock(&r->s->lock);
	while (oldest(r)->state != SLOT_DONE)
		pthread_cond_wait(&r->s->done, &r->s->lock);
	pthread_mutex_unlock(&r->s->lock);
}

static void free_oldest(struct run *r)
{
	set_state(r->s, oldest(r), SLOT_FREE, &r->s->done);
	r->first = (r->first + 1) % r->s->slots;
	r->count--;
}

static int write_oldest(struct run *r, err *e)
{
	struct slot *slot = oldest(r);

	await_oldest(r);
	int status = r->ends->write(r->ends->ctx, bytes_of(slot->out, slot->out_n), e);

	r->checksum = compress_join(r->s->codec, r->checksum, slot->checksum, slot->in_n);
	free_oldest(r);
	return status;
}

static int pump(struct run *r, err *e)
{
	for (int more = 1; more > 0 || r->count > 0;) {
		if (more > 0 && r->count < r->s->slots) {
			struct slot *slot = &r->s->slot[(r->first + r->count) % r->s->slots];

			more = fill(r, slot, e);
			if (more < 0)
				return -1;
			if (more == 0)
				continue;
			r->count++;
			set_state(r->s, slot, SLOT_FULL, &r->s->full);
			if (r->count < r->s->slots)
				continue;
		}
		if (write_oldest(r, e) < 0)
			return -1;
	}
	return 0;
}

static int compress(struct run *r, err *e)
{
	struct compress_room room;
	enum codec codec = r->s->codec;
	bytes head = compress_head(codec);
	int status = head.n > 0 ? r->ends->write(r->ends->ctx, head, e) : 0;

	if (status == 0)
		status = pump(r, e);
	for (; r->count > 0; free_oldest(r)) /* after a failure: what the helpers still have */
		await_oldest(r);
	if (status < 0)
		return -1;
	bytes tail = compress_tail(codec, r->checksum, r->size, &room);

	return tail.n > 0 ? r->ends->write(r->ends->ctx, tail, e) : 0;
}

int squeeze_run(struct squeeze *s, const struct squeeze_ends *ends, digest *out_diff, err *e)
{
	/* Helpers take slots in order, so a layer begins where the last one ended. */
	struct run r = { .s = s, .ends = ends, .first = s->next };

	hasher_reset(s->hasher);
	if (compress(&r, e) < 0)
		return -1;
	*out_diff = hasher_final(s->hasher);
	return 0;
}
