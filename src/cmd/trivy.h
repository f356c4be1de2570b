/* SPDX-License-Identifier: Apache-2.0 */
/* trivy - the command line of Trivy, for the link of that name: existing steps of a pipeline run as
 * they are.
 *
 * Its sub-commands become ours, its flags, TRIVY_* variables and trivy.yaml the flags of ours (the
 * command line wins, then the environment, then the file). What changes nothing here is accepted
 * and said once; what would change the result and is not done here is a mistake, as is what is
 * unknown.
 * The exit status is Trivy's: 0, what --exit-code and --exit-on-eol say, else 1.
 * Source: Trivy's reference of its command line, 0.48 to 0.60. Threading: as the job. */
#pragma once

#include "cmd/applet.h"

/* What becomes of a flag. */
enum trivy_use {
	TRIVY_SAME,    /* the flag of the same name of ours */
	TRIVY_NAMED,   /* the flag `as` */
	TRIVY_OWN,     /* trivy.c looks at it */
	TRIVY_NOTHING, /* makes no difference here */
	TRIVY_REFUSED, /* `as` says why */
};

struct trivy_flag {
	char letter; /* 0: none */
	const char *name;
	bool is_switch;
	enum trivy_use use;
	const char *as;
	const char *key; /* in trivy.yaml; NULL: none */
};
extern const struct trivy_flag trivy_flags[]; /* the last has no name */

/* A command line of ours, and what its status becomes. */
struct trivy {
	char **words;       /* NULL-terminated; borrows and arena */
	uint64_t exit_code; /* --exit-code */
	uint64_t exit_on_eol;
	const char *version_format; /* of `trivy version`; NULL: another command */
};

/* trivy_is_name(argv0): the program was called so.
 * trivy_translate(job, words, out, e): words behind the program's name. ERR_USAGE, and errors of
 * reading trivy.yaml.
 * trivy_status(t, status): Trivy's. trivy_version(t, e): print it. */
bool trivy_is_name(const char *argv0);
int trivy_translate(struct job *job, char *const *words, struct trivy *out, err *e);
int trivy_status(const struct trivy *t, int status);
int trivy_version(const struct trivy *t, err *e);
