/* SPDX-License-Identifier: Apache-2.0 */
/* The documents of .NET on their way to facts, and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FRAMEWORK "usr/share/dotnet/shared/Microsoft.NETCore.App/9.0.7/Microsoft.NETCore.App"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_dotnet,
		.sample = "{\"runtimeTarget\":\"t\",\"targets\":{\"t\":{\"A/1\":{\"runtime\":{\"x\":{}}}}},"
				  "\"libraries\":{\"A/1\":{\"type\":\"package\"}}}",
		.paths = { "usr/bin/x.deps.json", "usr/bin/x.runtimeconfig.json",
		           "usr/bin/x.runtimeconfig.dev.json", FRAMEWORK ".deps.json",
		           FRAMEWORK ".runtimeconfig.json", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
