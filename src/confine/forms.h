/* SPDX-License-Identifier: Apache-2.0 */
/* forms - a hardened container as others are told of it: a Kubernetes workload, docker's command
 * line, a Compose service.
 *
 * All three say what bundle.h says. What a form has no word for stands in it as a comment: a limit
 * of processes in Kubernetes, a way out that is closed while a port is open in docker. What it
 * cannot be told at all (octets that are no text, a name that it refuses) is an error that says
 * which value. What the image says by itself (its program, its environment, its folder) is not said
 * again.
 *
 * Kubernetes: apps/v1, networking.k8s.io/v1; docker run(1); the Compose specification.
 * Threading: pure functions. */
#pragma once

#include "confine/hardening.h"
#include "fmt/stream.h"
#include "oci/target.h"

struct forms {
	const struct hardening *hardening;
	const struct oci_config *config; /* of its image */
	const char *image;               /* as a registry names it, with its digest (forms_image) */
	bool is_local;                   /* no registry has it yet */
	bool user_namespace;             /* it has one: its ids are not this machine's */
	const char *seccomp; /* file of a profile to use; NULL: the default of whoever starts it */
};

/* forms_image(target, image, a): "ghcr.io/team/shop@sha256:..."; of what lies on this machine its
 * file's name takes the place of the repository, and a digest that is none is left out. Arena. */
const char *forms_image(const struct target *target, const digest *image, struct arena *a);

/* forms_name(target, a): what a container of it is called: the last part of its repository, or of
 * its path here, as a name that all forms take; "image" where nothing of it can be one. Arena. */
const char *forms_name(const struct target *target, struct arena *a);

/* forms_secrets(h, a, e): its files by their whole paths, which mean the same elsewhere. Arena.
 * ERR_ABSENT. */
int forms_secrets(struct hardening *h, struct arena *a, err *e);

/* forms_kubernetes: a Deployment (a Job where nothing listens), the NetworkPolicy that closes its
 * network, a Service for published ports; forms_docker: one command for a POSIX shell;
 * forms_compose: a file with one service. ERR_USAGE: a value that this form cannot be told. Nothing
 * is written then. */
int forms_kubernetes(const struct forms *f, struct stream *out, err *e);
int forms_docker(const struct forms *f, struct stream *out, err *e);
int forms_compose(const struct forms *f, struct stream *out, err *e);
