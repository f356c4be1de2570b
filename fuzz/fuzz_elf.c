/* SPDX-License-Identifier: Apache-2.0 */
/* elf_end: more of the file never makes the answer smaller, and no answer passes INT64_MAX. */
#include "fmt/elf.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole = 0, front = 0;
	bool known = elf_end(bytes_of(data, size), &whole);

	if (known && (whole < 52 || whole > INT64_MAX))
		abort();
	if (known && elf_end(bytes_of(data, size / 2), &front) && front > whole)
		abort();
	return 0;
}
