/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/fold.h"

#include "fmt/tar.h"
#include "secret/parcel.h"
#include "secret/unzip.h"

/* .lzma has no mark: properties, a dictionary of 2^n or 3 * 2^n octets, a size that may be unknown,
 * and a range coder's first octet, which is 0. */
static bool is_lzma(bytes head)
{
	uint32_t dictionary;
	uint64_t size;
	uint8_t properties, first;

	if (!bytes_take_u8(&head, &properties) || !bytes_take_le32(&head, &dictionary) ||
	    !bytes_take_le64(&head, &size) || !bytes_take_u8(&head, &first))
		return false;
	if (properties >= 9 * 5 * 5 || dictionary < 4096 || size == 0 || first != 0)
		return false;
	while (dictionary % 2 == 0)
		dictionary /= 2;
	return (dictionary == 1 || dictionary == 3) && (size == UINT64_MAX || size >> 38 == 0);
}

/* compress(1): bits of a code, and flags of which two are none. */
static bool is_compress(bytes head)
{
	return head.n > 3 && bytes_starts(head, BYTES("\x1f\x9d")) && (head.p[2] & 0x60) == 0 &&
	       (head.p[2] & 0x1f) >= 9 && (head.p[2] & 0x1f) <= 16;
}

/* Formats that pack and are not read here. */
static bool is_unread(bytes head)
{
	static const bytes marks[] = {
		BYTES_INIT("7z\xbc\xaf\x27\x1c"), BYTES_INIT("Rar!\x1a\x07"),
		BYTES_INIT("\x04\x22\x4d\x18"), /* lz4 */
		BYTES_INIT("LZIP\1"), BYTES_INIT("\x89LZO\0\r\n\x1a\n"), BYTES_INIT("MSCF\0\0\0\0"),
		BYTES_INIT("hsqs"), BYTES_INIT("sqsh"), /* squashfs */
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (bytes_starts(head, marks[i]))
			return true;
	return is_lzma(head) || is_compress(head);
}

/* The marks of gzip and bzip2 are short: what follows them in each file has to fit, too. */
static enum codec codec_of(bytes head)
{
	enum codec codec = head.n < 10 ? CODEC_NONE : codec_detect_file(head);

	if (codec == CODEC_GZIP && head.p[2] != 8)
		return CODEC_NONE;
	if (codec == CODEC_BZIP2 && /* a block, or the end of a stream without one */
	    !bytes_starts(bytes_skip(head, 4), BYTES("\x31\x41\x59\x26\x53\x59")) &&
	    !bytes_starts(bytes_skip(head, 4), BYTES("\x17\x72\x45\x38\x50\x90")))
		return CODEC_NONE;
	return codec;
}

enum fold fold_of(bytes head, enum codec *out_codec)
{
	*out_codec = codec_of(head);
	if (*out_codec != CODEC_NONE)
		return FOLD_STREAM;
	if (unzip_starts(head))
		return FOLD_ZIP;
	if (tar_starts(head))
		return FOLD_TAR;
	if (parcel_of(head) != PARCEL_NONE)
		return FOLD_PARCEL;
	if (bytes_starts(head, BYTES("#!")))
		return FOLD_SCRIPT;
	return is_unread(head) ? FOLD_UNREAD : FOLD_PLAIN;
}
