/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of rpm's database, and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_rpm,
		.sample = "bash\t5-4\t1\t2\tvendor\t(none)\t9\tx86_64\t3\tbash-5-4.src.rpm\n",
		.paths = { "var/lib/rpmmanifest/container-manifest-2", "var/lib/rpm/rpmdb.sqlite",
		           "var/lib/rpm/Packages.db", "var/lib/rpm/Packages",
		           "var/lib/rpmmanifest/container-manifest-1", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
