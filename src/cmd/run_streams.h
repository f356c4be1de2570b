/* SPDX-License-Identifier: Apache-2.0 */
/* run_streams - pipes between a program and what our standard streams are.
 *
 * Who has a descriptor has what it is of: a file, of which the OCI runtime makes the program's user
 * the owner (crun and runc do, for the sake of a program that opens /dev/stdout anew), a device of
 * this machine, a terminal for both ways, on which he reads what the user types. So a program gets
 * pipes, as with docker, and processes of ours copy: at most what a pipe holds is on its way, and
 * who reads no more is told by SIGPIPE. What is written goes through as it is, colours and all,
 * where the user asked for the program; where he asked for something else, it is shown
 * (base/text.h). Threading: forks; belongs to the main thread; our own 0, 1 and 2 are the pipes in
 * between. */
#pragma once

#include "base/err.h"

struct run_streams {
	int kept[3];      /* what 0, 1 and 2 were; -1: they are it still */
	int processes[3]; /* that copy */
};

#define RUN_STREAMS_NONE \
	{ \
		{ -1, -1, -1 }, \
		{ \
			0, 0, 0 \
		} \
	}

enum run_streams_kind {
	RUN_STREAMS_OUT,      /* 1 and 2 */
	RUN_STREAMS_ALL,      /* and 0 */
	RUN_STREAMS_TERMINAL, /* 1 and 2, but what of them is a terminal: the runtime lends no such */
};

/* run_streams_part(s, kind, e): puts pipes in the place of ours, one where 1 and 2 are the same.
 * run_streams_show(s, e): in the place of standard error alone; controls that come through it are
 * shown, line ends and tabs aside. ERR_IO.
 * run_streams_join(s, e): ours are what they were, and all is written, also after a failure; when
 * no other process writes to them any more. ERR_IO: what the program was told is written could not
 * be, or what it was to read could not be read; that who reads has gone is none. */
int run_streams_part(struct run_streams *s, enum run_streams_kind kind, err *e);
int run_streams_show(struct run_streams *s, err *e);
int run_streams_join(struct run_streams *s, err *e);
