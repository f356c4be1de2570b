/* SPDX-License-Identifier: Apache-2.0 */
/* spool - one file's body at random access, and what kind of file the first octets tell.
 *
 * Inside a worker: an unlinked, capped file that the parent opened before the fork. Octets are
 * added in order, read back anywhere. Belongs to one thread. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "image/inspector.h"

struct spool {
	int fd;
	uint64_t size;
	bool dirty; /* the file holds something of an earlier body */
	buf window; /* small additions gather here, searches read into it */
	err fault;  /* what kept it from being read back */
};

void spool_init(struct spool *s, int fd);
void spool_done(struct spool *s);
/* spool_reset(s): empty it for the next body. spool_add: false when the disk is full or the cap
 * hit. */
void spool_reset(struct spool *s);
bool spool_add(struct spool *s, bytes part);
/* spool_read, spool_search: as inspection_read and inspection_search say; false also when the file
 * cannot be read back, which s->fault says: that is no "not found". */
bool spool_read(struct spool *s, uint64_t offset, size_t n, struct arena *a, bytes *out);
bool spool_search(struct spool *s, uint64_t from, uint64_t to, bytes what, uint64_t *out);

/* kind_of(head, size): by magic: ELF, PE ("MZ"), "#!", the usual archives. */
enum file_kind kind_of(bytes head, uint64_t size);
