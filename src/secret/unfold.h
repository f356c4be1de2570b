/* SPDX-License-Identifier: Apache-2.0 */
/* unfold - what is folded into a file that streams by: the members of archives (tar, zip and what
 * is made of them: jar, war, nupkg, whl, apk) and of packages (deb, rpm, cpio), what was compressed
 * (gzip, zstd, xz, bzip2), and one in the other, LIMIT_UNFOLD_DEPTH deep.
 *
 * First octets say what a file is, never its name; behind a script an archive may follow. A file
 * that is none of these costs one look at its first block and one at its last octets: a ZIP archive
 * that ends there is a gap. Nothing is kept: of each open archive the state of its reader, of two
 * streams at most (xz once) their windows. What a file and a layer may expand to is bounded
 * (LIMIT_UNFOLD_FILE, LIMIT_UNFOLD_LAYER); what cannot be looked into is counted, with the first
 * reason, and never an error.
 * Threading: a struct unfold belongs to one thread. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/* What is told. begin, data in parts, end: a file that is no archive itself, inside the one that
 * was given. Its path is cleaned (base/path.h), untrusted, of at most LIMIT_PATH octets, borrowed;
 * names of nested archives are apart by '!'; it is empty for the content of a compressed file, and
 * that of a nested archive for what stands between its members (a script before them, a comment).
 * name: each name and each target of a link on its own, before; false: it shall not be shown, in
 * the path stands '*' instead. */
struct unfold_events {
	bool (*name)(void *ctx, bytes name);
	void (*begin)(void *ctx, bytes path);
	void (*data)(void *ctx, bytes part);
	void (*end)(void *ctx);
};

/* What was not looked into: how many things, and why the first was not (static). */
struct unfold_missed {
	uint64_t n;
	const char *why;
};

/* unfold_missed_put(m, out): "a part of it was not searched: WHY" or "3 parts of it were not
 * searched, the first: WHY". m->n is not 0. */
void unfold_missed_put(const struct unfold_missed *m, buf *out);

/* unfold_opens(head): a file with these first octets, UNFOLD_HEAD of them or all it has, is one
 * that is looked into. */
#define UNFOLD_HEAD 512
bool unfold_opens(bytes head);

struct unfold;

/* unfold_new(a, events, ctx): for the files of one layer. Arena. unfold_done: what is not in it. */
struct unfold *unfold_new(struct arena *a, const struct unfold_events *events, void *ctx);
void unfold_done(struct unfold *u);
/* One file after the other: its octets, in parts of any length, and its end. */
void unfold_add(struct unfold *u, bytes part);
void unfold_end(struct unfold *u, struct unfold_missed *out);
