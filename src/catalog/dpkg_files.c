/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/dpkg.h"

#include "catalog/catalogers.h"
#include "catalog/faults.h"
#include "catalog/owned.h"
#include "catalog/system_packages.h"

#include "base/limits.h"
#include "base/pack.h"
#include "base/path.h"

/* -- in the worker
 * ------------------------------------------------------------------------------ */

/* path_of(kind, line): the path in a line of NAME.list ("/usr/bin/x", folders too) or of
 * NAME.md5sums ("32 hex digits, two blanks, usr/bin/x"); empty when there is none. */
static bytes path_of(enum dpkg_file kind, bytes line)
{
	if (kind == DPKG_LIST)
		return line;
	return line.n > 34 && line.p[32] == ' ' ? bytes_skip(line, 34) : bytes_of(NULL, 0);
}

static void inspect_list(struct inspection *in, enum dpkg_file kind)
{
	struct faults faults = { .in = in };
	struct owned_writer writer;
	bytes file = path_base(in->entry->path), rest = in->body, line;
	bytes owner = bytes_slice(file, 0, bytes_rfind(file, '.'));
	buf start = BUF_INIT(LIMIT_PATH + 32);

	pack_u64(&start, SYSTEM_FILES);
	pack_bytes(&start, owner);
	owned_begin(&writer, in, buf_bytes(&start));
	for (uint64_t number = 1; bytes_line(&rest, &line); number++) {
		bytes path = path_of(kind, line);

		if (line.n > 0 && path.n == 0)
			faults_add(&faults, number, "neither checksum nor path");
		else if (!owned_add(&writer, path))
			faults_add(&faults, number, "a path that is too long");
	}
	owned_end(&writer);
	faults_end(&faults);
	buf_done(&start);
}

/* Three lines a diversion: from, to, by which package (dpkg-divert(1)). */
static void inspect_diversions(struct inspection *in)
{
	bytes rest = in->body, from, to, by;
	buf out = BUF_INIT(3 * (LIMIT_PATH + 16));
	uint64_t number = 1;

	for (; bytes_line(&rest, &from); number += 3) {
		if (!bytes_line(&rest, &to) || !bytes_line(&rest, &by) || from.n > LIMIT_PATH ||
		    to.n > LIMIT_PATH || by.n > LIMIT_PACKAGE_FIELD) {
			faults_add(&(struct faults){ .in = in }, number, "not a diversion of three lines");
			break;
		}
		buf_clear(&out);
		pack_u64(&out, DPKG_ITEM_DIVERSION);
		pack_bytes(&out, from);
		pack_bytes(&out, to);
		pack_bytes(&out, by);
		inspection_item(in, buf_bytes(&out));
	}
	buf_done(&out);
}

void dpkg_files_inspect(struct inspection *in, enum dpkg_file kind)
{
	if (kind == DPKG_DIVERSIONS)
		inspect_diversions(in);
	else
		inspect_list(in, kind);
}

/* -- in the parent
 * ------------------------------------------------------------------------------ */

struct diversion {
	bytes to, by;
	uint16_t layer; /* that wrote the diversions, and moved the files */
};

/* A system has some, and tens of thousands of files, which are told apart by their length first. */
struct diversions {
	struct map from;
	uint64_t lengths; /* bit n % 64: one of n octets */
};

static uint64_t length_bit(bytes path)
{
	return UINT64_C(1) << path.n % 64;
}

static const struct diversion *diversion_of(const struct diversions *all, bytes path)
{
	return all->lengths & length_bit(path) ? map_get(&all->from, path) : NULL;
}

static bool collect_diversion(const struct image_item *item, struct diversions *all,
                              struct arena *a)
{
	struct diversion *diversion = arena_new(a, struct diversion);
	bytes payload = item->payload, from;
	uint64_t kind;

	if (!pack_take_u64(&payload, DPKG_ITEM_DIVERSION, &kind) ||
	    !pack_take_bytes(&payload, LIMIT_PATH, &from) ||
	    !pack_take_bytes(&payload, LIMIT_PATH, &diversion->to) ||
	    !pack_take_bytes(&payload, LIMIT_PACKAGE_FIELD, &diversion->by) || payload.n > 0)
		return false;
	diversion->to = path_join(a, BYTES(""), diversion->to);
	diversion->layer = item->layer;
	from = path_join(a, BYTES(""), from);
	*map_put(&all->from, from) = diversion;
	all->lengths |= length_bit(from);
	return true;
}

/* collect_list: every package but the diverting one has its file where the diversion leads. A list
 * without a package (removed, its configuration kept) claims nothing. */
static bool collect_list(struct tree *tree, const struct image_item *item, const struct map *owners,
                         const struct diversions *diversions)
{
	struct owned_reader reader = { .rest = item->payload };
	const struct dpkg_owner *owner;
	uint64_t kind;
	bytes name, path;
	int more;

	if (!pack_take_u64(&reader.rest, SYSTEM_FILES, &kind) ||
	    !pack_take_bytes(&reader.rest, LIMIT_PATH, &name))
		return false;
	owner = map_get(owners, name);
	while ((more = owned_next(&reader, &path)) > 0) {
		const struct diversion *diverted = diversion_of(diversions, path);

		if (!owner)
			continue;
		if (diverted && !bytes_equal(diverted->by, owner->name))
			owned_claim(tree, tree_find(tree, diverted->to, false), owner->package,
			            diverted->layer > item->layer ? diverted->layer : item->layer);
		else
			owned_claim(tree, owned_find(&reader, tree), owner->package, item->layer);
	}
	return more == 0;
}

/* Diversions first: they say where the listed files are. Items of hidden files are of no
 * interest. */
void dpkg_files_collect(struct image *image, const struct map *owners, struct arena *a,
                        struct facts *facts)
{
	const struct image_item *item;
	struct diversions diversions = { .lengths = 0 };

	map_init(&diversions.from, a);
	for (unsigned pass = DPKG_ITEM_DIVERSION; pass >= SYSTEM_FILES; pass--) {
		size_t at = 0;

		while ((item = facts_next_item(image, catalog_dpkg.inspector.id, &at))) {
			unsigned kind = system_item_kind(item);

			if (kind != pass || facts_item_hidden(image, item))
				continue;
			if (kind == DPKG_ITEM_DIVERSION ? !collect_diversion(item, &diversions, a)
			                                : !collect_list(image->tree, item, owners, &diversions))
				facts_gap(facts, a, item, "the evidence of this file cannot be read");
		}
	}
}
