/* SPDX-License-Identifier: Apache-2.0 */
/* sqlfile - the tables of an SQLite database file, read only, without SQLite.
 *
 * For files that an enemy may have written, in a worker that can open none: SQLite's "Database File
 * Format": 1.3 the header, 1.6 b-tree pages and cells, 1.6.2 overflow pages, 2.1 records, 2.6 the
 * schema table. Only table b-trees are walked, of statements the names of columns are read, no
 * index is trusted, text is UTF-8. What lies in a write-ahead log beside the file is not read.
 * A walk looks at each page at most once, so its time is linear in the file; a search looks at no
 * more pages than a tree is deep, and those a row overflows to.
 * Limits: LIMIT_SQLITE_DEPTH, and the caller's for a row. Threading: one thread a file. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "fmt/seek.h"

#include <limits.h>

struct sqlfile {
	const struct seek_file *file;
	struct arena *arena;
	uint32_t page_size, usable, pages;
	uint32_t left; /* pages that may still be looked at in this walk */
	/* The page in hand at each depth; overflowing pages go into the last. */
	uint8_t *levels[LIMIT_SQLITE_DEPTH + 1];
	buf record;
};

struct sqlfile_table {
	uint32_t root; /* the page it begins at; 0: there is no such table */
	bytes sql;     /* the statement that made it */
};

/* A row: its columns in the order of the table. */
struct sqlfile_row {
	int64_t id;   /* the rowid; what an INTEGER PRIMARY KEY shows */
	bytes record; /* borrows: until the next row */
};

typedef int sqlfile_fn(void *ctx, const struct sqlfile_row *row, err *e);

/* sqlfile_is(head): the beginning of a file, of at least 16 octets, that claims to be one. */
bool sqlfile_is(bytes head);

/* sqlfile_open(f, file, largest, a, e): largest: octets of one row. ERR_FORMAT. Arena.
 * sqlfile_close(f): also of one that was not opened (all zero). */
int sqlfile_open(struct sqlfile *f, const struct seek_file *file, size_t largest, struct arena *a,
                 err *e);
void sqlfile_close(struct sqlfile *f);

/* sqlfile_table(f, name, out, e): a table of that name. Arena.
 * sqlfile_column(t, name): which column it is, from 0; UINT_MAX when it has none of that name. */
int sqlfile_table(struct sqlfile *f, const char *name, struct sqlfile_table *out, err *e);
unsigned sqlfile_column(const struct sqlfile_table *t, const char *name);

/* sqlfile_walk(f, t, fn, ctx, e): all rows, in order; -1 of fn ends it. sqlfile_find(f, t, id, out,
 * e): 1 and the row, 0 when there is none. Neither within the other: open the file twice. Without a
 * table there are no rows. ERR_FORMAT, ERR_LIMIT. */
int sqlfile_walk(struct sqlfile *f, const struct sqlfile_table *t, sqlfile_fn *fn, void *ctx,
                 err *e);
int sqlfile_find(struct sqlfile *f, const struct sqlfile_table *t, int64_t id,
                 struct sqlfile_row *out, err *e);

/* sqlfile_text(row, i, out), sqlfile_blob: the value of column i; false when it is of another type.
 * sqlfile_int: the number; an INTEGER PRIMARY KEY stands as NULL there: it is row->id. */
bool sqlfile_text(const struct sqlfile_row *row, unsigned i, bytes *out);
bool sqlfile_blob(const struct sqlfile_row *row, unsigned i, bytes *out);
bool sqlfile_int(const struct sqlfile_row *row, unsigned i, int64_t *out);
/* sqlfile_real(row, i, out): a number, whole or not. */
bool sqlfile_real(const struct sqlfile_row *row, unsigned i, double *out);
