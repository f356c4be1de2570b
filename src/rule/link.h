/* SPDX-License-Identifier: Apache-2.0 */
/* link - which program a container of a manifest runs, as far as the other files of the job tell.
 *
 * A container's image is taken to be built by a Dockerfile of the job whose folder (or that of its
 * folder), suffix or project is called like the image; by the only Dockerfile where the pod has one
 * container. Letters and digits count alone: Shop.Api is shop-api. Where nothing fits, the image's
 * own name and the container's variables tell whether it is .NET.
 * Threading: constant once made. */
#pragma once

#include "base/map.h"
#include "rule/dotnet.h"
#include "rule/kubernetes.h"

struct link_build {
	struct docker_file docker;
	struct dotnet_scope projects; /* those near it */
};

struct link_set {
	struct rule_job *job;
	struct map names;              /* what an image may be called: its build */
	size_t len;                    /* builds */
	const struct link_build *only; /* where there is one alone */
};

struct program {
	const struct link_build *build; /* NULL: unknown */
	bool dotnet;                    /* a .NET program */
	bool official;                  /* on an official image of .NET 8 or later, with its user */
	bool web;                       /* ... of ASP.NET Core */
	unsigned major;                 /* of .NET; 0: unknown */
};

/* link_open(job): every Dockerfile of the job. Arena. */
struct link_set *link_open(struct rule_job *job);

/* link_program(links, o, c): what the container runs. */
struct program link_program(const struct link_set *links, const struct kube_object *o,
                            const struct kube_container *c);

/* link_user(p): the number of the user that it is to have: what its Dockerfile says, 1654 for the
 * official images of .NET, else 10001, which no distribution gives to an account. Arena, static. */
const char *link_user(const struct program *p, struct arena *a);

/* link_port(p): where it listens when nothing in the manifest says otherwise; 0: unknown. */
unsigned link_port(const struct program *p);

/* link_writes(p, index, a): the folders that it writes, "/tmp" first; NULL behind the last. */
const char *link_writes(const struct program *p, size_t index, struct arena *a);
