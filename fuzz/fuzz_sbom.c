/* SPDX-License-Identifier: Apache-2.0 */
/* What sbom_read accepts can be written in every format, and what is written in JSON is read again
 * as the same packages, layers and edges. */
#include "sbom/read.h"

#include <stdlib.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

static void check_format(const struct sbom *bill, enum sbom_format format, struct arena *a)
{
	struct sbom_document again;
	struct stream out;
	buf text = BUF_INIT(SIZE_MAX / 2);
	err e = { 0 };

	stream_init(&out, stream_to_buf, &text);
	sbom_write(bill, format, &out);
	must(stream_finish(&out, &e) == 0);
	if (format != SBOM_SPDX_TAG) {
		must(sbom_read(buf_bytes(&text), a, &again, &e) == 0);
		must(again.bill.packages == bill->packages && again.bill.edges_len == bill->edges_len);
	}
	buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT;
	struct sbom_document document;
	err e = { 0 };

	if (sbom_read(bytes_of(data, size), &a, &document, &e) < 0) {
		must(e.kind == ERR_FORMAT || e.kind == ERR_LIMIT);
	} else {
		for (unsigned i = SBOM_SPDX_JSON; i <= SBOM_CYCLONEDX_1_7; i++)
			check_format(&document.bill, (enum sbom_format)i, &a);
	}
	arena_done(&a);
	return 0;
}
