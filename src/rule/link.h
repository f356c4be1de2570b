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

/* An image whose makers tell as whom its program runs and where it listens and writes. */
struct link_image {
	const char *name, *user, *alpine; /* user "": root; alpine: of its tags of Alpine */
	unsigned port;
	const char *folder; /* that it writes, beside /tmp and its volumes; or NULL */
};

struct program {
	const struct link_build *build; /* NULL: unknown */
	bool dotnet;                    /* a .NET program */
	bool official;                  /* on an official image of .NET 8 or later, with its user */
	bool web;                       /* ... of ASP.NET Core */
	unsigned major;                 /* of .NET; 0: unknown */
	const struct link_image *image; /* a well known one of the hub; NULL: none */
	bool alpine;                    /* ... of Alpine */
};

/* link_open(job): every Dockerfile of the job. Arena. */
struct link_set *link_open(struct rule_job *job);

/* link_program(links, o, c): what the container runs. */
struct program link_program(const struct link_set *links, const struct kube_object *o,
                            const struct kube_container *c);

/* link_is_known(p): who runs it and what it writes is known: it is built in this job, on the images
 * of .NET, or a well known image that does not need root. Of others nothing can be proved. */
bool link_is_known(const struct program *p);

/* link_needs_root(p): a well known image whose program starts as root alone. */
bool link_needs_root(const struct program *p);

/* link_user(p): the number of the user that it is to have: what its Dockerfile says, 1654 for the
 * official images of .NET, else 10001, which no distribution gives to an account. Arena, static. */
const char *link_user(const struct program *p, struct arena *a);

/* link_port(p, c): where it listens, by the container's variables, its Dockerfile and its image; 0:
 * unknown. link_build_port(f): by a Dockerfile of ASP.NET Core alone. */
unsigned link_port(const struct program *p, const struct kube_container *c);
unsigned link_build_port(const struct docker_file *f);

/* link_variable(c, name): the value of a container's variable, or NULL. */
const struct yaml_node *link_variable(const struct kube_container *c, const char *name);

/* link_maps_health(p, path): the program's source maps its health checks there. */
bool link_maps_health(const struct program *p, const char *path);

/* link_writes(p, index, a): the folders that it writes, "/tmp" first; NULL behind the last. */
const char *link_writes(const struct program *p, size_t index, struct arena *a);
