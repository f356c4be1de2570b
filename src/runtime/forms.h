/* SPDX-License-Identifier: Apache-2.0 */
/* forms - a hardened container as others are told of it: a Kubernetes pod, docker's command line, a
 * Compose service. All three say what bundle.h says, as far as their words go: Kubernetes names no
 * limit of processes for a pod, and masks and namespaces are its own defaults.
 *
 * Threading: pure functions. */
#pragma once

#include "fmt/stream.h"
#include "runtime/hardening.h"

/* forms_kubernetes: a Deployment (apps/v1); forms_docker: one command, a line for each flag;
 * forms_compose: a file of the Compose specification. */
void forms_kubernetes(const struct hardening *h, struct stream *out);
void forms_docker(const struct hardening *h, struct stream *out);
void forms_compose(const struct hardening *h, struct stream *out);
