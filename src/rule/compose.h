/* SPDX-License-Identifier: Apache-2.0 */
/* compose - the services of Compose files, and how a rule speaks of them.
 *
 * Compose specification, "Services top-level element": a mapping with `services` whose members
 * are mappings; a Kubernetes object, a workflow or a pipeline is none. A service's settings may
 * stand in several places: merge keys are looked through by fmt/yaml, `extends` is followed to
 * files of the job, and so is the override file that Compose reads by itself. What is there is
 * judged where it stands; what is absent must be absent everywhere.
 * Threading: constant. */
#pragma once

#include "fmt/yaml_edit.h"
#include "rule/compose_rules.h"
#include "rule/docker.h"
#include "rule/job.h"

#define COMPOSE_LAYERS 8

struct compose_file {
	struct rule_job *job;
	size_t file;
	const struct yaml_node *root, *services;
};

struct compose_files {
	struct compose_file *items;
	size_t len, cap;
};

struct compose_service {
	const struct compose_file *in;
	const struct yaml_node *member; /* as it stands below services; may be an alias */
	const struct yaml_node *node;   /* its mapping */
	const char *label;              /* "service/web" */
	/* Its mapping first, then what it extends and what overrides it. */
	const struct yaml_node *layers[COMPOSE_LAYERS];
	size_t layers_len;
	bool partial;              /* it completes a service of another file: what it lacks is there */
	struct docker_stage image; /* name, tag and digest of `image`; all empty without one */
	struct docker_file build;  /* the Dockerfile of `build` when it is among the files */
};

/* compose_files(job): its Compose files, in their order. Arena. */
struct compose_files compose_files(struct rule_job *job);
/* compose_service(files, in, member, out): false when the member is no mapping. Arena. */
bool compose_service(const struct compose_files *files, const struct compose_file *in,
                     const struct yaml_node *member, struct compose_service *out);
/* compose_get(s, path): a setting wherever it stands; NULL when it stands nowhere. */
const struct yaml_node *compose_get(const struct compose_service *s, const char *path);
/* compose_is_literal(text): nothing in it comes from a variable. */
bool compose_is_literal(bytes text);

/* The image of a well-known store: how its official image is run well. */
struct compose_image {
	const char *name; /* "postgres" */
	const char *user; /* the account that the image has for it */
	const char *probe; /* a JSON list, as healthcheck.test has it */
	bool reads_files; /* its entry point takes NAME_FILE for a secret NAME */
};
/* compose_known(s): NULL for any other. Static. */
const struct compose_image *compose_known(const struct compose_service *s);

/* compose_find: a finding at a node of the file, or at the service's name when it is NULL.
 * compose_fix: an editor whose edits are its fix. */
struct job_finding *compose_find(const struct compose_service *s, enum compose_rule rule,
                                 const struct yaml_node *node, const char *field)
	__attribute__((returns_nonnull));
struct yaml_editor compose_fix(const struct compose_service *s, struct job_finding *finding,
                               enum rule_fix class);
/* compose_append(s, ed, key, item): one more item of a list that may not be there yet. */
void compose_append(const struct compose_service *s, const struct yaml_editor *ed, const char *key,
                    const char *item);

/* The parts of the family, for rule/compose_family.c. */
void compose_check_rights(const struct compose_service *s);
void compose_check_mounts(const struct compose_service *s);
void compose_check_bounds(const struct compose_service *s);
void compose_check_ports(const struct compose_service *s);
void compose_check_secrets(const struct compose_service *s);
/* compose_check_networks(files, in): the services of one file among each other. */
void compose_check_networks(const struct compose_files *files, const struct compose_file *in);
/* compose_check_extensions(c): what stands in x- members. compose_check_env(job): env files. */
void compose_check_extensions(const struct compose_file *c);
void compose_check_env(struct rule_job *job);
