/* SPDX-License-Identifier: Apache-2.0 */
#include "harden/pour.h"

#include "base/limits.h"
#include "sys/file.h"

#include <stdlib.h>

static int compare(const void *left, const void *right)
{
	const struct pour_entry *l = left, *r = right;

	return bytes_compare(l->path, r->path);
}

void pour_begin(struct pour *p)
{
	if (p->entries.len > 1)
		qsort(p->entries.items, p->entries.len, sizeof(*p->entries.items), compare);
	p->pending = (buf)BUF_INIT(4 * LIMIT_PATH + 64 * KIB);
}

void pour_done(struct pour *p)
{
	buf_done(&p->pending);
}

/* Folders are written with a slash behind, as tar does. */
static void put_header(struct pour *p, const struct pour_entry *entry)
{
	uint8_t name[LIMIT_PATH + 1];
	struct tar_entry t = { .type = entry->type,
		                   .name = entry->path,
		                   .link = entry->link,
		                   .mode = entry->mode,
		                   .uid = entry->uid,
		                   .gid = entry->gid,
		                   .mtime = entry->mtime,
		                   .size = entry->type == TAR_FILE ? entry->size : 0 };

	if (entry->type == TAR_DIR && entry->path.n < sizeof(name)) {
		memcpy(name, entry->path.p, entry->path.n);
		name[entry->path.n] = '/';
		t.name = bytes_of(name, entry->path.n + 1);
	}
	tar_write_header(&p->pending, &t);
}

/* go_on(p): the pending octets are given: what comes next. False at the end. */
static bool go_on(struct pour *p)
{
	buf_clear(&p->pending);
	p->pending_at = 0;
	if (p->next < p->entries.len) {
		put_header(p, &p->entries.items[p->next++]);
		p->at = 0;
		return true;
	}
	if (p->ended)
		return false;
	p->ended = true;
	tar_write_end(&p->pending);
	return true;
}

static int64_t give_body(struct pour *p, const struct pour_entry *entry, uint8_t *into, size_t cap,
                         err *e)
{
	uint64_t left = entry->size - p->at;
	size_t n = left < cap ? (size_t)left : cap;

	if (entry->fd < 0)
		memcpy(into, entry->content.p + p->at, n);
	else if (file_pread_all(entry->fd, into, n, entry->offset + p->at, e) < 0)
		return -1;
	p->at += n;
	if (p->at == entry->size)
		tar_write_pad(&p->pending, entry->size);
	return (int64_t)n;
}

int64_t pour_read(void *ctx, uint8_t *into, size_t cap, err *e)
{
	struct pour *p = ctx;

	for (;;) {
		const struct pour_entry *entry = p->next > 0 ? &p->entries.items[p->next - 1] : NULL;

		if (p->pending_at < p->pending.n) {
			bytes part = bytes_slice(buf_bytes(&p->pending), p->pending_at, cap);

			memcpy(into, part.p, part.n);
			p->pending_at += part.n;
			return (int64_t)part.n;
		}
		if (entry && entry->type == TAR_FILE && p->at < entry->size)
			return give_body(p, entry, into, cap, e);
		if (!go_on(p))
			return 0;
	}
}
