/* SPDX-License-Identifier: Apache-2.0 */
/* facts - what the catalogers know about an image, gathered from all their items.
 *
 * This room turns files into facts: one file a package database or language, each with its
 * inspector (image/inspector.h, runs in the worker) and its collector (runs in the parent, reads
 * items of its own inspector, trusts nothing in them). catalog.c holds the one table that names
 * them all. Strings borrow from the image's arena or live in the arena that was passed. Facts from
 * hidden files are kept, marked.
 * Threading: collecting belongs to one thread; facts are constant afterwards. */
#pragma once

#include "image/image.h"
#include "model/package.h"
#include "oci/user.h"

struct os_release {
	bool known;
	bytes id, id_like, version_id, version, version_codename, pretty_name, variant_id;
	bytes repository; /* Alpine: the release that apk's repositories are of; empty: unsaid */
	uint32_t node;
};

/* -- .NET ------------------------------------------------------------------------------------- */
enum dotnet_form {
	DOTNET_UNKNOWN,
	DOTNET_FRAMEWORK_DEPENDENT, /* asks for a shared framework (runtimeconfig.json framework(s)) */
	DOTNET_SELF_CONTAINED,      /* carries its runtime (runtimepack, includedFrameworks) */
	DOTNET_NATIVE_AOT,          /* machine code: its packages are written nowhere; a stated gap */
};

struct dotnet_reference { /* a framework the application asks for, or carries */
	bytes name, version;  /* Microsoft.NETCore.App, 9.0.7 */
	bytes roll_forward;   /* empty: Minor, the default */
	bytes gets;           /* asked for: the version that it gets in this image; empty: none */
};

struct dotnet_app {
	bytes path;            /* of its deps.json, runtimeconfig.json or single file; no suffix */
	bytes target;          /* ".NETCoreApp,Version=v10.0/linux-x64"; NativeAOT: its runtime's */
	bytes name, version;   /* of the root library, when deps.json names one */
	enum dotnet_form form;
	bool single_file;
	uint32_t bundle_major, bundle_minor, bundle_files; /* of a single-file bundle */
	bool bundle_compressed;
	bool bundle_unpacks; /* it holds native libraries, which its host writes to a folder first */
	struct { struct dotnet_reference *items; size_t len, cap; } frameworks; /* asked for */
	struct { struct dotnet_reference *items; size_t len, cap; } runtimes;   /* carried */
	uint32_t packages, projects, assetless;
	uint32_t missing; /* of the assetless: it had files, but none of them is in the image */
	uint32_t node;
	uint16_t layer;
	bool hidden;
};

struct dotnet_runtime { /* a runtime in the image: shared framework folder or runtime pack */
	bytes name, version; /* Microsoft.AspNetCore.App 9.0.7 */
	bytes path;          /* the folder, or the application that carries it */
	bool carried;        /* by a self-contained application */
	bool hidden;
	uint32_t node;
	uint16_t layer;
};

/* An assembly that no document names a package for: what its metadata says. Its version is the
 * assembly's, not a package's. */
struct dotnet_assembly {
	bytes name, version; /* System.Text.Json 9.0.0.0 */
	bytes culture;       /* of translations; empty for code */
	bytes target;        /* ".NETCoreApp,Version=v9.0"; empty when unsaid */
	bytes path;
	bool ready_to_run; /* compiled ahead of time */
	uint32_t node;
	uint16_t layer;
};

struct package_edge { /* package `from` needs package `to` */
	uint32_t from, to;
};

struct facts {
	struct os_release os;
	struct account_list accounts; /* of the visible etc/passwd */
	struct group_list groups;     /* of the visible etc/group */
	/* names that ask for no password: of the visible etc/passwd and etc/shadow */
	struct { bytes *items; size_t len, cap; } open_accounts;
	/* sorted: ecosystem, name, version, architecture, path */
	struct { struct package *items; size_t len, cap; } packages;
	bool packages_full; /* LIMIT_PACKAGES was reached, and said */
	/* who needs whom: indexes into packages; sorted, none twice, none to itself */
	struct { struct package_edge *items; size_t len, cap; } edges;
	struct { struct dotnet_app *items; size_t len, cap; } apps;
	struct { struct dotnet_runtime *items; size_t len, cap; } runtimes;
	struct { struct dotnet_assembly *items; size_t len, cap; } assemblies; /* visible ones */
	uint64_t assemblies_more; /* beyond LIMIT_PACKAGES, not kept */
	/* gaps the collectors found (a database that names packages but whose content cannot be
	 * used) */
	struct { struct image_gap *items; size_t len, cap; } gaps;
	uint64_t gaps_total; /* named above or only counted */
};

/* One cataloger: its inspector and its collector. collect is called once with the whole image,
 * looks at the items whose inspector is its own (hidden ones too), appends to facts, marks files
 * that its packages own (tree_edit(...)->package = index + 1 in facts->packages as it is then;
 * catalog_collect renumbers after the final sort) or that it identified (TREE_IDENTIFIED). */
struct cataloger {
	struct inspector inspector; /* by value: catalog_inspectors needs a constant address */
	int (*collect)(struct image *image, struct arena *a, struct facts *facts, err *e);
};

/* catalog_inspectors: NULL-terminated, for image_read. catalog_collect: all facts, sorted. */
extern const struct inspector *const catalog_inspectors[];
int catalog_collect(struct image *image, struct arena *a, struct facts *out, err *e);

/* -- for collectors ---------------------------------------------------------------------------- */
/* facts_next_item(image, inspector, at): the next item of this inspector from *at on, NULL at the
 * end. Start with *at = 0. */
const struct image_item *facts_next_item(const struct image *image, uint16_t inspector, size_t *at);

/* facts_item_hidden: the item's file is hidden by an upper layer. */
bool facts_item_hidden(const struct image *image, const struct image_item *item);

/* facts_package(facts, a, item, p): one more package: its index + 1, or 0 above LIMIT_PACKAGES,
 * which is stated once, at the file of this item. */
uint32_t facts_package(struct facts *facts, struct arena *a, const struct image_item *item,
                       const struct package *p);

/* facts_edge(facts, a, from, to): package `from` needs package `to`, both as indexes into
 * facts->packages as it stands now; catalog_collect renumbers them after its final sort. Beyond
 * LIMIT_EDGES they are left out and a gap says so. */
void facts_edge(struct facts *facts, struct arena *a, uint32_t from, uint32_t to);

/* facts_gap(facts, a, item, fmt, ...): state a gap that belongs to the file of an item. fmt's
 * arguments must be printable. */
void facts_gap(struct facts *facts, struct arena *a, const struct image_item *item, const char *fmt,
               ...) __attribute__((format(printf, 4, 5)));
