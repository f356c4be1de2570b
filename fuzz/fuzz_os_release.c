/* SPDX-License-Identifier: Apache-2.0 */
/* os-release and the other release files, and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_os_release,
		.sample = "ID=debian\nVERSION_ID=12\n",
		.paths = { "etc/os-release", "etc/debian_version", "etc/alpine-release", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
