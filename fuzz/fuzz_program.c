/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that carry what they were built from (Go, Rust), and their evidence. The input is the
 * front of a program that is large enough to be looked at. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_golang,
		.sample = "\177ELF",
		.paths = { "usr/bin/a", "usr/bin/shop", "src/go.mod", "src/Cargo.lock", NULL },
	};
	size_t padded = (512 * KIB) + 1;
	uint8_t *body = size > 0 ? calloc(1, padded) : NULL;

	if (!body)
		return 0;
	memcpy(body, data, size < padded ? size : padded);
	fuzz_catalog(&target, bytes_of(body, data[0] == '1' ? padded : size));
	free(body);
	return 0;
}
