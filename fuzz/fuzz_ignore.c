/* SPDX-License-Identifier: Apache-2.0 */
/* Ignore files in all forms; the first octet says which. What was read is asked for. */
#include "model/ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct ignore_list list = { 0 };
	struct purl purl = { 0 };
	err e = { 0 };
	bytes text = { data, size };

	if (size == 0)
		return 0;
	struct ignore_file file = { IGNORE_TRIVY, "ignore", bytes_skip(text, 1) };

	if (data[0] == 'y' || data[0] == 'o')
		file.form = data[0] == 'y' ? IGNORE_TRIVY_YAML : IGNORE_OAKUM;
	(void)!ignore_read(&file, 0, &arena, &list, &e);
	(void)purl_parse(BYTES("pkg:deb/debian/bash@5.2?arch=amd64"), &arena, &purl);
	for (size_t i = 0; i < list.entries.len; i++)
		(void)ignore_find(&list, IGNORE_VULNERABILITY, list.entries.items[i].id,
		                  BYTES("srv/app/a.dll"), &purl, &arena);
	arena_done(&arena);
	return 0;
}
