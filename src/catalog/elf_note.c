/* SPDX-License-Identifier: Apache-2.0 */
/* elf_note - what a program's own linker note says it was built from: .note.package (systemd,
 * "Package Metadata for Executable Files"; owner FDO, type 0xcafe1a7e), JSON with "type", "name"
 * (of the source package), "version", "architecture", "os", "osVersion" or "osCpe".
 * It counts where no database owns the file: a program copied from another image, or an image whose
 * database was removed. Linkers put notes into the first page, and only that is looked at. */
#include "catalog/catalogers.h"
#include "catalog/language.h"
#include "catalog/needs.h"
#include "catalog/system_packages.h"

#include "base/limits.h"
#include "base/pack.h"
#include "fmt/elf_map.h"
#include "fmt/json.h"

#define NOTE_PACKAGE 0xcafe1a7e
#define OWNER BYTES("FDO\0")

/* -- in the worker ----------------------------------------------------------------------------- */

static struct want want(const struct entry *entry)
{
	bool candidate = entry->type == ENTRY_FILE && entry->size > 64;

	return (struct want){ candidate ? WANT_HEAD : WANT_NO, INSPECT_HEAD };
}

static bool find_note(bytes head, bytes *out)
{
	struct elf_map elf;

	return elf_map_open(head, &elf) && elf_map_note(&elf, OWNER, NOTE_PACKAGE, out);
}

static struct want escalate(const struct entry *entry, bytes head)
{
	bytes note;

	(void)entry;
	return (struct want){ find_note(head, &note) ? WANT_HEAD : WANT_NO, INSPECT_HEAD };
}

/* read_cpe(cpe, os, version): "cpe:/o:fedoraproject:fedora:36". */
static void read_cpe(bytes cpe, bytes *os, bytes *version)
{
	bytes vendor;

	if (bytes_take_prefix(&cpe, BYTES("cpe:/o:")) && bytes_take_until(&cpe, ':', &vendor) &&
	    bytes_take_until(&cpe, ':', os))
		*version = bytes_slice(cpe, 0, bytes_find(cpe, ':'));
}

/* emit(in, root): type, name, version, architecture, distribution and its version. */
static void emit(struct inspection *in, json root)
{
	static const char *const keys[] = {
		"type", "name", "version", "architecture", "os", "osVersion"
	};
	bytes values[6];
	buf out = BUF_INIT(INSPECT_HEAD + 6 * 16);

	for (size_t i = 0; i < 6; i++)
		values[i] = json_bytes(json_get(root, keys[i]), in->scratch);
	if (values[4].n == 0)
		read_cpe(json_bytes(json_get(root, "osCpe"), in->scratch), &values[4], &values[5]);
	if (values[1].n > 0 && values[2].n > 0) {
		for (size_t i = 0; i < 6; i++)
			pack_bytes(&out, values[i]);
		inspection_item(in, buf_bytes(&out));
	}
	buf_done(&out);
}

static int inspect(struct inspection *in, err *e)
{
	struct json_doc doc;
	bytes note;

	if (!find_note(in->body, &note))
		return 0;
	note = bytes_slice(note, 0, bytes_find(note, '\0')); /* the NUL counts to the note */
	if (json_parse(note, in->scratch, &doc, e) < 0) {
		inspection_gap(in, "the package note in this program: %s", e->text);
		err_clear(e); /* bad input is a gap, and the job goes on */
		return 0;
	}
	emit(in, json_root(&doc));
	return 0;
}

/* -- in the parent ----------------------------------------------------------------------------- */

static enum ecosystem ecosystem_of(bytes type)
{
	static const enum ecosystem known[] = { ECO_DEB, ECO_APK, ECO_RPM };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (bytes_is(type, ecosystem_name(known[i])))
			return known[i];
	return ECO_NONE;
}

static bool decode(bytes payload, struct package *out)
{
	struct package p = { .noted = true };
	bytes type;

	if (!pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &type) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &p.name) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &p.version) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &p.architecture) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &p.distro_id) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &p.distro_version) || payload.n > 0 ||
	    p.name.n == 0 || p.version.n == 0)
		return false;
	p.ecosystem = ecosystem_of(type);
	p.source_name = p.name;
	p.source_version = p.version;
	*out = p;
	return true;
}

/* The packages of each ecosystem that can be meant, and the source packages of the databases. */
struct collection {
	struct system_packages packages[ECO_RPM + 1];
	struct needs sources; /* ecosystem; name and version */
	struct language language;
};

static bytes source_of(const struct package *p, struct arena *a)
{
	return bytes_str(
		arena_printf(a, PRIb " " PRIb, BYTESF(p->source_name), BYTESF(p->source_version)));
}

static bytes scope_of(const struct package *p)
{
	return bytes_str(ecosystem_name(p->ecosystem));
}

static void remember_sources(struct collection *c, const struct facts *facts, struct arena *a)
{
	for (size_t i = 0; i < facts->packages.len; i++) {
		const struct package *p = &facts->packages.items[i];

		if (!p->hidden && p->ecosystem <= ECO_RPM)
			needs_offer(&c->sources, scope_of(p), source_of(p, a), (uint32_t)i + 1);
	}
}

static void collect_item(struct collection *c, struct image *image, struct arena *a,
                         const struct image_item *item)
{
	struct package p;

	if (!decode(item->payload, &p)) {
		language_broken(&c->language, item);
		return;
	}
	if (tree_get(image->tree, item->node)->package)
		return;
	/* A second name of a package that is installed, or a copy of its file. */
	uint32_t package = needs_find(&c->sources, scope_of(&p), source_of(&p, a));

	if (!package)
		package = system_packages_add(&c->packages[p.ecosystem], &p, item);
	if (package && !facts_item_hidden(image, item))
		language_mark(&c->language, item->node, package);
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	const struct image_item *item;
	struct collection c;
	size_t at = 0;

	(void)e;
	language_init(&c.language, ECO_NONE, image, a, facts);
	needs_init(&c.sources, a, facts);
	for (enum ecosystem eco = ECO_NONE; eco <= ECO_RPM; eco++)
		system_packages_init(&c.packages[eco], eco, image, a, facts);
	remember_sources(&c, facts, a);
	while ((item = facts_next_item(image, catalog_elf_note.inspector.id, &at)))
		collect_item(&c, image, a, item);
	return 0;
}

const struct cataloger catalog_elf_note = {
	.inspector = { .name = "elf-note",
	               .id = 67,
	               .version = 1,
	               .want = want,
	               .escalate = escalate,
	               .inspect = inspect },
	.collect = collect,
};
