/* SPDX-License-Identifier: Apache-2.0 */
/* ci - what builds a project: workflows of GitHub Actions, pipelines of Azure and of GitLab.
 *
 * Workflow syntax for GitHub Actions; Azure Pipelines YAML schema; GitLab CI/CD YAML syntax. A
 * file is recognised by what is in it, not by its name. Scripts are read as shell commands;
 * variables are not replaced, and files that others include are seen only when they are among the
 * job's.
 * Threading: constant. */
#pragma once

#include "fmt/shell.h"
#include "fmt/yaml_edit.h"
#include "rule/ci_rules.h"
#include "rule/job.h"

enum ci_system { CI_NONE, CI_GITHUB, CI_AZURE, CI_GITLAB };

struct ci_file {
	struct rule_job *job;
	size_t file;
	enum ci_system system;
	const struct yaml_node *root;
};

struct ci_files {
	struct ci_file *items;
	size_t len, cap;
};

/* A step of GitHub or Azure, or a whole job of GitLab, which has one script. */
struct ci_step {
	const struct ci_file *in;
	const char *label;               /* "job build" */
	const struct yaml_node *node;
	const struct yaml_node *steps;   /* the list that it stands in; NULL at GitLab */
	struct {
		struct shell_command *items; /* of its scripts; offsets count in `from` of each */
		size_t len, cap;
	} commands;
	struct {
		const struct yaml_node **items; /* of each command: the scalar that it stands in */
		size_t len, cap;
	} texts;
};

struct ci_steps {
	struct ci_step *items;
	size_t len, cap;
};

/* ci_files(job): its workflows and pipelines, in their order. Arena. */
struct ci_files ci_files(struct rule_job *job);
/* ci_steps(file): all its steps, in their order. Arena. */
struct ci_steps ci_steps(const struct ci_file *file);
/* ci_is_scheduled(file): it runs on a schedule. ci_is_rebuilt(job): some file of the job does. */
bool ci_is_scheduled(const struct ci_file *file);
bool ci_is_rebuilt(struct rule_job *job);

/* ci_uses(s, names): its action or task is one of these, whatever its version; the list ends with
 * NULL, "snyk/actions/" stands for all in it. ci_is_command(c, "docker buildx build"): program and
 * first words. */
bool ci_uses(const struct ci_step *s, const char *const *names);
bool ci_is_command(const struct shell_command *c, const char *words);
/* ci_lets_tags_move(job): a tag of a minor version is how fixes get in, because the project is
 * rebuilt on a schedule; "pin: digest+bot" in an oakum.yaml among the files says otherwise. */
bool ci_lets_tags_move(struct rule_job *job);
/* What a step does. */
bool ci_builds(const struct ci_step *s); /* an image */
bool ci_scans(const struct ci_step *s);
bool ci_uploads(const struct ci_step *s); /* results: a report, an artifact */

/* ci_find, ci_fix: as compose_find and compose_fix; node NULL: at the step. */
struct job_finding *ci_find(const struct ci_step *s, enum ci_rule rule,
                            const struct yaml_node *node) __attribute__((returns_nonnull));
struct yaml_editor ci_fix(const struct ci_file *file, struct job_finding *finding,
                          enum rule_fix class);

/* ci_place(file, scalar, what, out_from): where in the file a part of a scalar's text stands; false
 * unless it stands there once, as it is. */
bool ci_place(const struct ci_file *file, const struct yaml_node *scalar, bytes what,
              size_t *out_from);

/* The parts of the family, for rule/ci_family.c. */
void ci_check_scans(const struct ci_steps *steps);
void ci_check_uploads(const struct ci_steps *steps);
void ci_check_arguments(const struct ci_step *s);
/* ci_check_runs(s): "docker run" with flags that a Compose file would be blamed for (CP025). */
void ci_check_runs(const struct ci_step *s);
