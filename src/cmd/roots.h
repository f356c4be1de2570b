/* SPDX-License-Identifier: Apache-2.0 */
/* roots - which trusted root and which signing configuration a command uses.
 *
 * What the user names, else what `oakum trust update` keeps, else what the program has built in.
 * Kept is, in $XDG_DATA_HOME/oakum/trust (~/.local/share/oakum/trust): a folder for each
 * repository that was walked, "public-good" or the first digits of the digest of its --root; and
 * the file "current", which names the one that the last update was of. Nothing is fetched here.
 * Threading: as the job. */
#pragma once

#include "cmd/applet.h"

#define ROOTS_TRUSTED_ROOT "trusted_root.json"
#define ROOTS_SIGNING_CONFIG "signing_config.v0.2.json"
#define ROOTS_PUBLIC "public-good"

/* trust_root_text(job, given, out, e): the trusted root as it stands in `given` (the flag
 * --trusted-root; OAKUM_TRUSTED_ROOT fills it, too), else the kept one; empty: neither, the
 * built-in one is meant. ERR_ABSENT, ERR_IO, ERR_LIMIT: never another one in its place. Arena of
 * the job.
 * signing_config_text(job, given, out, e): the same of the signing configuration. */
int trust_root_text(struct job *job, const char *given, bytes *out, err *e);
int signing_config_text(struct job *job, const char *given, bytes *out, err *e);

/* roots_folder(job): where it lies; NULL: there is no home.
 * roots_current(job, out, e): the folder of the current repository; NULL: nothing is kept.
 * ERR_FORMAT where "current" is not as we write it. Arena. */
const char *roots_folder(struct job *job);
int roots_current(struct job *job, const char **out, err *e);
