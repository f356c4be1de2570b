/* SPDX-License-Identifier: Apache-2.0 */
/* run_output - a terminal that a program writes to and cannot read from.
 *
 * A terminal that is our standard output or error is one descriptor for both ways: who has it reads
 * what the user types. A program that was given no terminal (-t) gets a pipe instead, as with
 * docker, and a process of its own copies. It ends with the last that writes. What is written goes
 * through as it is, colours and all, where the user asked for the program; where he asked for
 * something else, it is shown (base/text.h). Threading: forks; belongs to the main thread; our own
 * 1 and 2 are the pipe in between. */
#pragma once

#include "base/err.h"

struct run_output {
	int terminals[2]; /* what 1 and 2 were; -1: they are it still */
	int processes[2];
};

#define RUN_OUTPUT_NONE \
	{ \
		{ -1, -1 }, \
		{ \
			0, 0 \
		} \
	}

/* run_output_part(o, e): puts pipes in the place of terminals, one where both are the same.
 * run_output_show(o, e): a pipe in the place of standard error alone, whatever that is; controls
 * that come through it are shown, line ends and tabs aside. ERR_IO.
 * run_output_join(o): 1 and 2 are what they were, and all is written, also after a failure;
 * when no other process writes to them any more. */
int run_output_part(struct run_output *o, err *e);
int run_output_show(struct run_output *o, err *e);
void run_output_join(struct run_output *o);
