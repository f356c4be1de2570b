/* SPDX-License-Identifier: Apache-2.0 */
/* docker_runs - the rules about RUN, in two files: what a command says, and what RUNs leave behind.
 *
 * For rule/docker_runs.c. Threading: constant. */
#pragma once

#include "rule/docker.h"

struct docker_scope {
	const struct docker_file *f;
	const struct dockerfile_instruction *run;
	const struct docker_commands *commands; /* of this RUN */
};

/* docker_packages(s, index): the rules about package managers for one command. docker_moves: those
 * about what COPY could have done, and about tools of the build. */
void docker_packages(const struct docker_scope *s, size_t index);
void docker_moves(const struct docker_scope *s, size_t index);
/* docker_downloads: a command that runs what another one downloads. */
void docker_downloads(const struct docker_scope *s, size_t index);
/* docker_append(s, finding, class, text): text becomes the last command of the RUN; nothing where
 * that is not plain. */
void docker_append(const struct docker_scope *s, struct job_finding *finding, enum rule_fix class,
                   const char *text);
/* docker_can_join(s): the next instruction is a RUN that could stand behind "&&". */
bool docker_can_join(const struct docker_scope *s);
/* docker_command_find: a finding at a command. docker_word_find: at one of its words. */
struct job_finding *docker_command_find(const struct docker_scope *s, const struct rule *rule,
                                        const struct shell_command *c)
	__attribute__((returns_nonnull));
struct job_finding *docker_word_find(const struct docker_scope *s, const struct rule *rule,
                                     const struct shell_word *w) __attribute__((returns_nonnull));
/* docker_has_cache(run, path): a cache mount covers the path. */
bool docker_has_cache(const struct dockerfile_instruction *run, const char *path);
