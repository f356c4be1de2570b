/* SPDX-License-Identifier: Apache-2.0 */
/* process - run another program and take what it says.
 *
 * No shell: arguments go as they are. The program gets the environment and the standard input that
 * it is given, and no descriptor of ours beyond the three; its input is a file in memory, so
 * nothing blocks and no SIGPIPE comes when it does not read. What it writes is bounded, and so is
 * its time: beyond either it is killed. It has a process group of its own, which is killed when
 * the program has ended, and when we have, however that happens (a keeper in that group sees it):
 * what it left behind in there ends too, what made itself a session (agents) stays.
 * Who presses ^C or ^Z while it has the terminal means us, too: we get the same signal, at its end
 * when that was no success.
 * Threading: safe from several threads. Not for workers: those are sealed (sys/worker). */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define PROCESS_STATUS_SIGNAL 128 /* + the signal that ended it */

struct process {
	const char *const *argv;  /* argv[0]: as process_find takes it, in its PATH; NULL-terminated */
	char *const *environment; /* NULL-terminated */
	bytes input;
	size_t output_max;
	uint64_t timeout_ms;
	bool asks; /* its user: it gets the terminal while it runs, when we are in the foreground */
	const int *stop; /* readable: it is killed; NULL: never */
};

struct process_result {
	int status;    /* its exit status, or PROCESS_STATUS_SIGNAL + n */
	bytes output;  /* all of standard output */
	bytes message; /* the front of standard error */
};

/* process_find(name, path, a): the program, as execvp(3) finds it in the folders of path (NULL:
 * none), but never below the working directory: what is not absolute is passed over. A name with a
 * slash is a path itself. NULL: there is none. Arena. */
const char *process_find(const char *name, const char *path, struct arena *a);

/* process_run(p, a, out, e): start it and wait for its end. ERR_ABSENT when there is no such
 * program, ERR_IO (stop, too; it wants a terminal that it has not), ERR_LIMIT (more than output_max
 * octets; longer than timeout_ms: with what it last said on standard error). A program that fails
 * is no error: see out->status. Arena; nothing of what was said stays elsewhere in memory. */
int process_run(const struct process *p, struct arena *a, struct process_result *out, err *e);
