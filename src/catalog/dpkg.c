/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dpkg.h"

#include "catalog/catalogers.h"
#include "catalog/faults.h"
#include "catalog/system_packages.h"

#include "base/limits.h"
#include "base/path.h"

/* -- in the worker
 * ------------------------------------------------------------------------------ */

static bool is_database(bytes dir)
{
	return bytes_is(dir, "var/lib/dpkg") ||
	       (path_within(dir, BYTES("usr/lib")) && bytes_is(path_base(dir), "dpkg"));
}

static bool is_number(bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < '0' || name.p[i] > '9')
			return false;
	return name.n > 0;
}

enum dpkg_file dpkg_file_of(bytes path)
{
	bytes name = path_base(path), dir = path_dir(path);
	bytes part = path_base(dir);

	if (bytes_is(name, "status") && is_database(dir))
		return DPKG_STATUS;
	if (bytes_is(name, "diversions") && is_database(dir))
		return DPKG_DIVERSIONS;
	if (bytes_is(part, "status.d") && is_database(path_dir(dir)))
		return bytes_ends(name, BYTES(".md5sums")) ? DPKG_MD5SUMS : DPKG_STATUS_D;
	if (bytes_is(part, "updates") && is_number(name) && is_database(path_dir(dir)))
		return DPKG_UPDATE;
	if (bytes_is(part, "info") && bytes_ends(name, BYTES(".list")) && is_database(path_dir(dir)))
		return DPKG_LIST;
	return DPKG_NOT;
}

static struct want want(const struct entry *entry)
{
	return (struct want){ dpkg_file_of(entry->path) == DPKG_NOT ? WANT_NO : WANT_ALL, 0 };
}

static unsigned role(bytes path)
{
	return dpkg_file_of(path);
}

static const char *const paths[] = { "var/lib/dpkg/status", "var/lib/dpkg/diversions",
	                                 "var/lib/dpkg/status.d/", "var/lib/dpkg/updates/",
	                                 "var/lib/dpkg/info/", NULL };

/* is_present(status, fault): "want flag state" of dpkg(1): do the package's files lie there?
 * Control files in status.d need no Status: they are there because the package is. */
static bool is_present(bytes status, const char **fault)
{
	static const char *const there[] = { "installed", "half-configured", "unpacked",
		                                 "triggers-awaited", "triggers-pending" };
	size_t space = bytes_rfind(status, ' ');
	bytes state = space < status.n ? bytes_skip(status, space + 1) : status;

	if (status.n == 0)
		return true;
	for (size_t i = 0; i < sizeof(there) / sizeof(*there); i++)
		if (bytes_is(state, there[i]))
			return true;
	if (bytes_is(state, "half-installed"))
		*fault = "a package that is only half installed: not counted";
	else if (!bytes_is(state, "not-installed") && !bytes_is(state, "config-files"))
		*fault = "a Status that dpkg does not know: not counted";
	return false;
}

/* split_source(stanza, name, version): "Source: gcc-12 (12.2.0-14)"; what is unsaid is the
 * package's. */
static void split_source(const struct dpkg_stanza *stanza, bytes *name, bytes *version)
{
	size_t open = bytes_find(stanza->source, '(');
	bytes inner = bytes_skip(stanza->source, open + 1);

	*name = bytes_trim(bytes_slice(stanza->source, 0, open));
	*version = bytes_trim(bytes_slice(inner, 0, bytes_find(inner, ')')));
	if (name->n == 0)
		*name = stanza->package;
	if (version->n == 0)
		*version = stanza->version;
}

static void emit_package(struct inspection *in, const struct dpkg_stanza *stanza)
{
	struct package p = { .name = stanza->package,
		                 .version = stanza->version,
		                 .architecture = stanza->architecture,
		                 .vendor = stanza->maintainer };
	struct relations_writer relations;

	split_source(stanza, &p.source_name, &p.source_version);
	system_emit_package(in, SYSTEM_PACKAGE, &p);
	relations_begin(&relations, in);
	dpkg_relations(&relations, stanza->provides, RELATION_PROVIDES);
	dpkg_relations(&relations, stanza->pre_depends, RELATION_NEEDS);
	dpkg_relations(&relations, stanza->depends, RELATION_NEEDS);
	relations_end(&relations);
}

static void inspect_status(struct inspection *in, enum dpkg_file kind)
{
	struct faults faults = { .in = in };
	struct dpkg_reader reader = { .rest = in->body };
	struct dpkg_stanza stanza;
	uint64_t count = 0;

	while (dpkg_stanza_next(&reader, &stanza)) {
		bool present = is_present(stanza.status, &stanza.fault);

		if (count++ == LIMIT_PACKAGES) {
			inspection_gap(in, "more than %u packages: the rest is not read",
			               (unsigned)LIMIT_PACKAGES);
			break;
		}
		if (kind == DPKG_UPDATE && stanza.package.n > 0)
			dpkg_journal_emit(in, &stanza);
		if (present && stanza.package.n > 0 && stanza.version.n > 0)
			emit_package(in, &stanza);
		if (present && !stanza.fault && stanza.version.n == 0)
			stanza.fault = "a package without Version";
		else if (!stanza.fault && stanza.status.n == 0 && kind != DPKG_STATUS_D)
			stanza.fault = "a package without Status: counted as installed";
		if (stanza.fault)
			faults_add(&faults, stanza.line, stanza.fault);
	}
	faults_end(&faults);
}

static int inspect(struct inspection *in, err *e)
{
	enum dpkg_file kind = dpkg_file_of(in->entry->path);

	(void)e;
	if (kind == DPKG_STATUS || kind == DPKG_STATUS_D || kind == DPKG_UPDATE)
		inspect_status(in, kind);
	else
		dpkg_files_inspect(in, kind);
	return 0;
}

/* -- in the parent
 * ------------------------------------------------------------------------------ */

struct collection {
	struct arena *arena;
	struct system_packages packages;
	struct map owners; /* "NAME", "NAME:ARCH", name of the file in status.d -> struct dpkg_owner */
	struct dpkg_journal journal;
	const struct image_item *update; /* of the journal, read last */
	bool skipped; /* the package read last, for the journal knows better; so is what it needs */
};

/* remember_owner: how file lists will name the package. Instances of one name for several
 * architectures have lists of their own: NAME:ARCH.list. */
static void remember_owner(struct collection *c, const struct package *p, uint32_t index,
                           bytes file)
{
	struct dpkg_owner *owner = arena_new(c->arena, struct dpkg_owner);
	bytes full = bytes_str(
		arena_printf(c->arena, PRIb ":" PRIb, BYTESF(p->name), BYTESF(p->architecture)));

	*owner = (struct dpkg_owner){ index, p->name };
	*map_put(&c->owners, full) = owner;
	if (!map_get(&c->owners, p->name))
		*map_put(&c->owners, p->name) = owner;
	if (!map_get(&c->owners, file))
		*map_put(&c->owners, file) = owner;
}

static void collect_package(struct collection *c, const struct image_item *item)
{
	const struct image_item *update = c->update;
	struct package package;

	c->skipped = false;
	if (!system_take_package(item->payload, SYSTEM_PACKAGE, &package)) {
		system_packages_broken(&c->packages, item);
		return;
	}
	if (update && (update->node != item->node || update->layer != item->layer))
		update = NULL;
	c->skipped = !dpkg_journal_holds(&c->journal, item, update, &package);
	if (c->skipped)
		return;
	if (system_packages_add(&c->packages, &package, item) && c->packages.owner)
		remember_owner(c, &package, c->packages.owner, path_base(package.path));
}

static void collect_item(struct collection *c, const struct image_item *item)
{
	switch (system_item_kind(item)) {
	case DPKG_ITEM_UPDATE: c->update = item; break;
	case SYSTEM_PACKAGE: collect_package(c, item); break;
	case SYSTEM_RELATIONS:
		if (!c->skipped)
			system_packages_item(&c->packages, item);
		break;
	default: break; /* files: dpkg_files_collect */
	}
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	struct collection c = { .arena = a };
	const struct image_item *item;

	(void)e;
	system_packages_init(&c.packages, ECO_DEB, image, a, facts);
	map_init(&c.owners, a);
	dpkg_journal_init(&c.journal, image, a);
	for (size_t at = 0; (item = facts_next_item(image, catalog_dpkg.inspector.id, &at));)
		if (system_item_kind(item) == DPKG_ITEM_UPDATE && !dpkg_journal_read(&c.journal, item))
			system_packages_broken(&c.packages, item);
	for (size_t at = 0; (item = facts_next_item(image, catalog_dpkg.inspector.id, &at));)
		collect_item(&c, item);
	dpkg_files_collect(image, &c.owners, a, facts);
	system_packages_end(&c.packages);
	return 0;
}

const struct cataloger catalog_dpkg = {
	.inspector = { .name = "dpkg",
	               .id = 2,
	               .version = 3,
	               .want = want,
	               .inspect = inspect,
	               .role = role,
	               .paths = paths },
	.collect = collect,
};
