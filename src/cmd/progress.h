/* SPDX-License-Identifier: Apache-2.0 */
/* progress - a live bar on standard error, when that is a terminal.
 *
 *     shop.tar  [##########..........]  51 %  112.0 MB of 219.4 MB  56.1 MB/s, 2 s left
 *
 * The rate is that of the last seconds. Threading: progress_report is called from one thread at a
 * time. */
#pragma once

#include "cmd/applet.h"

struct progress {
	const struct job *job;
	const char *target;
	bool shown;
	uint64_t seen_ns, seen; /* when the rate was last looked at, and what was done then */
	double rate;            /* octets a second; 0 not known yet */
};

/* progress_report(ctx, done, total): the bar; ctx is a struct progress. progress_end: wipe it. */
void progress_report(void *ctx, uint64_t done, uint64_t total);
void progress_end(struct progress *p);
