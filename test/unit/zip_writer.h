/* SPDX-License-Identifier: Apache-2.0 */
/* zip_writer - archives for tests, as APPNOTE 6.3.10 describes them, from small members. */
#pragma once

#include "base/buf.h"

#include <stdlib.h>
#include <zlib.h>

struct zip_file {
	const char *name;
	bytes body;
	bool deflated, encrypted;
};

static inline void zip_put(buf *b, uint64_t v, size_t n)
{
	for (; n > 0; n--, v >>= 8)
		buf_putc(b, (uint8_t)v);
}

/* zip_raw_deflate(in, out): one raw deflate run. */
static inline void zip_raw_deflate(bytes in, buf *out)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n };

	if (deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	uLong most = deflateBound(&z, (uLong)in.n);

	z.next_out = buf_room(out, most);
	z.avail_out = (uInt)most;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	out->n += most - z.avail_out;
	deflateEnd(&z);
}

/* The fields that a local and a central header share, from "flags" to "extra field length". */
static inline void zip_put_common(buf *b, const struct zip_file *f, size_t packed)
{
	zip_put(b, f->encrypted, 2);
	zip_put(b, f->deflated ? 8 : 0, 2);
	zip_put(b, 0, 8); /* time, date, checksum */
	zip_put(b, packed, 4);
	zip_put(b, f->body.n, 4);
	zip_put(b, strlen(f->name), 2);
	zip_put(b, 0, 2);
}

/* zip_write(files, out): append an archive of the files, up to the first without a name. Offsets
 * count from where out ended before. */
static inline void zip_write(const struct zip_file *files, buf *out)
{
	size_t base = out->n, count = 0;
	buf directory = BUF_INIT(1 << 20);

	for (const struct zip_file *f = files; f->name; f++, count++) {
		buf packed = BUF_INIT(64 << 20);
		size_t at = out->n - base;

		if (f->deflated)
			zip_raw_deflate(f->body, &packed);
		else
			buf_put(&packed, f->body);
		buf_put(out, BYTES("PK\3\4\24\0"));
		zip_put_common(out, f, packed.n);
		buf_puts(out, f->name);
		buf_put(out, buf_bytes(&packed));
		buf_put(&directory, BYTES("PK\1\2\24\0\24\0"));
		zip_put_common(&directory, f, packed.n);
		zip_put(&directory, 0, 10); /* comment, disk, attributes */
		zip_put(&directory, at, 4);
		buf_puts(&directory, f->name);
		buf_done(&packed);
	}
	size_t at = out->n - base;

	buf_put(out, buf_bytes(&directory));
	buf_put(out, BYTES("PK\5\6\0\0\0\0"));
	zip_put(out, count, 2);
	zip_put(out, count, 2);
	zip_put(out, directory.n, 4);
	zip_put(out, at, 4);
	zip_put(out, 0, 2);
	buf_done(&directory);
}
