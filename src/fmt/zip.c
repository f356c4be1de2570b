/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/zip.h"

#include "base/limits.h"

#define END_SIZE 22
#define LOCATOR_SIZE 20
#define END64_SIZE 56
#define LOCAL_SIZE 30
#define MEMBER_SIZE 46
#define COMMENT_MOST 65535

static const bytes end_mark = BYTES_INIT("PK\5\6"), locator_mark = BYTES_INIT("PK\6\7"),
				   end64_mark = BYTES_INIT("PK\6\6"), member_mark = BYTES_INIT("PK\1\2"),
				   local_mark = BYTES_INIT("PK\3\4");

static int bad(err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, 0, "zip: %s", what);
}

static bool read_at(const struct zip *z, uint64_t offset, size_t n, struct arena *a, bytes *out)
{
	return offset <= z->source.size && n <= z->source.size - offset &&
	       z->source.read(z->source.ctx, offset, n, a, out);
}

/* -- the end of the directory ------------------------------------------------------------------ */

struct end {
	uint64_t at;           /* where the directory ends */
	uint64_t size, offset; /* of the directory; offset as written */
};

/* The record whose comment ends with the file, searched from the end. */
static bool find_end(bytes tail, size_t *out)
{
	for (size_t at = tail.n < END_SIZE ? 0 : tail.n - END_SIZE + 1; at > 0; at--) {
		bytes in = bytes_skip(tail, at - 1);
		uint16_t comment;

		if (!bytes_starts(in, end_mark))
			continue;
		bytes field = bytes_slice(in, 20, 2);

		if (bytes_take_le16(&field, &comment) && comment == in.n - END_SIZE) {
			*out = at - 1;
			return true;
		}
	}
	return false;
}

/* The 64-bit end stands where its locator, right before the end, says. */
static int read_end64(const struct zip *z, struct arena *a, struct end *out, err *e)
{
	bytes locator, record, in;
	uint64_t at;

	if (out->at < LOCATOR_SIZE || !read_at(z, out->at - LOCATOR_SIZE, LOCATOR_SIZE, a, &locator) ||
	    !bytes_starts(locator, locator_mark))
		return 0; /* the numbers are what they seem */
	in = bytes_skip(locator, 8);
	if (!bytes_take_le64(&in, &at))
		return bad(e, "no 64-bit end");
	/* With octets before the archive it stands right before its locator. */
	if (!read_at(z, at, END64_SIZE, a, &record) || !bytes_starts(record, end64_mark)) {
		at = out->at - LOCATOR_SIZE - END64_SIZE;
		if (out->at < LOCATOR_SIZE + END64_SIZE || !read_at(z, at, END64_SIZE, a, &record) ||
		    !bytes_starts(record, end64_mark))
			return bad(e, "no 64-bit end");
	}
	in = bytes_skip(record, 40);
	if (!bytes_take_le64(&in, &out->size) || !bytes_take_le64(&in, &out->offset))
		return bad(e, "no 64-bit end");
	out->at = at;
	return 0;
}

static int read_end(const struct zip *z, struct arena *a, struct end *out, err *e)
{
	uint64_t size = z->source.size;
	size_t n = size < END_SIZE + COMMENT_MOST ? (size_t)size : END_SIZE + COMMENT_MOST, at;
	uint32_t directory_size, offset;
	uint16_t disk, directory_disk;
	bytes tail;

	/* Few archives have a comment: the end alone is tried first. */
	if (size < END_SIZE || !read_at(z, size - END_SIZE, END_SIZE, a, &tail))
		return bad(e, "no end of the directory");
	if (!find_end(tail, &at) && (!read_at(z, size - n, n, a, &tail) || !find_end(tail, &at)))
		return bad(e, "no end of the directory");
	out->at = size - tail.n + at;
	tail = bytes_skip(tail, at + 4);
	if (!bytes_take_le16(&tail, &disk) || !bytes_take_le16(&tail, &directory_disk))
		return bad(e, "no end of the directory");
	if ((disk != 0 && disk != UINT16_MAX) || directory_disk != disk)
		return bad(e, "an archive of several disks");
	tail = bytes_skip(tail, 4);
	if (!bytes_take_le32(&tail, &directory_size) || !bytes_take_le32(&tail, &offset))
		return bad(e, "no end of the directory");
	out->size = directory_size;
	out->offset = offset;
	return read_end64(z, a, out, e);
}

int zip_open(const struct zip_source *source, struct arena *a, struct zip *out, err *e)
{
	struct zip z = { .source = *source };
	struct end end = { 0 };

	if (read_end(&z, a, &end, e) < 0)
		return -1;
	if (end.size > end.at || end.offset > end.at - end.size)
		return bad(e, "the directory lies outside the file");
	if (end.size > LIMIT_ZIP_DIRECTORY)
		return err_set(e, ERR_LIMIT, 0, "zip: a directory of more than %u MiB",
		               (unsigned)(LIMIT_ZIP_DIRECTORY / MIB));
	z.base = end.at - end.size - end.offset;
	if (!read_at(&z, end.at - end.size, (size_t)end.size, a, &z.directory))
		return bad(e, "the directory cannot be read");
	*out = z;
	return 0;
}

/* -- members ----------------------------------------------------------------------------------- */

bool zip_take_wide(bytes *field, uint64_t *value)
{
	return *value != UINT32_MAX || bytes_take_le64(field, value);
}

bytes zip_wide_field(bytes extra)
{
	uint16_t id, n;
	bytes field;

	while (bytes_take_le16(&extra, &id) && bytes_take_le16(&extra, &n) &&
	       bytes_take(&extra, n, &field))
		if (id == 1)
			return field;
	return BYTES("");
}

uint64_t zip_number(bytes b, size_t at, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | b.p[at + n];
	return v;
}

static bool take_member(bytes *in, struct zip_member *out)
{
	bytes fixed, extra, comment, wide;

	if (!bytes_starts(*in, member_mark) || !bytes_take(in, MEMBER_SIZE, &fixed) ||
	    !bytes_take(in, zip_number(fixed, 28, 2), &out->name) ||
	    !bytes_take(in, zip_number(fixed, 30, 2), &extra) ||
	    !bytes_take(in, zip_number(fixed, 32, 2), &comment))
		return false;
	out->encrypted = zip_number(fixed, 8, 2) & 1;
	out->method = (uint16_t)zip_number(fixed, 10, 2);
	out->packed = zip_number(fixed, 20, 4);
	out->size = zip_number(fixed, 24, 4);
	out->header = zip_number(fixed, 42, 4);
	wide = zip_wide_field(extra);
	return zip_take_wide(&wide, &out->size) && zip_take_wide(&wide, &out->packed) &&
	       zip_take_wide(&wide, &out->header);
}

int zip_next(struct zip *z, struct zip_member *out, err *e)
{
	if (z->directory.n == 0)
		return 0;
	if (z->members++ >= LIMIT_ZIP_MEMBERS)
		return err_set(e, ERR_LIMIT, 0, "zip: more than %u members", (unsigned)LIMIT_ZIP_MEMBERS);
	if (!take_member(&z->directory, out))
		return bad(e, "a broken directory");
	return 1;
}

int zip_content(const struct zip *z, const struct zip_member *m, struct arena *a, uint64_t *out,
                err *e)
{
	uint64_t at = z->base + m->header;
	uint16_t name_n, extra_n;
	bytes local;

	if (at < z->base || !read_at(z, at, LOCAL_SIZE, a, &local) || !bytes_starts(local, local_mark))
		return bad(e, "a member without header");
	bytes in = bytes_skip(local, 26);

	if (!bytes_take_le16(&in, &name_n) || !bytes_take_le16(&in, &extra_n))
		return bad(e, "a member without header");
	at += LOCAL_SIZE + (uint64_t)name_n + extra_n;
	if (at > z->source.size || m->packed > z->source.size - at)
		return bad(e, "a member lies outside the file");
	*out = at;
	return 0;
}
