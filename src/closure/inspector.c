/* SPDX-License-Identifier: Apache-2.0 */
/* The inspector of this room. A tap keeps of each ELF file its first segment and its dynamic
 * section as they stream by, and of a script its first line, so that no file is kept for it.
 * Assemblies have their metadata anywhere: those are kept, which catalog/dotnet does as well. */
#include "closure/object.h"

#include "base/path.h"
#include "base/text.h"
#include "fmt/pe.h"

/* The first segment of an ELF file ends with what is only read. Where a linker put the code there,
 * too, names and symbols still stand in front: node, with 100,000 of them, has 6 MiB. */
#define FRONT_MOST (8 * MIB)
/* A library asks for some dozen others: 16 octets each. */
#define SECTION_MOST (64 * KIB)
/* Linux reads so much of a script's first line (BINPRM_BUF_SIZE). */
#define LINE_MOST 256
#define ITEM_MOST (24 * MIB)

static void emit(struct inspection *in, const struct object *o)
{
	buf b = BUF_INIT(ITEM_MOST);

	object_pack(o, &b);
	inspection_item(in, buf_bytes(&b));
	buf_done(&b);
}

/* Longer lists than real ones have are cut, which is the same as not having read them. */
static void add_name(struct object *o, struct object_names *names, bytes name, struct arena *a)
{
	if (names->len >= LIMIT_CLOSURE_NAMES || name.n > LIMIT_PATH)
		o->freedom |= FREE_UNREAD;
	else if (name.n > 0)
		*ARENA_PUSH(a, names) = name;
}

static bool is_one_of(bytes name, const char *const *names)
{
	for (; *names; names++)
		if (bytes_is(name, *names))
			return true;
	return false;
}

/* -- ELF --------------------------------------------------------------------------------------- */

static const char *const loading[] = { "dlopen", "dlmopen", "g_module_open", "lt_dlopen", NULL };
static const char *const starting[] = {
	"execl",   "execle", "execlp",      "execv",        "execve", "execvp",   "execvpe",
	"fexecve", "system", "posix_spawn", "posix_spawnp", "popen",  "execveat", NULL,
};

static bytes first_text(const struct elf_dynamic *d, enum elf_tag tag)
{
	bytes text = { 0 };
	uint32_t at = 0;

	(void)elf_dynamic_text(d, tag, &at, &text); /* none: empty */
	return bytes_slice(text, 0, LIMIT_PATH);
}

static void read_dynamic(const struct elf_dynamic *d, struct arena *a, struct object *o)
{
	bytes name;

	o->loader = bytes_slice(d->loader, 0, LIMIT_PATH);
	o->soname = first_text(d, ELF_SONAME);
	o->rpath = first_text(d, ELF_RPATH);
	o->runpath = first_text(d, ELF_RUNPATH);
	for (uint32_t at = 0; elf_dynamic_text(d, ELF_NEEDED, &at, &name);)
		add_name(o, &o->needs, name, a);
	for (uint32_t at = 0; elf_dynamic_import(d, &at, &name);) {
		if (is_one_of(name, loading))
			o->freedom |= FREE_LIBRARIES;
		else if (is_one_of(name, starting))
			o->freedom |= FREE_PROGRAMS;
	}
}

static void inspect_elf(struct inspection *in, bytes front, bytes section)
{
	struct object o = { .kind = OBJECT_ELF };
	struct elf_dynamic d;

	if (!elf_dynamic_open(front, section, &d) || d.kind == ELF_OTHER)
		return;
	o.form = d.kind;
	o.wide = d.map.wide;
	o.machine = d.machine;
	if (d.kind == ELF_STATIC)
		o.freedom = FREE_PROGRAMS; /* system calls have no names */
	else if (d.broken || section.n == 0 || in->entry->sparse)
		o.freedom = FREE_UNREAD;
	else
		read_dynamic(&d, in->scratch, &o);
	emit(in, &o);
}

/* -- scripts ----------------------------------------------------------------------------------- */

static void inspect_script(struct inspection *in, bytes front)
{
	struct object o = { .kind = OBJECT_SCRIPT };
	bytes line = bytes_slice(front, 2, LINE_MOST);

	o.loader = bytes_trim(bytes_slice(line, 0, bytes_find(line, '\n')));
	if (o.loader.n > 0)
		emit(in, &o);
}

/* -- the tap ----------------------------------------------------------------------------------- */

enum stage { STAGE_START, STAGE_HEAD, STAGE_PARTS, STAGE_PASS };

struct passing {
	struct arena arena;
	enum stage stage;
	uint64_t at; /* octets of the file that have passed */
	struct elf_place section;
	uint64_t front_n;
	buf front, kept; /* the file's first octets; its dynamic section */
};

static void *tap_open(err *e)
{
	struct arena a = ARENA_INIT;
	struct passing *p = arena_new(&a, struct passing);

	(void)e;
	p->arena = a;
	p->front.max = FRONT_MOST + INSPECT_HEAD;
	p->kept.max = SECTION_MOST;
	return p;
}

static void tap_close(void *state)
{
	struct passing *p = state;

	buf_done(&p->front);
	buf_done(&p->kept);
	struct arena a = p->arena; /* in which *p lies */

	arena_done(&a);
}

/* keep(b, part, at, want): what of this part, which begins at `at`, lies where it is wanted. */
static void keep(buf *b, bytes part, uint64_t at, struct elf_place want)
{
	uint64_t end = at + part.n;

	if (want.from >= want.to || end <= want.from || at >= want.to)
		return;
	if (want.from > at)
		part = bytes_skip(part, (size_t)(want.from - at));
	if (end > want.to)
		part.n -= (size_t)(end - want.to);
	buf_put(b, part);
}

/* begin(p): the first octets tell what else is wanted. */
static void begin(struct passing *p)
{
	bytes head = buf_bytes(&p->front);
	struct elf_place front;
	struct elf_map map;

	if (!elf_map_open(head, &map)) {
		p->stage = STAGE_PASS; /* a script, whose line is there; or nothing of ours */
		return;
	}
	elf_dynamic_places(&map, &front, &p->section);
	p->front_n = front.to < FRONT_MOST ? front.to : FRONT_MOST;
	if (p->section.to - p->section.from > SECTION_MOST)
		p->section = (struct elf_place){ 0, 0 };
	keep(&p->kept, head, 0, p->section);
	p->stage = STAGE_PARTS;
}

static bool may_be_ours(bytes front)
{
	return bytes_starts(front, BYTES("\177ELF")) || bytes_starts(front, BYTES("#!"));
}

static void tap_data(void *state, bytes part)
{
	struct passing *p = state;

	if (p->stage == STAGE_PASS)
		return;
	if (p->stage == STAGE_START && part.n >= 4) {
		p->stage = may_be_ours(part) ? STAGE_HEAD : STAGE_PASS;
	} else if (p->stage == STAGE_START && p->front.n + part.n >= 4) {
		uint8_t magic[4] = { 0 }; /* the archive was cut within them */

		memcpy(magic, p->front.p, p->front.n);
		memcpy(magic + p->front.n, part.p, 4 - p->front.n);
		p->stage = may_be_ours(bytes_of(magic, 4)) ? STAGE_HEAD : STAGE_PASS;
	}
	if (p->stage == STAGE_START || p->stage == STAGE_HEAD)
		keep(&p->front, part, p->at, (struct elf_place){ 0, INSPECT_HEAD });
	if (p->stage == STAGE_HEAD && p->at + part.n >= INSPECT_HEAD)
		begin(p);
	if (p->stage == STAGE_PARTS) {
		keep(&p->front, part, p->at, (struct elf_place){ p->front.n, p->front_n });
		keep(&p->kept, part, p->at,
		     (struct elf_place){ p->section.from + p->kept.n, p->section.to });
	}
	p->at += part.n;
}

static int tap_end(void *state, struct inspection *in, err *e)
{
	struct passing *p = state;
	bytes front = buf_bytes(&p->front);

	(void)e;
	if (p->stage == STAGE_HEAD) /* shorter than a page: all of it is there */
		begin(p);
	if (p->stage == STAGE_PARTS)
		inspect_elf(in, front, buf_bytes(&p->kept));
	else if (bytes_starts(front, BYTES("#!")))
		inspect_script(in, front);
	buf_clear(&p->front);
	buf_clear(&p->kept);
	p->stage = STAGE_START;
	p->at = 0;
	return 0;
}

static const struct tap tap = { tap_open, tap_data, tap_end, tap_close };

/* -- assemblies -------------------------------------------------------------------------------- */

/* Members by which code finds assemblies, libraries and programs by a name of its own making: those
 * whose name begins so. */
static const struct {
	const char *space, *type, *name;
	enum object_freedom freedom;
} finders[] = {
	{ "System.Reflection", "Assembly", "Load", FREE_ASSEMBLIES },
	{ "System.Reflection", "Assembly", "UnsafeLoad", FREE_ASSEMBLIES },
	{ "System.Runtime.Loader", "AssemblyLoadContext", "Load", FREE_ASSEMBLIES },
	{ "System", "AppDomain", "Load", FREE_ASSEMBLIES },
	{ "System", "AppDomain", "ExecuteAssembly", FREE_ASSEMBLIES },
	{ "System", "AppDomain", "CreateInstance", FREE_ASSEMBLIES },
	{ "System", "Activator", "CreateInstanceFrom", FREE_ASSEMBLIES },
	{ "System.Runtime.InteropServices", "NativeLibrary", "Load", FREE_LIBRARIES },
	{ "System.Runtime.InteropServices", "NativeLibrary", "TryLoad", FREE_LIBRARIES },
	{ "System.Diagnostics", "Process", "Start", FREE_PROGRAMS },
};

/* Two whose overloads differ: Type.GetType(string, ...), of which there is no other, beside
 * GetTypeFromHandle, to which typeof compiles; and Activator.CreateInstance(string, string), beside
 * those that take a type (ECMA-335 II.23.1.16: 0x0e is a string). */
static bool is_by_text(const struct pe_member *m)
{
	if (!bytes_is(m->space, "System"))
		return false;
	return (bytes_is(m->type, "Type") && bytes_is(m->name, "GetType")) ||
	       (bytes_is(m->type, "Activator") && bytes_is(m->name, "CreateInstance") &&
	        bytes_search(m->signature, BYTES("\x0e\x0e")) < m->signature.n);
}

static uint32_t freedom_of(const struct pe_member *m)
{
	uint32_t freedom = is_by_text(m) ? FREE_ASSEMBLIES : 0;

	for (size_t i = 0; i < sizeof(finders) / sizeof(*finders); i++)
		if (bytes_is(m->type, finders[i].type) && bytes_is(m->space, finders[i].space) &&
		    bytes_starts(m->name, bytes_str(finders[i].name)))
			freedom |= finders[i].freedom;
	return freedom;
}

static void read_imports(const struct pe *pe, struct arena *a, struct object *o)
{
	bytes library, name, last = { 0 };

	for (uint32_t i = 0; i < pe->imports; i++) {
		if (!pe_import(pe, i, &library, &name))
			continue;
		if (is_one_of(name, loading))
			o->freedom |= FREE_LIBRARIES;
		if (is_one_of(name, starting))
			o->freedom |= FREE_PROGRAMS;
		if (!bytes_equal(library, last))
			add_name(o, &o->natives, library, a);
		last = library;
	}
}

static int inspect_assembly(struct inspection *in, err *e)
{
	struct object o = { .kind = OBJECT_ASSEMBLY };
	struct pe_identity reference;
	struct pe_member member;
	struct pe pe;

	if (pe_read(in->body, &pe, e) < 0) {
		err_clear(e); /* catalog/dotnet states the gap */
		o.freedom = FREE_UNREAD;
		emit(in, &o);
		return 0;
	}
	if (pe.kind != PE_ASSEMBLY)
		return 0;
	o.text = pe.assembly.name;
	for (uint32_t i = 0; i < pe.references; i++)
		if (pe_reference(&pe, i, &reference))
			add_name(&o, &o.needs, reference.name, in->scratch);
	for (uint32_t i = 0; i < pe.members; i++)
		if (pe_member(&pe, i, &member))
			o.freedom |= freedom_of(&member);
	read_imports(&pe, in->scratch, &o);
	emit(in, &o);
	return 0;
}

/* -- by name ----------------------------------------------------------------------------------- */

static bool is_folder_list(bytes path)
{
	bytes dir = path_dir(path), base = path_base(path);

	return bytes_is(path, "etc/ld.so.conf") || bytes_is(path, "etc/ld.so.preload") ||
	       (bytes_is(dir, "etc/ld.so.conf.d") && bytes_ends(base, BYTES(".conf"))) ||
	       (bytes_is(dir, "etc") && bytes_starts(base, BYTES("ld-musl-")) &&
	        bytes_ends(base, BYTES(".path")));
}

static struct want want(const struct entry *entry)
{
	if (is_folder_list(entry->path))
		return (struct want){ WANT_ALL, 0 };
	if (entry->type == ENTRY_FILE && bytes_ends(entry->path, BYTES(".dll")))
		return (struct want){ WANT_HEAD, INSPECT_HEAD };
	return (struct want){ WANT_NO, 0 };
}

/* A shared framework ("shared/Microsoft.NETCore.App/9.0.7") is loaded or not as a whole. */
static bool is_of_framework(bytes path)
{
	bytes above = path_dir(path_dir(path_dir(path)));

	return bytes_is(path_base(above), "shared");
}

static struct want escalate(const struct entry *entry, bytes head)
{
	if (is_folder_list(entry->path))
		return (struct want){ WANT_ALL, 0 };
	if (!bytes_starts(head, BYTES("MZ")) || entry->size > LIMIT_KEEP ||
	    is_of_framework(entry->path))
		return (struct want){ WANT_NO, 0 };
	return (struct want){ WANT_ALL, 0 };
}

static unsigned role(bytes path)
{
	return is_folder_list(path);
}

static int inspect(struct inspection *in, err *e)
{
	if (!is_folder_list(in->entry->path))
		return inspect_assembly(in, e);
	const struct object o = { .kind = OBJECT_FOLDERS,
		                      .text = bytes_slice(in->body, 0, LIMIT_CLOSURE_TEXT),
		                      .freedom = in->body.n > LIMIT_CLOSURE_TEXT ? FREE_UNREAD : 0 };

	emit(in, &o);
	return 0;
}

static const char *const paths[] = { "etc/ld.so.conf", "etc/ld.so.conf.d/", "etc/ld.so.preload",
	                                 NULL };

const struct inspector closure_inspector = {
	.name = "closure",
	.id = 90,
	.version = 1,
	.want = want,
	.escalate = escalate,
	.inspect = inspect,
	.role = role,
	.paths = paths,
	.tap = &tap,
};
