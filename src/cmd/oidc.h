/* SPDX-License-Identifier: Apache-2.0 */
/* oidc - where an identity token comes from: what the user gives, else what the place where we run
 * gives to a job that may sign. A browser is not asked. Threading: belongs to the main thread. */
#pragma once

#include "cmd/applet.h"
#include "flow/keyless.h"

/* oidc_find(job, given, k, a, out, e): given: --identity-token, a token or the file that holds it;
 * NULL: SIGSTORE_ID_TOKEN (GitLab and others), GitHub Actions, Buildkite, CircleCI, cosign's file
 * of a pod, the first that is there. ERR_USAGE: none, with what to do; ERR_NET, ERR_IO; ERR_FORMAT.
 * Forks no worker. Arena: a secret. */
int oidc_find(struct job *job, const char *given, struct keyless *k, struct arena *a, bytes *out,
              err *e);
