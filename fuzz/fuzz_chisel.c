/* SPDX-License-Identifier: Apache-2.0 */
/* Chisel's manifest, and its evidence. After '1' the input is the text; it is put into one frame
 * of uncompressed blocks (RFC 8878, 3.1.1), because a fuzzer does not compress. After '0' it is
 * the file itself. */
#include "fuzz_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BLOCK ((size_t)128 << 10)

static void put_le(buf *b, uint64_t v, unsigned octets)
{
	for (unsigned i = 0; i < octets; i++)
		buf_putc(b, (uint8_t)(v >> (8 * i)));
}

/* A single segment, its size in eight octets; then blocks: last, type raw (0), size. */
static void put_frame(buf *b, bytes text)
{
	put_le(b, 0xfd2fb528, 4);
	buf_putc(b, 0xe0);
	put_le(b, text.n, 8);
	do {
		bytes part = bytes_slice(text, 0, BLOCK);

		text = bytes_skip(text, part.n);
		put_le(b, (text.n == 0) | part.n << 3, 3);
		buf_put(b, part);
	} while (text.n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct fuzz_catalog target = {
		.cataloger = &catalog_chisel,
		.sample = "no frame",
		.paths = { "var/lib/chisel/manifest.wall", NULL },
	};
	buf framed = BUF_INIT(size + 64 * KIB);

	if (size > 0 && data[0] == '1') {
		buf_putc(&framed, '0');
		put_frame(&framed, bytes_skip(bytes_of(data, size), 1));
		fuzz_catalog(&target, buf_bytes(&framed));
	} else {
		fuzz_catalog(&target, bytes_of(data, size));
	}
	buf_done(&framed);
	return 0;
}
