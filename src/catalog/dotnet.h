/* SPDX-License-Identifier: Apache-2.0 */
/* dotnet - inside this room: what the .NET inspector finds in a file, and how it travels as an
 * item.
 *
 * One inspector (catalog_dotnet, dotnet.c) reads five kinds of file and emits one item a
 * file: NAME.deps.json (which libraries with which assemblies an application was published
 * with), NAME.runtimeconfig.json (which shared frameworks it asks for), single-file bundles
 * (an application appended to its host, with both documents inside), assemblies (*.dll: who they
 * say they are) and programs of the NativeAOT compiler. The collector
 * (dotnet_collect.c) joins them with the folders of the merged tree (dotnet_framework.h) into
 * facts. Names count by case, as for the host on Linux: APP.DEPS.JSON is no document that it would
 * open, so it is none here.
 * Sources: dotnet/runtime, docs/design/features/host-runtime-information.md and
 * framework-version-resolution.md, dotnet/designs 2020/single-file/design.md; where they are
 * silent, what the hosts (hostfxr, hostpolicy) do. Names and paths are as written, untrusted.
 * Threading: values; parsing needs an arena of its own thread. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "image/inspector.h"

#define DOTNET_INSPECTOR 20

enum dotnet_item {
	DOTNET_ITEM_NONE,
	DOTNET_ITEM_DEPS,
	DOTNET_ITEM_CONFIG,
	DOTNET_ITEM_BUNDLE,
	DOTNET_ITEM_ASSEMBLY,
	DOTNET_ITEM_NATIVE,
};

/* Visual Studio begins its JSON with it; every host passes over it. */
#define DOTNET_BOM BYTES("\xef\xbb\xbf")

/* dotnet_folded(name, a): NuGet and MSBuild compare names without case. Arena. */
bytes dotnet_folded(bytes name, struct arena *a);

/* -- NAME.deps.json -------------------------------------------------------------------------- */
enum dotnet_library_type {
	LIBRARY_OTHER,   /* reference, referenceassembly, platform: an assembly from nowhere known */
	LIBRARY_PACKAGE, /* a NuGet package */
	LIBRARY_PROJECT, /* built together with the application */
	LIBRARY_RUNTIMEPACK, /* the runtime of a self-contained application */
};
enum dotnet_asset_type { ASSET_RUNTIME, ASSET_NATIVE, ASSET_RESOURCE };

struct dotnet_asset {
	enum dotnet_asset_type type;
	bool rid_specific;    /* from runtimeTargets: kept below its relative path */
	bytes path;           /* in the package: lib/net8.0/Azure.Core.dll */
	bytes local;          /* localPath: where it lies beside deps.json, when that is said */
	bytes assembly, file; /* assemblyVersion, fileVersion; empty when unsaid */
};

struct dotnet_library {
	enum dotnet_library_type type;
	bytes name, version;
	bytes path;    /* of the package in a package folder: azure.core/1.47.1 */
	bool targeted; /* the target lists it, so its assets are known */
	struct {
		struct dotnet_asset *items;
		size_t len, cap;
	} assets; /* without "_._" placeholders */
	struct {
		uint32_t *items;
		size_t len, cap;
	} needs; /* libraries of the same document, by their number */
};

struct dotnet_deps {
	bytes target; /* ".NETCoreApp,Version=v9.0/linux-x64" */
	struct {
		struct dotnet_library *items;
		size_t len, cap;
	} libraries;
};

/* dotnet_deps_parse(text, a, out, e): ERR_FORMAT, ERR_LIMIT. Arena and borrows text.
 * dotnet_deps_pack: append the wire form. dotnet_deps_take(in, a, out): read it back, false
 * when it is not what pack writes. Borrows in. */
int dotnet_deps_parse(bytes text, struct arena *a, struct dotnet_deps *out, err *e);
void dotnet_deps_pack(buf *b, const struct dotnet_deps *deps);
bool dotnet_deps_take(bytes *in, struct arena *a, struct dotnet_deps *out);
/* dotnet_library_is_assetless(l): a package that gives the runtime nothing: no assembly and no
 * native library. Translations alone (resources) are no code. A library that the target does
 * not name is not called so: its assets are unknown. */
bool dotnet_library_is_assetless(const struct dotnet_library *l);

/* -- NAME.runtimeconfig.json ----------------------------------------------------------------- */
/* The host's version compatibility range and direction (framework-version-resolution.md). */
enum dotnet_range { RANGE_EXACT, RANGE_PATCH, RANGE_MINOR, RANGE_MAJOR };
struct dotnet_roll {
	enum dotnet_range range;
	bool highest;     /* LatestMinor, LatestMajor */
	bool no_patches;  /* "applyPatches": false */
	bool prereleases; /* count like releases: only the environment says so */
};

struct dotnet_request { /* a framework that is asked for */
	bytes name, version;
	struct dotnet_roll roll;
};

struct dotnet_config {
	bytes tfm; /* "net9.0" */
	struct {
		struct dotnet_request *items;
		size_t len, cap;
	} frameworks;
	struct {
		struct dotnet_request *items;
		size_t len, cap;
	} included; /* carried */
	struct {
		bytes *items;
		size_t len, cap;
	} probing; /* additionalProbingPaths: package folders */
};

int dotnet_config_parse(bytes text, struct arena *a, struct dotnet_config *out, err *e);
void dotnet_config_pack(buf *b, const struct dotnet_config *config);
bool dotnet_config_take(bytes *in, struct arena *a, struct dotnet_config *out);
/* dotnet_roll_named(word, inout): set range and direction by the name of a policy, in any case;
 * false when it is none. */
bool dotnet_roll_named(bytes word, struct dotnet_roll *inout);
/* dotnet_roll_name(roll): "LatestPatch"; "" for Minor, the default. Static. */
const char *dotnet_roll_name(struct dotnet_roll roll);

/* -- single-file bundles --------------------------------------------------------------------- */
/* The octets of a file that is not in memory. read: into memory that lives as long as the
 * parse. */
struct dotnet_file {
	uint64_t size;
	bool (*read)(void *ctx, uint64_t offset, size_t n, bytes *out);
	bool (*search)(void *ctx, uint64_t from, uint64_t to, bytes what, uint64_t *out);
	void *ctx;
};

struct dotnet_bundle {
	uint32_t major, minor;
	bool compressed; /* some entries are deflated */
	struct {
		bytes *items;
		size_t len, cap;
	} files;            /* paths of what is embedded */
	bytes deps, config; /* the two documents; empty when there is none */
};

/* dotnet_host_may_bundle(entry, head): a program with octets behind its own end. Says maybe.
 * dotnet_bundle_parse(file, name, a, out, e): find the marker and read what it points to.
 * `name` is the program's file name (version 1 finds the documents by it). Returns 1 for a
 * bundle, 0 when the file is none, -1 with ERR_FORMAT (which names an unknown version) or
 * ERR_LIMIT. Borrows what file reads. O(host + manifest). */
#define DOTNET_SMALLEST_HOST (32 * KIB) /* the smallest that bundles were appended to is above 60 */
bool dotnet_host_may_bundle(const struct entry *entry, bytes head);
int dotnet_bundle_parse(const struct dotnet_file *file, bytes name, struct arena *a,
                        struct dotnet_bundle *out, err *e);
/* The wire form holds both documents parsed: has_deps, has_config say which of them there are. */
struct dotnet_bundle_item {
	struct dotnet_bundle bundle;
	bool has_deps, has_config;
	struct dotnet_deps deps;
	struct dotnet_config config;
};
void dotnet_bundle_pack(buf *b, const struct dotnet_bundle_item *item);
bool dotnet_bundle_take(bytes *in, struct arena *a, struct dotnet_bundle_item *out);

/* -- assemblies ------------------------------------------------------------------------------ */
struct dotnet_identity { /* what an assembly's metadata says (fmt/pe.h) */
	bytes name, culture; /* culture: of translations; empty for code */
	uint16_t version[4];
	bytes target; /* ".NETCoreApp,Version=v9.0"; empty when unsaid */
	bool ready_to_run;
};
/* dotnet_assembly_inspect(in, body, e): emit the identity of the assembly that body is; nothing
 * for native libraries, a gap for broken ones. */
void dotnet_assembly_inspect(struct inspection *in, bytes body, err *e);
bool dotnet_assembly_take(bytes *in, struct dotnet_identity *out);

/* -- NativeAOT (dotnet_native.c) ------------------------------------------------------------- */
#define DOTNET_SMALLEST_NATIVE (512 * KIB) /* an empty program, stripped, is above 1 MB */
struct dotnet_release {                    /* 10.0; 0.0: unknown */
	uint32_t major, minor;
};
/* dotnet_native_want(entry, head): what of an ELF file has to be seen. dotnet_native_parse(file,
 * from, a, out): it is such a program; which release of .NET it was made with. `from`: the first
 * octet that can be read. O(file). */
struct want dotnet_native_want(const struct entry *entry, bytes head);
bool dotnet_native_parse(const struct dotnet_file *file, uint64_t from, struct arena *a,
                         struct dotnet_release *out);
