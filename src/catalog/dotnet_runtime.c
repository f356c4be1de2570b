/* SPDX-License-Identifier: Apache-2.0 */
/* Runtimes as packages. Advisories and bills of materials name a runtime by the NuGet package that
 * Microsoft ships it in: Microsoft.NETCore.App.Runtime.linux-x64, whether it came as that package
 * or out of a tar archive. Before .NET Core 3 it was Microsoft.NETCore.App, the same for all
 * platforms, beside runtime.linux-x64.Microsoft.NETCore.App. */
#include "catalog/dotnet_collect.h"

/* -- which platform ---------------------------------------------------------------------------- */

/* The C library's loader lies where the programs of its platform name it; the part of a runtime
 * identifier that stands for it (dotnet/runtime, docs/design/specs/runtime-identifiers). */
static const struct {
	const char *architecture, *loader, *rid; /* architecture: Go's word, as in an image's config */
} platforms[] = {
	{ "amd64", "lib64/ld-linux-x86-64.so.2", "linux-x64" },
	{ "amd64", "lib/ld-musl-x86_64.so.1", "linux-musl-x64" },
	{ "arm64", "lib/ld-linux-aarch64.so.1", "linux-arm64" },
	{ "arm64", "lib/ld-musl-aarch64.so.1", "linux-musl-arm64" },
	{ "arm", "lib/ld-linux-armhf.so.3", "linux-arm" },
	{ "arm", "lib/ld-musl-armhf.so.1", "linux-musl-arm" },
	{ "386", "lib/ld-linux.so.2", "linux-x86" },
	{ "s390x", "lib/ld64.so.1", "linux-s390x" },
	{ "ppc64le", "lib64/ld64.so.2", "linux-ppc64le" },
	{ "riscv64", "lib/ld-linux-riscv64-lp64d.so.1", "linux-riscv64" },
};
#define PLATFORMS (sizeof(platforms) / sizeof(*platforms))

bytes dotnet_platform_rid(const struct image *image)
{
	bytes architecture = image->platform.architecture;

	for (size_t i = 0; i < PLATFORMS; i++)
		if ((architecture.n == 0 || bytes_is(architecture, platforms[i].architecture)) &&
		    tree_find(image->tree, bytes_str(platforms[i].loader), true) != TREE_NONE)
			return bytes_str(platforms[i].rid);
	return BYTES("");
}

/* rid_of(c, deps): ".NETCoreApp,Version=v9.0/linux-x64" says it, else the image. */
static bytes rid_of(const struct dotnet_collector *c, const struct dotnet_deps *deps)
{
	bytes target = deps ? deps->target : BYTES("");
	size_t slash = bytes_find(target, '/');

	return slash + 1 < target.n ? bytes_skip(target, slash + 1) : c->rid;
}

/* -- the package ------------------------------------------------------------------------------- */

/* is_packed(name, version): Microsoft ships this framework as one package a platform. */
static bool is_packed(bytes name, bytes version)
{
	struct dotnet_version v;

	return dotnet_version_parse(version, &v) && v.major >= 3 &&
	       bytes_starts(name, BYTES("Microsoft.")) && bytes_ends(name, BYTES(".App"));
}

/* package_name(c, r, out_unsure): when the platform is unknown the name is that of the framework.
 * */
static bytes package_name(const struct dotnet_collector *c, const struct dotnet_carried *r,
                          bool *out_unsure)
{
	bytes name = r->library, rid = rid_of(c, r->deps);

	(void)bytes_take_prefix(&name, BYTES("runtimepack.")); /* gone or not there */
	*out_unsure = false;
	if (name.n > 0)
		return name;
	if (!is_packed(r->name, r->version))
		return r->name;
	*out_unsure = rid.n == 0;
	return rid.n == 0 ? r->name : dotnet_concat(c->a, r->name, BYTES(".Runtime."), rid);
}

uint32_t dotnet_add_runtime(struct dotnet_collector *c, const struct dotnet_carried *r)
{
	const struct image_item where = { .inspector = DOTNET_INSPECTOR,
		                              .layer = r->layer,
		                              .node = r->node };
	bool unsure;
	bytes name = package_name(c, r, &unsure);

	if (unsure)
		facts_gap(c->facts, c->a, &where, "a .NET runtime for a platform that nothing here names");
	return facts_package(c->facts, c->a, &where,
	                     &(struct package){ .ecosystem = ECO_NUGET,
	                                        .name = name,
	                                        .version = r->version,
	                                        .source_name = name,
	                                        .source_version = r->version,
	                                        .path = r->path,
	                                        .layer = r->layer,
	                                        .hidden = r->hidden });
}
