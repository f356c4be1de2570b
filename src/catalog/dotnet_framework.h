/* SPDX-License-Identifier: Apache-2.0 */
/* dotnet_framework - inside this room: shared framework folders, and which of them a host
 * would take.
 *
 * A framework is a folder .../shared/NAME/VERSION; the version in its path is what the host
 * goes by, whatever documents lie inside. Rolling forward is that of hostfxr since .NET Core 3
 * (dotnet/runtime, docs/design/features/framework-version-resolution.md and
 * fxr/fx_resolver.cpp), with what the image's environment says; command lines, which may say more
 * (--fx-version, --roll-forward), are not read. All folders of the image count as one installation.
 * Threading: as the tree that is read. */
#pragma once

#include "base/map.h"
#include "catalog/dotnet.h"
#include "catalog/facts.h"

/* SemVer 2.0.0 as the host reads it: three numbers, a pre-release part, a build part that is
 * ignored. */
struct dotnet_version {
	uint32_t major, minor, patch;
	bytes pre;
};
bool dotnet_version_parse(bytes text, struct dotnet_version *out);
int dotnet_version_compare(const struct dotnet_version *a, const struct dotnet_version *b);

/* dotnet_roll_forward(request, versions, n): the index of the version the host chooses, n for
 * none. */
size_t dotnet_roll_forward(const struct dotnet_request *request,
                           const struct dotnet_version *versions, size_t n);

/* The four numbers of an assembly; one that is unsaid is below 0. */
struct dotnet_assembly_version {
	int64_t part[4];
};
struct dotnet_assembly_version dotnet_assembly_version(bytes text);

/* The name of the SDK's folders. */
#define DOTNET_SDK ".NET SDK"

struct dotnet_folder {
	bytes name, version_text, path;
	struct dotnet_version version;
	bool framework;                 /* not the SDK, not hostfxr */
	uint32_t dir, witness;          /* the folder; a file that makes it one of .NET */
	const struct dotnet_deps *deps; /* NULL when it has none */
	const struct dotnet_config *config;
	struct map *assemblies; /* simple name -> struct dotnet_asset, made on first use */
};

struct dotnet_folders {
	struct map by_path; /* path -> struct dotnet_folder, in the tree's order */
	bool full;          /* there are more than LIMIT_DOTNET_FOLDERS */
};

/* dotnet_folders_find(tree, a, out): all that the container sees. O(files). */
void dotnet_folders_find(const struct tree *tree, struct arena *a, struct dotnet_folders *out);
/* dotnet_folder_of(path, out_name, out_version): path is .../shared/NAME/VERSION. */
bool dotnet_folder_of(bytes path, bytes *out_name, bytes *out_version);

/* dotnet_environment_of(env): what the image's environment says about rolling forward; it wins over
 * every document. DOTNET_ROLL_FORWARD, DOTNET_ROLL_FORWARD_TO_PRERELEASE; of several, the last. */
struct dotnet_environment {
	bool policy; /* roll.range and roll.highest are set */
	struct dotnet_roll roll;
};
struct dotnet_environment dotnet_environment_of(const struct strings *env);

/* dotnet_resolve(folders, env, config, out, n): the folders, at most n, that an application with
 * this configuration gets, the frameworks of its frameworks included; returns how many. One
 * that cannot be had is left out. */
size_t dotnet_resolve(const struct dotnet_folders *folders, const struct dotnet_environment *env,
                      const struct dotnet_config *config, struct dotnet_folder **out, size_t n);

/* dotnet_folder_overrides(folder, asset, a): the framework holds a newer assembly of this
 * simple name, so the host loads that one (hostpolicy, resolve_tpa_list: higher assembly
 * version, then higher file version; that equal ones also come from the framework changes
 * nothing for who asks what runs). */
bool dotnet_folder_overrides(struct dotnet_folder *folder, const struct dotnet_asset *asset,
                             struct arena *a);

/* dotnet_runtime_name(library, out): the framework that a library stands for as a whole:
 * "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64",
 * "Microsoft.AspNetCore.App.Runtime.linux-x64", or, before .NET Core 3,
 * "runtime.linux-x64.Microsoft.NETCore.App". False for other libraries. */
bool dotnet_runtime_name(const struct dotnet_library *library, bytes *out);

/* dotnet_collect: the collector of catalog_dotnet (dotnet_collect.c). */
int dotnet_collect(struct image *image, struct arena *a, struct facts *facts, err *e);
