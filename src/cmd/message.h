/* SPDX-License-Identifier: Apache-2.0 */
/* message - what the program says on standard error, as text or, with --log-format json, as one
 * JSON object a line: {"level": "error", "target": …, "kind": …, "message": …}.
 *
 * Threading: each message is one write, so lines of several threads do not mix. */
#pragma once

#include "cmd/applet.h"

/* message_error(job, target, e): "oakum: TARGET: what, on what, why (what to do)". target may be
 * NULL. message_note: something to know that stops nothing; silent with --quiet. message_detail:
 * only with --verbose. Texts are shown escaped. */
void message_error(const struct job *job, const char *target, const err *e);
void message_note(const struct job *job, const char *target, const char *text);
void message_detail(const struct job *job, const char *target, const char *text);
