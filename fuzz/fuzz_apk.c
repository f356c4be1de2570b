/* SPDX-License-Identifier: Apache-2.0 */
/* The installed database of apk, and its evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_apk,
		.sample = "P:a\nV:1\nF:usr/bin\nR:x\n",
		.paths = { "lib/apk/db/installed", "usr/lib/apk/db/installed", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
