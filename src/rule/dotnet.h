/* SPDX-License-Identifier: Apache-2.0 */
/* dotnet - what the files of a job say together about a .NET program: its project, its Dockerfile.
 *
 * Properties are those that stand in the project or in a Directory.*.props; conditions are not
 * weighed and $(...) is not replaced. Threading: constant once made. */
#pragma once

#include "fmt/xml.h"
#include "rule/docker.h"
#include "rule/dotnet_rules.h"

struct dotnet_file {
	size_t file;
	const struct xml_element *root;
	bool project; /* *.csproj and its kin, no props */
};

struct dotnet_scope {
	struct rule_job *job;
	struct {
		struct dotnet_file *items;
		size_t len, cap;
	} files;
	const struct dotnet_scope *all; /* of dotnet_near: the scope that it is a part of; or NULL */
};

/* dotnet_open(job, out): files that are no XML are left out: their own tools tell that. Arena. */
void dotnet_open(struct rule_job *job, struct dotnet_scope *out);

/* dotnet_near(all, name, out): what counts for the Dockerfile of this name: projects in its folder
 * or below, or all where there are none, and the props above it. Arena of the job. */
void dotnet_near(const struct dotnet_scope *all, bytes name, struct dotnet_scope *out);

/* dotnet_uses(s, package): some project names the package. */
bool dotnet_uses(const struct dotnet_scope *s, const char *package);
/* dotnet_property(s, name, value): some project or props file sets it so, in any case. */
bool dotnet_property(const struct dotnet_scope *s, const char *name, const char *value);
/* dotnet_needs_icu(s): a project says that it is not invariant, or uses what cannot be. */
bool dotnet_needs_icu(const struct dotnet_scope *s);
/* dotnet_is_web(s): a project is one of ASP.NET Core, or none is known. */
bool dotnet_is_web(const struct dotnet_scope *s);
/* dotnet_has_project(s, dir): a project lies right in this folder. */
bool dotnet_has_project(const struct dotnet_scope *s, bytes dir);
/* dotnet_knows_assembly(s, name): a project of the job makes this assembly, or none is
 * known. */
bool dotnet_knows_assembly(const struct dotnet_scope *s, bytes name);

/* The parts of the family, for rule/dotnet_family.c. */
void dotnet_check_pods(struct rule_job *job);
void dotnet_check_projects(const struct dotnet_scope *s);
void dotnet_check_images(const struct dotnet_scope *s, const struct docker_file *f);
void dotnet_check_versions(const struct dotnet_scope *s, const struct docker_file *f);
void dotnet_check_packages(const struct dotnet_scope *s, const struct docker_file *f);
void dotnet_check_frameworks(const struct dotnet_scope *s);
void dotnet_check_build(const struct dotnet_scope *s, const struct docker_file *f);
/* dotnet_is_floating(tag): "10.0", "10.0-noble": a minor version that moves with each patch.
 * dotnet_copies_all(i): "COPY . ." from the build's folder. */
bool dotnet_is_floating(bytes tag);
bool dotnet_copies_all(const struct dockerfile_instruction *i);
/* dotnet_split_stages(s, f, finding): a single stage becomes two; nothing where it is not clear
 * how. */
void dotnet_split_stages(const struct dotnet_scope *s, const struct docker_file *f,
                         struct job_finding *finding);
