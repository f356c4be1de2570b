/* SPDX-License-Identifier: Apache-2.0 */
/* chisel - what chisel cut out of Ubuntu packages: var/lib/chisel/manifest.wall.
 *
 * Source: canonical/chisel, internal/manifest and public/jsonwall: zstd of lines of JSON, the first
 * one {"jsonwall":"1.0","schema":"1.0","count":LINES}, the others sorted, each with a "kind":
 * package (name, version, arch), slice (name: PACKAGE_SLICE), content (which slice has which path),
 * path (what lies there). Ownership comes from content; path adds nothing to it.
 * The database does not name source packages. Chisel can also leave a dpkg status file that names
 * the same packages; then they are counted once, with what dpkg's file says. */
#include "catalog/catalogers.h"
#include "catalog/faults.h"
#include "catalog/owned.h"
#include "catalog/system_packages.h"

#include "base/limits.h"
#include "base/pack.h"
#include "codec/codec.h"
#include "fmt/json.h"

#include <inttypes.h>

/* Beside the items of system_item.h: package, and name of a slice of it that is there. */
enum item { ITEM_SLICE = SYSTEM_OWN };

/* -- in the worker
 * ------------------------------------------------------------------------------ */

static struct want want(const struct entry *entry)
{
	bool wall = bytes_is(entry->path, "var/lib/chisel/manifest.wall");

	return (struct want){ wall ? WANT_ALL : WANT_NO, 0 };
}

static const char *const paths[] = { "var/lib/chisel/manifest.wall", NULL };

struct scan {
	struct inspection *in;
	struct faults faults;
	struct arena arena; /* of the line in hand */
	buf item;
	uint64_t line, packages, count; /* count: what the first line promises */
	struct owned_writer files;
	buf owner; /* start of the items of files; empty when none is open */
};

static int decompress(struct decoder *d, bytes in, buf *out, err *e)
{
	uint8_t part[16 * KIB];
	size_t n;
	int more = 1;

	while (more > 0) {
		more = decoder_step(d, &in, true, part, sizeof(part), &n, e);
		if (more >= 0 && buf_append(out, bytes_of(part, n), e) < 0)
			more = -1;
	}
	return more;
}

static int read_wall(bytes body, buf *out, err *e)
{
	if (body.n < 4 || codec_detect(body) != CODEC_ZSTD)
		return err_set(e, ERR_FORMAT, 0, "not compressed with zstd");
	struct decoder *d = decoder_new(CODEC_ZSTD, CODEC_FAST);
	int result = decompress(d, body, out, e);

	decoder_free(d);
	return result;
}

/* split_slice(text, package, name): "libc6_libs"; names of Debian packages hold no '_'. */
static bool split_slice(bytes text, bytes *package, bytes *name)
{
	size_t cut = bytes_find(text, '_');

	*package = bytes_slice(text, 0, cut);
	*name = bytes_skip(text, cut + 1);
	return package->n > 0 && name->n > 0;
}

static void end_files(struct scan *s)
{
	if (s->owner.n > 0)
		owned_end(&s->files);
	buf_clear(&s->owner);
}

/* begin_files(s, package): lines are sorted, so that a package's files mostly come together. */
static void begin_files(struct scan *s, bytes package)
{
	buf_clear(&s->item);
	pack_u64(&s->item, SYSTEM_FILES);
	pack_bytes(&s->item, package);
	if (bytes_equal(buf_bytes(&s->item), buf_bytes(&s->owner)))
		return;
	end_files(s);
	buf_put(&s->owner, buf_bytes(&s->item));
	owned_begin(&s->files, s->in, buf_bytes(&s->owner));
}

static const char *take_package(struct scan *s, json line)
{
	bytes name = json_bytes(json_get(line, "name"), &s->arena);
	bytes version = json_bytes(json_get(line, "version"), &s->arena);

	if (name.n == 0 || version.n == 0)
		return "a package without name or version";
	if (s->packages++ >= LIMIT_PACKAGES)
		return "too many packages: this one is not read";
	system_emit_package(
		s->in, SYSTEM_PACKAGE,
		&(struct package){ .name = name,
	                       .version = version,
	                       .architecture = json_bytes(json_get(line, "arch"), &s->arena) });
	return NULL;
}

static const char *take_slice(struct scan *s, json line)
{
	bytes package, name;

	if (!split_slice(json_bytes(json_get(line, "name"), &s->arena), &package, &name))
		return "a slice without PACKAGE_SLICE";
	buf_clear(&s->item);
	pack_u64(&s->item, ITEM_SLICE);
	pack_bytes(&s->item, package);
	pack_bytes(&s->item, name);
	inspection_item(s->in, buf_bytes(&s->item));
	return NULL;
}

static const char *take_content(struct scan *s, json line)
{
	bytes path = json_bytes(json_get(line, "path"), &s->arena), package, name;

	if (!split_slice(json_bytes(json_get(line, "slice"), &s->arena), &package, &name) ||
	    path.n == 0)
		return "a content without slice or path";
	begin_files(s, package);
	return owned_add(&s->files, path) ? NULL : "a path that is too long";
}

/* take_head: "1.0" both; a later minor version may add kinds, which are passed over. */
static const char *take_head(struct scan *s, json line)
{
	bytes version = json_bytes(json_get(line, "schema"), &s->arena);

	if (!bytes_starts(json_bytes(json_get(line, "jsonwall"), &s->arena), BYTES("1.")) ||
	    !bytes_starts(version, BYTES("1.")) || !json_u64(json_get(line, "count"), &s->count))
		return "no head of a jsonwall of version 1";
	return NULL;
}

static const char *take_line(struct scan *s, bytes text)
{
	struct json_doc doc;
	err e = { 0 };

	if (text.n > LIMIT_RECORD / 64)
		return "a line of more than 256 KiB";
	if (json_parse(text, &s->arena, &doc, &e) < 0)
		return "no JSON";
	json line = json_root(&doc);
	bytes kind = json_bytes(json_get(line, "kind"), &s->arena);

	if (s->line == 1)
		return take_head(s, line);
	if (bytes_is(kind, "package"))
		return take_package(s, line);
	if (bytes_is(kind, "slice"))
		return take_slice(s, line);
	if (bytes_is(kind, "content"))
		return take_content(s, line);
	return kind.n == 0 ? "a line without kind" : NULL;
}

static void take_lines(struct scan *s, bytes rest)
{
	bytes text;

	while (bytes_line(&rest, &text)) {
		s->line++;
		const char *fault = take_line(s, text);

		if (fault)
			faults_add(&s->faults, s->line, fault);
		arena_reset(&s->arena);
	}
	end_files(s);
	if (s->count > 0 && s->count != s->line)
		inspection_gap(s->in, "%" PRIu64 " lines where %" PRIu64 " were promised", s->line,
		               s->count);
	faults_end(&s->faults);
}

static int inspect(struct inspection *in, err *e)
{
	struct scan s = { .in = in,
		              .faults = { .in = in },
		              .arena = ARENA_INIT,
		              .item = BUF_INIT(LIMIT_RECORD),
		              .owner = BUF_INIT(LIMIT_RECORD) };
	buf text = BUF_INIT(LIMIT_KEEP);
	err why = { 0 };

	(void)e;
	if (read_wall(in->body, &text, &why) < 0)
		inspection_gap(in, "chisel's manifest cannot be read: %s", why.text);
	else
		take_lines(&s, buf_bytes(&text));
	buf_done(&text);
	buf_done(&s.item);
	buf_done(&s.owner);
	arena_done(&s.arena);
	return 0;
}

/* -- in the parent
 * ------------------------------------------------------------------------------ */

struct collection {
	struct system_packages packages;
	struct map known; /* identity of dpkg's visible packages -> struct known */
};

struct known {
	uint32_t package;
};

static bytes identity_of(const struct package *p, struct arena *a)
{
	buf key = BUF_INIT(4 * LIMIT_PACKAGE_FIELD);

	pack_bytes(&key, p->name);
	pack_bytes(&key, p->version);
	pack_bytes(&key, p->architecture);
	bytes kept = arena_bytes(a, buf_bytes(&key));

	buf_done(&key);
	return kept;
}

static void remember_known(struct collection *c, const struct facts *facts, struct arena *a)
{
	for (size_t i = 0; i < facts->packages.len; i++) {
		const struct package *p = &facts->packages.items[i];

		if (p->ecosystem != ECO_DEB || p->hidden)
			continue;
		struct known *known = arena_new(a, struct known);

		known->package = (uint32_t)i + 1;
		*map_put(&c->known, identity_of(p, a)) = known;
	}
}

static void collect_package(struct collection *c, const struct image_item *item)
{
	struct system_packages *s = &c->packages;
	struct package p;

	if (!system_take_package(item->payload, SYSTEM_PACKAGE, &p)) {
		system_packages_broken(s, item);
		return;
	}
	const struct known *known = map_get(&c->known, identity_of(&p, s->arena));

	if (known && !facts_item_hidden(s->image, item))
		system_packages_is(s, &p, item, known->package);
	else
		(void)system_packages_add(s, &p, item);
}

/* collect_slice: added to the package's list, which a hostile wall cannot make longer than any
 * other field. */
static bool collect_slice(struct system_packages *s, const struct image_item *item)
{
	bytes payload = bytes_skip(item->payload, 1), name, slice;

	if (!pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &name) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &slice) || payload.n > 0)
		return false;
	uint32_t owner = needs_find(&s->needs, BYTES(""), name);

	if (!owner || facts_item_hidden(s->image, item))
		return true;
	struct package *p = &s->facts->packages.items[owner - 1];

	if (p->slices.n + slice.n >= LIMIT_PACKAGE_FIELD)
		return true;
	p->slices = p->slices.n == 0 ? slice
	                             : bytes_str(arena_printf(s->arena, PRIb " " PRIb,
	                                                      BYTESF(p->slices), BYTESF(slice)));
	return true;
}

static void collect_content(struct collection *c, const struct image_item *item)
{
	if (system_item_kind(item) != ITEM_SLICE)
		system_packages_item(&c->packages, item);
	else if (!collect_slice(&c->packages, item))
		system_packages_broken(&c->packages, item);
}

/* Packages first: the wall is sorted, and content comes before them. */
static int collect(struct image *image, struct arena *a, struct facts *facts, err *e)
{
	struct collection c = { 0 };

	(void)e;
	system_packages_init(&c.packages, ECO_DEB, image, a, facts);
	map_init(&c.known, a);
	remember_known(&c, facts, a);
	for (int packages = 1; packages >= 0; packages--) {
		const struct image_item *item;
		size_t at = 0;

		while ((item = facts_next_item(image, catalog_chisel.inspector.id, &at)))
			if (packages && system_item_kind(item) == SYSTEM_PACKAGE)
				collect_package(&c, item);
			else if (!packages && system_item_kind(item) != SYSTEM_PACKAGE)
				collect_content(&c, item);
	}
	return 0;
}

const struct cataloger catalog_chisel = {
	.inspector = { .name = "chisel",
	               .id = 41,
	               .version = 2,
	               .want = want,
	               .inspect = inspect,
	               .paths = paths },
	.collect = collect,
};
