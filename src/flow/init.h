/* SPDX-License-Identifier: Apache-2.0 */
/* init - the files that `oakum init` gives to a repository, written for what is found in it.
 *
 * The folder's Dockerfiles, projects and manifests are read in a sealed worker (init_project.h),
 * which fills the texts of data/init; the parent compares with what is there and writes.
 * Each text carries a line with the SHA-256 of the rest: what is as we left it may be replaced by
 * what we would write now; what somebody edited is kept, and so is a file without that line.
 * Threading: as worker_start (one thread, no other running). */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <sys/types.h>

enum init_state {
	INIT_NEW,     /* not there yet */
	INIT_SAME,    /* as we would write it */
	INIT_OLD,     /* ours and unedited, and we would write it differently now */
	INIT_EDITED,  /* ours, and edited since */
	INIT_FOREIGN, /* there, and not ours */
};

/* One file that may be written; all of them, in the order of reports. */
struct init_target {
	const char *area; /* for --only: "kustomize" */
	const char *path; /* below the folder */
	const char *text; /* its name in data/init */
	mode_t mode;
};
extern const struct init_target init_targets[]; /* ends with { 0 } */
size_t init_targets_len(void);

struct init_file {
	const struct init_target *target;
	enum init_state state;
	bytes before, after; /* before: what is there, when it is */
};

struct init_plan {
	struct {
		struct init_file *items;
		size_t len, cap;
	} files;
	struct {
		const char **items;
		size_t len, cap;
	} found, notes; /* a line for each service and workload; what was left out */
};

/* init_area_is(name): some target has this area. */
bool init_area_is(bytes name);

/* init_plan_make(folder, only, a, out, e): what would be written; `only` names areas, divided by
 * commas, or is NULL: those of CI then are the ones that the folder already uses, or all. Arena.
 * ERR_ABSENT, ERR_IO, ERR_LIMIT, ERR_BUG (the worker died). */
int init_plan_make(const char *folder, const char *only, struct arena *a, struct init_plan *out,
                   err *e);

/* init_write(folder, file, a, e): file->after takes its place. ERR_UNTRUSTED: a link on the way
 * leads elsewhere. ERR_IO. */
int init_write(const char *folder, const struct init_file *file, struct arena *a, err *e);
