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
#include "model/ignore.h"
#include "report/check_page.h"
#include "rule/fix.h"

struct check_options {
	struct job_options job;
	bytes ignores[IGNORE_FORMS_LEN]; /* the texts of these files (enum ignore_form), or empty */
	enum rule_fix fix; /* RULE_FIX_NONE: only judge */
	bool dump;         /* judge nothing: the parse trees of Dockerfiles become their new texts */
	/* With RULE_FIX_INPUT: the digests of these images (of tags), "IMAGE DIGEST" a line; arena. The
	 * worker is there before it is called, so that none ever has what it may read: credentials. */
	int (*fetch)(void *context, const char *const *images, size_t len, struct arena *a,
	             const char **out, err *e);
	void *fetch_context;
};

/* check_gather(paths, len, a, out, e): the files named, and those of known kinds below the folders
 * named, in the order of their names; "-" is standard input. A link in a folder is
 * followed to a file in the same folder; other links, and folders too deep, are named in passed;
 * hidden folders, bin, obj and node_modules are passed over. Below a chart's templates/ every file
 * counts. The .dockerignore beside a Dockerfile
 * comes along. A file that cannot be read has its
 * error set. ERR_ABSENT: a named path is not there. Arena. */
int check_gather(const char *const *paths, size_t len, struct arena *a, struct check *out, err *e);

/* check_run(check, options, a, e): judge check->files (those without an error). Arena. ERR_FORMAT
 * (an ignore file), ERR_IO, ERR_BUG (no worker stays alive). */
int check_run(struct check *check, const struct check_options *options, struct arena *a, err *e);

/* check_excuses(names, len, options, a, out, e): what the ignore files say of images of these
 * names, which are judged elsewhere: (*out)[i * rule_count() + rule_number(r)] is why rule r does
 * not count for names[i], or NULL. Before anything reads a password, as no worker may have one.
 * Arena. ERR_FORMAT (an ignore file), ERR_IO, ERR_BUG. */
int check_excuses(const char *const *names, size_t len, const struct check_options *options,
                  struct arena *a, const char *const **out, err *e);

/* check_run_levels(check, options, a, e): by the Pod Security Standards, both levels: a restricted
 * control stands in for a baseline one that is broken as well, and here each is told.
 * options->job.pss is set. Errors as above. */
int check_run_levels(struct check *check, struct check_options *options, struct arena *a, err *e);
