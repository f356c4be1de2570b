/* SPDX-License-Identifier: Apache-2.0 */
/* The package notes of programs, and their evidence. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_elf_note,
		.sample = "\177ELF",
		.paths = { "usr/bin/a", "opt/b", NULL },
	};

	fuzz_catalog(&target, bytes_of(data, size));
	return 0;
}
