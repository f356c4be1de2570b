/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/rpm.h"

#include "catalog/catalogers.h"
#include "catalog/faults.h"
#include "catalog/owned.h"
#include "catalog/system_packages.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"

#include <inttypes.h>

/* Beside the items of system_item.h: a package, from a list that leaves the epoch out. */
enum item { ITEM_NAME = SYSTEM_OWN };

/* -- in the worker
 * ------------------------------------------------------------------------------ */

enum database { NOT, SQLITE, SQLITE_LOG, NDB, BERKELEY, MANIFEST, MANIFEST_NAMES };

/* The home of the database: of old, since 2022 (so that snapshots of /usr hold it), of ostree. */
static bool is_home(bytes dir)
{
	return bytes_is(dir, "var/lib/rpm") || bytes_is(dir, "usr/lib/sysimage/rpm") ||
	       bytes_is(dir, "usr/share/rpm");
}

static enum database database_of(bytes path)
{
	static const struct {
		const char *name;
		enum database database;
		bool manifest;
	} files[] = {
		{ "rpmdb.sqlite", SQLITE, false },
		{ "rpmdb.sqlite-wal", SQLITE_LOG, false },
		{ "Packages.db", NDB, false },
		{ "Packages", BERKELEY, false },
		{ "container-manifest-2", MANIFEST, true },
		{ "container-manifest-1", MANIFEST_NAMES, true },
	};
	bytes dir = path_dir(path);
	bool home = is_home(dir), manifests = bytes_is(dir, "var/lib/rpmmanifest");

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (bytes_is(path_base(path), files[i].name) && (files[i].manifest ? manifests : home))
			return files[i].database;
	return NOT;
}

/* An empty file is what a database that was never written to looks like. */
static struct want want(const struct entry *entry)
{
	enum database database = database_of(entry->path);

	if (database == NOT || (entry->type == ENTRY_FILE && entry->size == 0))
		return (struct want){ WANT_NO, 0 };
	if (database == SQLITE_LOG)
		return (struct want){ WANT_HEAD, 1 };
	return (struct want){ entry->size > LIMIT_KEEP ? WANT_SPOOL : WANT_ALL, 0 };
}

static unsigned role(bytes path)
{
	return database_of(path);
}

static const char *const paths[] = { "var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/",
	                                 "var/lib/rpmmanifest/", NULL };

struct scan {
	struct inspection *in;
	struct arena arena; /* of the read, of the package in hand */
	buf item;
	uint64_t headers, faults, path_octets;
};

/* read_body: from the body when it is in memory, else from the spool file. */
static bool read_body(void *ctx, uint64_t offset, size_t n, uint8_t *out)
{
	struct scan *s = ctx;
	struct inspection part = *s->in;
	bytes octets = bytes_of(NULL, 0);
	bool there = true;

	part.scratch = &s->arena;
	if (part.body.n > 0)
		octets = offset < part.body.n ? bytes_slice(part.body, (size_t)offset, n) : octets;
	else
		there = inspection_read(&part, offset, n, &octets);
	there = there && octets.n == n;
	if (there && n > 0)
		memcpy(out, octets.p, n);
	arena_reset(&s->arena);
	return there;
}

static void state_fault(struct scan *s, const char *text)
{
	if (s->faults++ < LIMIT_FAULTS_NAMED)
		inspection_gap(s->in, "package %" PRIu64 " of the database: %s", s->headers, text);
}

/* split_source(p, name, version): SOURCERPM is "bash-5.2.26-3.fc40.src.rpm". */
static void split_source(const struct rpm_package *p, bytes *name, bytes *version)
{
	bytes text = p->source_rpm;

	if (bytes_ends(text, BYTES(".src.rpm")))
		text.n -= 8;
	else if (bytes_ends(text, BYTES(".nosrc.rpm")))
		text.n -= 10;
	if (rpm_split_nvr(text, name, version))
		return;
	*name = bytes_of(NULL, 0); /* "(none)": a key, a package of no source */
	*version = *name;
}

void rpm_version(const struct rpm_package *p, buf *out)
{
	if (p->epoch > 0)
		buf_printf(out, "%" PRIu32 ":", p->epoch);
	buf_put(out, p->version);
	buf_putc(out, '-');
	buf_put(out, p->release);
}

static void emit_package(struct scan *s, unsigned kind, const struct rpm_package *p)
{
	buf version = BUF_INIT(RPM_VERSION_MOST);
	struct package package = { .name = p->name,
		                       .architecture = p->architecture,
		                       .licence = p->licence,
		                       .vendor = p->vendor,
		                       .module = p->module };

	rpm_version(p, &version);
	package.version = buf_bytes(&version);
	split_source(p, &package.source_name, &package.source_version);
	system_emit_package(s->in, kind, &package);
	buf_done(&version);
}

static void emit_relations(struct scan *s, const struct rpm_package *p)
{
	struct relations_writer relations;

	relations_begin(&relations, s->in);
	rpm_relations(p, &relations);
	relations_end(&relations);
}

/* add_file(s, writer, dir, name): false above LIMIT_RPM_PATHS: a header whose files all share one
 * folder of 4 KiB says much with few octets. */
static bool add_file(struct scan *s, struct owned_writer *writer, bytes dir, bytes name)
{
	uint8_t path[LIMIT_PATH];

	if (dir.n > LIMIT_PATH || name.n > LIMIT_PATH - dir.n) {
		state_fault(s, "a path that is too long");
		return true;
	}
	if (dir.n + name.n > LIMIT_RPM_PATHS - s->path_octets)
		return false;
	s->path_octets += dir.n + name.n;
	if (dir.n > 0)
		memcpy(path, dir.p, dir.n);
	if (name.n > 0)
		memcpy(path + dir.n, name.p, name.n);
	return owned_add(writer, bytes_of(path, dir.n + name.n));
}

static void emit_files(struct scan *s, const struct rpm_package *p)
{
	struct owned_writer writer;
	struct rpm_files files;
	bytes dir, name;
	err e = { 0 };

	if (rpm_files_begin(&files, p, &s->arena, &e) < 0) {
		state_fault(s, e.text);
		return;
	}
	buf_clear(&s->item);
	pack_u64(&s->item, SYSTEM_FILES);
	pack_bytes(&s->item, BYTES("")); /* of the package before */
	owned_begin(&writer, s->in, buf_bytes(&s->item));
	while (rpm_files_next(&files, &dir, &name))
		if (!add_file(s, &writer, dir, name)) {
			state_fault(s, "longer file lists than are read: whose these files are is unknown");
			break;
		}
	owned_end(&writer);
}

static void take_header(void *ctx, bytes blob)
{
	struct scan *s = ctx;
	struct rpm_package p;
	err e = { 0 };

	if (s->headers++ >= LIMIT_PACKAGES)
		return; /* counted: inspect_database says so */
	if (rpm_header_parse(blob, &p, &e) < 0) {
		state_fault(s, e.text);
		return;
	}
	emit_package(s, SYSTEM_PACKAGE, &p);
	emit_relations(s, &p);
	emit_files(s, &p);
	arena_reset(&s->arena);
}

static void inspect_database(struct scan *s, enum database database)
{
	const struct rpm_file file = { s->in->entry->size, read_body, s };
	const struct rpm_sink sink = { take_header, s };
	err e = { 0 };
	int result = database == SQLITE ? rpm_sqlite_read(&file, &sink, &e)
	             : database == NDB  ? rpm_ndb_read(&file, &sink, &e)
	                                : rpm_bdb_read(&file, &sink, &e);

	if (result < 0)
		inspection_gap(s->in, "the rpm database cannot be read whole: %s", e.text);
	if (s->headers > LIMIT_PACKAGES)
		inspection_gap(s->in, "more than %u packages: the rest is not read",
		               (unsigned)LIMIT_PACKAGES);
	if (s->faults > LIMIT_FAULTS_NAMED)
		inspection_gap(s->in, "%" PRIu64 " more faults of this kind in this file",
		               s->faults - LIMIT_FAULTS_NAMED);
}

static void inspect_manifest(struct scan *s, enum database database)
{
	struct faults faults = { .in = s->in };
	bytes rest = s->in->body, line;
	uint64_t number = 0;

	while (bytes_line(&rest, &line)) {
		struct rpm_package p;

		number++;
		if (line.n == 0)
			continue;
		const char *fault = database == MANIFEST ? rpm_manifest_line(line, &p)
		                                         : rpm_manifest_name(line, &p);

		if (!fault && s->headers++ == LIMIT_PACKAGES) {
			inspection_gap(s->in, "more than %u packages: the rest is not read",
			               (unsigned)LIMIT_PACKAGES);
			break;
		}
		if (fault)
			faults_add(&faults, number, fault);
		else
			emit_package(s, database == MANIFEST ? SYSTEM_PACKAGE : ITEM_NAME, &p);
	}
	faults_end(&faults);
}

static int inspect(struct inspection *in, err *e)
{
	struct scan s = { .in = in,
		              .arena = ARENA_INIT,
		              .item = BUF_INIT(32) };
	enum database database = database_of(in->entry->path);

	(void)e;
	if (database == SQLITE_LOG)
		inspection_gap(in, "the database has a write-ahead log: what was changed last may lie in "
		                   "it and is not read");
	else if (database == MANIFEST || database == MANIFEST_NAMES)
		inspect_manifest(&s, database);
	else
		inspect_database(&s, database);
	buf_done(&s.item);
	arena_done(&s.arena);
	return 0;
}

/* -- in the parent
 * ------------------------------------------------------------------------------ */

/* Names without epoch come last and only when nothing better is there. */
static void collect_names(struct system_packages *s)
{
	const struct image_item *item;
	struct package p;
	size_t at = 0;

	while ((item = facts_next_item(s->image, catalog_rpm.inspector.id, &at)))
		if (system_item_kind(item) == ITEM_NAME) {
			if (system_take_package(item->payload, ITEM_NAME, &p))
				(void)system_packages_add(s, &p, item);
			else
				system_packages_broken(s, item);
		}
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	struct system_packages packages;
	const struct image_item *item;
	size_t at = 0;

	(void)e;
	system_packages_init(&packages, ECO_RPM, image, a, facts);
	while ((item = facts_next_item(image, catalog_rpm.inspector.id, &at)))
		if (system_item_kind(item) != ITEM_NAME)
			system_packages_item(&packages, item);
	if (!packages.visible)
		collect_names(&packages);
	system_packages_end(&packages);
	return 0;
}

const struct cataloger catalog_rpm = {
	.inspector = { .name = "rpm", .id = 40, .version = 2, .want = want, .inspect = inspect,
	               .role = role, .paths = paths },
	.collect = collect,
};
