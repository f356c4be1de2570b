/* SPDX-License-Identifier: Apache-2.0 */
/* The files that stay, searched for values that are known to be secrets: no parser looks at them
 * here, only their octets are compared; archives go to a worker, too (harden_archives.c). */
#include "base/limits.h"
#include "flow/harden_draft.h"
#include "harden/forget.h"
#include "sys/file.h"
#include "sys/worker.h"

#define PART (256 * KIB)

/* search_body(d, entry, part, out_held, e): in parts that overlap by the longest value. */
static int search_body(const struct draft *d, const struct pour_entry *entry, uint8_t *part,
                       bool *out_held, err *e)
{
	const struct strings *values = d->wish->values;
	size_t kept = 0, overlap = 0;

	for (size_t i = 0; i < values->len; i++)
		if (values->items[i].n > overlap && values->items[i].n <= PART)
			overlap = values->items[i].n;
	for (uint64_t at = 0; at < entry->size && !*out_held;) {
		size_t n = entry->size - at < PART ? (size_t)(entry->size - at) : PART;

		if (file_pread_all(entry->fd, part + kept, n, entry->offset + at, e) < 0)
			return -1;
		at += n;
		n += kept;
		*out_held = forget_holds(bytes_of(part, n), values);
		kept = n < overlap ? n : overlap;
		memmove(part, part + n - kept, kept);
	}
	return 0;
}

int draft_search(struct draft *d, err *e)
{
	struct worker *worker = NULL; /* for archives */
	uint8_t *part;
	int status = 0;

	if (d->wish->values->len == 0)
		return 0;
	part = arena_alloc(d->arena, 2 * PART);
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; status == 0 && k < d->pours[i].entries.len; k++) {
			const struct pour_entry *entry = &d->pours[i].entries.items[k];
			bool held = forget_holds(entry->content, d->wish->values);

			if (forget_holds(entry->path, d->wish->values) ||
			    forget_holds(entry->link, d->wish->values))
				d->out->held_names++;
			if (entry->type == TAR_FILE && entry->fd >= 0)
				status = search_body(d, entry, part, &held, e);
			if (entry->type == TAR_FILE && entry->fd >= 0 && !held && status == 0)
				status = draft_search_archive(d, entry, &worker, &held, e);
			if (held)
				*ARENA_PUSH(d->arena, &d->out->held) = entry->path;
		}
	worker_stop(worker);
	return status;
}
