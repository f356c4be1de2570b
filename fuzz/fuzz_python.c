/* SPDX-License-Identifier: Apache-2.0 */
/* Metadata and file lists of Python distributions, lock files, and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_python,
		.sample = "Name: a\nVersion: 1\n",
		.paths = { "lib/a.dist-info/METADATA", "lib/a.dist-info/RECORD", "srv/requirements.txt",
		           "srv/Pipfile.lock", "srv/poetry.lock", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
