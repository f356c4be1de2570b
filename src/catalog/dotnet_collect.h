/* SPDX-License-Identifier: Apache-2.0 */
/* dotnet_collect - inside this room: the collector of catalog_dotnet at work.
 *
 * dotnet_collect.c joins items to applications and framework folders, dotnet_facts.c says what
 * each of them means, with the merged tree in hand. Threading: one thread. */
#pragma once

#include "catalog/dotnet_framework.h"

/* Shared frameworks that one application really has below it; there are four in the world. */
#define APP_FRAMEWORKS 8

/* What is known of one application: its documents, wherever they came from. */
struct dotnet_application {
	bytes stem; /* path of its documents without their suffix, or of the single file */
	bool hidden;
	uint16_t layer;
	uint32_t node; /* deps.json, else runtimeconfig.json, else the single file */
	bytes path;    /* of that node */
	const struct dotnet_deps *deps;
	const struct dotnet_config *config, *dev;
	const struct dotnet_bundle *bundle;
	struct map embedded; /* paths inside the bundle */
	bool confirmed;      /* some of what deps.json lists is there */
	bool merged;         /* built with a tool that puts assemblies into one another */
	struct dotnet_folder *frameworks[APP_FRAMEWORKS];
	size_t frameworks_n;
	struct dotnet_app *fact;
};

/* An assembly that a deps.json lists: below which folder, and whose it is (index + 1, or 0). */
struct dotnet_claim {
	bytes dir, version;
	uint32_t package;
	const struct dotnet_claim *next; /* of the same file name */
};

/* An assembly that was looked into. */
struct dotnet_loose {
	const struct image_item *item;
	struct dotnet_identity identity;
};

struct dotnet_collector {
	struct image *image;
	struct arena *a;
	struct arena scratch; /* per application */
	struct facts *facts;
	struct dotnet_environment environment;
	bytes rid; /* of the image: "linux-musl-x64"; empty when unknown */
	struct dotnet_folders folders;
	struct map by_stem; /* struct dotnet_application */
	struct map by_file; /* the first struct dotnet_claim of each file name */
	size_t claims;
	struct {
		struct dotnet_loose *items;
		size_t len, cap;
	} loose;
	bool crowded; /* LIMIT_DOTNET_APPS was reached, and said */
};

/* dotnet_concat(a, x, y, z): the three in a row. Arena. */
bytes dotnet_concat(struct arena *a, bytes x, bytes y, bytes z);

/* dotnet_platform_rid(image): the runtime identifier of the image's platform. Static. */
bytes dotnet_platform_rid(const struct image *image);

/* dotnet_add_runtime(c, r): the package that a runtime is (dotnet_runtime.c): its index + 1, or 0
 * above LIMIT_PACKAGES. */
struct dotnet_carried {
	bytes name, version;            /* of the framework: Microsoft.NETCore.App 9.0.7 */
	bytes library;                  /* what deps.json calls it; empty when unsaid */
	const struct dotnet_deps *deps; /* the document that names it, or NULL */
	bytes path;                     /* where it was found */
	uint32_t node;
	uint16_t layer;
	bool hidden;
};
uint32_t dotnet_add_runtime(struct dotnet_collector *c, const struct dotnet_carried *r);

/* dotnet_add_app, dotnet_add_folder: append the facts of one, mark its files. */
void dotnet_add_app(struct dotnet_collector *c, struct dotnet_application *app);
void dotnet_add_folder(struct dotnet_collector *c, const struct dotnet_folder *folder);

/* dotnet_claim(c, dir, asset, package): an application in that folder lists this file. dir must
 * live as long as c. dotnet_add_loose(c, loose): what an assembly is that no document claims by its
 * place; after all applications and folders (dotnet_assembly.c). */
void dotnet_claim(struct dotnet_collector *c, bytes dir, const struct dotnet_asset *asset,
                  uint32_t package);
void dotnet_add_loose(struct dotnet_collector *c, const struct dotnet_loose *loose);

/* dotnet_add_native(c, item, release): a program of the NativeAOT compiler. */
void dotnet_add_native(struct dotnet_collector *c, const struct image_item *item,
                       struct dotnet_release release);
