/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and project files of .NET source trees on their way to facts, and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_dotnet_source,
		.sample = "<Project><PropertyGroup><V>1</V></PropertyGroup><ItemGroup><PackageVersion "
				  "Include=\"A\" Version=\"$(V)\"/></ItemGroup></Project>",
		.paths = { "usr/Directory.Packages.props", "usr/bin/a.csproj", "usr/packages.lock.json",
		           "usr/obj/project.assets.json", "usr/packages.config", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
