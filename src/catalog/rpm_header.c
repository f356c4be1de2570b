/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/rpm.h"

#include "base/limits.h"

#include <inttypes.h>

/* Some tools keep the eight octets with which a header begins inside a package file. */
#define MAGIC BYTES("\x8e\xad\xe8\x01\0\0\0\0")
/* rpm's own bound (HEADER_TAGS_MAX). */
#define TAGS_MAX 0xffffU
#define ENTRY 16

enum tag {
	TAG_NAME = 1000,
	TAG_VERSION = 1001,
	TAG_RELEASE = 1002,
	TAG_EPOCH = 1003,
	TAG_VENDOR = 1011,
	TAG_LICENCE = 1014,
	TAG_ARCHITECTURE = 1022,
	TAG_STATES = 1029,
	TAG_SOURCE_RPM = 1044,
	TAG_PROVIDES = 1047,
	TAG_REQUIRE_FLAGS = 1048,
	TAG_REQUIRES = 1049,
	TAG_DIRINDEXES = 1116,
	TAG_BASENAMES = 1117,
	TAG_DIRNAMES = 1118,
	TAG_MODULE = 5096,
};

enum type { TYPE_CHAR = 1, TYPE_INT32 = 4, TYPE_STRING = 6, TYPE_ARRAY = 8, TYPE_I18N = 9 };

enum file_state { STATE_NORMAL = 0, STATE_NETSHARED = 3 }; /* rpmfileState: those in place */

struct entry_ref {
	uint32_t tag, type, count;
	bytes octets; /* from the entry's offset to the end of the data */
};

static int bad(const struct entry_ref *r, const char *what, err *e)
{
	return err_set(e, ERR_FORMAT, 0, "tag %" PRIu32 ": %s", r->tag, what);
}

/* The first string: of an I18NSTRING that is the one of the C locale. */
static int read_string(const struct entry_ref *r, bytes *out, err *e)
{
	size_t end = bytes_find(r->octets, '\0');

	if ((r->type != TYPE_STRING && r->type != TYPE_I18N) || r->count == 0)
		return bad(r, "no string", e);
	if (end == r->octets.n)
		return bad(r, "a string without end", e);
	if (end > LIMIT_PACKAGE_FIELD)
		return err_set(e, ERR_LIMIT, 0, "tag %" PRIu32 ": a value of more than 4 KiB", r->tag);
	*out = bytes_slice(r->octets, 0, end);
	return 0;
}

/* read_array(r, type, size, out): of items of `size` octets, 0 for strings (at least their NUL). */
static int read_array(const struct entry_ref *r, enum type type, size_t size, struct rpm_array *out,
                      err *e)
{
	if (r->type != type)
		return bad(r, "another type than it must have", e);
	if (r->count > r->octets.n / (size ? size : 1))
		return bad(r, "more items than there is data", e);
	*out = (struct rpm_array){ r->octets, r->count };
	return 0;
}

static int read_epoch(const struct entry_ref *r, uint32_t *out, err *e)
{
	struct rpm_array array = { 0 };
	bytes in;

	if (read_array(r, TYPE_INT32, 4, &array, e) < 0)
		return -1;
	in = array.octets;
	if (array.count == 0 || !bytes_take_be32(&in, out))
		return bad(r, "no number", e);
	return 0;
}

static const struct text_tag {
	enum tag tag;
	size_t offset;
} texts[] = {
	{ TAG_NAME, offsetof(struct rpm_package, name) },
	{ TAG_VERSION, offsetof(struct rpm_package, version) },
	{ TAG_RELEASE, offsetof(struct rpm_package, release) },
	{ TAG_VENDOR, offsetof(struct rpm_package, vendor) },
	{ TAG_LICENCE, offsetof(struct rpm_package, licence) },
	{ TAG_ARCHITECTURE, offsetof(struct rpm_package, architecture) },
	{ TAG_SOURCE_RPM, offsetof(struct rpm_package, source_rpm) },
	{ TAG_MODULE, offsetof(struct rpm_package, module) },
};

static const struct array_tag {
	enum tag tag;
	enum type type;
	size_t size, offset;
} arrays[] = {
	{ TAG_STATES, TYPE_CHAR, 1, offsetof(struct rpm_package, states) },
	{ TAG_PROVIDES, TYPE_ARRAY, 0, offsetof(struct rpm_package, provides) },
	{ TAG_REQUIRE_FLAGS, TYPE_INT32, 4, offsetof(struct rpm_package, require_flags) },
	{ TAG_REQUIRES, TYPE_ARRAY, 0, offsetof(struct rpm_package, requires) },
	{ TAG_DIRINDEXES, TYPE_INT32, 4, offsetof(struct rpm_package, dirindexes) },
	{ TAG_BASENAMES, TYPE_ARRAY, 0, offsetof(struct rpm_package, basenames) },
	{ TAG_DIRNAMES, TYPE_ARRAY, 0, offsetof(struct rpm_package, dirnames) },
};

static int read_tag(const struct entry_ref *r, struct rpm_package *p, err *e)
{
	if (r->tag == TAG_EPOCH)
		return read_epoch(r, &p->epoch, e);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (r->tag == texts[i].tag)
			return read_string(r, (bytes *)((char *)p + texts[i].offset), e);
	for (size_t i = 0; i < sizeof(arrays) / sizeof(*arrays); i++)
		if (r->tag == arrays[i].tag)
			return read_array(r, arrays[i].type, arrays[i].size,
			                  (struct rpm_array *)((char *)p + arrays[i].offset), e);
	return 0;
}

static int read_index(bytes index, bytes data, struct rpm_package *p, err *e)
{
	struct entry_ref r;
	uint32_t offset;

	while (bytes_take_be32(&index, &r.tag) && bytes_take_be32(&index, &r.type) &&
	       bytes_take_be32(&index, &offset) && bytes_take_be32(&index, &r.count)) {
		/* A negative offset or one past the end: nothing is left, and no tag is empty. */
		r.octets = bytes_skip(data, offset);
		if (read_tag(&r, p, e) < 0)
			return -1;
	}
	return 0;
}

int rpm_header_parse(bytes blob, struct rpm_package *out, err *e)
{
	struct rpm_package p = { 0 };
	bytes index, data;
	uint32_t tags, octets;

	(void)bytes_take_prefix(&blob, MAGIC);
	if (!bytes_take_be32(&blob, &tags) || !bytes_take_be32(&blob, &octets))
		return err_set(e, ERR_FORMAT, 0, "the header is cut off");
	if (tags == 0 || tags > TAGS_MAX)
		return err_set(e, ERR_FORMAT, 0, "a header of %" PRIu32 " tags", tags);
	if (!bytes_take(&blob, (size_t)tags * ENTRY, &index) || !bytes_take(&blob, octets, &data))
		return err_set(e, ERR_FORMAT, 0, "the header is cut off");
	if (blob.n > 0)
		return err_set(e, ERR_FORMAT, 0, "%zu octets behind the header", blob.n);
	if (read_index(index, data, &p, e) < 0)
		return -1;
	if (p.name.n == 0 || p.version.n == 0 || p.release.n == 0)
		return err_set(e, ERR_FORMAT, 0, "a header without name, version or release");
	*out = p;
	return 0;
}

/* -- files ------------------------------------------------------------------------------------- */

int rpm_files_begin(struct rpm_files *f, const struct rpm_package *package, struct arena *a, err *e)
{
	const struct rpm_array *dirs = &package->dirnames, *names = &package->basenames;
	bytes rest = dirs->octets;

	*f = (struct rpm_files){ .package = package };
	if (names->count == 0)
		return 0;
	if (names->count != package->dirindexes.count ||
	    (package->states.count > 0 && package->states.count != names->count))
		return err_set(e, ERR_FORMAT, 0, "file lists of different lengths");
	f->dirs = arena_array(a, bytes, dirs->count);
	for (uint32_t i = 0; i < dirs->count; i++)
		if (!bytes_take_until(&rest, '\0', &f->dirs[i]))
			return err_set(e, ERR_FORMAT, 0, "the list of folders is cut off");
	f->names = names->octets;
	f->indexes = package->dirindexes.octets;
	f->states = package->states.octets;
	f->left = names->count;
	return 0;
}

/* is_in_place(f): a header without states is of a package that was not installed by rpm itself. */
static bool is_in_place(struct rpm_files *f)
{
	uint8_t state;

	if (f->package->states.count == 0 || !bytes_take_u8(&f->states, &state))
		return true;
	return state == STATE_NORMAL || state == STATE_NETSHARED;
}

bool rpm_files_next(struct rpm_files *f, bytes *out_dir, bytes *out_name)
{
	uint32_t dir;
	bytes name;

	while (f->left > 0 && bytes_take_until(&f->names, '\0', &name) &&
	       bytes_take_be32(&f->indexes, &dir)) {
		f->left--;
		if (!is_in_place(f) || dir >= f->package->dirnames.count)
			continue;
		*out_dir = f->dirs[dir];
		*out_name = name;
		return true;
	}
	return false;
}
