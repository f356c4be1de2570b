/* SPDX-License-Identifier: Apache-2.0 */
/* comments - what of a file's lines its own reader takes for a comment.
 *
 * YAML: a '#' behind a blank and outside of every scalar; JSON: nothing. Dockerfiles: lines that
 * begin with '#', continued instructions included, heredocs not; lists of names (.env,
 * .dockerignore): such lines, too. Templates are no YAML yet: a '#' behind a blank and outside of
 * quotes. All others: nothing.
 * Threading: constant once found. */
#pragma once

#include "rule/job.h"

struct comments {
	const struct job_file *file;
	uint32_t *at; /* of each line of the file: where its comment begins; UINT32_MAX: it has none */
	struct {
		uint32_t *items;
		size_t len, cap;
	} objects; /* where the objects of YAML lists begin, in their order */
};

/* comments_find(c, file, a): O(text). Arena; borrows file. */
void comments_find(struct comments *c, const struct job_file *file, struct arena *a);

/* comments_on(c, line): the comment of line `line`, from 1, with its '#'; else empty.
 * comments_alone(c, line): nothing but blanks stands before it. */
bytes comments_on(const struct comments *c, size_t line);
bool comments_alone(const struct comments *c, size_t line);

/* comments_behind(c, at): the comment of the line with octet `at`; empty when another object of a
 * list begins between them, whose comment it is. O(log text). */
bytes comments_behind(const struct comments *c, size_t at);
