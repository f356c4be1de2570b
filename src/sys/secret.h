/* SPDX-License-Identifier: Apache-2.0 */
/* secret - a password that the command line or the environment gave, kept to this process.
 *
 * Threading: one thread. */
#pragma once

/* secret_keep(text): a copy in memory that a forked process finds zeroed (madvise(2),
 * MADV_WIPEONFORK), for as long as the process lives; the original, a word of argv or of the
 * environment, is overwritten, so that neither a worker nor a list of processes shows it. */
const char *secret_keep(const char *text);

/* secret_no_core(): from now on this process leaves no picture of its memory behind when it dies,
 * nor do those that it starts. */
void secret_no_core(void);
