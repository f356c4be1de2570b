/* SPDX-License-Identifier: Apache-2.0 */
/* VEX documents and the purls in them. */
#include "vuln/vex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct vex_list list = { 0 };
	struct purl purl = { 0 }, image = { .type = BYTES("oci"), .name = BYTES("debian") };
	struct package package = { 0 };
	err e = { 0 };

	(void)!vex_read((bytes){ data, size }, &(digest){ 0 }, &arena, &list, &e);
	for (size_t i = 0; i < list.len && i < 64; i++) {
		if (purl_parse(list.items[i].product, &arena, &purl))
			(void)purl_package(&purl, &arena, &package);
		(void)vex_find(&list, list.items[i].id, &purl, &image, &arena);
	}
	arena_done(&arena);
	return 0;
}
