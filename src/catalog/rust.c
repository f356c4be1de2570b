/* SPDX-License-Identifier: Apache-2.0 */
/* rust - the crates of a program that was built with cargo-auditable.
 *
 * Its section .dep-v0 holds a zlib stream (RFC 1950) of a JSON document: "packages", each with
 * name, version, source, kind "build" for what only took part in building, and "dependencies",
 * places in the same list (cargo-auditable, PARSING.md and the JSON schema). The section lies
 * anywhere in the file, so programs are kept whole; of system libraries (lib*.so) and of
 * programs above LIMIT_KEEP only the names of the sections, to say that there is something that
 * was not read. Cargo.lock says what Cargo would build in. */
#include "catalog/catalogers.h"
#include "catalog/language.h"
#include "catalog/locks.h"

#include "base/limits.h"
#include "base/path.h"
#include "codec/deflate.h"
#include "fmt/elf_map.h"
#include "fmt/json.h"

#define SMALLEST (256 * KIB) /* an empty Rust program, stripped, has 300 KB */
#define NAMES (64 * KIB) /* the names of sections stand before their headers, in less than this */

static const bytes section_name = BYTES_INIT(".dep-v0\0");

static bool is_lock(bytes path)
{
	return bytes_is(path_base(path), "Cargo.lock");
}

static struct want want(const struct entry *entry)
{
	if (is_lock(entry->path))
		return (struct want){ WANT_ALL, 0 };
	bool candidate = entry->type == ENTRY_FILE && entry->size >= SMALLEST;

	return (struct want){ candidate ? WANT_HEAD : WANT_NO, INSPECT_HEAD };
}

static bool is_system_library(bytes path)
{
	bytes base = path_base(path);

	return bytes_starts(base, BYTES("lib")) && bytes_search(base, BYTES(".so")) < base.n;
}

/* Section headers that the head shows are Go's; a program without them has no names. */
static struct want escalate(const struct entry *entry, bytes head)
{
	struct elf_map elf;

	if (!elf_map_open(head, &elf) || elf.sections < INSPECT_HEAD || elf.sections >= entry->size ||
	    elf.segment_count == 0)
		return (struct want){ WANT_NO, 0 };
	uint64_t names = elf.sections > NAMES ? elf.sections - NAMES : 0;

	/* Much may be appended to a program: a .NET single-file bundle. */
	if (entry->size - names > LIMIT_KEEP)
		return (struct want){ WANT_SPOOL, 0 };
	if (is_system_library(entry->path) || entry->size > LIMIT_KEEP)
		return (struct want){ WANT_TAIL, names };
	return (struct want){ WANT_ALL, 0 };
}

/* find_section(elf, body, out): the content of .dep-v0. */
static bool find_section(const struct elf_map *elf, bytes body, bytes *out)
{
	bytes table = bytes_skip(body, elf->sections < body.n ? (size_t)elf->sections : body.n);
	struct elf_section names, s;

	if (!elf_map_section(elf, table, elf->section_names, &names) || names.offset > body.n)
		return false;
	for (uint32_t i = 0; elf_map_section(elf, table, i, &s); i++) {
		if (s.absent || s.name >= names.size || s.offset > body.n || s.size > body.n - s.offset)
			continue;
		bytes name = bytes_skip(bytes_skip(body, (size_t)names.offset), s.name);

		if (!bytes_starts(name, section_name))
			continue;
		*out = bytes_slice(body, (size_t)s.offset, (size_t)s.size);
		return true;
	}
	return false;
}

/* RFC 1950, section 2.2: deflate, a multiple of 31, no preset dictionary. The checksum behind is
 * not looked at: JSON that was inflated wrongly does not parse. */
static int inflate_section(bytes section, struct arena *a, bytes *out, err *e)
{
	bytes front;
	size_t n;

	if (!bytes_take(&section, 2, &front) || (front.p[0] & 15) != 8 || front.p[1] & 32 ||
	    (front.p[0] * 256 + front.p[1]) % 31 != 0)
		return err_set(e, ERR_FORMAT, 0, "no zlib stream");
	uint8_t *p = arena_alloc(a, LIMIT_RUST_AUDIT);

	if (deflate_inflate(section, p, LIMIT_RUST_AUDIT, &n, e) < 0)
		return -1;
	*out = bytes_of(p, n);
	return 0;
}

struct crates {
	bytes *names; /* "NAME VERSION"; empty for what only took part in building */
	size_t len;
};

static void list_crates(json list, struct arena *a, struct crates *out)
{
	size_t n = 0;

	for (json v = json_first(list); json_type(v) != JSON_NONE; v = json_next(v))
		n++;
	out->names = arena_array(a, bytes, n);
	for (json v = json_first(list); out->len < n; v = json_next(v)) {
		bytes name = json_bytes(json_get(v, "name"), a);
		bytes version = json_bytes(json_get(v, "version"), a);
		bytes *place = &out->names[out->len++];

		if (name.n > 0 && !bytes_is(json_bytes(json_get(v, "kind"), a), "build"))
			*place = bytes_str(arena_printf(a, PRIb " " PRIb, BYTESF(name), BYTESF(version)));
	}
}

static void emit_crate(struct inspection *in, const struct crates *crates, json v)
{
	struct language_item item = { .kind = LANGUAGE_INSTALLED };
	struct relations_writer needs;
	uint64_t place;

	item.name = json_bytes(json_get(v, "name"), in->scratch);
	item.version = json_bytes(json_get(v, "version"), in->scratch);
	language_emit(in, &item);
	language_needs_begin(&needs, in);
	json one = json_first(json_get(v, "dependencies"));

	for (; json_type(one) != JSON_NONE; one = json_next(one))
		if (json_u64(one, &place) && place < crates->len)
			relations_add(&needs, RELATION_NEEDS, crates->names[place]);
	relations_end(&needs);
}

static int read_audit(struct inspection *in, bytes section, err *e)
{
	struct crates crates = { 0 };
	struct json_doc doc;
	size_t at = 0;
	bytes text;

	if (inflate_section(section, in->scratch, &text, e) < 0 ||
	    json_parse(text, in->scratch, &doc, e) < 0)
		return err_wrap(e, "cargo-auditable's section");
	json list = json_get(json_root(&doc), "packages");

	list_crates(list, in->scratch, &crates);
	for (json v = json_first(list); at < crates.len; v = json_next(v))
		if (crates.names[at++].n > 0)
			emit_crate(in, &crates, v);
	return 0;
}

/* names_of(in): what stands before the section headers, where not the whole program is kept. */
static bytes names_of(struct inspection *in)
{
	struct elf_map elf;
	bytes head, names;

	if (in->body.n > 0)
		return bytes_slice(in->body, 0, NAMES);
	if (!inspection_read(in, 0, INSPECT_HEAD, &head) || !elf_map_open(head, &elf))
		return BYTES("");
	uint64_t from = elf.sections > NAMES ? elf.sections - NAMES : 0;

	return inspection_read(in, from, (size_t)(elf.sections - from), &names) ? names : BYTES("");
}

static int inspect(struct inspection *in, err *e)
{
	struct elf_map elf;
	bytes section;

	if (is_lock(in->entry->path)) {
		locks_read_cargo(in);
		return 0;
	}
	if (in->body.n < in->entry->size) {
		bytes names = names_of(in);

		if (bytes_search(names, section_name) < names.n)
			inspection_gap(in, "a Rust library or large program: the crates it names are not read");
		return 0;
	}
	if (!elf_map_open(in->body, &elf) || !find_section(&elf, in->body, &section))
		return 0;
	if (read_audit(in, section, e) < 0) {
		inspection_gap(in, "%s", e->text);
		err_clear(e); /* bad input is a gap, and the job goes on */
	}
	return 0;
}

/* -- in the parent ----------------------------------------------------------------------------- */

static bool collect_item(struct language *l, const struct image_item *item)
{
	bytes payload = item->payload, scope = NEEDS_SCOPE(item->node);
	struct language_item p;

	if (!language_take(&payload, &p))
		return false;
	if (p.kind == LANGUAGE_NEEDS)
		return language_needs(l, item, payload, scope);
	if (p.kind > LANGUAGE_KNOWN)
		return false;
	if (p.kind == LANGUAGE_KNOWN) {
		language_mark(l, item->node, 0);
		return true;
	}
	(void)language_add(l, item, &p);
	needs_offer(&l->needs, scope,
	            bytes_str(arena_printf(l->arena, PRIb " " PRIb, BYTESF(p.name), BYTESF(p.version))),
	            l->package);
	return true;
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	const struct image_item *item;
	struct language l;
	size_t at = 0;

	(void)e;
	language_init(&l, ECO_CARGO, image, a, facts);
	while ((item = facts_next_item(image, catalog_rust.inspector.id, &at)))
		if (!collect_item(&l, item))
			language_broken(&l, item);
	needs_resolve(&l.needs);
	return 0;
}

const struct cataloger catalog_rust = {
	.inspector = { .name = "rust",
	               .id = 64,
	               .version = 2,
	               .want = want,
	               .escalate = escalate,
	               .inspect = inspect },
	.collect = collect,
};
