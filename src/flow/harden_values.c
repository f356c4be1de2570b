/* SPDX-License-Identifier: Apache-2.0 */
/* The files that stay, searched for values that are known to be secrets: no parser looks at them
 * here, only their octets are compared; archives go to a worker, too (harden_archives.c). */
#include "base/limits.h"
#include "flow/harden_draft.h"
#include "harden/forget.h"
#include "sys/file.h"
#include "sys/worker.h"

#define PART (256 * KIB)

struct searching {
	struct draft *draft;
	struct forget_seeker seeker;
	struct worker *worker; /* for archives; NULL: not asked yet */
	uint8_t *part;
};

static int search_body(struct searching *s, const struct pour_entry *entry, bool *out_held, err *e)
{
	forget_seeker_next(&s->seeker);
	for (uint64_t at = 0; at < entry->size && !*out_held;) {
		size_t n = entry->size - at < PART ? (size_t)(entry->size - at) : PART;

		if (file_pread_all(entry->fd, s->part, n, entry->offset + at, e) < 0)
			return -1;
		at += n;
		*out_held = forget_seeker_add(&s->seeker, bytes_of(s->part, n));
	}
	return 0;
}

static int search_entry(struct searching *s, const struct pour_entry *entry, err *e)
{
	struct draft *d = s->draft;
	bool held = forget_holds(entry->content, d->wish->values);

	if (forget_holds(entry->path, d->wish->values) || forget_holds(entry->link, d->wish->values))
		d->out->held_names++;
	if (entry->type == TAR_FILE && entry->fd >= 0 &&
	    (search_body(s, entry, &held, e) < 0 ||
	     (!held && draft_search_archive(d, entry, &s->worker, &held, e) < 0)))
		return -1;
	if (held)
		*ARENA_PUSH(d->arena, &d->out->held) = entry->path;
	return 0;
}

int draft_search(struct draft *d, err *e)
{
	struct searching s = { .draft = d };
	int status = 0;

	if (d->wish->values->len == 0)
		return 0;
	s.part = arena_alloc(d->arena, PART);
	forget_seeker_begin(&s.seeker, d->wish->values);
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; status == 0 && k < d->pours[i].entries.len; k++)
			status = search_entry(&s, &d->pours[i].entries.items[k], e);
	forget_seeker_done(&s.seeker);
	worker_stop(s.worker);
	return status;
}
