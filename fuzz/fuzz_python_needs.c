/* SPDX-License-Identifier: Apache-2.0 */
/* Dependency specifiers and markers of Python: a path, a line feed, a specifier. */
#include "catalog/python_needs.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes input = bytes_of(data, size), path, name = BYTES("");

	if (!bytes_take_until(&input, '\n', &path))
		return 0;
	if (python_need(input, path, &name) && (name.n == 0 || bytes_search(input, name) == input.n))
		abort(); /* a need has a name, and it stands in the text */
	return 0;
}
