/* SPDX-License-Identifier: Apache-2.0 */
/* status - what the program's exit status says; the one place where kinds of errors become numbers.
 *
 * The numbers are an interface: every man page has them (manual.c).
 * Threading: pure functions. */
#pragma once

#include "base/err.h"

enum status {
	STATUS_DONE = 0,      /* nothing above the gate */
	STATUS_FINDINGS = 1,  /* findings above the gate; --exit-code renames it */
	STATUS_USAGE = 2,     /* the command line is wrong */
	STATUS_FAILED = 3,    /* could not do it, wholly or for one of several targets */
	STATUS_UNTRUSTED = 4, /* a signature or attestation does not hold */
	STATUS_UNSIGNED = 5,  /* there is nothing to verify */
	STATUS_GAP = 6,       /* could not see everything, and --fail-on-gap was given */
	STATUS_END_OF_LIFE = 7,
};

enum status status_of(enum err_kind kind);
/* status_worse(a, b): the one that is reported when both apply. */
enum status status_worse(enum status a, enum status b);
/* status_exit(status, flag): the exit status, where --exit-code renames STATUS_FINDINGS. */
struct exit_flag;
int status_exit(enum status status, const struct exit_flag *flag);
