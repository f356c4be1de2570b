/* SPDX-License-Identifier: Apache-2.0 */
/* inspector - what looks into files while a layer streams by.
 *
 * The engine walks a layer once. For each entry it asks every inspector what it wants; the body (or
 * the part that was asked for) is kept once and handed to all who asked, at the entry's end. An
 * inspector answers with items: opaque records that belong to the file they came from. When an
 * upper layer hides that file, its items are hidden too; nobody else has to know. Inspectors run
 * inside a sealed worker: they have no file, no network, no clock, only the body, an arena and
 * emit. What cannot be understood is emitted as a gap, never dropped: "not looked at" is not
 * "clean". Threading: inspectors are const tables; inspection belongs to the worker's one
 * thread. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum entry_type {
	ENTRY_NONE,
	ENTRY_FILE,
	ENTRY_DIR,
	ENTRY_SYMLINK,
	ENTRY_HARDLINK,
	ENTRY_CHAR,
	ENTRY_BLOCK,
	ENTRY_FIFO
};

/* What the first octets of a regular file say it is. */
enum file_kind { KIND_DATA, KIND_EMPTY, KIND_ELF, KIND_PE, KIND_SCRIPT, KIND_ARCHIVE };

/* One entry of a layer, as the engine sees it: cleaned name, borrowed for the call. */
struct entry {
	enum entry_type type;
	enum file_kind kind; /* known once the head has been seen */
	bytes path;          /* cleaned, no leading slash (base/path.h) */
	bytes link;          /* symlink: as written; hard link: cleaned path */
	uint32_t mode;       /* permission bits, setuid and friends included */
	uint32_t uid, gid;
	uint64_t size;
	int64_t mtime;
	bytes capability; /* security.capability, or empty */
	bool sparse;      /* its octets in the archive are not its content */
};

enum want_what { WANT_NO, WANT_HEAD, WANT_ALL, WANT_TAIL, WANT_SPOOL };
struct want {
	enum want_what what;
	uint64_t n; /* HEAD: how many octets (at most INSPECT_HEAD); TAIL: from which offset on */
};
/* Inspectors of one read. */
#define INSPECTORS_MOST 32
/* A page: in it stand the headers of a program and what its linker notes. */
#define INSPECT_HEAD 4096

struct emitter; /* the engine's side of emit */

/* The body in hand. Exactly what was wanted: HEAD and ALL in `body`; TAIL in `body`, beginning at
 * `body_from`; SPOOL through inspection_read. A body above LIMIT_KEEP (ALL, TAIL) or LIMIT_SPOOL is
 * a gap the engine states itself; inspect is then not called. */
struct inspection {
	const struct entry *entry;
	bytes body;
	uint64_t body_from;
	struct arena *scratch; /* reset after the entry */
	struct emitter *emitter;
};

/* A tap sees every octet of every regular file of a layer as it passes, in parts, whoever asked for
 * the file; nothing is kept for it, so its own state is all the memory it takes. The state is
 * opened with the first octet and lives for the layer; end is called at the end of each file that
 * had octets, where it may emit items of that file (in->body is empty). A second read has no
 * taps. */
struct tap {
	void *(*open)(err *e); /* NULL and *e set on failure */
	void (*data)(void *state, bytes part);
	int (*end)(void *state, struct inspection *in, err *e);
	void (*close)(void *state);
};

struct inspector {
	const char *name;
	uint16_t id;      /* stands in items: unique, never reused */
	uint16_t version; /* raised whenever its items change: part of the cache key */
	/* want(entry): for regular files and hard links, by name and metadata alone. */
	struct want (*want)(const struct entry *entry);
	/* escalate(entry, head): after WANT_HEAD; may answer ALL, TAIL, SPOOL, or HEAD (enough) or NO.
	 * NULL: the head is enough. */
	struct want (*escalate)(const struct entry *entry, bytes head);
	int (*inspect)(struct inspection *in, err *e);
	/* role(path): for an inspector that reads several kinds of files: which kind a file of this
	 * name is. A link of one kind to a file of another is read as what its own name says. NULL: one
	 * kind. */
	unsigned (*role)(bytes path);
	/* paths: names that must not be missed when a folder on the way is a link; "a/b/" means every
	 * file in the folder. NULL-terminated, or NULL. */
	const char *const *paths;
	const struct tap *tap; /* NULL: none */
};

/* inspection_item(in, payload): emit one item (pack.h encoding of the inspector's own).
 * inspection_gap(in, fmt, ...): state that something here could not be read, and why.
 * inspect returns -1 only for failures of ours; bad input is a gap. */
void inspection_item(struct inspection *in, bytes payload);
void inspection_gap(struct inspection *in, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* inspection_read(in, offset, n, out): n octets of a spooled body at offset, into the scratch arena
 * (n at most LIMIT_KEEP). False when the body is shorter. */
bool inspection_read(struct inspection *in, uint64_t offset, size_t n, bytes *out);
/* inspection_search(in, from, to, what, out): the first offset in [from, to) where `what`
 * begins. */
bool inspection_search(struct inspection *in, uint64_t from, uint64_t to, bytes what,
                       uint64_t *out);
