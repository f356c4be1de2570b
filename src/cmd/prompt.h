/* SPDX-License-Identifier: Apache-2.0 */
/* prompt - ask the person at the terminal, and take secrets from standard input.
 *
 * Threading: belongs to the main thread. */
#pragma once

#include "cmd/applet.h"

/* prompt_ask(job, question, is_secret, instead, out, e): one line from the terminal itself,
 * whatever standard input is; nothing is shown of a secret. ERR_USAGE when there is no terminal
 * (`instead` is what to do then) or the line was interrupted. Arena of the job.
 * prompt_stdin(job, out, e): all of standard input without the line's end, for --password-stdin. */
int prompt_ask(struct job *job, const char *question, bool is_secret, const char *instead,
               bytes *out, err *e);
int prompt_stdin(struct job *job, bytes *out, err *e);
