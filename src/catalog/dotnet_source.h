/* SPDX-License-Identifier: Apache-2.0 */
/* dotnet_source - inside this room: what the files of a .NET source tree say about packages.
 *
 * The inspector catalog_dotnet_source (dotnet_source.c) reads lists, which name packages with the
 * version that was chosen (packages.lock.json, obj/project.assets.json, packages.config,
 * dotnet-tools.json, the MSBuild SDKs of global.json), and MSBuild files (*.csproj and its kin,
 * Directory.Packages.props, Directory.Build.props), whose versions may come from properties and
 * from other files; those are joined in the collector, where all files of the image are known.
 * Conditions are not weighed: what any branch names counts. A package that gives the runtime
 * nothing (development dependencies, PrivateAssets="all", packages without a library) is marked
 * so.
 * Sources: NuGet's documentation of these files (learn.microsoft.com/nuget, "PackageReference in
 * project files", "Central Package Management", "packages.config"), NuGet.Client's LockFileFormat
 * and PackagesLockFileFormat; MSBuild's "Property syntax". Threading: values. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

#define DOTNET_SOURCE_INSPECTOR 21

enum dotnet_source_item { SOURCE_ITEM_NONE, SOURCE_ITEM_LISTING, SOURCE_ITEM_PROJECT };

/* -- lists (dotnet_listing.c) ------------------------------------------------------------------ */
struct dotnet_listed {
	bytes name, version;
	bool development; /* gives the runtime nothing */
	struct {
		uint32_t *items;
		size_t len, cap;
	} needs; /* packages of the same list, by their number */
};

struct dotnet_listing {
	struct {
		struct dotnet_listed *items;
		size_t len, cap;
	} packages;
};

/* Readers of one kind of list each. ERR_FORMAT, ERR_LIMIT. Arena and borrow text. */
int dotnet_listing_lock(bytes text, struct arena *a, struct dotnet_listing *out, err *e);
int dotnet_listing_assets(bytes text, struct arena *a, struct dotnet_listing *out, err *e);
int dotnet_listing_config(bytes text, struct arena *a, struct dotnet_listing *out, err *e);
int dotnet_listing_tools(bytes text, struct arena *a, struct dotnet_listing *out, err *e);
int dotnet_listing_sdks(bytes text, struct arena *a, struct dotnet_listing *out, err *e);
void dotnet_listing_pack(buf *b, const struct dotnet_listing *listing);
bool dotnet_listing_take(bytes *in, struct arena *a, struct dotnet_listing *out);

/* -- MSBuild files (dotnet_project.c) ---------------------------------------------------------- */
enum dotnet_mention {
	MENTION_USED,    /* PackageReference and its kin: the project uses it */
	MENTION_UPDATED, /* the same with Update: more about one that another file uses */
	MENTION_CENTRAL, /* PackageVersion: the version for whoever uses it */
};

struct dotnet_mentioned {
	enum dotnet_mention how;
	bool development;
	bytes name, version; /* as written, with $(Properties); version may be empty */
};

struct dotnet_property {
	bytes name, value;
};

struct dotnet_project {
	struct {
		struct dotnet_property *items;
		size_t len, cap;
	} properties;
	struct {
		struct dotnet_mentioned *items;
		size_t len, cap;
	} mentions;
};

int dotnet_project_parse(bytes text, struct arena *a, struct dotnet_project *out, err *e);
void dotnet_project_pack(buf *b, const struct dotnet_project *project);
bool dotnet_project_take(bytes *in, struct arena *a, struct dotnet_project *out);

/* dotnet_version_named(text, out): the one version that NuGet would take for this text: "1.2.3" or
 * "[1.2.3]". False for ranges, floating versions and what holds an unresolved property. */
bool dotnet_version_named(bytes text, bytes *out);
