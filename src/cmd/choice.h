/* SPDX-License-Identifier: Apache-2.0 */
/* choice - what several commands share that leave out what the user does not want to be told:
 * lists of words, ignore files. Threading: belongs to one thread. */
#pragma once

#include "cmd/applet.h"
#include "flow/skip.h"
#include "vuln/papers.h"

/* For commands that judge no packages; those that do have more of it (cmd/scan.h). */
struct choice_flags {
	const char *severity, *ignorefile;
	struct texts skip_files, skip_dirs;
};

extern const struct flag_group choice_flag_group;

struct paper_pile {
	struct paper *items;
	size_t len, cap;
};

/* choice_words(job, list): "a,b" and repeated flags: Trivy takes both. Arena of the job. */
struct skip_words choice_words(struct job *job, const struct texts *list);

/* choice_add(job, pile, kind, name, must, e): a file; must: it is an error when it is not there. */
int choice_add(struct job *job, struct paper_pile *pile, enum paper_kind kind, const char *name,
               bool must, err *e);
/* choice_add_ignores(job, pile, asked, e): the ignore file that is asked for, or those that lie in
 * the current folder. choice_tell(job, asked, list): what of them was left out. */
int choice_add_ignores(struct job *job, struct paper_pile *pile, const char *asked, err *e);
void choice_tell(struct job *job, const char *asked, const struct ignore_list *list);
