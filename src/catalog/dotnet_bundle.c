/* SPDX-License-Identifier: Apache-2.0 */
/* Single-file bundles, as Microsoft.NET.HostModel writes them and the hosts read them:
 *
 *     host program, in its data: [header offset, 8 octets][marker, 32 octets]
 *     embedded files
 *     header    major, minor u32, count i32, id
 *               from version 2: offset and size of deps.json, of runtimeconfig.json i64, flags u64
 *     entries   offset, size i64, from version 6: compressed size i64, type u8, path
 *
 * Numbers are little-endian; id and path have their length before them in groups of seven
 * bits, at most two octets. Version 1 is .NET Core 3, 2 is .NET 5, 6 is everything since. The
 * two JSON documents are never compressed (Bundler.ShouldCompress): hosts map them as they
 * lie. */
#include "catalog/dotnet.h"

#include "base/pack.h"
#include "fmt/elf.h"

#include <inttypes.h>

/* SHA-256 of ".net core bundle" */
static const uint8_t marker[] = { 0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93,
	                              0x02, 0x14, 0xd7, 0xa0, 0x32, 0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae,
	                              0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae };
/* A host has one; more are looked at because a program that makes bundles holds another, unset. */
#define MARKERS 16

/* -- is it worth spooling -------------------------------------------------------------------- */

/* Go's linker puts the section headers right behind the program headers and much unloaded content
 * behind them; those of .NET hosts put them last. Large Go programs are not worth a spool file. */
static bool is_sectioned_first(bytes head)
{
	bytes in = bytes_skip(head, 40); /* e_shoff of the 64-bit class */
	uint64_t offset;

	return bytes_starts(head, BYTES("\177ELF\2\1")) && bytes_take_le64(&in, &offset) &&
	       offset > 0 && offset < INSPECT_HEAD;
}

bool dotnet_host_may_bundle(const struct entry *entry, bytes head)
{
	uint64_t end;

	if (entry->size < DOTNET_SMALLEST_HOST)
		return false;
	if (bytes_starts(head, BYTES("MZ")))
		return bytes_ends(entry->path, BYTES(".exe"));
	if (!bytes_starts(head, BYTES("\177ELF")) || is_sectioned_first(head))
		return false;
	return !elf_end(head, &end) || end < entry->size;
}

/* -- the header ------------------------------------------------------------------------------ */

struct place {
	uint64_t offset, size;
};

/* take_i64(in, out): a number that the format calls signed and that is never negative. */
static bool take_i64(bytes *in, uint64_t *out)
{
	return bytes_take_le64(in, out) && *out <= INT64_MAX;
}

/* take_text(in, out): BinaryWriter's string. As the host (bundle/reader.cpp) it refuses empty
 * ones and those above PATH_MAX, which a length of three octets always is. */
static bool take_text(bytes *in, bytes *out)
{
	uint8_t low, high = 0;

	if (!bytes_take_u8(in, &low) || (low & 0x80 && !bytes_take_u8(in, &high)))
		return false;
	size_t n = (low & 0x7fU) | (size_t)high << 7;

	return n > 0 && n <= LIMIT_PATH && bytes_take(in, n, out);
}

static int bad(err *e, const char *what)
{
	return err_set(e, ERR_FORMAT, 0, "single-file bundle: %s", what);
}

static bool is_known_version(uint32_t major, uint32_t minor)
{
	return minor == 0 && (major == 1 || major == 2 || major == 6);
}

struct reading {
	const struct dotnet_file *file;
	bytes in;   /* from the header on, being consumed */
	bytes name; /* of the program, for version 1 */
	uint32_t count;
	struct place deps, config;
};

static int read_header(struct reading *r, struct dotnet_bundle *out, err *e)
{
	bytes id;
	uint64_t flags;

	if (!bytes_take_le32(&r->in, &out->major) || !bytes_take_le32(&r->in, &out->minor))
		return bad(e, "the header is cut off");
	if (!is_known_version(out->major, out->minor))
		return err_set(e, ERR_FORMAT, 0,
		               "single-file bundle: version %" PRIu32 ".%" PRIu32 " is unknown", out->major,
		               out->minor);
	if (!bytes_take_le32(&r->in, &r->count) || !take_text(&r->in, &id))
		return bad(e, "the header is cut off");
	if (r->count == 0 || r->count > LIMIT_BUNDLE_FILES)
		return err_set(e, ERR_LIMIT, 0, "single-file bundle: %" PRIu32 " files", r->count);
	if (out->major >= 2 && !(take_i64(&r->in, &r->deps.offset) && take_i64(&r->in, &r->deps.size) &&
	                         take_i64(&r->in, &r->config.offset) &&
	                         take_i64(&r->in, &r->config.size) && bytes_take_le64(&r->in, &flags)))
		return bad(e, "the header is cut off");
	return 0;
}

/* -- the entries ----------------------------------------------------------------------------- */

/* stands_for(path, program, suffix): path is the program's name with the suffix in place of
 * ".exe". */
static bool stands_for(bytes path, bytes program, bytes suffix)
{
	if (bytes_ends(program, BYTES(".exe")))
		program.n -= 4;
	return bytes_starts(path, program) && bytes_equal(bytes_skip(path, program.n), suffix);
}

/* note_document(r, path, at): version 1 has no places in its header and no useful types
 * (TargetInfo.TargetSpecificFileType). The document named after the program counts; a renamed
 * program has the first one at the top. */
static void note_document(struct reading *r, bytes path, struct place at)
{
	static const bytes deps = BYTES_INIT(".deps.json"), config = BYTES_INIT(".runtimeconfig.json");

	if (bytes_find(path, '/') < path.n)
		return;
	if (stands_for(path, r->name, deps) || (bytes_ends(path, deps) && r->deps.offset == 0))
		r->deps = at;
	if (stands_for(path, r->name, config) || (bytes_ends(path, config) && r->config.offset == 0))
		r->config = at;
}

static int read_entry(struct reading *r, struct arena *a, struct dotnet_bundle *out, err *e)
{
	struct place at;
	uint64_t compressed = 0;
	uint8_t type;
	bytes path;

	if (!take_i64(&r->in, &at.offset) || !take_i64(&r->in, &at.size) ||
	    (out->major >= 6 && !take_i64(&r->in, &compressed)) || !bytes_take_u8(&r->in, &type) ||
	    !take_text(&r->in, &path))
		return bad(e, "the list of files is cut off");
	uint64_t stored = compressed ? compressed : at.size;

	if (at.offset > r->file->size || stored > r->file->size - at.offset)
		return bad(e, "an entry lies outside the file");
	out->compressed |= compressed > 0;
	*ARENA_PUSH(a, &out->files) = path;
	if (out->major == 1)
		note_document(r, path, at);
	return 0;
}

static int read_document(const struct reading *r, struct place at, bytes *out, err *e)
{
	*out = (bytes){ 0 };
	if (at.offset == 0 || at.size == 0)
		return 0;
	if (at.size > LIMIT_KEEP)
		return err_set(e, ERR_LIMIT, 0, "single-file bundle: a document of %" PRIu64 " octets",
		               at.size);
	if (!r->file->read(r->file->ctx, at.offset, (size_t)at.size, out))
		return bad(e, "a document lies outside the file");
	return 0;
}

static int read_bundle(const struct dotnet_file *file, uint64_t offset, bytes name, struct arena *a,
                       struct dotnet_bundle *out, err *e)
{
	struct dotnet_bundle bundle = { 0 };
	struct reading r = { .file = file, .name = name };

	if (offset >= file->size)
		return bad(e, "the header lies outside the file");
	uint64_t n = file->size - offset < LIMIT_KEEP ? file->size - offset : LIMIT_KEEP;

	if (!file->read(file->ctx, offset, (size_t)n, &r.in))
		return bad(e, "the header lies outside the file");
	if (read_header(&r, &bundle, e) < 0)
		return -1;
	for (uint32_t i = 0; i < r.count; i++)
		if (read_entry(&r, a, &bundle, e) < 0)
			return -1;
	if (read_document(&r, r.deps, &bundle.deps, e) < 0 ||
	    read_document(&r, r.config, &bundle.config, e) < 0)
		return -1;
	*out = bundle;
	return 1;
}

int dotnet_bundle_parse(const struct dotnet_file *file, bytes name, struct arena *a,
                        struct dotnet_bundle *out, err *e)
{
	const bytes what = bytes_of(marker, sizeof(marker));
	uint64_t from = 8, at;

	for (int i = 0; i < MARKERS && file->search(file->ctx, from, file->size, what, &at); i++) {
		bytes raw;
		uint64_t offset;

		if (at < 8 || !file->read(file->ctx, at - 8, 8, &raw) || !bytes_take_le64(&raw, &offset))
			return 0;
		if (offset > 0)
			return read_bundle(file, offset, name, a, out, e);
		from = at + sizeof(marker);
	}
	return 0;
}

/* -- wire form ------------------------------------------------------------------------------- */

void dotnet_bundle_pack(buf *b, const struct dotnet_bundle_item *item)
{
	pack_u64(b, item->bundle.major);
	pack_u64(b, item->bundle.minor);
	pack_u64(b, item->bundle.compressed);
	pack_u64(b, item->bundle.files.len);
	for (size_t i = 0; i < item->bundle.files.len; i++)
		pack_bytes(b, item->bundle.files.items[i]);
	pack_u64(b, item->has_deps);
	if (item->has_deps)
		dotnet_deps_pack(b, &item->deps);
	pack_u64(b, item->has_config);
	if (item->has_config)
		dotnet_config_pack(b, &item->config);
}

bool dotnet_bundle_take(bytes *in, struct arena *a, struct dotnet_bundle_item *out)
{
	uint64_t n;

	*out = (struct dotnet_bundle_item){ 0 };
	if (!pack_take_u32(in, UINT32_MAX, &out->bundle.major) ||
	    !pack_take_u32(in, UINT32_MAX, &out->bundle.minor) ||
	    !pack_take_bool(in, &out->bundle.compressed) || !pack_take_u64(in, LIMIT_BUNDLE_FILES, &n))
		return false;
	while (n-- > 0)
		if (!pack_take_bytes(in, LIMIT_PATH, ARENA_PUSH(a, &out->bundle.files)))
			return false;
	if (!pack_take_bool(in, &out->has_deps) ||
	    (out->has_deps && !dotnet_deps_take(in, a, &out->deps)))
		return false;
	return pack_take_bool(in, &out->has_config) &&
	       (!out->has_config || dotnet_config_take(in, a, &out->config));
}
