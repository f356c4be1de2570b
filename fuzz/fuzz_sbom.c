/* SPDX-License-Identifier: Apache-2.0 */
/* What sbom_read accepts can be written in every format, and what is written in JSON is read again
 * as the same packages, layers and edges. */
#include "sbom/schema.h"

#include <stdlib.h>
#include <sys/mman.h>

static void must(bool fine)
{
	if (!fine)
		abort();
}

/* Pieces of seven octets: what is read does not hang on where they end. */
static int give(void *ctx, bytes *out, err *e)
{
	bytes *rest = ctx;

	(void)e;
	*out = bytes_slice(*rest, 0, 7);
	*rest = bytes_skip(*rest, 7);
	return 0;
}

static void check_format(const struct sbom *bill, enum sbom_format format, int fd, struct arena *a)
{
	struct sbom_document again;
	struct stream out;
	buf text = BUF_INIT(SIZE_MAX / 2);
	err e = { 0 };

	stream_init(&out, stream_to_buf, &text);
	sbom_write(bill, format, &out);
	must(stream_finish(&out, &e) == 0);
	bytes rest = buf_bytes(&text);
	const struct sbom_source source = { give, &rest };

	must(sbom_read(&source, fd, a, &again, &e) == 0);
	if (format != SBOM_SPDX_TAG) /* where names that differ in controls only may become one */
		must(again.bill.packages == bill->packages && again.bill.edges_len == bill->edges_len);
	sbom_document_done(&again);
	buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fds[2] = { -1, -1 };
	struct arena a = ARENA_INIT;
	struct sbom_document document;
	bytes text = bytes_of(data, size);
	const struct sbom_source source = sbom_source_of(&text);
	err e = { 0 };

	for (int i = 0; i < 2; i++)
		if (fds[i] < 0)
			fds[i] = memfd_create("packages", MFD_CLOEXEC);
	if (sbom_read(&source, fds[0], &a, &document, &e) < 0) {
		must(e.kind == ERR_FORMAT || e.kind == ERR_LIMIT);
	} else {
		bytes whole = bytes_of(data, size);
		const struct sbom_source same = sbom_source_of(&whole);

		if (schema_check(&same, document.version, document.is_statement, &e) < 0)
			must(e.kind == ERR_FORMAT || e.kind == ERR_LIMIT);
		for (unsigned i = SBOM_SPDX_JSON; i <= SBOM_CYCLONEDX_1_7; i++)
			check_format(&document.bill, (enum sbom_format)i, fds[1], &a);
		sbom_document_done(&document);
	}
	arena_done(&a);
	return 0;
}
