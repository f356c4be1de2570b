/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/hoard.h"

#include "base/map.h"
#include "base/text.h"
#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

struct hoard {
	struct arena arena;
	pthread_mutex_t lock; /* of all below */
	struct map entries;   /* by value: struct hoard_hold */
	uint64_t end;         /* of what has been given away of the file */
	int fd;
	uint64_t largest;
};

int hoard_open(const char *dir, uint64_t largest, struct hoard **out, err *e)
{
	int fd = file_temp_unlinked(dir, e);

	if (fd < 0)
		return -1;
	struct arena arena = ARENA_INIT;
	struct hoard *h = arena_new(&arena, struct hoard);

	h->fd = fd;
	h->largest = largest;
	h->arena = arena;
	map_init(&h->entries, &h->arena);
	pthread_mutex_init(&h->lock, NULL);
	*out = h;
	return 0;
}

void hoard_close(struct hoard *h)
{
	if (!h)
		return;
	close(h->fd);
	pthread_mutex_destroy(&h->lock);
	struct arena arena = h->arena;

	arena_done(&arena);
}

/* Lengths differ, so values of two algorithms never meet. */
static bytes key_of(const digest *d)
{
	return bytes_of(d->value, digest_size(d));
}

bool hoard_find(struct hoard *h, const digest *d, struct hoard_hold *out)
{
	if (!h)
		return false;
	pthread_mutex_lock(&h->lock);
	const struct hoard_hold *have = map_get(&h->entries, key_of(d));

	if (have)
		*out = *have;
	pthread_mutex_unlock(&h->lock);
	return have != NULL;
}

int64_t hoard_read(const struct hoard_hold *hold, uint64_t at, uint8_t *into, size_t cap, err *e)
{
	uint64_t left = hold->size - at;

	return file_pread(hold->hoard->fd, into, left < cap ? (size_t)left : cap, hold->from + at, e);
}

/* Two threads may read the same: each gets a place, and the first that is whole is found. */
bool hoard_begin(struct hoard *h, const digest *d, uint64_t size, struct hoard_hold *out)
{
	struct hoard_hold known;

	if (!h || size > h->largest || hoard_find(h, d, &known))
		return false;
	pthread_mutex_lock(&h->lock);
	*out = (struct hoard_hold){ .hoard = h, .from = h->end, .size = size, .digest = *d };
	h->end += size;
	pthread_mutex_unlock(&h->lock);
	return true;
}

bool hoard_write(const struct hoard_hold *hold, uint64_t at, bytes part)
{
	const int fd = hold->hoard->fd;

	while (part.n > 0) {
		ssize_t n = pwrite(fd, part.p, part.n, (off_t)(hold->from + at));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			(void)fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)hold->from,
			                (off_t)hold->size); /* others need the room */
			return false;
		}
		at += (uint64_t)n;
		part = bytes_skip(part, (size_t)n);
	}
	return true;
}

void hoard_keep(const struct hoard_hold *hold, bytes media_type)
{
	struct hoard *h = hold->hoard;

	pthread_mutex_lock(&h->lock);
	if (!map_get(&h->entries, key_of(&hold->digest))) {
		struct hoard_hold *kept = arena_new(&h->arena, struct hoard_hold);

		*kept = *hold;
		kept->media_type = arena_bytes(&h->arena, media_type);
		*map_put(&h->entries, key_of(&kept->digest)) = kept;
	}
	pthread_mutex_unlock(&h->lock);
}
