/* SPDX-License-Identifier: Apache-2.0 */
/* applet - one command of the program: its flags, its help, what it does.
 *
 * This room is the prompt: it reads the command line and the environment, prints, and decides
 * the exit status; nothing below it does. Each command is one file with one `const struct
 * applet`; applets.c lists them. From this one table come dispatch, --help, completion and man
 * pages. Threading: a job belongs to the main thread. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "report/terminal.h"

/* -- flags ------------------------------------------------------------------------------------ */
enum flag_kind {
	FLAG_SWITCH, /* bool */
	FLAG_TEXT,   /* const char * */
	FLAG_SECRET, /* the same, kept where no worker and no list of processes sees it */
	FLAG_CHOICE, /* const char *, one of the words of `value`, divided by | */
	FLAG_MAYBE,  /* the same, and --name alone is the first word; a value follows "=" only */
	FLAG_STATUS, /* struct exit_flag: at most 255 */
	FLAG_SIZE,   /* uint64_t octets: "500MB", "2GiB", "1000000" */
	FLAG_TIME,   /* uint64_t milliseconds: "5m", "1h30m", "300s" (as Go writes durations), "2d" */
	FLAG_LIST,   /* struct texts; the flag may be repeated */
	FLAG_WORDS,  /* const char *: "a,b"; the flag may be repeated: -s a -s b; never empty */
};

struct exit_flag {
	bool given; /* 0 is a status, too */
	uint64_t status;
};

struct texts {
	const char **items;
	size_t len, cap;
};

/* One flag. It may stand on the command line as --name VALUE, --name=VALUE or -l VALUE, and in the
 * environment as OAKUM_NAME (upper case, _ for -); the command line wins. */
struct flag {
	char letter;       /* 0: none */
	const char *name;  /* NULL ends a table */
	const char *value; /* what stands for the value in the help; NULL for a switch */
	enum flag_kind kind;
	size_t offset; /* of the field in the applet's options */
	const char *brief;
};

/* Flags that several commands share. A command's own help names them in one line; 'oakum help NAME'
 * explains them. */
struct flag_group {
	const char *name;         /* "network" */
	const char *brief;        /* "Reading an image" */
	const struct flag *flags; /* offsets are into the group's own struct */
};

struct example {
	const char *command, *says;
};

/* -- the world, read once in main.c ----------------------------------------------------------- */
struct job {
	char *const *environment;
	int64_t now;      /* seconds, for reports: SOURCE_DATE_EPOCH when it is set, else the clock */
	int64_t clock_ns; /* the clock */
	struct terminal out, err;
	struct arena arena;
	/* flags that every command has */
	bool quiet, verbose, help;
	const char *log_format;
};

/* job_env(job, name): the variable's value or NULL. Static. */
const char *job_env(const struct job *job, const char *name);
/* job_tmp(job): where temporary files go: $TMPDIR, else /tmp. Static. */
const char *job_tmp(const struct job *job);

#define APPLET_GROUPS 4

struct applet {
	const char *name, *brief; /* brief: at most 55 columns, for the list of commands */
	bool unlisted;            /* not in that list: for programs that know it */
	const char *operands;     /* "TARGET..."; "" when it takes none */
	const char *about;        /* lines of at most 80 columns, for its own help */
	unsigned operands_min, operands_max;
	bool has_program; /* words behind its first operand are none of ours, flags or not */
	const struct flag *flags;
	struct {
		const struct flag_group *group;
		size_t offset; /* of the group's struct in the applet's options */
	} groups[APPLET_GROUPS];
	size_t options_size; /* of the struct that the flags fill; it begins zeroed */
	struct example examples[2];
	/* run(job, options, operands, e): the exit status, or -1 with *e set. */
	int (*run)(struct job *job, const void *options, const struct texts *operands, err *e);
	int failed; /* its exit status then; 0: what the kind of the error says (status.h) */
};

/* applets.c: NULL-terminated, in the order of the help. A name is one word, or two: "sbom check".
 * applet_find(name): NULL when unknown; a hyphen may stand for the space.
 * applet_choose(words, out_taken): the one whose name these
 * words (NULL behind the last) begin with, the longest first, and how many of them its name takes.
 * applet_second(applet): the second word of its name; NULL when it has one. */
extern const struct applet *const applets[];
const struct applet *applet_find(const char *name);
const struct applet *applet_choose(const char *const *words, size_t *out_taken);
const char *applet_second(const struct applet *applet);
/* applet_flag(applet, i, out_home): its i-th flag, those of its own first, then its groups', then
 * those that every command has; NULL behind the last. out_home may be NULL: where the field
 * lies. */
struct flag_home {
	bool in_job;   /* in struct job, not in the options */
	size_t offset; /* of the field */
};
const struct flag *applet_flag(const struct applet *applet, size_t i, struct flag_home *out_home);
/* group_find(name): of any applet; NULL when unknown. */
const struct flag_group *group_find(const char *name);
