/* SPDX-License-Identifier: Apache-2.0 */
/* walk - inside this room: the way from the entry point over all that it can load.
 *
 * Files are visited once for each level (REACH_YES first, then REACH_UNCLEAR); a visit queues what
 * the file names. Threading: one thread. */
#pragma once

#include "base/map.h"
#include "closure/closure.h"

struct known_file { /* that an object belongs to */
	uint32_t node;
	struct object object;
	bytes path;
};

struct visit {
	const struct known_file *file;
	uint32_t by;   /* index + 1 of the visit that led here, for DT_RPATH; 0: none */
	bool is_quiet; /* what it loads and starts by any name is followed otherwise */
};

struct namesake { /* files of the same name */
	const struct known_file *file;
	struct namesake *next;
};

struct folders {
	bytes *items;
	size_t len, cap;
};

struct walk {
	const struct image *image;
	const struct tree *tree;
	const struct closure_options *options;
	struct arena *a;
	struct arena scratch; /* of one visit */
	struct closure *out;
	uint8_t *reach; /* of each node */
	enum reach level;
	uint32_t freedom, expanded; /* enum object_freedom: met so far; whose files were visited */
	struct {
		struct known_file *items; /* by node */
		size_t len, cap;
	} files;
	struct {
		struct visit *items;
		size_t len, cap;
	} visits;
	size_t next;                          /* visit that is due */
	uint64_t steps;                       /* names and folders looked at */
	struct map libraries;                 /* file name or soname -> struct namesake */
	struct folders preload, search, musl; /* LD_LIBRARY_PATH; ld.so.conf and its defaults */
	struct map assemblies;                /* file name -> struct namesake */
	uint32_t application;                 /* folder of the managed program; TREE_NONE */
	bool is_managed, carries_runtime;
};

/* -- walk.c -- */
/* walk_file(w, node): what is known of the content of node, NULL for nothing. */
const struct known_file *walk_file(const struct walk *w, uint32_t node);
/* walk_step(w): one more look-up; false when there were too many: all is then unclear. */
bool walk_step(struct walk *w);
/* walk_name(w, map, name, file): file has this name, too. */
void walk_name(struct walk *w, struct map *map, bytes name, const struct known_file *file);
/* walk_visit(w, node, by): reach it, and follow what it names. TREE_NONE: nothing. */
void walk_visit(struct walk *w, uint32_t node, uint32_t by);
/* walk_mark(w, node): reach it, and no more. */
void walk_mark(struct walk *w, uint32_t node);
/* walk_below(w, dir, each): every visible file below a folder. */
void walk_below(struct walk *w, uint32_t dir, void (*each)(struct walk *, uint32_t node));
/* walk_doubt(w, path, freedom, why): path may do what no name tells. Nothing once all is unclear.
 * */
void walk_doubt(struct walk *w, bytes path, uint32_t freedom, const char *why);
/* walk_freedom(w, f, freedom): the doubts that a file with such freedom brings. */
void walk_freedom(struct walk *w, const struct known_file *f, uint32_t freedom);
/* walk_run(w): all visits that are due. */
void walk_run(struct walk *w);

/* -- start.c -- */
/* start_program(w, cwd, words, len, depth): what these words start; false when the program is not
 * in the image. */
struct words {
	bytes *items;
	size_t len, cap;
};
/* start_find(w, cwd, name): the file that a first word means, through PATH; TREE_NONE. */
uint32_t start_find(struct walk *w, bytes cwd, bytes name);
bool start_program(struct walk *w, bytes cwd, const struct words *words, unsigned depth);
/* start_quietly(w, node): a program whose starting of others is followed by who calls, or a file of
 * which only the libraries are followed. */
void start_quietly(struct walk *w, uint32_t node);
/* start_script(w, file): the interpreter of its first line. */
void start_script(struct walk *w, const struct known_file *file);
/* start_is_free(name): a shell or an interpreter, by the name of its file. */
bool start_is_free(bytes name);
/* start_environment(w, name): the value of a variable of the image; empty when it has none. */
bytes start_environment(const struct walk *w, const char *name);

/* -- loader.c -- */
/* loader_prepare(w): folders of the loader's own search.
 * loader_find(w, by, name): visit the library that ld.so would take for a name in a file of visit
 * `by` (index + 1). False when there is none in the image.
 * loader_each(w, pattern): visit the libraries of a name with "*" at its end, or, with "/" at its
 * end, those in such a folder beside the libraries. */
void loader_prepare(struct walk *w);
bool loader_find(struct walk *w, uint32_t by, bytes name);
void loader_each(struct walk *w, uint32_t by, bytes pattern);

/* -- known.c -- */
/* known_names(name): what a library or program of this name is known to load by name, and what
 * freedom that explains; NULL when nothing is known. Static. */
struct known_names {
	const char *library;      /* how its name begins */
	uint32_t explained;       /* enum object_freedom */
	const char *const *names; /* for loader_each; NULL-terminated */
};
const struct known_names *known_names(bytes name);
extern const struct known_names known_bundle; /* of a .NET single-file program */

/* -- managed.c -- */
/* managed_prepare(w): the assemblies by name. managed_start(w, dll): a .NET program begins with
 * this assembly (TREE_NONE: a single file's). managed_follow(w, file): what an assembly refers
 * to. */
void managed_prepare(struct walk *w);
void managed_start(struct walk *w, uint32_t dll);
void managed_follow(struct walk *w, const struct known_file *file, uint32_t by);
