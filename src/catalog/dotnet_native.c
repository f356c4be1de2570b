/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that the NativeAOT compiler made: machine code, with neither assemblies nor deps.json.
 *
 * The compiler puts what managed code needs into sections of its own, whose names stay when symbols
 * are stripped (dotnet/runtime, src/coreclr/tools/Common/Compiler/DependencyAnalysis/
 * ObjectNodeSection.cs; .dotnet_eh_table from the object writer): __managedcode and, beside it,
 * __modules, __unbox, .dotnet_eh_table or .hydrated. The text of TargetFrameworkAttribute, of the
 * application and of the runtime's own libraries, may be kept as data, in UTF-8 or UTF-16. The
 * highest is the runtime's: an application asks for a runtime that is no older than itself and what
 * it is made of. Packages and the patch of the runtime are written nowhere. Of libraries and of
 * programs above LIMIT_KEEP only the end is read, which has the names of the sections. */
#include "catalog/dotnet.h"

#include "base/path.h"
#include "base/text.h"
#include "fmt/elf_map.h"

#define NAMES (64 * KIB) /* the names of sections stand before their headers, in less than this */
#define MENTIONS 4096    /* of a framework; each library and each of their copies says one */

struct want dotnet_native_want(const struct entry *entry, bytes head)
{
	struct elf_map elf;

	/* Section headers that the head shows are Go's. */
	if (!elf_map_open(head, &elf) || entry->size < DOTNET_SMALLEST_NATIVE ||
	    elf.sections < INSPECT_HEAD || elf.sections >= entry->size)
		return (struct want){ WANT_NO, 0 };
	uint64_t names = elf.sections > NAMES ? elf.sections - NAMES : 0;
	bytes base = path_base(entry->path);
	bool library = bytes_search(base, BYTES(".so")) < base.n;

	if (entry->size <= LIMIT_KEEP && !library)
		return (struct want){ WANT_ALL, 0 };
	return (struct want){ entry->size - names > LIMIT_KEEP ? WANT_SPOOL : WANT_TAIL, names };
}

/* -- sections --------------------------------------------------------------------------------- */

/* read_names(file, from, out): what stands before the section headers, their names at its end. */
static bool read_names(const struct dotnet_file *file, uint64_t from, bytes *out)
{
	uint64_t n = file->size - from < NAMES ? file->size - from : NAMES;
	struct elf_map elf;
	bytes head;

	if (from > 0)
		return file->read(file->ctx, from, (size_t)n, out);
	if (file->size < INSPECT_HEAD || !file->read(file->ctx, 0, INSPECT_HEAD, &head) ||
	    !elf_map_open(head, &elf))
		return false;
	from = elf.sections > NAMES ? elf.sections - NAMES : 0;
	return file->read(file->ctx, from, (size_t)(elf.sections - from), out);
}

/* A name stands between two NULs. */
#define HAS(names, name) (bytes_search((names), BYTES("\0" name "\0")) < (names).n)

static bool has_sections(bytes names)
{
	return HAS(names, "__managedcode") &&
	       (HAS(names, "__modules") || HAS(names, "__unbox") || HAS(names, ".dotnet_eh_table") ||
	        HAS(names, ".hydrated"));
}

/* -- which release ---------------------------------------------------------------------------- */

static const bytes mention = BYTES_INIT(".NETCoreApp,Version=v");

/* wide(text, a): in UTF-16, as the program's own text constants are kept. */
static bytes wide(bytes text, struct arena *a)
{
	uint8_t *out = arena_zero(a, 2 * text.n);

	for (size_t i = 0; i < text.n; i++)
		out[2 * i] = text.p[i];
	return bytes_of(out, 2 * text.n);
}

/* release_at(file, at, step, out): "10.0" where it stands; step is the size of a character. */
static bool release_at(const struct dotnet_file *file, uint64_t at, size_t step,
                       struct dotnet_release *out)
{
	uint8_t text[8];
	size_t n = 0;
	bytes raw, part, rest;
	uint64_t major, minor;

	if (at > file->size || file->size - at < sizeof(text) * step ||
	    !file->read(file->ctx, at, sizeof(text) * step, &raw))
		return false;
	for (; n < sizeof(text); n++) {
		uint8_t c = raw.p[n * step];

		if (!(c >= '0' && c <= '9') && c != '.')
			break;
		text[n] = c;
	}
	rest = bytes_of(text, n);
	if (!bytes_take_until(&rest, '.', &part) || !text_take_u64(part, 10, UINT16_MAX, &major) ||
	    !text_take_u64(rest, 10, UINT16_MAX, &minor))
		return false;
	*out = (struct dotnet_release){ (uint32_t)major, (uint32_t)minor };
	return true;
}

static void find_release(const struct dotnet_file *file, bytes what, size_t step,
                         struct dotnet_release *highest)
{
	uint64_t from = 0, at;

	for (int i = 0; i < MENTIONS && file->search(file->ctx, from, file->size, what, &at); i++) {
		struct dotnet_release r;

		from = at + what.n;
		if (release_at(file, from, step, &r) &&
		    (r.major > highest->major || (r.major == highest->major && r.minor > highest->minor)))
			*highest = r;
	}
}

bool dotnet_native_parse(const struct dotnet_file *file, uint64_t from, struct arena *a,
                         struct dotnet_release *out)
{
	bytes names;

	if (!read_names(file, from, &names) || !has_sections(names))
		return false;
	*out = (struct dotnet_release){ 0 };
	find_release(file, mention, 1, out);
	find_release(file, wide(mention, a), 2, out);
	return true;
}
