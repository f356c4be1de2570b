/* SPDX-License-Identifier: Apache-2.0 */
/* golang - the modules a Go program was built from, as its linker wrote them.
 *
 * Source: Go's debug/buildinfo and cmd/internal/.../buildinfo. The block begins at a multiple of 16
 * with 14 octets of magic, the size of a pointer and flags. Flag 2 (Go 1.18 and later): at offset
 * 32 stand the compiler's version and the module list, each after its length as a varint. Else the
 * header holds addresses of two Go strings (address, length), in the byte order of flag 1. The
 * block lies in a writable segment, so that large programs are kept only from the first one on.
 * A module list is lines of fields between tabs: mod and dep (path, version, sum), => (what the
 * line before was replaced with). It gives one package each, and "stdlib" for the compiler; the
 * main module was built from all others (who needs whom among these the list does not say).
 * go.mod says what would be built in. */
#include "catalog/catalogers.h"
#include "catalog/language.h"
#include "catalog/locks.h"

#include "base/limits.h"
#include "base/path.h"
#include "fmt/elf_map.h"

#define SMALLEST (512 * KIB) /* an empty Go program, stripped, has 1 MB */

static const bytes magic = BYTES_INIT("\xff Go buildinf:");

/* -- what is kept ------------------------------------------------------------------------------ */

static bool is_windows_program(bytes path)
{
	return bytes_ends(path, BYTES(".exe"));
}

/* Not those of modules that were fetched or copied to be built with another one. */
static bool is_lock(bytes path)
{
	return bytes_is(path_base(path), "go.mod") && bytes_search(path, BYTES("pkg/mod/")) == path.n &&
	       bytes_search(path, BYTES("vendor/")) == path.n;
}

static struct want want(const struct entry *entry)
{
	if (is_lock(entry->path))
		return (struct want){ WANT_ALL, 0 };
	bool candidate = entry->type == ENTRY_FILE && entry->size >= SMALLEST;

	return (struct want){ candidate ? WANT_HEAD : WANT_NO, INSPECT_HEAD };
}

/* Go's own linker puts the section headers right behind the program headers, where the head shows
 * them. Only there a whole body is worth keeping: programs older than Go 1.18 were rarely linked by
 * another linker. */
static struct want escalate(const struct entry *entry, bytes head)
{
	struct elf_map elf;
	uint64_t writable = 0;
	bool all = false;

	if (bytes_starts(head, BYTES("MZ")) && is_windows_program(entry->path))
		return (struct want){ entry->size > LIMIT_KEEP ? WANT_SPOOL : WANT_ALL, 0 };
	if (!elf_map_open(head, &elf) || (!elf_map_writable(&elf, &writable, &all) && all) ||
	    writable >= entry->size)
		return (struct want){ WANT_NO, 0 };
	if (elf.sections < INSPECT_HEAD && elf.sections > 0 && entry->size <= LIMIT_KEEP)
		return (struct want){ WANT_ALL, 0 };
	if (entry->size - writable > LIMIT_KEEP)
		return (struct want){ WANT_SPOOL, 0 };
	return (struct want){ WANT_TAIL, writable };
}

/* -- the body, however it was kept ------------------------------------------------------------- */

struct program {
	struct inspection *in;
	bool spooled;
	struct elf_map elf; /* to find what an address means; empty when only the end is kept */
};

static bool read_at(const struct program *p, uint64_t offset, size_t n, bytes *out)
{
	bytes body = p->in->body;

	if (p->spooled)
		return inspection_read(p->in, offset, n, out);
	if (offset < p->in->body_from || offset - p->in->body_from > body.n)
		return false;
	body = bytes_skip(body, (size_t)(offset - p->in->body_from));
	return bytes_take(&body, n, out);
}

static bool search(const struct program *p, uint64_t from, uint64_t *out)
{
	uint64_t base = p->in->body_from;

	if (p->spooled)
		return inspection_search(p->in, from, p->in->entry->size, magic, out);
	if (from < base)
		from = base;
	if (from - base > p->in->body.n)
		return false;
	bytes rest = bytes_skip(p->in->body, (size_t)(from - base));
	size_t at = bytes_search(rest, magic);

	*out = from + at;
	return at < rest.n;
}

/* -- the block --------------------------------------------------------------------------------- */

struct block {
	bytes version, modules;
};

enum found { FOUND_NONE, FOUND_BLOCK, FOUND_OUT_OF_REACH };

/* take_varint(in, out): encoding/binary's Uvarint. */
static bool take_varint(bytes *in, uint64_t *out)
{
	uint64_t v = 0;
	uint8_t c;

	for (unsigned shift = 0; shift < 63; shift += 7) {
		if (!bytes_take_u8(in, &c))
			return false;
		v |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80)) {
			*out = v;
			return true;
		}
	}
	return false;
}

/* A string after its length, at *offset, which moves behind it. */
static bool read_inline(const struct program *p, uint64_t *offset, bytes *out)
{
	uint64_t left = p->in->entry->size - *offset, n;
	bytes front;

	if (!read_at(p, *offset, left < 10 ? (size_t)left : 10, &front))
		return false;
	size_t before = front.n;

	if (!take_varint(&front, &n) || n > LIMIT_GO_MODULES)
		return false;
	*offset += before - front.n;
	if (!read_at(p, *offset, (size_t)n, out))
		return false;
	*offset += n;
	return true;
}

static uint64_t pointer(bytes b, bool big)
{
	uint64_t v = 0;

	for (size_t i = 0; i < b.n; i++)
		v = v << 8 | b.p[big ? i : b.n - 1 - i];
	return v;
}

/* The Go string whose header stands at an address. */
static bool read_pointed(const struct program *p, uint64_t address, size_t wide, bool big,
                         bytes *out)
{
	uint64_t offset;
	bytes header;

	*out = BYTES("");
	if (address == 0)
		return true;
	if (!elf_map_offset(&p->elf, address, &offset) || !read_at(p, offset, 2 * wide, &header))
		return false;
	uint64_t n = pointer(bytes_skip(header, wide), big);

	return n <= LIMIT_GO_MODULES &&
	       elf_map_offset(&p->elf, pointer(bytes_slice(header, 0, wide), big), &offset) &&
	       read_at(p, offset, (size_t)n, out);
}

static enum found read_block(const struct program *p, uint64_t at, struct block *out)
{
	bytes header;

	if (at % 16 != 0 || !read_at(p, at, 32, &header))
		return FOUND_NONE;
	uint8_t wide = header.p[14], flags = header.p[15];
	uint64_t offset = at + 32;

	if (flags & 2)
		return read_inline(p, &offset, &out->version) && read_inline(p, &offset, &out->modules)
		           ? FOUND_BLOCK
		           : FOUND_NONE;
	if (flags > 1 || (wide != 4 && wide != 8))
		return FOUND_NONE;
	header = bytes_skip(header, 16);
	return read_pointed(p, pointer(bytes_slice(header, 0, wide), flags), wide, flags,
	                    &out->version) &&
	               read_pointed(p, pointer(bytes_slice(header, wide, wide), flags), wide, flags,
	                            &out->modules) &&
	               out->version.n > 0
	           ? FOUND_BLOCK
	           : FOUND_OUT_OF_REACH;
}

/* Programs that read other programs' blocks hold the magic, too; the linker's comes first in the
 * writable segment, and only it is followed by what can be read. */
static enum found find_block(const struct program *p, struct block *out)
{
	uint64_t from = 0, at;
	enum found found = FOUND_NONE;

	for (int i = 0; i < 64 && search(p, from, &at); i++) {
		enum found this = read_block(p, at, out);

		if (this == FOUND_BLOCK)
			return this;
		if (this == FOUND_OUT_OF_REACH)
			found = this;
		from = at + 1;
	}
	return found;
}

/* -- the modules ------------------------------------------------------------------------------- */

/* The list is framed by 16 octets on both sides (runtime/debug: infoStart, infoEnd). */
static bytes unframed(bytes modules)
{
	if (modules.n < 33 || modules.p[modules.n - 17] != '\n')
		return BYTES("");
	return bytes_slice(modules, 16, modules.n - 32);
}

/* The place of the module that the program is; others have none. */
static const bytes main_module = BYTES_INIT("main");

static void emit_module(struct inspection *in, struct language_item module)
{
	module.kind = LANGUAGE_INSTALLED;
	if (bytes_is(module.version, "(devel)"))
		module.version = BYTES(""); /* built from a folder: the version is unknown */
	if (module.name.n > 0)
		language_emit(in, &module);
}

/* "go1.24.2 X:boringcrypto" is 1.24.2; "devel go1.27-..." stays as it is. */
static void emit_compiler(struct inspection *in, bytes version)
{
	if (bytes_take_prefix(&version, BYTES("go")))
		version = bytes_slice(version, 0, bytes_find(version, ' '));
	emit_module(in, (struct language_item){ .name = BYTES("stdlib"), .version = version });
}

static bytes take_field(bytes *line)
{
	bytes field;

	return bytes_take_until(line, '\t', &field) ? field : BYTES("");
}

static void emit_modules(struct inspection *in, bytes list)
{
	struct language_item module = { 0 };
	uint64_t count = 0;
	bytes line;

	while (bytes_line(&list, &line) && count < LIMIT_PACKAGES) {
		bytes word = take_field(&line), path = take_field(&line), number = take_field(&line);
		bool is_main = bytes_is(word, "mod");

		if (is_main || bytes_is(word, "dep")) {
			emit_module(in, module);
			module = (struct language_item){ .name = path,
				                             .version = number,
				                             .place = is_main ? main_module : BYTES("") };
			count++;
		} else if (bytes_is(word, "=>")) {
			/* A folder in place of the module: its name stays, its version says nothing. */
			if (number.n > 0 && !bytes_is(number, "(devel)"))
				module.name = path;
			module.version = number;
		}
	}
	emit_module(in, module);
	if (list.n > 0)
		inspection_gap(in, "more than %u modules: the rest is not read", (unsigned)LIMIT_PACKAGES);
}

static int inspect(struct inspection *in, err *e)
{
	struct program p = { .in = in, .spooled = in->body.n == 0 && in->entry->size > LIMIT_KEEP };
	struct block block = { 0 };
	bytes front;

	(void)e;
	if (is_lock(in->entry->path)) {
		locks_read_go(in);
		return 0;
	}
	if (read_at(&p, 0, in->entry->size < 4096 ? (size_t)in->entry->size : 4096, &front))
		(void)elf_map_open(front, &p.elf);
	switch (find_block(&p, &block)) {
	case FOUND_NONE: break;
	case FOUND_OUT_OF_REACH:
		inspection_gap(in, "a Go program whose build information cannot be read: its modules are "
		                   "unknown");
		break;
	case FOUND_BLOCK:
		emit_modules(in, unframed(block.modules));
		emit_compiler(in, block.version);
		break;
	}
	return 0;
}

/* -- in the parent ----------------------------------------------------------------------------- */

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	const struct image_item *item, *program = NULL;
	uint32_t whole = 0; /* index + 1 of the program's main module */
	struct language l;
	size_t at = 0;

	(void)e;
	language_init(&l, ECO_GOLANG, image, a, facts);
	while ((item = facts_next_item(image, catalog_golang.inspector.id, &at))) {
		bytes payload = item->payload;
		struct language_item p;

		if (!language_take(&payload, &p) || p.kind > LANGUAGE_KNOWN) {
			language_broken(&l, item);
			continue;
		}
		if (p.kind == LANGUAGE_KNOWN) {
			language_mark(&l, item->node, 0);
			continue;
		}
		(void)language_add(&l, item, &p);
		if (bytes_equal(p.place, main_module)) {
			program = item;
			whole = l.package;
		} else if (program && program->node == item->node && program->layer == item->layer) {
			needs_edge(&l.needs, whole, l.package);
		}
	}
	return 0;
}

const struct cataloger catalog_golang = {
	.inspector = { .name = "golang",
	               .id = 60,
	               .version = 2,
	               .want = want,
	               .escalate = escalate,
	               .inspect = inspect },
	.collect = collect,
};
