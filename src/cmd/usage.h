/* SPDX-License-Identifier: Apache-2.0 */
/* usage - the texts that are made from the table of commands: help, completion, man pages.
 *
 * Threading: constant tables in, text out. */
#pragma once

#include "cmd/applet.h"
#include "fmt/stream.h"

/* usage_overview: the commands. usage_command: one command on one screen (24 lines of 80). */
void usage_overview(struct stream *out);
void usage_command(const struct applet *applet, struct stream *out);
/* usage_group: the flags of a group. usage_family: the commands of two words that begin with this
 * one; false when there are none; out may be NULL: only ask. */
bool usage_family(const char *first, struct stream *out);
void usage_group(const struct flag_group *group, struct stream *out);
/* usage_print(job, applet, e): usage_command on standard output; 0, or -1 (ERR_IO). */
int usage_print(struct job *job, const struct applet *applet, err *e);

/* manual_overview, manual_command: roff in the man macros (man 7 man). */
void manual_overview(struct stream *out);
void manual_command(const struct applet *applet, struct stream *out);
