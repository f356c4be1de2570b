/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/tar_pax.h"

#include "base/limits.h"
#include "base/text.h"

#include <stddef.h>

enum kind { KIND_TEXT, KIND_OCTETS, KIND_NUMBER, KIND_TIME };

static const struct keyword {
	bytes name;
	enum tar_pax_has bit;
	enum kind kind;
	size_t at; /* of the member of struct tar_pax */
} keywords[] = {
#define KEYWORD(name, bit, kind, member) \
	{ \
		BYTES_INIT(name), bit, kind, offsetof(struct tar_pax, member) \
	}
	KEYWORD("path", PAX_PATH, KIND_TEXT, path),
	KEYWORD("linkpath", PAX_LINK, KIND_TEXT, link),
	KEYWORD("size", PAX_SIZE, KIND_NUMBER, size),
	KEYWORD("uid", PAX_UID, KIND_NUMBER, uid),
	KEYWORD("gid", PAX_GID, KIND_NUMBER, gid),
	KEYWORD("mtime", PAX_MTIME, KIND_TIME, mtime),
	KEYWORD("SCHILY.xattr.security.capability", PAX_CAPABILITY, KIND_OCTETS, capability),
	KEYWORD("GNU.sparse.name", PAX_SPARSE_NAME, KIND_TEXT, sparse_name),
	KEYWORD("GNU.sparse.map", PAX_SPARSE_MAP, KIND_TEXT, sparse_map),
	KEYWORD("GNU.sparse.size", PAX_SPARSE_SIZE, KIND_NUMBER, sparse_size),
	KEYWORD("GNU.sparse.realsize", PAX_SPARSE_SIZE, KIND_NUMBER, sparse_size),
	KEYWORD("GNU.sparse.major", PAX_SPARSE_MAJOR, KIND_NUMBER, sparse_major),
	KEYWORD("GNU.sparse.minor", PAX_SPARSE_MINOR, KIND_NUMBER, sparse_minor),
	KEYWORD("GNU.sparse.numblocks", PAX_SPARSE_BLOCKS, KIND_NUMBER, sparse_blocks),
	KEYWORD("GNU.sparse.offset", PAX_SPARSE_OFFSET, KIND_NUMBER, sparse_offset),
	KEYWORD("GNU.sparse.numbytes", PAX_SPARSE_PIECE, KIND_NUMBER, sparse_offset),
#undef KEYWORD
};

static const struct keyword *find(bytes name)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (bytes_equal(keywords[i].name, name))
			return &keywords[i];
	return NULL;
}

/* "[-]SECONDS[.FRACTION]", rounded down to whole seconds. */
static bool take_time(bytes value, int64_t *out)
{
	bool minus = bytes_take_prefix(&value, BYTES("-")), rest = false;
	bytes whole;
	uint64_t seconds;

	if (!bytes_take_until(&value, '.', &whole) ||
	    !text_take_u64(whole, 10, (uint64_t)INT64_MAX + minus, &seconds))
		return false;
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < '0' || value.p[i] > '9')
			return false;
		rest |= value.p[i] != '0';
	}
	*out = (int64_t)(minus ? 0 - seconds : seconds);
	return !minus || !__builtin_sub_overflow(*out, rest, out);
}

static bool take_value(struct tar_pax *p, const struct keyword *k, bytes value)
{
	void *to = (uint8_t *)p + k->at;
	uint64_t number;
	int64_t time;

	switch (k->kind) {
	case KIND_TEXT:
		/* A NUL would end the name for some readers and not for others. */
		if (bytes_find(value, 0) < value.n)
			return false;
		memcpy(to, &value, sizeof(value));
		return true;
	case KIND_OCTETS: memcpy(to, &value, sizeof(value)); return true;
	case KIND_NUMBER:
		if (!text_take_u64(value, 10, INT64_MAX, &number))
			return false;
		memcpy(to, &number, sizeof(number));
		return true;
	case KIND_TIME:
		if (!take_time(value, &time))
			return false;
		memcpy(to, &time, sizeof(time));
		return true;
	}
	return false;
}

/* Split one record from the front. */
static bool take_record(bytes *in, bytes *out_name, bytes *out_value)
{
	bytes length, record, rest = *in;
	uint64_t n;
	size_t head;

	if (!bytes_take_until(&rest, ' ', &length) || !text_take_u64(length, 10, in->n, &n))
		return false;
	head = in->n - rest.n;
	if (n <= head || !bytes_take(in, n, &record) || record.p[n - 1] != '\n')
		return false;
	*out_value = bytes_slice(record, head, n - head - 1);
	return bytes_find(*out_value, '=') < out_value->n &&
	       bytes_take_until(out_value, '=', out_name) && out_name->n > 0;
}

/* Sparse format 0.0 repeats a pair of records for every piece: the only keywords that add up. */
static int add_piece(struct tar_pax *p, unsigned before, uint64_t offset, err *e)
{
	if (!(before & PAX_SPARSE_OFFSET))
		return err_set(e, ERR_FORMAT, 0, "a sparse piece without an offset");
	p->has &= ~(unsigned)PAX_SPARSE_OFFSET;
	return tar_sparse_add(&p->sparse, offset, p->sparse_offset, e);
}

int tar_pax_read(struct tar_pax *p, bytes records, err *e)
{
	bytes name, value;

	while (records.n > 0) {
		if (!take_record(&records, &name, &value))
			return err_set(e, ERR_FORMAT, 0, "a malformed pax record");
		const struct keyword *k = find(name);
		unsigned before = p->has;
		uint64_t offset = p->sparse_offset;

		if (!k)
			continue;
		p->has &= ~(unsigned)k->bit;
		p->taken_away |= k->bit;
		if (value.n == 0)
			continue;
		if (!take_value(p, k, value))
			return err_set(e, ERR_FORMAT, 0, "pax record '%s' has a wrong value", SHOW(name));
		p->has |= k->bit;
		p->taken_away &= ~(unsigned)k->bit;
		if (k->bit == PAX_SPARSE_PIECE && add_piece(p, before, offset, e) < 0)
			return -1;
	}
	return 0;
}

int tar_pax_read_global(struct tar_pax *p, bytes records, err *e)
{
	if (tar_pax_read(p, records, e) < 0)
		return -1;
	if (p->has & ~(unsigned)(PAX_UID | PAX_GID | PAX_MTIME))
		return err_set(e, ERR_FORMAT, 0, "a global pax header names what only one file can have");
	return 0;
}

/* GNU tar and libarchive take half a description for what it says, Go ignores it. */
static bool sparse_is_whole(const struct tar_pax *p, enum tar_pax_sparse form)
{
	const unsigned map = p->has & PAX_SPARSE_MAP, piece = p->has & PAX_SPARSE_PIECE;
	const unsigned blocks = p->has & PAX_SPARSE_BLOCKS;

	if (!(p->has & PAX_SPARSE_SIZE) || p->has & PAX_SPARSE_OFFSET)
		return false;
	return form == PAX_SPARSE_BODY ? !map && !piece && !blocks
	                               : (map || piece || blocks) && !(map && piece);
}

int tar_pax_sparse(struct tar_pax *p, enum tar_pax_sparse *out, err *e)
{
	const unsigned any = PAX_SPARSE_NAME | PAX_SPARSE_MAP | PAX_SPARSE_SIZE | PAX_SPARSE_MAJOR |
	                     PAX_SPARSE_MINOR | PAX_SPARSE_OFFSET | PAX_SPARSE_PIECE |
	                     PAX_SPARSE_BLOCKS;
	uint64_t major = p->has & PAX_SPARSE_MAJOR ? p->sparse_major : 0;
	uint64_t minor = p->has & PAX_SPARSE_MINOR ? p->sparse_minor : 0;

	*out = PAX_DENSE;
	if (!(p->has & any))
		return 0;
	if (major > 1 || minor > 1 - major)
		return err_set(e, ERR_FORMAT, 0, "a sparse file of an unknown version");
	*out = major == 1 ? PAX_SPARSE_BODY : PAX_SPARSE_RECORDS;
	if (!sparse_is_whole(p, *out))
		return err_set(e, ERR_FORMAT, 0, "pax records that only half describe a sparse file");
	if (p->has & PAX_SPARSE_MAP && tar_sparse_list(&p->sparse, p->sparse_map, e) < 0)
		return -1;
	if (p->has & PAX_SPARSE_BLOCKS && p->sparse.pieces != p->sparse_blocks)
		return err_set(e, ERR_FORMAT, 0, "a sparse map of another length than its header says");
	return 0;
}
