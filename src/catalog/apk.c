/* SPDX-License-Identifier: Apache-2.0 */
/* apk - the database of Alpine's package manager: lib/apk/db/installed, with a merged /usr
 * usr/lib/apk/db/installed. Source: apk-tools 2 and 3, "installed database" (apk-v2(5)).
 * Paragraphs of "X:value" lines: P name, V version, A architecture, o origin (the source package),
 * L licence, F folder, R file in the last folder; what follows F or R (a, M, Z) describes it. */
#include "catalog/catalogers.h"
#include "catalog/faults.h"
#include "catalog/owned.h"
#include "catalog/system_packages.h"

#include "base/limits.h"
#include "base/pack.h"

/* Items: a number from this list, then what follows it. */
enum item {
	ITEM_NONE,
	ITEM_PACKAGE, /* name, version, architecture, origin, licence */
	ITEM_FILES,   /* whose (name), then paths (owned.h) */
};

/* -- in the worker
 * ------------------------------------------------------------------------------ */

struct paragraph {
	bytes name, version, architecture, origin, licence;
	bytes text;        /* its lines */
	uint64_t line;     /* of the first of them */
	const char *fault; /* static */
	uint64_t fault_line;
};

static struct want want(const struct entry *entry)
{
	bool database = bytes_is(entry->path, "lib/apk/db/installed") ||
	                bytes_is(entry->path, "usr/lib/apk/db/installed");

	return (struct want){ database ? WANT_ALL : WANT_NO, 0 };
}

static const char *const paths[] = { "lib/apk/db/installed", "usr/lib/apk/db/installed", NULL };

static bytes *field_of(struct paragraph *p, uint8_t key)
{
	switch (key) {
	case 'P': return &p->name;
	case 'V': return &p->version;
	case 'A': return &p->architecture;
	case 'o': return &p->origin;
	case 'L': return &p->licence;
	default: return NULL;
	}
}

static const char *read_line(struct paragraph *p, bytes line)
{
	if (line.n < 2 || line.p[1] != ':')
		return "no field";
	bytes *field = field_of(p, line.p[0]);
	bytes value = bytes_trim(bytes_skip(line, 2));

	if (!field)
		return NULL;
	if (field->n > 0)
		return "a field that is there twice";
	if (value.n > LIMIT_PACKAGE_FIELD)
		return "a value of more than 4 KiB";
	*field = value;
	return NULL;
}

static void take_line(struct paragraph *p, bytes line, uint64_t number)
{
	const char *fault = read_line(p, line);

	if (!p->line)
		p->line = number;
	if (!fault || p->fault)
		return;
	p->fault = fault;
	p->fault_line = number;
}

/* paragraph_next(rest, number, out): split the next paragraph from *rest; *number counts lines. */
static bool paragraph_next(bytes *rest, uint64_t *number, struct paragraph *out)
{
	struct paragraph p = { 0 };
	bytes start = *rest, line;

	while (bytes_line(rest, &line)) {
		++*number;
		if (line.n > 0)
			take_line(&p, line, *number);
		else if (p.line)
			break;
		else
			start = *rest;
	}
	p.text = bytes_slice(start, 0, start.n - rest->n);
	if (!p.fault && (p.name.n == 0 || p.version.n == 0)) {
		p.fault = p.name.n == 0 ? "a package without name" : "a package without version";
		p.fault_line = p.line;
	}
	*out = p;
	return p.line > 0;
}

static void emit_package(struct inspection *in, const struct paragraph *p)
{
	buf out = BUF_INIT(5 * (LIMIT_PACKAGE_FIELD + 16));

	pack_u64(&out, ITEM_PACKAGE);
	pack_bytes(&out, p->name);
	pack_bytes(&out, p->version);
	pack_bytes(&out, p->architecture);
	pack_bytes(&out, p->origin);
	pack_bytes(&out, p->licence);
	inspection_item(in, buf_bytes(&out));
	buf_done(&out);
}

static void emit_files(struct inspection *in, const struct paragraph *p, struct faults *faults)
{
	struct owned_writer writer;
	bytes rest = p->text, line, folder = BYTES("");
	buf start = BUF_INIT(LIMIT_PACKAGE_FIELD + 32), path = BUF_INIT(2 * LIMIT_PATH + 2);

	pack_u64(&start, ITEM_FILES);
	pack_bytes(&start, p->name);
	owned_begin(&writer, in, buf_bytes(&start));
	for (uint64_t number = p->line; bytes_line(&rest, &line); number++) {
		bytes value = bytes_skip(line, 2);

		if (bytes_starts(line, BYTES("F:")))
			folder = value;
		if (!bytes_starts(line, BYTES("R:")))
			continue;
		buf_clear(&path);
		buf_put(&path, bytes_slice(folder, 0, LIMIT_PATH));
		buf_putc(&path, '/');
		buf_put(&path, bytes_slice(value, 0, LIMIT_PATH));
		if (!owned_add(&writer, buf_bytes(&path)))
			faults_add(faults, number, "a path that is too long");
	}
	owned_end(&writer);
	buf_done(&start);
	buf_done(&path);
}

static int inspect(struct inspection *in, err *e)
{
	struct faults faults = { .in = in };
	bytes rest = in->body;
	struct paragraph p;
	uint64_t line = 0, count = 0;

	(void)e;
	while (paragraph_next(&rest, &line, &p)) {
		if (count++ == LIMIT_PACKAGES) {
			inspection_gap(in, "more than %u packages: the rest is not read",
			               (unsigned)LIMIT_PACKAGES);
			break;
		}
		if (p.fault)
			faults_add(&faults, p.fault_line, p.fault);
		if (p.name.n == 0 || p.version.n == 0)
			continue;
		emit_package(in, &p);
		emit_files(in, &p, &faults);
	}
	faults_end(&faults);
	return 0;
}

/* -- in the parent
 * ------------------------------------------------------------------------------ */

struct collection {
	struct image *image;
	struct facts *facts;
	struct arena *arena;
	struct system_packages packages;
	struct map owners; /* name -> struct owner */
};

struct owner {
	uint32_t package;
};

static bool collect_package(struct collection *c, const struct image_item *item)
{
	struct package p = { .ecosystem = ECO_APK };
	bytes payload = item->payload;
	uint64_t kind;

	if (!pack_take_u64(&payload, ITEM_PACKAGE, &kind) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &p.name) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &p.version) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &p.architecture) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &p.source_name) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &p.licence) || payload.n > 0 ||
	    p.name.n == 0 || p.version.n == 0)
		return false;
	if (p.source_name.n == 0)
		p.source_name = p.name;
	p.source_version = p.version; /* a source package and what it makes share one version */
	uint32_t index = system_packages_add(&c->packages, &p, item);

	if (index && !facts_item_hidden(c->image, item)) {
		struct owner *owner = arena_new(c->arena, struct owner);

		owner->package = index;
		*map_put(&c->owners, p.name) = owner;
	}
	return true;
}

static bool collect_files(struct collection *c, const struct image_item *item)
{
	struct owned_reader reader = { .rest = item->payload };
	const struct owner *owner;
	uint64_t kind;
	bytes name, path;
	int more;

	if (!pack_take_u64(&reader.rest, ITEM_FILES, &kind) || kind != ITEM_FILES ||
	    !pack_take_bytes(&reader.rest, LIMIT_PACKAGE_FIELD, &name))
		return false;
	owner = map_get(&c->owners, name);
	if (!owner || facts_item_hidden(c->image, item))
		return true;
	while ((more = owned_next(&reader, &path)) > 0)
		owned_claim(c->image->tree, path, owner->package);
	return more == 0;
}

static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	struct collection c = { .image = image, .facts = facts, .arena = a };
	const struct image_item *item;
	size_t at = 0;

	(void)e;
	system_packages_init(&c.packages, image, a, facts);
	map_init(&c.owners, a);
	while ((item = facts_next_item(image, catalog_apk.inspector.id, &at))) {
		bool package = item->payload.n > 0 && item->payload.p[0] == ITEM_PACKAGE;

		if (!(package ? collect_package(&c, item) : collect_files(&c, item)))
			facts_gap(facts, a, item, "the evidence of this file cannot be read");
	}
	return 0;
}

const struct cataloger catalog_apk = {
	.inspector = { .name = "apk", .id = 3, .version = 1, .want = want, .inspect = inspect,
	               .paths = paths },
	.collect = collect,
};
