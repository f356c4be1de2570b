/* SPDX-License-Identifier: Apache-2.0 */
/* pile - records in a file, asked for by number: what does not fit into memory.
 *
 * Four octets of memory a record; together at most LIMIT_SPOOL. Records are added first and read
 * afterwards, quickest in their order. Private to this room. Threading: belongs to one thread. */
#pragma once

#include "image/spool.h"

struct pile {
	struct spool spool;
	buf starts; /* uint32_t: where each record begins */
	uint64_t size;
	struct arena arena; /* of the window: what lies around the last record that was read */
	bytes window;
	uint64_t from;
	size_t next; /* the record that follows it */
};

/* pile_init(p, fd): fd is open for reading and writing and ours alone; what it holds is lost. */
void pile_init(struct pile *p, int fd);
void pile_done(struct pile *p);
size_t pile_count(const struct pile *p);

/* pile_add(p, record): false when the disk or the pile is full. */
bool pile_add(struct pile *p, bytes record) __attribute__((warn_unused_result));
/* pile_get(p, i, a): the i-th record. Arena. Empty when it cannot be read back. */
bytes pile_get(struct pile *p, size_t i, struct arena *a);
