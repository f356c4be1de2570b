/* SPDX-License-Identifier: Apache-2.0 */
#include "image/pieces.h"

#include "base/arena.h"
#include "image/evidence.h"

#include <zstd.h>

/* The fastest level: the evidence of three million files still becomes a fifth. */
#define LEVEL 1

void pieces_init(struct pieces *p)
{
	*p = (struct pieces){ .raw = BUF_INIT(PIECE_LARGEST),
		                  .packed = BUF_INIT(ZSTD_COMPRESSBOUND(PIECE_LARGEST)) };
}

void pieces_done(struct pieces *p)
{
	ZSTD_freeCCtx(p->packer);
	ZSTD_freeDCtx(p->unpacker);
	buf_done(&p->raw);
	buf_done(&p->packed);
}

static void must(bool well)
{
	if (!well)
		arena_exhausted();
}

int pieces_add(struct pieces *p, bytes *records, err *e)
{
	bytes record, rest = *records;

	while (rest.n > 0) {
		int whole = evidence_frame(&rest, &record, e);

		if (whole < 0)
			return -1;
		if (whole == 0)
			return err_set(e, ERR_FORMAT, 0, "a record that is cut");
		bytes framed = bytes_slice(*records, 0, records->n - rest.n);

		if (p->raw.n > 0 && p->raw.n + framed.n > PIECE_SIZE)
			return 1;
		buf_put(&p->raw, framed);
		*records = rest;
	}
	return 0;
}

bytes pieces_pack(struct pieces *p, size_t *out_n)
{
	size_t bound = ZSTD_compressBound(p->raw.n);

	*out_n = p->raw.n;
	if (p->raw.n == 0)
		return bytes_of(NULL, 0);
	if (!p->packer) {
		p->packer = ZSTD_createCCtx();
		must(p->packer &&
		     !ZSTD_isError(ZSTD_CCtx_setParameter(p->packer, ZSTD_c_compressionLevel, LEVEL)) &&
		     !ZSTD_isError(ZSTD_CCtx_setParameter(p->packer, ZSTD_c_checksumFlag, 1)));
	}
	buf_clear(&p->packed);
	size_t n = ZSTD_compress2(p->packer, buf_room(&p->packed, bound), bound, p->raw.p, p->raw.n);

	/* With room for the worst case only memory can be missing. */
	must(!ZSTD_isError(n));
	p->packed.n = n;
	buf_clear(&p->raw);
	return buf_bytes(&p->packed);
}

static bool holds_whole_records(bytes raw)
{
	bytes record;
	err ignored = { .kind = ERR_NONE }; /* any fault means the same */

	while (raw.n > 0)
		if (evidence_frame(&raw, &record, &ignored) <= 0)
			return false;
	return true;
}

int pieces_unpack(struct pieces *p, bytes packed, uint64_t n, bytes *out, err *e)
{
	if (n == 0 || n > PIECE_LARGEST || ZSTD_getFrameContentSize(packed.p, packed.n) != n)
		return err_set(e, ERR_FORMAT, 0, "a piece of evidence of a wrong size");
	if (!p->unpacker)
		p->unpacker = ZSTD_createDCtx();
	must(p->unpacker);
	buf_clear(&p->raw);
	size_t got = ZSTD_decompressDCtx(p->unpacker, buf_room(&p->raw, (size_t)n), (size_t)n, packed.p,
	                                 packed.n);

	if (got != n)
		return err_set(e, ERR_FORMAT, 0, "a piece of evidence that does not unpack");
	p->raw.n = (size_t)n;
	bytes raw = buf_bytes(&p->raw);

	/* So that no reader of the stream has to care where pieces end. */
	buf_clear(&p->raw);
	if (!holds_whole_records(raw))
		return err_set(e, ERR_FORMAT, 0, "a piece of evidence with a cut record");
	*out = raw;
	return 0;
}
