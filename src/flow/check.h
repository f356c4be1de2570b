/* SPDX-License-Identifier: Apache-2.0 */
/* check - files of settings, judged and mended in a sealed worker.
 *
 * The parent reads the files and hands their texts over; the worker parses, judges and splices
 * (rule/job.h, rule/fix.h) and answers with findings and new texts. A file that kills the worker or
 * keeps it busy too long is an error of that file; the others are judged by another worker.
 * Nothing is written: the caller decides what becomes of a new text.
 * Threading: as worker_start (one thread, no other running). */
#pragma once

#include "base/arena.h"
#include "report/check_page.h"
#include "rule/fix.h"

struct check_options {
	struct job_options job;
	bytes ignores;     /* the text of .oakumignore, or empty */
	enum rule_fix fix; /* RULE_FIX_NONE: only judge */
	bool dump;         /* judge nothing: the parse trees of Dockerfiles become their new texts */
};

/* check_gather(paths, len, a, out, e): the files named, and those of known kinds below the folders
 * named, in the order of their names; "-" is standard input. Links in folders are not followed;
 * hidden folders, bin, obj and node_modules are passed over. A file that cannot be read has its
 * error set. ERR_ABSENT: a named path is not there. Arena. */
int check_gather(const char *const *paths, size_t len, struct arena *a, struct check *out, err *e);

/* check_run(check, options, a, e): judge check->files (those without an error). Arena. ERR_IO,
 * ERR_BUG (no worker stays alive). */
int check_run(struct check *check, const struct check_options *options, struct arena *a, err *e);
