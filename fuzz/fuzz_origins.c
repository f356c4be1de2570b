/* SPDX-License-Identifier: Apache-2.0 */
/* A Dockerfile and, behind a NUL, the history of an image's layers, a line each: every layer gets a
 * place in the file. */
#include "flow/origins.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { LAYERS = 64 };
	bytes rest = bytes_of(data, size), text = { 0 }, line;
	struct arena a = ARENA_INIT;
	struct image image = { 0 };
	struct scan_origin found[LAYERS];
	struct dockerfile file;
	uint32_t lines = 1;

	(void)bytes_take_until(&rest, 0, &text); /* none: no layers */
	while (image.layers.len < LAYERS && bytes_take_until(&rest, '\n', &line))
		*ARENA_PUSH(&a, &image.layers) = (struct image_layer){ .created_by = line };
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	dockerfile_parse(text, &a, &file);
	if (origins_match(&file, &image, &a, found))
		for (size_t i = 0; i < image.layers.len; i++)
			if (found[i].line < 1 || found[i].end_line < found[i].line ||
			    found[i].end_line > lines || found[i].end_column < 1)
				abort();
	arena_done(&a);
	return 0;
}
