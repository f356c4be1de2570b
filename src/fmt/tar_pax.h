/* SPDX-License-Identifier: Apache-2.0 */
/* tar_pax - records of pax extended headers.
 *
 * POSIX.1-2001 pax, "pax Extended Header" and "pax Header Block": records "LENGTH KEYWORD=VALUE\n";
 * a later record overrides an earlier one, an empty value takes it (and what a g header said) away.
 * Keywords of GNU tar (sparse files) and of star (extended attributes) are read as well; unknown
 * ones are passed over.
 * Private to the tar reader. Threading: one thread a header. */
#pragma once

#include "fmt/tar_sparse.h"

/* What a header has said, one bit a keyword. */
enum tar_pax_has {
	PAX_PATH = 1 << 0,
	PAX_LINK = 1 << 1,
	PAX_SIZE = 1 << 2,
	PAX_UID = 1 << 3,
	PAX_GID = 1 << 4,
	PAX_MTIME = 1 << 5,
	PAX_CAPABILITY = 1 << 6,
	PAX_SPARSE_NAME = 1 << 7,
	PAX_SPARSE_MAP = 1 << 8,
	PAX_SPARSE_SIZE = 1 << 9,
	PAX_SPARSE_MAJOR = 1 << 10,
	PAX_SPARSE_MINOR = 1 << 11,
	PAX_SPARSE_OFFSET = 1 << 12, /* an offset that waits for its length */
	PAX_SPARSE_PIECE = 1 << 13,
	PAX_SPARSE_BLOCKS = 1 << 14,
};

struct tar_pax {
	unsigned has;
	unsigned taken_away;                                   /* by an empty value */
	bytes path, link, capability, sparse_name, sparse_map; /* borrow the records */
	uint64_t size, uid, gid, sparse_size, sparse_major, sparse_minor, sparse_offset, sparse_blocks;
	int64_t mtime;
	struct tar_sparse sparse; /* pieces named by records of their own (0.0) */
};

enum tar_pax_sparse { PAX_DENSE, PAX_SPARSE_RECORDS /* 0.0, 0.1 */, PAX_SPARSE_BODY /* 1.0 */ };

/* tar_pax_read(p, records, e): add what the records of one header say. Borrows. ERR_FORMAT,
 * ERR_LIMIT. */
int tar_pax_read(struct tar_pax *p, bytes records, err *e);

/* tar_pax_read_global(p, records, e): the same for a header of type g, which holds from here on.
 * Only owner and time are taken: a name, a size, a map or a capability for all files at once is
 * what GNU tar obeys and libarchive and Go do not, so that one archive would be two; ERR_FORMAT. */
int tar_pax_read_global(struct tar_pax *p, bytes records, err *e);

/* tar_pax_sparse(p, out, e): in which form the header says that the file is sparse; for RECORDS the
 * map is then whole in p->sparse. ERR_FORMAT, ERR_LIMIT. */
int tar_pax_sparse(struct tar_pax *p, enum tar_pax_sparse *out, err *e);
