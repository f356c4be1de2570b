/* SPDX-License-Identifier: Apache-2.0 */
/* docker - a Dockerfile as rules see it: its stages and what they are built on.
 *
 * Variables of FROM are replaced by the defaults of ARG; what a base image brings (its user, its
 * shell) is told from its name, for images whose makers document it.
 * Threading: constant once made. */
#pragma once

#include "fmt/dockerfile.h"
#include "fmt/shell.h"
#include "rule/docker_rules.h"
#include "rule/job.h"

struct docker_stage {
	const struct dockerfile_stage *in;
	bytes image;             /* variables replaced */
	bytes name, tag, digest; /* of the image at the very bottom */
	size_t parent;           /* index + 1 of the stage that it is built on */
	const struct dockerfile_instruction *user; /* the last USER, of the stages below as well */
	bool workdir;                              /* one of them sets an absolute WORKDIR */
};

struct docker_file {
	struct rule_job *job;
	size_t file;
	const struct dockerfile *dockerfile;
	struct docker_stage *stages;
	size_t stages_len;
	size_t final; /* index of the last stage; counts when stages_len > 0 */
};

/* A command of a RUN; its words stand in the file where from and to of the words say. */
struct docker_command {
	const struct dockerfile_instruction *instruction;
	struct shell_command shell; /* offsets are those of the file */
	bool last;                  /* of its RUN */
};

struct docker_commands {
	struct docker_command *items;
	size_t len, cap;
};

/* docker_open(job, file, out): a file of kind JOB_DOCKERFILE. Arena of the job. */
void docker_open(struct rule_job *job, size_t file, struct docker_file *out);

/* docker_name_image(s, image): image, name, tag and digest of s, from a reference. Borrows. */
void docker_name_image(struct docker_stage *s, bytes image);

/* docker_global_value: a dockerfile_lookup (fmt/dockerfile_vars.h) with a docker_file: the defaults
 * of ARG before the first FROM, and what BuildKit sets for the platform. */
bool docker_global_value(const void *file, bytes name, bytes *out);

/* docker_instruction(f, index), and the stage that it belongs to (NULL before the first FROM). */
const struct dockerfile_instruction *docker_instruction(const struct docker_file *f, size_t index);
const struct docker_stage *docker_stage_of(const struct docker_file *f,
                                           const struct dockerfile_instruction *i);
bool docker_is_final(const struct docker_file *f, const struct dockerfile_instruction *i);

/* docker_run(f, i, out): the commands of a RUN: of a shell, a heredoc or a JSON list. Arena. */
void docker_run(const struct docker_file *f, const struct dockerfile_instruction *i,
                struct docker_commands *out);

/* What is known of a base image by its name: it has no shell; its user is not root; it is Windows;
 * it is Alpine; it is one of Microsoft's images of .NET (major: of its tag, 0 when it has none). */
bool docker_has_no_shell(const struct docker_stage *s);
bool docker_is_unprivileged(const struct docker_stage *s);
bool docker_is_windows(const struct docker_stage *s);
bool docker_is_alpine(const struct docker_stage *s);
bool docker_is_dotnet(const struct docker_stage *s, const char *repository, unsigned *out_major);
/* docker_user_of(s): the user that its program is to have: "$APP_UID", "65532", "10001". */
const char *docker_user_of(const struct docker_stage *s);

/* docker_find: a finding at octets of the file. docker_find_at: at an instruction's name and
 * words. docker_fix: one edit more of its fix. docker_delete: the instruction and its line. */
struct job_finding *docker_find(const struct docker_file *f, const struct rule *rule, size_t from,
                                size_t to) __attribute__((returns_nonnull));
struct job_finding *docker_find_at(const struct docker_file *f, const struct rule *rule,
                                   const struct dockerfile_instruction *i)
	__attribute__((returns_nonnull));
void docker_fix(const struct docker_file *f, struct job_finding *finding, enum rule_fix class,
                size_t from, size_t to, const char *text);
void docker_delete(const struct docker_file *f, struct job_finding *finding, enum rule_fix class,
                   const struct dockerfile_instruction *i);
/* docker_add_user(f, finding, class): the last stage gets a USER behind what needs root. */
void docker_add_user(const struct docker_file *f, struct job_finding *finding, enum rule_fix class);
/* docker_workdir_of(f, i): the absolute folder that WORKDIR has set before i; NULL where none is
 * known. Arena. docker_mount: the RUN gets "--mount=type=secret,MOUNT". docker_drop_pair: one of an
 * instruction's pairs goes, and the instruction with the last of them. */
const char *docker_workdir_of(const struct docker_file *f, const struct dockerfile_instruction *i);
void docker_mount(const struct docker_file *f, struct job_finding *finding,
                  const struct dockerfile_instruction *run, const char *mount);
void docker_drop_pair(const struct docker_file *f, struct job_finding *finding,
                      const struct dockerfile_instruction *i, size_t index);
/* docker_text(f, b): b as a C string for a fix; control octets do not get this far. Arena. */
const char *docker_text(const struct docker_file *f, bytes b);

/* docker_obey_skips(job): findings in Dockerfiles that "# check=skip=..." names are marked. */
void docker_obey_skips(struct rule_job *job);

/* The parts of the family, for rule/docker_family.c. */
void docker_check_image(const struct docker_file *f, const struct docker_stage *s);
void docker_check_stages(const struct docker_file *f);
void docker_check_instructions(const struct docker_file *f);
void docker_check_copies(const struct docker_file *f);
void docker_check_ignored(const struct docker_file *f);
void docker_check_secrets(const struct docker_file *f);
void docker_check_runs(const struct docker_file *f);
void docker_check_style(const struct docker_file *f);
