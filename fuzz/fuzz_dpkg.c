/* SPDX-License-Identifier: Apache-2.0 */
/* Every file of a dpkg database, and its evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_dpkg,
		.sample = "Package: a\nVersion: 1\nStatus: install ok installed\n",
		.paths = { "var/lib/dpkg/status", "var/lib/dpkg/status.d/a", "var/lib/dpkg/info/a.list",
		           "var/lib/dpkg/status.d/a.md5sums", "var/lib/dpkg/diversions", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
